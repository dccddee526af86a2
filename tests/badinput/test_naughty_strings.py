"""Naughty strings in every position that a client controls: refused or harmless, never a fault."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator, Sequence
from urllib.parse import quote

from tests.badinput.judging import LEAKS, nothing_changes
from tests.badinput.naughty import NAUGHTY
from tests.live import Answer, Client, Desk, Live, Phone
from tests.support import personal

Position = tuple[str, Callable[[str], Awaitable[Answer]]]
NOBODY = "01ja000000000000000000000a"


async def test_a_naughty_string_is_refused_or_harmless_wherever_it_stands(live: Live) -> None:
    desk, faults = await live.sign_in("P1"), []
    phone, other = await live.phone("P2"), live.desk()
    await other.issue()

    async with nothing_changes(live):
        for position, send in _positions(live.client(), desk, other, phone):
            for some in batched(NAUGHTY, 16):
                answers = await asyncio.gather(*map(send, some))
                for naughty, answer in zip(some, answers, strict=True):
                    fault = _fault(naughty, answer)
                    faults += [f"{position} {naughty[:40]!r}: {fault}"] if fault else []

    assert not faults, "\n".join(faults[:50])
    # A pointer says the client's own words back to it; nothing else repeats them.
    assert all('"pointer":"/' in seen for seen in personal.RUN.take())


def test_there_are_many_naughty_strings() -> None:
    assert len(set(NAUGHTY)) >= 100


def _fault(naughty: str, answer: Answer) -> str:
    """What is wrong: a good answer is fine where the string was only looked for."""
    if answer.status >= 500 or 300 <= answer.status < 400:
        return f"status {answer.status} {answer.code}"
    if answer.status >= 400 and not answer.code:
        return f"no problem {answer.body[:100]!r}"
    # A pointer says the client's own words back to it.
    own = LEAKS.search(naughty.encode(errors="replace"))
    return f"leak {answer.body[:100]!r}" if LEAKS.search(answer.body) and not own else ""


def batched(strings: Sequence[str], size: int) -> Iterator[Sequence[str]]:
    """So many at a time."""
    return (strings[start : start + size] for start in range(0, len(strings), size))


def _positions(anyone: Client, desk: Desk, other: Desk, phone: Phone) -> Iterator[Position]:
    yield from _in_bodies(anyone, desk, phone)
    yield from _in_places(anyone, desk, other)
    yield from _in_headers(anyone, desk, other)


def _in_bodies(anyone: Client, desk: Desk, phone: Phone) -> Iterator[Position]:
    approve = f"/phone/challenges/{NOBODY}/approve"
    yield "role", lambda text: anyone.post("/login/challenges", {"role": text})
    yield "key", lambda text: anyone.post("/login/challenges", {"role": "clerk", text: 1})
    yield "platform", lambda text: anyone.post("/phone/login", {"platform": text, "code": "1"})
    yield "text", lambda text: phone.post("/phone/scans", _scan(text))
    yield "nonce", lambda text: phone.post(approve, {"nonce": text, "role": "clerk"})
    yield (
        "unit",
        lambda text: phone.post(approve, {"nonce": "n", "role": "clerk", "unit_id": text}),
    )
    yield "unit", lambda text: desk.post("/session/unit", {"unit_id": text, "role": "clerk"})
    yield "reason", lambda text: _revoke(desk, NOBODY, text)


def _in_places(anyone: Client, desk: Desk, other: Desk) -> Iterator[Position]:
    yield "cid", lambda text: other.get(f"/login/challenges/{_part(text)}")
    yield "cid", lambda text: other.post(f"/login/challenges/{_part(text)}/exchange")
    yield "grant", lambda text: _revoke(desk, _part(text), "离职")
    yield "device", lambda text: desk.delete(f"/sessions/{_part(text)}")
    yield "code", lambda text: anyone.get(f"/help/errors/{_part(text)}")
    yield "q", lambda text: desk.get(f"/session/units?q={_part(text)}")
    yield "cursor", lambda text: desk.get(f"/session/units?cursor={_part(text)}")
    yield "cursor", lambda text: desk.get(f"/grants?cursor={_part(text)}")
    yield "limit", lambda text: desk.get(f"/grants?limit={_part(text)}")
    yield "name", lambda text: desk.get(f"/grants?{_part(text)}=1")
    yield "wait", lambda text: other.get(f"{other.path}?revision={_part(text)}")


def _in_headers(anyone: Client, desk: Desk, other: Desk) -> Iterator[Position]:
    switch = {"unit_id": NOBODY, "role": "clerk"}
    yield (
        "token",
        lambda text: anyone.send(
            "GET", "/session", headers={"Authorization": f"Bearer {_line(text)}"}
        ),
    )
    yield "scheme", lambda text: desk.get("/session", Authorization=_line(text))
    yield "cookie", lambda text: anyone.get("/session", Cookie=f"zb_sid={_line(text)}")
    yield (
        "bind",
        lambda text: anyone.get(other.path, Cookie=f"zb_qb={_line(text)}; zb_br={_line(text)}"),
    )
    yield (
        "csrf",
        lambda text: desk.send(
            "POST", "/session/unit", switch, headers={"X-CSRF-Token": _line(text)}
        ),
    )
    yield (
        "key",
        lambda text: desk.send(
            "POST", "/session/unit", switch, headers={"Idempotency-Key": _line(text)}
        ),
    )
    yield (
        "revision",
        lambda text: other.send(
            "PATCH", other.path, {"role": "clerk"}, headers={"If-Match": f"x{_line(text)}"}
        ),
    )
    yield "epoch", lambda text: _with(desk, "X-Unit-Epoch", text)
    yield "agent", lambda text: _with(desk, "User-Agent", text)
    yield "address", lambda text: _with(desk, "X-Forwarded-For", text)
    yield "language", lambda text: _with(desk, "Accept-Language", text)


async def _with(client: Client, header: str, text: str) -> Answer:
    return await client.send("GET", "/session", headers={header: _line(text)})


async def _revoke(desk: Desk, grant_id: str, reason: str) -> Answer:
    path = f"/grants/{grant_id}/revoke"
    return await desk.send("POST", path, {"reason": reason}, headers={"If-Match": '"1"'})


def _scan(text: str) -> dict[str, object]:
    return {"text": text, "scene": 1011, "source": "scanner"}


def _part(text: str) -> str:
    return quote(text.encode(errors="surrogatepass")[:3000], safe="") or "%20"


def _line(text: str) -> str:
    """The text as a header can carry it: a client cannot send line ends, so neither do we."""
    seen = "".join(letter for letter in text[:3000] if letter >= " " and letter != "\x7f")
    return seen.encode(errors="replace").decode()
