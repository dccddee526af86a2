"""The audit trail 审计日志: append-only, hash-chained, written in the transaction it tells of.

Several chains ("streams") run side by side so that transactions of different people do not wait for
one another; a chain's head row is locked from the moment an entry is added until the commit.
Source: domain §4.5.
"""

import hmac
import zlib
from collections.abc import AsyncIterator, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum

import msgspec
from tortoise import fields
from tortoise.models import Model

from models import raw
from models.actor import Actor
from models.database import require_transaction
from models.sealed import Suite, Vault

STREAMS = 8
_GENESIS = "0" * 64


class Action(StrEnum):
    """What can be audited so far (domain §4.5)."""

    SCAN = "login.scan"
    APPROVE = "login.approve"
    DENY = "login.deny"
    LOGIN = "login.ok"
    LOGIN_REFUSED = "login.refused"
    CANCEL = "login.cancel"
    PAIRING_FAILED = "login.pairing_failed"
    IDENTITY_BOUND = "identity.bind"
    SWITCH_UNIT = "session.switch_unit"
    SIGN_OUT = "session.sign_out"
    REMOTE_SIGN_OUT = "session.remote_sign_out"
    GRANT_REVOKE = "grant.revoke"
    GRANT_OFFER = "grant.offer"
    GRANT_ACCEPT = "grant.accept"
    GRANT_CHANGE = "grant.change"
    GRANT_SUSPEND = "grant.suspend"
    GRANT_RESUME = "grant.resume"
    GRANT_EXPIRE = "grant.expire"
    GRANT_BEGIN = "grant.begin"
    GRANT_REQUEST = "grant.request"
    GRANT_APPROVE = "grant.approve"
    GRANT_DENY = "grant.deny"
    GRANT_CANCEL = "grant.cancel"
    GRANT_LAPSE = "grant.lapse"
    REGISTRATION_CHECK = "registration.check"
    KEYS_ROTATED = "keys.rotate"
    CERTIFICATE_ADD = "certificate.add"
    CERTIFICATE_REMOVE = "certificate.remove"
    CERTIFICATE_RENEW = "certificate.renew"
    CERTIFICATE_RENEWED = "certificate.renewed"
    CERTIFICATE_REPORT = "certificate.report"
    CERTIFICATE_INGEST = "certificate.ingest"
    CERTIFICATE_REVOKED = "certificate.revoked"
    CERTIFICATE_RENEWAL_END = "certificate.renewal_end"
    FILING_INGEST = "filing.ingest"
    UNIT_INGEST = "unit.ingest"
    UNIT_CHANGE = "unit.change"
    LOGIN_FAILED = "login.failed"
    ACCOUNT_LOCK = "account.lock"
    ACCOUNT_UNLOCK = "account.unlock"
    ACCOUNT_STOP = "account.stop"
    ACCOUNT_LIFT_AGREED = "account.lift_agreed"
    ACCOUNT_LIFT = "account.lift"
    PASSWORD_INVITE = "password.invite"  # noqa: S105
    PASSWORD_SET = "password.set"  # noqa: S105
    CODE_SENT = "code.sent"
    CONTACT_BOUND = "contact.bind"
    CONSENT_GIVEN = "consent.give"
    CONSENT_WITHDRAWN = "consent.withdraw"
    EXPORT_ASKED = "export.ask"
    EXPORT_TAKEN = "export.take"
    CLOSING_ASKED = "closing.ask"
    CLOSING_CANCELLED = "closing.cancel"
    CLOSED = "closing.done"
    OFFICER_SIGN_OUT = "officer.sign_out"
    OFFICER_LOGIN = "officer.login"
    OFFICER_LOGIN_FAILED = "officer.login_failed"
    OFFICER_CREATE = "officer.create"
    OFFICER_ENROLLED = "officer.enrolled"
    OFFICER_DUTIES = "officer.duties"
    OFFICER_PASSWORD = "officer.password"  # noqa: S105
    OFFICER_SUSPEND = "officer.suspend"
    OFFICER_RESET = "officer.reset"
    OFFICER_UNLOCK = "officer.unlock"
    OFFICER_DORMANT = "officer.dormant"
    UNMASK = "officer.unmask"
    MATERIAL_ADD = "window.material_add"
    MATERIAL_REMOVE = "window.material_remove"
    WINDOW_GRANT = "window.grant"


class AuditHead(Model):
    """The newest link of one chain, one row a stream, made by the migration."""

    stream = fields.IntField(primary_key=True, generated=False)
    seq = fields.BigIntField(default=0)
    hash = fields.CharField(max_length=64, default=_GENESIS)

    class Meta:
        table = "audit_heads"


