"""How an officer's account begins 开通: a one-time token, then a password and an authenticator.

Whoever makes the account never learns the password. The authenticator's secret follows from the
token until it is taken over, so there is no half-made state to keep.
"""

import base64
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

import pyotp

from handlers import officer_passwords
from handlers.officer_logins import step_of
from handlers.ports import PasswordHasher
from handlers.tools import Tools
from models import audit
from models.actor import Actor
from models.audit import Action
from models.database import tx
from models.errors.login import OTP_WRONG
from models.errors.officer import OFFICER_TOKEN_INVALID
from models.ids import new_id
from models.officer import Officer, OfficerToken, address
from models.sealed import Vault
from models.store.challenge import digest
from models.store.limit import neighbourhood
from models.vocabulary import OfficerStatus, Role

LASTS = timedelta(hours=24)
ISSUER = "掌办经办"
_SECRET_BYTES = 20
_CAN_BEGIN = (OfficerStatus.INVITED,)


@dataclass(frozen=True, slots=True)
class Invitation:
    """What the page of a token shows: the account, and what its authenticator has to know."""

    account: str
    name: str
    totp_secret: str
    totp_url: str


async def issue_token(officer_id: str, now: datetime) -> str:
    """A fresh token for an officer; those before it are void. Must be inside a transaction."""
    token = secrets.token_urlsafe(32)
    await OfficerToken.filter(officer_id=officer_id, used_at=None).update(used_at=now)
    await OfficerToken.create(
        id=new_id(),
        officer_id=officer_id,
        digest=digest(token),
        created_at=now,
        expires_at=now + LASTS,
    )
    return token


async def look(tools: Tools, actor: Actor, token: str, *, now: datetime) -> Invitation:
    """What a token is for; it stays good. Refuses: OFFICER_TOKEN_INVALID, TOO_OFTEN."""
    await tools.limiter.spend(tools.password_limit, neighbourhood(actor.ip))
    officer = (await _live(token, now)).officer
    secret = totp_secret(tools.vault, token)
    url = pyotp.TOTP(secret).provisioning_uri(name=officer.account, issuer_name=ISSUER)
    return Invitation(officer.account, officer.unseal(tools.vault, "name"), secret, url)


async def accept(  # noqa: PLR0913
    tools: Tools,
    hasher: PasswordHasher,
    actor: Actor,
    *,
    token: str,
    password: str,
    code: str,
    now: datetime,
) -> None:
    """Set password and authenticator; from now on the officer can sign in.

    code: what the authenticator shows, which proves that it was set up. Refuses: TOO_OFTEN, BUSY,
    OFFICER_TOKEN_INVALID, PASSWORD_WEAK, OTP_WRONG.
    """
    await tools.limiter.spend(tools.password_limit, neighbourhood(actor.ip))
    found = await _live(token, now)
    officer, secret = found.officer, totp_secret(tools.vault, token)
    kept = await officer_passwords.fit(hasher, officer, password, "password")
    step = step_of(secret, code, now)
    if step is None:
        raise OTP_WRONG.refuse()
    async with tx():
        if not await OfficerToken.filter(id=found.id, used_at=None).update(used_at=now):
            raise OFFICER_TOKEN_INVALID.refuse()
        await Officer.filter(id=officer.id, status=OfficerStatus.INVITED).update(
            status=OfficerStatus.ACTIVE,
            totp_sealed=tools.vault.seal(secret, aad=address("totp", officer.id)),
            totp_step=step,
            last_login_at=now,
            **officer_passwords.columns_of(officer, kept, now),
        )
        acting = Actor(
            person_id=officer.id, role=Role.OFFICER, ip=actor.ip, trace_id=actor.trace_id
        )
        await audit.record(tools.vault, acting, Action.OFFICER_ENROLLED, officer.id, now=now)
    await tools.sessions.announce(f"p:{officer.id}", officer.revision + 1)


async def _live(token: str, now: datetime) -> OfficerToken:
    found = await OfficerToken.get_or_none(digest=digest(token)).select_related("officer")
    good = (
        found is not None
        and found.used_at is None
        and now < found.expires_at
        and found.officer.status in _CAN_BEGIN
    )
    if found is None or not good:
        raise OFFICER_TOKEN_INVALID.refuse()
    return found


def totp_secret(vault: Vault, token: str) -> str:
    """The authenticator's secret that belongs to a token, in base 32."""
    return base64.b32encode(vault.mac("totp", token.encode())[:_SECRET_BYTES]).decode()
