"""Every event that people are told of, from the handler to the phone: text, link and channel."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from handlers import (
    certificate_reminders,
    filing_clock,
    filing_events,
    grant_clock,
    grant_endings,
    locks,
    registration_checks,
    unit_edits,
)
from handlers.registrations import register
from handlers.tools import Tools
from handlers.unit_sync import take_in
from models.certificate import Certificate
from models.filing_window import FilingWindow
from models.grant import Grant
from models.inbox import InboxMessage
from models.outbox import OutboxEvent, Topic
from models.person import Person, PlatformAccount
from models.unit import LegalRep
from models.vocabulary import DeliveryChannel, FilingStatus, Role, SubscriptionMode
from notify.addresses import SealedAddresses
from notify.channels.base import Address, Delivered, Message, Outcome
from notify.choosing import Chooser
from notify.engine import Engine, Means
from notify.lane import Pace
from notify.routing import TextRouter
from notify.texts.templates import Templates, read_templates
from notify.writer import TextWriter
from server.hashing import Hashing
from server.wire.message_views import message
from tests.build import (
    DAY,
    NOW,
    Clerk,
    Rep,
    a_desk_session,
    a_granted_clerk,
    a_person,
    a_registered_rep,
    a_request,
    a_unit,
    an_identity,
    tools_for,
    vault,
)
from tests.certificates import TODAY, a_certificate
from tests.handlers.accounts import OTHER_PASSWORD, a_held_account, come_in
from tests.handlers.grant_desk import rep_hand
from tests.handlers.registering import ACTOR, HOUR, PHONE, Played, a_typed, agreeing
from tests.handlers.request_desk import a_decider, ask, say_no, say_yes
from tests.handlers.test_filing_events import an_event, take
from tests.handlers.test_unit_sync import SYSTEM, as_sent, sent
from tests.messages import a_credit, an_account
from tests.notify.engines import work

DEMO = Path(__file__).parents[2] / "server" / "demo" / "templates.toml"
CLERK, REP = "clerk", "rep"
LATER = NOW + timedelta(hours=2)


@dataclass(slots=True)
class Stage:
    """A unit with its people, whose phones take everything, and what reached them."""

    tools: Tools
    hasher: Hashing
    rep: Rep
    clerk: Clerk
    subjects: list[str] = field(default_factory=list)
    taken: list[tuple[DeliveryChannel, str, Message]] = field(default_factory=list)

    def way_out(self, channel: DeliveryChannel) -> "WayOut":
        return WayOut(channel, self.taken)


@dataclass(slots=True)
class WayOut:
    """A platform that takes everything."""

    channel: DeliveryChannel
    taken: list[tuple[DeliveryChannel, str, Message]]

    async def send(self, address: Address, sent: Message) -> Outcome:
        self.taken.append((self.channel, address.to, sent))
        return Delivered()


Cause = Callable[[Stage], Awaitable[object]]


def filing(status: FilingStatus) -> Cause:
    async def cause(stage: Stage) -> None:
        await take(stage.tools, an_event(stage.clerk.unit, status))

    return cause


async def overdue(stage: Stage) -> None:
    event = an_event(stage.clerk.unit, FilingStatus.REVIEWING)
    promised = replace(event, due_at=NOW + HOUR)
    await filing_events.take_in(stage.tools, ACTOR, promised, now=NOW)
    await filing_clock.tell_of_overdue(now=LATER)


async def closing(stage: Stage) -> None:
    window = FilingWindow("employee_add", TODAY.day)
    await filing_clock.tell_of_closing([window], today=TODAY, now=NOW)


async def requested(stage: Stage) -> None:
    await ask(stage.tools, await a_person(), stage.rep.unit)


async def approved(stage: Stage) -> None:
    await stage.clerk.grant.delete()
    request = await a_request(stage.rep.unit, stage.clerk.person)
    await say_yes(stage.tools, await a_decider(stage.tools, stage.rep), request)


async def denied(stage: Stage) -> None:
    await stage.clerk.grant.delete()
    request = await a_request(stage.rep.unit, stage.clerk.person)
    await say_no(stage.tools, await a_decider(stage.tools, stage.rep), request)


async def revoked(stage: Stage) -> None:
    grant = stage.clerk.grant
    await grant_endings.revoke(
        stage.tools,
        rep_hand(stage.rep),
        stage.rep.unit.id,
        grant.id,
        reason="离职",
        revision=grant.revision,
        now=NOW,
    )


async def expiring(stage: Stage) -> None:
    stage.clerk.grant.valid_to = NOW + 5 * DAY
    await stage.clerk.grant.save(update_fields=["valid_to"])
    await grant_clock.remind(NOW)


async def new_browser(stage: Stage) -> None:
    for _ in range(2):
        await a_desk_session(
            stage.tools,
            await Person.get(id=stage.clerk.person.id),
            Role.CLERK,
            stage.clerk.unit,
        )


async def locked(stage: Stage) -> None:
    await a_held_account(stage.hasher, rep=stage.rep)
    generous = tools_for(stage.tools.limiter.store, password_tries="1000000")
    for _ in range(5):
        with pytest.raises(Exception, match="SB-"):
            await come_in(generous, stage.hasher, stage.rep.unit.uscc, OTHER_PASSWORD)


async def unlocked(stage: Stage) -> None:
    await locked(stage)
    await OutboxEvent.all().delete()
    await locks.unlock_by_time(stage.tools, now=NOW + HOUR)


def certificate(left: int) -> Cause:
    async def cause(stage: Stage) -> None:
        row = await a_certificate(stage.clerk.unit, left)
        await Certificate.filter(id=row.id).update(next_step_on=TODAY)
        await certificate_reminders.remind_of_expiry(today=TODAY, now=NOW)

    return cause


def unit_news(**news: Any) -> Cause:
    async def cause(stage: Stage) -> None:
        unit = stage.rep.unit
        await take_in(stage.tools, SYSTEM, sent(unit.uscc, unit.name, **news), now=NOW)

    return cause


async def edited(stage: Stage) -> None:
    actor, wanted = rep_hand(stage.rep).actor, {"contact_name": "李四"}
    await unit_edits.edit(stage.tools, actor, wanted, None, revision=1, now=NOW)


async def synced(stage: Stage) -> None:
    typed = a_typed()
    await register(stage.tools, Played(), ACTOR, typed, None, now=NOW)
    await registration_checks.check_due(stage.tools, agreeing(typed), now=NOW + HOUR)


@dataclass(frozen=True, slots=True)
class Case:
    """An event, who is told of it first, what the inbox says, where it leads, how it is pushed."""

    topic: Topic
    cause: Cause
    whom: str
    title: str
    place: str
    url: str | None
    template: str


STATUS, DUE = "sandbox-filing-status", "sandbox-filing-due"
RESULT, REQUEST = "sandbox-grant-result", "sandbox-grant-request"
CERT, LOGIN = "sandbox-cert-expiry", "sandbox-login-alert"
CASES = (
    [
        Case(topic, filing(status), CLERK, title, "filings", None, STATUS)
        for topic, status, title in (
            (Topic.FILING_SUBMITTED, FilingStatus.SUBMITTED, "人员新增已提交"),
            (Topic.FILING_CORRECTION, FilingStatus.CORRECTION, "人员新增需要补正"),
            (Topic.FILING_APPROVED, FilingStatus.APPROVED, "人员新增审核通过"),
            (Topic.FILING_REJECTED, FilingStatus.REJECTED, "人员新增未通过"),
            (Topic.FILING_COMPLETED, FilingStatus.COMPLETED, "人员新增已办结"),
        )
    ]
    + [
        Case(Topic.FILING_OVERDUE, overdue, CLERK, "人员新增仍在审核", "filings", None, STATUS),
        Case(Topic.FILING_WINDOW_CLOSING, closing, CLERK, "人员新增即将截止", "matters", None, DUE),
        Case(
            Topic.GRANT_REQUESTED, requested, REP, "有办事员申请授权", "grants", "/grants", REQUEST
        ),
        Case(Topic.GRANT_APPROVED, approved, CLERK, "授权已生效", "units", "/", RESULT),
        Case(
            Topic.GRANT_DENIED,
            denied,
            CLERK,
            "授权申请未通过",
            "grants",
            "/my-grants",
            RESULT,
        ),
        Case(Topic.GRANT_REVOKED, revoked, CLERK, "授权已撤销", "units", "/", RESULT),
        Case(
            Topic.GRANT_EXPIRING,
            expiring,
            CLERK,
            "授权即将到期",
            "grants",
            "/my-grants",
            RESULT,
        ),
        Case(
            Topic.UNIT_LEGAL_REP_CHANGED,
            unit_news(legal_rep=as_sent(an_identity())),
            REP,
            "单位法人已变更",
            "grants",
            "/grants",
            STATUS,
        ),
        Case(Topic.UNIT_INFO_CHANGED, edited, REP, "单位信息已变更", "profile", "/profile", STATUS),
        Case(
            Topic.UNIT_CLOSED,
            unit_news(closed=True),
            REP,
            "单位已注销",
            "registration",
            "/",
            STATUS,
        ),
        Case(
            Topic.LOGIN_NEW_BROWSER,
            new_browser,
            CLERK,
            "您在新的设备上登录",
            "devices",
            "/#devices",
            LOGIN,
        ),
        Case(Topic.ACCOUNT_LOCKED, locked, REP, "账号已锁定", "account", "/account", LOGIN),
        Case(Topic.ACCOUNT_UNLOCKED, unlocked, REP, "账号已解锁", "account", "/account", LOGIN),
    ]
    + [
        Case(
            Topic.CERTIFICATE_EXPIRING if left >= 0 else Topic.CERTIFICATE_EXPIRED,
            certificate(left),
            CLERK,
            f"数字证书还有{left}天到期" if left >= 0 else "数字证书已过期",
            "certificates",
            "/certificates",
            CERT,
        )
        for left in (90, 30, 15, 7, 3, 1, 0, -1, -30)
    ]
)


@pytest.fixture(scope="module")
def templates() -> Templates:
    """Those of the demonstration."""
    return read_templates(DEMO.read_text(encoding="utf-8"))


@pytest.fixture
async def stage(tools: Tools, hasher: Hashing, templates: Templates) -> Stage:
    """Legal rep and clerk of one unit, each with an account that takes any number."""
    unit = await a_unit("某某科技有限公司")
    found = Stage(tools, hasher, await a_registered_rep(unit), await a_granted_clerk(unit))
    # Both have signed in before, so the mandates know whom they are of.
    await Grant.filter(id=found.clerk.grant.id).update(person_id=found.clerk.person.id)
    await LegalRep.filter(id=found.rep.legal_rep.id).update(person_id=found.rep.person.id)
    for who in (found.rep.person, found.clerk.person):
        account = await an_account(who)
        found.subjects.append(account.subject)
        for platform, template in templates.known:
            if platform.value == "wechat":
                await a_credit(account, template, 0, SubscriptionMode.LONG)
    return found


def engine_over(stage: Stage, templates: Templates) -> Engine:
    channels = (DeliveryChannel.WECHAT, DeliveryChannel.SMS)
    means = Means(
        router=TextRouter(Chooser(templates, frozenset(channels))),
        writer=TextWriter(templates),
        book=SealedAddresses(vault()),
        channels={channel: stage.way_out(channel) for channel in channels},
        now=lambda: NOW + timedelta(seconds=1),
        paces={channel: Pace(most=200, per_s=100_000) for channel in channels},
    )
    return Engine(means, owner="tests")


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.topic}-{case.title}")
async def test_an_event_reaches_inbox_and_phone(
    case: Case, stage: Stage, templates: Templates
) -> None:
    await case.cause(stage)

    await work(engine_over(stage, templates))

    rep = case.whom == REP
    person = stage.rep.person if rep else stage.clerk.person
    rows = await InboxMessage.filter(person_id=person.id, topic=case.topic)
    assert len(rows) == 1
    shown = message(rows[0], Role.LEGAL_REP if rep else Role.CLERK)
    assert shown.title == case.title
    assert (shown.link.rel, shown.link.url) == (case.place, case.url)
    subject = (await PlatformAccount.get(person_id=person.id, subject__in=stage.subjects)).subject
    pushed = [
        sent
        for channel, to, sent in stage.taken
        if (channel, to) == (DeliveryChannel.WECHAT, subject) and sent.template == case.template
    ]
    assert len(pushed) == 1
    assert all(pushed[0].fields.values())
    known = person.open(vault())
    assert not {known.id_no, known.name} & set(pushed[0].fields.values())


async def test_who_has_no_account_yet_is_told_of_a_synced_registration_by_text(
    stage: Stage, templates: Templates
) -> None:
    await synced(stage)

    await work(engine_over(stage, templates))

    [(channel, to, sent)] = stage.taken
    assert (channel, to) == (DeliveryChannel.SMS, PHONE)
    assert "注册成功" in sent.text
    assert (await InboxMessage.get()).topic is Topic.REGISTRATION_SYNCED


NAMED = {
    "filing.submitted",
    "filing.correction",
    "filing.approved",
    "filing.rejected",
    "filing.completed",
    "filing.overdue",
    "filing.window_closing",
    "grant.requested",
    "grant.approved",
    "grant.denied",
    "grant.revoked",
    "grant.expiring",
    "login.new_browser",
    "account.locked",
    "account.unlocked",
    "certificate.expiring",
    "certificate.expired",
    "registration.synced",
    "unit.closed",
    "unit.info_changed",
    "unit.legal_rep_changed",
}
"""What the design wants people to be told of (domain §7)."""


def test_no_event_that_the_design_names_is_missing() -> None:
    told = {case.topic.value for case in CASES} | {"registration.synced"}

    assert sorted(NAMED - told) == []
