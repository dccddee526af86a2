"""What clients get about accounts and their own data (contract §4, issue 3)."""

import msgspec


class CodeSent(msgspec.Struct, frozen=True):
    """A code is under way, if there is somebody to send it to. request: goes with the code."""

    request: str
    expires_at: str


class NoticeKind(msgspec.Struct, frozen=True):
    """One line of the privacy notice's list."""

    data: str
    purpose: str
    ground: str
    kept: str


class ShownNotice(msgspec.Struct, frozen=True):
    """The privacy notice in force."""

    version: str
    kinds: list[NoticeKind]
    rights: list[str]
    contact: str


class ShownPassword(msgspec.Struct, frozen=True):
    """When one's password was set, and until when it is good."""

    changed_at: str
    expires_at: str


class ShownConsent(msgspec.Struct, frozen=True):
    """Consent to the notice in force."""

    version: str
    given_at: str


class ShownExport(msgspec.Struct, frozen=True):
    """An export. status: waiting, ready; expires_at: until when it can be fetched."""

    status: str
    asked_at: str
    expires_at: str | None


class ShownClosure(msgspec.Struct, frozen=True):
    """A request to close the account; it takes effect at due_at."""

    asked_at: str
    due_at: str


class ShownProfile(msgspec.Struct, frozen=True):
    """One's own account; what is null is not there. notice_version: of the notice in force."""

    name: str
    id_no_masked: str
    phone_masked: str | None
    email: str | None
    password: ShownPassword | None
    consent: ShownConsent | None
    notice_version: str
    export: ShownExport | None
    closing: ShownClosure | None
