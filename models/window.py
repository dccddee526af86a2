"""What is done at an agency's window: papers that were scanned, and grants made with them."""

from typing import ClassVar

from tortoise import fields
from tortoise.indexes import Index
from tortoise.models import Model

from models.officer import Officer
from models.unit import Unit


class WindowGrant(Model):
    """One 公共服务单位用户授权: what an officer granted to clerks of a unit who came to the window.

    notice_version: of the 注意事项 that were read. grants: JSON list of grants made or widened.
    """

    id = fields.CharField(max_length=26, primary_key=True)
    unit: fields.ForeignKeyRelation[Unit] = fields.ForeignKeyField(
        "models.Unit", related_name="window_grants", on_delete=fields.RESTRICT
    )
    unit_id: str
    officer: fields.ForeignKeyRelation[Officer] = fields.ForeignKeyField(
        "models.Officer", related_name="window_grants", on_delete=fields.RESTRICT
    )
    officer_id: str
    notice_version = fields.CharField(max_length=20)
    grants = fields.TextField()
    created_at = fields.DatetimeField()

    class Meta:
        table = "window_grants"


class WindowMaterial(Model):
    """A scanned paper 材料 of a window grant, its file lies in the upload folder under the id.

    window_grant is empty until the grant is made; whatever stays without one is purged.
    """

    id = fields.CharField(max_length=26, primary_key=True)
    unit: fields.ForeignKeyRelation[Unit] = fields.ForeignKeyField(
        "models.Unit", related_name="window_materials", on_delete=fields.RESTRICT
    )
    unit_id: str
    officer: fields.ForeignKeyRelation[Officer] = fields.ForeignKeyField(
        "models.Officer", related_name="window_materials", on_delete=fields.RESTRICT
    )
    officer_id: str
    window_grant: fields.ForeignKeyNullableRelation[WindowGrant] = fields.ForeignKeyField(
        "models.WindowGrant", related_name="materials", null=True, on_delete=fields.RESTRICT
    )
    window_grant_id: str | None
    name_sealed = fields.BinaryField()
    mime = fields.CharField(max_length=20)
    size = fields.IntField()
    sha256 = fields.CharField(max_length=64)
    created_at = fields.DatetimeField()

    SEALED: ClassVar[tuple[str, ...]] = ("name",)

    class Meta:
        table = "window_materials"
        indexes = (Index(fields=("window_grant_id", "created_at")),)
