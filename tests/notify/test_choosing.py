"""Who is told how: by which platform, when, and what steps in."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.outbox import Recipient, RecipientKind, Topic
from models.vocabulary import DeliveryChannel
from notify.choosing import UNREAD, AccountReach, Chooser, Reach
from notify.ports import Letter
from notify.quiet import MINUTES, Quiet
from notify.texts.catalogue import text_of
from notify.texts.fields import BEIJING
from notify.texts.templates import read_templates

NOW = datetime(2026, 3, 2, 7, 1, tzinfo=UTC)  # 15:01 in Beijing
WECHAT, ALIPAY = DeliveryChannel.WECHAT, DeliveryChannel.ALIPAY
SMS, EMAIL = DeliveryChannel.SMS, DeliveryChannel.EMAIL
DEMO = Path(__file__).parents[2] / "server" / "demo" / "templates.toml"
CHOOSER = Chooser(read_templates(DEMO.read_text(encoding="utf-8")), frozenset(DeliveryChannel))
NIGHT = Quiet(14 * 60, 16 * 60)
REQUESTED, APPROVED = text_of("grant.requested"), text_of("grant.approved")
REVOKED, EXPIRING = text_of("grant.revoked"), text_of("certificate.expiring")


def a_letter(topic: Topic = Topic.GRANT_REVOKED) -> Letter:
    somebody = Recipient(RecipientKind.PERSON, "p1")
    return Letter("m1", topic, "s1", somebody, "p1", {"unit": "u1"}, NOW)


def wechat(**left: int) -> AccountReach:
    return AccountReach(
        WECHAT, "w1", {f"sandbox-{k.replace('_', '-')}": n for k, n in left.items()}
    )


def alipay(**left: int) -> AccountReach:
    return AccountReach(ALIPAY, "a1", _ids("sandbox-alipay", left))


def _ids(prefix: str, left: dict[str, int]) -> dict[str, int]:
    return {f"{prefix}-{key.replace('_', '-')}": count for key, count in left.items()}


def test_the_first_platform_with_a_credit_is_taken_and_its_credit_counted() -> None:
    accounts = (wechat(grant_result=0), alipay(grant_result=2))

    routes = CHOOSER.routes(APPROVED, a_letter(), Reach(accounts), NOW)

    assert [(route.channel, route.recipient_key) for route in routes] == [(ALIPAY, "a1")]
    assert accounts[1].left == {"sandbox-alipay-grant-result": 1}


def test_one_credit_is_not_promised_to_two_messages() -> None:
    reach = Reach((wechat(grant_result=1),))

    routes = [CHOOSER.routes(APPROVED, a_letter(), reach, NOW) for _ in range(3)]

    assert [len(each) for each in routes] == [1, 0, 0]


def test_without_a_credit_a_message_stays_in_the_inbox() -> None:
    assert CHOOSER.routes(APPROVED, a_letter(), Reach((wechat(),)), NOW) == []


def test_sms_steps_in_after_its_time_while_the_message_is_unread() -> None:
    reach = Reach((wechat(grant_request=1),), {SMS: "person:p1", EMAIL: "person:p1"})

    push, sms = CHOOSER.routes(REQUESTED, a_letter(), reach, NOW)

    assert push.channel is WECHAT
    assert (sms.channel, sms.guard) == (SMS, UNREAD)
    assert sms.due_at == NOW + timedelta(hours=2)


def test_who_has_no_phone_gets_a_mail() -> None:
    reach = Reach((), {EMAIL: "person:p1"})

    (mail,) = CHOOSER.routes(REQUESTED, a_letter(), reach, NOW)

    assert mail.channel is EMAIL


def test_what_was_switched_off_is_not_used_unless_it_must_be_told() -> None:
    reach = Reach((wechat(grant_result=2),), off={("grant", WECHAT)})

    assert CHOOSER.routes(APPROVED, a_letter(), reach, NOW) == []
    assert len(CHOOSER.routes(REVOKED, a_letter(), reach, NOW)) == 1


def test_quiet_hours_put_off_what_is_not_urgent() -> None:
    reach = Reach((wechat(grant_result=2),), quiet=NIGHT)

    (later,) = CHOOSER.routes(APPROVED, a_letter(), reach, NOW)
    (at_once,) = CHOOSER.routes(REVOKED, a_letter(), reach, NOW)

    assert later.due_at == datetime(2026, 3, 2, 8, 0, tzinfo=UTC)
    assert later.expires_at == later.due_at + APPROVED.lives
    assert at_once.due_at is None


def test_what_waits_for_the_morning_goes_out_together_with_its_like() -> None:
    reach = Reach((wechat(grant_result=2, cert_expiry=9),), quiet=NIGHT)

    (waiting,) = CHOOSER.routes(APPROVED, a_letter(), reach, NOW)
    (urgent,) = CHOOSER.routes(REVOKED, a_letter(), reach, NOW)

    assert waiting.digest_key == "grant:u1"
    assert urgent.digest_key is None


def test_a_reminder_is_put_together_with_its_like_at_any_hour() -> None:
    (push,) = CHOOSER.routes(EXPIRING, a_letter(), Reach((wechat(cert_expiry=9),)), NOW)

    assert push.digest_key == "certificate:u1"


def test_an_alert_of_a_login_is_better_lost_than_sent_twice() -> None:
    reach = Reach((wechat(login_alert=1),))
    letter = a_letter(Topic.LOGIN_NEW_BROWSER)

    (push,) = CHOOSER.routes(text_of(letter.topic.value), letter, reach, NOW)

    assert push.once
    assert push.expires_at == NOW + timedelta(minutes=10)


def test_a_channel_that_the_installation_lacks_is_not_planned_for() -> None:
    inbox_only = Chooser(CHOOSER.templates, frozenset())
    reach = Reach((wechat(grant_request=1),), {SMS: "person:p1"})

    assert inbox_only.routes(REQUESTED, a_letter(), reach, NOW) == []


@pytest.mark.parametrize(
    ("starts", "ends", "at", "over"),
    [
        ("22:00", "08:00", "23:30", "08:00"),
        ("22:00", "08:00", "07:59", "08:00"),
        ("22:00", "08:00", "08:00", None),
        ("22:00", "08:00", "21:59", None),
        ("12:00", "13:30", "12:00", "13:30"),
        ("12:00", "13:30", "13:30", None),
        ("08:00", "08:00", "08:00", None),
    ],
)
def test_quiet_hours_end_when_they_say(starts: str, ends: str, at: str, over: str | None) -> None:
    found = Quiet(_minute(starts), _minute(ends)).over_at(_beijing(at))

    assert (found and found.astimezone(BEIJING).strftime("%H:%M")) == over


@settings(max_examples=200, deadline=None)
@given(st.integers(0, MINUTES - 1), st.integers(0, MINUTES - 1), st.integers(0, 10**6))
def test_the_end_of_quiet_hours_is_ahead_and_quiet_itself_no_more(
    starts: int, ends: int, minutes: int
) -> None:
    quiet, now = Quiet(starts, ends), NOW + timedelta(minutes=minutes)

    over = quiet.over_at(now)

    if over is not None:
        assert now < over <= now + timedelta(days=1)
        assert quiet.over_at(over) is None


def _minute(clock: str) -> int:
    hours, _, minutes = clock.partition(":")
    return int(hours) * 60 + int(minutes)


def _beijing(clock: str) -> datetime:
    return datetime(2026, 3, 2, tzinfo=BEIJING) + timedelta(minutes=_minute(clock))
