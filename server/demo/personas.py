"""P1 to P20: whom to play in order to meet each sentence of the two seeds (domain §6.2)."""

from collections.abc import Mapping, Sequence

from models.vocabulary import Role
from server.demo.grants import REVOKED_ONLINE, SERVES_FOUR, WRONG_NAME
from server.demo.registry import (
    GUEST_OF,
    NOWHERE_FOUND,
    OTHER_ID_NO,
    OTHER_UNIT_NAME,
    REGISTERS_AGAIN,
    REGISTERS_CONFLICTING,
    SOURCE_DOWN,
)
from server.demo.shapes import DemoApplication, DemoGrant, DemoLegalRep, DemoPerson, DemoPersona

_LEGAL, _CLERK = Role.LEGAL_REP, Role.CLERK
# key, person, role, expected code, what happens
_ROWS: tuple[tuple[str, str, Role, str | None, str], ...] = (
    ("P1", "legal-01", _LEGAL, None, "法人扫码后直接进入唯一的单位。"),
    ("P2", "legal-02", _LEGAL, None, "法人扫码后弹出三家单位,点击单位名称即可登录。"),
    ("P3", "clerk-01", _CLERK, None, "办事员扫码后直接进入被授权的一家单位。"),
    (
        "P4",
        SERVES_FOUR,
        _CLERK,
        None,
        "办事员扫码后在四家单位中选择,其中一家只授权了部分单位编号。",
    ),
    (
        "P5",
        WRONG_NAME,
        _CLERK,
        "SB-2102",
        "法人把姓名登记错了一个字,扫码时提示未找到办事员账号,须请法人核对修改。",
    ),
    ("P6", "guest-01", _LEGAL, "SB-2101", "没有账号的人以法人身份扫码,提示先注册法人账号。"),
    (
        "P7",
        GUEST_OF[NOWHERE_FOUND],
        _LEGAL,
        "SB-1001",
        "注册的单位在三方均查不到,不予注册,可等待数据同步后再试。",
    ),
    (
        "P8",
        GUEST_OF[OTHER_ID_NO],
        _LEGAL,
        "SB-1007",
        "养老参保登记的法人证件号码与本人不同,注册失败。",
    ),
    (
        "P9",
        GUEST_OF[OTHER_UNIT_NAME],
        _LEGAL,
        "SB-1008",
        "养老参保信息中的单位名称有误,须先办理单位关键信息维护再注册。",
    ),
    (
        "P10",
        REGISTERS_CONFLICTING,
        _LEGAL,
        "SB-1009",
        "单位有多个单位编号且信用代码不一致,注册时提示先统一信用代码。",
    ),
    ("P11", REGISTERS_AGAIN, _LEGAL, "SB-1002", "单位已注册,再次注册时提示可以直接扫码登录。"),
    ("P12", "legal-04", _LEGAL, "SB-2006", "密码连续输错五次后账号锁定,但仍可扫码登录。"),
    (
        "P13",
        "legal-05",
        _LEGAL,
        "SB-3001",
        "网端与参保的信用代码不一致,窗口授权被拦下;法人本人仍可扫码登录。",
    ),
    ("P14", "clerk-09", _CLERK, "SB-2107", "实体社保卡已挂失,扫码时提示卡状态异常。"),
    (
        "P15",
        GUEST_OF[SOURCE_DOWN],
        _LEGAL,
        "SB-1005",
        "注册时营商数据源没有应答,提示稍后再试,而不是查无此单位。",
    ),
    (
        "P16",
        REVOKED_ONLINE,
        _CLERK,
        "SB-3005",
        "在线时被法人(P12)在“授权登录”中删除,下一次操作即被拒绝。",
    ),
    (
        "P17",
        "clerk-11",
        _CLERK,
        None,
        "办事员可登录;上传 .heic 与 35 MB 材料的演示随业务申报加入。",
    ),
    (
        "P18",
        "clerk-12",
        _CLERK,
        None,
        "持护照的办事员可登录;十二个工作日未审核的申报随业务申报加入。",
    ),
    ("P19", "clerk-13", _CLERK, None, "办事员可登录;单位的数字证书七天后到期,可在线更新。"),
    ("P20", "clerk-14", _CLERK, None, "办事员可登录;单位的数字证书无法识别,可查看原因。"),
)


def personas_of(
    by_key: Mapping[str, DemoPerson],
    legal_reps: Sequence[DemoLegalRep],
    grants: Sequence[DemoGrant],
    applications: Sequence[DemoApplication],
) -> list[DemoPersona]:
    """The table with names, numbers and units filled in."""
    usccs: dict[tuple[str, Role], tuple[str, ...]] = {}
    for application in applications:
        usccs[application.person_key, _LEGAL] = (application.uscc,)
    for rep in legal_reps:
        usccs[rep.person_key, _LEGAL] = rep.usccs
    for grant in grants:
        served = usccs.get((grant.clerk_key, _CLERK), ())
        usccs[grant.clerk_key, _CLERK] = (*served, grant.uscc)
    return [
        DemoPersona(
            key=key,
            person_key=person_key,
            name=by_key[person_key].name,
            id_no=by_key[person_key].id_no,
            id_type=by_key[person_key].id_type,
            card_state=by_key[person_key].card_state,
            role=role,
            usccs=usccs.get((person_key, role), ()),
            happens=happens,
            expects=expects,
        )
        for key, person_key, role, expects, happens in _ROWS
    ]
