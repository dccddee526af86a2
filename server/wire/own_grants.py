"""What a clerk is shown of the own grants (contract §8)."""

import msgspec

from handlers.own_grants import OwnGrant
from models.grant_states import GRANT_LABELS
from server.moments import moment
from server.wire.message_shapes import MessageUnit
from server.wire.shapes import ShownRelation
from server.wire.views import relation


class ShownOwnGrant(msgspec.Struct, frozen=True):
    """A grant, to its clerk. renewable: it can be asked for again now; asked: it has been."""

    id: str
    unit: MessageUnit
    status: str
    label: str
    relations: list[ShownRelation]
    manager: bool
    valid_from: str
    valid_to: str | None
    renewable: bool
    asked: bool


class OwnGrantPage(msgspec.Struct, frozen=True):
    """A person's grants, the latest first."""

    items: list[ShownOwnGrant]
    next_cursor: str | None


def own_grant(found: OwnGrant) -> ShownOwnGrant:
    """One's own grant."""
    row = found.grant
    return ShownOwnGrant(
        id=row.id,
        unit=MessageUnit(row.unit_id, found.unit_name),
        status=found.status.value,
        label=GRANT_LABELS[found.status],
        relations=[relation(each) for each in found.relations],
        manager=row.manager_slot is not None,
        valid_from=moment(row.valid_from) or "",
        valid_to=moment(row.valid_to),
        renewable=found.renewable,
        asked=found.asked,
    )
