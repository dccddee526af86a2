"""The database: where it is, how long it may take, and one transaction (see models.postgres)."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from contextvars import ContextVar
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from tortoise.backends.base.client import TransactionalDBClient
from tortoise.connection import get_connections

MODULES = (
    "models.person",
    "models.unit",
    "models.grant",
    "models.certificate",
    "models.filing",
    "models.filing_window",
    "models.ingest",
    "models.account",
    "models.privacy",
    "models.officer",
    "models.window",
    "models.audit",
    "models.outbox",
    "models.inbox",
    "models.delivery",
    "models.subscription",
    "models.idempotency",
    "models.registration",
)
CONNECT_S, STATEMENT_S, LOCK_S, IDLE_S = 2.0, 3.0, 2.0, 5.0
_MARGIN_S = 1.0
KEPT = 4


def tortoise_config(
    url: str, *, pool: int = 10, statement_s: float = STATEMENT_S
) -> dict[str, Any]:
    """Tortoise's configuration for `sqlite://path` or `postgres://user@host/name`.

    Every wait has an end (reliability F7): a slot of the pool 3 s, connecting 2 s, a lock 2 s, a
    statement statement_s on the server and a second more here, where only a server that has fallen
    silent is given up.
    """
    return {
        "connections": {"default": _connection(url, pool, statement_s)},
        "apps": {
            "models": {
                "models": list(MODULES),
                "default_connection": "default",
                "migrations": "models.migrations",
            }
        },
        "use_tz": True,
        "timezone": "UTC",
    }


def _connection(url: str, pool: int, statement_s: float) -> dict[str, Any]:
    if url.startswith("sqlite://"):
        return {
            "engine": "models.sqlite",
            "credentials": {
                "file_path": url.removeprefix("sqlite://") or ":memory:",
                "journal_mode": "WAL",
                "foreign_keys": "ON",
                "busy_timeout": "5000",
                "synchronous": "NORMAL",
            },
        }
    parts = urlsplit(url)
    extra = dict(parse_qsl(parts.query))
    return {
        "engine": "models.postgres",
        "credentials": {
            "host": extra.pop("host", parts.hostname),
            "port": parts.port or 5432,
            "user": unquote(parts.username or "") or None,
            "password": unquote(parts.password or "") or None,
            "database": parts.path.lstrip("/"),
            # Kept open: whoever comes first after a quiet time would wait for connections and for
            # PostgreSQL to prepare every statement anew.
            "minsize": min(KEPT, pool),
            "max_inactive_connection_lifetime": 0,
            "maxsize": pool,
            "timeout": CONNECT_S,
            "command_timeout": statement_s + _MARGIN_S,
            "server_settings": {
                "statement_timeout": _ms(statement_s),
                "lock_timeout": _ms(LOCK_S),
                # A migration, whose statements may take long, may also think long between two.
                "idle_in_transaction_session_timeout": _ms(max(IDLE_S, statement_s)),
                "timezone": "UTC",
            },
            # Nothing on a pooled connection uses session state, so the reset query is not needed;
            # asyncpg still rolls back whatever a connection comes back with.
            "reset": _no_reset,
            **extra,
        },
    }


def _ms(seconds: float) -> str:
    return str(round(seconds * 1000))


async def _no_reset(_connection: object) -> None:
    return None


_promised: ContextVar[list[Callable[[], None]] | None] = ContextVar("promised", default=None)


@asynccontextmanager
async def tx() -> AsyncIterator[None]:
    """One transaction: committed at the end, rolled back on any exception, never nested."""
    client = get_connections().get("default")
    if isinstance(client, TransactionalDBClient):
        raise RuntimeError("a handler is one transaction; this one is already open")
    promised: list[Callable[[], None]] = []
    token = _promised.set(promised)
    try:
        async with client._in_transaction():
            yield
    finally:
        _promised.reset(token)
    for act in promised:
        act()


def after_commit(act: Callable[[], None]) -> None:
    """Do something quick, that may get lost, once what is written now is committed."""
    promised = _promised.get()
    if promised is not None:
        promised.append(act)


def require_transaction() -> None:
    """Raise when no transaction is open: what is written together must be committed together."""
    if not isinstance(get_connections().get("default"), TransactionalDBClient):
        raise RuntimeError("must be called inside tx()")
