"""Registrations: what somebody typed to register a unit, and what the registries said of it."""

from tortoise import fields
from tortoise.indexes import Index

from models.identity import IdentityColumns
from models.vocabulary import RegistrationStatus


class Registration(IdentityColumns):
    """A unit's registration 注册 by its legal representative, whose values are sealed.

    One row for one person and one USCC: typing it again replaces it. sources: JSON list of
    {source, result, mismatched}; code: why it is not active, '' while nothing was decided;
    attempts: checks so far; next_check_at: when the clock looks again, None when it does not.
    revision moves with every check.
    """

    uscc = fields.CharField(max_length=18)
    unit_name = fields.CharField(max_length=120)
    status = fields.CharEnumField(RegistrationStatus, max_length=12)
    sources = fields.TextField(default="[]")
    code = fields.CharField(max_length=7, default="")
    attempts = fields.IntField(default=0)
    next_check_at = fields.DatetimeField(null=True)
    unit_id = fields.CharField(max_length=26, null=True)
    revision = fields.IntField(default=1)
    created_at = fields.DatetimeField()
    settled_at = fields.DatetimeField(null=True)

    class Meta:
        table = "registrations"
        unique_together = (("uscc", "id_type", "id_no_index"),)
        indexes = (
            Index(fields=("status", "next_check_at")),
            Index(fields=("id_no_index",)),
        )
