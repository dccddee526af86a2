"""The policy table of a unit's fields, field by field (domain S0-2.2)."""

from typing import Any

import pytest

from handlers.unit_edits import require_direct
from models.errors.entry import Refusal
from models.errors.unit import REVIEW_NEEDED
from models.unit_fields import UNIT_FIELDS, FieldPolicy
from notify.texts.wording import Words
from tests.build import NOW

TABLE = {
    "contact_name": None,
    "contact_phone": None,
    "postal_address": None,
    "name": "unit_info_change",
    "address": "unit_info_change",
    "bank_account": "unit_info_change",
    "uscc": "unit_key_info_change",
    "legal_rep_name": "unit_key_info_change",
    "legal_rep_id_no": "unit_key_info_change",
}


def test_the_table_holds_these_fields_and_no_other() -> None:
    found = {name: field.item and field.item.code for name, field in UNIT_FIELDS.items()}

    assert found == TABLE
    assert list(found) == list(TABLE)


@pytest.mark.parametrize("name", [name for name, item in TABLE.items() if item is None])
def test_a_direct_field_is_changed_at_once(name: str) -> None:
    require_direct({name: "x"})

    assert UNIT_FIELDS[name].policy is FieldPolicy.DIRECT


@pytest.mark.parametrize("name", [name for name, item in TABLE.items() if item is not None])
def test_a_reviewed_field_names_what_to_file_and_the_papers(name: str) -> None:
    with pytest.raises(Refusal) as refused:
        require_direct({"contact_name": "李四", name: "新值"})

    told = refused.value
    items: Any = told.extra["items"]
    (item,) = items
    assert told.entry is REVIEW_NEEDED
    assert [error.pointer for error in told.errors] == [f"/{name}"]
    assert (item["code"], item["fields"]) == (TABLE[name], [name])
    assert item["materials"]
    assert UNIT_FIELDS[name].title in told.title
    assert f"“{item['title']}”" in told.title


def test_fields_of_two_items_name_both() -> None:
    with pytest.raises(Refusal) as refused:
        require_direct({"name": "新名", "address": "新址", "uscc": "X"})

    items: Any = refused.value.extra["items"]
    assert [(item["code"], item["fields"]) for item in items] == [
        ("unit_info_change", ["name", "address"]),
        ("unit_key_info_change", ["uscc"]),
    ]


def test_an_item_is_called_the_same_here_and_in_messages() -> None:
    for field in UNIT_FIELDS.values():
        if field.item is not None:
            assert Words({"item": field.item.code}, NOW).spoken("item") == field.item.title
