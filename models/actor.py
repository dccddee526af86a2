"""Who acts: what a handler knows of the caller, made by the door from a session or a challenge."""

import msgspec

from models.vocabulary import Duty, Role


class Post(msgspec.Struct, frozen=True):
    """Where an officer serves and with which duties 岗位.

    agency: code of the own agency, '' for none; region: area code whose agencies are served as
    well, '' for none (`230100` every agency of the city, `230000` of the province).
    """

    agency: str
    region: str
    duties: frozenset[Duty]


class Actor(msgspec.Struct, frozen=True):
    """The caller of a handler. role and unit_id are empty until a unit was entered.

    post: of an officer only. ip: what the server saw through trusted proxies only; browser: what
    the client says it is.
    """

    person_id: str = ""
    role: Role | None = None
    unit_id: str = ""
    session_id: str = ""
    ip: str = ""
    browser: str = ""
    trace_id: str = ""
    post: Post | None = None
