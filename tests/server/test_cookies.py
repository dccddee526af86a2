"""Our cookies: out of reach of scripts and other sites, and bound to the host where it is https."""

from collections.abc import AsyncIterator
from http.cookies import Morsel, SimpleCookie

import pytest

from models.vocabulary import Role
from server.call import BROWSER_AGE_S, cookie_name, csrf_token
from tests.build import SITE, a_desk_session, a_granted_clerk, a_registered_rep
from tests.build import an_approved_challenge as approved
from tests.live_clients import Answer, Desk
from tests.server.door import Door, door

LOOPBACK = "http://127.0.0.1:8000"
BIND, SESSION, BROWSER = "zb_qb", "zb_sid", "zb_br"


@pytest.fixture(params=[SITE, LOOPBACK], ids=["https", "loopback"])
async def front(sqlite_url: str, request: pytest.FixtureRequest) -> AsyncIterator[Door]:
    """The application."""
    async with door(sqlite_url, public_url=str(request.param)) as opened:
        yield opened


def cookies_of(answer: Answer) -> dict[str, Morsel[str]]:
    """The cookies that an answer sets."""
    found: dict[str, Morsel[str]] = {}
    for line in answer.headers.getall("Set-Cookie", []):
        found.update(SimpleCookie(line))
    return found


def is_guarded(front: Door, cookie: Morsel[str]) -> bool:
    """Whether scripts, other sites, other hosts and plain http are kept away from it."""
    secure = front.app.ctx.settings.secure
    return (
        cookie.key.startswith("__Host-") is secure
        and bool(cookie["secure"]) is secure
        and bool(cookie["httponly"])
        and cookie["samesite"] == "Strict"
        and cookie["path"] == "/"
        and not cookie["domain"]
    )


def named(front: Door, name: str) -> str:
    """A cookie's full name."""
    return cookie_name(front.app.ctx, name)


async def a_redeemed_login(front: Door) -> tuple[Desk, Answer]:
    """A browser that has just exchanged its challenge, and the answer."""
    rep, desk = await a_registered_rep(), front.desk()
    shown = await approved(front.tools, rep.person, Role.LEGAL_REP, rep.unit)
    desk.cookies[named(front, BIND)] = shown.bind
    return desk, await desk.post(f"/login/challenges/{shown.cid}/exchange")


async def test_a_challenge_is_bound_to_the_browser_that_asked_for_it(front: Door) -> None:
    answer = await front.desk().post("/login/challenges", {"role": "clerk"})

    (cookie,) = cookies_of(answer).values()
    assert cookie.key == named(front, BIND)
    assert len(cookie.value) == 32
    assert is_guarded(front, cookie)


async def test_a_browser_keeps_its_binding_from_one_challenge_to_the_next(front: Door) -> None:
    desk = front.desk()
    await desk.issue("clerk")

    assert cookies_of(await desk.post("/login/challenges", {"role": "clerk"})) == {}


@pytest.mark.parametrize("value", ["short", "x" * 33, "x" * 5000, ""])
async def test_a_binding_that_we_did_not_make_is_replaced(front: Door, value: str) -> None:
    desk = front.desk()
    desk.cookies[named(front, BIND)] = value

    answer = await desk.post("/login/challenges", {"role": "clerk"})

    assert cookies_of(answer)[named(front, BIND)].value != value


async def test_a_login_gives_guarded_cookies_and_lets_the_binding_lapse(front: Door) -> None:
    _, answer = await a_redeemed_login(front)

    cookies = cookies_of(answer)
    assert set(cookies) == {named(front, name) for name in (BIND, SESSION, BROWSER)}
    assert all(is_guarded(front, cookie) for cookie in cookies.values())
    assert cookies[named(front, SESSION)]["max-age"] == ""
    assert cookies[named(front, BROWSER)]["max-age"] == str(BROWSER_AGE_S)
    assert cookies[named(front, BIND)]["max-age"] == "60"
    assert len(cookies[named(front, SESSION)].value) == 43


async def test_no_secret_of_a_login_is_in_its_body(front: Door) -> None:
    _, answer = await a_redeemed_login(front)

    body = answer.body.decode()
    assert not [cookie for cookie in cookies_of(answer).values() if cookie.value in body]


async def test_signing_out_takes_the_session_away(front: Door) -> None:
    desk, entered = await a_redeemed_login(front)
    desk.entered(entered.good())

    answer = await desk.delete("/session")

    cookie = cookies_of(answer)[named(front, SESSION)]
    assert (cookie.value, cookie["max-age"]) == ("", "0")
    assert is_guarded(front, cookie)


async def test_a_switch_replaces_the_session_and_its_secret(front: Door) -> None:
    clerk = await a_granted_clerk()
    signed = await a_desk_session(front.tools, clerk.person, Role.CLERK)
    desk = front.desk()
    desk.cookies[named(front, SESSION)] = signed.secret
    desk.headers["X-CSRF-Token"] = csrf_token(front.tools, signed.secret)

    answer = await desk.post("/session/unit", {"unit_id": clerk.unit.id, "role": "clerk"})

    cookie = cookies_of(answer)[named(front, SESSION)]
    assert is_guarded(front, cookie)
    assert cookie.value != signed.secret
    assert answer.json["csrf_token"] != desk.headers["X-CSRF-Token"]


async def test_a_cookie_that_plain_http_could_have_planted_does_not_count_on_https(
    sqlite_url: str,
) -> None:
    async with door(sqlite_url, public_url=SITE) as front:
        clerk = await a_granted_clerk()
        signed = await a_desk_session(front.tools, clerk.person, Role.CLERK, clerk.unit)
        desk = front.desk()
        desk.cookies[SESSION] = signed.secret
        planted = await desk.get("/session")
        desk.cookies = {named(front, SESSION): signed.secret}
        genuine = await desk.get("/session")

    assert (planted.status, genuine.status) == (401, 200)


async def test_a_token_for_phones_is_given_in_the_body_and_not_as_a_cookie(front: Door) -> None:
    answer = await front.phone().post("/phone/login", {"platform": "wechat", "code": "c"})

    assert answer.good()["token"]
    assert cookies_of(answer) == {}


async def test_another_sites_page_cannot_begin_or_change_anything(front: Door) -> None:
    desk = front.desk()
    await desk.issue("clerk")
    signed_in, entered = await a_redeemed_login(front)
    signed_in.entered(entered.good())
    cross = {"Sec-Fetch-Site": "cross-site"}

    refusals = [
        await desk.send("POST", "/login/challenges", {"role": "clerk"}, headers=cross),
        await desk.send("DELETE", desk.path, headers=cross),
        await desk.send("POST", f"{desk.path}/exchange", headers=cross),
        await signed_in.send("DELETE", "/session", headers=cross),
    ]

    assert [(answer.status, answer.code) for answer in refusals] == [(403, "SB-9016")] * 4
