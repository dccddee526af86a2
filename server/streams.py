"""Event streams and long polls: what a waiting browser is told, and when (contract §4, §6)."""

import time
from collections.abc import Awaitable, Callable
from typing import Any

from msgspec.structs import replace

from handlers import challenges, ecard_logins
from models.errors.entry import Refusal
from models.errors.system import BUSY
from models.store.challenge import Challenge
from models.store.session import Session, key_of
from models.vocabulary import ChallengeStatus, Channel
from server.admission import live_session
from server.arrivals import Arrivals
from server.call import Call
from server.events import event_text
from server.heads import put_on
from server.hub import Waiter
from server.reply import Reply
from server.showing import Shows
from server.wire import views

HEARTBEAT_S = 10.0
SESSION_CHECK_S = 5.0
ECARD_S = 2.0
OUTAGE_S = 2.0
MOST_WAITING = 15_000
"""Streams a process holds at most: beyond it descriptors run out, and pages poll instead."""
OPEN = (ChallengeStatus.PENDING, ChallengeStatus.SCANNED, ChallengeStatus.GRANT_WAIT)
WAITING = (*OPEN, ChallengeStatus.APPROVED)

Send = Callable[[str], Awaitable[Any]]


async def next_change(call: Call, cid: str, revision: int, wait_s: int) -> Challenge | None:
    """The challenge, at once or as soon as its revision is another; None when it stayed."""
    found = await challenges.look(call.tools, cid, call.bind, poll=True)
    if not wait_s or found.revision != revision or found.status not in WAITING:
        return found
    hub = call.context.ready[1]
    async with hub.watch(f"q:{cid}") as waiter:
        waiter.revision = revision
        left_s = float(wait_s)
        while left_s > 0 and not hub.closing:
            found = await challenges.look(call.tools, cid, call.bind)
            if found.revision != revision:
                return found
            pause_s = _pause_s(found, left_s)
            await waiter.wait(pause_s)
            left_s -= pause_s
            await _ask_ecard(call, found)
        found = await challenges.look(call.tools, cid, call.bind)
    return found if found.revision != revision else None


async def challenge_events(call: Call, cid: str) -> None:
    """Stream a challenge until it is over, the browser leaves, or the server stops."""
    _, hub, shows = call.context.ready
    if hub.waiting >= MOST_WAITING:
        raise BUSY.refuse(retry_after_s=5)
    async with hub.watch(f"q:{cid}") as waiter:
        found = await challenges.look(call.tools, cid, call.bind)
        send = await _begin(call)
        # Everything that is due goes out in one piece: each piece costs a system call.
        piece = ":ok\n\n"
        while True:
            await send(piece + _news(call, shows, waiter, found))
            piece = ""  # nothing long is kept while waiting
            if found.status not in WAITING:
                return
            found = await _wait_for_news(call, shows, waiter, found)
            if hub.closing:
                await send("event: bye\nretry: 1000\ndata: {}\n\n")
                return


def _news(call: Call, shows: Shows, waiter: Waiter, found: Challenge) -> str:
    """What the browser has not been told yet; at least a comment, which keeps the line alive."""
    told = ": \n"
    if found.revision != waiter.revision:
        waiter.revision = found.revision
        told += event_text("status", views.challenge(call.tools.frames, found), found.revision)
    if found.status is ChallengeStatus.PENDING:
        return told + shows.frames(found)
    if found.status not in WAITING:
        return told + event_text("end", {"status": found.status})
    return told + "\n"


async def _wait_for_news(call: Call, shows: Shows, waiter: Waiter, found: Challenge) -> Challenge:
    """Sleep until something happened or the browser is owed a sign of life, then read again."""
    began = time.monotonic()
    left_s = max(found.expires_at_ms - found.read_at_ms, 0) / 1000 + 0.05
    if found.status is ChallengeStatus.PENDING and found.channel is not Channel.ECARD:
        protocol: Any = call.request.transport.get_protocol()
        with shows.keep(found, protocol.push):
            await waiter.wait(left_s)
    else:
        await _wait_asking(call, waiter, found, min(left_s, HEARTBEAT_S))
    try:
        return await challenges.look(call.tools, found.cid, call.bind)
    except Refusal as refusal:
        if refusal.status < 500:
            # What the store has forgotten nobody can scan any more.
            return replace(found, status=ChallengeStatus.EXPIRED, revision=found.revision + 1)
        await waiter.wait(OUTAGE_S)
        at_ms = found.read_at_ms + int((time.monotonic() - began) * 1000)
        return replace(found, read_at_ms=at_ms)


async def _wait_asking(call: Call, waiter: Waiter, found: Challenge, left_s: float) -> None:
    woken = False
    while left_s > 0 and not woken:
        pause_s = _pause_s(found, left_s)
        woken = await waiter.wait(pause_s)
        left_s -= pause_s
        await _ask_ecard(call, found)


def _pause_s(found: Challenge, left_s: float) -> float:
    polled = found.channel is Channel.ECARD and found.status in OPEN
    return min(left_s, ECARD_S) if polled else left_s


async def _ask_ecard(call: Call, found: Challenge) -> None:
    ecard = call.context.ecard
    if ecard is None or found.channel is not Channel.ECARD or found.status not in OPEN:
        return
    await ecard_logins.ask(call.tools, ecard, found.cid, call.actor, now=call.context.now())


async def session_events(call: Call) -> None:
    """Stream a session's events; ends with `session-end` when the session does."""
    _, hub, _ = call.context.ready
    async with hub.watch(key_of(call.secret)) as waiter:
        arrivals = Arrivals(call, await live_session(call))
        first = await arrivals.begin()
        send = await _begin(call)
        await send(f":ok\n\n{first}")
        while True:
            await send(": \n\n")
            await waiter.wait(SESSION_CHECK_S)
            if hub.closing:
                await send("event: bye\nretry: 1000\ndata: {}\n\n")
                return
            standing = await _standing(call)
            if standing is None:
                continue
            if isinstance(standing, Session):
                if told := await arrivals.next(standing):
                    await send(told)
                continue
            if waiter.message == "switched":
                await send(event_text("unit-switched", {}))
            facts = {"code": standing.entry.code, "title": standing.title}
            await send(event_text("session-end", facts))
            return


async def _standing(call: Call) -> Session | Refusal | None:
    try:
        return await live_session(call)
    except Refusal as refusal:
        # An outage is not the end of a session.
        return None if refusal.status >= 500 else refusal


async def _begin(call: Call) -> Send:
    call.request.head = b""  # read long ago, and kept as long as the stream
    headers: dict[str, str] = {"X-Accel-Buffering": "no"}
    put_on(headers, call.trace_id, secure=call.context.settings.secure)
    response: Any = await call.request.respond(
        Reply(content_type="text/event-stream", headers=headers)
    )
    send: Send = response.send
    return send
