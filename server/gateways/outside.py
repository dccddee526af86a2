"""Fetching from addresses that others named 外部地址: bounded, and never into our own network.

Whoever writes a URL into a certificate must not reach what only we can reach (SSRF, ASVS 5.1.8):
http(s) on the usual port only, names that lead to public addresses only, no redirects. The address
that was examined is the one that is connected to, so that a name cannot mean another one meanwhile.
"""

import ipaddress
import logging
import socket
from collections.abc import Collection
from typing import Self

import aiohttp
from aiohttp.abc import AbstractResolver, ResolveResult
from yarl import URL

logger = logging.getLogger(__name__)

_USUAL_PORTS = frozenset({80, 443})
_TRANSLATED = ipaddress.ip_network("64:ff9b::/96")
_IpAddress = ipaddress.IPv4Address | ipaddress.IPv6Address


class Unreachable(Exception):
    """There was no usable answer, or the address is not one that may be asked."""


def is_public(text: str) -> bool:
    """Whether an IP address belongs to the public Internet, the one inside another kind too."""
    try:
        address: _IpAddress = ipaddress.ip_address(text.partition("%")[0])
    except ValueError:
        return False
    if isinstance(address, ipaddress.IPv6Address):
        inner = address.ipv4_mapped or address.sixtofour
        if address in _TRANSLATED:
            inner = ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
        address = inner or address
    return address.is_global and not address.is_multicast


class PublicResolver(AbstractResolver):
    """Looks names up, and answers with public addresses only. allowed: hosts that may be others."""

    def __init__(self, allowed: Collection[str]) -> None:
        self._allowed = frozenset(allowed)
        self._inner = aiohttp.ThreadedResolver()

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        """As aiohttp asks. Raises OSError when no address may be used."""
        found = await self._inner.resolve(host, port, family)
        if host in self._allowed:
            return found
        usable = [each for each in found if is_public(each["host"])]
        if not usable:
            raise OSError(None, "no public address")
        return usable

    async def close(self) -> None:
        """Nothing is held."""


class Outside:
    """A session to whatever may be asked. total_s: seconds for one answer; most: its bytes.

    allowed: hosts that may be asked though they are not public, on any port.
    """

    def __init__(
        self, allowed: Collection[str] = (), *, total_s: float = 5.0, most: int = 4 << 20
    ) -> None:
        self._allowed = frozenset(allowed)
        self._timeout = aiohttp.ClientTimeout(total=total_s, sock_connect=total_s / 2)
        self._most = most
        self._session: aiohttp.ClientSession | None = None

    async def start(self) -> Self:
        """Open the session; needs a running loop."""
        session = aiohttp.ClientSession(
            timeout=self._timeout,
            connector=aiohttp.TCPConnector(
                limit=8,
                resolver=PublicResolver(self._allowed),
                use_dns_cache=False,
                force_close=True,
            ),
            cookie_jar=aiohttp.DummyCookieJar(),
            trust_env=False,
        )
        # aiohttp would ask again by itself after a lost connection.
        session._retry_connection = False
        self._session = session
        return self

    async def stop(self) -> None:
        """Close the session."""
        if self._session is not None:
            await self._session.close()
            self._session = None

    async def fetch(self, url: str, *, body: bytes | None = None, kind: str = "") -> bytes:
        """What stands at an address; with a body it is posted there as this content type.

        Raises Unreachable.
        """
        if self._session is None:
            raise RuntimeError("not open")
        target = self._examined(url)
        method = "GET" if body is None else "POST"
        headers = {"Content-Type": kind} if kind else None
        try:
            async with self._session.request(
                method, target, data=body, headers=headers, allow_redirects=False
            ) as answer:
                if answer.status == 200:
                    return await self._read(answer)
                fault = f"status {answer.status}"
        except (TimeoutError, aiohttp.ClientError, OSError, ValueError) as error:
            fault = type(error).__name__
        logger.info("no answer from outside", extra={"host": target.host, "fault": fault})
        raise Unreachable(fault)

    async def _read(self, answer: aiohttp.ClientResponse) -> bytes:
        read = bytearray()
        async for chunk in answer.content.iter_chunked(1 << 16):
            read += chunk
            if len(read) > self._most:
                raise ValueError("too large")
        return bytes(read)

    def _examined(self, url: str) -> URL:
        try:
            target = URL(url)
            host = target.host or ""
        except ValueError:
            raise Unreachable("no address") from None
        if target.scheme not in ("http", "https") or not host or target.user:
            raise Unreachable("no http address")
        if host not in self._allowed:
            if target.port not in _USUAL_PORTS:
                raise Unreachable("unusual port")
            # aiohttp asks no resolver about an address that is written out.
            if _is_address(host) and not is_public(host):
                raise Unreachable("not public")
        return target


def _is_address(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True
