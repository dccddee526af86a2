"""`python -m bench.load.pushing ROLE …`: one process that pushes, and measures it (see main).

The product's own engine and gateway against the sandbox, and the same HTTP client in a bare loop.
Prints one JSON object.
"""

import asyncio
import json
import os
import resource
import sys
import time
from collections.abc import Mapping
from datetime import datetime
from functools import cache
from statistics import median
from typing import Any

import aiohttp
import asyncpg
import uvloop

from models import outbox
from models.claims import claim
from models.database import tx
from models.delivery import Delivery, DeliveryAttempt
from models.ids import new_id
from models.outbox import Topic
from models.person import Person, PlatformAccount
from models.raw import fetch
from models.subscription import Subscription
from models.vocabulary import DeliveryChannel, DeliveryState, IdType, Platform, SubscriptionMode
from notify.ports import Debt, Letter
from notify.writer import TextWriter
from server.clock import utc_now
from server.commands.demo_env import demo_templates
from server.context import Context
from server.gateways.wechat import WeChat
from server.pushes import engine_of
from server.resources import close_all, open_all
from server.settings import Settings

TOPIC = Topic.GRANT_REVOKED
SEND = "/wechat/cgi-bin/message/subscribe/send"
BATCH = 500


def cpu_s() -> float:
    """CPU time of this process."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


async def bare(sandbox: str, count: int, most: int) -> dict[str, Any]:
    """The same body, as fast as aiohttp posts it."""
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=64)) as http:
        token = await _token(http, sandbox)
        left = iter(range(count))
        url = f"{sandbox}{SEND}?access_token={token}"

        async def caller() -> None:
            for number in left:
                body = body_to(f"bench-{number % 1000}")
                headers = {"Content-Type": "application/json"}
                async with http.post(url, data=json.dumps(body), headers=headers) as answer:
                    said = json.loads(await answer.read())
                    assert said["errcode"] == 0, said

        began, used = time.perf_counter(), cpu_s()
        await asyncio.gather(*(caller() for _ in range(most)))
        return told_of(count, began, used)


async def _token(http: aiohttp.ClientSession, sandbox: str) -> str:
    told = {
        "grant_type": "client_credential",
        "appid": os.environ["ZB_WECHAT_APPID"],
        "secret": os.environ["ZB_WECHAT_SECRET"],
    }
    async with http.post(f"{sandbox}/wechat/cgi-bin/stable_token", json=told) as answer:
        return str((await answer.json(content_type=None))["access_token"])


def body_to(openid: str) -> dict[str, Any]:
    chosen = template()
    return {
        "touser": openid,
        "template_id": chosen.id,
        "data": {name: {"value": value} for name, value in _fields().items()},
        "miniprogram_state": "formal",
        "lang": "zh_CN",
        "page": "pages/inbox/index?message=" + "0" * 26,
    }


@cache
def _fields() -> Mapping[str, str]:
    """What the product would write."""
    whom = outbox.person("0" * 26)
    letter = Letter(new_id(), TOPIC, "s", whom, whom.id, {}, utc_now())
    debt = Debt(1, DeliveryChannel.WECHAT, "k", template().id, letter, 1)
    return TextWriter(demo_templates()).compose(debt).fields


@cache
def template() -> Any:
    found = demo_templates().current
    return next(
        each for (platform, key), each in found.items()
        if platform is Platform.WECHAT and key.value == "grant_result"
    )  # fmt: skip


def told_of(count: int, began: float, used: float) -> dict[str, Any]:
    wall = time.perf_counter() - began
    return {"per_s": count / wall, "cpu_ms": (cpu_s() - used) / count * 1000, "wall_s": wall}


async def people(count: int) -> list[str]:
    """People with WeChat accounts that take any number; their ids."""
    now, chosen = utc_now(), template()
    persons = [
        Person(
            id=new_id(),
            id_type=IdType.RESIDENT_ID,
            id_no_sealed=b"0",
            id_no_index=f"i{number}",
            name_sealed=b"0",
            name_index="n",
            created_at=now,
        )
        for number in range(count)
    ]
    accounts = [
        PlatformAccount(
            id=new_id(),
            platform=Platform.WECHAT,
            appid="wx",
            kind="openid",
            subject=f"bench-{number}",
            person_id=each.id,
            bound_at=now,
            created_at=now,
        )
        for number, each in enumerate(persons)
    ]
    await Person.bulk_create(persons, batch_size=BATCH)
    await PlatformAccount.bulk_create(accounts, batch_size=BATCH)
    await Subscription.bulk_create(
        [
            Subscription(
                id=new_id(), account_id=each.id, template=chosen.id, mode=SubscriptionMode.LONG
            )
            for each in accounts
        ],
        batch_size=BATCH,
    )
    return [each.id for each in persons]


async def owe(ids: list[str], count: int, prefix: str) -> None:
    """Commit so many events, many in a transaction, as the clock owes its reminders."""
    for start in range(0, count, BATCH):
        events = []
        for number in range(start, min(count, start + BATCH)):
            key, whom = f"{prefix}{number}", [outbox.person(ids[number % len(ids)])]
            events.append(outbox.owed(TOPIC, key, whom, {}, dedupe_key=key, now=utc_now()))
        async with tx():
            await outbox.put_all(events)


async def ours(context: Context, count: int, most: int) -> dict[str, Any]:
    """Drain a backlog that is planned already: claim, word, send, settle."""
    engine = engine_of(context, most=most)
    ids = await people(min(count, 1000))
    owing, used = time.perf_counter(), cpu_s()
    await owe(ids, count, "d")
    owed = told_of(count, owing, used)
    planning, used = time.perf_counter(), cpu_s()
    while (await engine.plan()).events:
        pass
    planned = told_of(count, planning, used)
    stop = asyncio.Event()
    began, used = time.perf_counter(), cpu_s()
    running = asyncio.create_task(engine.run(stop))
    # Looked for rarely and by the cheapest of questions: it is counted as the worker's own work.
    while await fetch("SELECT 1 AS open FROM deliveries WHERE state < 2 LIMIT 1"):
        await asyncio.sleep(0.1)
    told = told_of(count, began, used)
    stop.set()
    await running
    states = {each: await Delivery.filter(state=each).count() for each in DeliveryState}
    return told | {
        "owing": owed,
        "planning": planned,
        "states": {each.name: number for each, number in states.items() if number},
    }


async def gateway(context: Context, count: int, most: int) -> dict[str, Any]:
    """Send by the product's gateway and by nothing else around it."""
    wechat = context.platforms[Platform.WECHAT]
    assert isinstance(wechat, WeChat)
    chosen, fields = template(), _fields()
    assert (await wechat.send_subscribe("bench-0", chosen.id, "p", fields)).errcode == 0
    left = iter(range(count))

    async def caller() -> None:
        for number in left:
            sent = await wechat.send_subscribe(f"bench-{number % 1000}", chosen.id, "p", fields)
            assert sent.errcode == 0, sent

    began, used = time.perf_counter(), cpu_s()
    await asyncio.gather(*(caller() for _ in range(most)))
    return told_of(count, began, used)


