"""T-BRUTE, T-SLOW, rows 12, 14, 15: trying too often ends in a wait, never in a way in."""

import asyncio
import re
import secrets

import pytest

from tests.attacks.play import report
from tests.live import Answer, Desk, Live, Phone

TRIES = 10


async def a_phone_of_its_own(live: Live, key: str = "P19") -> Phone:
    """A phone that no other test has used, so that what it is refused for harms nobody else."""
    phone = await live.stranger()
    (await live.bind(phone, key)).good()
    return phone


def _waits(answer: Answer, most_s: int) -> None:
    assert (answer.status, answer.code) == (429, "SB-2010")
    assert 1 <= int(answer.headers["Retry-After"]) <= most_s
    assert answer.json["retry_after_s"] == int(answer.headers["Retry-After"])


async def test_row_12_the_eleventh_forged_frame_locks_the_phone_for_ten_minutes(
    arena: Live,
) -> None:
    desk, phone, other = arena.desk(), await a_phone_of_its_own(arena), await arena.phone("P19")
    await desk.issue("clerk")
    forged = [desk.challenge["url"][:-12] + secrets.token_urlsafe(9) for _ in range(TRIES)]

    refused = [await report(phone, text) for text in forged]
    locked = await report(phone, desk.challenge["url"])

    assert [answer.code for answer in refused] == ["SB-2115"] * TRIES
    _waits(locked, 600)
    assert (await desk.look())["status"] == "pending"
    assert (await other.scan(desk)).status == 200


async def test_row_12_a_hundred_forged_frames_at_once_are_not_more_than_ten(arena: Live) -> None:
    desk, phone = arena.desk(), await a_phone_of_its_own(arena)
    await desk.issue("clerk")
    forged = [desk.challenge["url"][:-12] + secrets.token_urlsafe(9) for _ in range(100)]

    answers = await asyncio.gather(*(report(phone, text) for text in forged))

    codes = [answer.code for answer in answers]
    assert (codes.count("SB-2115"), codes.count("SB-2010")) == (TRIES, 90)


async def test_row_12_signing_the_phone_in_again_does_not_lift_the_lock(arena: Live) -> None:
    openid = f"brute-{secrets.token_hex(6)}"
    for n in range(2):
        code = (await arena.control("/wechat/users", {"openid": openid}))["code"]
        phone = Phone(arena.url, arena.http)
        answer = await phone.post("/phone/login", {"platform": "wechat", "code": code})
        phone.signed_in(answer.good())
        if n == 0:
            (await arena.bind(phone, "P19")).good()
            for _ in range(TRIES):
                await report(phone, "https://elsewhere.example/l/x")

    _waits(await report(phone, "https://elsewhere.example/l/x"), 600)


async def test_row_14_polling_too_fast_is_told_to_wait_and_waiting_helps(arena: Live) -> None:
    desk = arena.desk()
    await desk.issue("clerk")

    answers = [await desk.get(desk.path) for _ in range(20)]
    await asyncio.sleep(int(answers[-1].headers["Retry-After"]) + 0.1)
    after = await desk.get(desk.path)

    statuses = [answer.status for answer in answers]
    accepted = statuses.index(429)
    assert 5 <= accepted <= 6
    assert statuses[accepted:] == [429] * (20 - accepted) or 200 in statuses[accepted:]
    _waits(answers[-1], 1)
    assert after.status == 200


async def test_row_14_hammering_does_not_put_the_next_accepted_poll_off(arena: Live) -> None:
    desk = arena.desk()
    await desk.issue("clerk")
    loop = asyncio.get_running_loop()
    began, accepted, asked = loop.time(), 0, 0

    while loop.time() - began < 3.2:
        asked += 1
        accepted += (await desk.get(desk.path)).status == 200
        await asyncio.sleep(0.02)

    assert asked > 30
    assert 7 <= accepted <= 9


async def test_row_14_a_limited_poll_stops_neither_the_stream_nor_another_page(
    arena: Live,
) -> None:
    desk, other, phone = arena.desk(), arena.desk(), await arena.phone("P3")
    await desk.issue("clerk")
    await other.issue("clerk")
    for _ in range(8):
        await desk.get(desk.path)

    async with desk.events(f"{desk.path}/events") as events:
        first = await anext(events)
        (await phone.scan(desk)).good()
        seen = [first]
        async for event in events:
            seen.append(event)
            if event.name == "status" and event.facts["status"] == "scanned":
                break

    assert first.facts["status"] == "pending"
    assert (await other.get(other.path)).status == 200


async def test_row_14_somebody_without_the_cookie_cannot_use_up_anothers_polls(
    arena: Live,
) -> None:
    desk, thief = arena.desk(), arena.desk()
    await desk.issue("clerk")
    await thief.issue("clerk")

    stolen = [await thief.get(desk.path) for _ in range(30)]

    assert {answer.status for answer in stolen} == {404}
    assert (await desk.get(desk.path)).status == 200


async def test_row_15_an_address_gets_ten_codes_and_then_has_to_wait(strict: Live) -> None:
    answers = [await _ask(strict) for _ in range(30)]
    spoofed = [
        await _ask(strict, **{name: f"9.9.9.{n}"})
        for n, name in enumerate(("X-Forwarded-For", "X-Real-IP", "Forwarded", "Client-IP"))
    ]

    statuses = [answer.status for answer in answers]
    assert 10 <= statuses.count(201) <= 12
    _waits(next(answer for answer in answers if answer.status == 429), 6)
    assert [answer.status for answer in spoofed] == [429] * 4


async def _ask(live: Live, **headers: str) -> Answer:
    return await live.client().post("/login/challenges", {"role": "clerk"}, **headers)


async def test_row_15_another_address_is_not_held_up(arena: Live) -> None:
    codes = [await arena.desk(f"9.9.9.{n}").issue("clerk") for n in range(20)]

    assert len({code["id"] for code in codes}) == 20


async def test_row_15_a_browser_has_five_live_codes_and_the_oldest_gives_way(arena: Live) -> None:
    desk = arena.desk()
    first = (await desk.issue("clerk"))["id"]
    others = [(await desk.issue("clerk"))["id"] for _ in range(5)]

    statuses = [
        (await desk.get(f"/login/challenges/{each}")).good()["status"] for each in (first, *others)
    ]

    assert statuses == ["cancelled", *["pending"] * 5]


@pytest.mark.parametrize("bind", ["", "x", "A" * 31, "A" * 33, "A" * 4000])
async def test_row_15_a_cookie_that_we_did_not_make_is_replaced(arena: Live, bind: str) -> None:
    desk = Desk(arena.url, arena.http, cookies={"zb_qb": bind} if bind else {})

    await desk.issue("clerk")

    assert desk.cookies["zb_qb"] != bind
    assert re.fullmatch(r"[\w-]{32}", desk.cookies["zb_qb"])
