"""Grants: which clerk may act for which unit, on which insured relations, from when till when.

The states and who may change them are in models.grant_states.
"""

from tortoise import fields
from tortoise.indexes import Index
from tortoise.models import Model

from models.identity import IdentityColumns
from models.person import Person
from models.unit import Relation, Unit
from models.vocabulary import GrantParty, GrantSource, GrantStatus, Suspension


class Grant(IdentityColumns):
    """A grant 授权 of a unit to a clerk 办事员, who is matched by document number and name.

    Of a unit and a clerk one row is live (offered, scheduled, active, suspended), one more may be
    requested; the database sees to both. person is set by the first login of the clerk or by their
    request. revision moves with every change and is what open sessions are compared with (qr-login
    D9). valid_to None = 长期. manager_slot 1–5: a delegated 单位管理员, of whom a unit has no more.
    accepted_at: when the clerk first scanned. answer_by: when a request lapses. challenge_id: the
    desk that waits for the answer. merged_into: the live grant that an approved request went into.
    reminded_days: the last reminder, in days before valid_to or answer_by. muted: further requests
    of this clerk are shown, but nobody is told of them.
    """

    unit: fields.ForeignKeyRelation[Unit] = fields.ForeignKeyField(
        "models.Unit", related_name="grants", on_delete=fields.RESTRICT
    )
    unit_id: str
    person: fields.ForeignKeyNullableRelation[Person] = fields.ForeignKeyField(
        "models.Person", related_name="grants", null=True, on_delete=fields.RESTRICT
    )
    person_id: str | None
    status = fields.CharEnumField(GrantStatus, max_length=10)
    source = fields.CharEnumField(
        GrantSource, max_length=8, default=GrantSource.ONLINE, db_default="online"
    )
    valid_from = fields.DatetimeField()
    valid_to = fields.DatetimeField(null=True)
    reason = fields.CharField(max_length=120, default="")
    note = fields.CharField(max_length=200, default="", db_default="")
    suspension = fields.CharEnumField(Suspension, max_length=12, null=True)
    manager_slot = fields.SmallIntField(null=True)
    granted_by = fields.CharField(max_length=26, default="", db_default="")
    requested_at = fields.DatetimeField(null=True)
    answer_by = fields.DatetimeField(null=True)
    accepted_at = fields.DatetimeField(null=True)
    ended_at = fields.DatetimeField(null=True)
    challenge_id = fields.CharField(max_length=16, default="", db_default="")
    merged_into = fields.CharField(max_length=26, default="", db_default="")
    reminded_days = fields.SmallIntField(null=True)
    muted = fields.BooleanField(default=False, db_default=False)
    revision = fields.IntField(default=1)
    created_at = fields.DatetimeField()
    last_used_at = fields.DatetimeField(null=True)

    relations: fields.ManyToManyRelation[Relation] = fields.ManyToManyField(
        "models.Relation",
        through="grant_scopes",
        forward_key="relation_id",
        backward_key="grant_id",
        related_name="grants",
    )

    class Meta:
        table = "grants"
        indexes = (
            Index(fields=("id_no_index", "unit_id")),
            Index(fields=("unit_id", "status")),
            Index(fields=("status", "valid_to")),
            Index(fields=("status", "answer_by")),
            Index(fields=("person_id",)),
        )


class GrantScope(Model):
    """One relation of a grant. items: `*` for 全业务, else groups of items joined by commas."""

    id = fields.BigIntField(primary_key=True)
    grant: fields.ForeignKeyRelation[Grant] = fields.ForeignKeyField(
        "models.Grant", related_name="scopes", on_delete=fields.CASCADE
    )
    grant_id: str
    relation: fields.ForeignKeyRelation[Relation] = fields.ForeignKeyField(
        "models.Relation", related_name="scopes", on_delete=fields.CASCADE
    )
    relation_id: str
    items = fields.CharField(max_length=120, default="*", db_default="*")

    class Meta:
        table = "grant_scopes"
        unique_together = (("grant", "relation"),)


class GrantEvent(Model):
    """One change of a grant 授权记录. detail: JSON without personal values."""

    id = fields.CharField(max_length=26, primary_key=True)
    grant: fields.ForeignKeyRelation[Grant] = fields.ForeignKeyField(
        "models.Grant", related_name="events", on_delete=fields.CASCADE
    )
    grant_id: str
    at = fields.DatetimeField()
    status = fields.CharEnumField(GrantStatus, max_length=10)
    revision = fields.IntField()
    party = fields.CharEnumField(GrantParty, max_length=10)
    person_id = fields.CharField(max_length=26, default="")
    reason = fields.CharField(max_length=120, default="")
    detail = fields.TextField()

    class Meta:
        table = "grant_events"
        indexes = (Index(fields=("grant_id", "id")),)
