"""The only way out of the house: one bounded HTTP session per platform, with typed faults."""

import asyncio
import logging
import secrets
from collections.abc import Collection, Mapping
from contextvars import ContextVar
from dataclasses import dataclass
from enum import Enum
from typing import Any, Literal, Self

import aiohttp
from aiohttp.connector import Connection
from yarl import URL

logger = logging.getLogger(__name__)

FaultKind = Literal["timeout", "refused", "reset", "status", "too_large", "malformed"]

MAX_URL = 4096
MAX_HEADER = 8192
LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})
_dice = secrets.SystemRandom()
_connected: ContextVar[bool] = ContextVar("connected", default=False)


class TransportFault(Exception):
    """The platform did not answer as agreed.

    sent: whether the request may have reached the platform; status: HTTP status for kind `status`.
    The text names host and path only, never the query: secrets and tokens travel there.
    """

    def __init__(self, kind: FaultKind, where: str, *, sent: bool, status: int | None = None):
        super().__init__(f"{kind} at {where}" + (f" ({status})" if status else ""))
        self.kind = kind
        self.sent = sent
        self.status = status


class Repeat(Enum):
    """Which faults a call may be repeated after."""

    NEVER = "never"
    UNSENT = "unsent"
    ALWAYS = "always"


@dataclass(frozen=True, slots=True)
class Call:
    """One request. path: below the base URL, starting with `/`, or empty; tries: at most 4."""

    method: Literal["GET", "POST"]
    path: str
    params: Mapping[str, str] | None = None
    headers: Mapping[str, str] | None = None
    body: bytes | None = None
    repeat: Repeat = Repeat.NEVER
    tries: int = 3


@dataclass(frozen=True, slots=True)
class Reply:
    """A complete answer with status 200. where: host and path it came from, for fault texts."""

    content_type: str
    body: bytes
    where: str


