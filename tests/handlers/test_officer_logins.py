"""Officers begin and sign in: password and authenticator, each code once, five failures."""

from datetime import datetime, timedelta

import pyotp
import pytest

from handlers import officer_invitations, officer_logins, officers
from handlers.officer_bootstrap import AlreadyThere, bootstrap
from handlers.officer_logins import OfficerAttempt
from handlers.officer_sessions import OfficerOpened
from handlers.tools import Tools
from models.actor import Actor
from models.audit import Action
from models.errors.entry import Entry, Refusal
from models.errors.login import ACCOUNT_DISABLED, OTP_WRONG, PASSWORD_WEAK
from models.errors.officer import (
    OFFICER_CREDENTIALS_WRONG,
    OFFICER_LOCKED,
    OFFICER_TOKEN_INVALID,
)
from models.officer import Officer, OfficerToken
from models.vocabulary import Duty, OfficerStatus
from server.hashing import Cost, Hashing
from tests.build import DESK, DESK_IP, NOW
from tests.handlers.traces import audited
from tests.officers import PASSWORD, SECRET, an_officer

HASHER = Hashing(Cost(passes=1, memory_kib=8))
STRANGER = Actor(ip=DESK_IP)
MINUTE = timedelta(minutes=1)


def code_at(moment: datetime) -> str:
    """What the authenticator shows then."""
    return pyotp.TOTP(SECRET).at(moment)


async def sign_in(
    tools: Tools,
    officer: Officer,
    *,
    password: str = PASSWORD,
    code: str | None = None,
    now: datetime = NOW,
) -> OfficerOpened:
    """One attempt; without a code the right one of that moment."""
    attempt = OfficerAttempt(officer.account, password, code or code_at(now), DESK)
    return await officer_logins.sign_in(tools, HASHER, STRANGER, attempt, now=now)


async def refused(tools: Tools, officer: Officer, **given: object) -> Entry:
    """Why an attempt was refused."""
    with pytest.raises(Refusal) as refusal:
        await sign_in(tools, officer, **given)  # type: ignore[arg-type]
    return refusal.value.entry


async def test_password_and_code_together_open_the_console(tools: Tools) -> None:
    officer = await an_officer(Duty.WINDOW, hasher=HASHER)

    opened = await sign_in(tools, officer)

    touched = (await tools.sessions.touch(opened.secret)).session
    assert touched is not None
    assert touched.person_id == officer.id
    assert [entry["actor"] for entry in await audited(Action.OFFICER_LOGIN)] == [officer.id]


@pytest.mark.parametrize("given", [{"password": "Wrong-Horse-1"}, {"code": "000000"}])
async def test_one_of_the_two_alone_is_not_enough_and_which_is_not_said(
    tools: Tools, given: dict[str, str]
) -> None:
    officer = await an_officer(Duty.WINDOW, hasher=HASHER)

    assert await refused(tools, officer, **given) is OFFICER_CREDENTIALS_WRONG


async def test_an_account_that_nobody_has_is_refused_with_the_same_words(tools: Tools) -> None:
    officer = Officer(account="nobody")

    assert await refused(tools, officer) is OFFICER_CREDENTIALS_WRONG


async def test_a_code_opens_the_console_once(tools: Tools) -> None:
    officer = await an_officer(Duty.WINDOW, hasher=HASHER)
    await sign_in(tools, officer)

    again = await refused(tools, officer)
    earlier = await refused(tools, officer, code=code_at(NOW - MINUTE / 2))
    await sign_in(tools, officer, now=NOW + MINUTE)

    assert (again, earlier) == (OFFICER_CREDENTIALS_WRONG, OFFICER_CREDENTIALS_WRONG)


async def test_the_fifth_failure_locks_for_half_an_hour_even_the_right_password(
    tools: Tools,
) -> None:
    officer = await an_officer(Duty.WINDOW, hasher=HASHER)

    entries = [await refused(tools, officer, password="Wrong-Horse-1") for _ in range(5)]

    assert entries == [OFFICER_CREDENTIALS_WRONG] * 4 + [OFFICER_LOCKED]
    assert await refused(tools, officer, now=NOW + 29 * MINUTE) is OFFICER_LOCKED
    await sign_in(tools, officer, now=NOW + 31 * MINUTE)


