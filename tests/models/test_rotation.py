"""Key rotation: afterwards everything is under the newest key, and nobody was lost on the way."""

import asyncio
from dataclasses import replace

import pytest
from tortoise import Tortoise

from handlers import rotation
from handlers.mandates import standing_of
from handlers.resealing import LEFT_TO_EXPIRE, LOOSE, sealed_columns
from handlers.rotation import TABLES, Rotation, rotate
from models.audit import Action, AuditEntry
from models.database import tx
from models.identity import Identity, IdentityColumns
from models.ids import new_id
from models.person import Person
from models.privacy import DataExport
from models.sealed import SealBroken, Vault
from models.unit import Contact, LegalRep
from models.vocabulary import Role
from server.resources import vault_of
from tests.build import (
    NOW,
    a_granted_clerk,
    a_person,
    a_registered_rep,
    an_identity,
    settings,
    vault,
)

pytestmark = pytest.mark.usefixtures("database")
NEW_MASTER = b"the next key of these tests only"


def rotated(suite: str = "intl") -> Vault:
    """The vault after a new master key (number 2) was put before the one of `build.vault`."""
    return Vault(NEW_MASTER, suite, kid=2, older=[(1, settings().master_key)])


async def rows() -> list[IdentityColumns]:
    return [row for table in TABLES for row in await table.all().order_by("id")]


async def stale(under: Vault) -> int:
    return sum(
        under.needs_reseal(blob)
        for row in await rows()
        for blob in (row.id_no_sealed, row.name_sealed, row.phone_sealed)
        if blob
    )


async def people_of_all_kinds(count: int = 3) -> list[Identity]:
    """Clerks and legal representatives; their identities in the order of their rows."""
    for _ in range(count):
        await a_granted_clerk()
        await a_registered_rep()
    return [row.open(vault()) for row in await rows()]


async def test_every_column_is_sealed_anew_and_reads_as_before() -> None:
    before = await people_of_all_kinds()
    newest = rotated()

    done = await rotate(newest, now=NOW, batch=2)

    assert await stale(newest) == 0
    assert [row.open(newest) for row in await rows()] == before
    assert (done.complete, done.moved, done.seen) == (True, 12, 12)


async def test_the_older_key_is_no_longer_needed_for_personal_values() -> None:
    before = await people_of_all_kinds(1)

    await rotate(rotated(), now=NOW)

    alone = Vault(NEW_MASTER, kid=2)
    assert [row.open(alone) for row in await rows()] == before


async def test_blind_indexes_are_those_of_the_newest_key() -> None:
    identity = replace(an_identity(), phone="13800130000")
    await Person.create(**Person.sealed(vault(), new_id(), identity), created_at=NOW)
    newest = rotated()

    await rotate(newest, now=NOW)

    row = await Person.get()
    wanted = Person.sealed(newest, row.id, identity)
    for name in ("id_no_index", "name_index", "phone_index"):
        assert getattr(row, name) == wanted[name]


async def test_a_change_of_suite_is_a_rotation_too() -> None:
    before = await people_of_all_kinds(1)
    newest = rotated("sm")

    await rotate(newest, now=NOW)

    assert await stale(newest) == 0
    assert [row.open(newest) for row in await rows()] == before


async def test_a_second_rotation_has_nothing_to_do_and_says_nothing() -> None:
    await people_of_all_kinds(1)
    await rotate(rotated(), now=NOW)

    again = await rotate(rotated(), now=NOW)

    assert again.moved == 0
    assert await AuditEntry.all().count() == 1


async def test_a_rotation_is_recorded_with_its_numbers_and_without_persons() -> None:
    await people_of_all_kinds(1)

    await rotate(rotated(), now=NOW)

    entry = await AuditEntry.get()
    assert f'"action":"{Action.KEYS_ROTATED.value}"' in entry.body
    assert '"subject":"key:2"' in entry.body
    assert '"moved":4' in entry.body


class Stopped(Exception):
    """Somebody pulled the plug."""


async def test_a_stopped_rotation_is_taken_up_where_it_was() -> None:
    before = await people_of_all_kinds()
    newest = rotated()

    def stop(done: Rotation) -> None:
        raise Stopped

    with pytest.raises(Stopped):
        await rotate(newest, now=NOW, batch=2, told=stop)
    half = await stale(newest)
    done = await rotate(newest, now=NOW, batch=2)

    assert 0 < half < 24
    assert done.complete
    assert await stale(newest) == 0
    assert [row.open(newest) for row in await rows()] == before


async def test_all_rows_of_one_person_move_together() -> None:
    clerk = await a_granted_clerk()
    await a_registered_rep(person=clerk.person)
    newest, seen = rotated(), []

    def look(done: Rotation) -> None:
        seen.append(done.moved)

    await rotate(newest, now=NOW, batch=1, told=look)

    assert seen[0] == 3


