"""What clients get (contract §4 to §8)."""

from typing import Literal

import msgspec

from models.vocabulary import ChallengeStatus, Channel, Role


class ShownRefusal(msgspec.Struct, frozen=True):
    """Why a scan led nowhere, as the desk shows it."""

    code: str
    title: str
    detail: str
    solutions: list[str]
    actions: list[dict[str, str]]


class ShownChallenge(msgspec.Struct, frozen=True, omit_defaults=True):
    """A login challenge as its browser sees it. frame: the token of now; url: the QR's text."""

    id: str
    revision: int
    role: Role
    caption: str
    channel: Channel
    status: ChallengeStatus
    expires_at: str
    step_s: int
    frame: str
    url: str
    scanned_by: str | None = None
    pair_required: bool | None = None
    reason: str | None = None
    refusal: ShownRefusal | None = None


class ShownRelation(msgspec.Struct, frozen=True):
    """An insured relation."""

    id: str
    insurance: str
    insurance_name: str
    unit_no: str
    agency: str
    items: str


class ShownUnit(msgspec.Struct, frozen=True):
    """A unit that the person may enter, in one role."""

    id: str
    name: str
    role: Role
    relations: list[ShownRelation]
    last_used_at: str | None


class ShownContext(msgspec.Struct, frozen=True):
    """Where the desk is: site and ip_place as the server saw them, browser and os as it says."""

    site: str
    browser: str
    os: str
    ip_place: str
    at: str
    same_place: bool


class ShownScan(msgspec.Struct, frozen=True, omit_defaults=True):
    """What the confirm page shows."""

    challenge_id: str
    nonce: str
    role: Role
    caption: str
    context: ShownContext
    units: list[ShownUnit]
    pair_code: str | None = None


class ShownPerson(msgspec.Struct, frozen=True):
    """The person, to themselves."""

    name: str
    id_no_masked: str


class PhoneToken(msgspec.Struct, frozen=True, omit_defaults=True):
    """A phone's bearer token. identity: whether an e-card was bound."""

    token: str
    expires_at: str
    identity: Literal["bound", "unbound"]
    person: ShownPerson | None = None


class Bound(msgspec.Struct, frozen=True):
    """The phone now speaks for this person."""

    identity: Literal["bound"]
    person: ShownPerson


class CurrentUnit(msgspec.Struct, frozen=True):
    """The unit that was entered."""

    id: str
    name: str
    uscc_masked: str


class ShownMenu(msgspec.Struct, frozen=True):
    """A menu entry; url is null while there is no page."""

    key: str
    title: str
    url: str | None


class ShownSession(msgspec.Struct, frozen=True):
    """Who is signed in, as what, for which unit."""

    person: ShownPerson
    role: Role | None
    unit: CurrentUnit | None
    relations: list[ShownRelation]
    grant_revision: int
    epoch: int
    csrf_token: str
    menus: list[ShownMenu]
    expires_at: str


class ShownEntry(msgspec.Struct, frozen=True, omit_defaults=True):
    """A session that was opened; with several units the choice is still to be made.

    password_days_left: set during the last week of a password's validity.
    """

    session: ShownSession
    next: Literal["home", "choose_unit"]
    units: list[ShownUnit]
    token: str | None = None
    password_days_left: int | None = None


class ShownDevice(msgspec.Struct, frozen=True):
    """One place where the person is signed in."""

    id: str
    current: bool
    kind: str
    role: Role | None
    unit_name: str
    browser: str
    os: str
    ip: str
    place: str
    started_at: str
    last_seen_at: str


class DevicePage(msgspec.Struct, frozen=True):
    """Devices; never more than a handful, so there is no second page."""

    items: list[ShownDevice]
    next_cursor: str | None


class UnitPage(msgspec.Struct, frozen=True):
    """Units, last used first."""

    items: list[ShownUnit]
    next_cursor: str | None


class Done(msgspec.Struct, frozen=True):
    """It is so now."""

    status: str
