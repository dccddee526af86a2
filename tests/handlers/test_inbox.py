"""The inbox: pages, the badge, reading, and what both cost."""

import pytest
from tortoise.connection import get_connections

from handlers import inbox
from handlers.tools import Tools
from models.errors.entry import Refusal
from models.errors.system import NOT_FOUND
from models.grant import Grant
from models.inbox import InboxMessage
from tests.messages import a_message
from tests.registered import NOW, a_grant, a_person, a_unit


async def test_pages_follow_each_other_without_gap_or_repetition(tools: Tools) -> None:
    person = await a_person()
    written = [(await a_message(person)).id for _ in range(7)]
    await a_message(await a_person())

    seen, before = [], ""
    while rows := (await inbox.list_messages(person.id, unread=None, before=before, limit=3))[:3]:
        seen += [row.id for row in rows]
        before = seen[-1]

    assert seen == sorted(written, reverse=True)


async def test_only_what_was_not_read_is_listed_when_asked(tools: Tools) -> None:
    person = await a_person()
    read, unread = await a_message(person, read_at=NOW), await a_message(person)

    async def listed(wanted: bool) -> list[str]:
        rows = await inbox.list_messages(person.id, unread=wanted, before="", limit=9)
        return [row.id for row in rows]

    assert await listed(wanted=True) == [unread.id]
    assert await listed(wanted=False) == [read.id]


async def test_a_listed_message_says_what_its_row_says(tools: Tools) -> None:
    person = await a_person()
    facts = {"unit_name": "测试公司"}
    kept = await a_message(person, facts=facts, unit_id="u" * 26, read_at=NOW)

    (row,) = await inbox.list_messages(person.id, unread=None, before="", limit=9)

    assert row == (kept.id, "u" * 26, kept.topic, kept.subject, kept.facts, NOW, NOW)


async def test_a_message_is_read_once_whoever_repeats_it(tools: Tools) -> None:
    person = await a_person()
    message = await a_message(person)

    first = await inbox.read_message(person.id, message.id, now=NOW)
    again = await inbox.read_message(person.id, message.id, now=NOW.replace(year=2027))

    assert first.read_at == again.read_at == NOW


async def test_nobody_reads_the_message_of_another(tools: Tools) -> None:
    message = await a_message(await a_person())

    with pytest.raises(Refusal) as refused:
        await inbox.read_message((await a_person()).id, message.id, now=NOW)

    assert refused.value.entry is NOT_FOUND
    assert (await InboxMessage.get(id=message.id)).read_at is None


async def test_all_are_marked_read_up_to_what_was_seen(tools: Tools) -> None:
    person = await a_person()
    seen = [await a_message(person) for _ in range(3)]
    later = await a_message(person)
    others = await a_message(await a_person())

    marked = await inbox.read_all(person.id, up_to=seen[-1].id, now=NOW)

    assert (marked.count, marked.more) == (3, False)
    left = await InboxMessage.filter(read_at__isnull=True).values_list("id", flat=True)
    assert {str(each) for each in left} == {later.id, others.id}


async def test_the_badge_counts_to_99_and_then_says_that_there_are_more(tools: Tools) -> None:
    few, many = await a_person(), await a_person()
    await a_message(few)
    await a_message(few, read_at=NOW)
    for _ in range(101):
        await a_message(many)

    assert await inbox.count_unread(few.id) == inbox.Unread(1, more=False)
    assert await inbox.count_unread(many.id) == inbox.Unread(99, more=True)


async def test_page_and_badge_are_found_by_an_index_and_never_sorted(tools: Tools) -> None:
    person = await a_person()
    for _ in range(200):
        await a_message(person)

    plans = [await _plan_of(inbox.unread_query(person.id)), await _plan_of(_page(person.id))]

    for plan in plans:
        assert "inbox_messages" in plan
        assert "SCAN inbox_messages" not in plan.replace("SCAN inbox_messages USING", "")
        assert "TEMP B-TREE" not in plan


async def test_what_was_sent_to_a_grant_becomes_the_clerks_at_the_first_login(
    tools: Tools,
) -> None:
    person, unit = await a_person(), await a_unit()
    grant = await a_grant(unit, person)
    message = await a_message(person)
    await InboxMessage.filter(id=message.id).update(recipient=f"grant:{grant.id}", person_id=None)

    await Grant.filter(id=grant.id).update(person_id=None)
    before = await inbox.hand_over()

    await Grant.filter(id=grant.id).update(person_id=person.id)
    taken = [await inbox.hand_over() for _ in range(2)]

    assert (before, taken) == (0, [1, 0])
    assert (await InboxMessage.get(id=message.id)).person_id == person.id


def _page(person_id: str) -> tuple[str, list[object]]:
    found = InboxMessage.filter(person_id=person_id, id__lt="~").order_by("-id").limit(21)
    return found.sql(params_inline=True), []


async def _plan_of(asked: tuple[str, list[object]]) -> str:
    database = get_connections().get("default")
    if database.capabilities.dialect == "postgres":
        pytest.skip("so few rows are read whole by PostgreSQL, whatever there is to read them by")
    query, values = asked
    rows = await database.execute_query_dict(f"EXPLAIN QUERY PLAN {query}", values)
    return "\n".join(row["detail"] for row in rows)
