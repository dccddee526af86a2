"""Certificates of units, their reminders and renewals: tables, states, and the ladder of steps."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from tortoise import fields
from tortoise.indexes import Index
from tortoise.models import Model

from models.unit import Unit
from models.vocabulary import (
    CertificateSource,
    CertificateState,
    CertificateStatus,
    RenewalStatus,
)

CHINA = ZoneInfo("Asia/Shanghai")
RENEWABLE_DAYS, EXPIRING_DAYS, RENEWABLE_AFTER_DAYS = 90, 30, 365
"""Renewed online from 90 days before the end to 365 after it; 30 days before it is urgent."""

LADDER = (90, 30, 15, 7, 3, 1, 0, -1, -30, -180, -335)
"""Days left at which people are reminded; negative: days since the end (domain §7.3)."""


class Certificate(Model):
    """A unit's certificate 数字证书 as far as we keep it: dates and names, never a key.

    issuer: the CA's common name; serial: hex; key: digest of both, by which one is known again;
    uscc: the code found in it, empty when there is none; problems: words of the checks that failed,
    joined by commas; expires_on: the day of not_after in China; next_step_on: the day of the next
    reminder, NULL when none will come. trusted_by: fingerprint of the recognised CA that signed it,
    empty where that was not checked; crl_url, ocsp_url: where that CA says what is revoked;
    clean_at: when it last said that this one is not; check_at: when to ask next, NULL for never.
    """

    id = fields.CharField(max_length=26, primary_key=True)
    unit: fields.ForeignKeyRelation[Unit] = fields.ForeignKeyField(
        "models.Unit", related_name="certificates", on_delete=fields.RESTRICT
    )
    unit_id: str
    state = fields.CharEnumField(CertificateState, max_length=12)
    source = fields.CharEnumField(CertificateSource, max_length=8)
    title = fields.CharField(max_length=60)
    issuer = fields.CharField(max_length=120)
    serial = fields.CharField(max_length=64)
    key = fields.CharField(max_length=64)
    subject_sealed = fields.BinaryField(null=True)
    uscc = fields.CharField(max_length=18, default="")
    algorithm = fields.CharField(max_length=40, default="")
    fingerprint = fields.CharField(max_length=64, default="")
    problems = fields.CharField(max_length=120, default="")
    not_before = fields.DatetimeField()
    not_after = fields.DatetimeField()
    expires_on = fields.DateField()
    next_step_on = fields.DateField(null=True)
    replaced_by = fields.CharField(max_length=26, null=True)
    trusted_by = fields.CharField(max_length=64, default="")
    crl_url = fields.CharField(max_length=300, default="")
    ocsp_url = fields.CharField(max_length=300, default="")
    clean_at = fields.DatetimeField(null=True)
    check_at = fields.DatetimeField(null=True)
    revision = fields.IntField(default=1)
    created_at = fields.DatetimeField()

    class Meta:
        table = "certificates"
        unique_together = (("unit", "key"),)
        indexes = (Index(fields=("unit_id", "id")),)


class CertificateReminder(Model):
    """A reminder that was owed 到期提醒. id: `certificate:expires_on:step`, each owed once."""

    id = fields.CharField(max_length=48, primary_key=True)
    owed_at = fields.DatetimeField()

    class Meta:
        table = "certificate_reminders"


class CertificateRenewal(Model):
    """A request to the CA for a successor 证书更新申请. Its id is what the CA knows it by.

    next_ask_at: when the clock asks the CA again, NULL once the request is closed.
    """

    id = fields.CharField(max_length=26, primary_key=True)
    certificate: fields.ForeignKeyRelation[Certificate] = fields.ForeignKeyField(
        "models.Certificate", related_name="renewals", on_delete=fields.CASCADE
    )
    certificate_id: str
    status = fields.CharEnumField(RenewalStatus, max_length=10, default=RenewalStatus.ASKED)
    reason = fields.CharField(max_length=120, default="")
    asked_by = fields.CharField(max_length=26)
    asked_at = fields.DatetimeField()
    give_up_at = fields.DatetimeField()
    next_ask_at = fields.DatetimeField(null=True)

    class Meta:
        table = "certificate_renewals"
        indexes = (Index(fields=("next_ask_at",)),)


CERTIFICATE_NEXT: dict[CertificateState, frozenset[CertificateState]] = {
    CertificateState.HELD: frozenset(
        {
            CertificateState.RENEWING,
            CertificateState.REPLACED,
            CertificateState.LOST,
            CertificateState.REVOKED,
        }
    ),
    CertificateState.RENEWING: frozenset(
        {
            CertificateState.HELD,
            CertificateState.REPLACED,
            CertificateState.LOST,
            CertificateState.REVOKED,
        }
    ),
    CertificateState.LOST: frozenset({CertificateState.REPLACED, CertificateState.REVOKED}),
    CertificateState.REVOKED: frozenset({CertificateState.REPLACED}),
    CertificateState.UNRECOGNISED: frozenset({CertificateState.REPLACED}),
    CertificateState.REPLACED: frozenset(),
}
"""Transitions of what is kept; expiring and expired are no transitions, time passes by itself."""

CERTIFICATE_LABELS: dict[CertificateStatus, str] = {
    CertificateStatus.PENDING: "待激活",
    CertificateStatus.ACTIVE: "有效",
    CertificateStatus.RENEWABLE: "可更新",
    CertificateStatus.EXPIRING: "即将到期",
    CertificateStatus.EXPIRED: "已过期",
    CertificateStatus.REVERIFY: "需重认证",
    CertificateStatus.RENEWING: "更新中",
    CertificateStatus.REPLACED: "已更新",
    CertificateStatus.LOST: "已挂失",
    CertificateStatus.REVOKED: "已吊销",
    CertificateStatus.UNRECOGNISED: "无法识别",
}
"""What people read; at most five characters, so that it fits a message's `phrase` field."""

