"""Logins by the e-card app's own scanner."""

import msgspec
import pytest

from handlers import challenges, ecard_logins
from handlers.approvals import Approved
from handlers.ecard_logins import EVERY_MS
from handlers.ports import ECardQrState, ECardScan
from handlers.tools import Tools
from models.actor import Actor
from models.audit import Action
from models.errors.entry import Entry
from models.errors.grant import GRANT_EXPIRED, GRANT_PAUSED
from models.errors.login import ACCOUNT_DISABLED
from models.errors.scan import (
    CARD_ABNORMAL,
    CLERK_UNKNOWN,
    ECARD_UNAVAILABLE,
    LEGAL_REP_UNKNOWN,
)
from models.person import Person
from models.vocabulary import ChallengeStatus, Channel, GrantStatus, PersonStatus, Role
from tests.build import (
    DESK,
    NOW,
    Shown,
    a_card,
    a_grant,
    a_granted_clerk,
    a_person,
    a_registered_rep,
    a_unit,
    an_identity,
    at,
)
from tests.handlers.fakes import Cards
from tests.handlers.traces import audited, challenge_now

BIND = "b" * 32


async def a_desk(tools: Tools, cards: Cards, role: Role = Role.LEGAL_REP) -> Shown:
    """A browser that shows the e-card platform's code."""
    made = await challenges.issue(
        tools, cards, bind=BIND, role=role, channel=Channel.ECARD, place=DESK
    )
    return Shown(made, BIND)


async def ask(tools: Tools, cards: Cards, shown: Shown, *, after_ms: int = 0) -> None:
    """One turn of asking the platform."""
    at(tools, after_ms)
    await tools.challenges._store.call("DEL", f"q:{shown.cid}:turn")
    await ecard_logins.ask(tools, cards, shown.cid, Actor(ip=DESK.ip), now=NOW)


def confirmed_by(person: Person, tools: Tools) -> ECardScan:
    """The platform's answer once this person has confirmed."""
    return ECardScan(ECardQrState.CONFIRMED, a_card(person.open(tools.vault)))


async def test_a_confirmation_approves_the_only_unit_and_is_audited(tools: Tools) -> None:
    rep = await a_registered_rep()
    cards = Cards(scan=confirmed_by(rep.person, tools))
    shown = await a_desk(tools, cards)

    await ask(tools, cards, shown)

    now, (entry,) = await challenge_now(tools, shown), await audited(Action.APPROVE)
    redeemed = (await tools.challenges.exchange(shown.cid, shown.bind)).value
    assert redeemed is not None
    assert (now.status, now.scanned_by) == (ChallengeStatus.APPROVED, "张*")
    assert msgspec.json.decode(redeemed.approved, type=Approved) == Approved(
        rep.person.id, Role.LEGAL_REP, f"l:{rep.legal_rep.id}", 1
    )
    assert (entry["actor"], entry["detail"]["channel"]) == (rep.person.id, "ecard")


async def test_with_several_units_the_desk_chooses(tools: Tools) -> None:
    first = await a_granted_clerk()
    await a_granted_clerk(person=first.person)
    cards = Cards(scan=confirmed_by(first.person, tools))
    shown = await a_desk(tools, cards, Role.CLERK)

    await ask(tools, cards, shown)

    redeemed = (await tools.challenges.exchange(shown.cid, shown.bind)).value
    assert redeemed is not None
    assert msgspec.json.decode(redeemed.approved, type=Approved).mandate == ""


async def test_a_code_that_was_read_is_shown_as_scanned_and_can_still_be_confirmed(
    tools: Tools,
) -> None:
    rep = await a_registered_rep()
    cards = Cards(scan=ECardScan(ECardQrState.SCANNED, None))
    shown = await a_desk(tools, cards)

    await ask(tools, cards, shown)
    seen = (await challenge_now(tools, shown)).status
    cards.scan = confirmed_by(rep.person, tools)
    await ask(tools, cards, shown)

    assert seen is ChallengeStatus.SCANNED
    assert (await challenge_now(tools, shown)).status is ChallengeStatus.APPROVED


async def test_a_code_that_nobody_read_changes_nothing(tools: Tools) -> None:
    cards = Cards()
    shown = await a_desk(tools, cards)

    await ask(tools, cards, shown)

    assert (await challenge_now(tools, shown)).revision == 1


@pytest.mark.parametrize("state", [ECardQrState.EXPIRED, ECardQrState.INVALID])
async def test_a_code_that_the_platform_gave_up_ends_the_challenge(
    tools: Tools, state: ECardQrState
) -> None:
    cards = Cards(scan=ECardScan(state, None))
    shown = await a_desk(tools, cards)

    await ask(tools, cards, shown)

    now = await challenge_now(tools, shown)
    assert (now.status, now.reason) == (ChallengeStatus.DENIED, "expired")