class AuditEntry(Model):
    """One link: who did what to what, with what result. detail holds no personal values.

    kid, suite: the master key and the algorithms under which hash was made, which must be known
    for as long as the entry is to be checked.
    """

    id = fields.BigIntField(primary_key=True)
    stream = fields.IntField()
    seq = fields.BigIntField()
    at = fields.CharField(max_length=32)
    body = fields.TextField()
    prev_hash = fields.CharField(max_length=64)
    hash = fields.CharField(max_length=64)
    kid = fields.IntField()
    suite = fields.CharField(max_length=4)

    class Meta:
        table = "audit_entries"
        unique_together = (("stream", "seq"),)


async def record(  # noqa: PLR0913
    vault: Vault,
    actor: Actor,
    action: Action,
    subject: str,
    *,
    now: datetime,
    result: str = "ok",
    detail: Mapping[str, object] | None = None,
) -> None:
    """Add one entry to the chain of the actor. Must be called inside a transaction, last."""
    require_transaction()
    at = now.astimezone(UTC).isoformat()
    body = msgspec.json.encode(
        {
            "at": at,
            "action": action.value,
            "subject": subject,
            "result": result,
            "actor": actor.person_id,
            "role": actor.role.value if actor.role else "",
            "unit": actor.unit_id,
            "session": actor.session_id,
            "ip": actor.ip,
            "browser": vault.index("browser", actor.browser) if actor.browser else "",
            "trace": actor.trace_id,
            "detail": dict(detail or {}),
        },
        order="sorted",
    ).decode()
    await _append(vault, zlib.crc32((actor.person_id or actor.ip).encode()) % STREAMS, at, body)


async def _append(vault: Vault, stream: int, at: str, body: str) -> None:
    head = await raw.fetch(
        "UPDATE audit_heads SET seq = seq + 1 WHERE stream = $1 RETURNING seq, hash", stream
    )
    seq, prev_hash = head[0]["seq"], head[0]["hash"]
    link = link_hash(vault, stream, seq, prev_hash, body, kid=vault.kid)
    await raw.change(
        (
            "INSERT INTO audit_entries (stream, seq, at, body, prev_hash, hash, kid, suite)"
            " VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
            [stream, seq, at, body, prev_hash, link, vault.kid, vault.suite.value],
        ),
        ("UPDATE audit_heads SET hash = $1 WHERE stream = $2", [link, stream]),
    )


def link_hash(  # noqa: PLR0913
    vault: Vault,
    stream: int,
    seq: int,
    prev_hash: str,
    body: str,
    *,
    kid: int,
    suite: Suite | None = None,
) -> str:
    """The hash of a link: a keyed MAC, so that rewriting the table takes more than the table.

    Raises KeyError when the vault does not know the key id.
    """
    message = f"{stream}|{seq}|{prev_hash}|{body}".encode()
    return vault.mac("audit", message, kid=kid, suite=suite).hex()


@dataclass(frozen=True, slots=True)
class Break:
    """A place where a chain does not hold."""

    stream: int
    seq: int
    what: str


async def breaks(vault: Vault, *, batch: int = 1000) -> AsyncIterator[Break]:
    """Walk every chain from its start and yield each place that was changed, cut or lengthened.

    Entries that are added meanwhile are no fault.
    """
    for head in await AuditHead.all().order_by("stream"):
        prev_hash, seq = _GENESIS, 0
        while rows := await _between(head.stream, seq, head.seq, batch):
            for row in rows:
                for what in _faults(vault, row, seq, prev_hash):
                    yield Break(head.stream, row.seq, what)
                seq, prev_hash = row.seq, row.hash
        if (seq, prev_hash) != (head.seq, head.hash):
            yield Break(head.stream, head.seq, "end does not match the head")
        if await _beyond(head.stream):
            yield Break(head.stream, head.seq, "goes on after the head")


def _faults(vault: Vault, row: AuditEntry, seq: int, prev_hash: str) -> Iterator[str]:
    """What is wrong with an entry that follows number seq, whose hash was prev_hash."""
    if row.seq != seq + 1:
        yield f"{row.seq - seq - 1} missing before it"
    elif row.prev_hash != prev_hash:
        yield "broken link"
    if fault := _fault(vault, row):
        yield fault


def _fault(vault: Vault, row: AuditEntry) -> str:
    try:
        wanted = link_hash(
            vault,
            row.stream,
            row.seq,
            row.prev_hash,
            row.body,
            kid=row.kid,
            suite=Suite(row.suite),
        )
    except KeyError:
        return f"made under key {row.kid}, which is not known"
    # The column `at` is a copy, for searching, of what the chained body says.
    genuine = hmac.compare_digest(row.hash, wanted) and f'"at":"{row.at}"' in row.body
    return "" if genuine else "changed"


async def _between(stream: int, after: int, last: int, batch: int) -> list[AuditEntry]:
    rows = AuditEntry.filter(stream=stream, seq__gt=after, seq__lte=last)
    return await rows.order_by("seq").limit(batch)


async def _beyond(stream: int) -> bool:
    # Entry and head are committed together, so a head read later is never behind an entry.
    newest = await AuditEntry.filter(stream=stream).order_by("-seq").first()
    return newest is not None and newest.seq > (await AuditHead.get(stream=stream)).seq
