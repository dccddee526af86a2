"""Registering a unit: who is taken in, what is kept, and who comes first."""

import asyncio
from datetime import timedelta

import pytest

from handlers import registrations
from handlers.ports import LookUp, Source, Unavailable
from handlers.registrations import register
from handlers.tools import Tools
from handlers.verifying import verify
from models.actor import Actor
from models.errors.entry import Entry, Refusal
from models.errors.login import TOO_OFTEN
from models.errors.registration import (
    LEGAL_REP_EXISTS,
    LEGAL_REP_MISMATCH,
    UNIT_NAME_MISMATCH,
    UNIT_NOS_INCONSISTENT,
    VERIFICATION_UNAVAILABLE,
)
from models.registration import Registration
from models.unit import LegalRep, Relation, Unit
from models.verification import Result
from models.vocabulary import RegistrationStatus, UnitStatus
from tests.build import (
    NOW,
    a_legal_rep,
    a_person,
    a_unit,
    vault,
)
from tests.handlers.registering import (
    ACTOR,
    NAME,
    Played,
    a_record,
    a_typed,
    agreeing,
    refused,
    status_of,
)


@pytest.mark.parametrize("source", list(Source))
async def test_one_registry_that_agrees_makes_the_unit_active(tools: Tools, source: Source) -> None:
    typed = a_typed()
    played = Played({source: a_record(typed)})

    registered = await register(tools, played, ACTOR, typed, None, now=NOW)

    unit = await Unit.get(uscc=typed.uscc)
    rep = await LegalRep.get(unit_id=unit.id, live=True)
    assert registered.status is RegistrationStatus.ACTIVE
    assert (unit.name, unit.status, unit.registered_at) == (NAME, UnitStatus.ACTIVE, NOW)
    assert rep.open(vault()) == typed.legal_rep


async def test_a_unit_that_is_known_but_unregistered_is_claimed(tools: Tools) -> None:
    unit = await a_unit(NAME, status=UnitStatus.WAITING_SYNC)
    typed = a_typed(uscc=unit.uscc)

    await register(tools, agreeing(typed), ACTOR, typed, None, now=NOW)

    claimed = await Unit.get(uscc=unit.uscc)
    assert (claimed.id, claimed.status) == (unit.id, UnitStatus.ACTIVE)
    assert await Relation.filter(unit_id=unit.id).count() == 1


@pytest.mark.parametrize(
    ("changed", "entry", "mismatched"),
    [
        ({"legal_rep_id_no": "239900197001010010"}, LEGAL_REP_MISMATCH, ["legal_rep_id_no"]),
        ({"legal_rep_name": "李四"}, LEGAL_REP_MISMATCH, ["legal_rep_name"]),
        ({"legal_rep_id_no": None}, LEGAL_REP_MISMATCH, ["legal_rep_id_no"]),
        ({"name": "测试旧名有限公司"}, UNIT_NAME_MISMATCH, ["name"]),
    ],
)
async def test_what_differs_is_named_and_never_shown(
    tools: Tools, changed: dict[str, str | None], entry: Entry, mismatched: list[str]
) -> None:
    typed = a_typed()
    played = Played({Source.PENSION_ENTERPRISE: a_record(typed, **changed)})

    refusal = await refused(tools, played, typed)

    assert refusal.entry is entry
    shown = refusal.extra["sources"]
    assert isinstance(shown, list)
    assert list(shown[1]["mismatched"]) == mismatched
    assert not any(value in str(refusal.extra) for value in changed.values() if value)
    assert await status_of(typed) is RegistrationStatus.FAILED
    assert not await Unit.filter(uscc=typed.uscc).exists()


async def test_a_name_written_another_way_is_the_same_name(tools: Tools) -> None:
    typed = a_typed(name="测试\uff08演示\uff09有限公司")
    played = Played({Source.MARKET: a_record(typed, name="测试(演示)有限公司")})

    registered = await register(tools, played, ACTOR, typed, None, now=NOW)

    assert registered.status is RegistrationStatus.ACTIVE


async def test_a_registered_unit_is_refused_before_anybody_is_asked(tools: Tools) -> None:
    unit = await a_unit()
    await a_legal_rep(unit, await a_person())
    typed, played = a_typed(uscc=unit.uscc), Played()

    refusal = await refused(tools, played, typed)

    assert refusal.entry is LEGAL_REP_EXISTS
    assert played.asked == 0


async def test_unit_numbers_under_two_codes_are_listed(tools: Tools) -> None:
    unit = await a_unit(relations=2)
    odd = await Relation.filter(unit_id=unit.id).first()
    assert odd is not None
    await Relation.filter(id=odd.id).update(recorded_uscc="91239900MA0000000X")
    typed = a_typed(uscc=unit.uscc)

    refusal = await refused(tools, agreeing(typed), typed)

    assert refusal.entry is UNIT_NOS_INCONSISTENT
    relations = refusal.extra["relations"]
    assert isinstance(relations, list)
    assert {each["unit_no"] for each in relations if not each["consistent"]} == {odd.unit_no}
    assert not await LegalRep.filter(unit_id=unit.id).exists()


async def test_the_numbers_are_not_told_to_who_proved_nothing(tools: Tools) -> None:
    unit = await a_unit(relations=2)
    await Relation.filter(unit_id=unit.id).update(recorded_uscc="91239900MA0000000X")

    typed = a_typed(uscc=unit.uscc)
    registered = await register(tools, Played(), ACTOR, typed, None, now=NOW)

    assert registered.status is RegistrationStatus.WAITING_SYNC


async def test_what_was_typed_is_kept_sealed_while_a_registry_is_silent(tools: Tools) -> None:
    typed = a_typed()
    played = Played({Source.MARKET: Unavailable()})

    refusal = await refused(tools, played, typed)

    row = await Registration.get(uscc=typed.uscc)
    assert (refusal.entry, refusal.status) == (VERIFICATION_UNAVAILABLE, 503)
    assert row.status is RegistrationStatus.VERIFYING
    assert row.open(vault()) == typed.legal_rep
    assert row.next_check_at == NOW + timedelta(minutes=10)


async def test_without_registries_nothing_is_known(tools: Tools) -> None:
    with pytest.raises(Refusal) as caught:
        await register(tools, None, ACTOR, a_typed(), None, now=NOW)

    assert caught.value.entry is VERIFICATION_UNAVAILABLE


async def test_a_registry_that_hangs_is_silent_after_its_deadline() -> None:
    class Hanging(Played):
        async def look_up(self, source: Source, uscc: str) -> LookUp:
            if source is Source.MARKET:
                await asyncio.Event().wait()
            return await super().look_up(source, uscc)

    results = await verify(Hanging(), a_typed(), deadline_s=0.05)

    assert [each.result for each in results] == [
        Result.UNAVAILABLE,
        Result.NOT_FOUND,
        Result.NOT_FOUND,
    ]


async def test_guessing_a_document_number_ends_at_the_limit_of_the_unit(tools: Tools) -> None:
    typed = a_typed()
    for _ in range(registrations.OF_UNIT.most):
        await register(tools, Played(), ACTOR, typed, None, now=NOW)

    elsewhere = Actor(ip="198.51.100.99")
    with pytest.raises(Refusal) as caught:
        await register(tools, Played(), elsewhere, typed, None, now=NOW)

    assert caught.value.entry is TOO_OFTEN
