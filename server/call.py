"""One admitted request, as its route sees it: who, where from, with which cookies."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from ipaddress import IPv6Address

from sanic import HTTPResponse

from handlers.tools import Tools
from models.actor import Actor
from models.address import read_address
from models.errors.login import SESSION_ENDED
from models.idempotency import Once
from models.store.challenge import Place, digest
from models.store.session import Session
from server.agents import describe
from server.context import Context, Request
from server.heads import put_on

SESSION_COOKIE, BIND_COOKIE, BROWSER_COOKIE = "zb_sid", "zb_qb", "zb_br"
BROWSER_AGE_S = 90 * 24 * 3600


@dataclass(slots=True)
class Call:
    """One admitted request, as its route sees it."""

    request: Request
    context: Context
    tools: Tools
    now: datetime
    ip: str
    trace_id: str
    actor: Actor
    session: Session | None = None
    secret: str = ""
    bind: str = ""
    once: Once | None = None
    revision: int = 0
    cookies: list[tuple[str, str, int | None]] | None = None

    @property
    def signed_in(self) -> Session:
        """The session that the policy asked for."""
        if self.session is None:
            raise SESSION_ENDED.refuse()
        return self.session

    @property
    def place(self) -> Place:
        """Where the request comes from, and which known browser it says it is."""
        browser, system = describe(self.request.headers.get("user-agent", ""))
        known = self.cookie(BROWSER_COOKIE)
        return Place(
            self.ip, browser, system, self.tools.locate(self.ip), digest(known) if known else ""
        )

    def cookie(self, name: str) -> str:
        """One of our cookies, '' when absent; only ever of the length we give."""
        # Ours are plain tokens under exact names; reading all there are costs five times this.
        wanted = f"{cookie_name(self.context, name)}="
        for pair in self.request.headers.get("cookie", "").split(";"):
            if (pair := pair.strip()).startswith(wanted):
                value = pair[len(wanted) :]
                return value if len(value) <= 64 else ""
        return ""

    def set_cookie(self, name: str, value: str, age_s: int | None = None) -> None:
        """Give the browser one of our cookies; an empty value takes it away."""
        self.cookies = [*(self.cookies or []), (name, value, age_s)]

    def _set_cookie(self, name: str, value: str, age_s: int | None) -> str:
        # Written here, for Sanic's cookie jar costs fifteen times as much; ours are plain tokens.
        age = "" if age_s is None else f" Max-Age={age_s};"
        guard = " Secure;" if self.context.settings.secure else ""
        full = cookie_name(self.context, name)
        return f"{full}={value}; Path=/;{age}{guard} HttpOnly; SameSite=Strict"

    def finish(self, response: HTTPResponse) -> HTTPResponse:
        """Put on what every answer carries."""
        headers = response.headers
        put_on(headers, self.trace_id, secure=self.context.settings.secure)
        for name, value, age_s in self.cookies or ():
            headers.add("Set-Cookie", self._set_cookie(name, value, age_s if value else 0))
        if self.context.draining:
            headers["Connection"] = "close"
        return response


def cookie_name(context: Context, name: str) -> str:
    """__Host- wherever the browser would accept it."""
    return f"__Host-{name}" if context.settings.secure else name


def csrf_token(tools: Tools, secret: str) -> str:
    """The token that a page must send with every change; it follows from the session's secret."""
    return tools.vault.mac("csrf", secret.encode()).hex()[:32]


def client_ip(headers: Mapping[str, str], peer: str, proxies: int) -> str:
    """The address of the client: the peer, or what the outermost trusted proxy saw.

    proxies: how many of them append to X-Forwarded-For; what stands further left is hearsay.
    """
    if proxies == 0:
        return peer
    hops = [hop.strip() for hop in headers.get("x-forwarded-for", "").split(",") if hop.strip()]
    return (_address(hops[-proxies]) if len(hops) >= proxies else None) or peer


@lru_cache(maxsize=10_000)
def _address(text: str) -> str | None:
    address = read_address(text)
    if address is None:
        return None
    if isinstance(address, IPv6Address):
        return str(address.ipv4_mapped or address) if address.scope_id is None else None
    return str(address)
