"""Units, their insured relations, the agencies that keep them, and their legal representatives."""

from tortoise import fields
from tortoise.indexes import Index
from tortoise.models import Model

from models.identity import IdentityColumns
from models.person import Person
from models.vocabulary import UnitStatus


class Agency(Model):
    """A social-insurance agency 经办机构, whose windows 窗口 serve who cannot do it online."""

    code = fields.CharField(max_length=12, primary_key=True)
    name = fields.CharField(max_length=80)
    region = fields.CharField(max_length=6)
    address = fields.CharField(max_length=160)
    phone = fields.CharField(max_length=20)
    hours = fields.CharField(max_length=60)

    class Meta:
        table = "agencies"


class Unit(Model):
    """A unit 单位: company, household business, institution or cooperative that insures people."""

    id = fields.CharField(max_length=26, primary_key=True)
    uscc = fields.CharField(max_length=18, unique=True)
    name = fields.CharField(max_length=120)
    address = fields.CharField(max_length=160)
    region = fields.CharField(max_length=6)
    status = fields.CharEnumField(UnitStatus, max_length=12, default=UnitStatus.ACTIVE)
    registered_at = fields.DatetimeField(null=True)
    revision = fields.IntField(default=1)

    relations: fields.ReverseRelation["Relation"]

    class Meta:
        table = "units"


class Relation(Model):
    """An insured relation 参保关系 of a unit: one insurance, one 单位编号, one agency."""

    id = fields.CharField(max_length=26, primary_key=True)
    unit: fields.ForeignKeyRelation[Unit] = fields.ForeignKeyField(
        "models.Unit", related_name="relations", on_delete=fields.RESTRICT
    )
    unit_id: str
    insurance = fields.CharField(max_length=3)
    unit_no = fields.CharField(max_length=20)
    agency: fields.ForeignKeyRelation[Agency] = fields.ForeignKeyField(
        "models.Agency", related_name="relations", on_delete=fields.RESTRICT
    )
    agency_id: str
    pay_state = fields.CharField(max_length=1, default="1")
    recorded_uscc = fields.CharField(max_length=18)

    class Meta:
        table = "relations"
        unique_together = (("insurance", "unit_no"),)
        indexes = (Index(fields=("unit_no",)),)


class LegalRep(IdentityColumns):
    """A legal representative 法人 of a unit as registered, matched by document number and name.

    One row of a unit is live at a time, ended rows are history. revision moves with every change.
    """

    unit: fields.ForeignKeyRelation[Unit] = fields.ForeignKeyField(
        "models.Unit", related_name="legal_reps", on_delete=fields.RESTRICT
    )
    unit_id: str
    person: fields.ForeignKeyNullableRelation[Person] = fields.ForeignKeyField(
        "models.Person", related_name="legal_reps", null=True, on_delete=fields.RESTRICT
    )
    person_id: str | None
    live = fields.BooleanField(default=True)
    revision = fields.IntField(default=1)
    since = fields.DatetimeField()
    ended_at = fields.DatetimeField(null=True)
    last_used_at = fields.DatetimeField(null=True)

    class Meta:
        table = "legal_reps"
        indexes = (Index(fields=("id_no_index",)),)
