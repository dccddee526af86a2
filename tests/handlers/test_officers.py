"""Accounts of officers: who makes them, who empowers them, and nobody their own."""

from datetime import timedelta

import pytest

from handlers import officer_audit, officers
from handlers.officers import NewOfficer
from handlers.tools import Tools
from models.actor import Actor
from models.audit import Action
from models.errors.entry import Refusal
from models.errors.filing import STATE_CHANGED
from models.errors.officer import DUTIES_EXCLUSIVE, NOT_ONESELF
from models.errors.system import INPUT_WRONG
from models.officer import Officer
from models.vocabulary import ADMINISTRATORS, Duty, OfficerStatus
from tests.build import NOW, an_actor
from tests.handlers.traces import audited
from tests.officers import a_console, an_officer

ADMIN = Actor(person_id="somebody-else")


async def test_a_new_account_has_neither_duties_nor_password(tools: Tools) -> None:
    made = await officers.create(tools, ADMIN, NewOfficer("Window9", "柳某", ""), now=NOW)

    row = await Officer.get()
    assert (row.account, row.duties, row.password_hash) == ("window9", frozenset(), "")
    assert (made.name, row.status) == ("柳某", OfficerStatus.INVITED)
    assert made.token


async def test_an_account_that_is_taken_is_refused(tools: Tools) -> None:
    await officers.create(tools, ADMIN, NewOfficer("window9", "柳某", ""), now=NOW)

    with pytest.raises(Refusal) as refusal:
        await officers.create(tools, ADMIN, NewOfficer("WINDOW9", "柳某", ""), now=NOW)

    assert refusal.value.entry is INPUT_WRONG


async def test_new_duties_end_the_open_console(tools: Tools) -> None:
    officer = await an_officer(Duty.WINDOW)
    console = await a_console(tools, officer)

    changed = await officers.set_duties(
        tools, ADMIN, officer.id, [Duty.REVIEWER, Duty.AUDITADMIN], revision=1, now=NOW
    )

    assert changed.officer.duties == {Duty.REVIEWER, Duty.AUDITADMIN}
    assert (await tools.sessions.touch(console.secret)).word == "gone"
    assert [entry["detail"] for entry in await audited(Action.OFFICER_DUTIES)] == [
        {"duties": ["auditadmin", "reviewer"]}
    ]


@pytest.mark.parametrize(
    "pair",
    [
        [first, second]
        for first in sorted(ADMINISTRATORS)
        for second in sorted(ADMINISTRATORS)
        if first < second
    ],
)
async def test_nobody_holds_two_of_the_three_administrators(tools: Tools, pair: list[Duty]) -> None:
    officer = await an_officer()

    with pytest.raises(Refusal) as refusal:
        await officers.set_duties(tools, ADMIN, officer.id, pair, revision=1, now=NOW)

    assert refusal.value.entry is DUTIES_EXCLUSIVE


@pytest.mark.parametrize("change", ["suspend", "reset", "duties", "unlock"])
async def test_nobody_changes_their_own_account(tools: Tools, change: str) -> None:
    officer = await an_officer(Duty.SECADMIN)
    console = await a_console(tools, officer)
    me = an_actor(console.session)
    moves = {
        "suspend": lambda: officers.suspend(tools, me, officer.id, revision=1, now=NOW),
        "reset": lambda: officers.reset(tools, me, officer.id, revision=1, now=NOW),
        "duties": lambda: officers.set_duties(
            tools, me, officer.id, [Duty.SYSADMIN], revision=1, now=NOW
        ),
        "unlock": lambda: officers.unlock(tools, me, officer.id, now=NOW),
    }

    with pytest.raises(Refusal) as refusal:
        await moves[change]()

    assert refusal.value.entry is NOT_ONESELF


async def test_a_suspended_officer_is_out_at_once(tools: Tools) -> None:
    officer = await an_officer(Duty.WINDOW)
    console = await a_console(tools, officer)

    await officers.suspend(tools, ADMIN, officer.id, revision=1, now=NOW)

    assert (await tools.sessions.touch(console.secret)).word == "gone"
    assert (await Officer.get()).status is OfficerStatus.SUSPENDED


async def test_a_reset_voids_password_and_authenticator_and_gives_a_token(tools: Tools) -> None:
    officer = await an_officer(Duty.WINDOW, status=OfficerStatus.DORMANT)

    row = await officers.reset(tools, ADMIN, officer.id, revision=1, now=NOW)

    assert (row.officer.password_hash, row.officer.totp_sealed) == ("", None)
    assert row.officer.duties == {Duty.WINDOW}
    assert row.token


async def test_a_change_of_what_was_changed_meanwhile_is_refused(tools: Tools) -> None:
    officer = await an_officer(Duty.WINDOW)

    with pytest.raises(Refusal) as refusal:
        await officers.suspend(tools, ADMIN, officer.id, revision=7, now=NOW)

    assert refusal.value.entry is STATE_CHANGED


@pytest.mark.parametrize(
    ("days", "status"), [(89, OfficerStatus.ACTIVE), (91, OfficerStatus.DORMANT)]
)
async def test_ninety_days_without_a_sign_in_put_an_account_to_sleep_once(
    tools: Tools, days: int, status: OfficerStatus
) -> None:
    await an_officer(Duty.WINDOW)
    await Officer.all().update(last_login_at=NOW - timedelta(days=days))

    first = await officers.make_dormant(tools, now=NOW)
    second = await officers.make_dormant(tools, now=NOW)

    assert (await Officer.get()).status is status
    assert (first, second) == (int(status is OfficerStatus.DORMANT), 0)


async def test_the_trail_is_read_newest_first_and_page_by_page(tools: Tools) -> None:
    for number in range(5):
        wanted = NewOfficer(f"window{number}", "柳某", "")
        await officers.create(tools, ADMIN, wanted, now=NOW)

    first = await officer_audit.read(before=None, limit=3)
    rest = await officer_audit.read(before=first[2].id, limit=3)

    ids = [row.id for row in (*first[:3], *rest)]
    assert ids == sorted(ids, reverse=True)
    assert len(ids) == 5
