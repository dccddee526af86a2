"""The one question every login asks: what may this person enter? One statement answers it.

Written by hand because it is asked at each scan, approval, exchange and switch: built from query
sets it would take six statements (performance §3, §14).
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from itertools import count
from typing import Any

from tortoise.connection import get_connections

from models.vocabulary import GrantStatus, IdType, Suspension, UnitStatus

_COLUMNS = (
    "u.id AS unit_id, u.name AS unit_name, u.uscc, u.status AS unit_status,"
    " r.id AS relation_id, r.insurance, r.unit_no, a.name AS agency"
)


@dataclass(frozen=True, slots=True)
class MandateRow:
    """One way into one unit, through one relation (None when it has none).

    kind: `l` legal representative, `g` grant; status, dates and suspension are those of a grant.
    name_index: the name under which the unit knows the holder.
    """

    kind: str
    id: str
    revision: int
    status: GrantStatus | None
    valid_from: datetime | None
    valid_to: datetime | None
    suspension: Suspension | None
    name_index: str
    last_used_at: datetime | None
    unit_id: str
    unit_name: str
    uscc: str
    unit_status: UnitStatus
    relation_id: str | None
    insurance: str
    unit_no: str
    agency: str
    items: str


async def mandate_rows(
    id_type: IdType, id_no_indexes: Sequence[str], unit_id: str = ""
) -> list[MandateRow]:
    """Live legal representatives and grants of a document number, joined to units and relations.

    unit_id: those of one unit only, so that it does not matter how many others there are.
    """
    database = get_connections().get("default")
    numbered = database.capabilities.dialect == "postgres"
    text = _statement(len(id_no_indexes), numbered, bool(unit_id))
    values = [*id_no_indexes, id_type.value, *([unit_id] if unit_id else [])] * 2
    return [_row(row) for row in await database.execute_query_dict(text, values)]


@lru_cache(maxsize=16)
def _statement(indexes: int, numbered: bool, of_unit: bool) -> str:
    marks = (f"${i}" if numbered else "?" for i in count(1))
    first, second = (_holder(table, indexes, marks, of_unit=of_unit) for table in ("l", "g"))
    # Names of columns are fixed and every value is a parameter.
    return (
        "SELECT 'l' AS kind, l.id, l.revision, CAST(NULL AS VARCHAR(10)) AS status,"  # noqa: S608
        " CAST(NULL AS TIMESTAMPTZ) AS valid_from, CAST(NULL AS TIMESTAMPTZ) AS valid_to,"
        " CAST(NULL AS VARCHAR(12)) AS suspension,"
        f" l.name_index, l.last_used_at, {_COLUMNS}, '*' AS items"
        " FROM legal_reps l JOIN units u ON u.id = l.unit_id"
        " LEFT JOIN relations r ON r.unit_id = u.id LEFT JOIN agencies a ON a.code = r.agency_id"
        f" WHERE {first} AND l.live"
        " UNION ALL "
        "SELECT 'g', g.id, g.revision, g.status, g.valid_from, g.valid_to,"
        f" g.suspension, g.name_index, g.last_used_at, {_COLUMNS}, COALESCE(gr.items, '*')"
        " FROM grants g JOIN units u ON u.id = g.unit_id"
        " LEFT JOIN grant_scopes gr ON gr.grant_id = g.id"
        # A relation that has gone over to another unit is no longer this one's to grant.
        " LEFT JOIN relations r ON r.id = gr.relation_id AND r.unit_id = g.unit_id"
        " LEFT JOIN agencies a ON a.code = r.agency_id"
        f" WHERE {second}"
    )


def _holder(table: str, indexes: int, marks: Iterator[str], *, of_unit: bool) -> str:
    known = ", ".join(next(marks) for _ in range(indexes))
    held = f"{table}.id_no_index IN ({known}) AND {table}.id_type = {next(marks)}"
    return f"{held} AND {table}.unit_id = {next(marks)}" if of_unit else held


def _row(row: dict[str, Any]) -> MandateRow:
    return MandateRow(
        kind=row["kind"],
        id=row["id"],
        revision=row["revision"],
        status=GrantStatus(row["status"]) if row["status"] else None,
        valid_from=_moment(row["valid_from"]),
        valid_to=_moment(row["valid_to"]),
        suspension=Suspension(row["suspension"]) if row["suspension"] else None,
        name_index=row["name_index"],
        last_used_at=_moment(row["last_used_at"]),
        unit_id=row["unit_id"],
        unit_name=row["unit_name"],
        uscc=row["uscc"],
        unit_status=UnitStatus(row["unit_status"]),
        relation_id=row["relation_id"],
        insurance=row["insurance"] or "",
        unit_no=row["unit_no"] or "",
        agency=row["agency"] or "",
        items=row["items"],
    )


def _moment(value: datetime | str | None) -> datetime | None:
    # SQLite keeps moments as text.
    return datetime.fromisoformat(value) if isinstance(value, str) else value
