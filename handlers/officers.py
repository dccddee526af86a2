"""Accounts of officers: made by the system administrator, empowered by the security one.

Neither can make a working account alone, and nobody can change their own (domain §4.1 三员分离).
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from tortoise.exceptions import IntegrityError

from handlers.locks import forget_failures
from handlers.officer_invitations import issue_token
from handlers.officer_passwords import voided
from handlers.tools import Tools
from models import audit
from models.actor import Actor
from models.audit import Action
from models.database import tx
from models.errors.entry import FieldError
from models.errors.filing import STATE_CHANGED
from models.errors.officer import DUTIES_EXCLUSIVE, NOT_ONESELF
from models.errors.system import INPUT_WRONG, NOT_FOUND
from models.ids import new_id
from models.officer import Officer, address
from models.unit import Agency
from models.vocabulary import ADMINISTRATORS, Duty, OfficerStatus

DORMANT_AFTER = timedelta(days=90)
STATUS_LABELS: Mapping[OfficerStatus, str] = {
    OfficerStatus.INVITED: "待开通",
    OfficerStatus.ACTIVE: "正常",
    OfficerStatus.SUSPENDED: "已停用",
    OfficerStatus.DORMANT: "已休眠",
}


@dataclass(frozen=True, slots=True)
class OfficerRow:
    """An officer as administrators see one; token only when one was just issued."""

    officer: Officer
    name: str
    token: str = ""


async def list_officers(tools: Tools, *, after: str, limit: int) -> list[OfficerRow]:
    """Officers in the order of their making, those after a given id; at most limit + 1 rows."""
    rows = await Officer.filter(id__gt=after).order_by("id").limit(limit + 1)
    return [_row(tools, row) for row in rows]


@dataclass(frozen=True, slots=True)
class NewOfficer:
    """Whom to make an account for. agency: a code; region: '' or the area served as well."""

    account: str
    name: str
    agency: str
    region: str = ""


async def create(tools: Tools, actor: Actor, wanted: NewOfficer, *, now: datetime) -> OfficerRow:
    """Make an account without duties and password, and a token to begin with.

    Refuses: INPUT_WRONG for an account that is taken and an agency that is not known.
    """
    row_id = new_id()
    if wanted.agency and not await Agency.exists(code=wanted.agency):
        raise INPUT_WRONG.refuse(errors=[FieldError("/agency", "没有这个经办机构")])
    try:
        async with tx():
            officer = await Officer.create(
                id=row_id,
                account=wanted.account.casefold(),
                name_sealed=tools.vault.seal(wanted.name, aad=address("name", row_id)),
                agency_id=wanted.agency or None,
                region=wanted.region,
                created_at=now,
            )
            token = await issue_token(row_id, now)
            await audit.record(tools.vault, actor, Action.OFFICER_CREATE, row_id, now=now)
    except IntegrityError:
        raise INPUT_WRONG.refuse(errors=[FieldError("/account", "账号已存在")]) from None
    return OfficerRow(officer, wanted.name, token)


async def set_duties(
    tools: Tools,
    actor: Actor,
    officer_id: str,
    duties: Collection[Duty],
    *,
    revision: int,
    now: datetime,
) -> OfficerRow:
    """Give an officer these duties and no other; open consoles of the officer end.

    Refuses: NOT_FOUND, NOT_ONESELF, DUTIES_EXCLUSIVE, STATE_CHANGED.
    """
    admins = [duty for duty in duties if duty in ADMINISTRATORS]
    if len(admins) > 1:
        raise DUTIES_EXCLUSIVE.refuse()
    columns = {
        "window": Duty.WINDOW in duties,
        "reviewer": Duty.REVIEWER in duties,
        "supervisor": Duty.SUPERVISOR in duties,
        "admin": admins[0] if admins else None,
    }
    said = {"duties": sorted(duty.value for duty in duties)}
    return await _change(
        tools, actor, officer_id, columns, Action.OFFICER_DUTIES, revision, now, said
    )


async def suspend(
    tools: Tools, actor: Actor, officer_id: str, *, revision: int, now: datetime
) -> OfficerRow:
    """Take an officer's access away at once. Refuses: NOT_FOUND, NOT_ONESELF, STATE_CHANGED."""
    columns = {"status": OfficerStatus.SUSPENDED}
    return await _change(tools, actor, officer_id, columns, Action.OFFICER_SUSPEND, revision, now)


