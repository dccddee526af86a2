"""The words the product uses: enumerations shared by every room (terms: docs/glossary.md)."""

from enum import IntEnum, StrEnum


class Role(StrEnum):
    """As what a person acts for a unit: legal_rep 法人, clerk 办事员, officer 经办机构人员."""

    LEGAL_REP = "legal_rep"
    CLERK = "clerk"
    OFFICER = "officer"


class Duty(StrEnum):
    """What an officer may do 岗位; the last three 三员 exclude each other (domain §4.1)."""

    WINDOW = "window"
    REVIEWER = "reviewer"
    SUPERVISOR = "supervisor"
    SYSADMIN = "sysadmin"
    SECADMIN = "secadmin"
    AUDITADMIN = "auditadmin"


ADMINISTRATORS = frozenset({Duty.SYSADMIN, Duty.SECADMIN, Duty.AUDITADMIN})
"""The three administrators 三员: nobody holds two of these."""


class OfficerStatus(StrEnum):
    """Whether an officer may sign in: invited (no password yet), dormant (unused for 90 days)."""

    INVITED = "invited"
    ACTIVE = "active"
    SUSPENDED = "suspended"
    DORMANT = "dormant"


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


class GrantSource(StrEnum):
    """How a grant came about: added by the legal rep, asked for by the clerk, or at a window."""

    ONLINE = "online"
    REQUEST = "request"
    WINDOW = "window"


class GrantParty(StrEnum):
    """Who can change a grant. manager: a delegated 单位管理员; system: the clock, a registry."""

    CLERK = "clerk"
    LEGAL_REP = "legal_rep"
    MANAGER = "manager"
    WINDOW = "window"
    SYSTEM = "system"


class Suspension(StrEnum):
    """Why a grant is suspended: the legal rep's wish, 法人变更, a closed unit, long unused."""

    WISHED = "wished"
    LEGAL_REP_CHANGED = "rep_changed"
    UNIT_CLOSED = "unit_closed"
    DORMANT = "dormant"


class ItemGroup(StrEnum):
    """What a grant can be limited to 业务范围 on a relation; without a limit it is 全业务."""

    EMPLOYEES = "employees"
    BASES = "bases"
    UNIT_INFO = "unit_info"
    CERTIFICATES = "certificates"
    PRINTS = "prints"


class PersonStatus(StrEnum):
    """Whether a person 自然人 may log in at all."""

    ACTIVE = "active"
    DISABLED = "disabled"
    DORMANT = "dormant"
    CLOSED = "closed"


class UnitStatus(StrEnum):
    """State of a unit 单位 on this platform."""

    ACTIVE = "active"
    WAITING_SYNC = "waiting_sync"
    CLOSED = "closed"


class CertificateState(StrEnum):
    """What a certificate 数字证书 is as kept; the rest of its status follows from its dates."""

    HELD = "held"
    RENEWING = "renewing"
    REPLACED = "replaced"
    LOST = "lost"
    REVOKED = "revoked"
    UNRECOGNISED = "unrecognised"


class CertificateStatus(StrEnum):
    """What a certificate is at a moment, as people see it (domain §7.3)."""

    PENDING = "pending"
    ACTIVE = "active"
    RENEWABLE = "renewable"
    EXPIRING = "expiring"
    EXPIRED = "expired"
    REVERIFY = "reverify"
    RENEWING = "renewing"
    REPLACED = "replaced"
    LOST = "lost"
    REVOKED = "revoked"
    UNRECOGNISED = "unrecognised"


class CertificateSource(StrEnum):
    """Where we know a certificate from: typed dates, its file, the CA, an existing system."""

    MANUAL = "manual"
    UPLOAD = "upload"
    CA = "ca"
    INGEST = "ingest"


class RenewalStatus(StrEnum):
    """State of a request to the CA for a successor 证书更新申请."""

    ASKED = "asked"
    ISSUED = "issued"
    REFUSED = "refused"
    TIMED_OUT = "timed_out"
    CANCELLED = "cancelled"


class FilingStatus(StrEnum):
    """State of a filing 申报 (domain §7.1)."""

    DRAFT = "draft"
    SUBMITTED = "submitted"
    REVIEWING = "reviewing"
    SECOND_REVIEW = "second_review"
    CORRECTION = "correction"
    OFFLINE_CONFIRM = "offline_confirm"
    APPROVED = "approved"
    SYNCING = "syncing"
    COMPLETED = "completed"
    SYNC_FAILED = "sync_failed"
    REJECTED = "rejected"
    WITHDRAWN = "withdrawn"
    EXPIRED = "expired"
    VOIDED = "voided"


class RegistrySource(StrEnum):
    """Who is asked about a unit at registration: 营商, 养老参保, 机关事业 (手册 5.1.1)."""

    MARKET = "market"
    PENSION_ENTERPRISE = "pension_enterprise"
    PENSION_PUBLIC = "pension_public"


class SourceResult(StrEnum):
    """What a registry says of a registration; unavailable is no answer, so it refuses nothing."""

    MATCH = "match"
    MISMATCH = "mismatch"
    NOT_FOUND = "not_found"
    UNAVAILABLE = "unavailable"


class RegistrationStatus(StrEnum):
    """State of a registration 注册 (domain §7.4); the open ones are checked again by the clock.

    verifying: a registry did not answer; waiting_sync: none of them knows the unit yet; lapsed:
    the clock has given up.
    """

    VERIFYING = "verifying"
    WAITING_SYNC = "waiting_sync"
    ACTIVE = "active"
    FAILED = "failed"
    LAPSED = "lapsed"


class DeliveryChannel(StrEnum):
    """By what a message is pushed 推送渠道; the inbox is no channel, every message is in it."""

    WECHAT = "wechat"
    ALIPAY = "alipay"
    SMS = "sms"
    EMAIL = "email"


class DeliveryState(IntEnum):
    """State of a delivery 推送. Below SENT it is open; sent: the platform accepted it.

    failed: never to be had this way; dead: its tries are used up; both can be replayed by command.
    """

    PENDING = 0
    SENDING = 1
    SENT = 2
    DELIVERED = 3
    FAILED = 4
    DEAD = 5
    SKIPPED = 6
    CANCELLED = 7


class Urgency(IntEnum):
    """What goes first: alerts and what has a deadline, then results, then reminders."""

    URGENT = 0
    NORMAL = 1
    BULK = 2


class SubscriptionMode(StrEnum):
    """How long a consent 订阅 lasts: one message for each, or until it is withdrawn."""

    ONCE = "once"
    LONG = "long"
