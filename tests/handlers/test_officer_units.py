"""Units at the window: found, masked, un-masked for a reason; nothing outside the scope."""

import pytest

from handlers import officer_units
from handlers.tools import Tools
from models.actor import Actor
from models.audit import Action
from models.errors.entry import Refusal
from models.errors.login import TOO_OFTEN
from models.errors.system import NOT_FOUND
from models.unit import Relation
from models.vocabulary import Duty
from tests.build import NOW, a_granted_clerk, a_person, a_registered_rep, a_unit, an_identity
from tests.handlers.traces import audited
from tests.officers import an_officer
from tests.registered import Rep


async def an_actor_at(agency: str = "239900000001", region: str = "") -> Actor:
    """A window officer of an agency."""
    officer = await an_officer(Duty.WINDOW, agency=agency, region=region)
    return Actor(person_id=officer.id, post=officer.post)


async def a_rep() -> Rep:
    """A unit with a legal representative called 柳法人."""
    return await a_registered_rep(await a_unit(relations=2), await a_person(an_identity("柳法人")))


async def test_a_unit_is_found_by_its_uscc_and_by_any_of_its_unit_numbers(tools: Tools) -> None:
    rep, window = await a_rep(), await an_actor_at()
    relation = await Relation.filter(unit_id=rep.unit.id).first()
    assert relation is not None

    by_code = await officer_units.search(tools, window, f" {rep.unit.uscc.lower()} ")
    by_number = await officer_units.search(tools, window, relation.unit_no)
    by_half = await officer_units.search(tools, window, rep.unit.uscc[:10])

    assert [found.unit.id for found in by_code] == [rep.unit.id]
    assert [found.unit.id for found in by_number] == [rep.unit.id]
    assert by_half == []


async def test_what_is_found_is_masked(tools: Tools) -> None:
    rep, window = await a_rep(), await an_actor_at()

    (found,) = await officer_units.search(tools, window, rep.unit.uscc)

    assert found.legal_rep is not None
    assert found.legal_rep.name == "柳**"
    assert set(found.legal_rep.id_no[4:-2]) == {"*"}


async def test_a_unit_of_another_agency_does_not_exist(tools: Tools) -> None:
    rep, elsewhere = await a_rep(), await an_actor_at("239900000002")

    found = await officer_units.search(tools, elsewhere, rep.unit.uscc)

    assert found == []
    for look in (
        officer_units.read(tools, elsewhere, rep.unit.id, reason="", now=NOW),
        officer_units.granted_relations(elsewhere, rep.unit.id, ""),
    ):
        with pytest.raises(Refusal) as refusal:
            await look
        assert refusal.value.entry is NOT_FOUND


async def test_of_a_unit_only_the_relations_in_scope_are_shown(tools: Tools) -> None:
    rep, window = await a_rep(), await an_actor_at()
    other = await a_unit(agency_code="239900000002")
    await Relation.filter(unit_id=other.id).update(unit_id=rep.unit.id)

    shown = await officer_units.read(tools, window, rep.unit.id, reason="", now=NOW)

    assert len(shown.relations) == 2


async def test_a_reason_lifts_the_masks_and_is_written_down(tools: Tools) -> None:
    rep, window = await a_rep(), await an_actor_at()

    masked = await officer_units.read(tools, window, rep.unit.id, reason="", now=NOW)
    clear = await officer_units.read(tools, window, rep.unit.id, reason="核对原件", now=NOW)

    assert masked.found.legal_rep is not None
    assert clear.found.legal_rep is not None
    assert (masked.found.legal_rep.name, clear.found.legal_rep.name) == ("柳**", "柳法人")
    entries = await audited(Action.UNMASK)
    assert [entry["detail"] for entry in entries] == [{"reason": "核对原件"}]
    assert "柳法人" not in str(entries)


async def test_looks_behind_the_masks_are_counted(tools: Tools) -> None:
    rep, window = await a_rep(), await an_actor_at()
    await tools.limiter.spend(officer_units.UNMASKED, window.person_id, cost=60)

    with pytest.raises(Refusal) as refusal:
        await officer_units.read(tools, window, rep.unit.id, reason="核对原件", now=NOW)

    assert refusal.value.entry is TOO_OFTEN
    await officer_units.read(tools, window, rep.unit.id, reason="", now=NOW)


async def test_relations_that_a_clerk_has_already_are_marked(tools: Tools) -> None:
    rep, window = await a_rep(), await an_actor_at()
    clerk = await a_granted_clerk(rep.unit)
    (first, _) = await Relation.filter(unit_id=rep.unit.id).order_by("id")
    await clerk.grant.relations.remove(first)

    marked = await officer_units.granted_relations(window, rep.unit.id, clerk.grant.id)
    nobodys = await officer_units.granted_relations(window, rep.unit.id, "")

    assert [already for _, already in marked] == [False, True]
    assert [already for _, already in nobodys] == [False, False]


async def test_the_clerk_of_another_unit_marks_nothing(tools: Tools) -> None:
    rep, window = await a_rep(), await an_actor_at()
    foreign = await a_granted_clerk()

    with pytest.raises(Refusal) as refusal:
        await officer_units.granted_relations(window, rep.unit.id, foreign.grant.id)

    assert refusal.value.entry is NOT_FOUND
