"""Passwords set anew: by code to the bound phone or mailbox, by one-time link, after a scan."""

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest

from handlers import account_duties, one_time_codes, passwords, resets
from handlers.one_time_codes import Issued, Letter, Way
from handlers.tools import Tools
from models.account import Account, AccountStatus, OneTimeCode
from models.errors.account import PHONE_MISSING
from models.errors.entry import Entry, Refusal
from models.errors.grant import STEP_UP_NEEDED
from models.errors.login import (
    ACCOUNT_LOCKED,
    CREDENTIALS_WRONG,
    OTP_WRONG,
    PASSWORD_WEAK,
    TOO_OFTEN,
)
from models.outbox import OutboxEvent, Topic
from models.person import Person
from models.unit import LegalRep
from models.vocabulary import Role
from server.hashing import Hashing
from tests.build import DAY, NOW, a_desk_session, a_registered_rep, an_actor, vault
from tests.handlers.accounts import (
    ACTOR,
    MAILBOX,
    OTHER_PASSWORD,
    PASSWORD,
    PHONE,
    a_held_account,
    come_in,
)


def digits_of(letter: Letter | None) -> str:
    assert letter is not None
    return "".join(each for each in letter.text if each.isdigit())[:6]


def token_of(letter: Letter) -> str:
    return letter.text.rpartition("#")[2]


async def ask(tools: Tools, name: str, way: Way = "phone") -> Issued:
    return await one_time_codes.issue_reset(tools, ACTOR, name, way, now=NOW)


async def reset(
    tools: Tools,
    hasher: Hashing,
    issued: Issued,
    *,
    code: str | None = None,
    password: str = OTHER_PASSWORD,
    after: timedelta = timedelta(0),
) -> None:
    await resets.reset_by_code(
        tools,
        hasher,
        ACTOR,
        request_id=issued.request_id,
        code=code or digits_of(issued.letter),
        password=password,
        now=NOW + after,
    )


async def refused(work: object) -> Entry:
    with pytest.raises(Refusal) as caught:
        await work  # type: ignore[misc]
    return caught.value.entry


@pytest.mark.parametrize(("way", "address"), [("phone", PHONE), ("email", MAILBOX)])
async def test_a_code_to_the_bound_phone_or_mailbox_sets_a_new_password(
    tools: Tools, hasher: Hashing, way: Way, address: str
) -> None:
    held = await a_held_account(hasher)
    desk = await a_desk_session(tools, held.person, Role.LEGAL_REP, held.unit)

    issued = await ask(tools, held.unit.uscc, way)
    await reset(tools, hasher, issued)

    assert issued.letter is not None
    assert (issued.letter.way, issued.letter.address) == (way, address)
    assert await refused(come_in(tools, hasher, held.unit.uscc)) is CREDENTIALS_WRONG
    assert (await come_in(tools, hasher, held.unit.uscc, OTHER_PASSWORD)).opened.secret
    assert (await tools.sessions.touch(desk.secret)).session is None
    assert await OutboxEvent.filter(topic=Topic.ACCOUNT_PASSWORD_RESET).count() == 1


async def test_a_reset_unlocks(tools: Tools, hasher: Hashing) -> None:
    held = await a_held_account(hasher)
    for _ in range(5):
        await refused(come_in(tools, hasher, held.unit.uscc, "wrong"))
    assert await refused(come_in(tools, hasher, held.unit.uscc)) is ACCOUNT_LOCKED

    await reset(tools, hasher, await ask(tools, PHONE))

    assert (await come_in(tools, hasher, PHONE, OTHER_PASSWORD)).opened.secret


async def test_a_code_works_once_and_not_after_ten_minutes(tools: Tools, hasher: Hashing) -> None:
    await a_held_account(hasher)
    first, second = await ask(tools, PHONE), await ask(tools, PHONE)

    late = await refused(reset(tools, hasher, second, after=timedelta(minutes=10)))
    await reset(tools, hasher, first)
    again = await refused(reset(tools, hasher, first, password="Another-Horse-3"))

    assert (late, again) == (OTP_WRONG, OTP_WRONG)


