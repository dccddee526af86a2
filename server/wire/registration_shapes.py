"""What clients get about a registration (contract §7)."""

import msgspec

from server.errors import ShownAction


class ShownSource(msgspec.Struct, frozen=True):
    """What one registry made of it. mismatched: names of fields, never their values."""

    source: str
    result: str
    mismatched: list[str]


class ShownSentence(msgspec.Struct, frozen=True):
    """A catalogue entry that goes with a registration that waits."""

    code: str
    title: str
    detail: str
    solutions: list[str]
    actions: list[ShownAction]


class ShownCarried(msgspec.Struct, frozen=True):
    """Who scanned, carried over to the registration form: a token, and the masked name."""

    token: str
    name: str
    expires_at: str


class ShownRegistration(msgspec.Struct, frozen=True):
    """A registration that was taken in. sentence: None when the unit is active."""

    id: str
    status: str
    sources: list[ShownSource]
    sentence: ShownSentence | None = None
