"""What clients send: bodies and queries (contract §4 to §8)."""

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from models.vocabulary import Channel
from server.bodies import UNSEEN

DeskRole = Literal["legal_rep", "clerk"]
# `$` also matches before a last newline; what follows it in these patterns does not.
_WORD = r"^[A-Za-z0-9_-]+$(?!\n)"
# As long as a row's id and no longer: a column of that length does not take more.
Id = Annotated[str, Meta(min_length=1, max_length=26, pattern=_WORD)]
Nonce = Annotated[str, Meta(min_length=1, max_length=64, pattern=_WORD)]
Cursor = Annotated[str, Meta(max_length=26, pattern=r"^[A-Za-z0-9_-]*$(?!\n)")]
UnitCursor = Annotated[str, Meta(max_length=32, pattern=r"^[A-Za-z0-9_-]*$(?!\n)")]
SEEN = f"^[^{UNSEEN}]*$"


class Body(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a client sends; a field that is not known is a fault."""


class IssueBody(Body, frozen=True):
    """Ask for a login QR."""

    role: DeskRole
    channel: Channel = Channel.MINIAPP


class RoleBody(Body, frozen=True):
    """Turn a challenge to the other role."""

    role: DeskRole


class PairBody(Body, frozen=True):
    """The two digits that the phone shows."""

    code: Annotated[str, Meta(pattern=r"^[0-9]{2}$(?!\n)")]


class PhoneLoginBody(Body, frozen=True):
    """A platform's one-time login code."""

    platform: Literal["wechat", "alipay"]
    code: Annotated[str, Meta(min_length=1, max_length=256, pattern=SEEN)]


class ECardBody(Body, frozen=True):
    """What the e-card mini-program handed over: one of the two."""

    security: Annotated[str, Meta(min_length=1, max_length=2048, pattern=SEEN)] | None = None
    sign_no: Annotated[str, Meta(min_length=1, max_length=128, pattern=SEEN)] | None = None


class IdentityBody(Body, frozen=True):
    """Bind an e-card identity."""

    ecard: ECardBody


class ScanBody(Body, frozen=True):
    """A scanned text. scene: WeChat's number; scancode_time: seconds, from WeChat."""

    text: Annotated[str, Meta(max_length=1024, pattern=SEEN)]
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


class NoQuery(Body, frozen=True):
    """No parameters."""


class WaitQuery(Body, frozen=True):
    """Long poll: wait up to so many seconds for a revision other than this."""

    wait: Annotated[int, Meta(ge=0, le=25)] = 0
    revision: Annotated[int, Meta(ge=0, le=2**31 - 1)] = 0


class PageQuery(Body, frozen=True):
    """Keyset paging."""

    limit: Annotated[int, Meta(ge=1, le=100)] = 20
    cursor: Cursor = ""


class SearchQuery(PageQuery, frozen=True):
    """Keyset paging within what matches q (name or 单位编号)."""

    cursor: UnitCursor = ""
    q: Annotated[str, Meta(max_length=60, pattern=SEEN)] = ""
