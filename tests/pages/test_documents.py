"""The documents: escaped, free of inline script and style, and complete for their scripts."""

import json
import re
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.errors.entry import Entry
from models.errors.grant import CLERK_FIXED, GRANT_REVOKED
from models.errors.login import QR_EXPIRED, SESSION_ENDED
from models.grant_states import ITEM_GROUP_LABELS
from models.vocabulary import ChallengeStatus, Channel, Role
from server.pages.account_documents import account_page, privacy_page, reset_page
from server.pages.documents import (
    CONTENT_SECURITY_POLICY,
    home_page,
    inbox_page,
    landing_page,
    login_page,
    noscript_login_page,
    noscript_units_page,
)
from server.pages.fill import STATIC_DIR, Markup, element, fill
from server.pages.views import (
    PlainHome,
    PlainLogin,
    PlainPairing,
    PlainRefusal,
    PlainRelation,
    PlainUnit,
    status_text,
)

NASTY = """<script>alert('1')</script>"&' onload=x"""
RELATION = PlainRelation("失业保险", "239900001", "示例市就业服务中心")


def a_login(
    status: ChallengeStatus = ChallengeStatus.PENDING,
    *,
    text: str = "请扫码",
    pairing: PlainPairing | None = None,
    refusal: PlainRefusal | None = None,
) -> PlainLogin:
    return PlainLogin(
        role=Role.CLERK,
        caption="办事员扫码登录",
        status=status,
        status_text=text,
        next_url="/login/plain?id=c1&n=2",
        role_urls={role: f"/login/plain?role={role}" for role in (Role.LEGAL_REP, Role.CLERK)},
        qr_url="/api/v1/login/challenges/c1/qr.svg",
        again_url=None if status is ChallengeStatus.PENDING else "/login/plain?role=clerk",
        pairing=pairing,
        refusal=refusal,
    )


def every_page(text: str = "示例") -> dict[str, str]:
    relation = PlainRelation(text, text, text)
    refusal = PlainRefusal("SB-2106", text, text, [text], trace_id=text)
    return {
        "login": login_page((Channel.MINIAPP, Channel.ECARD)),
        "plain": noscript_login_page(
            a_login(
                ChallengeStatus.SCANNED,
                text=text,
                pairing=PlainPairing("/login/plain/pair", {"id": text}, text),
                refusal=refusal,
            )
        ),
        "units": noscript_units_page(
            [PlainUnit(text, text, Role.CLERK, [relation])], "/home/plain/unit", text, refusal
        ),
        "home": home_page(
            PlainHome(Role.CLERK, text, text, [relation], [(text, "/items")], "/units"),
            "/out",
            text,
        ),
        "landing": landing_page(),
        "inbox": inbox_page(),
    }


