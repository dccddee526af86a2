"""Fetching from addresses that others named: what is never reached, and what is cut off."""

from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import pytest

from server.gateways.outside import Outside, PublicResolver, Unreachable, is_public
from tests.gateways.fakes import RESET, SILENCE, Answer, Peer

Opened = Callable[..., Awaitable[Outside]]


@pytest.fixture
async def opened() -> AsyncIterator[Opened]:
    """Opens sessions and closes them after the test."""
    kept: list[Outside] = []

    async def open_one(*allowed: str, **limits: Any) -> Outside:
        kept.append(await Outside(allowed, **limits).start())
        return kept[-1]

    yield open_one
    for each in kept:
        await each.stop()


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1",
        "10.1.2.3",
        "172.16.0.1",
        "192.168.1.1",
        "169.254.169.254",
        "100.64.0.1",
        "0.0.0.0",
        "224.0.0.1",
        "::1",
        "fe80::1%eth0",
        "fd00::1",
        "::ffff:127.0.0.1",
        "::ffff:10.0.0.1",
        "64:ff9b::7f00:1",
        "2002:7f00:1::",
        "nonsense",
    ],
)
def test_addresses_of_our_own_networks_are_not_public(address: str) -> None:
    assert not is_public(address)


@pytest.mark.parametrize("address", ["1.1.1.1", "8.8.8.8", "2400:3200::1", "::ffff:8.8.8.8"])
def test_addresses_of_the_internet_are(address: str) -> None:
    assert is_public(address)


@pytest.mark.parametrize(
    "url",
    [
        "ftp://crl.example.cn/a.crl",
        "file:///etc/passwd",
        "http://user:pass@crl.example.cn/",
        "http://",
        "http://crl.example.cn:6379/",
        "http://127.0.0.1/",
        "http://[::1]/",
        "http://[::ffff:127.0.0.1]/",
        "http://169.254.169.254/latest/meta-data/",
        "http://localhost/",
        "http://2130706433/",
        "http://0x7f000001/",
        "http://127.1/",
    ],
)
async def test_an_address_inside_or_of_another_kind_is_not_asked(url: str, opened: Opened) -> None:
    outside = await opened()

    with pytest.raises(Unreachable):
        await outside.fetch(url)


async def test_a_name_that_leads_inside_is_not_resolved() -> None:
    with pytest.raises(OSError, match="no public address"):
        await PublicResolver(()).resolve("localhost", 80)

    assert await PublicResolver(("localhost",)).resolve("localhost", 80)


async def test_an_allowed_host_is_asked_on_any_port(opened: Opened) -> None:
    async with Peer(lambda asked: Answer(asked.method.encode())) as peer:
        outside = await opened("127.0.0.1")

        got = await outside.fetch(f"{peer.url}/a.crl")
        posted = await outside.fetch(f"{peer.url}/ocsp", body=b"?", kind="application/x")

    assert (got, posted) == (b"GET", b"POST")


async def test_a_redirect_is_not_followed(opened: Opened) -> None:
    seen: list[str] = []

    def answer(asked: Any) -> Answer:
        seen.append(asked.path)
        return Answer(status=302, more="Location: /secret\r\n")

    async with Peer(answer) as peer:
        outside = await opened("127.0.0.1")
        with pytest.raises(Unreachable):
            await outside.fetch(f"{peer.url}/a.crl")

    assert seen == ["/a.crl"]


async def test_more_than_the_limit_is_not_read(opened: Opened) -> None:
    async with Peer(lambda _: Answer(b"x" * 2000)) as peer:
        outside = await opened("127.0.0.1", most=1000)

        with pytest.raises(Unreachable):
            await outside.fetch(peer.url)


@pytest.mark.parametrize("says", [RESET, SILENCE, Answer(status=503), Answer(status=404)])
async def test_whatever_is_no_answer_is_unreachable(says: Any, opened: Opened) -> None:
    async with Peer(lambda _: says) as peer:
        outside = await opened("127.0.0.1", total_s=0.3)

        with pytest.raises(Unreachable):
            await outside.fetch(peer.url)
