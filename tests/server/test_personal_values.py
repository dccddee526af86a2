"""What people are called, their numbers, phones and mailboxes appear nowhere but in their answers.

Somebody does everything that can be done, also wrongly; then logs, measures, error answers, the
database's files and every key of Redis are searched for them.
"""

import asyncio
import logging
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from redis.asyncio import Redis

from handlers import consents, contacts, exports
from handlers.one_time_codes import Way
from models.identity import Identity
from models.notice import VERSION
from models.unit import LegalRep
from models.vocabulary import Role
from server.hashing import Hashing
from server.logs import JsonLines
from tests.build import (
    NOW,
    Rep,
    a_card,
    a_desk_session,
    a_grant,
    a_person,
    a_registered_rep,
    a_unit,
    an_actor,
    an_identity,
    vault,
)
from tests.handlers.accounts import PASSWORD, a_held_account
from tests.live_clients import Answer
from tests.server.door import Door, door
from tests.support import services

pytestmark = pytest.mark.redis

REDIS = urlsplit(services.REDIS)._replace(path="/11").geturl()
NAME, PHONE, OTHER_PHONE = "欧阳独一", "13912399001", "13912399002"
MAILBOX, OTHER_MAILBOX = "ouyang@zhangban.example.cn", "duyi@zhangban.example.cn"
WRONG = "Wrong-Horse-1"


class _Kept(logging.Handler):
    """Every record as the product writes it, and as it was before anything was cut out."""

    def __init__(self) -> None:
        super().__init__(logging.DEBUG)
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(JsonLines().format(record))
        self.lines.append(f"{record.getMessage()} {vars(record)}")


@pytest.fixture
async def front(sqlite_url: str) -> AsyncIterator[Door]:
    """The application on a database file and a real Redis, both empty."""
    redis: Redis = Redis.from_url(REDIS)
    await redis.flushdb()
    async with door(sqlite_url, redis_url=REDIS, password_tries="1000") as opened:
        yield opened
    await redis.flushdb()
    await redis.aclose()


@pytest.fixture
def logged() -> Iterator[_Kept]:
    """What is logged from here on, at every level."""
    handler, root = _Kept(), logging.getLogger("zhangban")
    before = root.level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    yield handler
    root.removeHandler(handler)
    root.setLevel(before)


async def live_through_everything(front: Door) -> tuple[list[Answer], list[str]]:
    """Answers that refuse, and what must not be found anywhere."""
    hashing = front.app.ctx.hashing
    assert isinstance(hashing, Hashing)
    new = an_identity(NAME)
    person = await a_person(Identity(new.id_type, new.id_no, NAME, PHONE))
    unit = await a_unit("独一公司")
    held = await a_held_account(
        hashing, email=MAILBOX, rep=await a_registered_rep(unit, person), phone=PHONE
    )
    await LegalRep.filter(id=held.legal_rep.id).update(
        phone_sealed=vault().seal(PHONE, aad=f"legal_reps.phone.{held.legal_rep.id}")
    )
    await a_grant(await a_unit("别家公司"), person, name="欧阳写错")
    refused = await _by_password(front, held.unit.uscc)
    refused += await _by_scan(front, Rep(person, unit, held.legal_rep))
    await _rights(front, Rep(person, unit, held.legal_rep))
    values = [NAME, new.id_no, PHONE, OTHER_PHONE, MAILBOX, OTHER_MAILBOX, PASSWORD, WRONG]
    return refused, values


async def _by_password(front: Door, uscc: str) -> list[Answer]:
    desk = front.client()
    refused = [
        await desk.post("/login/password", {"account": account, "password": password})
        for account, password in (
            (uscc, WRONG),
            (PHONE, WRONG),
            (PHONE, ""),
            ("", WRONG),
            (OTHER_PHONE, WRONG),
            (PHONE, WRONG),
        )
    ]
    refused.append(await desk.post("/login/password", {"account": PHONE, "password": 5}))
    refused.append(await desk.post("/login/reset", {"token": "A" * 43, "password": WRONG}))
    (await desk.post("/login/otp", {"account": PHONE})).good()
    (await desk.post("/login/otp", {"account": OTHER_PHONE})).good()
    (await desk.post("/login/password", {"account": PHONE, "password": PASSWORD})).good()
    return refused


