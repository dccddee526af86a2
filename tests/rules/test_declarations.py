"""What is declared is complete: refusals of every operation, topics, settings."""

from dataclasses import fields
from pathlib import Path

import pytest

from models.outbox import Topic
from server.app import operations
from server.operation import Operation
from server.policy import Access
from server.settings import Settings

ROOT = Path(__file__).parents[2]
HARMLESS = {"/healthz", "/readyz", "/api/v1/help/errors", "/api/v1/privacy/notice"}

each = pytest.mark.parametrize(
    "operation", operations(), ids=lambda operation: f"{operation.method} {operation.path}"
)


@each
def test_an_operation_says_what_it_does_answers_and_refuses(operation: Operation) -> None:
    assert operation.summary
    assert operation.summary.endswith(".")
    assert any(200 <= status < 400 for status in operation.answers)
    assert operation.refuses or operation.page or operation.path in HARMLESS


@each
def test_an_operation_that_reads_a_body_gives_an_example_of_one(operation: Operation) -> None:
    if operation.body is not None and not operation.page:
        assert operation.example


@each
def test_only_safe_methods_go_without_a_credential(operation: Operation) -> None:
    entrances = {
        "/api/v1/login/challenges",
        "/api/v1/login/password",
        "/api/v1/login/otp",
        "/api/v1/login/reset",
        "/api/v1/phone/login",
        "/api/v1/registrations",
        "/api/v1/officer/login",
        "/api/v1/officer/invitations/look",
        "/api/v1/officer/invitations/accept",
    }
    if operation.policy.access is Access.PUBLIC and operation.method != "GET":
        assert operation.path in entrances


@pytest.mark.parametrize("topic", Topic, ids=lambda topic: topic.value)
def test_every_topic_of_the_outbox_is_owed_by_some_handler(topic: Topic) -> None:
    sources = [file.read_text(encoding="utf-8") for file in (ROOT / "handlers").glob("*.py")]

    assert any(f"Topic.{topic.name}" in source for source in sources)


@pytest.mark.parametrize("name", [each.metadata["env"] for each in fields(Settings)])
def test_every_setting_is_in_the_documentation(name: str) -> None:
    page = (ROOT / "docs" / "settings.md").read_text(encoding="utf-8")

    assert f"`{name}`" in page
