"""Units that the core system sends: once, in order; a new legal rep ends the old one."""

import itertools
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from handlers.filing_events import Taken
from handlers.tools import Tools
from handlers.unit_rows import SentRelation
from handlers.unit_sync import SentLegalRep, SentUnit, take_in
from models.actor import Actor
from models.grant import Grant
from models.identity import Identity
from models.ingest import IngestEvent
from models.unit import FormerName, LegalRep, Relation, Unit
from models.vocabulary import GrantStatus, Role, Suspension, UnitStatus
from tests.build import (
    AGENCY,
    NOW,
    a_desk_session,
    a_granted_clerk,
    a_registered_rep,
    a_unit,
    an_identity,
)
from tests.certificates import owed_of

SYSTEM = Actor(person_id="system:core")
_numbers = itertools.count(1)


def sent(uscc: str, name: str = "测试公司", *, minute: int = 0, **more: object) -> SentUnit:
    at = NOW + timedelta(minutes=minute)
    return SentUnit(f"u{next(_numbers)}", uscc, name, at, **more)  # type: ignore[arg-type]


def as_sent(person: Identity) -> SentLegalRep:
    return SentLegalRep(person.id_type.value, person.id_no, person.name)


async def test_a_unit_that_nobody_registered_waits_without_a_legal_rep(tools: Tools) -> None:
    event = sent("91239900RLXDJ01N3N", legal_rep=as_sent(an_identity()))

    taken = await take_in(tools, SYSTEM, event, now=NOW)

    unit = await Unit.get()
    assert (taken.result, unit.status) == (Taken.APPLIED, UnitStatus.WAITING_SYNC)
    assert not await LegalRep.exists()


async def test_an_event_counts_once(tools: Tools) -> None:
    unit = await a_unit()
    event = sent(unit.uscc, "新名公司")
    await take_in(tools, SYSTEM, event, now=NOW)

    again = await take_in(tools, SYSTEM, event, now=NOW)

    assert again.result is Taken.DUPLICATE
    assert await FormerName.all().count() == 1


async def test_a_former_name_is_kept_and_old_news_refused(tools: Tools) -> None:
    unit = await a_unit("旧名公司")
    await take_in(tools, SYSTEM, sent(unit.uscc, "新名公司", minute=5), now=NOW)

    late = await take_in(tools, SYSTEM, sent(unit.uscc, "旧名公司", minute=1), now=NOW)

    former = await FormerName.get()
    kept = await Unit.get(id=unit.id)
    assert (late.result, kept.name, former.name) == (Taken.REJECTED, "新名公司", "旧名公司")
    assert kept.revision == unit.revision + 1


async def test_a_unit_number_of_another_unit_leaves_nothing_behind(tools: Tools) -> None:
    unit, other = await a_unit("甲公司"), await a_unit("乙公司")
    taken_no = await Relation.get(unit_id=other.id)
    relation = SentRelation("110", taken_no.unit_no, taken_no.agency_id, "1", "")

    taken = await take_in(tools, SYSTEM, sent(unit.uscc, "丙公司", relations=(relation,)), now=NOW)

    assert (taken.result, taken.code) == (Taken.REJECTED, "SB-1009")
    assert (await Unit.get(id=unit.id)).name == "甲公司"


async def test_a_new_legal_rep_ends_the_old_ones_session_and_pauses_grants(tools: Tools) -> None:
    rep = await a_registered_rep()
    clerk = await a_granted_clerk(rep.unit)
    desk = await a_desk_session(tools, rep.person, Role.LEGAL_REP, rep.unit)
    new = an_identity("李四")

    await take_in(tools, SYSTEM, sent(rep.unit.uscc, legal_rep=as_sent(new)), now=NOW)

    rows = await LegalRep.filter(unit_id=rep.unit.id).order_by("live")
    grant = await Grant.get(id=clerk.grant.id)
    assert [row.live for row in rows] == [False, True]
    assert rows[1].open(tools.vault).id_no == new.id_no
    assert (grant.status, grant.suspension) == (
        GrantStatus.SUSPENDED,
        Suspension.LEGAL_REP_CHANGED,
    )
    assert (await tools.sessions.touch(desk.secret)).session is None
    told = [(topic, whom) for topic, _, whom in await owed_of("unit.")]
    both = [f"unit_legal_rep:{rep.unit.id}", f"person:{rep.person.id}"]
    assert told == [("unit.legal_rep_changed", both)]