RENEWABLE = frozenset(
    {CertificateStatus.RENEWABLE, CertificateStatus.EXPIRING, CertificateStatus.EXPIRED}
)
"""Where a renewal can be asked for online."""


def day_in_china(at: datetime) -> date:
    """The calendar day of a moment as people here count it."""
    return at.astimezone(CHINA).date()


def status_at(row: Certificate, now: datetime) -> CertificateStatus:
    """What a certificate is at this moment."""
    if row.state is not CertificateState.HELD:
        return CertificateStatus(row.state.value)
    if now < row.not_before:
        return CertificateStatus.PENDING
    left = days_left(row.expires_on, day_in_china(now))
    if now >= row.not_after:
        late = left < -RENEWABLE_AFTER_DAYS
        return CertificateStatus.REVERIFY if late else CertificateStatus.EXPIRED
    if left <= EXPIRING_DAYS:
        return CertificateStatus.EXPIRING
    return CertificateStatus.RENEWABLE if left <= RENEWABLE_DAYS else CertificateStatus.ACTIVE


def days_left(expires_on: date, today: date) -> int:
    """Whole days till the last day; 0 on it, negative after it."""
    return (expires_on - today).days


def step_due(expires_on: date, today: date) -> int | None:
    """The step of the ladder that has come: the latest, whatever was missed before it."""
    left = days_left(expires_on, today)
    return min((step for step in LADDER if step >= left), default=None)


def day_of_next_step(expires_on: date, after: int | None) -> date | None:
    """The day on which the step after this one comes; None: the first one, and none is left."""
    steps = (step for step in LADDER if after is None or step < after)
    following = max(steps, default=None)
    return None if following is None else expires_on - timedelta(days=following)


def first_step_on(expires_on: date, today: date) -> date | None:
    """When to remind next of a certificate that has just become ours to watch."""
    due = step_due(expires_on, today)
    if due is None:
        return day_of_next_step(expires_on, None)
    return expires_on - timedelta(days=due)
