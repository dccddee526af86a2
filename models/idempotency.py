"""Idempotency keys 幂等键: a request that is sent again gets the first answer again (F2).

The key is claimed and its answer kept in the transaction of the change, so a crash leaves both or
neither; two requests with one key wait for each other at the unique row.
"""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from tortoise import fields
from tortoise.indexes import Index
from tortoise.models import Model

from models.database import require_transaction
from models.errors.system import REPEATED
from models.sealed import Vault

KEPT = timedelta(hours=24)
MAX_LENGTH = 64


class IdempotencyKey(Model):
    """One key of one caller. id: digest of both. The answer is sealed, it may open a session."""

    id = fields.CharField(max_length=64, primary_key=True)
    fingerprint = fields.CharField(max_length=64)
    claim = fields.CharField(max_length=22)
    answer_sealed = fields.BinaryField(null=True)
    created_at = fields.DatetimeField()

    class Meta:
        table = "idempotency_keys"
        indexes = (Index(fields=("created_at",)),)


@dataclass(frozen=True, slots=True)
class Once:
    """A request that must not be done twice.

    caller: whose key it is (a digest of the credential); key: the header; fingerprint: digest of
    method, path and body.
    """

    caller: str
    key: str
    fingerprint: str

    @property
    def id(self) -> str:
        """The row's id."""
        return hashlib.sha256(f"{self.caller}\x1f{self.key}".encode()).hexdigest()


async def first_answer(vault: Vault, once: Once | None, now: datetime) -> str | None:
    """Claim the key, or return the answer that it got the first time.

    None: this is the first time, go on. Refuses: REPEATED when the key came with another request.
    """
    if once is None:
        return None
    require_transaction()
    claim = secrets.token_urlsafe(16)
    await IdempotencyKey.bulk_create(
        [IdempotencyKey(id=once.id, fingerprint=once.fingerprint, claim=claim, created_at=now)],
        ignore_conflicts=True,
    )
    row = await IdempotencyKey.get(id=once.id)
    if row.claim == claim:
        return None
    if row.fingerprint != once.fingerprint or row.answer_sealed is None:
        raise REPEATED.refuse()
    return vault.open(row.answer_sealed, aad=f"idempotency_keys.answer.{once.id}")


async def kept_answer(vault: Vault, once: Once | None) -> str | None:
    """The answer that the key got before, None when it got none; nothing is claimed.

    For what must ask others before its transaction. Refuses: REPEATED as `first_answer` does.
    """
    row = await IdempotencyKey.get_or_none(id=once.id) if once else None
    if once is None or row is None:
        return None
    if row.fingerprint != once.fingerprint or row.answer_sealed is None:
        raise REPEATED.refuse()
    return vault.open(row.answer_sealed, aad=f"idempotency_keys.answer.{once.id}")


async def keep_answer(vault: Vault, once: Once | None, answer: str) -> None:
    """Remember the answer for whoever sends the request again."""
    if once is None:
        return
    sealed = vault.seal(answer, aad=f"idempotency_keys.answer.{once.id}")
    await IdempotencyKey.filter(id=once.id).update(answer_sealed=sealed)
