"""A QR login: issuing, polling, the whole of it; beside the naive way and OAuth device flows."""

import asyncio
import contextlib
import random
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from statistics import median
from typing import TypeVar

from bench.load.closed import Operation
from bench.load.http import Caller, build
from bench.load.login import BASE, Desk, Hand, LoginRefused, login_by_polls, login_by_stream
from bench.load.pump import Pump, answered
from bench.procs import Server, StartError
from bench.product import ProductMissing
from bench.programs import start_bare, start_evalsha
from bench.record import SuiteResult
from bench.rounds import Bench, Candidate, Prepare
from bench.run import Run, keep
from bench.speakers import Speaker, start_naive, start_ours
from bench.stores import StoreMissing, StoreTime, redis_pid, scratch_database, scratch_redis
from bench.suites.http import getting
from bench.thirdparty import PEERS, DeviceClient, Peer, PeerMissing, pending, start_peer

LIMIT_S, QUICK_S = 900.0, 60.0
CALLERS = 16
CONNECTIONS_EACH = 2
ADDRESSES = 256
POLLS = 20
PEER_POLLS = 6
STEP_LOGINS, STEP_SETTLE_S = 24, 0.004
T = TypeVar("T")


@dataclass(slots=True)
class Field:
    """Everything that takes part, alive at once."""

    bare: dict[str, Server] = field(default_factory=dict)
    evalsha: Server | None = None
    speakers: list[Speaker] = field(default_factory=list)
    peers: list[tuple[Peer, Server, list[DeviceClient]]] = field(default_factory=list)


async def measure(run: Run) -> SuiteResult:
    """Three tables of rounds: issue, poll, whole login."""
    result = SuiteResult("login")
    end = run.deadline(LIMIT_S, QUICK_S)
    async with contextlib.AsyncExitStack() as stack:
        try:
            redis = await stack.enter_async_context(scratch_redis())
        except StoreMissing as missing:
            result.skipped = {
                name: str(missing) for goal in run.goals.of("login")
                for name in (goal.numerator, goal.denominator)
            }  # fmt: skip
            return result
        stores = StoreTime(await redis_pid(redis))
        taking_part = await _field(run, stack, result)
        await _facts(taking_part, result)
        tables = (("issue", _issuing), ("poll", _polling), ("whole", _whole))
        for number, (group, candidates) in enumerate(tables):
            rows = candidates(taking_part)
            result.rows += rows
            bench = Bench(rows, stores, run.seconds)
            left_s = max(0.0, end - time.monotonic())
            deadline = time.monotonic() + left_s / (len(tables) - number)
            await run.take(bench, deadline, run.undecided(result, f"{group}/"))
    result.control = run.control(result)
    return result


async def _field(run: Run, stack: contextlib.AsyncExitStack, result: SuiteResult) -> Field:
    found = Field()
    for name in ("b0", "b0-again"):
        found.bare[name] = keep(stack, start_bare(f"login-{name}", run.logs))
    found.evalsha = keep(stack, start_evalsha(run.logs))
    for name, starting in (("ours", start_ours), ("naive", start_naive)):
        try:
            found.speakers.append(await starting(run, stack, CALLERS))
        except (ProductMissing, StoreMissing, StartError, LoginRefused) as missing:
            _skip(result, name, str(missing))
    for peer in PEERS:
        try:
            database = await stack.enter_async_context(scratch_database(peer.name))
            server = keep(stack, start_peer(peer, database, run.out, run.logs))
        except (PeerMissing, StartError, StoreMissing) as missing:
            _skip(result, peer.name, str(missing))
            continue
        clients = [DeviceClient(peer, server.port) for _ in range(CALLERS)]
        found.peers.append((peer, server, clients))
    return found


def _skip(result: SuiteResult, name: str, why: str) -> None:
    for row in ("issue", "poll", "whole"):
        result.skipped[f"{row}/{name}"] = f"{name}: {why}"
    for way in ("sse", "polls"):
        result.skipped[f"whole/{name}-{way}"] = f"{name}: {why}"


async def _facts(taking_part: Field, result: SuiteResult) -> None:
    for speaker in taking_part.speakers:
        caller = Caller(speaker.server.port)
        headers = {"Origin": f"http://127.0.0.1:{speaker.server.port}"}
        request = build("POST", f"{BASE}/login/challenges", headers=headers, body={"role": "clerk"})
        answer = await caller.send(request)
        caller.close()
        result.facts[f"issue_answer_bytes/{speaker.name}"] = len(answer.head) + 4 + len(answer.body)
        result.facts[f"rss_mb/{speaker.name}"] = speaker.server.memory().rss / 2**20
        result.facts[f"login_steps_us/{speaker.name}"] = await _steps(speaker)


