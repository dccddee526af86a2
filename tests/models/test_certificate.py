"""What a certificate is at a moment, and on which day which reminder is due (domain §7.3)."""

from datetime import UTC, date, datetime, timedelta

import pytest

from models.certificate import (
    CERTIFICATE_LABELS,
    CERTIFICATE_NEXT,
    LADDER,
    Certificate,
    day_in_china,
    day_of_next_step,
    first_step_on,
    status_at,
    step_due,
)
from models.vocabulary import CertificateState, CertificateStatus

NOW = datetime(2026, 3, 2, 2, 0, tzinfo=UTC)
TODAY = date(2026, 3, 2)


def a_row(days: int, state: CertificateState = CertificateState.HELD) -> Certificate:
    ends = NOW + timedelta(days=days, hours=1)
    return Certificate(
        state=state,
        not_before=ends - timedelta(days=365),
        not_after=ends,
        expires_on=day_in_china(ends),
    )


def test_every_status_has_a_label_that_fits_a_phrase_field() -> None:
    assert set(CERTIFICATE_LABELS) == set(CertificateStatus)
    assert max(map(len, CERTIFICATE_LABELS.values())) <= 5
    assert len(set(CERTIFICATE_LABELS.values())) == len(CERTIFICATE_LABELS)


def test_every_kept_state_has_its_row_of_transitions() -> None:
    assert set(CERTIFICATE_NEXT) == set(CertificateState)
    assert not CERTIFICATE_NEXT[CertificateState.REPLACED]


@pytest.mark.parametrize(
    ("days", "expected"),
    [
        (400, CertificateStatus.PENDING),
        (200, CertificateStatus.ACTIVE),
        (91, CertificateStatus.ACTIVE),
        (90, CertificateStatus.RENEWABLE),
        (31, CertificateStatus.RENEWABLE),
        (30, CertificateStatus.EXPIRING),
        (0, CertificateStatus.EXPIRING),
        (-1, CertificateStatus.EXPIRED),
        (-365, CertificateStatus.EXPIRED),
        (-366, CertificateStatus.REVERIFY),
    ],
)
def test_the_status_of_a_held_certificate_follows_from_its_dates(
    days: int, expected: CertificateStatus
) -> None:
    assert status_at(a_row(days), NOW) is expected


@pytest.mark.parametrize("state", [each for each in CertificateState if each != "held"])
def test_what_was_decided_stands_above_the_dates(state: CertificateState) -> None:
    assert status_at(a_row(-400, state), NOW).value == state.value


def test_a_day_begins_at_midnight_in_china() -> None:
    before = datetime(2026, 3, 2, 15, 59, 59, tzinfo=UTC)

    assert day_in_china(before) == TODAY
    assert day_in_china(before + timedelta(seconds=1)) == TODAY + timedelta(days=1)


def test_walking_the_days_meets_each_step_of_the_ladder_on_its_day() -> None:
    expires_on = TODAY + timedelta(days=200)
    met, following = [], day_of_next_step(expires_on, None)

    for passed in range(600):
        today = TODAY + timedelta(days=passed)
        if following is not None and following <= today:
            due = step_due(expires_on, today)
            met.append((due, (expires_on - today).days))
            following = day_of_next_step(expires_on, due)

    assert met == [(step, step) for step in LADDER]
    assert following is None


@pytest.mark.parametrize(
    ("left", "due"), [(91, None), (89, 90), (20, 30), (2, 3), (0, 0), (-29, -1), (-400, -335)]
)
def test_after_a_pause_only_the_latest_step_is_due(left: int, due: int | None) -> None:
    expires_on = TODAY + timedelta(days=left)

    assert step_due(expires_on, TODAY) == due


def test_a_new_certificate_is_watched_from_the_step_it_stands_at() -> None:
    far, near = TODAY + timedelta(days=200), TODAY + timedelta(days=20)

    assert first_step_on(far, TODAY) == far - timedelta(days=90)
    assert first_step_on(near, TODAY) == near - timedelta(days=30)
