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
_INBOX = MenuItem("inbox", "消息", "/inbox")
_CERTIFICATES = MenuItem("certificates", "数字证书管理", "/certificates")
_DEVICES = MenuItem("devices", "登录设备", "/#devices")
_ACCOUNT = MenuItem("account", "我的账号", "/account")
_PROFILE = MenuItem("profile", "修改资料", "/profile")
_GRANTS = MenuItem("grants", "授权登录", "/grants")
_OWN_GRANTS = MenuItem("own_grants", "我的授权", "/my-grants")
_HELP = MenuItem("help", "错误代码查询", "/help/errors")

MENUS: dict[Role, tuple[MenuItem, ...]] = {
    Role.LEGAL_REP: (
        _HOME,
        _MATTERS,
        _FILINGS,
        _INBOX,
        _CERTIFICATES,
        _PROFILE,
        _GRANTS,
        _DEVICES,
        _ACCOUNT,
        _HELP,
    ),
    Role.CLERK: (
        _HOME,
        _MATTERS,
        _FILINGS,
        _INBOX,
        _OWN_GRANTS,
        _CERTIFICATES,
        _DEVICES,
        _ACCOUNT,
        _HELP,
    ),
    Role.OFFICER: (_HOME, _HELP),
}
"""经办人员用户中心内无“修改资料”及“授权登录”模块: a clerk's menu has neither profile nor grants."""
