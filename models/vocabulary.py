"""The words the product uses: enumerations shared by every room (terms: docs/glossary.md)."""

from enum import StrEnum


class Role(StrEnum):
    """As what a person acts for a unit: legal_rep 法人, clerk 办事员, officer 经办机构人员."""

    LEGAL_REP = "legal_rep"
    CLERK = "clerk"
    OFFICER = "officer"


class Channel(StrEnum):
    """What scans a desk challenge: our mini-program, or the scanner of the e-card app."""

    MINIAPP = "miniapp"
    ECARD = "ecard"


class ChallengeStatus(StrEnum):
    """State of a login challenge 登录二维码 (qr-login §5.2; challenge.lua has the transitions)."""

    PENDING = "pending"
    SCANNED = "scanned"
    GRANT_WAIT = "grant_wait"
    APPROVED = "approved"
    EXCHANGED = "exchanged"
    DENIED = "denied"
    CANCELLED = "cancelled"
    EXPIRED = "expired"


class Platform(StrEnum):
    """Whose mini-program the phone runs."""

    WECHAT = "wechat"
    ALIPAY = "alipay"


class IdType(StrEnum):
    """Kind of identity document 证件类型 (AAC058; only those an e-card can be issued for)."""

    RESIDENT_ID = "01"
    HK_PERMIT = "04"
    MACAU_PERMIT = "05"
    TAIWAN_PERMIT = "06"
    PERMANENT_RESIDENT = "07"
    PASSPORT = "08"
    HMT_RESIDENCE = "16"


class CardState(StrEnum):
    """State of the social-security card 卡状态 (aaz502; only `ok` may log in; 手册 2.1.1)."""

    OK = "ok"
    SEALED = "sealed"
    LOST = "lost"
    APP_LOCKED = "app_locked"
    TEMP_LOST = "temp_lost"
    CANCELLED = "cancelled"
    NONE = "none"
    REGION_CLOSED = "region_closed"


class GrantStatus(StrEnum):
    """State of a grant 授权 (domain §7.2)."""

    REQUESTED = "requested"
    OFFERED = "offered"
    SCHEDULED = "scheduled"
    ACTIVE = "active"
    SUSPENDED = "suspended"
    EXPIRED = "expired"
    REVOKED = "revoked"
    DENIED = "denied"
    CANCELLED = "cancelled"
    LAPSED = "lapsed"


class PersonStatus(StrEnum):
    """Whether a person 自然人 may log in at all."""

    ACTIVE = "active"
    DISABLED = "disabled"
    DORMANT = "dormant"


class UnitStatus(StrEnum):
    """State of a unit 单位 on this platform."""

    ACTIVE = "active"
    WAITING_SYNC = "waiting_sync"
    CLOSED = "closed"
