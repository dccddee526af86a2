"""T-XFF, rows 11, 22 and 23: what is said of oneself is not believed, foreign codes go nowhere."""

from typing import Any

import pytest

from tests.attacks.play import SID, frames_of, report
from tests.attacks.test_floods import a_phone_of_its_own
from tests.live import Desk, Live, Phone

AGENTS = {
    "<script>alert(1)</script>": ("未知", "未知"),
    "Mozilla/5.0 (Windows NT 10.0) Chrome/126<img src=x onerror=alert(1)>": (
        "Chrome 126",
        "Windows",
    ),
    'Chrome/126"};alert(1);//': ("Chrome 126", "未知"),
    "Firefox/127 {{7*7}} ${7*7} <%= 7*7 %>": ("Firefox 127", "未知"),
    "' OR 1=1; DROP TABLE persons; -- Linux": ("未知", "Linux"),
    "工商银行安全控件(官方) iPhone": ("未知", "iOS"),
    "A" * 8000 + " Chrome/126 Windows": ("未知", "未知"),
    "Chrome/" + "9" * 300: ("Chrome 999", "未知"),
}


@pytest.mark.parametrize("agent", AGENTS)
async def test_row_11_of_a_user_agent_only_our_own_short_words_reach_the_card(
    arena: Live, agent: str
) -> None:
    desk = Desk(arena.url, arena.http, {"User-Agent": agent})
    phone = await arena.phone("P3")
    await desk.issue("clerk")

    answer = await phone.scan(desk)

    context = answer.good()["context"]
    assert (context["browser"], context["os"]) == AGENTS[agent]
    assert answer.headers["Content-Type"].startswith("application/json")
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert not any(mark in answer.body for mark in (b"<", b"DROP", b"7*7", "银行".encode()))


async def test_row_11_only_what_our_own_proxy_saw_is_the_address(arena: Live) -> None:
    desk = arena.desk("11.11.11.11, 12.12.12.12, 9.9.9.9")
    phone = await arena.phone("P3", address="9.9.9.9")
    await desk.issue("clerk")

    place = (await phone.scan(desk)).good()["context"]["ip_place"]

    assert place == "广东深圳 9.9.9.9"


async def test_row_11_without_a_proxy_no_header_changes_the_address(strict: Live) -> None:
    spoofed = {
        "X-Forwarded-For": "9.9.9.9, 9.9.9.9",
        "X-Real-IP": "9.9.9.9",
        "Forwarded": "for=9.9.9.9",
        "CF-Connecting-IP": "9.9.9.9",
        "True-Client-IP": "9.9.9.9",
    }
    phone, code = Phone(strict.url, strict.http, spoofed), {"openid": "persona-P3"}
    told = await strict.control("/wechat/users", code)
    body = {"platform": "wechat", "code": told["code"]}
    phone.signed_in((await phone.post("/phone/login", body)).good())
    await strict.bind(phone, "P3")

    devices = (await phone.get("/sessions")).good()["items"]

    assert {device["ip"] for device in devices} == {"127.0.0.1"}


@pytest.mark.parametrize("header", ["", "unknown", "9.9.9.9:80", "1.2.3", "<script>", "9.9.9.9\t,"])
async def test_row_11_a_broken_address_from_the_proxy_is_the_proxys_own(
    arena: Live, header: str
) -> None:
    desk = Desk(arena.url, arena.http, {"X-Forwarded-For": header})
    phone = await arena.phone("P3")
    await desk.issue("clerk")

    place = (await phone.scan(desk)).good()["context"]["ip_place"]

    assert place in ("局域网 127.0.0.1", "广东深圳 9.9.9.9")
    assert place.endswith("9.9.9.9") is (header == "9.9.9.9\t,")


def _foreign_texts(url: str, token: str) -> list[str]:
    host = url.partition("://")[2]
    return [
        f"https://evil.example/l/{token}",
        f"http://{host}@evil.example/l/{token}",
        f"http://evil.example@{host}/l/{token}",
        f"http://{host}.evil.example/l/{token}",
        f"https://{host}/l/{token}",
        f"HTTP://{host}/l/{token}",
        f"{url}/l/{token}?next=https://evil.example",
        f"{url}/l/{token}#x",
        f"{url}/l/{token[:-1]}",
        f"{url}/l/{token}A",
        f"{url}/L/{token}",
        f"{url}/l/../l/{token}",
        f"{url}/l/{token[:17]}٠٠٠{token[20:]}",
        token,
        "javascript:alert(1)",
        "weixin://dl/business/?t=x",
        "",
        " ",
        "二维码",
        "bankid.67df3917-fa0d-44e5-b327-edcc928297f8.0.dc69358e712458a66a7525beef148ae8",
    ]


