"""公共服务单位用户授权: clerks authorised at the window, or why not (手册 3.1.2, 5.3)."""

from collections.abc import Sequence

import pytest

from handlers import window_grants, window_materials
from handlers.mandates import standing_of
from handlers.tools import Tools
from handlers.window_grants import NOTICE_VERSION, WindowRequest, WindowResult
from handlers.window_materials import Paper
from models.actor import Actor
from models.errors.entry import Refusal
from models.errors.filing import STATE_CHANGED
from models.errors.grant import WINDOW_GRANT_UNREGISTERED
from models.errors.system import INPUT_WRONG, NOT_FOUND
from models.errors.upload import MATERIALS_MISSING
from models.grant import Grant
from models.ids import new_id
from models.unit import LegalRep, Relation
from models.vocabulary import Duty, GrantSource, GrantStatus, Role
from models.window import WindowGrant, WindowMaterial
from tests.build import NOW, a_granted_clerk, a_person, a_registered_rep, a_unit
from tests.handlers.traces import debts
from tests.officers import an_officer
from tests.registered import DAY, Rep, vault


async def a_window() -> Actor:
    """A window officer of the agency that keeps the tests' units."""
    officer = await an_officer(Duty.WINDOW)
    return Actor(person_id=officer.id, role=Role.OFFICER, post=officer.post)


async def a_rep(relations: int = 2) -> Rep:
    """A registered unit with its legal representative."""
    return await a_registered_rep(await a_unit(relations=relations))


async def a_paper(tools: Tools, window: Actor, rep: Rep) -> str:
    """An uploaded paper; its id."""
    paper = Paper(new_id(), "介绍信.png", "image/png", 8, "0" * 64)
    return (await window_materials.add(tools, window, rep.unit.id, paper, now=NOW)).id


async def grant(
    tools: Tools,
    window: Actor,
    rep: Rep,
    clerk: object,
    *,
    relations: Sequence[str] | None = None,
    papers: int = 1,
    notice: str = NOTICE_VERSION,
) -> WindowResult:
    """Grant at the window, by default everything, with one paper."""
    ids = [relation.id for relation in await Relation.filter(unit_id=rep.unit.id).order_by("id")]
    materials = [await a_paper(tools, window, rep) for _ in range(papers)]
    wanted = WindowRequest(
        rep.unit.id,
        notice,
        tuple(materials),
        (clerk.open(vault()),),  # type: ignore[attr-defined]
        tuple(ids if relations is None else relations),
    )
    return await window_grants.grant(tools, window, wanted, now=NOW)


async def test_a_clerk_authorised_at_the_window_can_act_at_once(tools: Tools) -> None:
    window, rep, clerk = await a_window(), await a_rep(), await a_person()

    made = await grant(tools, window, rep, clerk)

    row = await Grant.get(id=made.grants[0])
    assert (row.status, row.source) == (GrantStatus.ACTIVE, GrantSource.WINDOW)
    (mandate,) = (await standing_of(vault(), clerk, NOW)).of(Role.CLERK)
    assert len(mandate.relations) == 2
    kept = await WindowGrant.get()
    assert (kept.notice_version, kept.officer_id) == (NOTICE_VERSION, window.person_id)
    assert await WindowMaterial.filter(window_grant_id=kept.id).count() == 1


async def test_the_legal_representative_and_the_clerk_are_told(tools: Tools) -> None:
    window, rep = await a_window(), await a_rep()

    made = await grant(tools, window, rep, await a_person())

    (debt,) = await debts()
    assert debt.topic == "grant.window"
    assert sorted(debt.recipients) == [f"grant:{made.grants[0]}", f"unit_legal_rep:{rep.unit.id}"]


async def test_p13_a_unit_insured_under_another_code_is_refused_with_the_manuals_words(
    tools: Tools,
) -> None:
    window, rep = await a_window(), await a_rep()
    await Relation.filter(unit_id=rep.unit.id).update(recorded_uscc="112310000012345678")

    with pytest.raises(Refusal) as refusal:
        await grant(tools, window, rep, await a_person())

    assert refusal.value.entry is WINDOW_GRANT_UNREGISTERED
    number = rep.person.open(vault()).id_no
    masked = number[:4] + "*" * (len(number) - 6) + number[-2:]
    assert refusal.value.title == (
        f"系统没有识别到统一社会信用代码:1123100000******** 以及法人信息证件号码:{masked}"
        "的有效公共服务注册信息,请在公共服务端办理注册后再由经办机构进行授权操作。"
    )
    assert await Grant.all().count() == 0


