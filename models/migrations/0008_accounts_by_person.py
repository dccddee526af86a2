"""Accounts are found by their person: the planner asks for every message whom a platform reaches."""

from tortoise import migrations
from tortoise.indexes import Index
from tortoise.migrations import operations as ops


class Migration(migrations.Migration):
    dependencies = [("models", "0007_officers_and_windows")]
    initial = False

    operations = [
        ops.AddIndex(
            model_name="PlatformAccount",
            index=Index(fields=["person_id"]),
        ),
    ]
