"""Pages of accounts and one's own data: a forgotten password, my account, the privacy notice."""

from models.notice import CONTACT, KINDS, RIGHTS, VERSION
from server.pages.documents import document
from server.pages.fill import Markup, element, fill, joined


def reset_page() -> str:
    """Give the page that sets a password by code or by one-time link."""
    return document("设置登录密码", fill("reset", bar=fill("bar")), _script("reset.js"))


def account_page() -> str:
    """Give the page of one's own account; its script asks who is signed in."""
    return document("我的账号", fill("account", bar=fill("bar")), _script("account.js"))


def privacy_page() -> str:
    """Give the privacy notice in force; it needs no script."""
    rows = joined(
        element(
            "tr",
            joined(
                element("td", text) for text in (kind.data, kind.purpose, kind.ground, kind.kept)
            ),
        )
        for kind in KINDS
    )
    rights = joined(element("li", text) for text in RIGHTS)
    body = fill(
        "privacy", bar=fill("bar"), version=VERSION, kinds=rows, rights=rights, contact=CONTACT
    )
    return document("隐私保护指引", body, _script("typeswitch.js"))


def _script(name: str) -> Markup:
    return Markup(f'<script type="module" src="/static/{name}"></script>')
