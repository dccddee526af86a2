"""T-SCAN2, T-REPLAY, T-RACE20, T-TABS: one approval is one session, for what it says."""

import asyncio

from tests.attacks.play import SID, approved, audited, report, scanned
from tests.live import Answer, Desk, Live

ROUNDS, AT_ONCE = 50, 20


async def test_row_8_twenty_exchanges_at_once_open_one_session_fifty_times_over(
    arena: Live,
) -> None:
    phone = await arena.phone("P3")
    for _ in range(ROUNDS):
        desk = arena.desk()
        await desk.issue("clerk")
        (await phone.approve((await phone.scan(desk)).good())).good()
        tabs = [Desk(arena.url, arena.http, cookies=dict(desk.cookies)) for _ in range(AT_ONCE)]

        answers = await asyncio.gather(*(tab.post(f"{desk.path}/exchange") for tab in tabs))

        won = [tab for tab, answer in zip(tabs, answers, strict=True) if answer.status == 200]
        assert len(won) == 1
        assert _codes(answers) == {"": 1, "SB-2104": AT_ONCE - 1}
        assert [tab for tab in tabs if SID in tab.cookies] == won
        assert len(audited(arena, "login.ok", desk.challenge["id"])) == 1


def _codes(answers: list[Answer]) -> dict[str, int]:
    codes = [answer.code for answer in answers]
    return {code: codes.count(code) for code in codes}


async def test_row_7_a_redeemed_approval_cannot_be_redeemed_again(arena: Live) -> None:
    desk, _ = await approved(arena, "P3")
    replay = Desk(arena.url, arena.http, cookies=dict(desk.cookies))
    await desk.exchange()

    again = await replay.post(f"{desk.path}/exchange")

    assert (again.status, again.code) == (409, "SB-2104")
    assert SID not in replay.cookies


async def test_row_7_a_request_sent_again_with_its_key_opens_no_second_session(
    arena: Live,
) -> None:
    desk, _ = await approved(arena, "P3")
    key = {"Idempotency-Key": "the same"}

    first, again = [await desk.post(f"{desk.path}/exchange", **key) for _ in range(2)]

    assert first.good()["session"] == again.good()["session"]
    assert len(audited(arena, "login.ok", desk.challenge["id"])) == 1


async def test_row_7_after_signing_out_the_same_key_opens_nothing(arena: Live) -> None:
    desk, _ = await approved(arena, "P3")
    key = {"Idempotency-Key": "kept by a thief"}
    thief = Desk(arena.url, arena.http, cookies=dict(desk.cookies))
    desk.entered((await desk.post(f"{desk.path}/exchange", **key)).good())
    (await desk.delete("/session")).good()

    await thief.post(f"{desk.path}/exchange", **key)

    assert (await thief.get("/session")).status == 401


async def test_row_7_the_key_of_one_browser_is_of_no_use_to_another(arena: Live) -> None:
    desk, _ = await approved(arena, "P3")
    key = {"Idempotency-Key": "overheard"}
    await desk.post(f"{desk.path}/exchange", **key)
    thief = arena.desk()
    await thief.issue("clerk")

    stolen = await thief.post(f"{desk.path}/exchange", **key)

    assert stolen.status == 404
    assert SID not in thief.cookies


async def test_row_7_the_code_of_a_finished_login_cannot_be_scanned_again(arena: Live) -> None:
    desk, phone = await approved(arena, "P3")
    code = desk.challenge["url"]
    await desk.exchange()

    assert (await report(phone, code)).code == "SB-2104"


async def test_row_6_of_two_phones_that_scan_at_once_one_owns_the_challenge(arena: Live) -> None:
    phones = [await arena.phone("P3"), await arena.phone("P17")]
    for _ in range(10):
        desk = arena.desk()
        await desk.issue("clerk")

        answers = await asyncio.gather(*(phone.scan(desk) for phone in phones))

        assert _codes(list(answers)) == {"": 1, "SB-2104": 1}
        first = 0 if answers[0].status == 200 else 1
        card = answers[first].good()
        stolen = await phones[1 - first].approve(card)
        assert (stolen.status, stolen.code) == (409, "SB-2104")
        assert (await phones[first].scan(desk)).status == 200


