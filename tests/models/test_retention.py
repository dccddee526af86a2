"""What is kept long enough goes, what is not stays; of every table it is said, on the page too."""

import importlib
import inspect
from datetime import timedelta
from pathlib import Path

import pytest
from tortoise.models import Model

from models.account import AccountLock, OneTimeCode
from models.database import MODULES
from models.ids import new_id, oldest_id
from models.ingest import IngestEvent
from models.registration import Registration
from models.retention import DAY, KEPT, RULES, YEAR, Rule, purge
from models.vocabulary import RegistrationStatus
from server.clock import utc_now
from tests.build import NOW, an_identity, vault

PAGE = Path(__file__).parents[2] / "docs" / "retention.md"


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.table.__name__)
def test_the_page_names_every_span(rule: Rule) -> None:
    days = rule.span.total_seconds() / 86400
    line = f"| {rule.what} | `{rule.table._meta.db_table}` | `{rule.column}` | {days:g} |"

    assert line in PAGE.read_text(encoding="utf-8")


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.table.__name__)
def test_every_rule_speaks_of_a_moment_that_its_table_has(rule: Rule) -> None:
    assert type(rule.table._meta.fields_map[rule.column]).__name__ == "DatetimeField"


@pytest.mark.usefixtures("database")
async def test_the_clock_purges_what_is_older_than_its_span_and_nothing_else() -> None:
    for age in (0.9, 1.1):
        await AccountLock.create(id=f"x:{age}", failed_at="[]", touched_at=NOW - age * DAY)
        await OneTimeCode.create(
            id=new_id(),
            purpose="reset",
            code_mac="",
            created_at=NOW - age * DAY,
            expires_at=NOW - age * DAY,
        )

    gone = [await purge(NOW), await purge(NOW)]

    assert gone == [2, 0]
    assert [row.id for row in await AccountLock.all()] == ["x:0.9"]


def tables() -> set[type[Model]]:
    """Every table of the product."""
    found = {
        kind
        for name in MODULES
        for _, kind in inspect.getmembers(importlib.import_module(name), inspect.isclass)
        if issubclass(kind, Model) and kind is not Model and not kind.Meta.__dict__.get("abstract")
    }
    assert len(found) > 30
    return found


def test_every_table_has_a_stated_span_and_only_one() -> None:
    ruled = {rule.table for rule in RULES}

    assert ruled | set(KEPT) == tables()
    assert ruled & set(KEPT) == set()


@pytest.mark.parametrize("table", KEPT, ids=lambda table: table.__name__)
def test_the_page_says_what_becomes_of_every_other_table(table: type[Model]) -> None:
    line = f"| `{table._meta.db_table}` | {KEPT[table]} |"

    assert line in PAGE.read_text(encoding="utf-8")


@pytest.mark.usefixtures("database")
async def test_of_registrations_only_those_that_came_to_nothing_go() -> None:
    for status in (RegistrationStatus.ACTIVE, RegistrationStatus.FAILED, RegistrationStatus.LAPSED):
        columns = Registration.sealed(vault(), new_id(), an_identity())
        await Registration.create(
            **columns,
            uscc="91239900MA0000000X",
            unit_name="测试公司",
            status=status,
            created_at=NOW - YEAR,
            settled_at=NOW - YEAR,
        )

    await purge(NOW)

    assert [row.status for row in await Registration.all()] == [RegistrationStatus.ACTIVE]


@pytest.mark.usefixtures("database")
async def test_a_large_table_is_purged_by_the_time_in_its_ids() -> None:
    made = utc_now()
    await IngestEvent.create(id=new_id(), key_id="k", event_id="e", received_at=made)

    gone = [await purge(made + YEAR - DAY), await purge(made + YEAR + DAY)]

    assert gone == [0, 1]


def test_the_smallest_id_of_a_moment_parts_those_before_from_those_after() -> None:
    now = utc_now()

    assert oldest_id(now - timedelta(seconds=1)) < new_id() < oldest_id(now + timedelta(seconds=9))
