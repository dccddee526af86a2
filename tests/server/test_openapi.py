"""The OpenAPI document: complete, consistent, the same every time, and not for everybody."""

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import msgspec
import pytest

from server.__main__ import main
from server.app import create_app, operations
from server.errors import Problem
from server.openapi.document import document, page, text
from server.operation import Operation
from server.policy import Access
from tests.build import settings
from tests.live import Live
from tests.live_processes import bare, get_json, status_of

OPERATIONS = tuple(operations())
EACH = pytest.mark.parametrize(
    "operation", OPERATIONS, ids=lambda each: f"{each.method} {each.path}"
)


@cache
def the_document() -> dict[str, Any]:
    """The document as a client reads it."""
    read: dict[str, Any] = json.loads(text(OPERATIONS))
    return read


def described(operation: Operation) -> dict[str, Any]:
    """What the document says of an operation."""
    path = re.sub(r"<(\w+):\w+>", r"{\1}", operation.path)
    said: dict[str, Any] = the_document()["paths"][path][operation.method.lower()]
    return said


def within(value: Any) -> Iterator[dict[str, Any]]:
    """Every object of the document."""
    if isinstance(value, dict):
        yield value
    if isinstance(value, dict | list):
        for inner in value.values() if isinstance(value, dict) else value:
            yield from within(inner)


def test_every_route_of_the_application_is_in_the_document_and_no_other() -> None:
    app = create_app(settings(), name="openapi")
    served = {
        (method.lower(), "/" + re.sub(r"<(\w+):\w+>", r"{\1}", route.path))
        for route in app.router.routes
        for method in route.methods
    }

    told = {(method, path) for path, item in the_document()["paths"].items() for method in item}

    assert told == served


@EACH
def test_every_refusal_of_an_operation_is_in_its_answers(operation: Operation) -> None:
    told = json.dumps(described(operation)["responses"])

    assert not [entry.code for entry in operation.refuses if entry.code not in told]


@EACH
def test_every_answer_of_an_operation_is_described(operation: Operation) -> None:
    answers = described(operation)["responses"]

    for status, shape in operation.answers.items():
        content = answers[str(status)].get("content", {})
        assert list(content) == ([] if shape is None else [operation.media])


@EACH
def test_an_operation_names_its_key_its_body_and_its_headers(operation: Operation) -> None:
    said = described(operation)
    headers = {each["name"]: each for each in said["parameters"] if each["in"] == "header"}

    otherwise = operation.policy.access in (Access.BROWSER, Access.INGEST)
    assert bool(said["security"]) is (operation.policy.needs_session or otherwise)
    assert ("requestBody" in said) is bool(operation.body or operation.uploads)
    assert ("If-Match" in headers) is operation.if_match
    assert ("Idempotency-Key" in headers) is operation.once
    assert said["summary"]
    assert said["tags"] == [operation.tag]


@EACH
def test_every_json_body_has_an_example(operation: Operation) -> None:
    body = described(operation).get("requestBody", {"content": {}})

    told = [each for media, each in body["content"].items() if media == "application/json"]
    assert all("example" in each or operation.page for each in told)


def test_what_a_change_may_meet_is_in_its_answers() -> None:
    answers = the_document()["paths"]["/api/v1/grants/{grant_id}/revoke"]["post"]["responses"]

    told = {status: re.findall(r"SB-\d{4}", answers[status]["description"]) for status in answers}

    assert told["415"] == ["SB-9014"]
    assert told["413"] == ["SB-9013"]
    assert told["428"] == ["SB-9008"]
    assert set(told["403"]) >= {"SB-9016", "SB-2110", "SB-3003", "SB-3005"}
    assert told["503"] == ["SB-9009", "SB-9010"]


def test_every_problem_example_is_a_problem_in_the_words_of_the_catalogue() -> None:
    examples = the_document()["components"]["examples"]

    for name, example in examples.items():
        problem = msgspec.convert(example["value"], Problem)
        assert name == f"{problem.code}.{problem.status}"
        assert problem.title
        assert not re.search(r"\{\w+\}", json.dumps(example["value"]))


