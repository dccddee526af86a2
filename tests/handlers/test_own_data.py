"""Rights over one's own data: consent, contacts, export, closing (个人信息保护法 44-50条)."""

import asyncio
import io
import json
import zipfile
from datetime import timedelta

import pytest

from handlers import closings, consents, contacts, exports, own_data, people
from handlers.one_time_codes import Way
from handlers.tools import Tools
from models.account import Account
from models.database import tx
from models.errors.entry import Entry, Refusal
from models.errors.filing import STATE_CHANGED
from models.errors.login import OTP_WRONG
from models.errors.privacy import CONSENT_MISSING, EXPORT_PREPARING, FILINGS_OPEN
from models.errors.system import INPUT_WRONG, NOT_FOUND
from models.filing import Filing
from models.ids import new_id
from models.notice import VERSION
from models.outbox import OutboxEvent
from models.person import KnownBrowser, Person, PlatformAccount
from models.privacy import Closure, ClosureStatus, Consent, DataExport
from models.unit import LegalRep, Unit
from models.vocabulary import FilingStatus, PersonStatus, Role
from server.hashing import Hashing
from tests.build import (
    DAY,
    NOW,
    Signed,
    a_card,
    a_desk_session,
    a_person,
    a_phone_session,
    a_registered_rep,
    an_actor,
    an_identity,
    vault,
)
from tests.handlers.accounts import MAILBOX, PHONE, Held, a_held_account
from tests.handlers.test_resets import digits_of


async def refused(work: object) -> Entry:
    with pytest.raises(Refusal) as caught:
        await work  # type: ignore[misc]
    return caught.value.entry


async def at_desk(tools: Tools, held: Held) -> Signed:
    return await a_desk_session(tools, held.person, Role.LEGAL_REP, held.unit)


async def agree(tools: Tools, desk: Signed) -> None:
    await consents.give(tools, desk.session, an_actor(desk.session), VERSION, now=NOW)


async def rebind(tools: Tools, desk: Signed, way: Way, address: str) -> None:
    actor = an_actor(desk.session)
    issued = await contacts.ask(tools, desk.session, actor, way, address, now=NOW)
    code = digits_of(issued.letter)
    await contacts.bind(tools, desk.session, actor, issued.request_id, code, now=NOW)


async def test_consent_is_recorded_with_version_time_and_way_once(
    tools: Tools, hasher: Hashing
) -> None:
    desk = await at_desk(tools, await a_held_account(hasher))

    await asyncio.gather(agree(tools, desk), agree(tools, desk))

    (row,) = await Consent.all()
    assert (row.version, row.kind, row.given_at, row.withdrawn_at) == (VERSION, "desk", NOW, None)


async def test_another_version_than_the_one_in_force_cannot_be_agreed_to(
    tools: Tools, hasher: Hashing
) -> None:
    desk = await at_desk(tools, await a_held_account(hasher))

    asked = consents.give(tools, desk.session, an_actor(desk.session), "2020-01", now=NOW)

    assert await refused(asked) is STATE_CHANGED


async def test_without_consent_no_phone_and_no_mailbox_is_bound(
    tools: Tools, hasher: Hashing
) -> None:
    desk = await at_desk(tools, await a_held_account(hasher))

    assert await refused(rebind(tools, desk, "phone", "13800002399")) is CONSENT_MISSING


@pytest.mark.parametrize(
    ("way", "address"), [("phone", "13800002399"), ("email", "new@zhangban.example.cn")]
)
async def test_whoever_holds_the_new_phone_or_mailbox_binds_it(
    tools: Tools, hasher: Hashing, way: Way, address: str
) -> None:
    held = await a_held_account(hasher)
    desk = await at_desk(tools, held)
    await agree(tools, desk)

    await rebind(tools, desk, way, address)

    found = await own_data.profile(tools, held.person.id)
    before = {"phone": PHONE, "email": MAILBOX}
    assert {"phone": found.identity.phone, "email": found.email} == before | {way: address}


