"""Units, their insured relations, the agencies that keep them, and their legal representatives."""

from collections.abc import Mapping
from typing import Any

from tortoise import fields
from tortoise.indexes import Index
from tortoise.models import Model

from models.identity import IdentityColumns
from models.person import Person
from models.sealed import Vault
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
    """A unit 单位: company, household business, institution or cooperative that insures people.

    synced_at: the moment of which the core system's newest word speaks, None before the first.
    """

    id = fields.CharField(max_length=26, primary_key=True)
    uscc = fields.CharField(max_length=18, unique=True)
    name = fields.CharField(max_length=120)
    address = fields.CharField(max_length=160)
    region = fields.CharField(max_length=6)
    status = fields.CharEnumField(UnitStatus, max_length=12, default=UnitStatus.ACTIVE)
    registered_at = fields.DatetimeField(null=True)
    revision = fields.IntField(default=1)
    synced_at = fields.DatetimeField(null=True)

    relations: fields.ReverseRelation["Relation"]

    class Meta:
        table = "units"


class FormerName(Model):
    """A name 曾用名 that a unit had until some day, and from where the new one came."""

    id = fields.CharField(max_length=26, primary_key=True)
    unit: fields.ForeignKeyRelation[Unit] = fields.ForeignKeyField(
        "models.Unit", related_name="former_names", on_delete=fields.RESTRICT
    )
    unit_id: str
    name = fields.CharField(max_length=120)
    until = fields.DatetimeField()
    source = fields.CharField(max_length=16)

    class Meta:
        table = "former_names"
        indexes = (Index(fields=("unit_id", "until")),)


class Contact(Model):
    """How a unit 单位 is reached: its contact person and phone, sealed, and its postal address."""

    id = fields.CharField(max_length=26, primary_key=True)
    unit: fields.OneToOneRelation[Unit] = fields.OneToOneField(
        "models.Unit", related_name="contact", on_delete=fields.RESTRICT
    )
    unit_id: str
    name_sealed = fields.BinaryField(null=True)
    phone_sealed = fields.BinaryField(null=True)
    postal_address = fields.CharField(max_length=160, default="")
    updated_at = fields.DatetimeField()

    class Meta:
        table = "contacts"

    def open_name(self, vault: Vault) -> str | None:
        """The contact person, in clear."""
        return vault.open(self.name_sealed, aad=self._aad("name")) if self.name_sealed else None

    def open_phone(self, vault: Vault) -> str | None:
        """The contact's phone, in clear."""
        return vault.open(self.phone_sealed, aad=self._aad("phone")) if self.phone_sealed else None

    def columns(self, vault: Vault, changed: Mapping[str, str]) -> dict[str, Any]:
        """The columns for new values, by the names of the unit's fields (models.unit_fields)."""
        columns: dict[str, Any] = {}
        for column, name in (("name", "contact_name"), ("phone", "contact_phone")):
            if name in changed:
                columns[f"{column}_sealed"] = vault.seal(changed[name], aad=self._aad(column))
        if "postal_address" in changed:
            columns["postal_address"] = changed["postal_address"]
        return columns

    def _aad(self, column: str) -> str:
        return f"contacts.{column}.{self.id}"


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
