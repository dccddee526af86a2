"""The phone's side of a login by QR: scan, approve, deny (qr-login §5.2, 5.5, 5.6)."""

import asyncio
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from typing import Literal

from handlers.answers import for_phone
from handlers.grant_acceptance import tell_of_mismatch, welcomed
from handlers.mandates import Mandate, Standing
from handlers.people import bound_person, platform_of
from handlers.refused import on_record
from handlers.risk import LOCAL_NETWORK, Signals, Step, score, step_for
from handlers.tools import Tools
from models import audit
from models.actor import Actor
from models.audit import Action
from models.database import tx
from models.errors.entry import Refusal
from models.errors.scan import CLERK_MISMATCH, NOT_FROM_CAMERA, NOT_OUR_QR, QR_EXPIRED, RISK_BLOCKED
from models.masking import mask_name
from models.person import KnownBrowser, Person
from models.store.challenge import Claim, Place
from models.store.limit import Limit
from models.store.session import Session
from models.vocabulary import Platform, Role

SHANGHAI = timezone(timedelta(hours=8))
NOT_A_CAMERA = frozenset({1012, 1013, 1048, 1049})
CHAT_CARDS = frozenset({1007, 1008})
CAMERA = frozenset({1011, 1047})
"""WeChat's scanner opened us by a QR code or by a 小程序码; no other scene brings a code along."""
ALIPAY_LINK_GRACE_MS = 20_000
BAD_SCANS = Limit("scan", most=10, window_s=600)
BROWSER_KEPT = timedelta(days=90)
SUSPECT = ("机房", "境外")
"""Places of hosting networks and of networks abroad end so in the operator's table."""


@dataclass(frozen=True, slots=True)
class Scan:
    """What the mini-program reports. scanned_at_s: WeChat's `scancode_time`, seconds.

    source: `link` (the platform's own scanner opened us) or `scanner` (ours did).
    """

    text: str
    scene: int
    scanned_at_s: int | None
    source: Literal["link", "scanner"]


@dataclass(frozen=True, slots=True)
class Scanned:
    """What the confirm page shows: where the server saw the desk, and the choice of units."""

    challenge_id: str
    nonce: str
    role: Role
    desk: Place
    at_ms: int
    same_place: bool
    mandates: tuple[Mandate, ...]
    pair_code: str | None


async def scan(tools: Tools, phone: Session, seen: Scan, actor: Actor, *, now: datetime) -> Scanned:
    """Claim the challenge behind a scanned text, and say what would be approved.

    Refuses: NOT_FROM_CAMERA, NOT_OUR_QR, TOO_OFTEN, QR_EXPIRED, QR_TAKEN, ROLE_SWITCHED,
    RISK_BLOCKED, LEGAL_REP_UNKNOWN, CLERK_UNKNOWN, GRANT_EXPIRED, GRANT_SUSPENDED,
    GRANT_PAUSED, ACCOUNT_DISABLED. Source: 手册 2.1.2, 3.1.1, 第四章.
    """
    # Only a link tells by its scene, and its lateness, through whose scanner it came.
    opened_by = await platform_of(phone) if seen.source == "link" else None
    if not _from_camera(seen, opened_by):
        raise NOT_FROM_CAMERA.refuse()
    await asyncio.gather(
        tools.limiter.look(BAD_SCANS, phone.account_id),
        tools.limiter.spend(tools.scan_limit, phone.account_id),
    )
    frame = tools.frames.read(seen.text)
    if frame is None:
        await tools.limiter.spend(BAD_SCANS, phone.account_id)
        raise NOT_OUR_QR.refuse()
    async with on_record(tools, actor, Action.SCAN, frame.cid, now):
        person = await bound_person(phone)
    standing = await welcomed(tools, person, actor, now)
    nonce = secrets.token_urlsafe(16)
    claim = for_phone(
        await tools.challenges.scan(
            frame.cid,
            person.id,
            generation=frame.generation,
            step=frame.step,
            scanned_at_ms=seen.scanned_at_s * 1000 if seen.scanned_at_s else None,
            grace_ms=_grace_ms(seen, opened_by),
            nonce=nonce,
            scanner=mask_name(person.open(tools.vault).name),
        )
    )
    if claim is None:
        raise QR_EXPIRED.refuse()
    pair_code = await _judge(tools, frame.cid, person, claim, standing, actor, now)
    refusal = None if standing.of(claim.role) else standing.refusal(claim.role)
    await _record_scan(tools, frame.cid, actor, claim, standing, refusal, now)
    if refusal is not None:
        await tools.challenges.explain(frame.cid, person.id, refusal.entry.code)
        refusal.extra.update(challenge_id=frame.cid, nonce=nonce)
        raise refusal
    return Scanned(
        challenge_id=frame.cid,
        nonce=nonce,
        role=claim.role,
        desk=claim.place,
        at_ms=claim.issued_at_ms,
        same_place=_same_place(tools, claim, actor),
        mandates=standing.of(claim.role),
        pair_code=pair_code,
    )


