"""What is told of logins 登录 and accounts 账号: mandatory, and through quiet hours."""

from collections.abc import Mapping
from datetime import timedelta

from notify.texts.entry import Group, Place, Slot, TemplateKey, Text


def _told(title: str, body: str, note: str, **more: object) -> Text:
    return Text(
        title,
        body,
        Group.SECURITY,
        more.pop("place", Place.ACCOUNT),  # type: ignore[arg-type]
        TemplateKey.LOGIN_ALERT,
        {Slot.AT: "{at}", Slot.DEVICE: "{device}", Slot.NOTE: note},
        **{"priority": 0, "urgent": True, "mandatory": True, **more},  # type: ignore[arg-type]
    )


_SOON = timedelta(minutes=10)

TEXTS: Mapping[str, Text] = {
    "login.new_browser": _told(
        "您在新的设备上登录",
        "您的账号于{at}在{device}上登录。不是您本人的,请立即在“登录设备”里退出该设备。",
        "不是本人请立即退出设备",
        place=Place.DEVICES,
        lives=_SOON,
    ),
    "login.denied_not_me": _told(
        "您拒绝了一次登录",
        "您于{at}扫码后选择了“不是我”,那次登录没有成功。请勿扫描他人发来的二维码。",
        "已拒绝,请勿扫他人二维码",
        place=Place.DEVICES,
        lives=_SOON,
    ),
    "account.locked": _told(
        "账号已锁定",
        "因多次输错密码,您的账号于{at}锁定。可以稍后再试,或用扫码登录;不是您本人的,请修改密码。",
        "多次输错密码,请核实",
        spare=timedelta(0),
        lives=timedelta(hours=1),
    ),
    "account.unlocked": _told(
        "账号已解锁", "您的账号于{at}解锁,可以登录了。", "账号可以登录了", urgent=False
    ),
    "account.stopped": _told(
        "账号已停用",
        "您的账号于{at}被经办机构停用,暂时不能登录。有疑问的,请携带身份证件到参保机构窗口,或拨打12333。",
        "有疑问请到参保机构窗口",
        spare=timedelta(0),
        lives=timedelta(hours=24),
    ),
    "account.lifted": _told(
        "账号已恢复使用",
        "您的账号于{at}恢复使用,可以登录了。",
        "账号可以登录了",
        urgent=False,
        spare=timedelta(0),
        lives=timedelta(hours=24),
    ),
    "account.password_reset": _told(
        "密码已重设",
        "您的登录密码于{at}重设,其他设备已退出。不是您本人的,请立即找回密码或联系经办机构。",
        "不是本人请立即找回密码",
        spare=timedelta(0),
        lives=timedelta(hours=24),
    ),
    "account.password_expiring": _told(
        "密码即将到期",
        "您的登录密码将于{due}到期,请在到期前修改。",
        "请登录后修改密码",
        priority=2,
        urgent=False,
        mandatory=False,
        lives=timedelta(days=7),
    ),
    "account.closing": _told(
        "账号正在注销",
        "您申请注销账号,将于{due}完成。不想注销的,请在此之前登录并撤回申请。",
        "不想注销请登录撤回",
        spare=timedelta(0),
        lives=timedelta(days=7),
    ),
    "account.export_ready": _told(
        "个人信息副本已备好",
        "您申请的个人信息副本已备好,请登录后下载。过期将自动删除。",
        "请登录后下载",
        urgent=False,
        priority=1,
        lives=timedelta(days=7),
    ),
    "account.password_changed": _told(
        "密码已修改",
        "您的登录密码于{at}修改,其他设备已退出。不是您本人的,请立即找回密码或联系经办机构。",
        "不是本人请立即找回密码",
        spare=timedelta(0),
        lives=timedelta(hours=24),
    ),
}
