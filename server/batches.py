"""Batches: of the rows that were sent each is read by itself, so one wrong row spoils no other."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Annotated, Any, Generic, TypeVar, get_args

import msgspec

from models.errors.entry import FieldError, Refusal
from server.bodies import convert, parse_json

T = TypeVar("T")
LONGEST_LABEL = 64


@dataclass(frozen=True, slots=True)
class Row(Generic[T]):
    """One row as it was sent. value: None where it has not the shape, and errors say why.

    event_id: as far as it can be read, else ''; place: the row's own pointer in the body.
    """

    event_id: str
    place: str
    value: T | None
    errors: tuple[FieldError, ...] = ()


Batch = Sequence[Row[T]]


def read_batch(content_type: str, body: bytes, shape: type[msgspec.Struct]) -> Batch[Any]:
    """The rows of a body whose shape has one member, a list of rows.

    Refuses what is wrong with the body as a whole: MEDIA_TYPE_WRONG, INPUT_WRONG (no JSON, no list,
    too many rows, further members).
    """
    outer = convert(parse_json(content_type, body), _outer(shape), seen=True)
    member = shape.__struct_fields__[0]
    return read_rows(getattr(outer, member), row_of(shape), f"/{member}")


def read_rows(raws: Sequence[Any], shape: type[T], place: str) -> list[Row[T]]:
    """Each of these values as a row. place: pointer of the list."""
    return [_row(raw, shape, f"{place}/{number}") for number, raw in enumerate(raws)]


def row_of(shape: type[msgspec.Struct]) -> type[Any]:
    """The shape of a row in the list that this body consists of."""
    row: type[Any] = get_args(msgspec.structs.fields(shape)[0].type.__origin__)[0]
    return row


def below(place: str, errors: Sequence[FieldError]) -> tuple[FieldError, ...]:
    """The same faults, their pointers from the root of the body instead of from the row."""
    return tuple(FieldError(place + each.pointer, each.detail) for each in errors)


def _row(raw: Any, shape: type[T], place: str) -> Row[T]:
    try:
        return Row(_label(raw), place, convert(raw, shape))
    except Refusal as refusal:
        errors = below(place, refusal.errors) or (FieldError(place, "不符合要求"),)
        return Row(_label(raw), place, None, errors)


def _label(raw: Any) -> str:
    """The row's name for the answer: nobody is sent back what could not be an event_id."""
    label = raw.get("event_id") if isinstance(raw, Mapping) else None
    if not isinstance(label, str) or len(label) > LONGEST_LABEL:
        return ""
    return label if label.isascii() and label.isprintable() else ""


@cache
def _outer(shape: type[msgspec.Struct]) -> type[msgspec.Struct]:
    """The shape of the body with rows of any kind in it."""
    field = msgspec.structs.fields(shape)[0]
    rows = Annotated[list[Any], *field.type.__metadata__]
    return msgspec.defstruct(
        shape.__name__, [(field.name, rows)], frozen=True, forbid_unknown_fields=True
    )