async def test_an_old_legal_rep_who_never_entered_the_unit_is_told_as_well(tools: Tools) -> None:
    rep = await a_registered_rep()

    await take_in(tools, SYSTEM, sent(rep.unit.uscc, legal_rep=as_sent(an_identity())), now=NOW)

    ((_, _, whom),) = await owed_of("unit.")
    assert f"person:{rep.person.id}" in whom


async def test_a_legal_rep_under_another_name_is_entered_anew_and_the_grants_stay(
    tools: Tools,
) -> None:
    rep = await a_registered_rep()
    clerk = await a_granted_clerk(rep.unit)
    same = rep.person.open(tools.vault)
    renamed = SentLegalRep(same.id_type.value, same.id_no, "张新名")

    await take_in(tools, SYSTEM, sent(rep.unit.uscc, legal_rep=renamed), now=NOW)

    assert await LegalRep.filter(unit_id=rep.unit.id).count() == 2
    assert (await Grant.get(id=clerk.grant.id)).status is GrantStatus.ACTIVE
    assert await owed_of("unit.") == []


async def test_every_name_a_unit_had_is_kept_in_order_and_the_legal_rep_told(tools: Tools) -> None:
    rep = await a_registered_rep(await a_unit("甲公司"))
    for minute, name in enumerate(["乙公司", "丙公司", "丙公司"]):
        await take_in(tools, SYSTEM, sent(rep.unit.uscc, name, minute=minute), now=NOW)

    former = await FormerName.filter(unit_id=rep.unit.id).order_by("id")
    assert [each.name for each in former] == ["甲公司", "乙公司"]
    assert [facts["unit_name"] for _, facts, _ in await owed_of("unit.info")] == [
        "乙公司",
        "丙公司",
    ]


@pytest.mark.parametrize(
    ("wrong", "code", "pointer"),
    [
        ({"uscc": "91239900RLXDJ01N3X"}, "SB-1003", "/uscc"),
        ({"name": "  "}, "SB-9007", "/name"),
        ({"legal_rep": SentLegalRep("01", "1", "张三")}, "SB-1004", "/legal_rep/id_no"),
        (
            {"relations": (SentRelation("110", "", AGENCY, "1", ""),)},
            "SB-9007",
            "/relations/0/unit_no",
        ),
        (
            {"relations": (SentRelation("110", "1", "nobody", "1", ""),)},
            "SB-9007",
            "/relations/0/agency",
        ),
    ],
)
async def test_a_rejected_event_says_which_field_is_to_blame(
    tools: Tools, wrong: dict[str, Any], code: str, pointer: str
) -> None:
    unit = await a_unit()
    event = replace(sent(unit.uscc, unit.name), **wrong)

    taken = await take_in(tools, SYSTEM, event, now=NOW)

    assert (taken.result, taken.code) == (Taken.REJECTED, code)
    assert [each.pointer for each in taken.errors] == [pointer]
    assert not await IngestEvent.exists()


async def test_the_same_legal_rep_again_changes_nothing(tools: Tools) -> None:
    rep = await a_registered_rep()
    clerk = await a_granted_clerk(rep.unit)
    same = rep.person.open(tools.vault)

    await take_in(tools, SYSTEM, sent(rep.unit.uscc, legal_rep=as_sent(same)), now=NOW)

    row = await LegalRep.get(unit_id=rep.unit.id)
    assert (row.live, row.revision) == (True, 1)
    assert (await Grant.get(id=clerk.grant.id)).status is GrantStatus.ACTIVE
