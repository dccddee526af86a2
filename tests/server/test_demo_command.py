"""`zhangban demo`: what a newcomer gets from one command, and that nothing of it stays behind."""

import json
import os
import secrets
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from tests.live_clients import Client, Phone
from tests.live_processes import ROOT, until


class Demo:
    """A demonstration that runs. out: what it has printed so far."""

    def __init__(self, var: Path, port: int) -> None:
        self.var, self.port = var, port
        self.url, self.sandbox = f"http://127.0.0.1:{port}", f"http://127.0.0.1:{port + 1}"
        self._out = var.with_suffix(f".{port}.out")
        with self._out.open("wb") as out:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "server", "demo", "--port", str(port)],
                cwd=ROOT,
                env=os.environ | {"ZB_VAR": str(var)},
                stdout=out,
                stderr=subprocess.STDOUT,
            )

    @property
    def out(self) -> str:
        return self._out.read_text(encoding="utf-8")

    def says(self, text: str) -> bool:
        """Wait until it has printed that; False when it ended or took too long."""
        until(lambda: text in self.out or self.process.poll() is not None)
        return text in self.out

    def stop(self, number: signal.Signals = signal.SIGINT) -> int:
        if self.process.poll() is None:
            self.process.send_signal(number)
        return self.process.wait(20)

    def told(self) -> dict[str, Any]:
        """The content of demo.json."""
        found: dict[str, Any] = json.loads((self.var / "demo.json").read_text(encoding="utf-8"))
        return found


def two_free_ports() -> int:
    # Below the ports that systems give away by themselves, so that nobody takes one meanwhile.
    while True:
        port = 20_000 + 2 * secrets.randbelow(6_000)
        if _free(port) and _free(port + 1):
            return port


def _free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


@contextmanager
def running(var: Path) -> Iterator[Demo]:
    demo = Demo(var, two_free_ports())
    try:
        assert demo.says("Ctrl-C"), demo.out
        yield demo
    finally:
        demo.stop()


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    with running(tmp_path_factory.mktemp("demo") / "var") as found:
        yield found


def test_addresses_and_every_persona_are_printed(demo: Demo) -> None:
    assert f"{demo.url}/" in demo.out
    assert f"{demo.sandbox}/phone" in demo.out
    assert f"{demo.url}/console/" in demo.out
    for persona in demo.told()["personas"]:
        assert f"  {persona['key']} " in demo.out
        assert persona["name"] in demo.out


def test_demo_json_holds_what_the_contract_says(demo: Demo) -> None:
    told = demo.told()

    assert set(told) == {"personas", "officers", "ingest", "wechat", "templates"}
    assert [persona["key"] for persona in told["personas"]] == [f"P{n}" for n in range(1, 21)]
    for persona in told["personas"]:
        assert {"key", "name", "id_no", "role", "units"} <= set(persona)
    assert set(told["ingest"]) == {"key_id", "secret"}
    assert set(told["wechat"]) == {"appid", "token", "aes_key"}
    assert set(told["templates"]) == {
        "filing_status",
        "filing_due",
        "grant_request",
        "grant_result",
        "cert_expiry",
        "login_alert",
    }


def test_keys_are_for_their_owner_only(demo: Demo) -> None:
    for name in ("master.key", "ingest.key", "demo.json"):
        assert (demo.var / name).stat().st_mode & 0o777 == 0o600


async def test_a_persona_logs_in_as_demo_json_says(demo: Demo) -> None:
    persona = demo.told()["personas"][0]
    async with aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar()) as http:
        phone = await _phone_of(persona, demo, http)
        desk = Client(demo.url, http)
        issued = await desk.post("/login/challenges", {"role": persona["role"]})
        seen = {"text": issued.good()["url"], "scene": 1011, "source": "scanner"}

        scanned = (await phone.post("/phone/scans", seen)).good()

    assert scanned["caption"] == "法人扫码登录"
    assert [unit["id"] for unit in scanned["units"]] == [unit["id"] for unit in persona["units"]]


async def _phone_of(persona: dict[str, Any], demo: Demo, http: aiohttp.ClientSession) -> Phone:
    sandbox = Client(demo.sandbox, http)
    code = (await sandbox.post("//_ctl/wechat/users", {"openid": persona["key"]})).good()["code"]
    phone = Phone(demo.url, http)
    answer = await phone.post("/phone/login", {"platform": "wechat", "code": code})
    phone.signed_in(answer.good())
    fields = ("name", "id_no", "id_type", "card_state")
    card = await sandbox.post("//_ctl/ecard/people", {name: persona[name] for name in fields})
    bound = {"ecard": {"security": card.good()["security"]}}
    (await phone.post("/phone/identity", bound)).good()
    return phone


async def test_the_sandbox_knows_the_personas_and_their_units(demo: Demo) -> None:
    told = demo.told()
    async with aiohttp.ClientSession() as http:
        sandbox = Client(demo.sandbox, http)
        listed = (await sandbox.get("//_ctl/personas")).good()["items"]
        uscc = told["personas"][0]["units"][0]["uscc"]
        record = (await sandbox.get(f"//registry/market?uscc={uscc}")).good()

    assert [each["key"] for each in listed] == [each["key"] for each in told["personas"]]
    assert record["unit"]["legal_rep"]["name"] == told["personas"][0]["name"]


def test_a_taken_port_is_named_with_a_way_out(demo: Demo, tmp_path: Path) -> None:
    second = Demo(tmp_path / "var", demo.port)

    code = second.process.wait(20)

    assert code == 1
    assert str(demo.port) in second.out
    assert "PORT=" in second.out
    assert "Traceback" not in second.out
    assert not (tmp_path / "var").exists()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_stopping_it_stops_everything(number: signal.Signals, tmp_path: Path) -> None:
    with running(tmp_path / "var") as demo:
        code = demo.stop(number)
        ports = [demo.port, demo.port + 1]
        closed = until(lambda: all(_free(port) for port in ports), within_s=5)

    assert code == 0
    assert closed
    assert "Traceback" not in demo.out


def test_a_second_start_in_the_same_folder_finds_the_state_of_the_first(demo: Demo) -> None:
    with running(demo.var) as again:
        assert again.told() == demo.told()


def test_a_key_that_does_not_fit_the_database_is_said_to(tmp_path: Path) -> None:
    var = tmp_path / "var"
    with running(var) as first:
        first.stop()
    (var / "master.key").unlink()

    second = Demo(var, two_free_ports())
    code = second.process.wait(20)

    assert code == 1
    assert "master.key" in second.out
    assert "Traceback" not in second.out
