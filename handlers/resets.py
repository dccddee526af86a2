"""Passwords set without being signed in: by code 忘记密码, or by one-time link 首次设置."""

import secrets
from datetime import datetime, timedelta

from handlers.endings import end_sessions
from handlers.one_time_codes import Letter, spend, try_code
from handlers.passwords import fit, put_in_force
from handlers.people import person_of_identity
from handlers.ports import PasswordHasher
from handlers.tools import Tools
from models import audit
from models.account import CodePurpose, PasswordToken, TokenPurpose
from models.actor import Actor
from models.audit import Action
from models.database import tx
from models.errors.account import PHONE_MISSING
from models.errors.login import OTP_WRONG
from models.errors.system import NOT_FOUND
from models.ids import new_id
from models.person import Person
from models.store.challenge import digest
from models.store.limit import neighbourhood
from models.unit import LegalRep

LINK_LASTS = timedelta(hours=24)
SET_PASSWORD_PAGE = "/login/reset"  # noqa: S105


async def reset_by_code(  # noqa: PLR0913
    tools: Tools,
    hasher: PasswordHasher,
    actor: Actor,
    *,
    request_id: str,
    code: str,
    password: str,
    now: datetime,
) -> None:
    """Set a new password with a code that was sent to the bound phone or mailbox.

    Refuses: TOO_OFTEN, OTP_WRONG, PASSWORD_WEAK (the code stays good), BUSY, STATE_CHANGED.
    """
    await tools.limiter.spend(tools.code_limit, neighbourhood(actor.ip))
    row = await try_code(tools, request_id, code, (CodePurpose.RESET,), now=now)
    person = await Person.get(id=row.person_id)
    new = await fit(tools, hasher, person, password)
    async with tx():
        await spend(row, now)
        await put_in_force(tools, actor, new, "code", now=now)
    await end_sessions(tools, person)


async def reset_by_link(
    tools: Tools, hasher: PasswordHasher, actor: Actor, *, token: str, password: str, now: datetime
) -> None:
    """Set a password with a token of `invite`, or of a login whose password had expired.

    Refuses: TOO_OFTEN, OTP_WRONG for an unknown, used or late one, PASSWORD_WEAK, BUSY,
    STATE_CHANGED.
    """
    await tools.limiter.spend(tools.code_limit, neighbourhood(actor.ip))
    row = await PasswordToken.get_or_none(digest=digest(token), used_at=None)
    if row is None or now >= row.expires_at:
        raise OTP_WRONG.refuse()
    person = await Person.get(id=row.person_id)
    new = await fit(tools, hasher, person, password)
    async with tx():
        if not await PasswordToken.filter(id=row.id, used_at=None).update(used_at=now):
            raise OTP_WRONG.refuse()
        if row.purpose is TokenPurpose.SET_UP:
            await _bind_invited_phone(tools, person)
        await put_in_force(tools, actor, new, "link", now=now)
    await end_sessions(tools, person)


async def _bind_invited_phone(tools: Tools, person: Person) -> None:
    """The link went to this phone, so whoever used it holds the phone."""
    rep = await LegalRep.filter(
        id_type=person.id_type, id_no_index=person.id_no_index, live=True
    ).first()
    phone = rep.open(tools.vault).phone if rep else None
    if phone and person.phone_sealed is None:
        columns = Person.sealed_phone(tools.vault, person.id, phone)
        await Person.filter(id=person.id).update(**columns)


async def invite(tools: Tools, actor: Actor, unit_id: str, *, now: datetime) -> Letter:
    """A one-time link by which a unit's legal representative sets the first password.

    For the window and for registration; it goes to the phone that the unit has registered. Older
    links of the person are void. Refuses: NOT_FOUND, PHONE_MISSING.
    """
    token = secrets.token_urlsafe(32)
    async with tx():
        rep = await LegalRep.get_or_none(unit_id=unit_id, live=True)
        if rep is None:
            raise NOT_FOUND.refuse()
        identity = rep.open(tools.vault)
        if not identity.phone:
            raise PHONE_MISSING.refuse()
        person = await person_of_identity(tools, identity, now)
        await PasswordToken.filter(person_id=person.id, used_at=None).update(used_at=now)
        row = await PasswordToken.create(
            id=new_id(),
            person_id=person.id,
            purpose=TokenPurpose.SET_UP,
            digest=digest(token),
            created_at=now,
            expires_at=now + LINK_LASTS,
        )
        await audit.record(tools.vault, actor, Action.PASSWORD_INVITE, person.id, now=now)
    # What follows the `#` is never sent to a server, so it is in nobody's log.
    link = f"{tools.site}{SET_PASSWORD_PAGE}#{token}"
    text = f"请点击链接设置登录密码,24小时内有效,只能使用一次:{link}"
    return Letter(row.id, "phone", identity.phone, "设置登录密码", text)
