"""Registering over HTTP: the demo's applicants, what the answers hold, and what they never do."""

from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any

import pytest

from models.registration import Registration
from models.unit import Unit
from models.vocabulary import UnitStatus
from server.demo.dataset import dataset
from server.demo.loading import load
from server.demo.shapes import DemoPerson
from tests.build import NOW, vault
from tests.server.door import Door, door
from tests.server.registries import of_demo

PATH = "/api/v1/registrations"
TOLD = dataset()
EXPECTED = {
    "P7": (201, "SB-1001"),
    "P8": (422, "SB-1007"),
    "P9": (422, "SB-1008"),
    "P10": (409, "SB-1009"),
    "P11": (409, "SB-1002"),
    "P15": (503, "SB-1005"),
}
Answer = tuple[int, dict[str, Any]]


@pytest.fixture
async def front(sqlite_url: str) -> AsyncIterator[Door]:
    """The application with the demonstration's units and registries."""
    async with door(sqlite_url) as opened:
        async for _ in load([TOLD], vault(), NOW):
            pass
        opened.app.ctx.registries = of_demo(TOLD)
        yield opened


def applicant(key: str) -> tuple[DemoPerson, dict[str, Any]]:
    """A persona of the demonstration, and what he types."""
    persona = next(each for each in TOLD.personas if each.key == key)
    person = next(each for each in TOLD.people if each.key == persona.person_key)
    typed = next(each for each in TOLD.applications if each.person_key == person.key)
    rep = {"name": person.name, "id_type": person.id_type.value, "id_no": person.id_no}
    body = {"uscc": typed.uscc, "name": typed.unit_name, "legal_rep": rep, "phone": "13800000000"}
    return person, body


async def post(front: Door, body: dict[str, Any], **headers: str) -> Answer:
    async with front.http.post(front.url + PATH, json=body, headers=headers) as answer:
        return answer.status, await answer.json(content_type=None)


@pytest.mark.parametrize("key", EXPECTED)
async def test_each_applicant_of_the_demonstration_meets_his_sentence(
    front: Door, key: str
) -> None:
    _, body = applicant(key)
    persona = next(each for each in TOLD.personas if each.key == key)

    status, told = await post(front, body)

    code = told["sentence"]["code"] if status == 201 else told["code"]
    assert (status, code) == EXPECTED[key]
    assert persona.expects == code


@pytest.mark.parametrize("key", ["P8", "P9"])
async def test_an_answer_never_holds_what_the_registry_knows(front: Door, key: str) -> None:
    _, body = applicant(key)
    recorded = next(each for each in TOLD.registry if each.uscc == body["uscc"])

    _, told = await post(front, body)

    assert [each["source"] for each in told["sources"]] == [
        "market",
        "pension_enterprise",
        "pension_public",
    ]
    wrong = {recorded.name, recorded.legal_rep_id_no} - {body["name"], body["legal_rep"]["id_no"]}
    assert wrong
    assert not any(value in str(told) for value in wrong)


async def test_after_a_registry_is_back_the_same_form_registers_the_unit(front: Door) -> None:
    person, body = applicant("P15")
    refused, _ = await post(front, body)
    front.app.ctx.registries = of_demo(
        replace(TOLD, registry=tuple(replace(each, available=True) for each in TOLD.registry))
    )

    status, told = await post(front, body)

    assert (refused, status, told["status"]) == (503, 201, "active")
    assert (await Unit.get(uscc=body["uscc"])).status is UnitStatus.ACTIVE
    assert person.id_no not in str(told)


async def test_the_same_key_gets_the_first_answer(front: Door) -> None:
    _, body = applicant("P7")

    first = await post(front, body, **{"Idempotency-Key": "once"})
    again = await post(front, body, **{"Idempotency-Key": "once"})
    other = await post(front, {**body, "name": "别的公司"}, **{"Idempotency-Key": "once"})

    assert again == first
    assert (other[0], other[1]["code"]) == (409, "SB-9006")


@pytest.mark.parametrize(
    ("changed", "code", "pointer"),
    [
        ({"uscc": "91239900MA0000000X"}, "SB-1003", "/uscc"),
        (
            {"legal_rep": {"name": "张三", "id_no": "239900198001010011"}},
            "SB-1004",
            "/legal_rep/id_no",
        ),
        ({"phone": "12345678901"}, "SB-9007", "/phone"),
        ({"more": 1}, "SB-9007", ""),
    ],
)
async def test_what_is_not_well_formed_is_refused_with_its_place(
    front: Door, changed: dict[str, Any], code: str, pointer: str
) -> None:
    _, body = applicant("P7")

    status, told = await post(front, {**body, **changed})

    assert (status, told["code"]) == (422, code)
    assert pointer in str(told["errors"])
    assert not await Registration.exists()


async def test_another_site_s_page_cannot_register(front: Door) -> None:
    _, body = applicant("P7")

    status, _ = await post(front, body, **{"Sec-Fetch-Site": "cross-site"})

    assert status == 403
    assert not await Registration.exists()
