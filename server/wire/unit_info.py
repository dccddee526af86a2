"""What clients send and get about the unit they have entered (contract §7)."""

from typing import Annotated, Literal

import msgspec
from msgspec import UNSET, Meta, UnsetType

from handlers.mandates import relation_view
from handlers.unit_edits import Edited
from handlers.unit_info import UnitInfo
from models.unit import Agency, Relation
from models.unit_fields import UNIT_FIELDS, UnitField, UnitItem
from models.vocabulary import UnitStatus
from server.moments import moment
from server.wire.bodies import SEEN, Body

_Text = Annotated[str, Meta(max_length=160, pattern=SEEN)]
PAY_STATES = {"1": "参保缴费", "2": "暂停缴费", "3": "终止缴费"}
"""Payment states 缴费状态 by AAC031 code."""


class UnitPatch(Body, frozen=True):
    """Fields to change. Of those that are reviewed first the answer says what to file."""

    contact_name: Annotated[str, Meta(max_length=60, pattern=SEEN)] | UnsetType = UNSET
    contact_phone: Annotated[str, Meta(max_length=30, pattern=SEEN)] | UnsetType = UNSET
    postal_address: _Text | UnsetType = UNSET
    name: _Text | UnsetType = UNSET
    address: _Text | UnsetType = UNSET
    bank_account: _Text | UnsetType = UNSET
    uscc: _Text | UnsetType = UNSET
    legal_rep_name: _Text | UnsetType = UNSET
    legal_rep_id_no: _Text | UnsetType = UNSET


class ShownItem(msgspec.Struct, frozen=True):
    """What to file for a change; materials: what has to be handed in with it."""

    code: str
    title: str
    materials: list[str]


class ShownField(msgspec.Struct, frozen=True):
    """A field. policy: changed at once, or reviewed; item: what to file; value null: not kept."""

    name: str
    title: str
    value: str | None
    policy: Literal["direct", "review"]
    editable: bool
    item: ShownItem | None


class ShownInsured(msgspec.Struct, frozen=True):
    """An insured relation. consistent: whether it is recorded under the unit's own code."""

    id: str
    insurance: str
    insurance_name: str
    unit_no: str
    agency: str
    pay_state: str
    pay_state_name: str
    consistent: bool


class ShownAgency(msgspec.Struct, frozen=True):
    """An agency that keeps one of the relations, and its window."""

    name: str
    address: str
    phone: str
    hours: str


class ShownFormerName(msgspec.Struct, frozen=True):
    """A name that the unit had until some day."""

    name: str
    until: str


class ShownUnitInfo(msgspec.Struct, frozen=True):
    """The unit that was entered; revision: for If-Match."""

    id: str
    name: str
    status: UnitStatus
    revision: int
    registered_at: str | None
    fields: list[ShownField]
    relations: list[ShownInsured]
    agencies: list[ShownAgency]
    former_names: list[ShownFormerName]


class ShownUnitChange(msgspec.Struct, frozen=True):
    """What an edit came to: the unit's revision now, and the fields that it changed."""

    revision: int
    changed: list[str]


def wanted(body: UnitPatch) -> dict[str, str]:
    """The fields that were sent."""
    sent = {name: getattr(body, name) for name in body.__struct_fields__}
    return {name: text for name, text in sent.items() if isinstance(text, str)}


def unit_info(found: UnitInfo) -> ShownUnitInfo:
    """A unit as its viewer may see it."""
    unit = found.unit
    return ShownUnitInfo(
        id=unit.id,
        name=unit.name,
        status=unit.status,
        revision=unit.revision,
        registered_at=moment(unit.registered_at),
        fields=[_field(each, found) for each in UNIT_FIELDS.values()],
        relations=[_insured(each, unit.uscc) for each in found.relations],
        agencies=[_agency(each) for each in found.agencies],
        former_names=[
            ShownFormerName(each.name, moment(each.until) or "") for each in found.former_names
        ],
    )


def unit_change(edited: Edited) -> ShownUnitChange:
    """The result of an edit."""
    return ShownUnitChange(edited.revision, list(edited.changed))


def _field(field: UnitField, found: UnitInfo) -> ShownField:
    return ShownField(
        name=field.name,
        title=field.title,
        value=found.values[field.name],
        policy=field.policy.value,
        editable=found.editable and field.item is None,
        item=_item(field.item) if field.item else None,
    )


def _item(item: UnitItem) -> ShownItem:
    return ShownItem(item.code, item.title, list(item.materials))


def _insured(row: Relation, uscc: str) -> ShownInsured:
    view = relation_view(row.id, row.insurance, row.unit_no, row.agency.name)
    return ShownInsured(
        id=view.id,
        insurance=view.insurance,
        insurance_name=view.insurance_name,
        unit_no=view.unit_no,
        agency=view.agency,
        pay_state=row.pay_state,
        pay_state_name=PAY_STATES.get(row.pay_state, "其他"),
        consistent=row.recorded_uscc == uscc,
    )


def _agency(row: Agency) -> ShownAgency:
    return ShownAgency(row.name, row.address, row.phone, row.hours)
