"""Moments as clients get them: RFC 3339 in UTC, always with milliseconds."""

from datetime import UTC, datetime, timedelta, timezone

import pytest

from server.moments import moment

BEIJING = timezone(timedelta(hours=8))


@pytest.mark.parametrize(
    ("at", "text"),
    [
        (datetime(2026, 3, 2, 7, 1, 5, 123999, tzinfo=UTC), "2026-03-02T07:01:05.123Z"),
        (datetime(2026, 3, 2, 7, 1, 5, 1000, tzinfo=UTC), "2026-03-02T07:01:05.001Z"),
        (datetime(2026, 3, 2, 7, 1, 5, tzinfo=UTC), "2026-03-02T07:01:05.000Z"),
        (datetime(2026, 3, 2, 15, 1, 5, tzinfo=BEIJING), "2026-03-02T07:01:05.000Z"),
        (None, None),
    ],
)
def test_a_moment_is_written_in_utc_with_milliseconds(at: datetime | None, text: str) -> None:
    assert moment(at) == text
