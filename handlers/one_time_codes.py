"""One-time codes 验证码: six digits to a phone or mailbox, once, ten minutes, five tries."""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from handlers.account_names import look_up
from handlers.tools import Tools
from models import audit
from models.account import CodePurpose, OneTimeCode
from models.actor import Actor
from models.audit import Action
from models.database import require_transaction, tx
from models.errors.login import OTP_WRONG
from models.ids import new_id
from models.person import Person
from models.sealed import Vault
from models.store.limit import Limit, neighbourhood

LASTS, MOST_TRIES = timedelta(minutes=10), 5
OF_ONE = Limit("codes-of", most=5, window_s=3600)
Way = Literal["phone", "email"]


@dataclass(frozen=True, slots=True)
class Letter:
    """A text for a phone or a mailbox: in memory only, to be sent once the transaction is over."""

    id: str
    way: Way
    address: str
    subject: str
    text: str


@dataclass(frozen=True, slots=True)
class Issued:
    """A request for a code, and what has to be sent for it. letter None: nobody is written to."""

    request_id: str
    expires_at: datetime
    letter: Letter | None


async def issue_reset(tools: Tools, actor: Actor, name: str, way: Way, *, now: datetime) -> Issued:
    """Issue a code to the bound phone or mailbox of an account.

    The answer is the same whether there is such an account or not. Refuses: TOO_OFTEN.
    """
    await tools.limiter.spend(tools.code_limit, neighbourhood(actor.ip))
    named = await look_up(tools.vault, name)
    await tools.limiter.spend(OF_ONE, named.subject or tools.vault.index("account", name))
    person = named.person if named.account else None
    address = _bound(tools.vault, person, way)
    async with tx():
        return await _issue(tools, actor, person, CodePurpose.RESET, way, address, now)


def _bound(vault: Vault, person: Person | None, way: Way) -> str | None:
    if person is None:
        return None
    return person.open(vault).phone if way == "phone" else person.email(vault)


async def issue_binding(
    tools: Tools, actor: Actor, person: Person, way: Way, address: str, *, now: datetime
) -> Issued:
    """Issue a code to a phone or mailbox that the person wants to bind. Refuses: TOO_OFTEN."""
    await tools.limiter.spend(OF_ONE, person.id)
    await tools.limiter.spend(OF_ONE, tools.vault.index("address", address))
    purpose = CodePurpose.BIND_PHONE if way == "phone" else CodePurpose.BIND_EMAIL
    async with tx():
        issued = await _issue(tools, actor, person, purpose, way, address, now)
        sealed = tools.vault.seal(address, aad=f"one_time_codes.address.{issued.request_id}")
        await OneTimeCode.filter(id=issued.request_id).update(address_sealed=sealed)
    return issued


async def _issue(  # noqa: PLR0913
    tools: Tools,
    actor: Actor,
    person: Person | None,
    purpose: CodePurpose,
    way: Way,
    address: str | None,
    now: datetime,
) -> Issued:
    row_id, digits = new_id(), f"{secrets.randbelow(10**6):06d}"
    await OneTimeCode.create(
        id=row_id,
        person_id=person.id if person else None,
        purpose=purpose,
        # A code that went nowhere can be guessed by nobody.
        code_mac=_mac(tools.vault, row_id, digits if address else secrets.token_hex()),
        created_at=now,
        expires_at=now + LASTS,
    )
    if address:
        await audit.record(
            tools.vault, actor, Action.CODE_SENT, row_id, now=now, detail={"for": purpose.value}
        )
    return Issued(row_id, now + LASTS, _letter(row_id, way, address, digits) if address else None)


def _letter(row_id: str, way: Way, address: str, digits: str) -> Letter:
    text = f"您的验证码是{digits},10分钟内有效。工作人员不会向您索要验证码,请勿告诉他人。"
    return Letter(row_id, way, address, "掌办验证码", text)


def _mac(vault: Vault, row_id: str, digits: str) -> str:
    return vault.mac("one-time-code", f"{row_id}|{digits}".encode()).hex()


async def try_code(
    tools: Tools, request_id: str, digits: str, purposes: tuple[CodePurpose, ...], *, now: datetime
) -> OneTimeCode:
    """The request that these digits answer; a wrong try is counted, a right one spends nothing yet.

    Refuses: OTP_WRONG for wrong, late, used and unknown ones alike.
    """
    async with tx():
        row = await OneTimeCode.filter(id=request_id).select_for_update().first()
        open_still = (
            row is not None
            and row.purpose in purposes
            and row.used_at is None
            and now < row.expires_at
            and row.tries < MOST_TRIES
        )
        if row is not None and open_still:
            wanted = _mac(tools.vault, row.id, digits)
            if secrets.compare_digest(wanted, row.code_mac):
                return row
            await OneTimeCode.filter(id=row.id).update(tries=row.tries + 1)
    raise OTP_WRONG.refuse()


async def spend(row: OneTimeCode, now: datetime) -> None:
    """Use a code up, inside the transaction of what it allows. Refuses: OTP_WRONG."""
    require_transaction()
    if not await OneTimeCode.filter(id=row.id, used_at=None).update(used_at=now):
        raise OTP_WRONG.refuse()
