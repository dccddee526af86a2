"""Who may enter which unit, and what is said to those who may not."""

from datetime import datetime

import pytest

from handlers.mandates import current_revision, standing_of, used, why_lost
from handlers.tools import Tools
from models import raw
from models.errors.entry import Entry
from models.errors.grant import GRANT_EXPIRED, GRANT_PAUSED, GRANT_REVOKED, GRANT_SUSPENDED
from models.errors.scan import CLERK_UNKNOWN, LEGAL_REP_UNKNOWN
from models.errors.unit import UNIT_CLOSED
from models.grant import Grant
from models.identity import Identity
from models.unit import LegalRep, Unit
from models.vocabulary import GrantStatus, Role, Suspension, UnitStatus
from tests.build import (
    DAY,
    NOW,
    a_grant,
    a_granted_clerk,
    a_legal_rep,
    a_person,
    a_registered_rep,
    a_unit,
    an_identity,
)


async def test_a_granted_clerk_may_enter_the_unit_on_the_granted_relations_only(
    tools: Tools,
) -> None:
    unit = await a_unit(relations=2)
    clerk = await a_granted_clerk(unit)
    kept, other = await unit.relations.all().order_by("id")
    await clerk.grant.relations.remove(other)

    (mandate,) = (await standing_of(tools.vault, clerk.person, NOW)).require(Role.CLERK)

    assert (mandate.key, mandate.unit.id) == (f"g:{clerk.grant.id}", unit.id)
    assert [view.id for view in mandate.relations] == [kept.id]


async def test_a_legal_rep_may_enter_the_unit_on_all_its_relations(tools: Tools) -> None:
    rep = await a_registered_rep(await a_unit(relations=3))

    (mandate,) = (await standing_of(tools.vault, rep.person, NOW)).require(Role.LEGAL_REP)

    assert mandate.key == f"l:{rep.legal_rep.id}"
    assert len(mandate.relations) == 3
    assert mandate.relations[0].insurance_name == "企业职工基本养老保险"


async def test_the_unit_used_last_comes_first_and_unused_ones_follow(tools: Tools) -> None:
    person = await a_person()
    first, second, unused = [await a_granted_clerk(person=person) for _ in range(3)]
    await Grant.filter(id=first.grant.id).update(last_used_at=NOW - DAY)
    await Grant.filter(id=second.grant.id).update(last_used_at=NOW)

    mandates = (await standing_of(tools.vault, person, NOW)).of(Role.CLERK)

    assert [m.unit.id for m in mandates] == [second.unit.id, first.unit.id, unused.unit.id]


@pytest.mark.parametrize(
    ("status", "valid_from", "valid_to", "entry"),
    [
        (GrantStatus.ACTIVE, NOW - DAY, NOW, GRANT_EXPIRED),
        (GrantStatus.ACTIVE, NOW + DAY, None, CLERK_UNKNOWN),
        (GrantStatus.EXPIRED, NOW - DAY, None, GRANT_EXPIRED),
        (GrantStatus.SUSPENDED, NOW - DAY, None, GRANT_PAUSED),
        (GrantStatus.REVOKED, NOW - DAY, None, CLERK_UNKNOWN),
        (GrantStatus.REQUESTED, NOW - DAY, None, CLERK_UNKNOWN),
        (GrantStatus.OFFERED, NOW - DAY, None, CLERK_UNKNOWN),
        (GrantStatus.DENIED, NOW - DAY, None, CLERK_UNKNOWN),
    ],
    ids=lambda value: getattr(value, "value", None) or getattr(value, "code", None),
)
async def test_a_grant_that_does_not_hold_is_refused_with_its_reason(
    tools: Tools, status: GrantStatus, valid_from: datetime, valid_to: datetime | None, entry: Entry
) -> None:
    person, unit = await a_person(), await a_unit()
    await a_grant(unit, person, status=status, valid_from=valid_from, valid_to=valid_to)

    standing = await standing_of(tools.vault, person, NOW)

    assert standing.of(Role.CLERK) == ()
    assert standing.refusal(Role.CLERK).entry is entry


async def test_a_grant_counts_from_its_first_moment_to_the_one_before_its_end(
    tools: Tools,
) -> None:
    person, unit = await a_person(), await a_unit()
    await a_grant(unit, person, valid_from=NOW, valid_to=NOW + DAY)

    async def counts(now: datetime) -> bool:
        return bool((await standing_of(tools.vault, person, now)).of(Role.CLERK))

    moments = [NOW - DAY / 24, NOW, NOW + DAY - DAY / 24, NOW + DAY]
    assert [await counts(now) for now in moments] == [False, True, True, False]


@pytest.mark.parametrize(
    ("status", "entry"),
    [(UnitStatus.CLOSED, UNIT_CLOSED), (UnitStatus.WAITING_SYNC, LEGAL_REP_UNKNOWN)],
)
async def test_nobody_enters_a_unit_that_is_not_active(
    tools: Tools, status: UnitStatus, entry: Entry
) -> None:
    unit = await a_unit(status=status)
    clerk, rep = await a_granted_clerk(unit), await a_registered_rep(unit)

    of_clerk = await standing_of(tools.vault, clerk.person, NOW)
    of_rep = await standing_of(tools.vault, rep.person, NOW)

    assert of_clerk.refusal(Role.CLERK).entry is GRANT_PAUSED
    # Who was its legal representative has no grant that could be paused.
    assert of_rep.refusal(Role.CLERK).entry is CLERK_UNKNOWN
    assert of_clerk.mandates == of_rep.mandates == ()
    assert of_rep.refusal(Role.LEGAL_REP).entry is entry


