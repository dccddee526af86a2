"""T-REVOKE-GAP, T-XTENANT, T-LOCK: who may no longer, or may not there, is not let in."""

import pytest

from tests.attacks.play import SID, approved, change, locked, person_who_scanned, scanned
from tests.live import Desk, Live

FOREIGN, MADE_UP = "P17", "01zzzzzzzzzzzzzzzzzzzzzzzz"


async def revoke(live: Live, legal_rep: str, clerk: Desk) -> None:
    """A unit's legal representative takes back what a signed-in clerk acts under."""
    unit = clerk.session["unit"]["id"]
    boss = await live.sign_in(legal_rep, unit_id=unit)
    for grant in (await boss.get("/grants?limit=100")).good()["items"]:
        if grant["clerk"]["name"] == clerk.session["person"]["name"]:
            answer = await boss.send(
                "POST",
                f"/grants/{grant['id']}/revoke",
                {"reason": "人员离职"},
                headers={"If-Match": f'"{grant["revision"]}"'},
            )
            assert answer.good()["status"] == "revoked"


async def test_row_17_a_grant_revoked_between_approval_and_exchange_opens_nothing(
    arena: Live,
) -> None:
    before = await arena.sign_in("P18")
    desk, _ = await approved(arena, "P18")

    await revoke(arena, "P12", before)
    refused = await desk.post(f"{desk.path}/exchange")

    assert refused.status in (403, 404)
    assert refused.code in ("SB-3005", "SB-2102")
    assert SID not in desk.cookies
    assert (await desk.post(f"{desk.path}/exchange")).code == "SB-2104"


async def test_row_18_after_a_revocation_nothing_of_the_old_session_works(arena: Live) -> None:
    clerk = await arena.sign_in("P20")
    unit = clerk.session["unit"]["id"]
    async with clerk.events("/session/events") as events:
        await revoke(arena, "P2", clerk)
        async for event in events:
            if event.name == "session-end":
                break

    asked = await clerk.get("/session")
    switched = await clerk.post("/session/unit", {"unit_id": unit, "role": "clerk"})
    phone = await arena.phone("P20")
    entered = await phone.post("/phone/session", {"role": "clerk", "unit_id": unit})

    assert event.facts["code"] == "SB-3005"
    assert (asked.status, asked.code) in ((401, "SB-3005"), (403, "SB-3005"))
    assert switched.status in (401, 403)
    assert entered.code in ("SB-2102", "SB-3004")


async def test_row_18_a_stale_page_of_one_unit_changes_nothing_in_another(arena: Live) -> None:
    desk = await arena.sign_in("P4")
    units = [unit["id"] for unit in (await desk.get("/session/units")).good()["items"]]
    await desk.switch_unit(units[0], "clerk")
    epoch = desk.session["epoch"]
    await desk.switch_unit(units[1], "clerk")

    stale = await desk.send("DELETE", "/session", headers={"X-Unit-Epoch": str(epoch)})

    assert (stale.status, stale.code) == (409, "SB-2014")
    assert (await desk.get("/session")).good()["unit"]["id"] == units[1]


async def test_row_18_one_legal_representative_cannot_touch_the_grants_of_another(
    arena: Live,
) -> None:
    boss, stranger = await arena.sign_in("P11"), await arena.sign_in("P1")
    grant = (await boss.get("/grants")).good()["items"][0]
    body, headers = {"reason": "越权"}, {"If-Match": f'"{grant["revision"]}"'}

    foreign = await stranger.send("POST", f"/grants/{grant['id']}/revoke", body, headers=headers)
    unknown = await stranger.send("POST", f"/grants/{MADE_UP}/revoke", body, headers=headers)

    assert (foreign.status, foreign.code) == (unknown.status, unknown.code) == (404, "SB-9011")
    kept = (await boss.get("/grants")).good()["items"][0]
    assert (kept["status"], kept["revision"]) == (grant["status"], grant["revision"])


async def test_row_18_a_clerk_cannot_see_or_take_back_grants_at_all(arena: Live) -> None:
    clerk = await arena.sign_in("P3")

    listed = await clerk.get("/grants")

    assert (listed.status, listed.code) == (403, "SB-3003")


async def _unit_of(live: Live, key: str) -> str:
    _, _, card = await scanned(live, key)
    return str(card["units"][0]["id"])


