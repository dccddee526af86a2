"""Sessions of officers: their span, their duties, and what ends them."""

import pytest

from handlers import officer_sessions
from handlers.tools import Tools
from models.audit import Action
from models.officer import Officer
from models.vocabulary import Duty, OfficerStatus
from tests.build import NOW, an_actor, at
from tests.handlers.traces import audited
from tests.officers import a_console, an_officer

MINUTE_MS = 60 * 1000


async def test_the_session_knows_where_the_officer_serves_and_with_which_duties(
    tools: Tools,
) -> None:
    officer = await an_officer(Duty.WINDOW, Duty.REVIEWER, region="230100", name="柳柜员")

    console = await a_console(tools, officer)

    view = officer_sessions.view_of(tools, console.session)
    assert (view.name, view.post.region) == ("柳柜员", "230100")
    assert view.post.duties == {Duty.WINDOW, Duty.REVIEWER}
    assert "柳柜员" not in console.session.view


async def test_a_quarter_of_an_hour_without_a_request_ends_it(tools: Tools) -> None:
    console = await a_console(tools, await an_officer(Duty.WINDOW))

    at(tools, 15 * MINUTE_MS)

    assert (await tools.sessions.touch(console.secret)).word == "gone"


async def test_eight_hours_end_it_however_busy_the_officer_is(tools: Tools) -> None:
    console = await a_console(tools, await an_officer(Duty.WINDOW))
    words = []

    for minutes in range(0, 8 * 60 + 1, 10):
        at(tools, minutes * MINUTE_MS)
        words.append((await tools.sessions.touch(console.secret)).word)

    assert words == ["check"] * 48 + ["gone"]


async def test_what_the_database_says_is_asked_once_and_then_known(tools: Tools) -> None:
    console = await a_console(tools, await an_officer(Duty.WINDOW))

    stands = await officer_sessions.confirm_revision(tools, console.session)

    assert stands
    assert (await tools.sessions.touch(console.secret)).word == "ok"


@pytest.mark.parametrize(
    "change",
    [
        {"status": OfficerStatus.SUSPENDED},
        {"status": OfficerStatus.DORMANT},
        {"reviewer": True, "revision": 2},
    ],
)
async def test_a_change_of_the_officer_ends_the_session(
    tools: Tools, change: dict[str, object]
) -> None:
    officer = await an_officer(Duty.WINDOW)
    console = await a_console(tools, officer)

    await Officer.filter(id=officer.id).update(**change)

    assert not await officer_sessions.confirm_revision(tools, console.session)


async def test_signing_out_ends_it_and_is_written_down(tools: Tools) -> None:
    console = await a_console(tools, await an_officer(Duty.WINDOW))

    await officer_sessions.sign_out(tools, console.secret, an_actor(console.session), now=NOW)

    assert (await tools.sessions.touch(console.secret)).reason == "signed_out"
    assert [entry["role"] for entry in await audited(Action.OFFICER_SIGN_OUT)] == ["officer"]
