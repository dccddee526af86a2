"""The PC page as documents: the scripted login page, and the same way in without any script."""

from collections.abc import Sequence

from models.vocabulary import Channel
from server.pages.fill import Markup, element, fill, hidden_field, joined
from server.pages.views import (
    ROLE_NAMES,
    STILL_OPEN,
    PlainHome,
    PlainLogin,
    PlainPairing,
    PlainRefusal,
    PlainRelation,
    PlainUnit,
)

CONTENT_SECURITY_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:;"
    " connect-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)
REFRESH_S = 3
_NOTHING = Markup("")
_CHANNEL_NAMES = {Channel.MINIAPP: "微信、支付宝扫码", Channel.ECARD: "电子社保卡扫码"}


def login_page(
    channels: Sequence[Channel] = (Channel.MINIAPP,), *, development: bool = False
) -> str:
    """Give the scripted page of `/` and `/login`.

    channels: those switched on, default first; development: offer the simulated phone.
    """
    choices = joined(
        Markup(
            f'<label><input type="radio" name="channel" value="{channel.value}"'
            f'{" checked" if channel is channels[0] else ""} data-testid="channel-{channel.value}">'
            f"<span>{_CHANNEL_NAMES[channel]}</span></label>"
        )
        for channel in channels
    )
    switch = fill("channels", choices=choices) if len(channels) > 1 else _NOTHING
    return document(
        "登录",
        fill(
            "login",
            password=fill("password_login"),
            channels=switch,
            demo=fill("demo") if development else _NOTHING,
        ),
        fill("login_head"),
    )


def inbox_page() -> str:
    """Give the page of `/inbox`, which reads the messages by script."""
    return document("消息", fill("inbox"), fill("inbox_head"))


def certificates_page() -> str:
    """Give the page of `/certificates`, which reads the unit's certificates by script."""
    return document("数字证书管理", fill("certificates"), fill("certificates_head"))


def register_page() -> str:
    """Give the page of `/register`, where a legal representative registers the unit."""
    return document("单位注册", fill("register"), fill("register_head"))


def grants_page() -> str:
    """Give the page of `/grants`, which reads the unit's grants by script."""
    return document("授权登录", fill("grants"), fill("grants_head"))


def profile_page() -> str:
    """Give the page of `/profile`, which reads the unit's information by script."""
    return document("修改资料", fill("profile", bar=fill("bar")), fill("profile_head"))


def own_grants_page() -> str:
    """Give the page of `/my-grants`, where clerks see and ask for grants, by script."""
    return document("我的授权", fill("my_grants"), fill("my_grants_head"))


def console_page() -> str:
    """Give the page of `/console/`, where officers of the agencies work by script."""
    return document("经办机构工作台", fill("console"), fill("console_head"))


def noscript_login_page(view: PlainLogin) -> str:
    """Give the login page that needs no script; it reloads itself while there is news to come."""
    over = view.status not in STILL_OPEN
    picture = _NOTHING
    if view.qr_url is not None:
        picture = fill("plain_picture", url=view.qr_url)
    again = _NOTHING
    if view.again_url is not None:
        again = _link("重新获取二维码" if over else "不是我,重新获取", view.again_url, "not-me")
    body = fill(
        "plain_login",
        status=view.status.value,
        caption=view.caption,
        picture=picture,
        status_text=view.status_text,
        pairing=_pairing(view.pairing),
        refusal=_refusal(view.refusal),
        again=again,
        roles=_role_links(view),
        next=_NOTHING if over else _next(view.next_url, reloads=view.pairing is None),
    )
    # Nothing more will come, or a reload would wipe the digits while they are being typed.
    still = over or view.pairing is not None
    head = _NOTHING if still else fill("plain_refresh", s=str(REFRESH_S), url=view.next_url)
    return document("登录", body, head)


def noscript_units_page(
    units: Sequence[PlainUnit],
    action_url: str,
    csrf_token: str,
    refusal: PlainRefusal | None = None,
) -> str:
    """Give the unit chooser without script: a form per unit (unit_id, role, csrf_token)."""
    forms = (
        fill(
            "plain_unit",
            action=action_url,
            fields=joined(
                hidden_field(name, value)
                for name, value in (
                    ("unit_id", unit.id),
                    ("role", unit.role.value),
                    ("csrf_token", csrf_token),
                )
            ),
            name=unit.name,
            role=unit.role.value,
            role_name=ROLE_NAMES[unit.role],
            relations=joined(_relation_line(relation) for relation in unit.relations),
        )
        for unit in units
    )
    body = fill("plain_units", units=joined(forms), refusal=_refusal(refusal))
    return document("选择单位", body)


def home_page(view: PlainHome, sign_out_url: str, csrf_token: str) -> str:
    """Give the signed-in page without script. sign_out_url: receives a POST with csrf_token."""
    menus = joined(_link(title, url, "menu", "") for title, url in view.menus)
    acts = fill("plain_sign_out", action=sign_out_url, field=hidden_field("csrf_token", csrf_token))
    if view.switch_url is not None:
        acts = joined([_link("切换单位", view.switch_url, "switch-unit"), acts])
    rows = joined(
        element(
            "tr",
            joined(
                element("td", text)
                for text in (relation.insurance_name, relation.unit_no, relation.agency)
            ),
        )
        for relation in view.relations
    )
    body = fill(
        "plain_home",
        role=ROLE_NAMES[view.role],
        unit=view.unit,
        person=view.person,
        relations=rows,
        acts=acts,
        menus=element("nav", menus, class_="menus", aria_label="办事菜单") if menus else menus,
    )
    return document(view.unit, body)


def landing_page() -> str:
    """Give the page behind the QR link for a phone's own camera; it can never log anybody in."""
    return document("请用微信、支付宝或电子社保卡扫码", fill("landing"))


def document(title: str, body: Markup, head: Markup = _NOTHING) -> str:
    """Give a whole page around a body."""
    return str(fill("document", title=title, body=body, head=head))


def _link(text: str, url: str, testid: str, look: str = "button quiet") -> Markup:
    return element("a", text, href=url, class_=look or False, data_testid=testid)


def _role_links(view: PlainLogin) -> Markup:
    return joined(
        element(
            "a",
            ROLE_NAMES[role],
            href=url,
            aria_current="true" if role is view.role else False,
            data_testid=f"role-{role.value}",
        )
        for role, url in view.role_urls.items()
    )


def _next(url: str, *, reloads: bool) -> Markup:
    words = "本页会自动刷新,也可以点此查看结果" if reloads else "点此查看结果"
    return element("p", _link(words, url, "next", ""), class_="muted")


def _relation_line(relation: PlainRelation) -> Markup:
    words = (relation.insurance_name, f"单位编号 {relation.unit_no}", relation.agency)
    return element("span", " · ".join(words), class_="relation")


def _pairing(pairing: PlainPairing | None) -> Markup:
    if pairing is None:
        return _NOTHING
    fields = joined(hidden_field(name, value) for name, value in pairing.fields.items())
    return fill("plain_pairing", action=pairing.action_url, hidden=fields, message=pairing.message)


def _refusal(refusal: PlainRefusal | None) -> Markup:
    if refusal is None:
        return _NOTHING
    solutions = element("ul", joined(element("li", text) for text in refusal.solutions))
    trace = _NOTHING
    if refusal.trace_id is not None:
        trace = element("span", f"流水号:{refusal.trace_id}", class_="trace")
    return fill(
        "plain_refusal",
        title=refusal.title,
        detail=refusal.detail,
        solutions=solutions if refusal.solutions else _NOTHING,
        code=refusal.code,
        trace=trace,
    )