async def test_a_unit_without_a_registered_legal_representative_is_refused(tools: Tools) -> None:
    window, rep = await a_window(), await a_rep()
    await LegalRep.all().update(live=False, ended_at=NOW - DAY)

    with pytest.raises(Refusal) as refusal:
        await grant(tools, window, rep, await a_person())

    assert refusal.value.entry is WINDOW_GRANT_UNREGISTERED


async def test_what_a_clerk_has_already_is_left_as_it_is(tools: Tools) -> None:
    window, rep = await a_window(), await a_rep()
    clerk = await a_granted_clerk(rep.unit)

    made = await grant(tools, window, rep, clerk.person)

    row = await Grant.get()
    assert made.grants == (clerk.grant.id,)
    assert row.revision == clerk.grant.revision
    assert await debts() == []


async def test_a_clerk_gets_what_was_lacking_and_keeps_the_rest(tools: Tools) -> None:
    window, rep = await a_window(), await a_rep()
    clerk = await a_granted_clerk(rep.unit)
    (first, second) = await Relation.filter(unit_id=rep.unit.id).order_by("id")
    await clerk.grant.relations.remove(second)

    await grant(tools, window, rep, clerk.person, relations=[second.id])

    row = await Grant.get()
    assert {each.id for each in await row.relations.all()} == {first.id, second.id}
    assert row.revision == clerk.grant.revision + 1


async def test_without_papers_nothing_is_granted(tools: Tools) -> None:
    window, rep = await a_window(), await a_rep()

    with pytest.raises(Refusal) as refusal:
        await grant(tools, window, rep, await a_person(), papers=0)

    assert refusal.value.entry is MATERIALS_MISSING
    assert (await Grant.all().count(), await WindowGrant.all().count()) == (0, 0)


async def test_an_outdated_notice_has_to_be_read_again(tools: Tools) -> None:
    window, rep = await a_window(), await a_rep()

    with pytest.raises(Refusal) as refusal:
        await grant(tools, window, rep, await a_person(), notice="2020-01")

    assert refusal.value.entry is INPUT_WRONG


async def test_the_legal_representative_needs_no_grant(tools: Tools) -> None:
    window, rep = await a_window(), await a_rep()

    with pytest.raises(Refusal) as refusal:
        await grant(tools, window, rep, rep.person)

    assert refusal.value.entry is INPUT_WRONG


async def test_a_relation_of_another_agency_cannot_be_granted(tools: Tools) -> None:
    window, rep = await a_window(), await a_rep()
    other = await a_unit(agency_code="239900000002")
    await Relation.filter(unit_id=other.id).update(unit_id=rep.unit.id)

    with pytest.raises(Refusal) as refusal:
        await grant(tools, window, rep, await a_person())

    assert refusal.value.entry is NOT_FOUND


async def test_a_paper_can_be_removed_until_a_grant_was_made_with_it(tools: Tools) -> None:
    window, rep = await a_window(), await a_rep()
    removed = await a_paper(tools, window, rep)

    await window_materials.remove(tools, window, removed, now=NOW)
    await grant(tools, window, rep, await a_person())
    used = await WindowMaterial.get()

    with pytest.raises(Refusal) as refusal:
        await window_materials.remove(tools, window, used.id, now=NOW)
    assert refusal.value.entry is STATE_CHANGED


async def test_the_paper_of_a_colleague_does_not_exist(tools: Tools) -> None:
    window, rep = await a_window(), await a_rep()
    paper = await a_paper(tools, window, rep)

    with pytest.raises(Refusal) as refusal:
        await window_materials.read(tools, await a_window(), paper)

    assert refusal.value.entry is NOT_FOUND


async def test_papers_that_no_grant_came_of_are_forgotten_after_a_week(tools: Tools) -> None:
    window, rep = await a_window(), await a_rep()
    paper = await a_paper(tools, window, rep)

    early = await window_materials.forget_unused(now=NOW + 6 * DAY)
    late = await window_materials.forget_unused(now=NOW + 8 * DAY)

    assert (early, late) == ([], [paper])