async def test_a_grant_under_another_name_lets_nobody_in_but_is_noticed(tools: Tools) -> None:
    person = await a_person()
    await a_grant(await a_unit(), person, name="张珊")

    standing = await standing_of(tools.vault, person, NOW)

    assert standing.misnamed
    assert standing.refusal(Role.CLERK).entry is CLERK_UNKNOWN


async def test_a_legal_rep_under_another_name_is_unknown(tools: Tools) -> None:
    person = await a_person()
    await a_legal_rep(await a_unit(), person, name="张珊")

    standing = await standing_of(tools.vault, person, NOW)

    assert standing.refusal(Role.LEGAL_REP).entry is LEGAL_REP_UNKNOWN


async def test_the_right_name_with_another_number_is_unknown(tools: Tools) -> None:
    granted, other = await a_person(an_identity("张三")), await a_person(an_identity("张三"))
    await a_grant(await a_unit(), granted)

    standing = await standing_of(tools.vault, other, NOW)

    assert not standing.misnamed
    assert standing.refusal(Role.CLERK).entry is CLERK_UNKNOWN


async def test_two_writings_of_one_name_are_one_person(tools: Tools) -> None:
    known = an_identity("阿依古丽·买买提")
    person = await a_person(Identity(known.id_type, known.id_no, "阿依古丽•买买提"))
    await a_grant(await a_unit(), person, name=known.name)

    assert (await standing_of(tools.vault, person, NOW)).of(Role.CLERK)


async def test_a_former_legal_rep_may_not_enter(tools: Tools) -> None:
    person = await a_person()
    await a_legal_rep(await a_unit(), person, live=False)

    assert (await standing_of(tools.vault, person, NOW)).mandates == ()


async def test_whoever_scans_in_the_wrong_role_is_told_of_the_right_one(tools: Tools) -> None:
    clerk, rep = await a_granted_clerk(), await a_registered_rep()

    as_rep = (await standing_of(tools.vault, clerk.person, NOW)).refusal(Role.LEGAL_REP)
    as_clerk = (await standing_of(tools.vault, rep.person, NOW)).refusal(Role.CLERK)

    assert "use-clerk-role" in [action.rel for action in as_rep.actions]
    assert "use-legal-rep-role" in [action.rel for action in as_clerk.actions]


async def test_a_mandate_remembers_when_it_was_used_and_who_turned_out_to_hold_it(
    tools: Tools,
) -> None:
    clerk, rep = await a_granted_clerk(), await a_registered_rep()

    for person in (clerk.person, rep.person):
        (mandate,) = (await standing_of(tools.vault, person, NOW)).mandates
        await raw.change(used(mandate, person, NOW))

    grant, legal_rep = await Grant.get(id=clerk.grant.id), await LegalRep.get(id=rep.legal_rep.id)
    assert (grant.person_id, grant.last_used_at) == (clerk.person.id, NOW)
    assert (legal_rep.person_id, legal_rep.last_used_at) == (rep.person.id, NOW)


async def test_the_database_tells_the_revision_of_a_mandate_as_long_as_it_holds(
    tools: Tools,
) -> None:
    clerk, rep = await a_granted_clerk(), await a_registered_rep()
    of_clerk, of_rep = f"g:{clerk.grant.id}", f"l:{rep.legal_rep.id}"

    before = [await current_revision(key, NOW) for key in (of_clerk, of_rep, "g:none", "l:none")]
    await Unit.all().update(status=UnitStatus.CLOSED)
    after = [await current_revision(key, NOW) for key in (of_clerk, of_rep)]

    assert (before, after) == ([(1, None), (1, None), None, None], [None, None])


@pytest.mark.parametrize(
    ("change", "entry"),
    [
        ({"status": GrantStatus.REVOKED}, GRANT_REVOKED),
        ({"status": GrantStatus.SUSPENDED, "suspension": Suspension.WISHED}, GRANT_PAUSED),
        (
            {"status": GrantStatus.SUSPENDED, "suspension": Suspension.LEGAL_REP_CHANGED},
            GRANT_SUSPENDED,
        ),
        ({"valid_to": NOW}, GRANT_EXPIRED),
        ({"revision": 2}, GRANT_REVOKED),
    ],
    ids=["revoked", "paused", "legal rep changed", "expired", "changed"],
)
async def test_a_lost_mandate_is_explained(
    tools: Tools, change: dict[str, object], entry: Entry
) -> None:
    clerk = await a_granted_clerk()
    await Grant.filter(id=clerk.grant.id).update(**change)

    assert (await why_lost(f"g:{clerk.grant.id}", NOW)).entry is entry


async def test_a_lost_legal_representation_is_explained(tools: Tools) -> None:
    assert (await why_lost("l:none", NOW)).entry is GRANT_REVOKED
