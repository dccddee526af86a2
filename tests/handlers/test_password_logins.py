"""Logging in by password (手册 5.2.1): every message, verbatim, and to whom it is said."""

from datetime import timedelta

import pytest

from handlers.tools import Tools
from models.account import Account, AccountStatus
from models.audit import AuditEntry
from models.errors.entry import Entry, Refusal
from models.errors.login import (
    ACCOUNT_DISABLED,
    ACCOUNT_EMPTY,
    ACCOUNT_UNKNOWN,
    CREDENTIALS_WRONG,
    PASSWORD_EMPTY,
    PASSWORD_EXPIRED,
    PASSWORD_NOT_ENABLED,
    TOO_OFTEN,
)
from models.errors.scan import LEGAL_REP_UNKNOWN
from models.person import Person
from models.store.session import Proof, Stage
from models.unit import LegalRep, Unit
from models.vocabulary import PersonStatus, Role, UnitStatus
from server.demo.identifiers import credit_code
from server.demo.shapes import UnitKind
from server.hashing import Cost, Hashing
from tests.build import AREA, DAY, NOW, a_legal_rep, a_registered_rep, a_unit, tools_for
from tests.handlers.accounts import (
    OTHER_PASSWORD,
    PASSWORD,
    PHONE,
    a_held_account,
    come_in,
)


async def refused(tools: Tools, hasher: Hashing, account: str, password: str = PASSWORD) -> Refusal:
    with pytest.raises(Refusal) as caught:
        await come_in(tools, hasher, account, password)
    return caught.value


@pytest.mark.parametrize(
    ("account", "password", "entry", "prompt"),
    [
        ("", PASSWORD, ACCOUNT_EMPTY, "账号不能为空!"),
        ("  ", "", ACCOUNT_EMPTY, "账号不能为空!"),
        (PHONE, "", PASSWORD_EMPTY, "密码不能为空!"),
        ("nobody", PASSWORD, CREDENTIALS_WRONG, "用户名或密码错误!"),
    ],
)
async def test_what_is_missing_or_wrong_is_said_in_the_manuals_words(
    tools: Tools, hasher: Hashing, account: str, password: str, entry: Entry, prompt: str
) -> None:
    refusal = await refused(tools, hasher, account, password)

    assert (refusal.entry, refusal.title) == (entry, prompt)


async def test_a_unit_that_nobody_registered_is_sent_to_registration(
    tools: Tools, hasher: Hashing
) -> None:
    refusal = await refused(tools, hasher, credit_code(UnitKind.COMPANY, AREA, 9_999))

    assert refusal.entry is ACCOUNT_UNKNOWN
    assert refusal.title == "未查询到登录人信息,请注册!"
    assert next(action.rel for action in refusal.actions) == "register"


async def test_a_unit_without_a_password_is_sent_to_the_qr_as_5_2_1_5_means_it(
    tools: Tools, hasher: Hashing
) -> None:
    rep = await a_registered_rep()

    refusal = await refused(tools, hasher, rep.unit.uscc)

    assert refusal.entry is PASSWORD_NOT_ENABLED
    assert refusal.title == "根据统一社会信用代码发现,当前法人账号已经存在,可以直接扫码登录!"
    # D1: the manual's own explanation here is that of 5.2.1.4 and says the opposite.
    assert refusal.detail == "当前注册的法人已经存在,不需要再注册。"
    assert refusal.solutions == ["使用法人电子社保卡扫码登录。"]


@pytest.mark.parametrize("lower", [False, True])
async def test_the_units_code_and_the_password_enter_the_unit(
    tools: Tools, hasher: Hashing, lower: bool
) -> None:
    held = await a_held_account(hasher)
    await a_registered_rep(await a_unit("另一家"), held.person)
    name = held.unit.uscc.lower() if lower else f" {held.unit.uscc} "

    entered = await come_in(tools, hasher, name)

    session = (await tools.sessions.touch(entered.opened.secret)).session
    assert session is not None
    assert (session.stage, session.role, session.unit_id) == (
        Stage.UNIT,
        Role.LEGAL_REP,
        held.unit.id,
    )
    assert session.proof is Proof.PASSWORD
    assert entered.password_days_left is None


async def test_the_phone_of_a_rep_of_several_units_leads_to_the_choice(
    tools: Tools, hasher: Hashing
) -> None:
    held = await a_held_account(hasher)
    await a_registered_rep(await a_unit("另一家"), held.person)

    entered = await come_in(tools, hasher, PHONE)

    assert entered.opened.stage is Stage.IDENTITY
    assert len(entered.mandates) == 2


