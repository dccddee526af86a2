"""Phones: signing in by the platform's word, and carrying somebody's e-card."""

import pytest

from handlers import people
from handlers.tools import Tools
from models.audit import Action
from models.errors.entry import Entry
from models.errors.login import ACCOUNT_DISABLED, TOO_OFTEN
from models.errors.phone import (
    IDENTITY_NEEDED,
    IDENTITY_TAKEN,
    PLATFORM_CODE_INVALID,
    PLATFORM_UNAVAILABLE,
)
from models.errors.scan import CARD_ABNORMAL, CARD_MISSING, ECARD_UNAVAILABLE
from models.person import Person, PlatformAccount
from models.store.session import Kind, Stage
from models.vocabulary import PersonStatus, Platform
from tests.build import (
    DESK,
    NOW,
    PhoneAccounts,
    Signed,
    a_card,
    a_granted_clerk,
    a_person,
    a_phone_session,
    an_account_id,
    an_actor,
    an_identity,
)
from tests.handlers.fakes import Cards, RefusingPlatform
from tests.handlers.traces import audited, chains_hold, refusal_of


async def bind(tools: Tools, cards: Cards | None, phone: Signed, key: str = "card") -> Person:
    """Bind the card behind a security text to a phone."""
    return await people.bind_identity(
        tools,
        cards,
        phone.session,
        phone.secret,
        an_actor(phone.session),
        security=key,
        sign_no=None,
        now=NOW,
    )


async def test_a_new_phone_gets_a_session_that_speaks_for_nobody(tools: Tools) -> None:
    entered = await people.sign_in_phone(tools, PhoneAccounts(), "code-1", DESK, now=NOW)

    account = await PlatformAccount.get()
    session = (await tools.sessions.touch(entered.token)).session
    assert session is not None
    assert entered.person is None
    assert (session.kind, session.stage, session.person_id) == (Kind.PHONE, Stage.IDENTITY, "")
    assert (account.id, account.created_at) == (session.account_id, NOW)


async def test_the_same_account_is_kept_once_and_another_kind_of_number_apart(
    tools: Tools,
) -> None:
    same = an_account_id("number")
    other = an_account_id("number", Platform.ALIPAY)
    door = PhoneAccounts({"a": same, "b": same, "c": other})

    for code in "abc":
        await people.sign_in_phone(tools, door, code, DESK, now=NOW)

    assert await PlatformAccount.all().count() == 2


async def test_a_bound_phone_speaks_for_its_person_at_once(tools: Tools) -> None:
    person = await a_person()

    phone = await a_phone_session(tools, person)

    assert (phone.session.person_id, phone.session.person_revision) == (person.id, 1)


async def test_the_phone_of_a_disabled_person_gets_no_session(tools: Tools) -> None:
    person = await a_person(status=PersonStatus.DISABLED)

    refused = await refusal_of(a_phone_session(tools, person))

    (entry,) = await audited(Action.LOGIN_REFUSED)
    assert refused.entry is ACCOUNT_DISABLED
    assert await tools.sessions.of_person(person.id) == []
    assert (entry["actor"], entry["result"]) == (person.id, ACCOUNT_DISABLED.code)


@pytest.mark.parametrize("entry", [PLATFORM_CODE_INVALID, PLATFORM_UNAVAILABLE])
async def test_what_the_platform_refuses_leaves_nothing_behind(tools: Tools, entry: Entry) -> None:
    platform = RefusingPlatform(entry)

    refused = await refusal_of(people.sign_in_phone(tools, platform, "x", DESK, now=NOW))

    assert refused.entry is entry
    assert await PlatformAccount.all().count() == 0


async def test_an_address_may_sign_in_only_so_often(tools: Tools) -> None:
    # All but two at once: a machine that is busy would take longer than the window over them.
    await tools.limiter.spend(tools.sign_in_limit, DESK.ip, tools.sign_in_limit.most - 2)
    for code in ("1", "2"):
        await people.sign_in_phone(tools, PhoneAccounts(), code, DESK, now=NOW)

    refused = await refusal_of(people.sign_in_phone(tools, PhoneAccounts(), "x", DESK, now=NOW))

    assert refused.entry is TOO_OFTEN
    assert 0 < (refused.retry_after_s or 0) <= tools.sign_in_limit.window_s


async def test_a_card_seen_for_the_first_time_makes_its_person_and_is_audited(
    tools: Tools,
) -> None:
    phone, identity = await a_phone_session(tools), an_identity("王五")

    person = await bind(tools, Cards({"card": a_card(identity)}), phone)

    session = (await tools.sessions.touch(phone.secret)).session
    account = await PlatformAccount.get(id=phone.session.account_id)
    (entry,) = await audited(Action.IDENTITY_BOUND)
    assert person.open(tools.vault) == identity
    assert (account.person_id, account.bound_at) == (person.id, NOW)
    assert session is not None
    assert session.person_id == person.id
    assert (entry["subject"], entry["detail"]) == (account.id, {"person": person.id})
    assert await chains_hold(tools)


