"""Who represents a unit 法人, when the core system names another one or the unit is closed."""

from handlers.grant_changes import SYSTEM, Changes, Step
from handlers.grant_endings import suspend_all_of_unit
from handlers.grant_offers import told_of
from handlers.tools import Tools
from models import outbox
from models.audit import Action
from models.errors.entry import Entry
from models.errors.filing import STATE_CHANGED
from models.grant import Grant
from models.identity import Identity, index_candidates
from models.ids import new_id
from models.outbox import Topic
from models.person import Person
from models.unit import LegalRep, Unit
from models.vocabulary import GrantStatus, Suspension

WHY_LAPSED = "单位已注销"


async def replace_legal_rep(changes: Changes, unit: Unit, rep: Identity) -> LegalRep | None:
    """Replace the live legal representative by another; the old one's row, None when it stays.

    Grants pause until the new one confirms them, and both are told. A unit without one gets none:
    who represents it registers it. One person under another name is another: the e-card must vouch
    for the new name; the grants stay. Refuses: STATE_CHANGED. Source: domain §7.2.
    """
    vault, now = changes.tools.vault, changes.now
    old = await LegalRep.filter(unit_id=unit.id, live=True).select_for_update().first()
    if old is None:
        return None
    known = index_candidates(vault, rep)
    same_id = old.id_type is rep.id_type and old.id_no_index in known.id_nos
    if same_id and old.name_index in known.names:
        return None
    await _move(changes, old, live=False, ended_at=now)
    await LegalRep.create(**LegalRep.sealed(vault, new_id(), rep), unit_id=unit.id, since=now)
    if not same_id:
        await suspend_all_of_unit(changes, SYSTEM, unit.id, Suspension.LEGAL_REP_CHANGED)
        await outbox.put(
            Topic.UNIT_LEGAL_REP_CHANGED,
            unit.id,
            [outbox.legal_rep_of(unit.id), *await _known_person(old)],
            {"unit": unit.id, "unit_name": unit.name},
            dedupe_key=f"unit.legal_rep:{old.id}",
            now=now,
        )
    return old


async def close(changes: Changes, unit: Unit) -> LegalRep | None:
    """End whatever rests on a unit that was closed: grants pause, requests lapse, people are told.

    The row of the live legal representative, whose sessions are to end. Refuses: STATE_CHANGED.
    Source: domain §7.2.
    """
    await suspend_all_of_unit(changes, SYSTEM, unit.id, Suspension.UNIT_CLOSED)
    waiting = await Grant.filter(unit_id=unit.id, status=GrantStatus.REQUESTED).order_by("id")
    for grant in waiting:
        lapsed = Step(
            GrantStatus.LAPSED,
            Action.GRANT_LAPSE,
            Topic.GRANT_CANCELLED,
            told_of(grant, rep=False),
            reason=WHY_LAPSED,
            columns={"reason": WHY_LAPSED},
        )
        await changes.move(SYSTEM, grant, lapsed)
    rep = await LegalRep.filter(unit_id=unit.id, live=True).select_for_update().first()
    if rep is None:
        return None
    await _move(changes, rep)
    await outbox.put(
        Topic.UNIT_CLOSED,
        unit.id,
        [outbox.legal_rep_of(unit.id)],
        {"unit": unit.id, "unit_name": unit.name},
        dedupe_key=f"unit.closed:{unit.id}:{unit.revision}",
        now=changes.now,
    )
    return rep


async def end_sessions(tools: Tools, rep: LegalRep, why: Entry) -> None:
    """After the commit: nothing succeeds in the name of this row, which is as before the change."""
    await tools.sessions.announce(f"l:{rep.id}", rep.revision + 1)
    if rep.person_id:
        await tools.sessions.sweep(rep.person_id, f"l:{rep.id}", why.code)


async def _move(changes: Changes, rep: LegalRep, **columns: object) -> None:
    # From here until the announcement every request in this name asks the database.
    await changes.tools.sessions.doubt(f"l:{rep.id}")
    moved = await LegalRep.filter(id=rep.id, live=True, revision=rep.revision).update(
        **columns, revision=rep.revision + 1
    )
    if not moved:
        raise STATE_CHANGED.refuse(current="法定代表人已变更")


async def _known_person(rep: LegalRep) -> list[outbox.Recipient]:
    """The person behind a row, also one who never entered the unit."""
    if rep.person_id:
        return [outbox.person(rep.person_id)]
    found = await Person.filter(id_type=rep.id_type, id_no_index=rep.id_no_index).first()
    return [outbox.person(found.id)] if found else []