async def _steps(speaker: Speaker) -> dict[str, float]:
    """Median server CPU, µs, of each step of a login, one login at a time."""
    spent: dict[str, list[float]] = {}
    last = 0

    async def mark(step: str) -> None:
        nonlocal last
        await asyncio.sleep(STEP_SETTLE_S)
        now = speaker.server.cpu_ns()
        spent.setdefault(step, []).append((now - last) / 1000)
        last = now

    for number in range(STEP_LOGINS):
        which = number % len(speaker.desks)
        last = speaker.server.cpu_ns()
        await login_by_stream(speaker.desks[which], speaker.hands[which], mark)
    return {step: median(values) for step, values in spent.items()}


def _bare(taking_part: Field, group: str) -> list[Candidate]:
    return [
        Candidate(f"{group}/{name}", server, getting(server.port, "/"))
        for name, server in taking_part.bare.items()
    ]


def _issuing(taking_part: Field) -> list[Candidate]:
    rows = _bare(taking_part, "issue")
    if taking_part.evalsha is not None:
        server = taking_part.evalsha
        rows.append(Candidate("issue/b1", server, posting(server.port)))
    for speaker in taking_part.speakers:
        pumps = [desk.issuing("clerk", ADDRESSES) for desk in _doubled(speaker.desks)]
        rows.append(Candidate(f"issue/{speaker.name}", speaker.server, _fixed(pumps)))
    for peer, server, clients in taking_part.peers:
        issuing = _fixed([one.issuing() for one in _doubled(clients)])
        rows.append(Candidate(f"issue/{peer.name}", server, issuing))
    return rows


def _polling(taking_part: Field) -> list[Candidate]:
    rows = _bare(taking_part, "poll")
    for speaker in taking_part.speakers:
        rows.append(Candidate(f"poll/{speaker.name}", speaker.server, _asking(speaker.desks)))
    for peer, server, clients in taking_part.peers:
        rows.append(Candidate(f"poll/{peer.name}", server, _peer_polling(clients)))
    return rows


def _whole(taking_part: Field) -> list[Candidate]:
    rows = []
    for speaker in taking_part.speakers:
        pairs = list(zip(speaker.desks, speaker.hands, strict=True))
        by_stream = _fixed([_logging_in(desk, hand, None) for desk, hand in pairs])
        by_polls = _fixed([_logging_in(desk, hand, POLLS) for desk, hand in pairs])
        rows.append(Candidate(f"whole/{speaker.name}-sse", speaker.server, by_stream))
        rows.append(Candidate(f"whole/{speaker.name}-polls", speaker.server, by_polls))
    for peer, server, clients in taking_part.peers:
        operations = [_bound(one.issue_and_polls, PEER_POLLS) for one in clients]
        rows.append(Candidate(f"whole/{peer.name}", server, _fixed(operations)))
    return rows


def posting(port: int) -> Prepare:
    """Prepares POSTs to B1 on as many connections, each from another address as in an issue."""
    rng = random.Random(1)

    def request() -> bytes:
        address = f"10.{rng.getrandbits(8)}.{rng.getrandbits(8)}.{rng.getrandbits(8)}"
        return build("POST", "/", headers={"X-Forwarded-For": address}, body={"role": "clerk"})

    return _fixed(
        [
            Pump(port, answered(200), [request() for _ in range(ADDRESSES)])
            for _ in range(CALLERS * CONNECTIONS_EACH)
        ]
    )


def _doubled(callers: Sequence[T]) -> list[T]:
    """Each as often as it has connections where all that counts is how many asks there are."""
    return [*callers] * CONNECTIONS_EACH


def _bound(ask_for: Callable[[T], Awaitable[bool]], argument: T) -> Operation:
    return lambda: ask_for(argument)


def _fixed(operations: Sequence[Operation]) -> Prepare:
    async def prepare() -> Sequence[Operation]:
        return operations

    return prepare


def _asking(desks: Sequence[Desk]) -> Prepare:
    pumps = [Pump(desk.port, answered(200)) for desk in _doubled(desks)]

    async def prepare() -> Sequence[Operation]:
        challenges = await asyncio.gather(*(desk.issue("clerk") for desk in desks))
        asked = zip(pumps, _doubled(desks), _doubled(challenges), strict=True)
        for pump, desk, challenge in asked:
            pump.turn_to(desk.asking(challenge))
        return pumps

    return prepare


def _peer_polling(clients: Sequence[DeviceClient]) -> Prepare:
    pumps = [Pump(client.port, pending) for client in _doubled(clients)]

    async def prepare() -> Sequence[Operation]:
        codes = await asyncio.gather(*(client.issue() for client in clients))
        for pump, client, code in zip(pumps, _doubled(clients), _doubled(codes), strict=True):
            pump.turn_to(client.asking(code))
        return pumps

    return prepare


def _logging_in(desk: Desk, hand: Hand, polls: int | None) -> Operation:
    async def once() -> bool:
        if polls is None:
            return bool(await login_by_stream(desk, hand))
        return bool(await login_by_polls(desk, hand, polls))

    return once
