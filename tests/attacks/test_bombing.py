"""Row 25: consent fatigue. A legal rep is not worn down by requests for grants (GRANT_WAIT)."""

import itertools
from typing import Any

from server.demo.dataset import dataset
from server.demo.identifiers import resident_number
from tests.attacks.play import change
from tests.live import Live, Phone, personas

AREA = "239900"
_numbers = itertools.count(8_700_001)
_UNITS = [unit.uscc for unit in dataset().units if unit.registered]


async def somebody(live: Live) -> Phone:
    """Somebody with an e-card and no grant."""
    number = next(_numbers)
    code = await live.control("/wechat/users", {"openid": f"bomber-{number}"})
    phone = Phone(live.url, live.http)
    answer = await phone.post("/phone/login", {"platform": "wechat", "code": code["code"]})
    phone.signed_in(answer.good())
    person = {"name": "纠缠者", "id_no": resident_number(AREA, number), "id_type": "01"}
    card = await live.control("/ecard/people", person)
    (await phone.post("/phone/identity", {"ecard": {"security": card["security"]}})).good()
    return phone


async def ask(phone: Phone, uscc: str) -> Any:
    """Ask a unit for a grant."""
    return await phone.post("/grant-requests", {"uscc": uscc, "note": "快同意"})


def owed(live: Live, request_id: str) -> int:
    """How many messages are owed about a request; counted without changing anything."""
    return change(live, "UPDATE outbox_events SET subject = subject WHERE subject = ?", request_id)


async def test_row_25_one_open_request_a_unit_and_three_a_day(arena: Live) -> None:
    phone = await somebody(arena)

    first = await ask(phone, _UNITS[0])
    again = await ask(phone, _UNITS[0])
    (await phone.delete(f"/grant-requests/{first.good()['id']}")).good()
    others = [await ask(phone, uscc) for uscc in _UNITS[1:4]]

    assert (again.status, again.code) == (409, "SB-3008")
    assert [(each.status, each.code) for each in others[:2]] == [(201, ""), (201, "")]
    assert (others[2].status, others[2].code) == (429, "SB-2010")
    assert others[2].json["retry_after_s"] > 3600


async def test_row_25_a_muted_clerk_asks_on_and_the_legal_rep_is_told_nothing(arena: Live) -> None:
    [uscc] = personas()["P1"].usccs
    phone, boss = await somebody(arena), await arena.sign_in("P1")
    heard = (await ask(phone, uscc)).good()["id"]
    [request] = [
        each
        for each in (await boss.get("/units/current/grant-requests")).good()["items"]
        if each["id"] == heard
    ]
    denied = await boss.send(
        "POST",
        f"/grants/{heard}/deny",
        {"reason": "不认识", "mute": True},
        headers={"If-Match": f'"{request["revision"]}"'},
    )

    unheard = (await ask(phone, uscc)).good()["id"]
    listed = (await boss.get("/units/current/grant-requests")).good()["items"]

    assert denied.good()["status"] == "denied"
    assert (owed(arena, heard) > 0, owed(arena, unheard)) == (True, 0)
    assert unheard in {each["id"] for each in listed}


async def test_row_25_asking_from_scans_is_counted_like_any_other_asking(arena: Live) -> None:
    phone = await somebody(arena)
    for uscc in _UNITS[:3]:
        (await ask(phone, uscc)).good()
    desk = arena.desk()
    await desk.issue("clerk")
    scanned = await phone.scan(desk)

    asked = await phone.post(
        f"/phone/challenges/{scanned.json['challenge_id']}/request-grant",
        {"nonce": scanned.json["nonce"], "uscc": _UNITS[5]},
    )

    assert scanned.code == "SB-2102"
    assert (asked.status, asked.code) == (429, "SB-2010")
    assert (await desk.look())["status"] == "scanned"