@pytest.mark.parametrize(
    ("way", "address"),
    [
        ("phone", "123"),
        ("phone", "13800002399 "),
        ("email", "nobody"),
        ("email", "a@b"),
        ("email", "a@example.cn\r\nBcc: b@example.cn"),
        ("email", '"a b"@example.cn'),
    ],
)
async def test_what_is_no_phone_or_mailbox_is_refused(
    tools: Tools, hasher: Hashing, way: Way, address: str
) -> None:
    desk = await at_desk(tools, await a_held_account(hasher))
    await agree(tools, desk)

    assert await refused(rebind(tools, desk, way, address)) is INPUT_WRONG


async def test_somebody_elses_request_binds_nothing(tools: Tools, hasher: Hashing) -> None:
    one = await at_desk(tools, await a_held_account(hasher))
    other = await at_desk(tools, await a_held_account(hasher, phone=None))
    for desk in (one, other):
        await agree(tools, desk)
    issued = await contacts.ask(
        tools, one.session, an_actor(one.session), "phone", "13800002399", now=NOW
    )

    stolen = contacts.bind(
        tools,
        other.session,
        an_actor(other.session),
        issued.request_id,
        digits_of(issued.letter),
        now=NOW,
    )

    assert await refused(stolen) is OTP_WRONG


async def test_taking_consent_back_deletes_what_stood_on_it(tools: Tools, hasher: Hashing) -> None:
    held = await a_held_account(hasher)
    desk = await at_desk(tools, held)
    await agree(tools, desk)

    for _ in range(2):
        await consents.withdraw(tools, desk.session, an_actor(desk.session), now=NOW + DAY)

    found = await own_data.profile(tools, held.person.id)
    assert (found.identity.phone, found.email, found.consent) == (None, None, None)
    assert (await Consent.all())[0].withdrawn_at == NOW + DAY
    await agree(tools, desk)
    assert await consents.current(held.person.id) is not None


async def test_an_export_is_made_in_the_background_and_fetched_once(
    tools: Tools, hasher: Hashing
) -> None:
    held = await a_held_account(hasher)
    desk = await at_desk(tools, held)
    actor = an_actor(desk.session)
    first = await exports.ask(tools, desk.session, actor, now=NOW)
    early = await refused(exports.take(tools, desk.session, actor, now=NOW))
    again = await exports.ask(tools, desk.session, actor, now=NOW)

    made = await asyncio.gather(*(exports.make_due(tools, now=NOW) for _ in range(3)))
    (kept,) = await DataExport.all()
    archive = await exports.take(tools, desk.session, actor, now=NOW)

    assert (early, again.id, sum(made)) == (EXPORT_PREPARING, first.id, 1)
    with zipfile.ZipFile(io.BytesIO(archive)) as opened:
        told = json.loads(opened.read("个人信息.json"))
    identity = held.person.open(vault())
    assert told["本人信息"]["证件号码"] == identity.id_no
    assert told["本人信息"]["手机号码"] == PHONE
    assert told["担任法人的单位"][0]["单位"] == held.unit.name
    assert kept.archive_sealed is not None
    assert identity.id_no.encode() not in bytes(kept.archive_sealed)
    assert await refused(exports.take(tools, desk.session, actor, now=NOW)) is NOT_FOUND
    assert (await DataExport.get(id=kept.id)).archive_sealed is None


async def test_an_export_that_nobody_fetches_is_gone_after_a_week(
    tools: Tools, hasher: Hashing
) -> None:
    desk = await at_desk(tools, await a_held_account(hasher))
    actor = an_actor(desk.session)
    await exports.ask(tools, desk.session, actor, now=NOW)
    await exports.make_due(tools, now=NOW)

    assert await refused(exports.take(tools, desk.session, actor, now=NOW + 7 * DAY)) is NOT_FOUND
    await exports.make_due(tools, now=NOW + 7 * DAY)
    assert (await DataExport.all())[0].archive_sealed is None


async def test_two_windows_fetch_one_export(tools: Tools, hasher: Hashing) -> None:
    desk = await at_desk(tools, await a_held_account(hasher))
    actor = an_actor(desk.session)
    await exports.ask(tools, desk.session, actor, now=NOW)
    await exports.make_due(tools, now=NOW)

    answers = await asyncio.gather(
        *(exports.take(tools, desk.session, actor, now=NOW) for _ in range(5)),
        return_exceptions=True,
    )

    assert sum(isinstance(each, bytes) for each in answers) == 1


async def ask_closing(tools: Tools, desk: Signed) -> Closure:
    return await closings.ask(tools, desk.session, an_actor(desk.session), now=NOW)


