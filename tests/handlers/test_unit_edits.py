"""修改资料: what the legal representative changes at once, once, and as it was seen."""

import asyncio
from collections.abc import Mapping

import pytest

from handlers.tools import Tools
from handlers.unit_edits import Edited, edit
from handlers.unit_info import contact_values, read
from handlers.unit_sync import take_in
from models.actor import Actor
from models.audit import AuditEntry
from models.errors.entry import Entry, Refusal
from models.errors.filing import STATE_CHANGED
from models.errors.system import INPUT_WRONG, NOT_FOUND, REPEATED
from models.errors.unit import REVIEW_NEEDED
from models.idempotency import Once
from models.unit import Contact, Unit
from models.vocabulary import Role, UnitStatus
from tests.build import (
    NOW,
    a_desk_session,
    a_granted_clerk,
    a_registered_rep,
    a_unit,
    an_actor,
)
from tests.certificates import owed_of
from tests.handlers.registering import a_key
from tests.handlers.test_unit_sync import SYSTEM, sent
from tests.registered import Rep

PHONE, OTHER_PHONE = "13800138000", "0451-87654321"
CONTACT = {"contact_name": "李四", "contact_phone": PHONE, "postal_address": "测试路2号"}


def the_rep(rep: Rep) -> Actor:
    return Actor(person_id=rep.person.id, role=Role.LEGAL_REP, unit_id=rep.unit.id)


async def change(
    tools: Tools, rep: Rep, wanted: Mapping[str, str], revision: int = 1, once: Once | None = None
) -> Edited:
    return await edit(tools, the_rep(rep), wanted, once, revision=revision, now=NOW)


async def refused(
    tools: Tools, rep: Rep, wanted: Mapping[str, str], revision: int = 1, once: Once | None = None
) -> Refusal:
    with pytest.raises(Refusal) as caught:
        await change(tools, rep, wanted, revision, once)
    return caught.value


async def test_all_three_are_changed_sealed_and_told(tools: Tools) -> None:
    rep = await a_registered_rep()

    edited = await change(tools, rep, CONTACT)

    row = await Contact.get(unit_id=rep.unit.id)
    assert edited == Edited(2, tuple(CONTACT))
    assert await contact_values(tools.vault, rep.unit.id) == CONTACT
    assert PHONE.encode() not in (row.phone_sealed or b"")
    assert "李四".encode() not in (row.name_sealed or b"")
    (told,) = await owed_of("unit.")
    assert told[0] == "unit.info_changed"
    assert told[2] == [f"unit_legal_rep:{rep.unit.id}"]


async def test_the_trail_names_fields_and_never_values(tools: Tools) -> None:
    rep = await a_registered_rep()
    await change(tools, rep, CONTACT)

    entry = await AuditEntry.get(body__contains="unit.change")

    assert "contact_name,contact_phone,postal_address" in entry.body
    assert not [value for value in CONTACT.values() if value in entry.body]


@pytest.mark.parametrize("name", CONTACT)
async def test_one_field_leaves_the_others_alone(tools: Tools, name: str) -> None:
    rep = await a_registered_rep()
    await change(tools, rep, CONTACT)
    other = {"contact_name": "王五", "contact_phone": OTHER_PHONE, "postal_address": "测试路3号"}

    edited = await change(tools, rep, {name: other[name]}, 2)

    assert edited.changed == (name,)
    assert await contact_values(tools.vault, rep.unit.id) == CONTACT | {name: other[name]}


async def test_what_is_so_already_is_no_change(tools: Tools) -> None:
    rep = await a_registered_rep()
    await change(tools, rep, CONTACT)

    edited = await change(tools, rep, CONTACT, 2)

    assert edited == Edited(2, ())
    assert len(await owed_of("unit.")) == 1
    assert await AuditEntry.filter(body__contains="unit.change").count() == 1


async def test_an_edit_of_what_was_changed_meanwhile_is_refused(tools: Tools) -> None:
    rep = await a_registered_rep()
    await take_in(tools, SYSTEM, sent(rep.unit.uscc, "新名公司"), now=NOW)

    told = await refused(tools, rep, CONTACT)

    assert told.entry is STATE_CHANGED
    assert not await Contact.exists()


