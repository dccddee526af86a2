"""Messages, consents and preferences over HTTP, and news on the session's stream."""

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any

import pytest

from models.subscription import Subscription
from models.vocabulary import Role
from tests.build import a_desk_session, a_phone_session
from tests.live_clients import Client
from tests.messages import a_message
from tests.registered import Rep, a_registered_rep
from tests.server.door import Door, pushing_door

TEMPLATE = "sandbox-filing-status"


@pytest.fixture
async def front(sqlite_url: str) -> AsyncIterator[Door]:
    """The application with the demonstration's templates."""
    async with pushing_door(sqlite_url) as opened:
        yield opened


async def a_phone(front: Door, rep: Rep) -> Client:
    return front.phone((await a_phone_session(front.tools, rep.person)).secret)


async def test_a_message_is_worded_linked_and_read_over_http(front: Door) -> None:
    rep = await a_registered_rep()
    phone = await a_phone(front, rep)
    facts = {"unit_name": rep.unit.name, "reason": "人员离职"}
    message = await a_message(rep.person, facts=facts, unit_id=rep.unit.id)

    (shown,) = (await phone.get("/messages?unread=true")).good()["items"]
    counted = (await phone.get("/messages/unread-count")).good()
    read = (await phone.post(f"/messages/{message.id}/read")).good()

    assert shown["title"] == "授权已撤销"
    assert shown["body"].startswith(f"{rep.unit.name}的授权已撤销(人员离职)。")
    assert shown["unit"] == {"id": rep.unit.id, "name": rep.unit.name}
    assert shown["read_at"] is None
    assert counted == {"unread": 1, "more": False}
    assert read["read_at"] is not None
    assert (await phone.get("/messages?unread=1")).good()["items"] == []


async def test_pages_of_messages_follow_each_other(front: Door) -> None:
    rep = await a_registered_rep()
    phone = await a_phone(front, rep)
    written = [(await a_message(rep.person)).id for _ in range(5)]

    seen: list[str] = []
    cursor: str | None = ""
    while cursor is not None:
        page = (await phone.get(f"/messages?limit=2&cursor={cursor}")).good()
        seen += [item["id"] for item in page["items"]]
        cursor = page["next_cursor"]

    assert seen == written[::-1]


async def test_a_prompt_is_recorded_once_and_the_list_says_what_to_ask_for(front: Door) -> None:
    phone = await a_phone(front, await a_registered_rep())
    told = {"results": {TEMPLATE: "accept"}, "prompt_id": "prompt-0001"}

    before = _by_id((await phone.get("/subscriptions")).good())
    after = [_by_id((await phone.post("/subscriptions", told)).good()) for _ in range(2)]

    assert before[TEMPLATE]["remaining"] == 0
    assert sum(each["ask"] for each in before.values()) == 3
    assert [each[TEMPLATE]["remaining"] for each in after] == [1, 1]
    assert not after[0][TEMPLATE]["ask"]
    assert {each["platform"] for each in before.values()} == {"wechat"}


async def test_a_template_that_we_do_not_have_is_refused(front: Door) -> None:
    phone = await a_phone(front, await a_registered_rep())
    told = {"results": {"unheard-of": "accept"}, "prompt_id": "prompt-0001"}

    answer = await phone.post("/subscriptions", told)

    assert (answer.status, answer.code) == (422, "SB-9007")
    assert await Subscription.all().count() == 0


async def test_choices_are_kept_and_a_clock_that_is_none_is_refused(front: Door) -> None:
    phone = await a_phone(front, await a_registered_rep())
    quiet = {"starts": "22:00", "ends": "08:00"}
    wished = {"channels": {"filing": {"wechat": False}}, "quiet_hours": quiet}

    kept = (await phone.send("PUT", "/preferences", wished)).good()
    wrong = await phone.send(
        "PUT", "/preferences", {**wished, "quiet_hours": {"starts": "24:00", "ends": "08:00"}}
    )

    assert wrong.status == 422
    assert kept == (await phone.get("/preferences")).good()
    assert kept["quiet_hours"] == quiet
    by_group = {each["group"]: each["channels"] for each in kept["groups"]}
    assert by_group["filing"] == {"wechat": False}
    assert by_group["grant"] == {"wechat": True}


async def test_the_stream_tells_of_a_message_at_once_and_of_one_missed_on_coming_back(
    front: Door,
) -> None:
    rep = await a_registered_rep()
    secret = (await a_desk_session(front.tools, rep.person, Role.LEGAL_REP, rep.unit)).secret
    missed = await a_message(rep.person)

    async with front.http.get(
        f"{front.url}/api/v1/session/events",
        headers={"Cookie": f"__Host-zb_sid={secret}", "Last-Event-ID": "0" * 26},
    ) as stream:
        first = await _message(stream)
        news = await a_message(rep.person)
        began = asyncio.get_running_loop().time()
        await front.tools.news.announce({rep.person.id: news.id})
        second = await _message(stream)
        took_s = asyncio.get_running_loop().time() - began

    assert first == {"id": missed.id, "unread": 1, "more": False}
    assert second == {"id": news.id, "unread": 2, "more": False}
    assert took_s < 2


async def test_news_that_nobody_announced_aloud_is_found_by_its_version(front: Door) -> None:
    rep = await a_registered_rep()
    signed = await a_desk_session(front.tools, rep.person, Role.LEGAL_REP, rep.unit)

    async with front.http.get(
        f"{front.url}/api/v1/session/events", headers={"Cookie": f"__Host-zb_sid={signed.secret}"}
    ) as stream:
        await stream.content.readuntil(b":ok\n")
        message = await a_message(rep.person)
        redis: Any = front.app.ctx.opened.store.redis
        await redis.set(f"nv:{rep.person.id}", message.id)
        told = await _message(stream)

    assert told["id"] == message.id


async def _message(stream: Any) -> Any:
    async with asyncio.timeout(10):
        await stream.content.readuntil(b"event: message\n")
        line = await stream.content.readline()
    return json.loads(line.removeprefix(b"data: "))


def _by_id(page: Any) -> dict[str, Any]:
    return {item["template_id"]: item for item in page["items"]}
