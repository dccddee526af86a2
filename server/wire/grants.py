"""What is sent and got about grants (contract §8)."""

from datetime import date, datetime
from typing import Annotated, Any

import msgspec
from msgspec import Meta

from handlers.grant_edits import is_fixed
from handlers.grant_managers import ToAnswer
from handlers.grant_requests import OwnRequest
from handlers.grants import GrantChange, GrantView, RelationGranted
from models.codes.document import IdDocument
from models.codes.fault import CodeFault
from models.codes.phone import clean_phone
from models.errors.entry import FieldError
from models.errors.system import INPUT_WRONG
from models.grant_states import ALL_ITEMS, GRANT_LABELS
from models.identity import Identity
from models.masking import Viewer, mask_person
from models.names import clean
from models.vocabulary import GrantStatus, IdType, ItemGroup, Suspension
from server.bodies import UNSEEN
from server.moments import moment
from server.wire.bodies import Body, Id, Nonce, PageQuery
from server.wire.shapes import ShownRelation
from server.wire.views import relation

_SEEN = f"^[^{UNSEEN}]*$"
Moment = Annotated[datetime, Meta(tz=True)]
Relations = Annotated[list[Id], Meta(min_length=1, max_length=50)]
Items = Annotated[list[ItemGroup], Meta(min_length=1, max_length=len(ItemGroup))]
Reason = Annotated[str, Meta(min_length=1, max_length=100, pattern=_SEEN)]


class ClerkBody(Body, frozen=True):
    """A clerk as the legal representative types them (手册 3.1.1 “添加”)."""

    id_type: IdType
    id_no: Annotated[str, Meta(min_length=1, max_length=32, pattern=_SEEN)]
    name: Annotated[str, Meta(min_length=1, max_length=100, pattern=_SEEN)]
    phone: Annotated[str, Meta(min_length=1, max_length=20, pattern=_SEEN)]


class GrantBody(Body, frozen=True):
    """Let a clerk act. items: groups of items on every chosen relation, all of them when absent."""

    clerk: ClerkBody
    relation_ids: Relations
    items: Items | None = None
    valid_from: Moment | None = None
    valid_to: Moment | None = None


class GrantPatch(Body, frozen=True):
    """Change a grant; what is absent stays, items too. valid_to null: 长期. manager: 单位管理员.

    items: of the chosen relations; an empty list: 全业务.
    """

    clerk: ClerkBody | None = None
    relation_ids: Relations | None = None
    items: Annotated[list[ItemGroup], Meta(max_length=len(ItemGroup))] | None = None
    valid_from: Moment | None = None
    valid_to: Moment | msgspec.UnsetType | None = msgspec.UNSET
    manager: bool | None = None


class ReasonBody(Body, frozen=True):
    """Why."""

    reason: Reason


class GrantDenial(Body, frozen=True):
    """Why not; mute: tell nobody of further requests of this clerk."""

    reason: Reason
    mute: bool = False


class GrantApproval(Body, frozen=True):
    """Approve as asked, or only these relations, or these groups of items, or until a day."""

    relation_ids: Relations | None = None
    items: Items | None = None
    valid_to: Moment | None = None


class RequestBody(Body, frozen=True):
    """Ask a unit for a grant; no relations: all of them."""

    uscc: Annotated[str, Meta(min_length=18, max_length=18, pattern=_SEEN)]
    relation_ids: Annotated[list[Id], Meta(max_length=50)] = msgspec.field(default_factory=list)
    note: Annotated[str, Meta(max_length=100, pattern=_SEEN)] = ""


class ScanRequestBody(RequestBody, frozen=True, kw_only=True):
    """The same, from a scan that found no grant."""

    nonce: Nonce


class GrantQuery(PageQuery, frozen=True):
    """Grants in a state, or of a clerk: part of the name, or the whole document number.

    suspension: those paused for that reason, such as `rep_changed` after 法人变更.
    """

    status: GrantStatus | None = None
    suspension: Suspension | None = None
    clerk: Annotated[str, Meta(max_length=40, pattern=_SEEN)] = ""


class RelationQuery(Body, frozen=True):
    """clerk_id: a grant's id as the list has it; what it covers is marked."""

    clerk_id: Annotated[str, Meta(max_length=26, pattern=r"^[A-Za-z0-9_-]*$(?!\n)")] = ""


class ShownGrant(msgspec.Struct, frozen=True):
    """A grant, to the unit's own legal representative. scope: relation → items.

    clerk_fixed: number and name stay, because the clerk has logged in (SB-3011).
    """

    id: str
    revision: int
    status: str
    label: str
    clerk: dict[str, str]
    clerk_fixed: bool
    scope: dict[str, str]
    manager: bool
    source: str
    suspension: str | None
    note: str
    valid_from: str
    valid_to: str | None
    requested_at: str | None
    answer_by: str | None
    last_used_at: str | None
    reason: str


class ShownChange(msgspec.Struct, frozen=True):
    """One line of a grant's history."""

    at: str
    status: str
    label: str
    party: str
    reason: str


class ShownHistory(msgspec.Struct, frozen=True):
    """A grant and what happened to it."""

    grant: ShownGrant
    history: list[ShownChange]


class GrantPage(msgspec.Struct, frozen=True):
    """Grants, oldest first."""

    items: list[ShownGrant]
    next_cursor: str | None


