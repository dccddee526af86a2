"""`python -m tests.notify.mortal <database> <folder> <step> <receipts>`: dies at every await, anew.

For each n a child process commits an event, plans, claims, sends and settles, and is killed at its
n-th await point; then another child, a minute later by the clock, does what is left to do. Prints
one JSON object: points walked, messages lost, half-written, sent twice.
"""

import asyncio
import json
import os
import sys
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from pathlib import Path

from models import outbox
from models.claims import claim
from models.database import tx
from models.delivery import Delivery, PlatformReceipt
from models.inbox import InboxMessage
from models.outbox import OutboxEvent, Topic
from models.person import PlatformAccount
from models.vocabulary import DeliveryChannel
from notify.channels.base import Address, Delivered, Message
from notify.judging import judge
from notify.planner import plan_due
from notify.preparing import Preparer
from notify.settler import write
from server.resources import close_database, open_database
from tests.notify.engines import (
    TEMPLATE,
    Accounts,
    Clock,
    Everybody,
    Phone,
    an_engine,
    somebody,
    work,
)
from tests.registered import NOW, settings
from tests.support.awaits import At

LEASE = timedelta(seconds=30)
MOST_POINTS = 400
WECHAT = DeliveryChannel.WECHAT


class Platform:
    """Remembers in a file what it accepted, whoever dies. Lines: `event-key msgid openid`."""

    def __init__(self, file: Path) -> None:
        self._file = file

    async def send(self, address: Address, message: Message) -> Delivered:
        """Take one message, with an await before and after."""
        await asyncio.sleep(0)
        accepted = self.accepted()
        msgid = f"m{len(accepted)}"
        with self._file.open("a", encoding="utf-8") as file:
            file.write(f"{message.fields['n']} {msgid} {address.to}\n")
        await asyncio.sleep(0)
        return Delivered(msgid)

    def accepted(self) -> list[list[str]]:
        """What it has accepted, in order."""
        if not self._file.exists():
            return []
        return [line.split() for line in self._file.read_text(encoding="utf-8").splitlines()]


async def one_life(person_id: str, key: str, at: datetime, platform: Platform) -> None:
    """Commit, plan, claim, send, settle: the engine's own steps, one after the other."""
    everybody = Everybody()
    async with tx():
        whom, facts = [outbox.person(person_id)], {"n": key}
        await outbox.put(Topic.GRANT_REVOKED, key, whom, facts, dedupe_key=key, now=at)
    await plan_due(everybody, at)
    claims = await claim(WECHAT, 10, now=at, lease_until=at + LEASE, owner="mortal")
    parcels, settled = await Preparer(WECHAT, Accounts(), everybody).prepare(claims, at)
    for parcel in parcels:
        outcome = await platform.send(parcel.address, parcel.message)
        settled.append(judge(parcel.claim, outcome, at, parcel.companions))
    await write(everybody, settled, at)


async def afterwards(at: datetime, platform: Platform, *, receipts: bool) -> None:
    """Another worker comes when the lease has ended; the platform has reported, or never does."""
    if receipts:
        async with tx():
            for _, msgid, openid in platform.accepted():
                known = await Delivery.exists(platform_msgid=msgid)
                if not known and not await PlatformReceipt.exists(msgid=msgid):
                    await PlatformReceipt.create(
                        channel=WECHAT,
                        msgid=msgid,
                        recipient=openid,
                        template=TEMPLATE,
                        delivered=True,
                        at=at - LEASE,
                    )
    phone = Phone(platform.send)
    await work(an_engine(phone, clock=Clock(at + LEASE + LEASE)), rounds=2)


def forked(url: str, steps: Callable[[], Awaitable[object]]) -> int:
    """Run steps in a child with a connection of its own; its exit status, negative when killed."""
    child = os.fork()
    if child == 0:
        os._exit(asyncio.run(_opened(url, steps)))
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


async def _opened(url: str, steps: Callable[[], Awaitable[object]]) -> int:
    await open_database(settings(database_url=url))
    try:
        return int(bool(await steps()))
    finally:
        await close_database()


def main(url: str, folder: Path, step: int, *, receipts: bool) -> dict[str, int]:
    """Walk, and count what went wrong."""
    platform = Platform(folder / "platform.txt")
    found = dict.fromkeys(("points", "kills", "lost", "half", "twice", "most"), 0)
    person_file = folder / "person.txt"

    async def prepare() -> None:
        person, _ = await somebody()
        person_file.write_text(person.id, encoding="utf-8")

    assert forked(url, prepare) == 0
    person_id = person_file.read_text(encoding="utf-8")
    for n in range(1, MOST_POINTS, step):
        at, key = NOW + timedelta(seconds=200 * n), f"life-{n}"

        async def live(n: int = n, at: datetime = at, key: str = key) -> bool:
            run = At(one_life(person_id, key, at, platform), n, "kill")
            await run
            return run.points >= n

        async def recover(at: datetime = at) -> None:
            await afterwards(at + timedelta(seconds=60), platform, receipts=receipts)

        status = forked(url, live)
        assert status in (0, -9), status
        assert forked(url, recover) == 0
        found["kills"] += status == -9
        if status == 0:
            found["points"] = n
            break
    assert forked(url, lambda: count(platform, folder)) == 0
    counted: dict[str, int] = json.loads((folder / "counted.json").read_text(encoding="utf-8"))
    return found | counted


async def count(platform: Platform, folder: Path) -> None:
    """Compare what was committed with what is in the inbox and what the platform accepted."""
    events = {each.dedupe_key: json.loads(each.facts)["n"] for each in await OutboxEvent.all()}
    inbox = [each.event_key for each in await InboxMessage.all()]
    open_ones = await Delivery.filter(state__in=[0, 1]).count()
    accounts = await PlatformAccount.all().count()
    assert accounts == 1
    sends: dict[str, int] = {}
    for number, _, _ in platform.accepted():
        sends[number] = sends.get(number, 0) + 1
    times = [sends.get(number, 0) for number in events.values()]
    counted = {
        "committed": len(events),
        "lost": sum(each == 0 for each in times) + open_ones,
        "half": abs(len(inbox) - len(events)) + len(set(events) ^ set(inbox)),
        "twice": sum(each - 1 for each in times if each > 1),
        "most": max(times, default=0),
    }
    (folder / "counted.json").write_text(json.dumps(counted), encoding="utf-8")


if __name__ == "__main__":
    _, where, place, stride, reported = sys.argv
    told = main(where, Path(place), int(stride), receipts=reported == "receipts")
    sys.stdout.write(json.dumps(told) + "\n")
