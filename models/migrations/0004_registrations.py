"""Registrations, former names and contacts of units."""

from tortoise import migrations
from tortoise.migrations import operations as ops
from models.vocabulary import IdType, RegistrationStatus
from tortoise.fields.base import OnDelete
from tortoise import fields
from tortoise.indexes import Index


class Migration(migrations.Migration):
    dependencies = [("models", "0003_certificates")]

    initial = False

    operations = [
        ops.CreateModel(
            name="Contact",
            fields=[
                (
                    "id",
                    fields.CharField(primary_key=True, unique=True, db_index=True, max_length=26),
                ),
                (
                    "unit",
                    fields.OneToOneField(
                        "models.Unit",
                        source_field="unit_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="contact",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("name_sealed", fields.BinaryField(null=True)),
                ("phone_sealed", fields.BinaryField(null=True)),
                ("postal_address", fields.CharField(default="", max_length=160)),
                ("updated_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "contacts",
                "app": "models",
                "pk_attr": "id",
                "table_description": "How a unit 单位 is reached: its contact person and phone, sealed, and its postal address.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="FormerName",
            fields=[
                (
                    "id",
                    fields.CharField(primary_key=True, unique=True, db_index=True, max_length=26),
                ),
                (
                    "unit",
                    fields.ForeignKeyField(
                        "models.Unit",
                        source_field="unit_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="former_names",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("name", fields.CharField(max_length=120)),
                ("until", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("source", fields.CharField(max_length=16)),
            ],
            options={
                "table": "former_names",
                "app": "models",
                "indexes": [Index(fields=["unit_id", "until"])],
                "pk_attr": "id",
                "table_description": "A name 曾用名 that a unit had until some day, and from where the new one came.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="Registration",
            fields=[
                (
                    "id",
                    fields.CharField(primary_key=True, unique=True, db_index=True, max_length=26),
                ),
                (
                    "id_type",
                    fields.CharEnumField(
                        description="RESIDENT_ID: 01\nHK_PERMIT: 04\nMACAU_PERMIT: 05\nTAIWAN_PERMIT: 06\nPERMANENT_RESIDENT: 07\nPASSPORT: 08\nHMT_RESIDENCE: 16",
                        enum_type=IdType,
                        max_length=2,
                    ),
                ),
                ("id_no_sealed", fields.BinaryField()),
                ("id_no_index", fields.CharField(max_length=40)),
                ("name_sealed", fields.BinaryField()),
                ("name_index", fields.CharField(max_length=40)),
                ("phone_sealed", fields.BinaryField(null=True)),
                ("phone_index", fields.CharField(null=True, max_length=40)),
                ("uscc", fields.CharField(max_length=18)),
                ("unit_name", fields.CharField(max_length=120)),
                (
                    "status",
                    fields.CharEnumField(
                        description="VERIFYING: verifying\nWAITING_SYNC: waiting_sync\nACTIVE: active\nFAILED: failed\nLAPSED: lapsed",
                        enum_type=RegistrationStatus,
                        max_length=12,
                    ),
                ),
                ("sources", fields.TextField(default="[]", unique=False)),
                ("code", fields.CharField(default="", max_length=7)),
                ("attempts", fields.IntField(default=0)),
                (
                    "next_check_at",
                    fields.DatetimeField(null=True, auto_now=False, auto_now_add=False),
                ),
                ("unit_id", fields.CharField(null=True, max_length=26)),
                ("revision", fields.IntField(default=1)),
                ("created_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("settled_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "registrations",
                "app": "models",
                "unique_together": (("uscc", "id_type", "id_no_index"),),
                "indexes": [
                    Index(fields=["status", "next_check_at"]),
                    Index(fields=["id_no_index"]),
                ],
                "pk_attr": "id",
                "table_description": "A unit's registration 注册 by its legal representative, whose values are sealed.",
            },
            bases=["IdentityColumns"],
        ),
        ops.AddField(
            model_name="Unit",
            name="synced_at",
            field=fields.DatetimeField(null=True, auto_now=False, auto_now_add=False),
        ),
    ]
