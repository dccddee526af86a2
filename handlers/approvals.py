"""The phone's answer to what the confirm page showed: approve, or deny (qr-login §5.2)."""

from datetime import datetime
from typing import Literal

import msgspec

from handlers.answers import for_phone
from handlers.mandates import Mandate, standing_of
from handlers.people import bound_person
from handlers.refused import on_record
from handlers.tools import Tools
from models import audit, outbox
from models.actor import Actor
from models.audit import Action
from models.database import tx
from models.errors.grant import RELATION_NOT_GRANTED
from models.store.session import Session
from models.vocabulary import Role


class Approved(msgspec.Struct, frozen=True):
    """What an approval stands for until the desk redeems it. mandate '' = choose on the desk."""

    person: str
    role: Role
    mandate: str = ""
    revision: int = 0


async def approve(  # noqa: PLR0913
    tools: Tools,
    phone: Session,
    actor: Actor,
    cid: str,
    *,
    nonce: str,
    role: Role,
    unit_id: str | None,
    now: datetime,
) -> None:
    """Approve what the confirm page showed; without unit_id the unit is chosen on the desk.

    Refuses: QR_EXPIRED, QR_TAKEN, ROLE_SWITCHED, PAIRING_OWED, RELATION_NOT_GRANTED for a unit that
    is not the person's, and what `scan` refuses for a person without a mandate. Safe to repeat.
    """
    async with on_record(tools, actor, Action.APPROVE, cid, now):
        person = await bound_person(phone)
        mandates = (await standing_of(tools.vault, person, now)).require(role)
        chosen = _chosen(mandates, unit_id)
    approved = Approved(
        person=person.id,
        role=role,
        mandate=chosen.key if chosen else "",
        revision=chosen.revision if chosen else 0,
    )
    text = msgspec.json.encode(approved).decode()
    async with tx():
        answer = await tools.challenges.approve(cid, person.id, nonce, role, text)
        await audit.record(
            tools.vault,
            actor,
            Action.APPROVE,
            cid,
            now=now,
            result="ok" if answer.done else answer.word,
            detail={"role": role.value, "unit": chosen.unit.id if chosen else ""},
        )
    for_phone(answer)


def _chosen(mandates: tuple[Mandate, ...], unit_id: str | None) -> Mandate | None:
    if unit_id is None:
        return mandates[0] if len(mandates) == 1 else None
    for mandate in mandates:
        if mandate.unit.id == unit_id:
            return mandate
    raise RELATION_NOT_GRANTED.refuse(unit="不在您的经办范围内", no="无")


async def deny(  # noqa: PLR0913
    tools: Tools,
    phone: Session,
    actor: Actor,
    cid: str,
    *,
    nonce: str,
    reason: Literal["cancel", "not_me"],
    now: datetime,
) -> None:
    """Say no. `not_me` also owes the person a warning. Refuses: QR_EXPIRED, QR_TAKEN."""
    async with tx():
        for_phone(await tools.challenges.deny(cid, phone.person_id, nonce, reason))
        await audit.record(tools.vault, actor, Action.DENY, cid, now=now, detail={"reason": reason})
        if reason == "not_me":
            await outbox.put(
                outbox.Topic.LOGIN_DENIED_NOT_ME,
                cid,
                [outbox.person(phone.person_id)],
                {},
                dedupe_key=f"not_me:{cid}",
                now=now,
            )