async def test_row_23_only_our_own_link_to_the_letter_is_a_login(arena: Live) -> None:
    desk = arena.desk()
    token = (await desk.issue("clerk"))["frame"]

    foreign = _foreign_texts(arena.url, token)
    for texts in (foreign[:10], foreign[10:]):
        phone = await a_phone_of_its_own(arena)
        codes = [(await report(phone, text)).code for text in texts]
        assert codes == ["SB-2115"] * len(texts), texts

    assert (await desk.look())["status"] == "pending"


async def test_row_23_the_page_behind_a_code_claims_nothing_and_asks_for_nothing(
    arena: Live,
) -> None:
    desk = arena.desk()
    token = (await desk.issue("clerk"))["frame"]

    genuine = await arena.client().get(f"//l/{token}")
    forged = await arena.client().get(f"//l/{token[:-12]}AAAAAAAAAAAA")

    assert genuine.status == forged.status == 200
    assert genuine.body == forged.body
    assert "Set-Cookie" not in genuine.headers
    assert not any(mark in genuine.body for mark in (b"<form", b"<input", b"password"))
    assert "default-src 'none'" in genuine.headers["Content-Security-Policy"]
    assert (await desk.look())["status"] == "pending"


async def test_row_22_a_frame_of_another_challenge_does_not_claim_this_one(arena: Live) -> None:
    one, other, phone = arena.desk(), arena.desk(), await arena.phone("P3")
    await one.issue("clerk")
    await other.issue("clerk")

    (await phone.scan(one)).good()

    assert (await one.look())["status"] == "scanned"
    assert (await other.look())["status"] == "pending"


async def test_row_22_a_genuine_frame_of_no_challenge_is_an_expired_one(arena: Live) -> None:
    frames, phone = frames_of(arena), await arena.phone("P3")

    answer = await report(phone, frames.url(frames.token("A" * 16, 0, 0)))

    assert (answer.status, answer.code) == (410, "SB-2103")


async def test_row_22_a_frame_that_was_not_shown_yet_is_refused(arena: Live) -> None:
    frames, phone, desk = frames_of(arena), await arena.phone("P3"), arena.desk()
    cid = (await desk.issue("clerk"))["id"]

    ahead = [await report(phone, frames.url(frames.token(cid, 0, step))) for step in (3, 100, 999)]
    other_generation = await report(phone, frames.url(frames.token(cid, 1, 0)))

    assert [answer.code for answer in ahead] == ["SB-2103"] * 3
    assert other_generation.code == "SB-2105"
    assert (await desk.look())["status"] == "pending"


async def test_row_22_a_phones_token_is_no_desk_and_a_desks_cookie_is_no_phone(
    arena: Live,
) -> None:
    desk, phone = await arena.sign_in("P3"), await arena.phone("P3")
    as_cookie = Desk(arena.url, arena.http, cookies={SID: phone.token})
    as_token = Phone(arena.url, arena.http)
    as_token.signed_in({"token": desk.cookies[SID], "identity": "bound"})

    answers = [
        await as_cookie.get("/session"),
        await as_token.get("/session"),
        await report(as_token, "anything"),
    ]

    assert [answer.status for answer in answers] == [401] * 3


async def test_row_22_a_phone_without_an_ecard_identity_can_scan_nothing(arena: Live) -> None:
    desk, stranger = arena.desk(), await arena.stranger()
    await desk.issue("clerk")

    answer = await stranger.scan(desk)

    assert (answer.status, answer.code) == (403, "SB-2118")
    assert (await desk.look())["status"] == "pending"


async def test_row_22_an_ecard_login_belongs_to_the_code_that_was_confirmed(arena: Live) -> None:
    one, other = arena.desk(), arena.desk()
    await one.issue("clerk", "ecard")
    await other.issue("clerk", "ecard")

    await arena.scan_by_ecard(one, "P3")
    done: dict[str, Any] = await one.wait_for("approved")

    assert done["scanned_by"]
    assert (await other.look())["status"] == "pending"
    assert (await other.post(f"{other.path}/exchange")).status == 409
