"""The chains' heads, and the rules that the database itself keeps: one live legal representative a
unit, one open grant per clerk and unit."""

from tortoise import migrations
from tortoise.migrations import operations as ops

STREAMS = 8
GENESIS = "0" * 64


class Migration(migrations.Migration):
    dependencies = [("models", "0001_initial")]
    initial = False

    operations = [
        *(
            ops.RunSQL(
                f"INSERT INTO audit_heads (stream, seq, hash) VALUES ({stream}, 0, '{GENESIS}')",
                reverse_sql=f"DELETE FROM audit_heads WHERE stream = {stream}",
            )
            for stream in range(STREAMS)
        ),
        ops.RunSQL(
            "CREATE UNIQUE INDEX uid_legal_reps_live ON legal_reps (unit_id) WHERE live",
            reverse_sql="DROP INDEX uid_legal_reps_live",
        ),
        ops.RunSQL(
            "CREATE UNIQUE INDEX uid_grants_open ON grants (unit_id, id_type, id_no_index) "
            "WHERE status IN ('requested', 'offered', 'scheduled', 'active', 'suspended')",
            reverse_sql="DROP INDEX uid_grants_open",
        ),
    ]
