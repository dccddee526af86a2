"""The exchange: an approved challenge becomes the desk's session, once (qr-login §5.2, §5.8)."""

from datetime import datetime

import msgspec
from msgspec.structs import replace

from handlers.answers import for_desk
from handlers.approvals import Approved
from handlers.entries import Entered, Opened, acting
from handlers.locks import unlock_by_card
from handlers.mandates import Mandate, Standing, standing_of
from handlers.openings import open_desk
from handlers.people import require_active
from handlers.refused import put_on_record
from handlers.tools import Tools
from models import audit
from models.actor import Actor
from models.audit import Action
from models.database import tx
from models.errors.entry import Refusal
from models.errors.grant import GRANT_REVOKED
from models.errors.phone import CHALLENGE_UNKNOWN
from models.idempotency import Once, first_answer, keep_answer
from models.person import Person
from models.store.challenge import Redeemed
from models.store.session import Proof, Stage
from models.vocabulary import Role


async def exchange(
    tools: Tools, actor: Actor, cid: str, bind: str, once: Once | None, *, now: datetime
) -> Entered:
    """Redeem an approved challenge for the desk's session. Works once per approval.

    Account and mandate are read again in the same transaction (qr-login T-REVOKE-GAP, T-LOCK); who
    has lost them since the approval is put on record.
    Refuses: CHALLENGE_UNKNOWN, QR_TAKEN the second time, QR_EXPIRED, LOGIN_DENIED, STATE_CHANGED
    before approval, ACCOUNT_DISABLED, GRANT_REVOKED, LEGAL_REP_UNKNOWN, CLERK_UNKNOWN.
    """
    approved = None
    try:
        async with tx():
            kept = await first_answer(tools.vault, once, now)
            if kept is not None:
                opened = msgspec.json.decode(kept, type=Opened)
                return Entered(opened, await _choices(tools, opened, now))
            redeemed = for_desk(await tools.challenges.exchange(cid, bind))
            if redeemed is None:
                raise CHALLENGE_UNKNOWN.refuse()
            approved = msgspec.json.decode(redeemed.approved, type=Approved)
            entered = await _let_in(tools, actor, cid, approved, redeemed, now)
            await keep_answer(tools.vault, once, msgspec.json.encode(entered.opened).decode())
            return entered
    except Refusal as refusal:
        if approved is not None:
            who = replace(actor, person_id=approved.person, role=approved.role)
            await put_on_record(tools, who, Action.LOGIN_REFUSED, cid, refusal, now)
        raise


async def _let_in(
    tools: Tools, actor: Actor, cid: str, approved: Approved, redeemed: Redeemed, now: datetime
) -> Entered:
    person = await Person.by_id(approved.person)
    require_active(person)
    standing = await standing_of(tools.vault, person, now)
    mandate = _still_standing(standing, approved)
    opened = await open_desk(
        tools, person, approved.role, mandate, redeemed.place, Proof.SCAN, now=now
    )
    who = acting(actor, person, approved.role, mandate, opened.session_id)
    if approved.role is Role.LEGAL_REP:
        await unlock_by_card(tools, who, person.id, now=now)
    await audit.record(tools.vault, who, Action.LOGIN, cid, now=now)
    return Entered(opened, () if mandate else standing.of(approved.role))


def _still_standing(standing: Standing, approved: Approved) -> Mandate | None:
    mandates = standing.require(approved.role)
    if not approved.mandate:
        return None
    for mandate in mandates:
        if mandate.key == approved.mandate and mandate.revision == approved.revision:
            return mandate
    raise GRANT_REVOKED.refuse()


async def _choices(tools: Tools, opened: Opened, now: datetime) -> tuple[Mandate, ...]:
    found = (await tools.sessions.touch(opened.secret)).session
    if found is None or found.stage is Stage.UNIT:
        return ()
    person = await Person.get(id=found.person_id)
    return (await standing_of(tools.vault, person, now)).of(opened.role)
