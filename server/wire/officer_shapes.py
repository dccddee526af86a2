"""What the agency's console gets (contract §11)."""

from typing import Any

import msgspec

from models.account import AccountState
from models.vocabulary import Duty, GrantStatus, IdType, OfficerStatus


class ShownOfficerSession(msgspec.Struct, frozen=True):
    """Who is signed in to the console. password_days_left: in the week before it is over."""

    name: str
    agency: str
    agency_name: str
    region: str
    duties: list[Duty]
    csrf_token: str
    expires_at: str
    password_days_left: int | None


class ShownInvitation(msgspec.Struct, frozen=True):
    """What a one-time token is for. totp_url: for the authenticator's camera, as a QR."""

    account: str
    name: str
    totp_secret: str
    totp_url: str


class ShownOfficer(msgspec.Struct, frozen=True, omit_defaults=True):
    """An officer, to administrators. token: shown once, when it was just issued."""

    id: str
    revision: int
    account: str
    name: str
    agency: str
    region: str
    duties: list[Duty]
    status: OfficerStatus
    last_login_at: str | None
    token: str = ""


class OfficerPage(msgspec.Struct, frozen=True):
    """Officers in the order of their making."""

    items: list[ShownOfficer]
    next_cursor: str | None


class AuditRow(msgspec.Struct, frozen=True):
    """One entry of the audit trail. body: who did what to what, without personal values."""

    id: str
    stream: int
    seq: int
    at: str
    body: dict[str, Any]


class AuditPage(msgspec.Struct, frozen=True):
    """Entries, newest first."""

    items: list[AuditRow]
    next_cursor: str | None


class ShownParty(msgspec.Struct, frozen=True):
    """A person as the officer may see them."""

    name: str
    id_no: str
    phone: str


class WindowUnit(msgspec.Struct, frozen=True):
    """A unit with its legal representative."""

    id: str
    name: str
    uscc: str
    address: str
    legal_rep: ShownParty | None


class WindowUnitPage(msgspec.Struct, frozen=True):
    """Units that were found; never more than a handful, so there is no second page."""

    items: list[WindowUnit]
    next_cursor: str | None


class ShownWindowRelation(msgspec.Struct, frozen=True):
    """An insured relation. consistent: whether it is insured under the unit's own USCC."""

    id: str
    insurance_name: str
    unit_no: str
    agency: str
    pay_state: str
    consistent: bool


class MarkedRelation(msgspec.Struct, frozen=True):
    """A relation, and whether the clerk in question has it already."""

    relation: ShownWindowRelation
    already_granted: bool


class MarkedRelations(msgspec.Struct, frozen=True):
    """All relations in scope."""

    items: list[MarkedRelation]


class ShownWindowClerk(msgspec.Struct, frozen=True):
    """A clerk with a live grant. id: of the grant; relation_ids: those in scope it covers."""

    id: str
    status: GrantStatus
    id_type: IdType
    clerk: ShownParty
    relation_ids: list[str]


class UnitDetail(msgspec.Struct, frozen=True):
    """Everything the window shows of a unit."""

    unit: WindowUnit
    relations: list[ShownWindowRelation]
    clerks: list[ShownWindowClerk]


class ShownStop(msgspec.Struct, frozen=True):
    """What keeps somebody out. one_agreed: an officer has agreed to lift it, by_you: it was you."""

    reason: str
    stopped_at: str
    one_agreed: bool
    by_you: bool


class ShownAccount(msgspec.Struct, frozen=True):
    """The account of a unit's legal representative. locked_until: while a lock holds."""

    state: AccountState
    locked_until: str | None
    stop: ShownStop | None


class ShownWindowNotice(msgspec.Struct, frozen=True):
    """注意事项, with the version that a window grant has to name."""

    version: str
    items: list[str]


class ShownMaterial(msgspec.Struct, frozen=True):
    """A paper that was uploaded. size in bytes, sha256 in hex."""

    id: str
    name: str
    size: int
    sha256: str
    mime: str
    created_at: str


class ShownWindowGrant(msgspec.Struct, frozen=True):
    """A window grant. grants: ids of the clerks' grants, in the order of the request."""

    id: str
    grants: list[str]