async def test_row_6_the_second_scanner_cannot_deny_what_is_not_his(arena: Live) -> None:
    desk, phone, card = await scanned(arena, "P3")
    other = await arena.phone("P17")

    refused = await other.deny(card, "not_me")

    assert (refused.status, refused.code) == (409, "SB-2104")
    assert (await phone.approve(card)).status == 200
    assert (await desk.exchange())["next"] == "home"


async def test_row_9_with_two_cards_open_each_approves_only_its_own_desk(arena: Live) -> None:
    one, phone, first = await scanned(arena, "P3")
    other, _, second = await scanned(arena, "P3")

    crossed = await phone.approve(first | {"nonce": second["nonce"]})
    made_up = await phone.approve(first | {"nonce": "A" * 22})
    right = await phone.approve(second)

    assert (crossed.status, crossed.code) == (409, "SB-2104")
    assert (made_up.status, made_up.code) == (409, "SB-2104")
    assert right.status == 200
    assert (await one.look())["status"] == "scanned"
    assert (await other.look())["status"] == "approved"


async def test_row_9_a_card_scanned_again_voids_the_card_shown_before(arena: Live) -> None:
    desk, phone, before = await scanned(arena, "P3")
    after = (await phone.scan(desk)).good()

    old = await phone.approve(before)
    new = await phone.approve(after)

    assert (old.status, old.code) == (409, "SB-2104")
    assert new.status == 200


async def test_row_9_approving_twice_is_once_and_approving_something_else_is_refused(
    arena: Live,
) -> None:
    desk, phone, card = await scanned(arena, "P4")
    units = [unit["id"] for unit in card["units"]]

    answers = [await phone.approve(card, units[n]) for n in (0, 0, 1)]

    assert [answer.status for answer in answers] == [200, 200, 409]
    assert (await desk.exchange())["session"]["unit"]["id"] == units[0]


async def test_row_20_the_role_cannot_be_turned_once_somebody_has_scanned(arena: Live) -> None:
    desk, phone, card = await scanned(arena, "P3")
    revision = (await desk.look())["revision"]

    turned = await desk.patch(desk.path, {"role": "legal_rep"}, revision)
    (await phone.approve(card)).good()

    assert (turned.status, turned.code) == (409, "SB-5003")
    assert (await desk.exchange())["session"]["role"] == "clerk"


async def test_row_20_a_code_shown_before_the_role_was_turned_is_refused(arena: Live) -> None:
    desk, phone = arena.desk(), await arena.phone("P12")
    before = (await desk.issue("clerk"))["url"]
    await desk.switch_role("legal_rep")

    old = await report(phone, before)
    new = await phone.scan(desk)

    assert (old.status, old.code) == (409, "SB-2105")
    assert new.good()["role"] == "legal_rep"


async def test_row_20_a_card_that_shows_one_role_does_not_approve_another(arena: Live) -> None:
    desk, phone = arena.desk(), await arena.phone("P12")
    await desk.issue("legal_rep")
    card = (await phone.scan(desk)).good()

    as_clerk = await phone.approve(card | {"role": "clerk"})

    assert as_clerk.code in ("SB-2105", "SB-2102")
    assert (await desk.look())["status"] == "scanned"


async def test_row_20_a_clerk_cannot_approve_as_legal_representative(arena: Live) -> None:
    desk, phone, card = await scanned(arena, "P3")

    escalated = await phone.approve(card | {"role": "legal_rep"})

    assert escalated.code in ("SB-2101", "SB-2105")
    assert (await desk.look())["status"] == "scanned"


async def test_row_20_turns_and_scans_at_once_agree_on_one_role(arena: Live) -> None:
    phone = await arena.phone("P3")
    for _ in range(10):
        desk = arena.desk()
        await desk.issue("clerk")

        turned, seen = await asyncio.gather(
            desk.patch(desk.path, {"role": "legal_rep"}, 1), phone.scan(desk)
        )

        assert (turned.status, seen.code) in ((200, "SB-2105"), (409, ""))