async def test_an_outage_of_the_platform_leaves_the_challenge_for_the_next_turn(
    tools: Tools,
) -> None:
    cards = Cards()
    shown = await a_desk(tools, cards)
    cards.broken = ECARD_UNAVAILABLE

    await ask(tools, cards, shown)

    assert (await challenge_now(tools, shown)).status is ChallengeStatus.PENDING


async def test_a_card_that_may_not_log_in_ends_the_challenge_with_its_reason(
    tools: Tools,
) -> None:
    cards = Cards()
    shown = await a_desk(tools, cards)
    cards.broken = CARD_ABNORMAL

    await ask(tools, cards, shown)

    now, (entry,) = await challenge_now(tools, shown), await audited(Action.LOGIN_REFUSED)
    assert (now.status, now.refusal) == (ChallengeStatus.DENIED, CARD_ABNORMAL.code)
    assert (entry["subject"], entry["result"]) == (shown.cid, CARD_ABNORMAL.code)


@pytest.mark.parametrize(
    ("role", "grant", "entry"),
    [
        (Role.LEGAL_REP, None, LEGAL_REP_UNKNOWN),
        (Role.CLERK, None, CLERK_UNKNOWN),
        (Role.CLERK, {"name": "张珊"}, CLERK_UNKNOWN),
        (Role.CLERK, {"valid_to": NOW}, GRANT_EXPIRED),
        (Role.CLERK, {"status": GrantStatus.SUSPENDED}, GRANT_PAUSED),
    ],
    ids=["no legal rep", "no clerk", "misnamed", "expired", "suspended"],
)
async def test_a_person_without_a_mandate_is_told_on_the_desk(
    tools: Tools, role: Role, grant: dict[str, object] | None, entry: Entry
) -> None:
    person = await a_person()
    if grant is not None:
        await a_grant(await a_unit(), person, **grant)  # type: ignore[arg-type]
    cards = Cards(scan=confirmed_by(person, tools))
    shown = await a_desk(tools, cards, role)

    await ask(tools, cards, shown)

    now = await challenge_now(tools, shown)
    assert (now.status, now.refusal) == (ChallengeStatus.DENIED, entry.code)
    assert await audited(Action.APPROVE) == []
    (refused,) = await audited(Action.LOGIN_REFUSED)
    assert (refused["actor"], refused["result"]) == (person.id, entry.code)


async def test_a_disabled_person_is_refused(tools: Tools) -> None:
    rep = await a_registered_rep()
    cards = Cards(scan=confirmed_by(rep.person, tools))
    shown = await a_desk(tools, cards)
    await Person.filter(id=rep.person.id).update(status=PersonStatus.DISABLED)

    await ask(tools, cards, shown)

    assert (await challenge_now(tools, shown)).refusal == ACCOUNT_DISABLED.code


async def test_a_card_never_seen_before_leaves_nobody_behind_when_it_is_refused(
    tools: Tools,
) -> None:
    cards = Cards(scan=ECardScan(ECardQrState.CONFIRMED, a_card(an_identity())))
    shown = await a_desk(tools, cards)

    await ask(tools, cards, shown)

    assert (await challenge_now(tools, shown)).refusal == LEGAL_REP_UNKNOWN.code
    (entry,) = await audited(Action.LOGIN_REFUSED)
    assert await Person.all().count() == 0
    assert (entry["actor"], entry["result"]) == ("", LEGAL_REP_UNKNOWN.code)


async def test_one_process_asks_at_a_time(tools: Tools) -> None:
    cards = Cards()
    shown = await a_desk(tools, cards)

    for _ in range(3):
        await ecard_logins.ask(tools, cards, shown.cid, Actor(ip=DESK.ip), now=NOW)

    assert cards.asked == 1
    assert EVERY_MS < 2000


async def test_nobody_asks_for_a_challenge_that_is_over_or_unknown(tools: Tools) -> None:
    cards = Cards()
    shown = await a_desk(tools, cards)
    await tools.challenges.cancel(shown.cid, shown.bind)

    await ask(tools, cards, shown)
    await ecard_logins.ask(tools, cards, "none", Actor(), now=NOW)

    assert cards.asked == 0


async def test_a_code_replaced_by_a_switch_of_the_role_confirms_nothing(tools: Tools) -> None:
    rep, cards = await a_registered_rep(), Cards()
    shown = await a_desk(tools, cards, Role.CLERK)
    await challenges.switch_role(tools, cards, shown.cid, BIND, revision=1, role=Role.LEGAL_REP)

    word = (
        await tools.challenges.ecard_assert(shown.cid, "code-1", rep.person.id, "张*", "{}")
    ).word

    assert word == "taken"
    assert (await challenge_now(tools, shown)).status is ChallengeStatus.PENDING
