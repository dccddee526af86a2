"""How our own baselines are started: bare Sanic, Sanic with one EVALSHA, the naive app."""

import sys
from pathlib import Path

from bench.procs import Program, Server, free_port, start
from bench.stores import PostgresAddress, redis_url

BASELINES = Path(__file__).with_name("baselines")


def _baseline(name: str, file: str, *arguments: str, ready: str = "/") -> Program:
    port = free_port()
    argv = (sys.executable, str(BASELINES / file), str(port), *arguments)
    return Program(name, argv, port, ready, {})


def start_bare(name: str, logs: Path) -> Server:
    """B0; started twice under two names it is the A/A control."""
    return start(_baseline(name, "bare_sanic.py"), logs)


def start_evalsha(logs: Path) -> Server:
    """B1."""
    return start(_baseline("b1", "redispy_evalsha.py", redis_url()), logs)


def start_page(database: PostgresAddress, logs: Path) -> Server:
    """B2, on the product's own database."""
    return start(_baseline("b2", "asyncpg_page.py", database.url), logs)


def start_naive_app(database: PostgresAddress, logs: Path) -> Server:
    """N, on a scratch database of its own."""
    return start(
        _baseline("naive", "naive_app.py", redis_url(), database.url, ready="/ready"), logs
    )
