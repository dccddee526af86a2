"""The audit trail: what was written stays provable, and what was tampered with is found."""

import asyncio
import contextvars
import zlib
from datetime import timedelta

import pytest

from models import audit
from models.actor import Actor
from models.audit import STREAMS, Action, AuditEntry, AuditHead, breaks
from models.database import tx
from models.sealed import Vault
from tests.build import NOW, vault

pytestmark = pytest.mark.usefixtures("database")
ACTOR = Actor(person_id="somebody", ip="192.0.2.10", browser="Chrome 120")
OLD_MASTER, NEW_MASTER = b"o" * 32, b"n" * 32


def stream_of(actor: Actor) -> int:
    return zlib.crc32(actor.person_id.encode()) % STREAMS


def someone_else(*, in_stream_of: Actor | None = None) -> Actor:
    """An actor whose entries go to another chain, or to the same one."""
    candidates = (Actor(person_id=f"person-{number}") for number in range(1000))
    same = in_stream_of is not None
    return next(each for each in candidates if (stream_of(each) == stream_of(ACTOR)) is same)


async def told(actor: Actor = ACTOR, *, times: int = 1, under: Vault | None = None) -> None:
    for number in range(times):
        async with tx():
            await audit.record(
                under or vault(),
                actor,
                Action.LOGIN,
                f"subject-{number}",
                now=NOW + timedelta(seconds=number),
            )


async def found(under: Vault | None = None) -> list[str]:
    return [place.what async for place in breaks(under or vault(), batch=2)]


async def test_an_untouched_trail_holds() -> None:
    await told(times=5)
    await told(someone_else(), times=3)

    assert await found() == []
    assert await AuditEntry.all().count() == 8


async def test_an_empty_trail_holds() -> None:
    assert await found() == []


async def test_an_entry_names_who_did_what_and_when_but_no_browser_in_clear() -> None:
    await told()

    entry = await AuditEntry.get(stream=stream_of(ACTOR))
    assert '"action":"login.ok"' in entry.body
    assert '"actor":"somebody"' in entry.body
    assert entry.at in entry.body
    assert "Chrome" not in entry.body


async def test_nothing_is_recorded_outside_a_transaction() -> None:
    with pytest.raises(RuntimeError, match="inside tx"):
        await audit.record(vault(), ACTOR, Action.LOGIN, "subject", now=NOW)

    assert not await AuditEntry.exists()


async def test_a_record_goes_with_the_transaction_that_failed() -> None:
    async def failing() -> None:
        async with tx():
            await audit.record(vault(), ACTOR, Action.LOGIN, "subject", now=NOW)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await failing()

    assert not await AuditEntry.exists()
    assert await found() == []


async def test_a_changed_entry_is_found() -> None:
    await told(times=4)

    entry = await AuditEntry.get(stream=stream_of(ACTOR), seq=2)
    await AuditEntry.filter(id=entry.id).update(body=entry.body.replace("login.ok", "login.deny"))

    assert await found() == ["changed"]


async def test_a_changed_time_column_is_found() -> None:
    await told(times=2)

    await AuditEntry.filter(seq=1).update(at="2020-01-01T00:00:00+00:00")

    assert await found() == ["changed"]


async def test_a_removed_entry_is_found() -> None:
    await told(times=4)

    await AuditEntry.filter(seq=3).delete()

    assert await found() == ["1 missing before it"]


async def test_a_trail_cut_off_at_its_end_is_found() -> None:
    await told(times=4)

    await AuditEntry.filter(seq__gte=3).delete()

    assert await found() == ["end does not match the head"]


async def test_two_entries_that_changed_places_are_found() -> None:
    await told(times=4)

    await AuditEntry.filter(seq=2).update(seq=99)
    await AuditEntry.filter(seq=3).update(seq=2)
    await AuditEntry.filter(seq=99).update(seq=3)

    assert {"broken link", "changed"} <= set(await found())


