"""What CAs have revoked 证书吊销: asked once when a file comes, then every day by the clock.

A CA that does not answer changes nothing: the certificate stays as it is and is asked about again.
"""

import logging
from collections.abc import Sequence
from datetime import datetime, timedelta

from handlers.certificate_changes import move, tell
from handlers.ports import Revocation, RevocationLists, RevocationQuestion
from handlers.tools import Tools
from models import audit, outbox
from models.actor import Actor
from models.audit import Action
from models.certificate import RENEWABLE_AFTER_DAYS, Certificate
from models.database import tx
from models.errors.entry import Refusal
from models.vocabulary import CertificateState

logger = logging.getLogger(__name__)

DAILY, AGAIN = timedelta(days=1), timedelta(hours=1)
BATCH, MOST = 200, 2_000
_WATCHED = frozenset({CertificateState.HELD, CertificateState.RENEWING})


async def asked_now(tools: Tools, lists: RevocationLists | None, row: Certificate) -> Revocation:
    """What the CA says of a certificate that is not kept yet; never inside a transaction."""
    question = _question(tools, row)
    if lists is None or question is None:
        return Revocation.UNKNOWN
    return await lists.look_up(question)


def watched_from(row: Certificate, found: Revocation, now: datetime) -> None:
    """Note on a row that is not kept yet what was found, and when to ask again."""
    if row.crl_url or row.ocsp_url:
        row.clean_at = now if found is Revocation.GOOD else None
        row.check_at = now + (DAILY if found is Revocation.GOOD else AGAIN)


async def look_after(tools: Tools, lists: RevocationLists | None, *, now: datetime) -> int:
    """Ask about every certificate whose time has come; how many were found to be revoked.

    A batch is taken by one clock, which moves its time before it asks; several clocks take
    different ones. At most MOST are asked about in one turn, the rest at the next.
    """
    found = 0
    for _ in range(MOST // BATCH if lists is not None else 0):
        rows = await _take(now)
        if not rows:
            break
        found += await _ask_about(tools, lists, rows, now)
    return found


async def _take(now: datetime) -> Sequence[Certificate]:
    async with tx():
        rows = (
            await Certificate.filter(check_at__lte=now)
            .order_by("check_at", "id")
            .limit(BATCH)
            .select_for_update(skip_locked=True)
        )
        if rows:
            ids = [row.id for row in rows]
            await Certificate.filter(id__in=ids).update(check_at=now + AGAIN)
    return rows


async def _ask_about(
    tools: Tools, lists: RevocationLists | None, rows: Sequence[Certificate], now: datetime
) -> int:
    clean, over, revoked = [], [], 0
    for row in rows:
        if row.state not in _WATCHED or now > row.not_after + timedelta(days=RENEWABLE_AFTER_DAYS):
            over.append(row.id)
            continue
        said = await asked_now(tools, lists, row)
        if said is Revocation.GOOD:
            clean.append(row.id)
        elif said is Revocation.REVOKED:
            revoked += await _revoke(tools, row.id, now)
    await Certificate.filter(id__in=clean).update(clean_at=now, check_at=now + DAILY)
    await Certificate.filter(id__in=over).update(check_at=None)
    return revoked


async def _revoke(tools: Tools, certificate_id: str, now: datetime) -> bool:
    try:
        async with tx():
            row = await Certificate.get_or_none(id=certificate_id)
            if row is None:
                return False
            await move(row, CertificateState.REVOKED)
            await tell(outbox.Topic.CERTIFICATE_REVOKED, row, now)
            actor = Actor(unit_id=row.unit_id)
            await audit.record(tools.vault, actor, Action.CERTIFICATE_REVOKED, row.id, now=now)
    except Refusal as refusal:
        # Changed meanwhile, by people or another clock: asked again in an hour.
        logger.info("revocation waits", extra={"code": refusal.entry.code})
        return False
    return True


def _question(tools: Tools, row: Certificate) -> RevocationQuestion | None:
    """None where nothing is to be asked: only a recognised CA is believed, and only its addresses
    are ever visited."""
    issuer = tools.issuers.by_fingerprint(row.trusted_by) if row.trusted_by else None
    if issuer is None or not (row.crl_url or row.ocsp_url):
        return None
    return RevocationQuestion(issuer, row.serial, row.crl_url, row.ocsp_url)
