"""T-OBSERVE, T-FIX, rows 12 and 24: what somebody gets who saw the QR, the URLs or the logs."""

import asyncio
import re
import secrets
from typing import Any

import pytest

from server.app import operations
from tests.attacks.play import BIND, SID, approved, scanned, without_traces
from tests.live import Desk, Live

DOORS: list[tuple[str, str, dict[str, Any] | None]] = [
    ("GET", "", None),
    ("GET", "?wait=1&revision=1", None),
    ("GET", "/events", None),
    ("GET", "/qr.svg", None),
    ("GET", "/qr.png", None),
    ("PATCH", "", {"role": "clerk"}),
    ("POST", "/pair", {"code": "47"}),
    ("POST", "/carry", None),
    ("DELETE", "", None),
    ("POST", "/exchange", None),
]
_IF_MATCH = {"If-Match": '"1"'}


@pytest.mark.parametrize(("method", "path", "body"), DOORS)
async def test_row_3_without_the_cookie_a_challenge_does_not_exist(
    arena: Live, method: str, path: str, body: dict[str, Any] | None
) -> None:
    desk, _ = await approved(arena, "P3")
    other = arena.desk()
    await other.issue("clerk")
    made_up = f"/login/challenges/{secrets.token_urlsafe(12)}"

    answers = [
        await thief.send(method, at + path, body, headers=_IF_MATCH)
        for thief, at in (
            (arena.client(), desk.path),
            (other, desk.path),
            (arena.client(), made_up),
            (other, made_up),
        )
    ]

    assert {answer.status for answer in answers} == {404}
    assert len({without_traces(answer.body) for answer in answers}) == 1
    assert all("Set-Cookie" not in answer.headers for answer in answers)
    assert (await desk.exchange())["next"] == "home"


async def test_row_3_nothing_that_a_waiting_page_is_told_can_be_redeemed(arena: Live) -> None:
    desk, phone, seen = await scanned(arena, "P3")
    told = [str(await desk.look())]
    (await phone.approve(seen)).good()
    async with desk.events(f"{desk.path}/events") as events:
        async for event in events:
            told.append(str(event.facts))
            if event.name == "status":
                break
    told.append(str(await desk.look()))

    secrets_ = {desk.cookies[BIND], phone.token, seen["nonce"]}
    assert not [secret for secret in secrets_ for text in told if secret in text]


async def test_row_4_a_session_cookie_planted_before_the_login_is_worth_nothing_after_it(
    arena: Live,
) -> None:
    desk, phone, seen = await scanned(arena, "P3")
    planted = secrets.token_urlsafe(32)
    desk.cookies[SID] = planted
    (await phone.approve(seen)).good()

    await desk.exchange()

    thief = Desk(arena.url, arena.http, cookies={SID: planted})
    assert desk.cookies[SID] != planted
    assert (await thief.get("/session")).status == 401
    assert (await desk.get("/session")).status == 200


async def test_row_4_the_session_of_somebody_else_is_not_carried_into_a_new_login(
    arena: Live,
) -> None:
    desk = await arena.sign_in("P3")
    before = desk.cookies[SID]
    await desk.issue("clerk")
    phone = await arena.phone("P17")
    (await phone.approve((await phone.scan(desk)).good())).good()

    entry = await desk.exchange()

    assert desk.cookies[SID] != before
    assert entry["session"]["epoch"] == 1


async def test_row_4_switching_the_unit_changes_the_secret_and_kills_the_old_one(
    arena: Live,
) -> None:
    desk = await arena.sign_in("P4")
    before = desk.cookies[SID]
    units = (await desk.get("/session/units")).good()["items"]

    await desk.switch_unit(units[0]["id"], "clerk")

    thief = Desk(arena.url, arena.http, cookies={SID: before})
    assert desk.cookies[SID] != before
    assert (await thief.get("/session")).status == 401


async def test_row_4_every_cookie_is_out_of_reach_of_scripts_and_other_sites(arena: Live) -> None:
    desk, _ = await approved(arena, "P3")

    answer = await desk.post(f"{desk.path}/exchange")

    cookies = answer.headers.getall("Set-Cookie")
    assert {line.partition("=")[0] for line in cookies} >= {SID, BIND}
    assert all("HttpOnly" in line and "SameSite=Strict" in line for line in cookies)


async def test_row_24_no_secret_of_a_whole_login_is_in_an_address_or_a_log(arena: Live) -> None:
    desk, phone, seen = await scanned(arena, "P3")
    frame = desk.challenge["frame"]
    await arena.client().get(f"//l/{frame}")
    await arena.client().get(f"//l/{frame}/no-such-page")
    (await phone.approve(seen)).good()
    await desk.exchange()
    await desk.get(f"/no-such-page?sid={desk.cookies[SID]}")

    log = arena.running.log()
    held = [phone.token, seen["nonce"], frame, desk.session["csrf_token"], *desk.cookies.values()]
    assert [secret for secret in held if secret in log] == []
    assert not re.search(r"(?<!\d)2399\d{13}[\dXx](?!\d)", log)


async def test_row_24_no_page_gives_its_address_away_or_may_be_kept(arena: Live) -> None:
    desk = await arena.sign_in("P3")
    frame = desk.challenge["frame"]
    pages = ["//", "//login", f"//l/{frame}", "//help/errors"]
    facts = [desk.path, "/session", "/sessions"]

    answers = await asyncio.gather(*(desk.get(path) for path in (*pages, *facts)))

    kept_apart = {"X-Content-Type-Options": "nosniff", "Cache-Control": "no-store"}
    told = {
        path: {name: answer.headers.get(name) for name in kept_apart}
        for path, answer in zip((*pages, *facts), answers, strict=True)
    }
    assert {path: found for path, found in told.items() if found != kept_apart} == {}
    referrers = [answer.headers.get("Referrer-Policy") for answer in answers[: len(pages)]]
    assert referrers == ["no-referrer"] * len(pages)


async def test_row_24_redeeming_is_never_a_get(arena: Live) -> None:
    desk, _ = await approved(arena, "P3")

    by_get = await desk.get(f"{desk.path}/exchange")
    by_head = await desk.send("HEAD", f"{desk.path}/exchange")

    assert (by_get.status, by_head.status) == (405, 405)
    assert (await desk.look())["status"] == "approved"


async def test_row_24_a_page_of_another_site_cannot_redeem_or_pair_for_the_browser(
    arena: Live,
) -> None:
    desk, _ = await approved(arena, "P3")

    answers = [
        await desk.send(method, desk.path + path, body, headers=_IF_MATCH | _FROM_ELSEWHERE)
        for method, path, body in DOORS
        if method != "GET"
    ]

    assert {(answer.status, answer.code) for answer in answers} == {(403, "SB-9016")}
    assert (await desk.look())["status"] == "approved"


_FROM_ELSEWHERE = {"Sec-Fetch-Site": "cross-site", "Origin": "https://evil.example"}


async def test_row_12_challenge_ids_cannot_be_found_by_trying(arena: Live) -> None:
    thief = arena.desk()
    await thief.issue("clerk")
    thief_paths = [f"/login/challenges/{secrets.token_urlsafe(12)}" for _ in range(100)]

    answers = await asyncio.gather(*(thief.get(path) for path in thief_paths))

    assert {answer.status for answer in answers} == {404}


def test_row_3_the_doors_above_are_all_there_are() -> None:
    under = {
        (each.method, each.path.partition("<cid:str>")[2])
        for each in operations()
        if each.path.startswith("/api/v1/login/challenges/<cid:str>")
    }

    assert under == {(method, path.partition("?")[0]) for method, path, _ in DOORS}