async def test_two_who_send_the_same_code_at_once_set_one_password(
    tools: Tools, hasher: Hashing
) -> None:
    held = await a_held_account(hasher)
    issued = await ask(tools, PHONE)
    chosen = ["First-Horse-3", "Second-Horse-4"]

    answers = await asyncio.gather(
        *(reset(tools, hasher, issued, password=each) for each in chosen), return_exceptions=True
    )

    won = [each for each, answer in zip(chosen, answers, strict=True) if answer is None]
    assert len(won) == 1
    assert (await come_in(tools, hasher, held.unit.uscc, won[0])).opened.secret


async def test_after_five_wrong_tries_the_right_code_is_wrong_too(
    tools: Tools, hasher: Hashing
) -> None:
    await a_held_account(hasher)
    issued = await ask(tools, PHONE)
    right = digits_of(issued.letter)
    wrong = f"{(int(right) + 1) % 10**6:06d}"

    for _ in range(5):
        assert await refused(reset(tools, hasher, issued, code=wrong)) is OTP_WRONG

    assert await refused(reset(tools, hasher, issued, code=right)) is OTP_WRONG


async def test_for_a_stranger_the_answer_is_the_same_and_no_code_is_right(
    tools: Tools, hasher: Hashing
) -> None:
    await a_registered_rep()
    issued = await ask(tools, "13700002399")
    row = await OneTimeCode.get(id=issued.request_id)

    assert issued.letter is None
    assert issued.expires_at == NOW + timedelta(minutes=10)
    assert row.person_id is None
    assert await refused(reset(tools, hasher, issued, code="000000")) is OTP_WRONG


async def test_five_codes_an_hour_for_an_account_or_for_a_stranger(
    tools: Tools, hasher: Hashing
) -> None:
    held = await a_held_account(hasher)
    for name in (held.unit.uscc, "13700002399", "nobody"):
        for _ in range(5):
            await ask(tools, name)
        assert await refused(ask(tools, name)) is TOO_OFTEN


@pytest.mark.parametrize(
    ("password", "fault"),
    [
        ("Short-1a", "至少10位"),
        ("onlylettersandnothing", "大写字母、小写字母、数字、符号四类中至少用三类"),
        (f"Horse-{PHONE}", "不能包含账号、手机号或证件号码"),
        (PASSWORD, "不能与最近5次用过的密码相同"),
    ],
)
async def test_a_weak_password_is_refused_by_name_and_the_code_stays_good(
    tools: Tools, hasher: Hashing, password: str, fault: str
) -> None:
    await a_held_account(hasher)
    issued = await ask(tools, PHONE)

    with pytest.raises(Refusal) as caught:
        await reset(tools, hasher, issued, password=password)

    assert caught.value.entry is PASSWORD_WEAK
    assert fault in [error.detail for error in caught.value.errors]
    await reset(tools, hasher, issued)


async def test_neither_the_units_code_nor_the_document_number_may_be_in_it(
    tools: Tools, hasher: Hashing
) -> None:
    held = await a_held_account(hasher)
    number = held.person.open(vault()).id_no

    for password in (f"Aa-{held.unit.uscc}", f"Aa-{number.lower()}"):
        work = passwords.fit(tools, hasher, held.person, password)
        assert await refused(work) is PASSWORD_WEAK


async def test_none_of_the_last_five_passwords_may_come_back_but_the_sixth_may(
    tools: Tools, hasher: Hashing
) -> None:
    held = await a_held_account(hasher)
    used = [PASSWORD, *(f"Number-{n}-horse" for n in range(2, 7))]
    tools = replace(tools, code_limit=replace(tools.code_limit, most=1000))
    for password in used[1:]:
        letter = await _invited(tools, held.unit.id)
        await _set_by(tools, hasher, letter, password)

    letter = await _invited(tools, held.unit.id)
    for password in used[1:]:
        assert await refused(_set_by(tools, hasher, letter, password)) is PASSWORD_WEAK
    await _set_by(tools, hasher, letter, PASSWORD)


async def _invited(tools: Tools, unit_id: str) -> Letter:
    rep = await LegalRep.get(unit_id=unit_id)
    columns = Person.sealed_phone(vault(), "", None)
    sealed = vault().seal(PHONE, aad=f"legal_reps.phone.{rep.id}")
    await LegalRep.filter(id=rep.id).update(**columns | {"phone_sealed": sealed})
    return await resets.invite(tools, ACTOR, unit_id, now=NOW)


async def _set_by(
    tools: Tools, hasher: Hashing, letter: Letter, password: str, after: timedelta = timedelta(0)
) -> None:
    await resets.reset_by_link(
        tools, hasher, ACTOR, token=token_of(letter), password=password, now=NOW + after
    )