class Transport:
    """One aiohttp session for one platform; open it with `start`, close it with `stop`.

    base_url: https, or http where the host is this machine or plain_http says so; allow_hosts: the
    only hosts ever spoken to. total_s, connect_s: seconds per try. A redirect is a fault (ASVS
    15.3.2), as is any status but 200 and a body over max_body bytes. Proxy settings of the
    environment are not read, cookies not kept. Raises ValueError for a base URL outside the rules.
    """

    def __init__(
        self,
        base_url: str,
        *,
        total_s: float,
        connect_s: float,
        allow_hosts: Collection[str],
        max_body: int = 1 << 20,
        plain_http: bool = False,
    ) -> None:
        base = URL(base_url)
        host = base.host or ""
        if host not in allow_hosts:
            raise ValueError(f"host not allowed: {host!r}")
        if base.scheme != "https" and not (
            base.scheme == "http" and (plain_http or host in LOOPBACK)
        ):
            raise ValueError(f"https needed for {host!r}")
        if base.query_string or base.fragment or base.user:
            raise ValueError("a base URL has no query, fragment or user")
        self._base = base_url.rstrip("/")
        self._allow_hosts = frozenset(allow_hosts)
        self._timeout = aiohttp.ClientTimeout(total=total_s, sock_connect=connect_s)
        self._max_body = max_body
        self._session: aiohttp.ClientSession | None = None
        self._last: tuple[str, Mapping[str, str], URL, str] | None = None

    async def start(self) -> Self:
        """Open the session; needs a running loop."""
        session = aiohttp.ClientSession(
            timeout=self._timeout,
            # Shorter than any front end's own limit, so that an idle line is not found dead by
            # the next call, which may not be repeatable.
            connector=_Connector(limit=64, ttl_dns_cache=60, keepalive_timeout=10),
            cookie_jar=aiohttp.DummyCookieJar(),
            trust_env=False,
        )
        # aiohttp silently sends a GET again after a lost connection; a login code is good once.
        session._retry_connection = False
        self._session = session
        return self

    async def stop(self) -> None:
        """Close the session and its connections."""
        if self._session is not None:
            await self._session.close()
            self._session = None

    async def send(self, call: Call) -> Reply:
        """Send, repeating as far as the call allows, with full jitter. Raises TransportFault."""
        attempt = 1
        while True:
            try:
                return await self._send_once(call)
            except TransportFault as fault:
                if attempt >= min(call.tries, 4) or not _may_repeat(call, fault):
                    raise
            await asyncio.sleep(_dice.uniform(0.0, 0.2 * 2**attempt))
            attempt += 1

    async def _send_once(self, call: Call) -> Reply:
        url, where = self._address(call)
        headers = dict(call.headers or {})
        if any(len(value) > MAX_HEADER for value in headers.values()):
            raise TransportFault("too_large", where, sent=False)
        if self._session is None:
            raise RuntimeError("the transport is not open")
        _connected.set(False)
        try:
            async with self._session.request(
                call.method,
                url,
                headers=headers,
                data=call.body,
                allow_redirects=False,
            ) as response:
                return await self._read(response, where)
        except (TimeoutError, aiohttp.ClientError, OSError, ValueError) as error:
            kind = _kind_of(error)
        # Raised outside the except block: the library's own exception, whose text holds the whole
        # URL with its secrets, must not travel along as context.
        sent = _connected.get()
        logger.warning("platform fault", extra={"kind": kind, "where": where, "sent": sent})
        raise TransportFault(kind, where, sent=sent)

    def _address(self, call: Call) -> tuple[URL, str]:
        """Where the call goes: in full, and as host and path."""
        # A push goes to the address of the push before it, and making one costs as much as a tenth
        # of sending.
        last, params = self._last, call.params or {}
        if last is not None and last[0] == call.path and last[1] == params:
            return last[2], last[3]
        url = self._made(call)
        where = f"{url.host}{url.path}"
        if len(str(url)) > MAX_URL:
            raise TransportFault("too_large", where, sent=False)
        self._last = (call.path, params, url, where)
        return url, where

    def _made(self, call: Call) -> URL:
        if call.path and (not call.path.startswith("/") or call.path.startswith("//")):
            raise ValueError("a path starts with one slash")
        url = URL(self._base + call.path)
        if url.host not in self._allow_hosts:
            raise ValueError("host not allowed")
        return url.with_query(call.params) if call.params else url

    async def _read(self, response: aiohttp.ClientResponse, where: str) -> Reply:
        if response.status != 200:
            logger.warning("platform status", extra={"status": response.status, "where": where})
            raise TransportFault("status", where, sent=True, status=response.status)
        chunks = bytearray()
        async for chunk in response.content.iter_chunked(1 << 16):
            chunks += chunk
            if len(chunks) > self._max_body:
                raise TransportFault("too_large", where, sent=True)
        return Reply(response.content_type, bytes(chunks), where)


class _Connector(aiohttp.TCPConnector):
    """Notes that a call has a connection: from then on it may have reached the platform.

    aiohttp's own traces tell as much, for a quarter of what a request costs.
    """

    async def connect(
        self,
        req: aiohttp.ClientRequest,
        traces: list[Any],
        timeout: aiohttp.ClientTimeout,  # noqa: ASYNC109 - the name is aiohttp's
    ) -> Connection:
        """A connection for this task's call."""
        connection = await super().connect(req, traces, timeout)
        _connected.set(True)
        return connection


def _kind_of(error: Exception) -> FaultKind:
    if isinstance(error, TimeoutError):
        return "timeout"
    if isinstance(error, aiohttp.ClientConnectorError):
        return "refused"
    if isinstance(error, aiohttp.ClientPayloadError | aiohttp.ClientResponseError | ValueError):
        return "malformed"
    return "reset"


def _may_repeat(call: Call, fault: TransportFault) -> bool:
    if call.repeat is Repeat.NEVER or fault.kind in {"too_large", "malformed"}:
        return False
    if fault.kind == "status" and (fault.status or 0) < 500:
        return False
    return call.repeat is Repeat.ALWAYS or not fault.sent
