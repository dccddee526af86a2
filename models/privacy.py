"""Rights over one's own data: consents, exports, and accounts that are being closed."""

from enum import StrEnum

from tortoise import fields
from tortoise.indexes import Index
from tortoise.models import Model

from models.person import Person


class ExportStatus(StrEnum):
    """State of an export of one's own data 个人信息导出."""

    WAITING = "waiting"
    READY = "ready"
    TAKEN = "taken"
    EXPIRED = "expired"


class ClosureStatus(StrEnum):
    """State of closing an account 注销: cooling off 冷静期, taken back, done."""

    COOLING = "cooling"
    CANCELLED = "cancelled"
    DONE = "done"


class Consent(Model):
    """Consent 同意 of a person to one version of the privacy notice 隐私保护指引."""

    id = fields.CharField(max_length=26, primary_key=True)
    person: fields.ForeignKeyRelation[Person] = fields.ForeignKeyField(
        "models.Person", related_name="consents", on_delete=fields.RESTRICT
    )
    person_id: str
    version = fields.CharField(max_length=20)
    kind = fields.CharField(max_length=8)
    given_at = fields.DatetimeField()
    withdrawn_at = fields.DatetimeField(null=True)

    class Meta:
        table = "consents"
        unique_together = (("person", "version"),)


class DataExport(Model):
    """An export 导出 of a person's own data: made in the background, sealed, fetched once."""

    id = fields.CharField(max_length=26, primary_key=True)
    person: fields.ForeignKeyRelation[Person] = fields.ForeignKeyField(
        "models.Person", related_name="exports", on_delete=fields.CASCADE
    )
    person_id: str
    status = fields.CharEnumField(ExportStatus, max_length=8, default=ExportStatus.WAITING)
    asked_at = fields.DatetimeField()
    expires_at = fields.DatetimeField(null=True)
    archive_sealed = fields.BinaryField(null=True)
    revision = fields.IntField(default=1)

    class Meta:
        table = "data_exports"
        indexes = (Index(fields=("status", "asked_at")),)


class Closure(Model):
    """A request to close one's account 注销申请, which takes effect at due_at unless taken back."""

    id = fields.CharField(max_length=26, primary_key=True)
    person: fields.ForeignKeyRelation[Person] = fields.ForeignKeyField(
        "models.Person", related_name="closures", on_delete=fields.RESTRICT
    )
    person_id: str
    status = fields.CharEnumField(ClosureStatus, max_length=10, default=ClosureStatus.COOLING)
    asked_at = fields.DatetimeField()
    due_at = fields.DatetimeField()
    ended_at = fields.DatetimeField(null=True)
    revision = fields.IntField(default=1)

    class Meta:
        table = "closures"
        indexes = (Index(fields=("status", "due_at")),)
