"""What the agency's console sends (contract §11)."""

from typing import Annotated

from msgspec import Meta

from models.vocabulary import Duty, IdType
from server.bodies import UNSEEN
from server.wire.bodies import Body, Cursor, Id

_SEEN = f"^[^{UNSEEN}]*$"
_ACCOUNT = Annotated[
    str, Meta(min_length=3, max_length=32, pattern=r"^[A-Za-z][A-Za-z0-9._-]*$(?!\n)")
]
_TOKEN = Annotated[str, Meta(min_length=1, max_length=64, pattern=r"^[A-Za-z0-9_-]+$(?!\n)")]
_CODE = Annotated[str, Meta(pattern=r"^[0-9]{6}$(?!\n)")]
_PASSWORD = Annotated[str, Meta(max_length=128, pattern=_SEEN)]
_REASON = Annotated[str, Meta(max_length=100, pattern=_SEEN)]


class OfficerLoginBody(Body, frozen=True):
    """Password and the authenticator's six digits, together. new_password: to be set instead."""

    account: Annotated[str, Meta(max_length=32, pattern=_SEEN)]
    password: _PASSWORD
    code: _CODE
    new_password: _PASSWORD = ""


class InvitationBody(Body, frozen=True):
    """A one-time token, to see what it is for."""

    token: _TOKEN


class AcceptBody(Body, frozen=True):
    """A one-time token with the password to set and the authenticator's first code."""

    token: _TOKEN
    password: _PASSWORD
    code: _CODE


class NewOfficerBody(Body, frozen=True):
    """An officer to make an account for."""

    account: _ACCOUNT
    name: Annotated[str, Meta(min_length=1, max_length=40, pattern=_SEEN)]
    agency: Annotated[str, Meta(max_length=12, pattern=r"^[A-Za-z0-9-]*$(?!\n)")] = ""
    region: Annotated[str, Meta(pattern=r"^([0-9]{6})?$(?!\n)")] = ""


class DutiesBody(Body, frozen=True):
    """All duties that the officer is to have."""

    duties: Annotated[list[Duty], Meta(max_length=6)]


class UnitQuery(Body, frozen=True):
    """A USCC or a 单位编号, whole."""

    q: Annotated[str, Meta(max_length=20, pattern=_SEEN)] = ""


class ReasonQuery(Body, frozen=True):
    """Why the masks should fall; empty: they stay."""

    reason: _REASON = ""


class AccountReasonBody(Body, frozen=True):
    """Why something is done to an account; it is written into the audit trail."""

    reason: Annotated[str, Meta(min_length=1, max_length=100, pattern=_SEEN)]


class ClerkQuery(Body, frozen=True):
    """The grant of the clerk whose relations are to be marked; empty: nobody's."""

    clerk_id: Cursor = ""


class WindowClerkBody(Body, frozen=True):
    """A clerk to be authorised: their identity document, name and phone."""

    id_type: IdType
    id_no: Annotated[str, Meta(min_length=1, max_length=30, pattern=_SEEN)]
    name: Annotated[str, Meta(min_length=1, max_length=100, pattern=_SEEN)]
    phone: Annotated[str, Meta(min_length=1, max_length=20, pattern=_SEEN)]


class WindowGrantBody(Body, frozen=True):
    """公共服务单位用户授权. notice_version: of the 注意事项 that were read."""

    unit_id: Id
    notice_version: Annotated[str, Meta(min_length=1, max_length=20, pattern=_SEEN)]
    materials: Annotated[list[Id], Meta(max_length=20)]
    clerks: Annotated[list[WindowClerkBody], Meta(min_length=1, max_length=20)]
    relation_ids: Annotated[list[Id], Meta(min_length=1, max_length=100)]


class MaterialQuery(Body, frozen=True):
    """For which unit, and what the file is called."""

    unit_id: Id
    name: Annotated[str, Meta(min_length=1, max_length=120, pattern=_SEEN)]


class AuditQuery(Body, frozen=True):
    """Keyset paging through the audit trail, newest first. cursor: as the page before gave it."""

    limit: Annotated[int, Meta(ge=1, le=100)] = 20
    cursor: Annotated[str, Meta(pattern=r"^[0-9]{0,18}$(?!\n)")] = ""
