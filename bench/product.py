"""The product as a black box: sandbox, schema, demo data, server, and phones that are signed in.

Everything goes through the published commands, settings and paths (contract §1, §2, §5, §12), but
for the names of the demo people.
"""

import asyncio
import base64
import contextlib
import json
import os
import secrets
import shutil
import subprocess
import sys
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench.box import ROOT
from bench.load.http import Caller, Response, build
from bench.load.login import BASE, Phone
from bench.procs import Program, Server, StartError, free_port, start
from bench.stores import PostgresAddress, redis_url, scratch_database

COMMAND_WITHIN_S = 60
DEMO_UNITS = 200
SIGN_INS_AT_ONCE = 8
# Only `make run` writes demo.json, so the people are asked of the demo set itself.
CLERKS = f"""
import json
from server.demo.dataset import dataset
found = dataset({DEMO_UNITS})
active = {{
    (grant.clerk_key, grant.typed_name, grant.typed_id_no) for grant in found.grants
    if grant.status == "active" and grant.from_day <= 0 and (grant.to_day or 1) > 0
}}
print(json.dumps([
    {{"name": one.name, "id_no": one.id_no}} for one in found.people
    if (one.key, one.name, one.id_no) in active
    and one.id_type == "01" and one.card_state == "ok"
]))
"""
START_WITHIN_S = 40.0


class ProductMissing(Exception):
    """The product or its sandbox does not start here; the message says why."""


@dataclass(slots=True)
class Product:
    """The running product. origin: its public URL; clerks: demo people who may log in."""

    server: Server
    sandbox: Server
    origin: str
    database: PostgresAddress
    environment: Mapping[str, str]
    clerks: tuple[Mapping[str, Any], ...]

    def restart(self, logs: Path) -> None:
        """A fresh server process on the same port, database and settings; raises StartError."""
        self.server.stop()
        self.server = start(serve_program(self.server.port, self.environment), logs)

    def stop(self) -> None:
        self.server.stop()


@contextlib.asynccontextmanager
async def running(out: Path, logs: Path) -> AsyncIterator[Product]:
    """Starts the product on a scratch database and stops it again; raises ProductMissing."""
    async with scratch_database("product") as database, contextlib.AsyncExitStack() as stack:
        try:
            product = await _start(database, out, logs, stack)
        except (StartError, KeyError, ValueError) as wrong:
            raise ProductMissing(f"{type(wrong).__name__}: {wrong}"[:600]) from wrong
        stack.callback(product.stop)
        yield product


async def _start(
    database: PostgresAddress, out: Path, logs: Path, stack: contextlib.AsyncExitStack
) -> Product:
    port = free_port(2)
    var = out / "var" / str(port)
    stack.callback(shutil.rmtree, var, ignore_errors=True)
    sandbox = start(_sandbox(port + 1), logs)
    stack.callback(sandbox.stop)
    origin = f"http://127.0.0.1:{port}"
    environment = await _environment(database, sandbox.port, origin, var)
    for command in ("migrate", f"demo-data --units {DEMO_UNITS}"):
        _command(command, environment)
    server = start(serve_program(port, environment), logs)
    return Product(server, sandbox, origin, database, environment, _clerks())


def serve_program(port: int, environment: Mapping[str, str]) -> Program:
    """`zhangban serve` with one worker."""
    argv = (sys.executable, "-m", "server", "serve", "--host", "127.0.0.1", "--port", str(port),
            "--workers", "1")  # fmt: skip
    return Program("ours", argv, port, "/healthz", environment, patience_s=START_WITHIN_S)


def _sandbox(port: int) -> Program:
    argv = (sys.executable, "-m", "sandbox", "--port", str(port))
    return Program("sandbox", argv, port, "/_ctl/credentials", {}, pinned=False)


