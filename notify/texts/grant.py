"""What is told of grants 授权 (domain §7.2)."""

from collections.abc import Mapping
from datetime import timedelta

from notify.texts.entry import Group, Place, Slot, TemplateKey, Text


def _told(title: str, body: str, status: str, **more: object) -> Text:
    return Text(
        title,
        body,
        Group.GRANT,
        more.pop("place", Place.UNITS),  # type: ignore[arg-type]
        TemplateKey.GRANT_RESULT,
        {Slot.UNIT: "{unit}", Slot.STATUS: status, Slot.AT: "{at}", Slot.DUE: "{due}"},
        **more,  # type: ignore[arg-type]
    )


TEXTS: Mapping[str, Text] = {
    "grant.requested": Text(
        "有办事员申请授权",
        "有办事员申请为{unit}办理业务。请在“授权登录”里核对身份和范围,再同意或拒绝。"
        "不认识的请拒绝。",
        Group.GRANT,
        Place.GRANTS,
        TemplateKey.GRANT_REQUEST,
        {Slot.WHO: "{who}", Slot.UNIT: "{unit}", Slot.AT: "{at}"},
        priority=0,
        lives=timedelta(days=21),
        spare=timedelta(hours=2),
    ),
    "grant.lapsing": Text(
        "授权申请即将失效",
        "办事员为{unit}提交的授权申请即将失效,请在“授权登录”里同意或拒绝。",
        Group.GRANT,
        Place.GRANTS,
        TemplateKey.GRANT_REQUEST,
        {Slot.WHO: "{who}", Slot.UNIT: "{unit}", Slot.AT: "{at}"},
        lives=timedelta(days=3),
    ),
    "grant.offered": _told(
        "{unit}邀请您办理业务",
        "{unit}的法人已授权您办理业务。请用微信或支付宝打开“掌办”小程序,核对身份后生效。",
        "待确认",
        priority=0,
        lives=timedelta(days=21),
        spare=timedelta(0),
    ),
    "grant.approved": _told(
        "授权已生效", "您可以为{unit}办理业务了。请重新选择单位进入。", "已授权"
    ),
    "grant.accepted": _told(
        "办事员已确认授权",
        "您授权的办事员已核对身份,可以为{unit}办理业务了。",
        "已确认",
        place=Place.GRANTS,
    ),
    "grant.mismatch": _told(
        "办事员身份不符",
        "您为{unit}添加的办事员登录时,证件号或姓名与授权不符。请在“授权登录”里核对后修改。",
        "身份不符",
        place=Place.GRANTS,
        priority=0,
    ),
    "grant.denied": _told(
        "授权申请未通过",
        "{unit}没有同意您的授权申请{because}。有疑问的请联系单位法人。",
        "已拒绝",
        place=Place.GRANTS,
    ),
    "grant.cancelled": _told("授权申请已取消", "{unit}的授权申请已取消。", "已取消", priority=2),
    "grant.lapsed": _told(
        "授权申请已失效",
        "{unit}的授权申请很久没有处理,已经失效。仍要办理的请重新申请。",
        "已失效",
        place=Place.GRANTS,
    ),
    "grant.changed": _told(
        "授权范围已变更",
        "您在{unit}的授权范围已变更,请在“我的授权”里查看现在可以办理的业务。",
        "已变更",
        place=Place.GRANTS,
    ),
    "grant.suspended": _told(
        "授权已暂停",
        "{unit}的授权已暂停,暂时不能办理业务。需要恢复的请联系单位法人。",
        "已暂停",
        urgent=True,
        mandatory=True,
    ),
    "grant.resumed": _told("授权已恢复", "{unit}的授权已恢复,可以继续办理业务。", "已恢复"),
    "grant.revoked": _told(
        "授权已撤销",
        "{unit}的授权已撤销{because}。还需要办理的,请联系单位法人重新授权。",
        "已撤销",
        priority=0,
        urgent=True,
        mandatory=True,
    ),
    "grant.expiring": _told(
        "授权即将到期",
        "{unit}的授权将于{due}到期。还要继续办理的,办事员可以申请续期,法人可以在“授权登录”里延长。",
        "即将到期",
        place=Place.GRANTS,
        lives=timedelta(days=5),
    ),
    "grant.expired": _told(
        "授权已到期",
        "{unit}的授权已到期,不能再办理业务。还需要办理的,办事员可以申请续期,法人可以重新授权。",
        "已到期",
        place=Place.GRANTS,
    ),
    "grant.window": _told(
        "窗口已办理授权",
        "经办机构窗口为{unit}办理了业务授权。不是您或单位本人意愿的,请立即联系经办机构。",
        "窗口授权",
        priority=0,
        urgent=True,
        mandatory=True,
    ),
}
