"""Stopping a person 停用账号 and lifting the stop: one officer stops, two let in again.

Neither the password nor the QR opens anything meanwhile.   Source: domain §7.4 (LOCKED_ADMIN).
"""

from datetime import datetime

from handlers.endings import begin_ending, end_sessions
from handlers.officer_units import unit_in_scope
from handlers.people import person_of_identity
from handlers.tools import Tools
from models import audit, outbox
from models.account import AccountStop
from models.actor import Actor
from models.audit import Action
from models.database import require_transaction, tx
from models.errors.filing import STATE_CHANGED
from models.errors.officer import NO_ACCOUNT, SECOND_OFFICER_NEEDED
from models.ids import new_id
from models.person import Person
from models.unit import LegalRep
from models.vocabulary import PersonStatus

NOT_STOPPED, STOPPED = "正常", "已停用"


async def stop(tools: Tools, actor: Actor, unit_id: str, reason: str, *, now: datetime) -> None:
    """Keep the unit's legal representative from logging in; every session ends at once.

    Refuses: NOT_FOUND out of scope, NO_ACCOUNT without a legal representative, STATE_CHANGED for
    somebody who is stopped already.
    """
    async with tx():
        person = await _person_of(tools, actor, unit_id, now)
        if person.status is not PersonStatus.ACTIVE:
            raise STATE_CHANGED.refuse(current=STOPPED)
        await begin_ending(tools, person)
        await Person.filter(id=person.id).update(status=PersonStatus.DISABLED)
        row = await AccountStop.create(
            id=new_id(),
            person_id=person.id,
            unit_id=unit_id,
            reason=reason,
            stopped_by=actor.person_id,
            stopped_at=now,
        )
        await _tell(outbox.Topic.ACCOUNT_STOPPED, row, now)
        said = {"stop": row.id, "reason": reason}
        await audit.record(tools.vault, actor, Action.ACCOUNT_STOP, person.id, now=now, detail=said)
    await end_sessions(tools, person)


async def lift(tools: Tools, actor: Actor, unit_id: str, reason: str, *, now: datetime) -> None:
    """Agree that a stop is lifted; with the second officer's agreement it is.

    Refuses: NOT_FOUND out of scope, NO_ACCOUNT without a legal representative, STATE_CHANGED for
    somebody who is not stopped, SECOND_OFFICER_NEEDED for who has agreed already.
    """
    async with tx():
        person = await _person_of(tools, actor, unit_id, now)
        row = await live_stop(person)
        if row is None:
            raise STATE_CHANGED.refuse(current=NOT_STOPPED)
        if row.agreed_by == actor.person_id:
            raise SECOND_OFFICER_NEEDED.refuse()
        if row.agreed_by is None:
            await _agree(tools, actor, row, reason, now)
        else:
            await _lift(tools, actor, row, person, reason, now)


async def _agree(tools: Tools, actor: Actor, row: AccountStop, reason: str, now: datetime) -> None:
    first = await AccountStop.filter(id=row.id, agreed_by=None).update(
        agreed_by=actor.person_id, agreed_at=now
    )
    if not first:
        raise STATE_CHANGED.refuse(current=STOPPED)
    said = {"stop": row.id, "reason": reason}
    await audit.record(
        tools.vault, actor, Action.ACCOUNT_LIFT_AGREED, row.person_id, now=now, detail=said
    )


async def _lift(
    tools: Tools, actor: Actor, row: AccountStop, person: Person, reason: str, now: datetime
) -> None:
    lifted = await AccountStop.filter(id=row.id, lifted_at=None).update(
        lifted_by=actor.person_id, lifted_at=now
    )
    if not lifted:
        raise STATE_CHANGED.refuse(current=NOT_STOPPED)
    await Person.filter(id=person.id, status=PersonStatus.DISABLED).update(
        status=PersonStatus.ACTIVE, revision=person.revision + 1
    )
    await _tell(outbox.Topic.ACCOUNT_LIFTED, row, now)
    said = {"stop": row.id, "reason": reason}
    await audit.record(tools.vault, actor, Action.ACCOUNT_LIFT, person.id, now=now, detail=said)


async def live_stop(person: Person) -> AccountStop | None:
    """The stop that keeps a person out now."""
    return await AccountStop.filter(person_id=person.id, lifted_at=None).first()


async def _person_of(tools: Tools, actor: Actor, unit_id: str, now: datetime) -> Person:
    require_transaction()
    unit = await unit_in_scope(actor, unit_id)
    rep = await LegalRep.get_or_none(unit_id=unit.id, live=True)
    if rep is None:
        raise NO_ACCOUNT.refuse()
    # Somebody who never came in can be kept out too.
    return await person_of_identity(tools, rep.open(tools.vault), now)


async def _tell(topic: outbox.Topic, row: AccountStop, now: datetime) -> None:
    await outbox.put(
        topic,
        row.person_id,
        [outbox.legal_rep_of(row.unit_id)],
        {},
        dedupe_key=f"{topic.value}:{row.id}",
        now=now,
    )