async def _environment(
    database: PostgresAddress, sandbox_port: int, origin: str, var: Path
) -> dict[str, str]:
    told = (await ask(sandbox_port, "GET", "/_ctl/credentials")).json()
    wechat, alipay, ecard = told["wechat"], told["alipay"], told["ecard"]
    platforms = f"http://127.0.0.1:{sandbox_port}"
    found = {
        "ZB_DATABASE_URL": database.url,
        "ZB_REDIS_URL": redis_url(),
        "ZB_MASTER_KEY": base64.b64encode(secrets.token_bytes(32)).decode(),
        "ZB_CRYPTO_SUITE": "intl",
        "ZB_PUBLIC_URL": origin,
        "ZB_TRUSTED_PROXIES": "1",
        # Limits are counted as ever; only their height is for a crowd on one machine.
        "ZB_CHALLENGES_PER_MINUTE": "1000000",
        "ZB_POLLS_PER_MINUTE": "1000000",
        "ZB_UPLOAD_DIR": str(var / "uploads"),
        "ZB_VAR": str(var),
        "ZB_WECHAT_API_BASE": f"{platforms}/wechat",
        "ZB_WECHAT_APPID": wechat["appid"],
        "ZB_WECHAT_SECRET": wechat["secret"],
        "ZB_WECHAT_TOKEN": wechat["token"],
        "ZB_WECHAT_AES_KEY": wechat["aes_key"],
        "ZB_ALIPAY_GATEWAY": f"{platforms}/alipay/gateway.do",
        "ZB_ALIPAY_APPID": alipay["appid"],
        "ZB_ALIPAY_PRIVATE_KEY": alipay["app_private_key"],
        "ZB_ALIPAY_PUBLIC_KEY": alipay["alipay_public_key"],
        "ZB_ECARD_BASE": f"{platforms}/ecard",
        "ZB_INGEST_KEYS": f"bench:{secrets.token_hex(16)}",
        "ZB_LOGIN_CHANNELS": "miniapp,ecard",
    }
    for field in ("channel_no", "access_no", "access_key", "secret_key", "encrypt_key", "iv"):
        found[f"ZB_ECARD_{field.upper()}"] = ecard[field]
    var.mkdir(parents=True, exist_ok=True)
    return found


def _command(name: str, environment: Mapping[str, str]) -> None:
    argv = [sys.executable, "-m", "server", *name.split()]
    try:
        done = subprocess.run(
            argv, cwd=ROOT, env=_clean() | dict(environment),
            capture_output=True, text=True, timeout=COMMAND_WITHIN_S, check=False,
        )  # fmt: skip
    except subprocess.TimeoutExpired as wrong:
        raise ProductMissing(f"server {name}: no end after {COMMAND_WITHIN_S} s") from wrong
    if done.returncode:
        said = (done.stderr or done.stdout).strip().splitlines()
        raise ProductMissing(f"server {name}: {said[-1] if said else done.returncode}"[:400])


def _clerks() -> tuple[Mapping[str, Any], ...]:
    """The demo set's people who hold an active grant; it is the same at every call."""
    done = subprocess.run(
        [sys.executable, "-c", CLERKS], cwd=ROOT, env=_clean(), capture_output=True, text=True,
        timeout=COMMAND_WITHIN_S, check=False,
    )  # fmt: skip
    if done.returncode:
        raise ProductMissing(f"server.demo: {done.stderr.strip().splitlines()[-1:]}"[:400])
    return tuple(json.loads(done.stdout))


def _clean() -> dict[str, str]:
    return {key: value for key, value in os.environ.items() if not key.startswith("ZB_")}


async def ask(
    port: int,
    method: str,
    path: str,
    body: object = None,
    headers: Mapping[str, str] | None = None,
) -> Response:
    """One request outside the measurement; raises ProductMissing for an answer of 400 and above."""
    caller = Caller(port)
    try:
        answer = await caller.send(build(method, path, body=body, headers=headers))
    except OSError as wrong:
        raise ProductMissing(f"{method} {path}: {wrong}") from wrong
    finally:
        caller.close()
    if answer.status >= 400:
        raise ProductMissing(f"{method} {path}: {answer.status} {answer.body[:300]!r}")
    return answer


async def signed_in_phones(product: Product, people: Sequence[Mapping[str, Any]]) -> list[Phone]:
    """A phone of each of these people, eight signing in at a time; raises ProductMissing."""
    turns = asyncio.Semaphore(SIGN_INS_AT_ONCE)

    async def one(number: int, person: Mapping[str, Any]) -> Phone:
        async with turns:
            return await signed_in_phone(product, person, number)

    return await asyncio.gather(*(one(number, person) for number, person in enumerate(people)))


async def signed_in_phone(product: Product, person: Mapping[str, Any], number: int) -> Phone:
    """A phone of this demo person: code, login, e-card identity; raises ProductMissing."""
    platform = product.sandbox.port
    user = {"openid": f"bench-{person['id_no']}-{number}"}
    code = (await ask(platform, "POST", "/_ctl/wechat/users", user)).json()["code"]
    forwarded = {"X-Forwarded-For": f"10.9.{number >> 8 & 255}.{number & 255}"}
    told = (
        await ask(
            product.server.port, "POST", f"{BASE}/phone/login",
            {"platform": "wechat", "code": code}, forwarded,
        )
    ).json()  # fmt: skip
    phone = Phone(told["token"], "clerk")
    if told["identity"] != "bound":
        card = {"name": person["name"], "id_no": person["id_no"], "card_state": "ok"}
        security = (await ask(platform, "POST", "/_ctl/ecard/people", card)).json()["security"]
        headers = forwarded | {"Authorization": f"Bearer {phone.bearer}"}
        body = {"ecard": {"security": security}}
        answer = await ask(product.server.port, "POST", f"{BASE}/phone/identity", body, headers)
        renewed = answer.json().get("token") if answer.body else None
        phone = Phone(str(renewed or phone.bearer), phone.role)
    return phone
