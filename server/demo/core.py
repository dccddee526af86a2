"""What the core system says of the demonstration's units: just what the database is loaded with."""

from collections.abc import Iterator
from typing import Any

from server.demo.shapes import Dataset

AT = "2020-01-01T00:00:00Z"
"""Before anything that is sent by hand, so that nothing of it is old news."""


def core_rows(told: Dataset) -> Iterator[dict[str, Any]]:
    """A row for each unit, as `/ingest/units` takes it."""
    people = {person.key: person for person in told.people}
    rep_of = {uscc: people[rep.person_key] for rep in told.legal_reps for uscc in rep.usccs}
    for unit in told.units:
        rep = rep_of[unit.uscc]
        yield {
            "event_id": f"demo-{unit.uscc}",
            "at": AT,
            "uscc": unit.uscc,
            "name": unit.name,
            "address": unit.address,
            "status": "open",
            "legal_rep": {"id_type": rep.id_type.value, "id_no": rep.id_no, "name": rep.name},
            "relations": [
                {
                    "insurance": relation.insurance,
                    "unit_no": relation.unit_no,
                    "agency": relation.agency_key,
                    "pay_state": relation.pay_state,
                    "recorded_uscc": relation.recorded_uscc,
                }
                for relation in told.relations
                if relation.uscc == unit.uscc
            ],
        }