async def test_the_security_administrator_unlocks(tools: Tools) -> None:
    officer = await an_officer(Duty.WINDOW, hasher=HASHER)
    for _ in range(5):
        await refused(tools, officer, code="000000")

    await officers.unlock(tools, STRANGER, officer.id, now=NOW)

    await sign_in(tools, officer)


@pytest.mark.parametrize("status", [OfficerStatus.SUSPENDED, OfficerStatus.DORMANT])
async def test_a_suspended_account_is_told_so_only_with_the_right_password(
    tools: Tools, status: OfficerStatus
) -> None:
    officer = await an_officer(Duty.WINDOW, status=status, hasher=HASHER)

    wrong = await refused(tools, officer, password="Wrong-Horse-1")
    right = await refused(tools, officer)

    assert (wrong, right) == (OFFICER_CREDENTIALS_WRONG, ACCOUNT_DISABLED)


async def accept(
    tools: Tools, token: str, *, password: str = PASSWORD, code: str = "", now: datetime = NOW
) -> None:
    """Take an invitation up; without a code the authenticator's own."""
    shown = pyotp.TOTP(officer_invitations.totp_secret(tools.vault, token)).at(now)
    await officer_invitations.accept(
        tools, HASHER, STRANGER, token=token, password=password, code=code or shown, now=now
    )


async def test_the_first_administrator_begins_with_a_token_and_no_password(tools: Tools) -> None:
    token = await bootstrap(tools.vault, Duty.SYSADMIN, "Root", "管理员", now=NOW)
    before = await Officer.get()

    shown = await officer_invitations.look(tools, STRANGER, token, now=NOW)
    await accept(tools, token)

    after = await Officer.get()
    assert (before.password_hash, before.status) == ("", OfficerStatus.INVITED)
    assert (after.status, sorted(after.duties)) == (OfficerStatus.ACTIVE, [Duty.SYSADMIN])
    assert (shown.account, shown.name) == ("root", "管理员")
    assert token not in str(await OfficerToken.all().values())
    with pytest.raises(AlreadyThere):
        await bootstrap(tools.vault, Duty.SYSADMIN, "second", "管理员", now=NOW)


async def test_a_token_works_once(tools: Tools) -> None:
    token = await bootstrap(tools.vault, Duty.SYSADMIN, "root", "管理员", now=NOW)
    await accept(tools, token)

    with pytest.raises(Refusal) as refusal:
        await accept(tools, token)

    assert refusal.value.entry is OFFICER_TOKEN_INVALID


async def test_a_token_runs_out_and_a_newer_one_voids_it(tools: Tools) -> None:
    first = await bootstrap(tools.vault, Duty.SYSADMIN, "root", "管理员", now=NOW)
    second = await bootstrap(tools.vault, Duty.SYSADMIN, "root", "管理员", now=NOW)

    for token, now in ((first, NOW), (second, NOW + timedelta(hours=24))):
        with pytest.raises(Refusal) as refusal:
            await officer_invitations.look(tools, STRANGER, token, now=now)
        assert refusal.value.entry is OFFICER_TOKEN_INVALID


@pytest.mark.parametrize(
    ("given", "entry"),
    [({"password": "short"}, PASSWORD_WEAK), ({"code": "000000"}, OTP_WRONG)],
)
async def test_a_weak_password_or_a_wrong_code_leaves_the_token_good(
    tools: Tools, given: dict[str, str], entry: Entry
) -> None:
    token = await bootstrap(tools.vault, Duty.SYSADMIN, "root", "管理员", now=NOW)

    with pytest.raises(Refusal) as refusal:
        await accept(tools, token, **given)  # type: ignore[arg-type]

    assert refusal.value.entry is entry
    await accept(tools, token)