async def test_row_19_a_foreign_unit_cannot_be_approved(arena: Live) -> None:
    foreign = await _unit_of(arena, FOREIGN)
    desk, phone, card = await scanned(arena, "P3")

    answers = [await phone.approve(card, unit) for unit in (foreign, MADE_UP)]

    assert [(a.status, a.code) for a in answers] == [(403, "SB-3004")] * 2
    assert answers[0].json["title"] == answers[1].json["title"]
    assert (await desk.look())["status"] == "scanned"


@pytest.mark.parametrize("role", ["clerk", "legal_rep"])
async def test_row_19_a_foreign_unit_cannot_be_chosen_at_the_desk(arena: Live, role: str) -> None:
    foreign = await _unit_of(arena, FOREIGN)
    desk = await arena.sign_in("P4")

    answers = [
        await desk.post("/session/unit", {"unit_id": unit, "role": role})
        for unit in (foreign, MADE_UP)
    ]

    assert [(a.status, a.code) for a in answers] == [(403, "SB-3004")] * 2
    assert (await desk.get("/session")).good()["unit"] is None


async def test_row_19_ones_own_unit_cannot_be_entered_in_another_role(arena: Live) -> None:
    desk = await arena.sign_in("P3")
    unit = desk.session["unit"]["id"]

    answer = await desk.post("/session/unit", {"unit_id": unit, "role": "legal_rep"})

    assert (answer.status, answer.code) == (403, "SB-3004")


async def test_row_19_a_foreign_unit_cannot_be_entered_on_the_phone(arena: Live) -> None:
    foreign, phone = await _unit_of(arena, FOREIGN), await arena.phone("P3")

    answer = await phone.post("/phone/session", {"role": "clerk", "unit_id": foreign})

    assert (answer.status, answer.code) == (403, "SB-3004")


async def test_row_19_before_a_unit_is_chosen_there_is_nothing_else_to_see(arena: Live) -> None:
    desk = await arena.sign_in("P4")

    answers = [await desk.get(path) for path in ("/grants", "/session/events")]

    assert [answer.code for answer in answers] == ["SB-2110"] * 2


async def test_row_19_fields_that_nobody_asked_for_are_refused_not_ignored(arena: Live) -> None:
    desk, phone, card = await scanned(arena, "P3")
    body = {"nonce": card["nonce"], "role": "clerk", "mandate": "l:1", "person": "somebody"}

    answer = await phone.post(f"/phone/challenges/{card['challenge_id']}/approve", body)

    assert (answer.status, answer.code) == (422, "SB-9007")
    assert (await desk.look())["status"] == "scanned"


async def test_row_21_a_person_locked_between_approval_and_exchange_is_not_let_in(
    arena: Live,
) -> None:
    desk, _ = await approved(arena, "P19")

    with locked(arena, person_who_scanned(arena, desk.challenge["id"])):
        refused = await desk.post(f"{desk.path}/exchange")

    assert (refused.status, refused.code) == (403, "SB-2013")
    assert SID not in desk.cookies


async def test_row_21_a_locked_person_can_neither_scan_nor_approve_nor_sign_in(
    arena: Live,
) -> None:
    desk, phone, card = await scanned(arena, "P19")
    other = arena.desk()
    await other.issue("clerk")

    with locked(arena, person_who_scanned(arena, desk.challenge["id"])):
        approval = await phone.approve(card)
        scan = await phone.scan(other)
        code = (await arena.control("/wechat/users", {"openid": "persona-P19"}))["code"]
        body = {"platform": "wechat", "code": code}
        signed_in = await arena.client().post("/phone/login", body)

    assert (approval.code, scan.code, signed_in.code) == ("SB-2013",) * 3
    assert (await other.look())["status"] == "pending"


async def test_row_21_a_unit_closed_between_approval_and_exchange_is_not_entered(
    arena: Live,
) -> None:
    desk, phone, card = await scanned(arena, "P19")
    unit = card["units"][0]["id"]
    (await phone.approve(card, unit)).good()
    statement = "UPDATE units SET status = ? WHERE id = ?"
    change(arena, statement, "closed", unit)

    refused = await desk.post(f"{desk.path}/exchange")
    change(arena, statement, "active", unit)

    assert refused.status in (403, 404)
    assert SID not in desk.cookies
