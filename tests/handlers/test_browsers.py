"""Browsers that become known, and warnings about those that were not."""

from msgspec.structs import replace

from handlers import exchanges
from handlers.entries import Entered
from handlers.tools import Tools
from models.actor import Actor
from models.grant import Grant
from models.idempotency import Once
from models.person import KnownBrowser, Person
from models.store.challenge import digest
from models.vocabulary import Role
from tests.build import (
    DAY,
    DESK,
    NOW,
    Shown,
    a_granted_clerk,
    a_person,
    an_approved_challenge,
    at,
)
from tests.handlers.traces import debts


async def exchange(tools: Tools, shown: Shown, once: Once | None = None) -> Entered:
    """Redeem a challenge for its own browser."""
    actor = Actor(ip=DESK.ip, browser="tests")
    return await exchanges.exchange(tools, actor, shown.cid, shown.bind, once, now=NOW)


async def a_clerks_approval(tools: Tools) -> tuple[Shown, Grant, Person]:
    """A challenge that a clerk has approved for their unit."""
    clerk = await a_granted_clerk()
    shown = await an_approved_challenge(tools, clerk.person, Role.CLERK, clerk.unit)
    return shown, clerk.grant, clerk.person


async def test_the_first_login_makes_the_browser_known_and_warns_nobody(tools: Tools) -> None:
    shown, _, person = await a_clerks_approval(tools)

    entered = await exchange(tools, shown)

    (browser,) = await KnownBrowser.all()
    assert (browser.person_id, browser.seen_at) == (person.id, NOW)
    assert browser.secret_digest == digest(entered.opened.browser)
    assert await debts() == []


async def test_a_login_in_a_new_browser_owes_the_person_a_warning(tools: Tools) -> None:
    shown, _, person = await a_clerks_approval(tools)
    await Person.filter(id=person.id).update(last_login_at=NOW - DAY)

    await exchange(tools, shown)

    (debt,) = await debts()
    assert (debt.topic, debt.subject, debt.recipients) == (
        "login.new_browser",
        person.id,
        [f"person:{person.id}"],
    )


async def test_a_login_in_a_known_browser_warns_nobody(tools: Tools) -> None:
    clerk = await a_granted_clerk()
    await Person.filter(id=clerk.person.id).update(last_login_at=NOW - DAY)
    await KnownBrowser.create(
        id="b1", person=clerk.person, secret_digest=digest("secret"), seen_at=NOW - DAY
    )
    place = replace(DESK, known_browser=digest("secret"))
    shown = await an_approved_challenge(tools, clerk.person, Role.CLERK, clerk.unit, place=place)

    entered = await exchange(tools, shown)

    (browser,) = await KnownBrowser.all()
    assert (entered.opened.browser, browser.seen_at) == ("", NOW)
    assert await debts() == []


async def test_a_browser_known_to_somebody_else_becomes_known_to_this_person_too(
    tools: Tools,
) -> None:
    clerk = await a_granted_clerk()
    other = await a_person()
    await KnownBrowser.create(
        id="b1", person=other, secret_digest=digest("secret"), seen_at=NOW - DAY
    )
    place = replace(DESK, known_browser=digest("secret"))
    shown = await an_approved_challenge(tools, clerk.person, Role.CLERK, clerk.unit, place=place)

    entered = await exchange(tools, shown)

    assert entered.opened.browser
    assert await KnownBrowser.filter(person_id=clerk.person.id).count() == 1


async def test_a_fourth_desk_pushes_the_oldest_out(tools: Tools) -> None:
    clerk = await a_granted_clerk()
    secrets = []
    for turn in range(4):
        at(tools, turn * 1000)
        shown = await an_approved_challenge(tools, clerk.person, Role.CLERK, clerk.unit)
        secrets.append((await exchange(tools, shown)).opened.secret)

    words = [await tools.sessions.touch(secret) for secret in secrets]

    assert [touch.word == "gone" for touch in words] == [True, False, False, False]
    assert words[0].reason == "pushed_out"
