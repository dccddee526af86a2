"""What is told of registrations 注册 and of the unit's own particulars (domain §7.4)."""

from collections.abc import Mapping
from datetime import timedelta

from notify.texts.entry import Group, Place, Slot, TemplateKey, Text


def _told(title: str, body: str, status: str, note: str, **more: object) -> Text:
    item = more.pop("item", "单位注册")
    return Text(
        title,
        body,
        Group.REGISTRATION,
        more.pop("place", Place.REGISTRATION),  # type: ignore[arg-type]
        TemplateKey.FILING_STATUS,
        {
            Slot.ITEM: str(item),
            Slot.STATUS: status,
            Slot.AT: "{at}",
            Slot.NOTE: note,
            Slot.UNIT: "{unit}",
        },
        **more,  # type: ignore[arg-type]
    )


TEXTS: Mapping[str, Text] = {
    "registration.synced": _told(
        "单位注册成功",
        "{unit}的登记信息已同步,注册成功,可以登录办理业务了。",
        "注册成功",
        "可以登录办理业务了",
        spare=timedelta(0),
    ),
    "registration.failed": _told(
        "单位注册未成功",
        "{unit}的登记信息核对未通过。请核对单位名称、法人姓名和证件号后重新注册。",
        "注册失败",
        "请核对信息后重新注册",
        spare=timedelta(0),
    ),
    "registration.expired": _told(
        "单位注册已失效",
        "很久没有查到{unit}的登记信息,这次注册已失效。请确认登记已同步后重新注册。",
        "已失效",
        "请确认登记后重新注册",
        spare=timedelta(0),
    ),
    "unit.legal_rep_changed": _told(
        "单位法人已变更",
        "{unit}的法人已变更,原有授权已暂停,需要新法人在“授权登录”里逐个确认。",
        "法人变更",
        "原有授权已暂停",
        item="单位信息",
        place=Place.GRANTS,
        mandatory=True,
    ),
    "unit.info_changed": _told(
        "单位信息已变更",
        "{unit}的信息已变更。不是单位本意的,请联系参保机构。",
        "信息变更",
        "不是本意请联系参保机构",
        item="单位信息",
        place=Place.PROFILE,
        mandatory=True,
    ),
    "unit.closed": _told(
        "单位已注销",
        "{unit}已注销,不能再登录办理业务,授权都已暂停。不是单位本意的,请联系参保机构。",
        "单位注销",
        "不是本意请联系参保机构",
        item="单位信息",
        mandatory=True,
    ),
}