class ShownChoice(msgspec.Struct, frozen=True):
    """A relation of the unit; already_granted: the clerk has it (手册 3.1.2)."""

    relation: ShownRelation
    already_granted: bool
    items: str


class ChoicePage(msgspec.Struct, frozen=True):
    """A unit's relations; few enough for one page."""

    items: list[ShownChoice]
    next_cursor: str | None


class ShownRequest(msgspec.Struct, frozen=True):
    """A clerk's own request; valid_from, valid_to: of what was granted, null before."""

    id: str
    unit: str
    status: str
    label: str
    note: str
    reason: str
    valid_from: str | None
    valid_to: str | None
    requested_at: str | None
    answer_by: str | None


class RequestPage(msgspec.Struct, frozen=True):
    """A clerk's requests, the latest first."""

    items: list[ShownRequest]
    next_cursor: str | None


class ShownToAnswer(msgspec.Struct, frozen=True):
    """An open request, to who may answer it: who asks, since when, for what."""

    id: str
    revision: int
    clerk: dict[str, str]
    scope: dict[str, str]
    note: str
    requested_at: str | None
    answer_by: str | None


class ToAnswerPage(msgspec.Struct, frozen=True):
    """Open requests, oldest first."""

    items: list[ShownToAnswer]
    next_cursor: str | None


def to_answer(found: ToAnswer) -> ShownToAnswer:
    """A request to answer."""
    row, clerk = found.grant, found.clerk
    return ShownToAnswer(
        id=row.id,
        revision=row.revision,
        clerk={"name": clerk.name, "id_no": clerk.id_no, "phone": clerk.phone},
        scope=found.scope,
        note=row.note,
        requested_at=moment(row.requested_at),
        answer_by=moment(row.answer_by),
    )


def identity(body: ClerkBody, today: date) -> Identity:
    """The clerk in clear. Refuses: INPUT_WRONG naming every faulty field."""
    faults: list[FieldError] = []

    def read(field: str, make: Any) -> str:
        try:
            return str(make())
        except CodeFault as fault:
            faults.append(FieldError(f"/clerk/{field}", str(fault)))
            return ""

    id_no = read("id_no", lambda: IdDocument.read(body.id_type, body.id_no, today=today).number)
    name = read("name", lambda: clean(body.name))
    phone = read("phone", lambda: clean_phone(body.phone))
    if faults:
        raise INPUT_WRONG.refuse(errors=faults)
    return Identity(body.id_type, id_no, name, phone)


def scope(
    relation_ids: list[str], items: list[ItemGroup] | None, *, absent: str = ALL_ITEMS
) -> dict[str, str]:
    """Relation → items; absent: what stands for items that were not sent."""
    return dict.fromkeys(relation_ids, absent if items is None else items_text(items))


def items_text(items: list[ItemGroup]) -> str:
    """Groups of items as a scope has them; none named: 全业务."""
    return ",".join(sorted({item.value for item in items})) or ALL_ITEMS


def grant(view: GrantView) -> ShownGrant:
    """A grant row."""
    row = view.grant
    return ShownGrant(
        id=row.id,
        revision=row.revision,
        status=view.status.value,
        label=GRANT_LABELS[view.status],
        clerk={
            "id_type": row.id_type.value,
            "name": view.clerk.name,
            "id_no": view.clerk.id_no,
            "phone": view.clerk.phone,
        },
        clerk_fixed=is_fixed(row),
        scope=view.scope,
        manager=row.manager_slot is not None,
        source=row.source.value,
        suspension=row.suspension.value if row.suspension else None,
        note=row.note,
        valid_from=moment(row.valid_from) or "",
        valid_to=moment(row.valid_to),
        requested_at=moment(row.requested_at),
        answer_by=moment(row.answer_by),
        last_used_at=moment(row.last_used_at),
        reason=row.reason,
    )


def masked(shown: ShownGrant) -> ShownGrant:
    """The same for a manager, who is a colleague of the clerk."""
    clerk = mask_person(
        Viewer.CLERK,
        name=shown.clerk["name"],
        id_no=shown.clerk["id_no"],
        phone=shown.clerk["phone"],
    )
    said = {
        "id_type": shown.clerk["id_type"],
        "name": clerk.name,
        "id_no": clerk.id_no,
        "phone": clerk.phone,
    }
    return msgspec.structs.replace(shown, clerk=said)


def history(view: GrantView, changes: list[GrantChange]) -> ShownHistory:
    """A grant and its changes."""
    shown = [
        ShownChange(
            moment(each.at) or "",
            each.status.value,
            GRANT_LABELS[each.status],
            each.party,
            each.reason,
        )
        for each in changes
    ]
    return ShownHistory(grant(view), shown)


def choice(found: RelationGranted) -> ShownChoice:
    """A relation to grant."""
    return ShownChoice(relation(found.relation), found.granted, found.items)


def request(found: OwnRequest) -> ShownRequest:
    """A clerk's own request."""
    row = found.grant
    return ShownRequest(
        id=row.id,
        unit=found.unit_name,
        status=found.status.value,
        label=GRANT_LABELS[found.status],
        note=row.note,
        reason=row.reason,
        valid_from=moment(found.begins),
        valid_to=moment(found.ends),
        requested_at=moment(row.requested_at),
        answer_by=moment(row.answer_by),
    )