async def test_of_two_edits_at_once_one_is_refused(tools: Tools) -> None:
    rep = await a_registered_rep()
    wishes = [CONTACT, CONTACT | {"contact_name": "王五"}]

    told = await asyncio.gather(
        *(change(tools, rep, wish) for wish in wishes), return_exceptions=True
    )

    assert [type(each) for each in told].count(Edited) == 1
    assert [each.entry for each in told if isinstance(each, Refusal)] == [STATE_CHANGED]
    assert (await Unit.get(id=rep.unit.id)).revision == 2


async def test_the_same_key_is_one_edit_and_one_answer(tools: Tools) -> None:
    rep = await a_registered_rep()

    told = [await change(tools, rep, CONTACT, once=a_key()) for _ in range(2)]

    assert told == [Edited(2, tuple(CONTACT))] * 2
    other = a_key(fingerprint="0" * 64)
    assert (await refused(tools, rep, CONTACT, 2, other)).entry is REPEATED


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("contact_name", "  "),
        ("contact_phone", ""),
        ("contact_phone", "12345"),
        ("contact_phone", "138 0013 8000"),
        ("contact_phone", "0451-1234"),
        ("postal_address", " "),
    ],
)
async def test_what_cannot_be_kept_is_pointed_at(tools: Tools, name: str, text: str) -> None:
    rep = await a_registered_rep()

    told = await refused(tools, rep, CONTACT | {name: text})

    assert told.entry is INPUT_WRONG
    assert [error.pointer for error in told.errors] == [f"/{name}"]
    assert not await Contact.exists()


@pytest.mark.parametrize("wanted", [{}, {"name": "新名公司"}, CONTACT | {"uscc": "X"}])
async def test_nothing_and_what_is_reviewed_change_nothing(
    tools: Tools, wanted: dict[str, str]
) -> None:
    rep = await a_registered_rep()

    told = await refused(tools, rep, wanted)

    expected: Entry = REVIEW_NEEDED if wanted else INPUT_WRONG
    assert told.entry is expected
    assert not await Contact.exists()


async def test_a_closed_unit_is_not_edited(tools: Tools) -> None:
    rep = await a_registered_rep(await a_unit(status=UnitStatus.CLOSED))

    assert (await refused(tools, rep, CONTACT)).entry is NOT_FOUND


async def test_the_legal_rep_sees_everything_but_the_whole_document_number(tools: Tools) -> None:
    rep = await a_registered_rep(await a_unit(relations=2))
    await change(tools, rep, CONTACT)
    await take_in(tools, SYSTEM, sent(rep.unit.uscc, "新名公司"), now=NOW)
    desk = await a_desk_session(tools, rep.person, Role.LEGAL_REP, rep.unit)

    found = await read(tools, desk.session)

    own = rep.person.open(tools.vault)
    assert found.editable
    assert {name: found.values[name] for name in CONTACT} == CONTACT
    assert found.values["legal_rep_name"] == own.name
    assert (found.values["legal_rep_id_no"] or "").count("*") == len(own.id_no) - 6
    assert (len(found.relations), len(found.agencies)) == (2, 1)
    assert [each.name for each in found.former_names] == ["测试公司"]


async def test_a_clerk_sees_people_masked_and_the_relations_of_the_grant(tools: Tools) -> None:
    rep = await a_registered_rep(await a_unit(relations=2))
    await change(tools, rep, CONTACT)
    clerk = await a_granted_clerk(rep.unit)
    kept = (await clerk.grant.relations.all().order_by("id"))[0]
    await clerk.grant.relations.clear()
    await clerk.grant.relations.add(kept)
    desk = await a_desk_session(tools, clerk.person, Role.CLERK, rep.unit)

    found = await read(tools, desk.session)

    assert not found.editable
    assert found.values["contact_name"] == "李*"
    assert found.values["contact_phone"] == "138****8000"
    assert found.values["postal_address"] == CONTACT["postal_address"]
    assert [each.id for each in found.relations] == [kept.id]


async def test_an_actor_edits_the_unit_of_the_session_and_no_other(tools: Tools) -> None:
    rep, other = await a_registered_rep(), await a_registered_rep()
    desk = await a_desk_session(tools, rep.person, Role.LEGAL_REP, rep.unit)

    await edit(tools, an_actor(desk.session), CONTACT, None, revision=1, now=NOW)

    assert await Contact.filter(unit_id=rep.unit.id).count() == 1
    assert not await Contact.filter(unit_id=other.unit.id).exists()