async def test_whoever_logs_in_half_way_finds_everything_that_is_theirs() -> None:
    clerks = [await a_granted_clerk() for _ in range(4)]
    newest = rotated()

    def stop(done: Rotation) -> None:
        if done.moved >= 4:
            raise Stopped

    with pytest.raises(Stopped):
        await rotate(newest, now=NOW, batch=2, told=stop)

    for clerk in clerks:
        person = await Person.get(id=clerk.person.id)
        standing = await standing_of(newest, person, NOW)
        assert [mandate.unit.id for mandate in standing.of(Role.CLERK)] == [clerk.unit.id]


async def test_a_row_that_no_key_opens_is_named_and_stops_nobody_else() -> None:
    broken, sound = await a_person(), await a_person()
    await Person.filter(id=broken.id).update(name_sealed=sound.name_sealed)
    newest = rotated()

    done = await rotate(newest, now=NOW)

    assert done.broken == [f"persons.{broken.id}"]
    assert (await Person.get(id=sound.id)).open(newest).name == "张三"
    with pytest.raises(SealBroken):
        (await Person.get(id=broken.id)).open(newest)


async def test_somebody_who_stands_there_twice_is_named_and_stops_nobody_else() -> None:
    twice, newest = an_identity(), rotated()
    older = await a_person(twice)
    await Person.create(**Person.sealed(newest, new_id(), twice), created_at=NOW)
    other = await a_person()

    done = await rotate(newest, now=NOW)

    assert f"persons.{older.id}" in done.doubled
    assert not newest.needs_reseal((await Person.get(id=other.id)).name_sealed)
    assert '"result":"partial"' in (await AuditEntry.get()).body


async def test_a_name_that_is_changed_meanwhile_is_not_written_over() -> None:
    row = await a_person()
    renamed = Person.sealed(vault(), row.id, Identity(row.id_type, "1", "李四"))
    stale_copy = await Person.get(id=row.id)
    await Person.filter(id=row.id).update(name_sealed=renamed["name_sealed"])

    changed = await rotation._reseal(rotated(), stale_copy)

    assert changed == 0
    assert vault().open((await Person.get(id=row.id)).name_sealed, aad=f"persons.name.{row.id}")


@pytest.mark.parametrize("backing", [pytest.param("real", marks=[pytest.mark.postgres])])
async def test_rows_that_somebody_holds_are_left_and_taken_later(
    backing: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    rep = await a_registered_rep()
    newest, release = rotated(), asyncio.Event()
    monkeypatch.setattr(rotation, "PATIENCE_S", (0.3,))

    async def hold() -> None:
        async with tx():
            await LegalRep.select_for_update().get(id=rep.legal_rep.id)
            await release.wait()

    holding = asyncio.create_task(hold())
    await asyncio.sleep(0.1)
    rotating = asyncio.create_task(rotate(newest, now=NOW))
    await asyncio.sleep(0.1)
    half = await stale(newest)
    release.set()
    done = await rotating
    await holding

    assert half > 0
    assert done.complete
    assert await stale(newest) == 0


async def test_settings_with_an_older_key_give_the_newest_the_next_number() -> None:
    older = settings(older_master_keys=f"4:{'A' * 43}=")

    assert vault_of(older).kid == 5


async def test_mailboxes_and_loose_columns_move_as_well() -> None:
    rep = await a_registered_rep()
    email = Person.sealed_email(vault(), rep.person.id, "a@example.cn")
    await Person.filter(id=rep.person.id).update(**email)
    export_id, contact_id = new_id(), new_id()
    await DataExport.create(
        id=export_id,
        person=rep.person,
        asked_at=NOW,
        archive_sealed=vault().seal("zip", aad=f"data_exports.archive.{export_id}"),
    )
    await Contact.create(
        id=contact_id,
        unit=rep.unit,
        phone_sealed=vault().seal("13900002399", aad=f"contacts.phone.{contact_id}"),
        updated_at=NOW,
    )

    done = await rotate(rotated(), now=NOW)

    alone = Vault(NEW_MASTER, kid=2)
    person = await Person.get(id=rep.person.id)
    export, contact = await DataExport.get(), await Contact.get()
    assert done.complete
    assert person.email(alone) == "a@example.cn"
    assert person.email_index == alone.index("email", "a@example.cn")
    assert export.archive_sealed is not None
    assert contact.phone_sealed is not None
    assert alone.open(export.archive_sealed, aad=f"data_exports.archive.{export_id}") == "zip"
    assert alone.open(contact.phone_sealed, aad=f"contacts.phone.{contact_id}") == "13900002399"


async def test_a_loose_column_that_no_key_opens_is_named() -> None:
    rep = await a_registered_rep()
    broken = await DataExport.create(
        id=new_id(), person=rep.person, asked_at=NOW, archive_sealed=vault().seal("x", aad="else")
    )

    done = await rotate(rotated(), now=NOW)

    assert done.broken == [f"data_exports.{broken.id}"]


async def test_every_sealed_column_of_every_table_is_rotated_or_left_to_expire() -> None:
    covered = {*TABLES, *LOOSE, *LEFT_TO_EXPIRE}
    tables = [table for app in Tortoise.apps.values() for table in app.values()]

    forgotten = [table for table in tables if sealed_columns(table) and table not in covered]

    assert forgotten == []
