"""Who scanned without being registered comes along to the registration form, and nobody else."""

from datetime import timedelta

import pytest

from handlers.carried import LASTS, carried_identity, carry
from handlers.tools import Tools
from models.errors.filing import STATE_CHANGED
from models.errors.login import ACCOUNT_DISABLED
from models.errors.phone import CHALLENGE_UNKNOWN
from models.errors.scan import LEGAL_REP_UNKNOWN, PAIRING_OWED, QR_EXPIRED
from models.person import Person
from models.vocabulary import PersonStatus, Role
from tests.build import (
    NOW,
    Shown,
    a_challenge,
    a_person,
    a_phone_session,
    a_scanned_challenge,
    an_identity,
)
from tests.handlers.moves import scan
from tests.handlers.traces import refusal_of

SECOND = timedelta(seconds=1)


async def a_refused_desk(tools: Tools, name: str = "欧阳独一") -> tuple[Shown, Person]:
    """A desk that was told that its scanner is no legal representative."""
    person = await a_person(an_identity(name))
    phone, shown = await a_phone_session(tools, person), await a_challenge(tools)
    assert (await refusal_of(scan(tools, phone, shown))).entry is LEGAL_REP_UNKNOWN
    return shown, person


async def test_the_scanner_is_carried_over_masked_and_sealed(tools: Tools) -> None:
    shown, person = await a_refused_desk(tools)
    identity = person.open(tools.vault)

    carried = await carry(tools, shown.cid, shown.bind, now=NOW)

    assert carried.name == "欧***"
    assert carried.until == NOW + LASTS
    assert person.id not in carried.token
    assert await carried_identity(tools, carried.token, shown.bind, now=NOW) == identity


async def test_the_token_is_good_in_its_own_browser_and_for_half_an_hour(tools: Tools) -> None:
    shown, _ = await a_refused_desk(tools)
    carried = await carry(tools, shown.cid, shown.bind, now=NOW)

    late = carried_identity(tools, carried.token, shown.bind, now=NOW + LASTS)
    elsewhere = carried_identity(tools, carried.token, "another browser", now=NOW)
    made_up = carried_identity(tools, "00" * 40, shown.bind, now=NOW)
    no_hex = carried_identity(tools, "zz", shown.bind, now=NOW)

    for tried in (late, elsewhere, made_up, no_hex):
        assert (await refusal_of(tried)).entry is QR_EXPIRED
    just = await carried_identity(tools, carried.token, shown.bind, now=NOW + LASTS - SECOND)
    assert just.name == "欧阳独一"


async def test_another_browser_carries_nobody(tools: Tools) -> None:
    shown, _ = await a_refused_desk(tools)

    refusal = await refusal_of(carry(tools, shown.cid, "another browser", now=NOW))

    assert refusal.entry is CHALLENGE_UNKNOWN


async def test_only_a_scan_that_was_refused_for_this_is_carried(tools: Tools) -> None:
    pending = await a_challenge(tools)
    welcome, _ = await a_scanned_challenge(tools, await a_person(), Role.LEGAL_REP)
    clerk, phone = (
        await a_challenge(tools, Role.CLERK),
        await a_phone_session(tools, await a_person()),
    )
    await refusal_of(scan(tools, phone, clerk))

    for shown in (pending, welcome, clerk):
        refusal = await refusal_of(carry(tools, shown.cid, shown.bind, now=NOW))
        assert refusal.entry is STATE_CHANGED


async def test_where_digits_are_owed_nobody_is_carried(tools: Tools) -> None:
    shown, person = await a_refused_desk(tools)
    await tools.challenges.owe_pairing(shown.cid, person.id, "47")

    refusal = await refusal_of(carry(tools, shown.cid, shown.bind, now=NOW))

    assert refusal.entry is PAIRING_OWED


@pytest.mark.parametrize("when", ["before", "after"])
async def test_a_stopped_person_is_not_carried(tools: Tools, when: str) -> None:
    shown, person = await a_refused_desk(tools)
    if when == "after":
        token = (await carry(tools, shown.cid, shown.bind, now=NOW)).token
    await Person.filter(id=person.id).update(status=PersonStatus.DISABLED)

    tried = (
        carried_identity(tools, token, shown.bind, now=NOW)
        if when == "after"
        else carry(tools, shown.cid, shown.bind, now=NOW)
    )
    assert (await refusal_of(tried)).entry is ACCOUNT_DISABLED
