"""The audit trail as the audit administrator reads it: newest first, by keyset."""

from models.audit import AuditEntry


async def read(*, before: int | None, limit: int) -> list[AuditEntry]:
    """Entries older than a given one, newest first; at most limit + 1 rows."""
    rows = AuditEntry.filter(id__lt=before) if before is not None else AuditEntry.all()
    return await rows.order_by("-id").limit(limit + 1)