async def test_an_entry_put_behind_the_head_is_found() -> None:
    await told(times=2)

    last = await AuditEntry.get(seq=2)
    await AuditEntry.create(
        stream=last.stream,
        seq=3,
        at=last.at,
        body=last.body,
        prev_hash=last.hash,
        hash="f" * 64,
        kid=last.kid,
        suite=last.suite,
    )

    assert await found() == ["goes on after the head"]


async def test_a_head_that_was_set_back_is_found() -> None:
    await told(times=3)

    first = await AuditEntry.get(seq=1)
    await AuditHead.filter(stream=first.stream).update(seq=1, hash=first.hash)

    assert await found() == ["goes on after the head"]


async def test_without_the_key_nobody_can_mend_a_changed_trail() -> None:
    await told(times=1)
    forger = Vault(b"f" * 32)

    entry = await AuditEntry.get(seq=1)
    body = entry.body.replace("login.ok", "login.deny")
    link = audit.link_hash(forger, entry.stream, 1, entry.prev_hash, body, kid=1)
    await AuditEntry.filter(id=entry.id).update(body=body, hash=link)
    await AuditHead.filter(stream=entry.stream).update(hash=link)

    assert await found() == ["changed"]


async def test_entries_from_before_a_key_rotation_stay_provable() -> None:
    await told(times=2, under=Vault(OLD_MASTER))
    rotated = Vault(NEW_MASTER, kid=2, older=[(1, OLD_MASTER)])

    await told(times=2, under=rotated)

    assert [entry.kid for entry in await AuditEntry.all().order_by("seq")] == [1, 1, 2, 2]
    assert await found(rotated) == []


async def test_entries_under_a_key_that_was_dropped_are_named() -> None:
    await told(times=1, under=Vault(OLD_MASTER))

    what = await found(Vault(NEW_MASTER, kid=2))

    assert what == ["made under key 1, which is not known"]


async def test_records_made_at_once_in_one_stream_and_in_two_leave_whole_chains() -> None:
    actors = [ACTOR, someone_else(in_stream_of=ACTOR), someone_else()]

    await asyncio.gather(*(told(actor, times=10) for actor in actors))

    assert await found() == []
    assert await AuditEntry.filter(stream=stream_of(ACTOR)).count() == 20


@pytest.mark.parametrize("backing", [pytest.param("real", marks=[pytest.mark.postgres])])
async def test_two_streams_do_not_wait_for_one_another(backing: str) -> None:
    async with tx():
        await audit.record(vault(), ACTOR, Action.LOGIN, "subject", now=NOW)

        # An empty context, or the task would use the transaction that is open here.
        other = asyncio.create_task(told(someone_else()), context=contextvars.Context())
        await asyncio.wait_for(other, 1.0)
        meanwhile = await AuditEntry.all().count()

    assert meanwhile == 2
    assert await found() == []


@pytest.mark.parametrize("backing", [pytest.param("real", marks=[pytest.mark.postgres])])
async def test_one_stream_waits_until_the_entry_before_is_committed(backing: str) -> None:
    async with tx():
        await audit.record(vault(), ACTOR, Action.LOGIN, "subject", now=NOW)

        same = someone_else(in_stream_of=ACTOR)
        other = asyncio.create_task(told(same), context=contextvars.Context())
        done, _ = await asyncio.wait([other], timeout=0.3)

    await other
    assert not done
    assert await found() == []


async def test_a_walk_while_entries_are_added_finds_nothing() -> None:
    await told(times=5)

    walk = breaks(vault(), batch=1)
    writing = asyncio.create_task(told(times=5))
    places = [place async for place in walk]
    await writing

    assert places == []


async def test_entries_made_under_the_other_suite_still_hold() -> None:
    await told(under=Vault(OLD_MASTER, "intl"))
    await told(under=Vault(OLD_MASTER, "sm"))

    assert await found(under=Vault(OLD_MASTER, "sm")) == []
