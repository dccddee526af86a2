"""Who scanned as 法人 and has no account registers a unit without typing name and number again.

The desk gets a sealed token and the masked name, never the values.   Source: 手册 5.2.2.1.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import msgspec

from handlers.answers import for_desk
from handlers.people import require_active
from handlers.tools import Tools
from models.errors.scan import LEGAL_REP_UNKNOWN, QR_EXPIRED
from models.identity import Identity
from models.masking import mask_name
from models.person import Person
from models.sealed import SealBroken
from models.store.challenge import digest

LASTS = timedelta(minutes=30)


class _Carried(msgspec.Struct, frozen=True):
    person_id: str
    until: datetime


@dataclass(frozen=True, slots=True)
class Carried:
    """A token for the registration form of one browser. name: masked, so that it can be shown."""

    token: str
    name: str
    until: datetime


async def carry(tools: Tools, cid: str, bind: str, *, now: datetime) -> Carried:
    """Carry over the person whose scan was refused with LEGAL_REP_UNKNOWN at this desk.

    Refuses: CHALLENGE_UNKNOWN to every browser but its own, PAIRING_OWED, STATE_CHANGED when
    nothing of the kind was scanned, ACCOUNT_DISABLED.
    """
    answer = await tools.challenges.claimer(cid, bind, LEGAL_REP_UNKNOWN.code)
    person = await Person.get(id=for_desk(answer) or "")
    require_active(person)
    until = now + LASTS
    text = msgspec.json.encode(_Carried(person.id, until)).decode()
    token = tools.vault.seal(text, aad=_address(bind)).hex()
    return Carried(token, mask_name(person.open(tools.vault).name), until)


async def carried_identity(tools: Tools, token: str, bind: str, *, now: datetime) -> Identity:
    """Whom a token of `carry` stands for, in the browser that it was given to.

    Refuses: QR_EXPIRED for a token that is late, made up or another browser's, ACCOUNT_DISABLED.
    """
    try:
        text = tools.vault.open(bytes.fromhex(token), aad=_address(bind))
    except (ValueError, SealBroken):
        raise QR_EXPIRED.refuse() from None
    carried = msgspec.json.decode(text, type=_Carried)
    if now.astimezone(UTC) >= carried.until:
        raise QR_EXPIRED.refuse()
    person = await Person.get(id=carried.person_id)
    require_active(person)
    return person.open(tools.vault)


def _address(bind: str) -> str:
    return f"carried.identity.{digest(bind)}"
