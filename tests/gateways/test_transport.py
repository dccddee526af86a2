"""The way out: what counts as a fault, and what is repeated."""

import asyncio
import ssl
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from server.gateways.transport import Call, FaultKind, Repeat, Transport, TransportFault
from tests.gateways.conftest import OpenTransport
from tests.gateways.fakes import RESET, SILENCE, Answer, Asked, Peer, Says

GET = Call("GET", "/x")


async def _fault(transport: Transport, call: Call) -> TransportFault:
    with pytest.raises(TransportFault) as caught:
        await transport.send(call)
    return caught.value


@pytest.mark.parametrize(
    ("says", "kind", "status"),
    [
        (RESET, "reset", None),
        (SILENCE, "timeout", None),
        (Answer(status=502, body=b"<html>bad gateway</html>"), "status", 502),
        (Answer(status=404), "status", 404),
        (Answer(body=b"x" * 3000), "too_large", None),
    ],
)
async def test_a_failed_answer_is_a_typed_fault_of_a_sent_request(
    says: Says, kind: FaultKind, status: int | None, open_transport: OpenTransport
) -> None:
    async with Peer(lambda _: says) as peer:
        transport = await open_transport(peer.url, total_s=1.5, max_body=2000)

        fault = await _fault(transport, GET)

        assert (fault.kind, fault.sent, fault.status) == (kind, True, status)
        assert len(peer.asked) == 1


async def test_a_redirect_is_a_fault_and_not_followed(open_transport: OpenTransport) -> None:
    moved = Answer(status=302, more="Location: /elsewhere\r\n")
    async with Peer(lambda _: moved) as peer:
        fault = await _fault(await open_transport(peer.url), GET)

        assert (fault.kind, fault.status) == ("status", 302)
        assert [asked.path for asked in peer.asked] == ["/x"]


async def test_a_refused_connection_is_known_to_be_unsent(open_transport: OpenTransport) -> None:
    async with Peer(lambda _: Answer()) as peer:
        url = peer.url

    fault = await _fault(await open_transport(url), GET)

    assert (fault.kind, fault.sent) == ("refused", False)


async def test_a_connection_that_is_never_accepted_times_out_unsent(
    open_transport: OpenTransport,
) -> None:
    # A listener with a full backlog: the handshake never ends.
    import socket

    with socket.socket() as listener, socket.socket() as first, socket.socket() as second:
        listener.bind(("127.0.0.1", 0))
        listener.listen(0)
        for waiting in (first, second):
            waiting.setblocking(False)
            waiting.connect_ex(listener.getsockname())
        port = listener.getsockname()[1]
        transport = await open_transport(f"http://127.0.0.1:{port}", connect_s=0.3)

        fault = await _fault(transport, GET)

    assert (fault.kind, fault.sent) == ("timeout", False)


async def test_only_a_call_that_may_be_repeated_is_repeated(open_transport: OpenTransport) -> None:
    async with Peer(lambda _: Answer(status=503)) as peer:
        transport = await open_transport(peer.url)

        await _fault(transport, Call("GET", "/never"))
        await _fault(transport, Call("GET", "/unsent", repeat=Repeat.UNSENT))
        await _fault(transport, Call("POST", "/always", body=b"x", repeat=Repeat.ALWAYS, tries=3))

        paths = [asked.path for asked in peer.asked]
        assert paths == ["/never", "/unsent", "/always", "/always", "/always"]


async def test_a_get_is_not_quietly_sent_again_on_a_reused_connection(
    open_transport: OpenTransport,
) -> None:
    # aiohttp would do so by itself; a one-time code must not be spent twice.
    says: Iterator[Says] = iter([Answer(b"{}"), RESET, Answer(b"{}")])
    async with Peer(lambda _: next(says)) as peer:
        transport = await open_transport(peer.url)
        await transport.send(GET)

        fault = await _fault(transport, GET)

        assert fault.kind == "reset"
        assert len(peer.asked) == 2


async def test_a_repetition_that_succeeds_is_a_success(open_transport: OpenTransport) -> None:
    says: Iterator[Says] = iter([RESET, Answer(b'{"ok": 1}')])
    async with Peer(lambda _: next(says)) as peer:
        transport = await open_transport(peer.url)

        reply = await transport.send(Call("GET", "/x", repeat=Repeat.ALWAYS))

        assert reply.body == b'{"ok": 1}'


async def test_a_call_is_bounded_in_time_by_total_s_for_each_try(
    open_transport: OpenTransport,
) -> None:
    async def drip(_: Asked) -> Says:
        await asyncio.sleep(5)
        return Answer()

    async with Peer(drip) as peer:
        transport = await open_transport(peer.url, total_s=0.3)
        started = time.monotonic()

        await _fault(transport, Call("GET", "/x", repeat=Repeat.ALWAYS, tries=2))

        assert time.monotonic() - started < 0.3 * 2 + 0.4 + 1.5


async def test_an_over_long_url_or_header_never_leaves(open_transport: OpenTransport) -> None:
    async with Peer(lambda _: Answer()) as peer:
        transport = await open_transport(peer.url)

        by_url = await _fault(transport, Call("GET", "/x", params={"code": "a" * 5000}))
        by_header = await _fault(transport, Call("GET", "/x", headers={"X-A": "a" * 9000}))

        assert [(f.kind, f.sent) for f in (by_url, by_header)] == [("too_large", False)] * 2
        assert peer.asked == []


@pytest.mark.parametrize(
    "base_url",
    [
        "https://elsewhere.invalid",
        "http://platform.invalid",
        "ftp://127.0.0.1",
        "https://me:pw@platform.invalid",
        "https://platform.invalid/?a=1",
    ],
)
def test_a_base_url_outside_the_rules_is_refused(base_url: str) -> None:
    hosts = {"platform.invalid", "127.0.0.1"}
    with pytest.raises(ValueError, match=r"host|https|base"):
        Transport(base_url, total_s=1, connect_s=1, allow_hosts=hosts)


@pytest.mark.parametrize("path", ["x", "//elsewhere.invalid/x", "@elsewhere.invalid/", "http://e/"])
async def test_a_path_cannot_lead_to_another_host(path: str, open_transport: OpenTransport) -> None:
    transport = await open_transport("http://127.0.0.1:9")
    with pytest.raises(ValueError, match="slash"):
        await transport.send(Call("GET", path))


async def test_a_certificate_that_nobody_vouches_for_is_refused(
    open_transport: OpenTransport, tmp_path: Path
) -> None:
    certificate, key = _self_signed(tmp_path)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    server = await asyncio.start_server(lambda _, w: w.close(), "127.0.0.1", 0, ssl=context)
    port = server.sockets[0].getsockname()[1]
    transport = await open_transport(f"https://127.0.0.1:{port}")

    fault = await _fault(transport, GET)

    assert (fault.kind, fault.sent) == ("refused", False)
    server.close()
    await server.wait_closed()


def _self_signed(folder: Path) -> tuple[Path, Path]:
    from tests.gateways.papers import certificate_pem, key_pem, new_key

    key = new_key()
    (folder / "cert.pem").write_text(certificate_pem(key, "127.0.0.1"))
    (folder / "key.pem").write_text(key_pem(key))
    return folder / "cert.pem", folder / "key.pem"


async def test_a_transport_that_was_stopped_sends_nothing(open_transport: OpenTransport) -> None:
    async with Peer(lambda _: Answer()) as peer:
        transport = await open_transport(peer.url)
        await transport.stop()

        with pytest.raises(RuntimeError):
            await transport.send(GET)

        assert peer.asked == []