async def live(context: Context, seconds: int, per_s: int) -> dict[str, Any]:
    """Commits at a steady rate beside the engine: from commit to accepted."""
    engine = engine_of(context, most=50)
    unlisten = outbox.listen(lambda _: engine.hear())
    ids = await people(1000)
    stop = asyncio.Event()
    running = asyncio.create_task(engine.run(stop))
    await asyncio.sleep(0.5)
    began = time.perf_counter()
    commits = set()
    committed: dict[str, datetime] = {}

    async def commit(number: int) -> None:
        await owe([ids[number % 1000]], 1, f"l{number}-")
        committed[f"l{number}-0"] = utc_now()

    for number in range(seconds * per_s):
        due = began + number / per_s
        await asyncio.sleep(max(0.0, due - time.perf_counter()))
        commits.add(asyncio.create_task(commit(number)))
    await asyncio.gather(*commits)
    while await Delivery.filter(state__lt=2).exists():
        await asyncio.sleep(0.05)
    stop.set()
    await running
    unlisten()
    rows = await DeliveryAttempt.filter(outcome="delivered").select_related("delivery__message")
    waits = sorted(
        (row.finished_at - committed[row.delivery.message.subject]).total_seconds() * 1000
        for row in rows
    )
    return {
        "count": len(waits),
        "p50_ms": waits[len(waits) // 2],
        "p95_ms": waits[int(len(waits) * 0.95)],
        "p99_ms": waits[int(len(waits) * 0.99)],
    }


async def claims(context: Context) -> dict[str, Any]:
    """µs per claimed delivery by backlog and by batch (G15)."""
    assert context.settings.database_url.startswith("postgres")
    await people(1)
    found: dict[str, Any] = {}
    for backlog in (2_000, 500_000):
        await _backlog(context.settings.database_url, backlog)
        for batch in (1, 100):
            took = []
            for _ in range(15 if batch == 100 else 200):
                now, began = utc_now(), time.perf_counter()
                got = await claim(
                    DeliveryChannel.WECHAT, batch, now=now, lease_until=now, owner="bench"
                )
                took.append((time.perf_counter() - began) / len(got) * 1e6)
                await fetch("UPDATE deliveries SET state = 2 WHERE state = 1 RETURNING id")
            found[f"{backlog}/{batch}"] = median(took)
    return found


async def _backlog(url: str, count: int) -> None:
    connection = await asyncpg.connect(url, command_timeout=120)
    await connection.execute(
        "TRUNCATE deliveries, inbox_messages CASCADE;"
        " INSERT INTO inbox_messages (id, recipient, topic, subject, event_key, series, facts,"
        " urgency, text_version, created_at) SELECT lpad(n::text, 26, '0'), 'person:' || n,"
        f" '{TOPIC.value}', 's', 'k' || n, '', '{{}}', 1, 1, now()"
        f" FROM generate_series(1, {count}) n; INSERT INTO deliveries"
        " (message_id, channel, recipient_key, template, urgency, state,"
        " attempts, tries, most_tries, due_at, once, guard, reason, code, created_at)"
        " SELECT lpad(n::text, 26, '0'), 'wechat', 'r' || n, 't', n % 3, 0, 0, 0, 12,"
        " now() - interval '1 hour', false, '', '', '', now()"
        f" FROM generate_series(1, {count}) n; ANALYZE deliveries;"
    )
    await connection.close()


async def main(role: str, *given: str) -> dict[str, Any]:
    """Run one role."""
    if role == "bare":
        return await bare(given[0], int(given[1]), int(given[2]))
    context = Context(Settings.from_environ())
    opened = await open_all(context)
    try:
        if role == "ours":
            return await ours(context, int(given[0]), int(given[1]))
        if role == "gateway":
            return await gateway(context, int(given[0]), int(given[1]))
        if role == "live":
            return await live(context, int(given[0]), int(given[1]))
        return await claims(context)
    finally:
        await close_all(opened)


if __name__ == "__main__":
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        sys.stdout.write(json.dumps(runner.run(main(*sys.argv[1:]))) + "\n")
