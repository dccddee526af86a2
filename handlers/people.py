"""Persons and their phones: signing a phone in, and binding the e-card identity to it."""

import secrets
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from handlers.ports import CardIdentity, ECard, PhonePlatform, PlatformAccountId
from handlers.refused import on_record
from handlers.tools import Tools
from models import audit
from models.actor import Actor
from models.audit import Action
from models.database import tx
from models.errors.login import ACCOUNT_DISABLED
from models.errors.phone import IDENTITY_NEEDED, IDENTITY_TAKEN
from models.errors.scan import ECARD_UNAVAILABLE
from models.identity import Identity, index_candidates, index_identity
from models.ids import new_id
from models.person import Person, PlatformAccount
from models.store.challenge import Place
from models.store.limit import neighbourhood
from models.store.session import Kind, Session, Span, Stage
from models.vocabulary import PersonStatus, Platform

PHONE_SPAN = Span(idle_ms=2 * 3600 * 1000, absolute_ms=12 * 3600 * 1000)


@dataclass(frozen=True, slots=True)
class PhoneSignedIn:
    """A phone's bearer token and whom it belongs to; person is None until an e-card was bound."""

    token: str
    session: Session
    person: Person | None


async def sign_in_phone(
    tools: Tools,
    platform: PhonePlatform,
    code: str,
    place: Place,
    *,
    now: datetime,
    trace_id: str = "",
) -> PhoneSignedIn:
    """Open a phone session for whoever the platform says is holding the phone.

    Refuses: TOO_OFTEN, PLATFORM_CODE_INVALID, PLATFORM_UNAVAILABLE, ACCOUNT_DISABLED.
    """
    await tools.limiter.spend(tools.sign_in_limit, neighbourhood(place.ip))
    account_id = await platform.sign_in(code)
    async with tx():
        account = await _account(account_id, now)
        person = await Person.get(id=account.person_id) if account.person_id else None
    if person is not None:
        who = Actor(person.id, ip=place.ip, browser=place.browser, trace_id=trace_id)
        async with on_record(tools, who, Action.LOGIN_REFUSED, account.id, now):
            require_active(person)
    token = secrets.token_urlsafe(32)
    session = Session(
        id=new_id(),
        kind=Kind.PHONE,
        stage=Stage.IDENTITY,
        person_id=person.id if person else "",
        person_revision=person.revision if person else 0,
        role=None,
        unit_id="",
        mandate="",
        mandate_revision=0,
        epoch=1,
        place=place,
        account_id=account.id,
        view="",
    )
    await tools.sessions.open(token, session, PHONE_SPAN)
    return PhoneSignedIn(token, session, person)


async def _account(found: PlatformAccountId, now: datetime) -> PlatformAccount:
    wanted: dict[str, Any] = {
        "platform": found.platform,
        "appid": found.appid,
        "kind": found.kind,
        "subject": found.subject,
    }
    known = await PlatformAccount.get_or_none(**wanted)
    if known is not None:
        if known.unreachable_at is not None:
            await PlatformAccount.filter(id=known.id).update(unreachable_at=None)
        return known
    row = PlatformAccount(id=new_id(), unionid=found.unionid, created_at=now, **wanted)
    await PlatformAccount.bulk_create([row], ignore_conflicts=True)
    return await PlatformAccount.get(**wanted)


async def bind_identity(  # noqa: PLR0913
    tools: Tools,
    ecard: ECard | None,
    phone: Session,
    token: str,
    actor: Actor,
    *,
    security: str | None,
    sign_no: str | None,
    now: datetime,
) -> Person:
    """Bind the e-card identity to the phone's account; from then on the phone speaks for a person.

    Refuses: ECARD_UNAVAILABLE, CARD_MISSING, CARD_ABNORMAL, ACCOUNT_DISABLED, IDENTITY_TAKEN when
    the account already carries somebody else's card; each is put on record.
    """
    if ecard is None:
        raise ECARD_UNAVAILABLE.refuse()
    async with on_record(tools, actor, Action.IDENTITY_BOUND, phone.account_id, now):
        person = await _bound(
            tools, await _card(ecard, security, sign_no), phone.account_id, actor, now
        )
    await tools.sessions.bind(token, person.id, person.revision)
    return person


async def _card(ecard: ECard, security: str | None, sign_no: str | None) -> CardIdentity:
    return await (ecard.by_inbound(security) if security else ecard.by_sign_no(sign_no or ""))


async def _bound(
    tools: Tools, identity: CardIdentity, account_id: str, actor: Actor, now: datetime
) -> Person:
    async with tx():
        person = await person_of_card(tools, identity, now)
        require_active(person)
        bound = await PlatformAccount.filter(id=account_id, person_id=None).update(
            person_id=person.id, bound_at=now
        )
        account = await PlatformAccount.get(id=account_id)
        if account.person_id != person.id:
            raise IDENTITY_TAKEN.refuse()
        # The card has vouched once more: what asks for a fresh identity counts from here.
        await PlatformAccount.filter(id=account.id).update(bound_at=now)
        if bound:
            await audit.record(
                tools.vault,
                actor,
                Action.IDENTITY_BOUND,
                account.id,
                now=now,
                detail={"person": person.id},
            )
    return person


async def person_of_card(tools: Tools, card: CardIdentity, now: datetime) -> Person:
    """The person behind a card, made on the first sight; a changed name is taken over.

    Must be called inside a transaction.
    """
    return await person_of_identity(tools, Identity(card.id_type, card.id_no, card.name), now)


async def person_of_identity(tools: Tools, identity: Identity, now: datetime) -> Person:
    """The person with this document, made on the first sight; a changed name is taken over.

    A phone in it is not: it is bound once the person has proved to hold it. Must be called inside a
    transaction.
    """
    identity = Identity(identity.id_type, identity.id_no, identity.name)
    index = index_identity(tools.vault, identity)
    found = index_candidates(tools.vault, identity)
    person = await Person.filter(id_type=identity.id_type, id_no_index__in=found.id_nos).first()
    if person is None:
        fresh = Person(**Person.sealed(tools.vault, new_id(), identity), created_at=now)
        await Person.bulk_create([fresh], ignore_conflicts=True)
        person = await Person.get(id_type=identity.id_type, id_no_index=index.id_no)
    if person.name_index not in found.names:
        columns = Person.sealed(tools.vault, person.id, identity)
        await Person.filter(id=person.id).update(
            name_sealed=columns["name_sealed"], name_index=index.name
        )
        person = await Person.get(id=person.id)
    return person


async def bound_person(phone: Session) -> Person:
    """The person who holds the phone. Refuses: IDENTITY_NEEDED, ACCOUNT_DISABLED."""
    if not phone.person_id:
        raise IDENTITY_NEEDED.refuse()
    person = await Person.by_id(phone.person_id)
    require_active(person)
    return person


def require_active(person: Person) -> None:
    """Refuses: ACCOUNT_DISABLED for a person who may not log in at all."""
    if person.status is not PersonStatus.ACTIVE:
        raise ACCOUNT_DISABLED.refuse()


async def platform_of(phone: Session) -> Platform:
    """Whose mini-program a phone's session was opened by."""
    return (await PlatformAccount.get(id=phone.account_id)).platform
