"""Event streams and long polls: what a waiting browser is told, and when (contract §4, §6)."""

import base64
import contextlib
from collections.abc import Awaitable, Callable
from typing import Any

import msgspec

from handlers import challenges, ecard_logins
from models.errors.entry import Refusal
from models.errors.system import BUSY
from models.frame import step_at
from models.store.challenge import STEP_S, Challenge
from models.store.session import key_of
from models.vocabulary import ChallengeStatus, Channel
from server.admission import Call, live_session
from server.hub import Hub, Waiter
from server.qr import QrTable, drawn_once
from server.wire import shapes, views

FRAMES_AHEAD = 2
HEARTBEAT_S = 10.0
SESSION_CHECK_S = 5.0
ECARD_S = 2.0
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
            pause_s = min(left_s, _pause_s(found, left_s))
            await waiter.wait(pause_s)
            left_s -= pause_s
            await _ask_ecard(call, found)
        found = await challenges.look(call.tools, cid, call.bind)
    return found if found.revision != revision else None


async def challenge_events(call: Call, cid: str) -> None:
    """Stream a challenge until it is over, the browser leaves, or the server stops."""
    _, hub, qr = call.context.ready
    if hub.waiting >= MOST_WAITING:
        raise BUSY.refuse(retry_after_s=5)
    async with hub.watch(f"q:{cid}") as waiter:
        found = await challenges.look(call.tools, cid, call.bind)
        send = await _begin(call)
        while True:
            if found.revision != waiter.revision:
                waiter.revision = found.revision
                await send(_event("status", _status(call, found), found.revision))
                if found.status not in WAITING:
                    await send(_event("end", {"status": found.status}))
                    return
            if found.status is ChallengeStatus.PENDING:
                await send(": \n" + _event("frame", {"frames": _frames(call, qr, found)}))
            else:
                await send(": \n\n")
            found = await _wait_for_news(call, hub, waiter, found)
            if hub.closing:
                await send("event: bye\nretry: 1000\ndata: {}\n\n")
                return


async def _wait_for_news(call: Call, hub: Hub, waiter: Waiter, found: Challenge) -> Challenge:
    """Sleep until the next frame is due or something happened, then read the challenge."""
    left_s = _until_next_frames_s(found)
    while left_s > 0 and not hub.closing:
        pause_s = min(left_s, _pause_s(found, left_s))
        woken = await waiter.wait(pause_s)
        left_s -= pause_s
        await _ask_ecard(call, found)
        if woken:
            break
    with contextlib.suppress(Refusal):
        return await challenges.look(call.tools, found.cid, call.bind)
    return found


def _until_next_frames_s(found: Challenge) -> float:
    at_ms = found.read_at_ms
    if found.status is not ChallengeStatus.PENDING:
        return min(HEARTBEAT_S, max(found.expires_at_ms - at_ms, 0) / 1000 + 0.05)
    step_ms = STEP_S * 1000
    step = step_at(found.issued_at_ms, at_ms)
    next_ms = found.issued_at_ms + (step + FRAMES_AHEAD) * step_ms
    return (min(next_ms, found.expires_at_ms) - at_ms) / 1000 + 0.01


def _pause_s(found: Challenge, left_s: float) -> float:
    polled = found.channel is Channel.ECARD and found.status in OPEN
    return min(left_s, ECARD_S) if polled else left_s


async def _ask_ecard(call: Call, found: Challenge) -> None:
    ecard = call.context.ecard
    if ecard is None or found.channel is not Channel.ECARD or found.status not in OPEN:
        return
    await ecard_logins.ask(call.tools, ecard, found.cid, call.actor, now=call.context.now())


def _frames(call: Call, qr: QrTable, found: Challenge) -> list[dict[str, Any]]:
    if found.channel is Channel.ECARD:
        symbol, text = drawn_once(found.content), found.content
        at = views.time_text(found.read_at_ms)
        return [
            {"frame": text, "url": text, "bits": symbol.base64(), "size": symbol.size, "at": at}
        ]
    first = step_at(found.issued_at_ms, found.read_at_ms)
    frames = call.tools.frames
    shown = []
    for step in range(first, first + FRAMES_AHEAD):
        token = frames.token(found.cid, found.generation, step)
        shown.append(
            {
                "frame": token,
                "url": frames.url(token),
                "bits": _base64(qr.bits(token)),
                "size": qr.size,
                "at": views.time_text(found.issued_at_ms + step * STEP_S * 1000),
            }
        )
    return shown


def _base64(bits: bytes) -> str:
    return base64.b64encode(bits).decode()


def _status(call: Call, found: Challenge) -> shapes.ShownChallenge:
    return views.challenge(call.tools.frames, found)


async def session_events(call: Call) -> None:
    """Stream a session's events; ends with `session-end` when the session does."""
    _, hub, _ = call.context.ready
    async with hub.watch(key_of(call.secret)) as waiter:
        await live_session(call)
        send = await _begin(call)
        while True:
            await send(": \n\n")
            await waiter.wait(SESSION_CHECK_S)
            if hub.closing:
                await send("event: bye\nretry: 1000\ndata: {}\n\n")
                return
            refusal = await _ended(call)
            if refusal is None:
                continue
            if waiter.message == "switched":
                await send(_event("unit-switched", {}))
            facts = {"code": refusal.entry.code, "title": refusal.title}
            await send(_event("session-end", facts))
            return


async def _ended(call: Call) -> Refusal | None:
    try:
        await live_session(call)
    except Refusal as refusal:
        # An outage is not the end of a session.
        return None if refusal.status >= 500 else refusal
    return None


async def _begin(call: Call) -> Send:
    headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no", "X-Trace-Id": call.trace_id}
    response: Any = await call.request.respond(content_type="text/event-stream", headers=headers)
    await response.send(":ok\n\n")
    send: Send = response.send
    return send


def _event(name: str, facts: Any, number: int | None = None) -> str:
    head = f"id: {number}\n" if number is not None else ""
    return f"{head}event: {name}\ndata: {msgspec.json.encode(facts).decode()}\n\n"
