"""Officers of the demonstration: their passwords and authenticators follow from its master key."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from handlers.officer_invitations import totp_secret
from models.database import tx
from models.ids import new_id
from models.officer import Officer, address
from models.sealed import Vault
from models.unit import Agency
from models.vocabulary import ADMINISTRATORS, Duty, OfficerStatus
from server.hashing import Hashing


@dataclass(frozen=True, slots=True)
class DemoOfficer:
    """An invented officer. region: the area whose agencies they serve as well."""

    account: str
    name: str
    duties: tuple[Duty, ...]
    agency: str | None = "agency-01"
    region: str = "230000"


OFFICERS = (
    DemoOfficer("window01", "演示柜员", (Duty.WINDOW,)),
    DemoOfficer("reviewer01", "演示审核员", (Duty.REVIEWER,)),
    DemoOfficer("supervisor01", "演示复核员", (Duty.SUPERVISOR,)),
    DemoOfficer("supervisor02", "演示复核主管", (Duty.SUPERVISOR,)),
    DemoOfficer("sysadmin", "演示系统管理员", (Duty.SYSADMIN,), None, ""),
    DemoOfficer("secadmin", "演示安全管理员", (Duty.SECADMIN,), None, ""),
    DemoOfficer("auditadmin", "演示审计管理员", (Duty.AUDITADMIN,), None, ""),
)


async def ensure_officers(vault: Vault, now: datetime) -> list[dict[str, Any]]:
    """Make those that are missing; all of them as demo.json words them (contract §1)."""
    hasher = Hashing()
    for each in OFFICERS:
        if await Officer.exists(account=each.account):
            continue
        kept = await hasher.hash(_password(vault, each))
        async with tx():
            await _make(vault, each, kept, now)
    return [
        {
            "account": each.account,
            "password": _password(vault, each),
            "totp_secret": _secret(vault, each),
            "duties": [duty.value for duty in each.duties],
        }
        for each in OFFICERS
    ]


async def _make(vault: Vault, each: DemoOfficer, kept: str, now: datetime) -> None:
    row_id = new_id()
    known = each.agency is not None and await Agency.exists(code=each.agency)
    await Officer.create(
        id=row_id,
        account=each.account,
        name_sealed=vault.seal(each.name, aad=address("name", row_id)),
        password_hash=kept,
        totp_sealed=vault.seal(_secret(vault, each), aad=address("totp", row_id)),
        agency_id=each.agency if known else None,
        region=each.region,
        window=Duty.WINDOW in each.duties,
        reviewer=Duty.REVIEWER in each.duties,
        supervisor=Duty.SUPERVISOR in each.duties,
        admin=next((duty for duty in each.duties if duty in ADMINISTRATORS), None),
        status=OfficerStatus.ACTIVE,
        created_at=now,
        last_login_at=now,
    )


def _password(vault: Vault, each: DemoOfficer) -> str:
    return f"Demo-{vault.mac('demo-officer', each.account.encode()).hex()[:12]}"


def _secret(vault: Vault, each: DemoOfficer) -> str:
    return totp_secret(vault, f"demo-{each.account}")
