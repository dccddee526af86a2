"""Loading the demonstration: every record becomes the rows that the product works with."""

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest
from fakeredis import FakeAsyncRedis

from handlers.mandates import Standing, grant_state, standing_of
from handlers.people import person_of_card
from handlers.ports import CardIdentity
from handlers.tools import Tools
from models.certificate import Certificate
from models.database import tx
from models.grant import Grant
from models.store.client import Store
from models.unit import Agency, LegalRep, Relation, Unit
from models.vocabulary import GrantStatus, Role, UnitStatus
from server.demo.dataset import dataset, province
from server.demo.loading import Loaded, holds_units, load
from server.demo.shapes import Dataset, DemoPersona
from server.resources import close_database
from tests.build import NOW, tools_for, vault


@pytest.fixture
async def tools() -> AsyncIterator[Tools]:
    store = Store(FakeAsyncRedis(decode_responses=True))
    yield tools_for(store)
    await store.close()


@pytest.fixture
async def small(database: None) -> Dataset:
    told = dataset()
    async for _ in load([told], vault(), NOW):
        pass
    return told


def persona(told: Dataset, key: str) -> DemoPersona:
    return next(each for each in told.personas if each.key == key)


async def enter(told: Dataset, key: str, tools: Tools) -> tuple[set[str], Standing]:
    """Credit codes of the units that a persona may enter in his role, and how he stands."""
    played = persona(told, key)
    card = CardIdentity(played.id_type, played.id_no, played.name, None, None, played.card_state)
    async with tx():
        person = await person_of_card(tools, card, NOW)
    standing = await standing_of(tools.vault, person, NOW)
    return {mandate.unit.uscc for mandate in standing.of(played.role)}, standing


async def test_every_record_of_the_small_set_has_its_row(small: Dataset) -> None:
    assert await Agency.all().count() == 16
    assert await Unit.all().count() == 24
    assert await Relation.all().count() == 41
    assert await Grant.all().count() == len(small.grants)
    assert await Certificate.all().count() == 26
    assert await LegalRep.filter(live=True).count() == 23
    assert await holds_units()


async def test_each_persona_may_enter_the_units_that_he_is_said_to(
    small: Dataset, tools: Tools
) -> None:
    for key in ("P1", "P2", "P3", "P4", "P12", "P13", "P16", "P17", "P18", "P19", "P20"):
        found, _ = await enter(small, key, tools)

        assert found == set(persona(small, key).usccs), key


async def test_whoever_is_to_be_refused_finds_nothing(small: Dataset, tools: Tools) -> None:
    for key in ("P5", "P6", "P7", "P8", "P9", "P10", "P15"):
        found, _ = await enter(small, key, tools)

        assert found == set(), key


async def test_a_misspelt_name_is_known_as_one(small: Dataset, tools: Tools) -> None:
    _, standing = await enter(small, "P5", tools)

    assert standing.misnamed


async def test_an_expired_grant_is_an_active_row_whose_days_are_over(small: Dataset) -> None:
    expired = [each for each in small.grants if each.status is GrantStatus.EXPIRED]
    uscc = expired[0].uscc

    rows = await Grant.filter(unit__uscc=uscc, valid_to__lt=NOW).select_related("unit")

    assert [row.status for row in rows] == [GrantStatus.ACTIVE]
    assert grant_state(rows[0], NOW) is GrantStatus.EXPIRED


async def test_requested_and_suspended_grants_keep_their_status(small: Dataset) -> None:
    for status in (GrantStatus.REQUESTED, GrantStatus.SUSPENDED):
        assert await Grant.filter(status=status).count() == 1


async def test_a_grant_over_some_relations_has_only_these(small: Dataset) -> None:
    partial = next(each for each in small.grants if len(each.unit_nos) == 2)

    rows = await Grant.filter(unit__uscc=partial.uscc).prefetch_related("relations")

    granted = [{relation.unit_no for relation in row.relations} for row in rows]
    assert set(partial.unit_nos) in granted
    assert await Relation.filter(unit__uscc=partial.uscc).count() == 5


async def test_a_changed_legal_rep_leaves_his_predecessor_as_history(small: Dataset) -> None:
    changed = next(rep for rep in small.legal_reps if rep.changed_from)

    rows = await LegalRep.filter(unit__uscc=changed.usccs[0]).order_by("live")

    assert [row.live for row in rows] == [False, True]
    assert rows[0].ended_at == rows[1].since == NOW - timedelta(days=3)


async def test_an_unregistered_unit_has_nobody_who_may_enter_it(small: Dataset) -> None:
    unit = await Unit.get(registered_at=None)

    assert unit.status is UnitStatus.WAITING_SYNC
    assert not await LegalRep.exists(unit_id=unit.id)


@pytest.mark.parametrize("backing", ["embedded"])
async def test_personal_values_are_sealed_and_nowhere_in_the_file_in_clear(
    small: Dataset, tmp_path: Path
) -> None:
    await close_database()
    content = b"".join(part.read_bytes() for part in tmp_path.glob("*.db*"))

    assert small.units[0].uscc.encode() in content

    for person in small.people:
        assert person.id_no.encode() not in content
        assert person.name.encode() not in content


async def test_further_units_come_in_chunks_and_are_counted(database: None) -> None:
    told = [
        Loaded(each.units, each.relations, each.legal_reps, each.grants)
        async for each in load(province(700), vault(), NOW)
    ]

    assert [each.units for each in told] == [24, 524, 700]
    assert await Unit.all().count() == 700
    assert await Relation.all().count() == told[-1].relations
    assert await Grant.filter(relations__id__isnull=True).count() == 0


async def test_every_loaded_clerk_of_a_chunk_has_his_unit(database: None, tools: Tools) -> None:
    chunks = list(province(524))
    async for _ in load(chunks, vault(), NOW):
        pass

    clerk = chunks[1].clerks[-1]
    wanted = {grant.uscc for grant in chunks[1].grants if grant.clerk_key == clerk.key}
    card = CardIdentity(clerk.id_type, clerk.id_no, clerk.name, None, None, clerk.card_state)
    async with tx():
        person = await person_of_card(tools, card, NOW)

    standing = await standing_of(vault(), person, NOW)
    assert {mandate.unit.uscc for mandate in standing.of(Role.CLERK)} == wanted
