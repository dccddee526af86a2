"""The JSON shapes of the API, and how rows and records become them (contract §4–8)."""

from datetime import UTC, datetime
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from handlers.grants import GrantView
from handlers.mandates import Mandate, RelationView
from handlers.menus import MENUS
from handlers.scans import Scanned
from handlers.sessions import View
from models.errors.catalogue import entry_of
from models.frame import Frames, step_at
from models.store.challenge import STEP_S, Challenge
from models.store.session import Session, Stage
from models.vocabulary import Channel, ChallengeStatus, Role

CAPTIONS = {Role.LEGAL_REP: "法人扫码登录", Role.CLERK: "办事员扫码登录"}
DeskRole = Literal["legal_rep", "clerk"]
Id = Annotated[str, Meta(min_length=1, max_length=64, pattern=r"^[A-Za-z0-9_-]+$")]
Nonce = Annotated[str, Meta(min_length=1, max_length=64, pattern=r"^[A-Za-z0-9_-]+$")]


class Body(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a client sends; a field that is not known is a fault."""


class Nothing(Body, frozen=True):
    """An empty object."""


class IssueBody(Body, frozen=True):
    """Ask for a login QR."""

    role: DeskRole
    channel: Channel = Channel.MINIAPP


class RoleBody(Body, frozen=True):
    """Turn a challenge to the other role."""

    role: DeskRole


class PairBody(Body, frozen=True):
    """The two digits that the phone shows."""

    code: Annotated[str, Meta(pattern=r"^[0-9]{2}$")]


class PhoneLoginBody(Body, frozen=True):
    """A platform's one-time login code."""

    platform: Literal["wechat", "alipay"]
    code: Annotated[str, Meta(min_length=1, max_length=256)]


class ECardBody(Body, frozen=True):
    """What the e-card mini-program handed over: one of the two."""

    security: Annotated[str, Meta(min_length=1, max_length=2048)] | None = None
    sign_no: Annotated[str, Meta(min_length=1, max_length=128)] | None = None


class IdentityBody(Body, frozen=True):
    """Bind an e-card identity."""

    ecard: ECardBody


class ScanBody(Body, frozen=True):
    """A scanned text. scene: WeChat's number; scancode_time: seconds, from WeChat."""

    text: Annotated[str, Meta(max_length=1024)]
    scene: Annotated[int, Meta(ge=0, le=99999)]
    source: Literal["link", "scanner"]
    scancode_time: Annotated[int, Meta(ge=0, le=32503680000)] | None = None


class ApproveBody(Body, frozen=True):
    """Approve what the confirm page showed; without unit_id the unit is chosen on the desk."""

    nonce: Nonce
    role: DeskRole
    unit_id: Id | None = None


class DenyBody(Body, frozen=True):
    """Say no."""

    nonce: Nonce
    reason: Literal["cancel", "not_me"]


class PhoneSessionBody(Body, frozen=True):
    """Open a unit on the phone itself."""

    role: DeskRole
    unit_id: Id | None = None


class UnitBody(Body, frozen=True):
    """Enter a unit."""

    unit_id: Id
    role: DeskRole


class RevokeBody(Body, frozen=True):
    """Take a grant back."""

    reason: Annotated[str, Meta(min_length=1, max_length=100)]


class NoQuery(Body, frozen=True):
    """No parameters."""


class WaitQuery(Body, frozen=True):
    """Long poll: wait up to so many seconds for a revision other than this."""

    wait: Annotated[int, Meta(ge=0, le=25)] = 0
    revision: Annotated[int, Meta(ge=0)] = 0


class PageQuery(Body, frozen=True):
    """Keyset paging."""

    limit: Annotated[int, Meta(ge=1, le=100)] = 20
    cursor: Annotated[str, Meta(max_length=64, pattern=r"^[A-Za-z0-9_-]*$")] = ""


class SearchQuery(PageQuery, frozen=True):
    """Keyset paging within what matches q (name or 单位编号)."""

    q: Annotated[str, Meta(max_length=60)] = ""


class ShownRefusal(msgspec.Struct, frozen=True):
    """Why a scan led nowhere, as the desk shows it."""

    code: str
    title: str
    detail: str
    solutions: list[str]
    actions: list[dict[str, str]]


class ShownChallenge(msgspec.Struct, frozen=True, omit_defaults=True):
    """A login challenge as its browser sees it. frame: the 32-character token; url: the QR's text."""

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
    """A session that was opened; with several units the choice is still to be made."""

    session: ShownSession
    next: Literal["home", "choose_unit"]
    units: list[ShownUnit]
    token: str | None = None


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


class ShownGrant(msgspec.Struct, frozen=True):
    """A grant, to the unit's own legal representative."""

    id: str
    revision: int
    status: str
    clerk: dict[str, str]
    valid_from: str
    valid_to: str | None
    reason: str


class DevicePage(msgspec.Struct, frozen=True):
    """Devices; never more than a handful, so there is no second page."""

    items: list[ShownDevice]
    next_cursor: str | None


class UnitPage(msgspec.Struct, frozen=True):
    """Units, last used first."""

    items: list[ShownUnit]
    next_cursor: str | None


class GrantPage(msgspec.Struct, frozen=True):
    """Grants, oldest first."""

    items: list[ShownGrant]
    next_cursor: str | None


class Done(msgspec.Struct, frozen=True):
    """It is so now."""

    status: str


def time_text(ms: int) -> str:
    """RFC 3339 in UTC with milliseconds."""
    at = datetime.fromtimestamp(ms / 1000, UTC)
    return at.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def moment(at: datetime | None) -> str | None:
    """RFC 3339 in UTC, or null."""
    return time_text(int(at.timestamp() * 1000)) if at else None


def challenge(frames: Frames, found: Challenge) -> ShownChallenge:
    """A challenge with the frame of this moment."""
    step = step_at(found.issued_at_ms, found.read_at_ms)
    frame = frames.token(found.cid, found.generation, step)
    return ShownChallenge(
        id=found.cid,
        revision=found.revision,
        role=found.role,
        caption=CAPTIONS[found.role],
        channel=found.channel,
        status=found.status,
        expires_at=time_text(found.expires_at_ms),
        step_s=STEP_S,
        frame=frame,
        url=found.content or frames.url(frame),
        scanned_by=found.scanned_by or None,
        pair_required=True if found.pair_required else None,
        reason=found.reason or None,
        refusal=_refusal(found.refusal),
    )


def _refusal(code: str) -> ShownRefusal | None:
    entry = entry_of(code) if code else None
    if entry is None:
        return None
    shown = entry.refuse()
    return ShownRefusal(
        code,
        shown.title,
        shown.detail,
        shown.solutions,
        [{"rel": action.rel, "title": action.title} for action in shown.actions],
    )


def relation(view: RelationView) -> ShownRelation:
    """An insured relation."""
    return ShownRelation(view.id, view.insurance, view.insurance_name, view.unit_no, view.agency)


def unit(mandate: Mandate) -> ShownUnit:
    """A unit to choose."""
    return ShownUnit(
        mandate.unit.id,
        mandate.unit.name,
        mandate.role,
        [relation(view) for view in mandate.relations],
        moment(mandate.last_used_at),
    )


def scan(found: Scanned, site: str) -> ShownScan:
    """The confirm page's facts. site: the host that the desk's browser is on."""
    desk = found.desk
    return ShownScan(
        challenge_id=found.challenge_id,
        nonce=found.nonce,
        role=found.role,
        caption=CAPTIONS[found.role],
        context=ShownContext(
            site=site,
            browser=desk.browser,
            os=desk.os,
            ip_place=" ".join(part for part in (desk.name, desk.ip) if part),
            at=time_text(found.at_ms),
            same_place=found.same_place,
        ),
        units=[unit(mandate) for mandate in found.mandates],
        pair_code=found.pair_code,
    )


def session(found: Session, view: View, csrf: str) -> ShownSession:
    """The session of `GET /session`."""
    entered = found.stage is Stage.UNIT
    menus = MENUS[found.role] if entered and found.role else ()
    return ShownSession(
        person=ShownPerson(view.name, view.id_no_masked),
        role=found.role,
        unit=CurrentUnit(found.unit_id, view.unit_name, view.uscc_masked) if entered else None,
        relations=[relation(each) for each in view.relations],
        grant_revision=found.mandate_revision,
        epoch=found.epoch,
        csrf_token=csrf,
        menus=[ShownMenu(item.key, item.title, item.url) for item in menus],
        expires_at=time_text(found.expires_at_ms),
    )


def device(found: Session, view: View, current: str) -> ShownDevice:
    """One row of the device list."""
    return ShownDevice(
        id=found.id,
        current=found.id == current,
        kind=found.kind.value,
        role=found.role,
        unit_name=view.unit_name,
        browser=found.place.browser,
        os=found.place.os,
        ip=found.place.ip,
        place=found.place.name,
        started_at=time_text(found.opened_at_ms),
        last_seen_at=time_text(found.seen_at_ms),
    )


def grant(view: GrantView) -> ShownGrant:
    """A grant row."""
    row = view.grant
    return ShownGrant(
        id=row.id,
        revision=row.revision,
        status=view.status.value,
        clerk={"name": view.clerk.name, "id_no": view.clerk.id_no, "phone": view.clerk.phone},
        valid_from=moment(row.valid_from) or "",
        valid_to=moment(row.valid_to),
        reason=row.reason,
    )