def _from_camera(seen: Scan, opened_by: Platform | None) -> bool:
    if opened_by is None:
        return seen.scene not in NOT_A_CAMERA
    if opened_by is Platform.WECHAT:
        return seen.scene in CAMERA
    # Alipay does not document all of its scenes; what is known to be no camera is refused.
    return seen.scene not in NOT_A_CAMERA | CHAT_CARDS


def _grace_ms(seen: Scan, opened_by: Platform | None) -> int:
    # Alipay documents no time of scanning for links that open a mini-program (qr-login §5.5).
    timeless = opened_by is Platform.ALIPAY and seen.scanned_at_s is None
    return ALIPAY_LINK_GRACE_MS if timeless else 0


async def _record_scan(  # noqa: PLR0913
    tools: Tools,
    cid: str,
    actor: Actor,
    claim: Claim,
    standing: Standing,
    refusal: Refusal | None,
    now: datetime,
) -> None:
    hint = CLERK_MISMATCH.code if claim.role is Role.CLERK and standing.misnamed else ""
    async with tx():
        await audit.record(
            tools.vault,
            actor,
            Action.SCAN,
            cid,
            now=now,
            result=refusal.entry.code if refusal else "ok",
            detail={"role": claim.role.value, "hint": hint, "again": not claim.first},
        )
        if hint:
            await tell_of_mismatch(standing, now)


async def _judge(  # noqa: PLR0913
    tools: Tools,
    cid: str,
    person: Person,
    claim: Claim,
    standing: Standing,
    actor: Actor,
    now: datetime,
) -> str | None:
    signals = await _signals(tools, person, claim, standing, actor, now)
    step = step_for(score(signals))
    if step is Step.REFUSE:
        await tools.challenges.refuse(cid, "risk", RISK_BLOCKED.code)
        async with tx():
            await audit.record(
                tools.vault, actor, Action.LOGIN_REFUSED, cid, now=now, result=RISK_BLOCKED.code
            )
        raise RISK_BLOCKED.refuse()
    if step is Step.CONFIRM:
        return None
    digits = f"{secrets.randbelow(100):02d}"
    return for_phone(await tools.challenges.owe_pairing(cid, person.id, digits)) or None


async def _signals(
    tools: Tools, person: Person, claim: Claim, standing: Standing, actor: Actor, now: datetime
) -> Signals:
    known = claim.place.known_browser
    entered = standing.of(claim.role)
    phone_place = tools.locate(actor.ip)
    return Signals(
        role=claim.role,
        known_browser=bool(known)
        and await KnownBrowser.known(person.id, known, since=now - BROWSER_KEPT),
        same_address=claim.place.ip == actor.ip,
        desk_place=claim.place.name,
        phone_place=phone_place,
        hosting=claim.place.name.endswith(SUSPECT) or phone_place.endswith(SUSPECT),
        # Behind one address of a local network sits a whole office.
        scanners=0 if claim.place.name == LOCAL_NETWORK else claim.scanners,
        first_login_of_unit=bool(entered) and all(m.last_used_at is None for m in entered),
        hour=now.astimezone(SHANGHAI).hour,
    )


def _same_place(tools: Tools, claim: Claim, actor: Actor) -> bool:
    if claim.place.ip == actor.ip:
        return True
    return bool(claim.place.name) and claim.place.name == tools.locate(actor.ip)
