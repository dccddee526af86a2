"""Grants as the legal representative sees them."""

from datetime import datetime

import pytest

from handlers import grants
from handlers.tools import Tools
from models.vocabulary import GrantStatus
from tests.build import (
    DAY,
    NOW,
    Clerk,
    Rep,
    a_grant,
    a_granted_clerk,
    a_person,
    a_registered_rep,
    a_unit,
)


async def a_unit_with_a_clerk() -> tuple[Rep, Clerk]:
    """A unit with its legal representative and one clerk."""
    rep = await a_registered_rep()
    return rep, await a_granted_clerk(rep.unit)


async def test_a_unit_sees_its_own_grants_with_its_staff_in_clear(tools: Tools) -> None:
    rep, clerk = await a_unit_with_a_clerk()
    await a_granted_clerk()

    (view,) = await grants.list_grants(
        tools, rep.unit.id, grants.Wanted(), after="", limit=20, now=NOW
    )

    identity = clerk.person.open(tools.vault)
    assert (view.grant.id, view.status) == (clerk.grant.id, GrantStatus.ACTIVE)
    assert (view.clerk.name, view.clerk.id_no) == (identity.name, identity.id_no)


@pytest.mark.parametrize(
    ("valid_from", "valid_to", "status"),
    [
        (NOW + DAY, None, GrantStatus.SCHEDULED),
        (NOW - DAY, NOW, GrantStatus.EXPIRED),
        (NOW - DAY, NOW + DAY, GrantStatus.ACTIVE),
    ],
)
async def test_a_grant_is_shown_in_the_state_that_counts_now(
    tools: Tools, valid_from: datetime, valid_to: datetime | None, status: GrantStatus
) -> None:
    unit = await a_unit()
    await a_grant(unit, await a_person(), valid_from=valid_from, valid_to=valid_to)

    (view,) = await grants.list_grants(tools, unit.id, grants.Wanted(), after="", limit=20, now=NOW)

    assert view.status is status


async def test_grants_come_in_pages_that_neither_repeat_nor_miss_one(tools: Tools) -> None:
    unit = await a_unit()
    made = [(await a_granted_clerk(unit)).grant.id for _ in range(5)]

    seen: list[str] = []
    while rows := await grants.list_grants(
        tools, unit.id, grants.Wanted(), after=seen[-1] if seen else "", limit=2, now=NOW
    ):
        seen += [view.grant.id for view in rows[:2]]

    assert seen == sorted(made)
