"""Grants: which clerk may act for which unit, on which insured relations, from when till when."""

from tortoise import fields
from tortoise.indexes import Index

from models.identity import IdentityColumns
from models.person import Person
from models.unit import Relation, Unit
from models.vocabulary import GrantStatus


class Grant(IdentityColumns):
    """A grant 授权 of a unit to a clerk 办事员, who is matched by document number and name.

    person is set by the first login of the clerk. revision moves with every change and is what open
    sessions are compared with (qr-login D9). valid_to None = 长期.
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
    valid_from = fields.DatetimeField()
    valid_to = fields.DatetimeField(null=True)
    reason = fields.CharField(max_length=120, default="")
    revision = fields.IntField(default=1)
    created_at = fields.DatetimeField()
    last_used_at = fields.DatetimeField(null=True)

    relations: fields.ManyToManyRelation[Relation] = fields.ManyToManyField(
        "models.Relation",
        through="grant_relations",
        forward_key="relation_id",
        backward_key="grant_id",
        related_name="grants",
    )

    class Meta:
        table = "grants"
        indexes = (Index(fields=("id_no_index",)), Index(fields=("unit_id", "status")))


GRANT_NEXT: dict[GrantStatus, frozenset[GrantStatus]] = {
    GrantStatus.ACTIVE: frozenset({GrantStatus.REVOKED}),
    GrantStatus.SUSPENDED: frozenset({GrantStatus.REVOKED}),
}
"""Transitions that this part of the product knows (domain §7.2); the rest come with the grants."""

GRANT_LABELS: dict[GrantStatus, str] = {
    GrantStatus.REQUESTED: "待审批",
    GrantStatus.OFFERED: "待确认",
    GrantStatus.SCHEDULED: "待生效",
    GrantStatus.ACTIVE: "生效中",
    GrantStatus.SUSPENDED: "已暂停",
    GrantStatus.EXPIRED: "已到期",
    GrantStatus.REVOKED: "已撤销",
    GrantStatus.DENIED: "已拒绝",
    GrantStatus.CANCELLED: "已取消",
    GrantStatus.LAPSED: "已失效",
}
"""What people read; at most five characters, so that it fits a message's `phrase` field."""