def test_every_reference_leads_somewhere() -> None:
    for each in within(the_document()):
        target: Any = the_document()
        for step in each.get("$ref", "#").split("/")[1:]:
            target = target[step]
        assert target


def test_every_operation_has_a_name_of_its_own() -> None:
    names = [
        each["operationId"] for each in within(the_document()["paths"]) if "operationId" in each
    ]

    assert len(names) == len(set(names))


def test_every_pattern_is_one_that_browsers_read_the_same_way() -> None:
    patterns = [each["pattern"] for each in within(the_document()) if "pattern" in each]

    assert patterns
    assert not [each for each in patterns if re.search(r"\\[AZzG]|\(\?[P<#]|\(\?[a-z]", str(each))]


def test_cookies_are_named_as_they_are_sent() -> None:
    def names(*, secure: bool) -> set[str]:
        schemes = document(OPERATIONS, secure=secure)["components"]["securitySchemes"]
        return {scheme["name"] for scheme in schemes.values() if scheme.get("in") == "cookie"}

    assert names(secure=True) == {"__Host-zb_sid", "__Host-zb_qb"}
    assert names(secure=False) == {"zb_sid", "zb_qb"}


def test_the_document_is_the_same_in_every_process() -> None:
    root = Path(__file__).parents[2]
    told = [
        subprocess.run(
            [sys.executable, "-m", "server", "openapi"],
            cwd=root,
            env=dict(os.environ) | {"PYTHONHASHSEED": seed},
            capture_output=True,
            check=True,
        ).stdout
        for seed in ("1", "2")
    ]

    assert told[0] == told[1]


def test_the_command_prints_the_document(capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    code = main(["openapi"])

    sys.stdout.flush()
    assert code == 0
    assert capfdbinary.readouterr().out == text(OPERATIONS) + b"\n"


def test_the_document_is_made_once() -> None:
    assert text(OPERATIONS) is text(tuple(operations()))


def test_the_page_lists_every_operation_and_needs_nothing_from_elsewhere() -> None:
    shown = page(OPERATIONS)

    for path in the_document()["paths"]:
        assert f"<code>{path}</code>" in shown
    assert "<script" not in shown
    assert " style=" not in shown
    assert not re.search(r"(?:src|href)=\"(?:https?:)?//", shown)
    assert {*re.findall(r'href="#([^"]*)"', shown)} <= {*re.findall(r'id="([^"]*)"', shown)}


def test_behind_a_proxy_the_pages_of_operators_do_not_exist(tmp_path: Path) -> None:
    with bare(tmp_path, {"ZB_TRUSTED_PROXIES": "1"}) as url:
        told = {path: status_of(url + path) for path in ("/docs", "/docs/openapi.json", "/metrics")}

    assert set(told.values()) == {404}


def test_on_the_machine_itself_they_do(tmp_path: Path) -> None:
    with bare(tmp_path, {"ZB_TRUSTED_PROXIES": "0"}) as url:
        told = get_json(f"{url}/docs/openapi.json")
        shown = status_of(f"{url}/docs")

    assert told["paths"] == the_document()["paths"]
    assert shown == 200


async def test_in_development_they_do_too(live: Live) -> None:
    told = (await live.client().get("//docs/openapi.json")).json
    shown = await live.client().get("//docs")

    assert told["openapi"] == "3.1.0"
    assert told["paths"] == the_document()["paths"]
    assert shown.headers["Content-Type"] == "text/html; charset=utf-8"
    assert "default-src 'none'" in shown.headers["Content-Security-Policy"]


def test_an_upload_says_in_which_ways_it_is_taken() -> None:
    content = the_document()["paths"]["/api/v1/certificates"]["post"]["requestBody"]["content"]

    assert set(content) == {
        "application/x-x509-ca-cert",
        "multipart/form-data",
        "application/json",
    }
    assert content["application/json"]["schema"]["$ref"].endswith("/DatesBody")
    assert list(content["multipart/form-data"]["schema"]["properties"]) == ["file"]
