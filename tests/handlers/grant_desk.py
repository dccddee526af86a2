"""A legal representative at work on grants."""

from datetime import datetime

from handlers import grant_answers, grant_edits, grant_endings, grant_offers
from handlers.grant_changes import Hand
from handlers.tools import Tools
from models.actor import Actor
from models.grant import Grant
from models.identity import Identity
from models.unit import Relation
from models.vocabulary import GrantParty, Role
from tests.registered import NOW, Rep, an_identity


def rep_hand(rep: Rep) -> Hand:
    """The hand of a unit's legal representative."""
    actor = Actor(person_id=rep.person.id, role=Role.LEGAL_REP, unit_id=rep.unit.id)
    return Hand(actor, GrantParty.LEGAL_REP)


async def relation_ids(rep: Rep) -> list[str]:
    """The relations of the unit, in order."""
    rows = await Relation.filter(unit_id=rep.unit.id).order_by("id").values_list("id", flat=True)
    return [str(each) for each in rows]


async def offer(
    tools: Tools,
    rep: Rep,
    clerk: Identity | None = None,
    *,
    relations: list[str] | None = None,
    items: str = "*",
    valid_from: datetime = NOW,
    valid_to: datetime | None = None,
) -> Grant:
    """Let a clerk act for all relations, or some; the grant as it stands then."""
    chosen = relations if relations is not None else await relation_ids(rep)
    wanted = grant_offers.Offer(
        clerk or an_identity(), dict.fromkeys(chosen, items), valid_from, valid_to
    )
    return await Grant.get(
        id=await grant_offers.offer(tools, rep_hand(rep), rep.unit.id, wanted, now=NOW)
    )


async def edit(tools: Tools, rep: Rep, grant: Grant, wanted: grant_edits.Edit) -> Grant:
    """Change a grant as it was last read."""
    await grant_edits.edit(
        tools, rep_hand(rep), rep.unit.id, grant.id, wanted, revision=grant.revision, now=NOW
    )
    return await Grant.get(id=grant.id)


async def approve(
    tools: Tools,
    rep: Rep,
    grant: Grant,
    *,
    relations: list[str] | None = None,
    valid_to: datetime | None = None,
    now: datetime = NOW,
) -> Grant:
    """Approve a request, perhaps in part; the grant that is live then."""
    narrowed = grant_answers.Narrowed(tuple(relations) if relations else None, valid_to)
    live = await grant_answers.approve(
        tools, rep_hand(rep), rep.unit.id, grant.id, narrowed, revision=grant.revision, now=now
    )
    return await Grant.get(id=live)


async def suspend(tools: Tools, rep: Rep, grant: Grant) -> Grant:
    """Pause a grant."""
    await grant_endings.suspend(
        tools,
        rep_hand(rep),
        rep.unit.id,
        grant.id,
        reason="休假",
        revision=grant.revision,
        now=NOW,
    )
    return await Grant.get(id=grant.id)


async def resume(tools: Tools, rep: Rep, grant: Grant) -> Grant:
    """Let a grant go on."""
    await grant_endings.resume(
        tools, rep_hand(rep), rep.unit.id, grant.id, revision=grant.revision, now=NOW
    )
    return await Grant.get(id=grant.id)
