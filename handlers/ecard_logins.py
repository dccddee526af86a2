"""Logins by the e-card app's own scanner: its platform is asked, its yes is an approval."""

from datetime import datetime

import msgspec
from msgspec.structs import replace

from handlers.approvals import Approved
from handlers.grant_acceptance import welcomed
from handlers.mandates import Standing, standing_of
from handlers.people import person_of_card, require_active
from handlers.ports import CardIdentity, ECard, ECardQrState
from handlers.refused import put_on_record
from handlers.tools import Tools
from models import audit
from models.actor import Actor
from models.audit import Action
from models.database import tx
from models.errors.entry import Refusal
from models.errors.scan import ECARD_UNAVAILABLE, QR_EXPIRED
from models.masking import mask_name
from models.person import Person
from models.vocabulary import Role

EVERY_MS = 1900


async def ask(tools: Tools, ecard: ECard, cid: str, actor: Actor, *, now: datetime) -> None:
    """Ask the e-card platform once what became of a challenge's code, if it is anybody's turn.

    Several processes may call this for one challenge; the store lets one of them ask every two
    seconds. An outage of the platform leaves the challenge as it is, for the next turn.
    """
    turn = await tools.challenges.ecard_turn(cid, EVERY_MS)
    if turn is None:
        return
    qr_code, role = turn
    try:
        found = await ecard.query_qr(qr_code)
    except Refusal as refusal:
        if refusal.entry is not ECARD_UNAVAILABLE:
            await tools.challenges.refuse(cid, "card", refusal.entry.code)
            await put_on_record(tools, actor, Action.LOGIN_REFUSED, cid, refusal, now)
        return
    if found.state is ECardQrState.SCANNED:
        await tools.challenges.ecard_seen(cid, qr_code)
    elif found.state is ECardQrState.CONFIRMED and found.identity is not None:
        await _confirmed(tools, cid, qr_code, role, found.identity, actor, now=now)
    elif found.state in (ECardQrState.EXPIRED, ECardQrState.INVALID):
        await tools.challenges.refuse(cid, "expired", QR_EXPIRED.code)


async def _confirmed(  # noqa: PLR0913
    tools: Tools,
    cid: str,
    qr_code: str,
    role: Role,
    card: CardIdentity,
    actor: Actor,
    *,
    now: datetime,
) -> None:
    who = Actor(role=role, ip=actor.ip, trace_id=actor.trace_id)
    try:
        async with tx():
            person = await person_of_card(tools, card, now)
            who = replace(who, person_id=person.id)
            require_active(person)
            standing = await standing_of(tools.vault, person, now)
            if not standing.offered:
                standing.require(role)
            await audit.record(
                tools.vault,
                who,
                Action.APPROVE,
                cid,
                now=now,
                detail={"role": role.value, "channel": "ecard"},
            )
        if standing.offered:
            standing = await welcomed(tools, person, actor, now)
            standing.require(role)
    except Refusal as refusal:
        await tools.challenges.refuse(cid, "unknown", refusal.entry.code)
        await put_on_record(tools, await _kept(who), Action.LOGIN_REFUSED, cid, refusal, now)
        return
    await tools.challenges.ecard_assert(
        cid,
        qr_code,
        person.id,
        mask_name(card.name),
        msgspec.json.encode(_approval(person, role, standing)).decode(),
    )


async def _kept(who: Actor) -> Actor:
    # Whoever was seen for the first time has been forgotten together with the refused login.
    return who if await Person.exists(id=who.person_id) else replace(who, person_id="")


def _approval(person: Person, role: Role, standing: Standing) -> Approved:
    mandates = standing.of(role)
    if len(mandates) > 1:
        return Approved(person.id, role)
    return Approved(person.id, role, mandates[0].key, mandates[0].revision)
