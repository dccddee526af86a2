"""Passwords of officers: how old they become, the last five, and a new one at the sign-in."""

from datetime import datetime, timedelta
from itertools import pairwise

import pyotp

from handlers import officer_invitations, officer_logins, officers
from handlers.officer_logins import OfficerAttempt
from handlers.officer_sessions import OfficerOpened, view_of
from handlers.tools import Tools
from models.actor import Actor
from models.audit import Action
from models.database import tx
from models.errors.login import PASSWORD_EXPIRED, PASSWORD_WEAK
from models.officer import Officer
from models.vocabulary import Duty
from server.hashing import Cost, Hashing
from tests.build import DAY, DESK, DESK_IP, NOW
from tests.handlers.traces import audited, refusal_of
from tests.officers import PASSWORD, SECRET, an_officer

HASHER = Hashing(Cost(passes=1, memory_kib=8))
STRANGER = Actor(ip=DESK_IP)
STEP = timedelta(seconds=30)


async def an_officer_since(moment: datetime) -> Officer:
    """An officer whose password was set then."""
    officer = await an_officer(Duty.WINDOW, hasher=HASHER)
    await Officer.filter(id=officer.id).update(password_set_at=moment)
    return officer


async def sign_in(
    tools: Tools, officer: Officer, password: str = PASSWORD, new: str = "", *, now: datetime = NOW
) -> OfficerOpened:
    """One attempt with the right code of that moment."""
    code = pyotp.TOTP(SECRET).at(now)
    attempt = OfficerAttempt(officer.account, password, code, DESK, new)
    return await officer_logins.sign_in(tools, HASHER, STRANGER, attempt, now=now)


async def test_a_password_of_ninety_days_opens_nothing_but_the_way_to_a_new_one(
    tools: Tools,
) -> None:
    officer = await an_officer_since(NOW - 90 * DAY)
    fresh = await an_officer_since(NOW - 90 * DAY + timedelta(minutes=1))

    assert (await refusal_of(sign_in(tools, officer))).entry is PASSWORD_EXPIRED
    # The code was not used up by the refusal.
    assert (await sign_in(tools, officer, PASSWORD, "Another-Horse-2")).secret
    assert (await sign_in(tools, fresh)).secret

    kept = await Officer.get(id=officer.id)
    assert kept.password_set_at == NOW
    assert len(await audited(Action.OFFICER_PASSWORD)) == 1
    assert (await sign_in(tools, officer, "Another-Horse-2", now=NOW + STEP)).secret


async def test_sessions_opened_with_the_old_password_end(tools: Tools) -> None:
    officer = await an_officer_since(NOW - DAY)
    before = await sign_in(tools, officer)

    after = await sign_in(tools, officer, PASSWORD, "Another-Horse-2", now=NOW + STEP)

    assert (await tools.sessions.touch(before.secret)).word != "ok"
    assert (await tools.sessions.touch(after.secret)).word == "ok"


async def test_in_its_last_week_the_console_says_how_many_days_are_left(tools: Tools) -> None:
    told = []
    for age in (82, 83, 89):
        officer = await an_officer_since(NOW - age * DAY)
        opened = await sign_in(tools, officer)
        session = (await tools.sessions.touch(opened.secret)).session
        assert session is not None
        told.append(view_of(tools, session).password_days_left)

    assert told == [None, 7, 1]


async def test_none_of_the_last_five_comes_back_also_after_a_reset(tools: Tools) -> None:
    officer, now = await an_officer_since(NOW - DAY), NOW
    used = [PASSWORD, *(f"Number-{n}-horse" for n in range(2, 6))]
    for old, new in pairwise(used):
        now += STEP
        await sign_in(tools, officer, old, new, now=now)

    now += STEP
    for password in used:
        refusal = await refusal_of(sign_in(tools, officer, used[-1], password, now=now))
        assert refusal.entry is PASSWORD_WEAK
    current = await Officer.get(id=officer.id)
    await officers.reset(
        tools, Actor(person_id="another"), officer.id, revision=current.revision, now=now
    )
    reset = await Officer.get(id=officer.id)
    async with tx():
        token = await officer_invitations.issue_token(officer.id, now)
    secret = officer_invitations.totp_secret(tools.vault, token)

    async def begin(password: str) -> None:
        await officer_invitations.accept(
            tools,
            HASHER,
            STRANGER,
            token=token,
            password=password,
            code=pyotp.TOTP(secret).at(now),
            now=now,
        )

    assert reset.password_hash == ""
    assert (await refusal_of(begin(used[-1]))).entry is PASSWORD_WEAK
    await begin("Number-6-horse")
    assert (await Officer.get(id=officer.id)).password_set_at == now


async def test_a_weak_new_password_is_told_at_its_own_field(tools: Tools) -> None:
    officer = await an_officer_since(NOW - 90 * DAY)

    refusal = await refusal_of(sign_in(tools, officer, PASSWORD, "short"))

    assert refusal.entry is PASSWORD_WEAK
    assert {fault.pointer for fault in refusal.errors} == {"/new_password"}
    assert (await refusal_of(sign_in(tools, officer))).entry is PASSWORD_EXPIRED
