"""What a text is: the words for one topic, how urgent it is, and where it leads."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum


class TemplateKey(StrEnum):
    """Our names of the message templates 消息模板 that an installation has (domain §5.3)."""

    FILING_STATUS = "filing_status"
    FILING_DUE = "filing_due"
    GRANT_REQUEST = "grant_request"
    GRANT_RESULT = "grant_result"
    CERT_EXPIRY = "cert_expiry"
    LOGIN_ALERT = "login_alert"


TEMPLATE_TITLES: Mapping[TemplateKey, str] = {
    TemplateKey.FILING_STATUS: "业务办理进度提醒",
    TemplateKey.FILING_DUE: "申报截止提醒",
    TemplateKey.GRANT_REQUEST: "待审批提醒",
    TemplateKey.GRANT_RESULT: "授权结果通知",
    TemplateKey.CERT_EXPIRY: "证书到期提醒",
    TemplateKey.LOGIN_ALERT: "登录提醒",
}
"""What to look for in the platforms' own libraries, and what people read before they subscribe."""


class Slot(StrEnum):
    """What a template's field may be filled with."""

    ITEM = "item"
    STATUS = "status"
    NUMBER = "number"
    AT = "at"
    DUE = "due"
    DAYS = "days"
    NOTE = "note"
    UNIT = "unit"
    WHO = "who"
    DEVICE = "device"
    CERTIFICATE = "certificate"


class Group(StrEnum):
    """By what people choose their channels 通知类别 (`GET /preferences`)."""

    FILING = "filing"
    GRANT = "grant"
    CERTIFICATE = "certificate"
    SECURITY = "security"
    REGISTRATION = "registration"


GROUP_TITLES: Mapping[Group, str] = {
    Group.FILING: "业务办理进度",
    Group.GRANT: "授权变动",
    Group.CERTIFICATE: "数字证书到期",
    Group.SECURITY: "登录与账号安全",
    Group.REGISTRATION: "单位注册",
}


class Place(StrEnum):
    """Where a person acts upon a message."""

    FILINGS = "filings"
    MATTERS = "matters"
    GRANTS = "grants"
    UNITS = "units"
    CERTIFICATES = "certificates"
    DEVICES = "devices"
    ACCOUNT = "account"
    REGISTRATION = "registration"
    PROFILE = "profile"


@dataclass(frozen=True, slots=True)
class Text:
    """The words for one topic; `{name}` is filled from the facts of the event.

    title, body: for the inbox, in full; place: where the person acts. template, slots: what a
    platform's message holds, None: the inbox only. priority: 0 first; urgent: passes quiet hours;
    mandatory: cannot be switched off. lives: when it is no longer worth sending. spare: how long
    after the event SMS or e-mail step in while it is unread, None: never.
    """

    title: str
    body: str
    group: Group
    place: Place
    template: TemplateKey | None = None
    slots: Mapping[Slot, str] = field(default_factory=dict)
    priority: int = 1
    urgent: bool = False
    mandatory: bool = False
    lives: timedelta = timedelta(days=7)
    spare: timedelta | None = None
