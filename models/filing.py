"""Filings as far as their status is known here: the table, the order of statuses, their labels."""

from tortoise import fields
from tortoise.models import Model

from models.person import Person
from models.unit import Relation, Unit
from models.vocabulary import FilingStatus


class Filing(Model):
    """A filing 申报 of a unit. external_no: its number in the existing 经办系统, where it has one.

    status_at: when it came to its status, by the clock of whoever decided. due_at: by when the
    agency promised to decide; remind_at: when people are told that it has not, NULL for never.
    revision moves with every change.
    """

    id = fields.CharField(max_length=26, primary_key=True)
    unit: fields.ForeignKeyRelation[Unit] = fields.ForeignKeyField(
        "models.Unit", related_name="filings", on_delete=fields.RESTRICT
    )
    unit_id: str
    relation: fields.ForeignKeyNullableRelation[Relation] = fields.ForeignKeyField(
        "models.Relation", related_name="filings", null=True, on_delete=fields.RESTRICT
    )
    relation_id: str | None
    item = fields.CharField(max_length=40)
    external_no = fields.CharField(max_length=64, null=True)
    status = fields.CharEnumField(FilingStatus, max_length=16)
    status_at = fields.DatetimeField()
    submitted_by: fields.ForeignKeyNullableRelation[Person] = fields.ForeignKeyField(
        "models.Person", related_name="filings", null=True, on_delete=fields.RESTRICT
    )
    submitted_by_id: str | None
    due_at = fields.DatetimeField(null=True)
    remind_at = fields.DatetimeField(null=True)
    revision = fields.IntField(default=1)
    created_at = fields.DatetimeField()

    class Meta:
        table = "filings"
        unique_together = (("unit", "external_no"),)


class FilingStep(Model):
    """One step of a filing's way 办理进度, in the order of its revisions. The note is sealed."""

    id = fields.CharField(max_length=26, primary_key=True)
    filing: fields.ForeignKeyRelation[Filing] = fields.ForeignKeyField(
        "models.Filing", related_name="steps", on_delete=fields.CASCADE
    )
    filing_id: str
    revision = fields.IntField()
    status = fields.CharEnumField(FilingStatus, max_length=16)
    at = fields.DatetimeField()
    note_sealed = fields.BinaryField(null=True)

    class Meta:
        table = "filing_steps"
        unique_together = (("filing", "revision"),)


_OPEN_END = frozenset({FilingStatus.VOIDED})

FILING_NEXT: dict[FilingStatus, frozenset[FilingStatus]] = {
    FilingStatus.DRAFT: frozenset({FilingStatus.SUBMITTED}),
    FilingStatus.SUBMITTED: _OPEN_END
    | {FilingStatus.REVIEWING, FilingStatus.APPROVED, FilingStatus.WITHDRAWN},
    FilingStatus.REVIEWING: _OPEN_END
    | {
        FilingStatus.SUBMITTED,
        FilingStatus.SECOND_REVIEW,
        FilingStatus.CORRECTION,
        FilingStatus.OFFLINE_CONFIRM,
        FilingStatus.APPROVED,
        FilingStatus.REJECTED,
    },
    FilingStatus.SECOND_REVIEW: _OPEN_END
    | {FilingStatus.REVIEWING, FilingStatus.APPROVED, FilingStatus.REJECTED},
    FilingStatus.CORRECTION: _OPEN_END
    | {FilingStatus.SUBMITTED, FilingStatus.WITHDRAWN, FilingStatus.EXPIRED},
    FilingStatus.OFFLINE_CONFIRM: _OPEN_END
    | {FilingStatus.APPROVED, FilingStatus.REJECTED, FilingStatus.EXPIRED},
    FilingStatus.APPROVED: _OPEN_END | {FilingStatus.SYNCING},
    FilingStatus.SYNCING: _OPEN_END | {FilingStatus.COMPLETED, FilingStatus.SYNC_FAILED},
    FilingStatus.SYNC_FAILED: _OPEN_END | {FilingStatus.SYNCING},
    FilingStatus.COMPLETED: frozenset(),
    FilingStatus.REJECTED: frozenset(),
    FilingStatus.WITHDRAWN: frozenset(),
    FilingStatus.EXPIRED: frozenset(),
    FilingStatus.VOIDED: frozenset(),
}
"""Transitions of a filing (domain §7.1)."""

FILING_LABELS: dict[FilingStatus, str] = {
    FilingStatus.DRAFT: "草稿",
    FilingStatus.SUBMITTED: "待审核",
    FilingStatus.REVIEWING: "审核中",
    FilingStatus.SECOND_REVIEW: "待复核",
    FilingStatus.CORRECTION: "待补正",
    FilingStatus.OFFLINE_CONFIRM: "待确认",
    FilingStatus.APPROVED: "审核通过",
    FilingStatus.SYNCING: "同步中",
    FilingStatus.COMPLETED: "已办结",
    FilingStatus.SYNC_FAILED: "办理失败",
    FilingStatus.REJECTED: "未通过",
    FilingStatus.WITHDRAWN: "已撤回",
    FilingStatus.EXPIRED: "已逾期",
    FilingStatus.VOIDED: "已作废",
}
"""What people read; at most five characters, so that it fits a message's `phrase` field."""

UNDER_REVIEW = frozenset(
    {FilingStatus.SUBMITTED, FilingStatus.REVIEWING, FilingStatus.SECOND_REVIEW}
)
"""Where the agency is to act; its promised time runs nowhere else."""


def _reach(first: FilingStatus) -> frozenset[FilingStatus]:
    found: set[FilingStatus] = set()
    ahead = [first]
    while ahead:
        new = FILING_NEXT[ahead.pop()] - found
        found |= new
        ahead += new
    return frozenset(found)


FILING_AFTER: dict[FilingStatus, frozenset[FilingStatus]] = {
    status: _reach(status) for status in FilingStatus
}
"""Every status that can come after one, however many steps later: another system may skip some.

A status stands in its own row when a filing can come back to it, as from correction to review.
"""