async def _by_scan(front: Door, rep: Rep) -> list[Answer]:
    identity = rep.person.open(vault())
    front.cards.by["security"] = a_card(identity)
    phone = front.phone()
    signed = (await phone.post("/phone/login", {"platform": "wechat", "code": "c1"})).good()
    phone.headers["Authorization"] = f"Bearer {signed['token']}"
    (await phone.post("/phone/identity", {"ecard": {"security": "security"}})).good()
    desk = front.client()
    refused = []
    for role in ("clerk", "legal_rep"):
        shown = (await desk.post("/login/challenges", {"role": role})).good()
        scan = {"text": shown["url"], "scene": 1011, "source": "scanner"}
        answer = await phone.post("/phone/scans", scan)
        if role == "clerk":
            refused.append(answer)
            continue
        nonce = answer.good()["nonce"]
        path = f"/phone/challenges/{shown['id']}/approve"
        (await phone.post(path, {"nonce": nonce, "role": role})).good()
        (await desk.post(f"/login/challenges/{shown['id']}/exchange", {})).good()
    return refused


async def _rights(front: Door, rep: Rep) -> None:
    tools = front.tools
    desk = await a_desk_session(tools, rep.person, Role.LEGAL_REP, rep.unit)
    actor = an_actor(desk.session)
    await consents.give(tools, desk.session, actor, VERSION, now=NOW)
    ways: tuple[tuple[Way, str], ...] = (("phone", OTHER_PHONE), ("email", OTHER_MAILBOX))
    for way, address in ways:
        issued = await contacts.ask(tools, desk.session, actor, way, address, now=NOW)
        assert issued.letter is not None
        code = issued.letter.text[6:12]
        await contacts.bind(tools, desk.session, actor, issued.request_id, code, now=NOW)
    await exports.ask(tools, desk.session, actor, now=NOW)
    await exports.make_due(tools, now=NOW)


async def everything_in_redis() -> bytes:
    """Names and values of all keys, as they are."""
    redis: Redis = Redis.from_url(REDIS)
    found = []
    readers: dict[Any, Any] = {
        b"string": redis.get,
        b"hash": redis.hgetall,
        b"set": redis.smembers,
        b"zset": lambda key: redis.zrange(key, 0, -1, withscores=True),
        b"list": lambda key: redis.lrange(key, 0, -1),
        b"stream": redis.xrange,
    }
    for key in await redis.keys("*"):
        reader: Any = readers[await redis.type(key)]
        found.append(f"{key!r} {await reader(key)!r}".encode())
    await redis.aclose()
    assert len(found) > 5
    return b"\n".join(found)


def shapes_of(value: str) -> set[bytes]:
    """A value as a file or a repr may hold it."""
    plain = value.encode()
    return {plain, repr(plain)[2:-1].encode(), value.encode("utf-16-le"), plain.hex().encode()}


async def test_no_personal_value_is_found_in_logs_measures_errors_files_or_redis(
    front: Door, logged: _Kept, sqlite_url: str
) -> None:
    refused, values = await live_through_everything(front)
    metrics = await front.client().get("//metrics")
    await asyncio.sleep(0)

    file = Path(sqlite_url.removeprefix("sqlite://"))
    files = b"".join(each.read_bytes() for each in file.parent.glob(f"{file.name}*"))
    places = {
        "logs": "\n".join(logged.lines).encode(),
        "metrics": metrics.body,
        "errors": b"\n".join(a.body + str(dict(a.headers)).encode() for a in refused),
        "database": files,
        "redis": await everything_in_redis(),
    }
    found = [
        (place, value)
        for place, content in places.items()
        for value in values
        if any(shape in content for shape in shapes_of(value))
    ]

    assert found == []
    assert all(400 <= each.status < 500 for each in refused), [each.status for each in refused]
    assert len(files) > 100_000
    assert metrics.status == 200
    assert b"login.failed" in files