async def test_a_card_bound_again_changes_nothing_and_is_audited_once(tools: Tools) -> None:
    phone, cards = await a_phone_session(tools), Cards({"card": a_card(an_identity())})

    first, second = await bind(tools, cards, phone), await bind(tools, cards, phone)

    assert first.id == second.id
    assert len(await audited()) == 1


async def test_one_person_may_carry_two_phones(tools: Tools) -> None:
    cards = Cards({"card": a_card(an_identity())})
    phones = [await a_phone_session(tools), await a_phone_session(tools)]

    found = {(await bind(tools, cards, phone)).id for phone in phones}

    assert len(found) == 1
    assert await Person.all().count() == 1


async def test_a_phone_that_carries_one_persons_card_refuses_anothers(tools: Tools) -> None:
    person = await a_person()
    phone, stranger = await a_phone_session(tools, person), an_identity("李四")

    refused = await refusal_of(bind(tools, Cards({"card": a_card(stranger)}), phone))

    account = await PlatformAccount.get(id=phone.session.account_id)
    assert refused.entry is IDENTITY_TAKEN
    assert account.person_id == person.id
    assert await Person.all().count() == 1
    (entry,) = await audited()
    assert (entry["action"], entry["result"]) == (
        Action.IDENTITY_BOUND.value,
        IDENTITY_TAKEN.code,
    )


async def test_a_name_that_changed_on_the_card_is_taken_over(tools: Tools) -> None:
    identity = an_identity("张三")
    person, phone = await a_person(identity), await a_phone_session(tools)

    bound = await bind(tools, Cards({"card": a_card(identity, name="张山")}), phone)

    row = await Person.get(id=person.id)
    assert bound.id == person.id
    assert row.open(tools.vault).name == "张山"


async def test_a_clerk_whose_name_changed_no_longer_fits_the_grant(tools: Tools) -> None:
    clerk, phone = await a_granted_clerk(), await a_phone_session(tools)
    card = a_card(clerk.person.open(tools.vault), name="张山")

    person = await bind(tools, Cards({"card": card}), phone)

    assert person.name_index != clerk.grant.name_index


async def test_a_disabled_person_cannot_bind_and_the_account_stays_free(tools: Tools) -> None:
    identity = an_identity()
    await a_person(identity, status=PersonStatus.DISABLED)
    phone = await a_phone_session(tools)

    refused = await refusal_of(bind(tools, Cards({"card": a_card(identity)}), phone))

    account = await PlatformAccount.get(id=phone.session.account_id)
    assert refused.entry is ACCOUNT_DISABLED
    assert account.person_id is None


@pytest.mark.parametrize("entry", [CARD_ABNORMAL, CARD_MISSING, ECARD_UNAVAILABLE])
async def test_what_the_e_card_platform_refuses_binds_nobody(tools: Tools, entry: Entry) -> None:
    phone = await a_phone_session(tools)

    refused = await refusal_of(bind(tools, Cards(broken=entry), phone))

    (put,) = await audited(Action.IDENTITY_BOUND)
    assert refused.entry is entry
    assert await Person.all().count() == 0
    assert (put["subject"], put["result"]) == (phone.session.account_id, entry.code)


async def test_without_an_e_card_platform_nobody_can_bind(tools: Tools) -> None:
    phone = await a_phone_session(tools)

    assert (await refusal_of(bind(tools, None, phone))).entry is ECARD_UNAVAILABLE


async def test_a_sign_number_binds_as_an_inbound_text_does(tools: Tools) -> None:
    phone, identity = await a_phone_session(tools), an_identity()

    person = await people.bind_identity(
        tools,
        Cards({"S2399000001": a_card(identity)}),
        phone.session,
        phone.secret,
        an_actor(phone.session),
        security=None,
        sign_no="S2399000001",
        now=NOW,
    )

    assert person.open(tools.vault).id_no == identity.id_no


async def test_a_phone_without_a_card_has_no_person(tools: Tools) -> None:
    phone = await a_phone_session(tools)

    assert (await refusal_of(people.bound_person(phone.session))).entry is IDENTITY_NEEDED


async def test_the_platform_of_a_phone_is_that_of_its_account(tools: Tools) -> None:
    phone = await a_phone_session(tools, platform=Platform.ALIPAY)

    assert await people.platform_of(phone.session) is Platform.ALIPAY
