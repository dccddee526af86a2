"""The clerk's first scan accepts what was offered (domain §7.2 row 6)."""

from datetime import datetime

from handlers.grant_changes import Hand, Step, changing
from handlers.mandates import Standing, standing_of
from handlers.tools import Tools
from models import outbox
from models.actor import Actor
from models.audit import Action
from models.errors.entry import Refusal
from models.grant import Grant
from models.outbox import Topic
from models.person import Person
from models.vocabulary import GrantParty, GrantStatus


async def welcomed(tools: Tools, person: Person, actor: Actor, now: datetime) -> Standing:
    """What a person may enter, after accepting what units have offered under number and name."""
    standing = await standing_of(tools.vault, person, now)
    if not standing.offered:
        return standing
    for grant_id in standing.offered:
        await _accept(tools, grant_id, person, actor, now)
    return await standing_of(tools.vault, person, now)


async def _accept(tools: Tools, grant_id: str, person: Person, actor: Actor, now: datetime) -> None:
    try:
        async with changing(tools, now) as changes:
            grant = await Grant.get(id=grant_id)
            to = GrantStatus.SCHEDULED if grant.valid_from > now else GrantStatus.ACTIVE
            step = Step(
                to,
                Action.GRANT_ACCEPT,
                Topic.GRANT_ACCEPTED,
                (outbox.legal_rep_of(grant.unit_id),),
                columns={"accepted_at": now, "person_id": person.id},
            )
            await changes.move(Hand(actor, GrantParty.CLERK), grant, step)
    except Refusal:
        # Withdrawn, or accepted by another scan, at this very moment.
        return


async def tell_of_mismatch(standing: Standing, now: datetime) -> None:
    """Owe the legal reps word that a clerk's number or name is not as granted, once a day.

    Must be called inside a transaction.
    """
    for grant_id, unit_id in standing.misnamed:
        await outbox.put(
            Topic.GRANT_MISMATCH,
            grant_id,
            [outbox.legal_rep_of(unit_id)],
            {"unit": unit_id},
            dedupe_key=f"grant.mismatch:{grant_id}:{now.date()}",
            now=now,
        )