async def test_a_phone_that_two_accounts_share_names_neither(tools: Tools, hasher: Hashing) -> None:
    first, second = await a_held_account(hasher), await a_held_account(hasher)

    refusal = await refused(tools, hasher, PHONE)

    assert refusal.entry is CREDENTIALS_WRONG
    assert (await come_in(tools, hasher, first.unit.uscc)).opened.stage is Stage.UNIT
    assert (await come_in(tools, hasher, second.unit.uscc)).opened.stage is Stage.UNIT


async def test_the_legal_rep_before_the_present_one_cannot_come_in(
    tools: Tools, hasher: Hashing
) -> None:
    held = await a_held_account(hasher)
    await LegalRep.filter(id=held.legal_rep.id).update(live=False, ended_at=NOW)

    by_code = await refused(tools, hasher, held.unit.uscc)
    by_phone = await refused(tools, hasher, PHONE)

    assert (by_code.entry, by_phone.entry) == (ACCOUNT_UNKNOWN, LEGAL_REP_UNKNOWN)


async def test_a_closed_unit_is_unknown(tools: Tools, hasher: Hashing) -> None:
    held = await a_held_account(hasher)
    await Unit.filter(id=held.unit.id).update(status=UnitStatus.CLOSED)

    assert (await refused(tools, hasher, held.unit.uscc)).entry is ACCOUNT_UNKNOWN


async def test_a_sleeping_account_or_stopped_person_is_told_so_only_with_the_right_password(
    tools: Tools, hasher: Hashing
) -> None:
    held, other = await a_held_account(hasher), await a_held_account(hasher, phone=None)
    await Account.filter(id=held.account.id).update(status=AccountStatus.DORMANT)
    await Person.filter(id=other.person.id).update(status=PersonStatus.DISABLED)

    for each in (held, other):
        assert (await refused(tools, hasher, each.unit.uscc, "x")).entry is CREDENTIALS_WRONG
        assert (await refused(tools, hasher, each.unit.uscc)).entry is ACCOUNT_DISABLED


async def test_an_expired_password_opens_nothing_but_the_way_to_a_new_one(
    tools: Tools, hasher: Hashing
) -> None:
    held = await a_held_account(hasher, changed_at=NOW - 90 * DAY)

    refusal = await refused(tools, hasher, held.unit.uscc)

    assert refusal.entry is PASSWORD_EXPIRED
    assert len(str(refusal.extra["set_password"])) == 43
    assert await tools.sessions.of_person(held.person.id) == []


@pytest.mark.parametrize(("age", "left"), [(82, None), (83, 7), (89, 1)])
async def test_in_its_last_week_a_password_says_how_many_days_it_has(
    tools: Tools, hasher: Hashing, age: int, left: int | None
) -> None:
    held = await a_held_account(hasher, changed_at=NOW - timedelta(days=age))

    assert (await come_in(tools, hasher, held.unit.uscc)).password_days_left == left


async def test_a_hash_of_older_parameters_is_made_anew_at_the_next_login(
    tools: Tools, hasher: Hashing
) -> None:
    older = Hashing(Cost(passes=1, memory_kib=8))
    held = await a_held_account(older)
    older.close()

    await come_in(tools, hasher, held.unit.uscc)

    kept = await Account.get(id=held.account.id)
    assert not hasher.outdated(kept.password_hash)
    assert (kept.revision, kept.changed_at) == (held.account.revision, held.account.changed_at)
    assert await hasher.verify(kept.password_hash, PASSWORD)


async def test_an_address_and_a_browser_can_only_try_so_often(
    tools: Tools, hasher: Hashing
) -> None:
    few = tools_for(tools.limiter.store, password_tries="6")
    held = await a_held_account(hasher)

    answers = [(await refused(few, hasher, f"stranger-{n}")).entry for n in range(3)]

    assert answers == [CREDENTIALS_WRONG, CREDENTIALS_WRONG, TOO_OFTEN]
    assert (await refused(few, hasher, held.unit.uscc)).entry is TOO_OFTEN


async def test_every_attempt_is_in_the_audit_trail_without_a_personal_value(
    tools: Tools, hasher: Hashing
) -> None:
    held = await a_held_account(hasher)

    await refused(tools, hasher, PHONE, OTHER_PASSWORD)
    await come_in(tools, hasher, PHONE)

    bodies = [entry.body for entry in await AuditEntry.all().order_by("id")]
    assert ["login.failed" in bodies[0], "login.ok" in bodies[1]] == [True, True]
    assert all(PHONE not in body and PASSWORD not in body for body in bodies)
    assert held.account.id in bodies[0]


async def test_somebody_else_with_the_same_document_under_another_name_has_no_account(
    tools: Tools, hasher: Hashing
) -> None:
    held = await a_held_account(hasher)
    unit = await a_unit("错名公司")
    await a_legal_rep(unit, held.person, name="李四")

    assert (await refused(tools, hasher, unit.uscc)).entry is PASSWORD_NOT_ENABLED
