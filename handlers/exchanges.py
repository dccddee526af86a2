"""The exchange: an approved challenge becomes the desk's session, once (qr-login §5.2, §5.8)."""

import secrets
from dataclasses import replace
from datetime import datetime

import msgspec

from handlers.answers import for_desk
from handlers.approvals import Approved
from handlers.entries import CHOOSING_SPAN, DESK_SPAN, Entered, Opened, acting, entered
from handlers.mandates import Mandate, Standing, mark_used, standing_of
from handlers.people import require_active
from handlers.tools import Tools
from models import audit, outbox
from models.actor import Actor
from models.audit import Action
from models.database import tx
from models.errors.grant import GRANT_REVOKED
from models.errors.phone import CHALLENGE_UNKNOWN
from models.idempotency import Once, first_answer, keep_answer
from models.ids import new_id
from models.person import KnownBrowser, Person
from models.store.challenge import Place, digest
from models.store.session import Kind, Session, Stage
from models.vocabulary import Role


async def exchange(
    tools: Tools, actor: Actor, cid: str, bind: str, once: Once | None, *, now: datetime
) -> Entered:
    """Redeem an approved challenge for the desk's session. Works once per approval.

    Account and mandate are read again in the same transaction (qr-login T-REVOKE-GAP, T-LOCK).
    Refuses: CHALLENGE_UNKNOWN, QR_TAKEN the second time, QR_EXPIRED, LOGIN_DENIED, STATE_CHANGED
    before approval, ACCOUNT_DISABLED, GRANT_REVOKED, LEGAL_REP_UNKNOWN, CLERK_UNKNOWN.
    """
    async with tx():
        kept = await first_answer(tools.vault, once, now)
        if kept is not None:
            opened = msgspec.json.decode(kept, type=Opened)
            return Entered(opened, await _choices(tools, opened, now))
        redeemed = for_desk(await tools.challenges.exchange(cid, bind))
        if redeemed is None:
            raise CHALLENGE_UNKNOWN.refuse()
        approved = msgspec.json.decode(redeemed.approved, type=Approved)
        person = await Person.get(id=approved.person)
        require_active(person)
        standing = await standing_of(tools.vault, person, now)
        mandate = _still_standing(standing, approved)
        browser = await _know_browser(person, redeemed.place, now)
        opened = await _open(tools, person, approved.role, mandate, redeemed.place, browser)
        await _after_login(person, mandate, browser, cid, now)
        await audit.record(
            tools.vault,
            acting(actor, person, approved.role, mandate, opened.session_id),
            Action.LOGIN,
            cid,
            now=now,
        )
        await keep_answer(tools.vault, once, msgspec.json.encode(opened).decode())
    return Entered(opened, () if mandate else standing.of(approved.role))


def _still_standing(standing: Standing, approved: Approved) -> Mandate | None:
    mandates = standing.require(approved.role)
    if not approved.mandate:
        return None
    for mandate in mandates:
        if mandate.key == approved.mandate and mandate.revision == approved.revision:
            return mandate
    raise GRANT_REVOKED.refuse()


async def _choices(tools: Tools, opened: Opened, now: datetime) -> tuple[Mandate, ...]:
    found = (await tools.sessions.touch(opened.secret)).session
    if found is None or found.stage is Stage.UNIT:
        return ()
    person = await Person.get(id=found.person_id)
    return (await standing_of(tools.vault, person, now)).of(opened.role)


async def _open(
    tools: Tools,
    person: Person,
    role: Role,
    mandate: Mandate | None,
    place: Place,
    browser: str,
) -> Opened:
    secret = secrets.token_urlsafe(32)
    session = entered(
        tools,
        Session(
            id=new_id(),
            kind=Kind.DESK,
            stage=Stage.IDENTITY,
            person_id=person.id,
            person_revision=person.revision,
            role=role,
            unit_id="",
            mandate="",
            mandate_revision=0,
            epoch=1,
            place=replace(place, known_browser=digest(browser) if browser else place.known_browser),
            account_id="",
            view="",
        ),
        person,
        mandate,
    )
    await tools.sessions.open(secret, session, DESK_SPAN if mandate else CHOOSING_SPAN)
    return Opened(secret, session.id, session.stage, role, browser)


async def _know_browser(person: Person, place: Place, now: datetime) -> str:
    if place.known_browser:
        seen = await KnownBrowser.filter(
            person_id=person.id, secret_digest=place.known_browser
        ).update(seen_at=now)
        if seen:
            return ""
    secret = secrets.token_urlsafe(24)
    await KnownBrowser.create(
        id=new_id(), person_id=person.id, secret_digest=digest(secret), seen_at=now
    )
    return secret


async def _after_login(
    person: Person, mandate: Mandate | None, browser: str, cid: str, now: datetime
) -> None:
    await Person.filter(id=person.id).update(last_login_at=now)
    if mandate is not None:
        await mark_used(mandate, person, now)
    if browser and person.last_login_at is not None:
        await outbox.put(
            outbox.Topic.LOGIN_NEW_BROWSER,
            person.id,
            [person.id],
            {},
            dedupe_key=f"new_browser:{cid}",
            now=now,
        )
