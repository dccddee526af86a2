"""Passwords of officers 经办人员密码: the rules, the last five, and how old one may become.

Source: domain §4.1 身份鉴别 a; the spans are those of everybody's passwords.
"""

from datetime import datetime
from typing import Any

import msgspec

from handlers.password_logins import LASTS, WARNED
from handlers.passwords import REMEMBERED, faults_of
from handlers.ports import PasswordHasher
from models.errors.entry import FieldError
from models.errors.login import PASSWORD_WEAK
from models.officer import Officer


async def fit(hasher: PasswordHasher, officer: Officer, password: str, field: str) -> str:
    """Hash a password that an officer may set. Called outside any transaction.

    field: where it was typed. Refuses: PASSWORD_WEAK naming what is wrong, BUSY.
    """
    faults = faults_of(password, [officer.account])
    kept = _kept(officer)
    if not faults and kept and await hasher.any_matches(kept, password):
        faults = ["不能与最近5次用过的密码相同"]
    if faults:
        raise PASSWORD_WEAK.refuse(errors=[FieldError(f"/{field}", fault) for fault in faults])
    return await hasher.hash(password)


def columns_of(officer: Officer, new_hash: str, now: datetime) -> dict[str, Any]:
    """What setting a password changes; the sessions opened with the old one end."""
    return {
        "password_hash": new_hash,
        "password_history": msgspec.json.encode(_kept(officer)[: REMEMBERED - 1]).decode(),
        "password_set_at": now,
        "revision": officer.revision + 1,
    }


def voided(officer: Officer) -> dict[str, Any]:
    """What taking a password away changes; it is remembered, so that it does not come back."""
    kept = msgspec.json.encode(_kept(officer)).decode()
    return {"password_hash": "", "password_history": kept, "password_set_at": None}


def is_over(officer: Officer, now: datetime) -> bool:
    """Whether the password is too old to open anything but the way to a new one."""
    return officer.password_set_at is not None and officer.password_set_at + LASTS <= now


def days_left(officer: Officer, now: datetime) -> int | None:
    """In how many days it will be too old, None while that is more than a week away."""
    if officer.password_set_at is None:
        return None
    left = officer.password_set_at + LASTS - now
    return left.days if left <= WARNED else None


def _kept(officer: Officer) -> list[str]:
    before = msgspec.json.decode(officer.password_history, type=list[str])
    return [each for each in (officer.password_hash, *before) if each][:REMEMBERED]