async def reset(
    tools: Tools, actor: Actor, officer_id: str, *, revision: int, now: datetime
) -> OfficerRow:
    """Begin anew: password and authenticator are void, a token is issued; also wakes an account.

    Refuses: NOT_FOUND, NOT_ONESELF, STATE_CHANGED.
    """
    columns: dict[str, Any] = {"status": OfficerStatus.INVITED, "totp_sealed": None}
    officer = await Officer.get_or_none(id=officer_id)
    if officer is not None:
        columns |= voided(officer)
    return await _change(tools, actor, officer_id, columns, Action.OFFICER_RESET, revision, now)


async def unlock(tools: Tools, actor: Actor, officer_id: str, *, now: datetime) -> OfficerRow:
    """Forget an officer's failed tries. Refuses: NOT_FOUND, NOT_ONESELF."""
    async with tx():
        officer = await _other(actor, officer_id)
        await forget_failures(officer.id)
        await audit.record(tools.vault, actor, Action.OFFICER_UNLOCK, officer.id, now=now)
    return _row(tools, officer)


async def _change(  # noqa: PLR0913
    tools: Tools,
    actor: Actor,
    officer_id: str,
    columns: Mapping[str, Any],
    action: Action,
    revision: int,
    now: datetime,
    detail: Mapping[str, object] | None = None,
) -> OfficerRow:
    token = ""
    async with tx():
        officer = await _other(actor, officer_id)
        await tools.sessions.doubt(f"p:{officer.id}")
        changed = await Officer.filter(id=officer.id, revision=revision).update(
            **columns, revision=revision + 1
        )
        if not changed:
            raise STATE_CHANGED.refuse(current=STATUS_LABELS[officer.status])
        if columns.get("status") is OfficerStatus.INVITED:
            token = await issue_token(officer.id, now)
        await audit.record(tools.vault, actor, action, officer.id, now=now, detail=detail)
    await tools.sessions.announce(f"p:{officer.id}", revision + 1)
    await tools.sessions.sweep(officer.id, "", "SB-2012")
    row = _row(tools, await Officer.get(id=officer.id))
    return OfficerRow(row.officer, row.name, token)


async def _other(actor: Actor, officer_id: str) -> Officer:
    if officer_id == actor.person_id:
        raise NOT_ONESELF.refuse()
    officer = await Officer.get_or_none(id=officer_id)
    if officer is None:
        raise NOT_FOUND.refuse()
    return officer


def _row(tools: Tools, officer: Officer) -> OfficerRow:
    return OfficerRow(officer, officer.unseal(tools.vault, "name"))


async def make_dormant(tools: Tools, *, now: datetime) -> int:
    """Suspend officers who have not signed in for 90 days; how many. A duty of the clock."""
    put_to_sleep = 0
    unused = Officer.filter(status=OfficerStatus.ACTIVE, last_login_at__lt=now - DORMANT_AFTER)
    for officer in await unused.limit(500):
        async with tx():
            changed = await Officer.filter(
                id=officer.id,
                revision=officer.revision,
                status=OfficerStatus.ACTIVE,
                last_login_at=officer.last_login_at,
            ).update(status=OfficerStatus.DORMANT, revision=officer.revision + 1)
            if not changed:
                continue
            await audit.record(tools.vault, Actor(), Action.OFFICER_DORMANT, officer.id, now=now)
        await tools.sessions.announce(f"p:{officer.id}", officer.revision + 1)
        put_to_sleep += 1
    return put_to_sleep
