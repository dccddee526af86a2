"""Who acts: what a handler knows of the caller, made by the door from a session or a challenge."""

from dataclasses import dataclass

from models.vocabulary import Role


@dataclass(frozen=True, slots=True)
class Actor:
    """The caller of a handler. role and unit_id are empty until a unit was entered.

    ip: what the server saw through trusted proxies only; browser: what the client says it is.
    """

    person_id: str = ""
    role: Role | None = None
    unit_id: str = ""
    session_id: str = ""
    ip: str = ""
    browser: str = ""
    trace_id: str = ""