async def a_filing(unit: Unit, status: FilingStatus, person: Person | None = None) -> Filing:
    return await Filing.create(
        id=new_id(),
        unit=unit,
        item="employee_add",
        external_no=new_id(),
        status=status,
        status_at=NOW,
        submitted_by=person,
        created_at=NOW,
    )


async def test_after_fifteen_days_nothing_personal_is_left(tools: Tools, hasher: Hashing) -> None:
    held = await a_held_account(hasher)
    desk = await at_desk(tools, held)
    await a_phone_session(tools, held.person)
    identity = held.person.open(vault())

    asked = await asyncio.gather(ask_closing(tools, desk), ask_closing(tools, desk))
    early = await closings.close_due(tools, now=NOW + timedelta(days=14, hours=23))
    closed = await asyncio.gather(
        *(closings.close_due(tools, now=NOW + 15 * DAY) for _ in range(2))
    )

    person = await Person.get(id=held.person.id)
    kept = person.open(vault())
    assert asked[0].id == asked[1].id
    assert (early, sum(closed)) == (0, 1)
    assert (kept.name, kept.phone, person.email_sealed) == ("已注销", None, None)
    assert identity.id_no not in kept.id_no
    assert person.status is PersonStatus.CLOSED
    assert not await Account.exists()
    assert not await KnownBrowser.exists()
    assert not await PlatformAccount.filter(person_id=person.id).exists()
    assert (await LegalRep.get(id=held.legal_rep.id)).person_id is None
    assert (await tools.sessions.touch(desk.secret)).session is None


async def test_the_same_card_is_somebody_new_afterwards(tools: Tools, hasher: Hashing) -> None:
    held = await a_held_account(hasher)
    identity = held.person.open(vault())
    await ask_closing(tools, await at_desk(tools, held))
    await closings.close_due(tools, now=NOW + 15 * DAY)

    async with tx():
        person = await people.person_of_card(tools, a_card(identity), NOW + 16 * DAY)

    assert person.id != held.person.id
    assert person.open(vault()).id_no == identity.id_no


async def test_within_the_fifteen_days_it_can_be_taken_back(tools: Tools, hasher: Hashing) -> None:
    desk = await at_desk(tools, await a_held_account(hasher))
    await ask_closing(tools, desk)
    actor = an_actor(desk.session)

    await closings.cancel(tools, desk.session, actor, now=NOW + DAY)
    again = await refused(closings.cancel(tools, desk.session, actor, now=NOW + DAY))

    assert again is STATE_CHANGED
    assert await closings.close_due(tools, now=NOW + 20 * DAY) == 0
    assert (await ask_closing(tools, desk)).status is ClosureStatus.COOLING
    topics = [e.topic.value for e in await OutboxEvent.filter(topic="account.closing")]
    assert topics == ["account.closing"] * 2


@pytest.mark.parametrize("status", FilingStatus)
async def test_open_filings_keep_the_account_and_finished_ones_do_not(
    tools: Tools, hasher: Hashing, status: FilingStatus
) -> None:
    held = await a_held_account(hasher)
    desk = await at_desk(tools, held)
    await a_filing(held.unit, status)

    if status in closings.OVER:
        assert (await ask_closing(tools, desk)).status is ClosureStatus.COOLING
    else:
        assert await refused(ask_closing(tools, desk)) is FILINGS_OPEN


async def test_a_filing_begun_while_cooling_off_holds_the_closing_up(
    tools: Tools, hasher: Hashing
) -> None:
    held = await a_held_account(hasher)
    await ask_closing(tools, await at_desk(tools, held))
    filing = await a_filing((await a_registered_rep()).unit, FilingStatus.SUBMITTED, held.person)

    held_up = await closings.close_due(tools, now=NOW + 15 * DAY)
    await Filing.filter(id=filing.id).update(status=FilingStatus.COMPLETED)

    assert (held_up, await closings.close_due(tools, now=NOW + 16 * DAY)) == (0, 1)


async def test_the_profile_of_a_person_without_anything_is_complete(tools: Tools) -> None:
    person = await a_person(an_identity("赵六"))

    found = await own_data.profile(tools, person.id)

    assert (found.identity.name, found.account, found.export, found.closure) == (
        "赵六",
        None,
        None,
        None,
    )