async def test_a_one_time_link_sets_the_first_password_and_binds_the_phone(
    tools: Tools, hasher: Hashing
) -> None:
    rep = await a_registered_rep()
    letter = await _invited(tools, rep.unit.id)

    await _set_by(tools, hasher, letter, PASSWORD)

    assert letter.address == PHONE
    assert letter.text.partition("#")[0].endswith("https://sb.example.cn/login/reset")
    assert (await come_in(tools, hasher, PHONE)).opened.secret
    assert await refused(_set_by(tools, hasher, letter, OTHER_PASSWORD)) is OTP_WRONG


async def test_a_link_is_void_after_a_day_or_once_there_is_another(
    tools: Tools, hasher: Hashing
) -> None:
    rep = await a_registered_rep()
    older, newer = await _invited(tools, rep.unit.id), await _invited(tools, rep.unit.id)

    assert await refused(_set_by(tools, hasher, older, PASSWORD)) is OTP_WRONG
    assert await refused(_set_by(tools, hasher, newer, PASSWORD, DAY)) is OTP_WRONG


async def test_without_a_registered_phone_nobody_is_invited(tools: Tools) -> None:
    rep = await a_registered_rep()

    assert await refused(resets.invite(tools, ACTOR, rep.unit.id, now=NOW)) is PHONE_MISSING


async def test_the_token_of_an_expired_password_sets_another(tools: Tools, hasher: Hashing) -> None:
    held = await a_held_account(hasher, changed_at=NOW - 90 * DAY)
    with pytest.raises(Refusal) as expired:
        await come_in(tools, hasher, PHONE)
    token = str(expired.value.extra["set_password"])

    await resets.reset_by_link(tools, hasher, ACTOR, token=token, password=OTHER_PASSWORD, now=NOW)

    assert (await come_in(tools, hasher, held.unit.uscc, OTHER_PASSWORD)).opened.secret


async def test_after_a_scan_the_first_password_needs_no_old_one(
    tools: Tools, hasher: Hashing
) -> None:
    rep = await a_registered_rep()
    desk = await a_desk_session(tools, rep.person, Role.LEGAL_REP, rep.unit)

    await passwords.set_own(
        tools, hasher, desk.session, an_actor(desk.session), password=PASSWORD, old=None, now=NOW
    )

    assert (await come_in(tools, hasher, rep.unit.uscc)).opened.secret
    assert (await tools.sessions.touch(desk.secret)).session is None


async def test_a_session_by_password_or_an_old_scan_needs_the_old_password(
    tools: Tools, hasher: Hashing
) -> None:
    held = await a_held_account(hasher)
    entered = await come_in(tools, hasher, PHONE)
    by_password = (await tools.sessions.touch(entered.opened.secret)).session
    scanned = await a_desk_session(tools, held.person, Role.LEGAL_REP, held.unit)
    assert by_password is not None
    later = NOW + timedelta(minutes=31)

    async def change(session: object, old: str | None) -> None:
        await passwords.set_own(
            tools,
            hasher,
            session,  # type: ignore[arg-type]
            ACTOR,
            password=OTHER_PASSWORD,
            old=old,
            now=later,
        )

    assert await refused(change(by_password, None)) is STEP_UP_NEEDED
    assert await refused(change(scanned.session, None)) is STEP_UP_NEEDED
    assert await refused(change(by_password, "Wrong-Horse-1")) is CREDENTIALS_WRONG
    await change(by_password, PASSWORD)
    assert (await come_in(tools, hasher, PHONE, OTHER_PASSWORD)).opened.secret


async def test_the_clock_warns_once_a_password_and_puts_unused_accounts_to_sleep(
    tools: Tools, hasher: Hashing
) -> None:
    held = await a_held_account(hasher, changed_at=NOW - 83 * DAY)
    await a_held_account(hasher, changed_at=NOW - 82 * DAY, phone=None)

    warned = [await account_duties.warn_of_expiry(now=NOW) for _ in range(2)]
    asleep = [
        await account_duties.put_to_sleep(now=held.account.changed_at + timedelta(days=days))
        for days in (180, 181)
    ]

    assert (warned, asleep) == ([1, 0], [0, 1])
    assert (await Account.get(id=held.account.id)).status is AccountStatus.DORMANT
