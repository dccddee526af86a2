"""`zhangban demo`: everything at once for a newcomer, in one folder, on two ports (`make run`)."""

import argparse
import asyncio
import contextlib
import http.client
import io
import logging
import os
import signal
import socket
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from models.sealed import SealBroken
from models.unit import LegalRep, Unit
from server import logs
from server.clock import utc_now
from server.commands.demo_env import (
    demo_environment,
    demo_json,
    platform_environment,
    write_privately,
)
from server.commands.demo_greeting import Greeter, overview, say
from server.commands.demo_sandbox import HOST, Sandbox, SandboxFailed
from server.commands.migrate import migrate
from server.commands.serve import listen, serve
from server.demo.dataset import dataset
from server.demo.loading import holds_units, load
from server.demo.officers import ensure_officers
from server.demo.shapes import Dataset, DemoPersona
from server.resources import close_database, open_database, vault_of
from server.settings import Settings, from_environ

_HIGHEST_PORT = 65534


class DemoFailed(Exception):
    """The demonstration cannot be shown; the message is what the newcomer should do about it."""


def arguments(parser: argparse.ArgumentParser) -> None:
    """The command's options."""
    parser.add_argument(
        "--port", type=_port, default=8000, help="port of the page; the sandbox takes the next one"
    )


def run(given: argparse.Namespace) -> int:
    """Show the demonstration until Ctrl-C. Its state is kept in the folder ZB_VAR (`var`)."""
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="replace")
    logs.configure(logging.WARNING)
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, _leave)
    try:
        return _show(given.port, Path(from_environ("ZB_VAR", "var")))
    except (DemoFailed, SandboxFailed) as failure:
        print(f"zhangban: {failure}", file=sys.stderr)
        return 1
    except OSError as failure:
        print(f"zhangban: {failure}", file=sys.stderr)
        return 1


def _show(port: int, var: Path) -> int:
    with contextlib.ExitStack() as closing:
        listening = closing.enter_context(_bound(port))
        _bound(port + 1).close()
        env = demo_environment(port, var)
        product = env["ZB_PUBLIC_URL"]
        sandbox = closing.enter_context(Sandbox(port + 1, product))
        credentials = sandbox.credentials()
        env |= platform_environment(sandbox.url, credentials)
        settings = Settings.read(env)
        told = dataset()
        unit_ids, officers = asyncio.run(_prepare(settings, told))
        _tell(sandbox, told)
        personas = [_in_json(persona, told, unit_ids) for persona in told.personas]
        write_privately(var / "demo.json", demo_json(env, credentials, personas, officers))
        text = overview(product, f"{sandbox.url}/phone", var, told.personas)
        greeter = Greeter(port, text)
        closing.callback(greeter.stop)
        greeter.start()
        code = serve(settings, listening)
        say("\n已停止 stopped")
        return code


def _bound(port: int) -> socket.socket:
    try:
        return listen(HOST, port)
    except OSError:
        raise DemoFailed(
            f"端口 {port} 已被占用或不可用,请换一个,例如 make run PORT={_another(port)}"
            f" (port {port} is taken; choose another with PORT=, two in a row are needed)"
        ) from None


def _another(port: int) -> int:
    return port + 100 if port + 101 <= _HIGHEST_PORT else 8100


async def _prepare(
    settings: Settings, told: Dataset
) -> tuple[dict[str, str], list[dict[str, Any]]]:
    """Bring the database up to date, fill it the first time.

    Ids of the units by credit code, and the officers as demo.json words them.
    """
    await migrate(settings.database_url)
    vault = vault_of(settings)
    await open_database(settings)
    try:
        if not await holds_units():
            async for _ in load([told], vault, utc_now()):
                pass
        rep = await LegalRep.all().first()
        if rep is not None:
            rep.open(vault)
        rows = await Unit.all().values_list("uscc", "id")
        officers = await ensure_officers(vault, utc_now())
    except SealBroken:
        raise DemoFailed(
            "master.key 与数据库不是一套,请删除数据目录后重来"
            " (the key does not fit the database; delete the state folder)"
        ) from None
    finally:
        await close_database()
    return dict(rows), officers


def _tell(sandbox: Sandbox, told: Dataset) -> None:
    try:
        sandbox.tell(told)
    except (ValueError, http.client.HTTPException) as fault:
        raise SandboxFailed(f"沙箱没有接受演示人物 (the sandbox refused): {fault}") from fault


def _in_json(persona: DemoPersona, told: Dataset, unit_ids: Mapping[str, str]) -> dict[str, Any]:
    """A persona as contract §1 words it, and beside it what is needed to make his e-card."""
    names = {unit.uscc: unit.name for unit in told.units}
    names |= {each.uscc: each.unit_name for each in told.applications}
    return {
        "key": persona.key,
        "name": persona.name,
        "id_no": persona.id_no,
        "role": persona.role.value,
        "units": [
            {"id": unit_ids.get(uscc), "uscc": uscc, "name": names[uscc]} for uscc in persona.usccs
        ],
        "id_type": persona.id_type.value,
        "card_state": persona.card_state.value,
        "expects": persona.expects,
    }


def _leave(number: int, _: object) -> None:
    # While it serves, Sanic handles SIGTERM itself; a closed terminal is to mean the same.
    if number == signal.SIGHUP:
        os.kill(os.getpid(), signal.SIGTERM)
        return
    raise SystemExit(0)


def _port(text: str) -> int:
    if not text.isdigit() or not 1 <= int(text) <= _HIGHEST_PORT:
        raise argparse.ArgumentTypeError(f"a port from 1 to {_HIGHEST_PORT} is expected")
    return int(text)
