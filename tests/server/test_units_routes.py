"""The unit over HTTP: seen by both roles, changed by the legal representative (contract §7)."""

from collections.abc import AsyncIterator
from typing import Any

import pytest

from models.unit import Contact, Unit
from models.vocabulary import Role
from tests.build import a_desk_session, a_granted_clerk, a_registered_rep
from tests.live_clients import Answer, Desk
from tests.registered import Rep
from tests.server.door import Door, door
from tests.server.walk import a_browser

PATH = "/units/current"
CONTACT = {"contact_name": "李四", "contact_phone": "0451-87654321"}


@pytest.fixture
async def front(sqlite_url: str) -> AsyncIterator[Door]:
    """The application behind https."""
    async with door(sqlite_url, trusted_proxies="1") as opened:
        yield opened


async def a_rep_at_work(front: Door) -> tuple[Rep, Desk]:
    rep = await a_registered_rep()
    signed = await a_desk_session(front.tools, rep.person, Role.LEGAL_REP, rep.unit)
    return rep, a_browser(front, signed)


async def patch(desk: Desk, body: object, revision: int | None = 1, **more: str) -> Answer:
    headers = {} if revision is None else {"If-Match": f'"{revision}"'}
    return await desk.send("PATCH", PATH, body, headers=headers | more)


def values(shown: Any) -> dict[str, str | None]:
    return {field["name"]: field["value"] for field in shown["fields"]}


async def test_what_was_changed_is_shown_with_its_new_revision(front: Door) -> None:
    _, desk = await a_rep_at_work(front)
    before = (await desk.get(PATH)).good()

    changed = (await patch(desk, CONTACT, before["revision"])).good()

    after = (await desk.get(PATH)).good()
    assert values(before)["contact_name"] is None
    assert changed == {"revision": 2, "changed": ["contact_name", "contact_phone"]}
    assert after["revision"] == 2
    assert {name: values(after)[name] for name in CONTACT} == CONTACT


async def test_every_field_says_how_it_is_changed_and_by_which_matter(front: Door) -> None:
    _, desk = await a_rep_at_work(front)

    shown = (await desk.get(PATH)).good()

    told = {
        field["name"]: (field["policy"], field["editable"], field["item"] and field["item"]["code"])
        for field in shown["fields"]
    }
    assert told == {
        "contact_name": ("direct", True, None),
        "contact_phone": ("direct", True, None),
        "postal_address": ("direct", True, None),
        "name": ("review", False, "unit_info_change"),
        "address": ("review", False, "unit_info_change"),
        "bank_account": ("review", False, "unit_info_change"),
        "uscc": ("review", False, "unit_key_info_change"),
        "legal_rep_name": ("review", False, "unit_key_info_change"),
        "legal_rep_id_no": ("review", False, "unit_key_info_change"),
    }
    (relation,) = shown["relations"]
    assert relation["pay_state_name"] == "参保缴费"
    assert relation["consistent"]


@pytest.mark.parametrize(
    ("field", "title", "item"),
    [
        ("name", "单位名称", "单位信息变更"),
        ("address", "注册地址", "单位信息变更"),
        ("bank_account", "银行账户", "单位信息变更"),
        ("uscc", "统一社会信用代码", "单位关键信息维护"),
        ("legal_rep_name", "法人姓名", "单位关键信息维护"),
        ("legal_rep_id_no", "法人证件号码", "单位关键信息维护"),
    ],
)
async def test_a_reviewed_field_is_refused_with_the_matter_to_file(
    front: Door, field: str, title: str, item: str
) -> None:
    rep, desk = await a_rep_at_work(front)

    answer = await patch(desk, CONTACT | {field: "新值"})

    told = answer.json
    assert (answer.status, answer.code) == (409, "SB-4008")
    assert told["title"] == f"修改{title}需要申报“{item}”,审核后生效!"
    assert [(each["title"], each["fields"]) for each in told["items"]] == [(item, [field])]
    assert told["errors"][0]["pointer"] == f"/{field}"
    assert not await Contact.filter(unit_id=rep.unit.id).exists()


async def test_a_clerk_is_refused_by_the_server_and_sees_people_masked(front: Door) -> None:
    rep, desk = await a_rep_at_work(front)
    (await patch(desk, CONTACT)).good()
    clerk = await a_granted_clerk(rep.unit)
    signed = await a_desk_session(front.tools, clerk.person, Role.CLERK, rep.unit)
    other = a_browser(front, signed)

    refused = await patch(other, {"contact_name": "王五"}, 2)
    shown = (await other.get(PATH)).good()

    assert (refused.status, refused.code) == (403, "SB-4007")
    assert values(shown)["contact_name"] == "李*"
    assert not [field["name"] for field in shown["fields"] if field["editable"]]
    assert (await Unit.get(id=rep.unit.id)).revision == 2


async def test_a_change_says_what_it_was_made_upon(front: Door) -> None:
    _, desk = await a_rep_at_work(front)
    blind = await patch(desk, CONTACT, None)
    (await patch(desk, CONTACT)).good()

    late = await patch(desk, {"contact_name": "王五"})

    assert (blind.status, blind.code) == (428, "SB-9008")
    assert (late.status, late.code) == (409, "SB-5003")


async def test_a_change_that_is_sent_again_gets_its_first_answer(front: Door) -> None:
    _, desk = await a_rep_at_work(front)
    key = {"Idempotency-Key": "k" * 32}

    first, again = [(await patch(desk, CONTACT, 1, **key)).good() for _ in range(2)]
    other = await patch(desk, {"contact_name": "王五"}, 1, **key)

    assert first == again == {"revision": 2, "changed": ["contact_name", "contact_phone"]}
    assert (other.status, other.code) == (409, "SB-9006")


async def test_a_session_that_was_switched_away_changes_nothing(front: Door) -> None:
    rep, desk = await a_rep_at_work(front)
    old = dict(desk.cookies), dict(desk.headers)
    again = {"unit_id": rep.unit.id, "role": "legal_rep"}
    (await desk.post("/session/unit", again)).good()
    desk.cookies, desk.headers = old

    answer = await patch(desk, CONTACT, 1, **{"Idempotency-Key": "k" * 32})

    assert answer.status == 401
    assert not await Contact.exists()


@pytest.mark.parametrize(
    "body", [{}, {"phone": "1"}, {"contact_name": 5}, {"contact_name": "李\u200b四"}, []]
)
async def test_a_body_of_another_shape_is_refused(front: Door, body: object) -> None:
    _, desk = await a_rep_at_work(front)

    answer = await patch(desk, body)

    assert (answer.status, answer.code) == (422, "SB-9007")
