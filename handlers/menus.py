"""What each role finds in its menu; the server decides, a page only draws (手册 3.1.1 注)."""

from dataclasses import dataclass

from models.vocabulary import Role


@dataclass(frozen=True, slots=True)
class MenuItem:
    """One entry. url: where it leads, None while this installation has no page for it."""

    key: str
    title: str
    url: str | None


_HOME = MenuItem("home", "首页", "/")
_MATTERS = MenuItem("matters", "办事中心", None)
_FILINGS = MenuItem("filings", "已办业务", None)
_INBOX = MenuItem("inbox", "消息", None)
_DEVICES = MenuItem("devices", "登录设备", "/#devices")
_PROFILE = MenuItem("profile", "修改资料", None)
_GRANTS = MenuItem("grants", "授权登录", None)
_HELP = MenuItem("help", "错误代码查询", "/help/errors")

MENUS: dict[Role, tuple[MenuItem, ...]] = {
    Role.LEGAL_REP: (_HOME, _MATTERS, _FILINGS, _INBOX, _PROFILE, _GRANTS, _DEVICES, _HELP),
    Role.CLERK: (_HOME, _MATTERS, _FILINGS, _INBOX, _DEVICES, _HELP),
    Role.OFFICER: (_HOME, _HELP),
}
"""经办人员用户中心内无“修改资料”及“授权登录”模块: a clerk's menu has neither profile nor grants."""
