"""`python -m tests.notify.laborer web|worker <database> <redis> <platform>`, made to be killed.

web commits the events that the test names on its standard input, and says each one that is
committed; worker plans and pushes to the platform of the test, under leases of 5 s.
"""

import asyncio
import sys
from collections.abc import Mapping

import aiohttp

from models import outbox
from models.database import tx
from models.outbox import Topic
from models.vocabulary import DeliveryChannel
from notify.channels.base import Address, Delivered, Message, Outcome, Reason, TryLater
from notify.engine import Engine, Means
from notify.lane import Pace
from server.bus import bus_of
from server.clock import utc_now
from server.resources import close_database, open_database
from server.settings import Settings
from tests.notify.engines import Accounts, Everybody
from tests.registered import settings

PACE = Pace(most=50, per_s=10_000, lease_s=5, margin_s=1.5)


class Wire:
    """The platform over HTTP."""

    def __init__(self, url: str, http: aiohttp.ClientSession) -> None:
        self._url = url
        self._http = http

    async def send(self, address: Address, message: Message) -> Outcome:
        """Send one message."""
        told = {"to": address.to, "n": message.fields["n"], "template": message.template}
        try:
            async with self._http.post(self._url, json=told) as answer:
                said: Mapping[str, str] = await answer.json()
                return Delivered(said["msgid"])
        except (aiohttp.ClientError, OSError, TimeoutError):
            return TryLater(Reason.UNANSWERED)


async def web(found: Settings) -> None:
    """Commit what is asked for; a database that hiccups is asked again."""
    bus = bus_of(found, lambda _: None)
    await bus.open()
    outbox.listen(bus.tell)
    reader = asyncio.StreamReader()
    loop = asyncio.get_running_loop()
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    while line := (await reader.readline()).decode().split():
        key, person_id = line
        try:
            async with tx():
                whom, facts = [outbox.person(person_id)], {"n": key}
                now = utc_now()
                await outbox.put(Topic.GRANT_REVOKED, key, whom, facts, dedupe_key=key, now=now)
        except Exception:  # noqa: BLE001 - the test asks again for what was not committed
            continue
        sys.stdout.write(f"{key}\n")
        sys.stdout.flush()


async def worker(found: Settings, platform: str) -> None:
    """Work until killed."""
    engines: list[Engine] = []

    def heard(_: list[str]) -> None:
        for each in engines:
            each.hear()

    bus = bus_of(found, heard)
    await bus.open()
    stop = asyncio.Event()
    async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=3)) as http:
        everybody = Everybody()
        means = Means(
            router=everybody,
            writer=everybody,
            book=Accounts(),
            channels={DeliveryChannel.WECHAT: Wire(platform, http)},
            now=utc_now,
            paces={DeliveryChannel.WECHAT: PACE},
        )
        engines.append(Engine(means, owner="laborer"))
        await asyncio.gather(engines[0].run(stop), bus.serve(stop))


async def main(role: str, database: str, redis: str, platform: str) -> None:
    """Open, and do one's part."""
    found = settings(database_url=database, redis_url=redis)
    await open_database(found)
    try:
        await (web(found) if role == "web" else worker(found, platform))
    finally:
        await close_database()


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