class Reader(HTMLParser):
    """Collects what a browser would see: elements with attributes, and all text."""

    def __init__(self, document: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.texts: list[str] = []
        self.feed(document)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.texts.append(data)

    def all(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.elements if name == tag]


@pytest.mark.parametrize("name", every_page())
def test_no_page_has_inline_script_style_or_handlers(name: str) -> None:
    document = Reader(every_page()[name])

    for tag, attributes in document.elements:
        assert tag != "style"
        assert not [key for key in attributes if key == "style" or key.startswith("on")]
        assert tag != "script" or (attributes.get("src") or "").startswith("/static/")
        for key in ("src", "href", "action"):
            assert (attributes.get(key) or "/").startswith(("/", "#")), (tag, key)
    assert len(document.all("script")) == (1 if name in ("login", "inbox") else 0)


@pytest.mark.parametrize("name", every_page())
def test_a_page_is_chinese_titled_and_has_one_main(name: str) -> None:
    document = Reader(every_page()[name])

    assert document.all("html") == [{"lang": "zh-CN"}]
    assert len(document.all("title")) == len(document.all("main")) == 1
    ids = [attributes["id"] for _, attributes in document.elements if "id" in attributes]
    assert len(ids) == len(set(ids))
    assert {sheet["href"] for sheet in document.all("link")} <= {
        "/static/page.css",
        "/static/login.css",
        "/static/inbox.css",
        "/static/mark.svg",
    }


@given(text=st.text(min_size=1) | st.just(NASTY))
def test_text_never_becomes_markup(text: str) -> None:
    plain = {name: Reader(page) for name, page in every_page().items()}

    told = {name: Reader(page) for name, page in every_page(text).items()}

    for name, document in told.items():
        assert [tag for tag, _ in document.elements] == [tag for tag, _ in plain[name].elements]
        for (_, before), (_, after) in zip(plain[name].elements, document.elements, strict=True):
            assert before.keys() == after.keys()


def test_a_place_without_a_value_is_a_fault() -> None:
    with pytest.raises(KeyError):
        fill("plain_refresh", s="3")


def test_elements_escape_what_is_not_markup() -> None:
    assert element("b", NASTY).count("<") == 2
    assert element("b", Markup("<i>x</i>"), data_testid='"', hidden=True, title=False) == (
        '<b data-testid="&quot;" hidden><i>x</i></b>'
    )


def test_the_scan_switch_is_offered_only_where_there_is_a_choice() -> None:
    both = Reader(login_page((Channel.ECARD, Channel.MINIAPP)))

    channels = [one for one in both.all("input") if one.get("name") == "channel"]

    assert [one["value"] for one in channels] == ["ecard", "miniapp"]
    assert ["checked" in one for one in channels] == [True, False]
    assert 'name="channel"' not in login_page((Channel.MINIAPP,))


def test_the_simulated_phone_is_offered_in_development_only() -> None:
    assert 'id="demo"' in login_page(development=True)
    assert 'id="demo"' not in login_page()


def test_every_element_the_scripts_look_up_is_in_the_page() -> None:
    for page, entry in (
        (login_page(tuple(Channel), development=True), "login.js"),
        (inbox_page(), "inbox.js"),
        (account_page(), "account.js"),
        (reset_page(), "reset.js"),
        (privacy_page(), "typeswitch.js"),
    ):
        ids = {one.get("id") for _, one in Reader(page).elements}
        scripts = "".join(
            (STATIC_DIR / name).read_text(encoding="utf-8") for name in loaded_by(entry)
        )

        looked_up = set(re.findall(r"byId\('([^']+)'\)", scripts))

        assert looked_up - ids == set(), entry


def loaded_by(entry: str) -> set[str]:
    """A module with everything that it imports, and so on."""
    loaded, ahead = set[str](), [entry]
    while ahead:
        name = ahead.pop()
        if name not in loaded:
            loaded.add(name)
            text = (STATIC_DIR / name).read_text(encoding="utf-8")
            ahead += re.findall(r"from '\./([^']+)'", text)
    return loaded


def test_the_no_script_page_reloads_itself_only_while_that_helps() -> None:
    waiting = noscript_login_page(a_login())
    typing = noscript_login_page(
        a_login(ChallengeStatus.SCANNED, pairing=PlainPairing("/pair", {"id": "c1"}))
    )
    over = noscript_login_page(a_login(ChallengeStatus.DENIED))

    assert '<meta http-equiv="refresh" content="3; url=/login/plain?id=c1&amp;n=2">' in waiting
    assert "http-equiv" not in typing
    assert "http-equiv" not in over
    assert "重新获取二维码" in over


def test_the_no_script_page_shows_caption_picture_state_and_both_roles() -> None:
    document = Reader(noscript_login_page(a_login(text="张*已扫码。")))
    links = {one.get("data-testid"): one for one in document.all("a")}

    assert {"办事员扫码登录", "张*已扫码。"} <= set(document.texts)
    assert "/api/v1/login/challenges/c1/qr.svg" in {one.get("src") for one in document.all("img")}
    assert links["role-clerk"]["href"] == "/login/plain?role=clerk"
    assert links["role-clerk"]["aria-current"] == "true"
    assert "aria-current" not in links["role-legal_rep"]


def test_choosing_a_unit_without_script_is_a_form_per_unit() -> None:
    units = [PlainUnit(f"u{n}", f"示例{n}公司", Role.CLERK, [RELATION]) for n in range(3)]

    document = Reader(noscript_units_page(units, "/home/plain/unit", "token"))

    assert [one["action"] for one in document.all("form")] == ["/home/plain/unit"] * 3
    sent = [(one["name"], one["value"]) for one in document.all("input")[:3]]
    assert sent == [("unit_id", "u0"), ("role", "clerk"), ("csrf_token", "token")]


def test_every_status_has_words_of_its_own() -> None:
    said = {status_text(status, "张*") for status in ChallengeStatus}

    assert len(said) == len(ChallengeStatus)
    assert status_text(ChallengeStatus.SCANNED, "张*").startswith("张*已扫码")


def test_the_policy_allows_nothing_inline_and_nothing_foreign() -> None:
    assert CONTENT_SECURITY_POLICY.startswith("default-src 'none'; script-src 'self';")
    assert "unsafe" not in CONTENT_SECURITY_POLICY
    assert "frame-ancestors 'none'" in CONTENT_SECURITY_POLICY


@pytest.mark.parametrize("entry", [GRANT_REVOKED, SESSION_ENDED], ids=lambda entry: entry.code)
def test_sentences_the_script_keeps_are_those_of_the_catalogue(entry: Entry) -> None:
    script = (STATIC_DIR / "sessionevents.js").read_text(encoding="utf-8")

    for sentence in (entry.code, entry.prompt, entry.explain):
        assert f"'{sentence}'" in script


def test_the_words_for_an_expired_code_are_those_of_the_catalogue() -> None:
    script = (STATIC_DIR / "challenge.js").read_text(encoding="utf-8")

    assert status_text(ChallengeStatus.EXPIRED) == QR_EXPIRED.prompt
    assert f"'{QR_EXPIRED.prompt}'" in script


def test_node_reads_the_modules_as_modules() -> None:
    package = json.loads(STATIC_DIR.with_name("package.json").read_text(encoding="utf-8"))

    assert package["type"] == "module"


def test_the_words_of_the_grants_page_are_those_of_catalogue_and_vocabulary() -> None:
    editor = (STATIC_DIR / "granteditor.js").read_text(encoding="utf-8")
    choice = (STATIC_DIR / "scopechoice.js").read_text(encoding="utf-8")

    assert f"'{CLERK_FIXED.prompt}'" in editor
    for group, words in ITEM_GROUP_LABELS.items():
        assert f"{group.value}: '{words}'" in choice
