"""The demonstration's sandbox: a child process that plays the platforms, and what it is told."""

import http.client
import json
import subprocess
import sys
import time
from typing import Any, Self

from models.vocabulary import Platform
from server.commands.demo_env import demo_templates
from server.demo.core import core_rows
from server.demo.shapes import Dataset, DemoPerson, DemoPersona, DemoRegistryRecord

HOST = "127.0.0.1"
START_S = 20.0
STOP_S = 5.0
_LOOK_S = 0.1
_CALL_S = 10.0


class SandboxFailed(Exception):
    """The sandbox does not start or does not understand; the message is one line."""


def ask(port: int, method: str, path: str, body: object = None, *, wait_s: float = _CALL_S) -> Any:
    """Call a server of this machine; its JSON answer. Raises OSError, HTTPException, ValueError."""
    connection = http.client.HTTPConnection(HOST, port, timeout=wait_s)
    try:
        payload = None if body is None else json.dumps(body)
        connection.request(method, path, payload, {"Content-Type": "application/json"})
        answer = connection.getresponse()
        content = answer.read()
    finally:
        connection.close()
    if answer.status >= http.client.BAD_REQUEST:
        raise ValueError(f"{method} {path}: {answer.status} {content[:200]!r}")
    return json.loads(content)


class Sandbox:
    """A running sandbox; leaving the block stops it."""

    def __init__(self, port: int, product: str) -> None:
        self.port = port
        self.url = f"http://{HOST}:{port}"
        self._process = subprocess.Popen(  # noqa: S603 - our own interpreter and our own module
            [sys.executable, "-m", "sandbox", "--port", str(port), "--product", product],
            stdout=subprocess.DEVNULL,
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        stop(self._process)

    def credentials(self) -> dict[str, Any]:
        """Wait until it listens; its credentials. Raises SandboxFailed."""
        deadline = time.monotonic() + START_S
        while time.monotonic() < deadline:
            if self._process.poll() is not None:
                break
            try:
                found: dict[str, Any] = ask(self.port, "GET", "/_ctl/credentials")
            except (OSError, http.client.HTTPException):
                time.sleep(_LOOK_S)
            else:
                return found
        raise SandboxFailed("沙箱没有启动 (the sandbox did not start)")

    def tell(self, told: Dataset) -> None:
        """Make everybody known: e-cards, the phone page's list, records of the registries and of
        the core system, templates."""
        for person in told.people:
            self._post("/ecard/people", _card(person))
        self._post("/personas", [_on_the_phone(persona) for persona in told.personas])
        for record in told.registry:
            self._post("/registry", _registered(record))
        self._post("/core/units", {"units": list(core_rows(told))})
        for platform in Platform:
            templates = {
                template.id: list(template.fields)
                for template in demo_templates().known.values()
                if template.platform is platform
            }
            self._post(f"/{platform}/templates", {"templates": templates})

    def _post(self, path: str, body: object) -> None:
        ask(self.port, "POST", f"/_ctl{path}", body)


def stop(process: "subprocess.Popen[bytes]") -> None:
    """End a child politely, then not."""
    if process.poll() is None:
        process.terminate()
    try:
        process.wait(STOP_S)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def _card(person: DemoPerson) -> dict[str, str]:
    return {
        "name": person.name,
        "id_no": person.id_no,
        "id_type": person.id_type.value,
        "card_state": person.card_state.value,
    }


def _on_the_phone(persona: DemoPersona) -> dict[str, str]:
    return {
        "key": persona.key,
        "name": persona.name,
        "id_no": persona.id_no,
        "id_type": persona.id_type.value,
        "card_state": persona.card_state.value,
        "note": persona.happens,
    }


def _registered(record: DemoRegistryRecord) -> dict[str, object]:
    return {
        "source": record.source.value,
        "uscc": record.uscc,
        "name": record.name,
        "legal_rep": {"name": record.legal_rep_name, "id_no": record.legal_rep_id_no},
        "available": record.available,
    }
