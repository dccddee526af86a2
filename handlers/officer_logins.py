"""Officers sign in: password and authenticator code together, one verdict (domain §4.1)."""

import hmac
from dataclasses import dataclass
from datetime import datetime

import pyotp
from msgspec.structs import replace

from handlers import officer_passwords
from handlers.locks import Failure, count_failure, forget_failures, hold_open, require_open
from handlers.officer_sessions import OfficerOpened, open_session
from handlers.ports import PasswordHasher
from handlers.tools import Tools
from models import audit
from models.actor import Actor
from models.audit import Action
from models.database import tx
from models.errors.entry import Refusal
from models.errors.login import ACCOUNT_DISABLED, PASSWORD_EXPIRED
from models.errors.officer import OFFICER_CREDENTIALS_WRONG, OFFICER_LOCKED
from models.officer import Officer
from models.store.challenge import Place
from models.store.limit import neighbourhood
from models.vocabulary import OfficerStatus, Role

STEP_S = 30
_AROUND = (0, -1, 1)
"""Steps beside the present one whose codes count: clocks of phones go wrong by as much."""


@dataclass(frozen=True, slots=True)
class OfficerAttempt:
    """What was typed, and where. new_password: '' unless another one is to be set."""

    account: str
    password: str
    code: str
    place: Place
    new_password: str = ""


async def sign_in(
    tools: Tools, hasher: PasswordHasher, actor: Actor, attempt: OfficerAttempt, *, now: datetime
) -> OfficerOpened:
    """Open the console for whoever knows the password and holds the authenticator.

    A code works once. Five failures within 15 minutes lock for 30. Refuses: TOO_OFTEN, BUSY,
    OFFICER_LOCKED, OFFICER_CREDENTIALS_WRONG; with the right ones also ACCOUNT_DISABLED,
    PASSWORD_EXPIRED when no new one came along (the code stays good), PASSWORD_WEAK.
    """
    await tools.limiter.spend(tools.password_limit, neighbourhood(attempt.place.ip))
    officer = await Officer.get_or_none(account=attempt.account.strip().casefold())
    if officer is not None:
        await _require_open(officer, now)
    # A stranger's password takes as long to be wrong as anybody's.
    kept = officer.password_hash or None if officer else None
    right = await hasher.verify(kept, attempt.password)
    step = _step_of(tools, officer, attempt.code, now) if officer else None
    if officer is None or not right or step is None:
        raise await _failed(tools, actor, officer, now)
    new = attempt.new_password
    anew = await officer_passwords.fit(hasher, officer, new, "new_password") if new else ""
    opened = await _let_in(tools, actor, officer, step, attempt.place, anew, now)
    if opened is None:
        raise await _failed(tools, actor, officer, now)
    return opened


def _step_of(tools: Tools, officer: Officer, code: str, now: datetime) -> int | None:
    """The step whose code this is, None for a wrong code and for one that was used."""
    secret = officer.unseal(tools.vault, "totp")
    return step_of(secret, code, now, after=officer.totp_step) if secret else None


def step_of(secret: str, code: str, now: datetime, *, after: int = 0) -> int | None:
    """The 30-second step, later than `after`, that this code belongs to (RFC 6238)."""
    present = int(now.timestamp()) // STEP_S
    authenticator = pyotp.TOTP(secret, interval=STEP_S)
    for step in (present + shift for shift in _AROUND):
        wanted = authenticator.generate_otp(step)
        if step > after and hmac.compare_digest(wanted.encode(), code.encode()):
            return step
    return None


async def _require_open(officer: Officer, now: datetime) -> None:
    try:
        await require_open(officer.id, now)
    except Refusal as refusal:
        raise OFFICER_LOCKED.refuse(
            retry_after_s=refusal.retry_after_s, n=refusal.facts["n"]
        ) from None


async def _failed(tools: Tools, actor: Actor, officer: Officer | None, now: datetime) -> Refusal:
    refusal = OFFICER_CREDENTIALS_WRONG.refuse()
    async with tx():
        if officer is not None:
            refusal = _refusal(await count_failure(officer.id, now), now)
        subject = officer.id if officer else ""
        result = refusal.entry.code
        await audit.record(
            tools.vault, actor, Action.OFFICER_LOGIN_FAILED, subject, now=now, result=result
        )
    return refusal


def _refusal(failure: Failure, now: datetime) -> Refusal:
    if failure.locked_until is None:
        return OFFICER_CREDENTIALS_WRONG.refuse()
    left_s = max(1, int((failure.locked_until - now).total_seconds()))
    return OFFICER_LOCKED.refuse(retry_after_s=left_s, n=-(-left_s // 60))


async def _let_in(  # noqa: PLR0913
    tools: Tools,
    actor: Actor,
    officer: Officer,
    step: int,
    place: Place,
    anew: str,
    now: datetime,
) -> OfficerOpened | None:
    """The session; None when the code was used, or the account changed, a moment before."""
    columns = officer_passwords.columns_of(officer, anew, now) if anew else {}
    async with tx():
        # Somebody else's fifth failure may have come first.
        await hold_open(officer.id, now)
        if officer.status is not OfficerStatus.ACTIVE:
            raise ACCOUNT_DISABLED.refuse()
        if not anew and officer_passwords.is_over(officer, now):
            raise PASSWORD_EXPIRED.refuse()
        if anew:
            await tools.sessions.doubt(f"p:{officer.id}")
        used = await Officer.filter(
            id=officer.id, totp_step__lt=step, revision=officer.revision, status=officer.status
        ).update(totp_step=step, last_login_at=now, **columns)
        if not used:
            return None
        await forget_failures(officer.id)
        current = await Officer.get(id=officer.id).select_related("agency")
        opened = await open_session(tools, current, place, now=now)
        entered = replace(
            actor, person_id=officer.id, role=Role.OFFICER, session_id=opened.session_id
        )
        if anew:
            await audit.record(tools.vault, entered, Action.OFFICER_PASSWORD, officer.id, now=now)
        await audit.record(tools.vault, entered, Action.OFFICER_LOGIN, officer.id, now=now)
    if anew:
        await tools.sessions.announce(f"p:{officer.id}", current.revision)
    return opened
