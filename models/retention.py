"""How long what is kept 保存期限: one table, read by the clock and shown in docs/retention.md.

What the law wants kept (filings, grants, the audit trail) is never purged here; KEPT says of every
other table what becomes of it.   Source: domain §4 (retention), 个人信息保护法 第十九条.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from tortoise.models import Model

from models.account import Account, AccountLock, AccountStop, OneTimeCode, PasswordToken
from models.audit import AuditEntry, AuditHead
from models.certificate import Certificate, CertificateReminder, CertificateRenewal
from models.delivery import ChannelHealth, Delivery, DeliveryAttempt, PlatformReceipt
from models.filing import Filing, FilingStep
from models.filing_window import WindowNotice
from models.grant import Grant, GrantEvent, GrantScope
from models.idempotency import KEPT as KEY_LASTS
from models.idempotency import IdempotencyKey
from models.ids import oldest_id
from models.inbox import InboxMessage
from models.ingest import IngestEvent, SyncCursor
from models.officer import Officer, OfficerToken
from models.outbox import OutboxEvent
from models.person import KnownBrowser, Person, PlatformAccount
from models.privacy import Closure, Consent, DataExport
from models.registration import Registration
from models.subscription import Preference, QuietHours, Subscription, SubscriptionEntry
from models.unit import Agency, Contact, FormerName, LegalRep, Relation, Unit
from models.vocabulary import RegistrationStatus
from models.window import WindowGrant, WindowMaterial

DAY = timedelta(days=1)
YEAR = 365 * DAY
_GAVE_UP = (RegistrationStatus.FAILED, RegistrationStatus.LAPSED)


@dataclass(frozen=True, slots=True)
class Rule:
    """Rows of a table go once column lies span back. what: the Chinese name; rows without stay.

    only: of which rows it speaks. by_id: a large table, whose ids tell when a row was made.
    """

    what: str
    table: type[Model]
    column: str
    span: timedelta
    only: Mapping[str, object] = field(default_factory=dict)
    by_id: bool = False

    def due(self, now: datetime) -> Mapping[str, object]:
        """What has been kept long enough, as a filter."""
        before = now - self.span
        old = {"id__lt": oldest_id(before)} if self.by_id else {f"{self.column}__lt": before}
        return {**old, **self.only}


RULES: tuple[Rule, ...] = (
    Rule("幂等键", IdempotencyKey, "created_at", KEY_LASTS),
    Rule("可信浏览器", KnownBrowser, "seen_at", 90 * DAY),
    Rule("密码错误计数", AccountLock, "touched_at", DAY),
    Rule("验证码", OneTimeCode, "expires_at", DAY),
    Rule("设置密码的链接", PasswordToken, "expires_at", 7 * DAY),
    Rule("经办人员的开通凭证", OfficerToken, "expires_at", 7 * DAY),
    Rule("解除后的停用记录", AccountStop, "lifted_at", 3 * YEAR),
    Rule("未成功的注册", Registration, "settled_at", 90 * DAY, {"status__in": _GAVE_UP}),
    Rule("个人信息导出", DataExport, "asked_at", 30 * DAY),
    Rule("撤回的同意", Consent, "withdrawn_at", 3 * YEAR),
    Rule("注销申请", Closure, "ended_at", 3 * YEAR),
    Rule("对接事件", IngestEvent, "received_at", YEAR, by_id=True),
    Rule("消息及其推送", InboxMessage, "created_at", 3 * YEAR, by_id=True),
    Rule("平台的推送回执", PlatformReceipt, "at", 180 * DAY),
    Rule("已处理的待办通知", OutboxEvent, "planned_at", 3 * YEAR),
)

WITH_PERSON, WITH_UNIT, BY_LAW = "随自然人,注销时清除", "随单位", "依法保存"
WITH_MESSAGE, WITH_ACCOUNT = "随消息删除", "随平台账号"
KEPT: Mapping[type[Model], str] = {
    Person: "注销时清除个人信息,只留编号",
    **dict.fromkeys((Account, PlatformAccount, Preference, QuietHours), WITH_PERSON),
    **dict.fromkeys((Subscription, SubscriptionEntry), WITH_ACCOUNT),
    **dict.fromkeys((Unit, FormerName, Contact, Relation, LegalRep), WITH_UNIT),
    **dict.fromkeys((Certificate, CertificateReminder, CertificateRenewal), WITH_UNIT),
    **dict.fromkeys((Grant, GrantScope, GrantEvent, Filing, FilingStep), BY_LAW),
    **dict.fromkeys((AuditEntry, AuditHead), "依法保存,不少于3年"),
    WindowGrant: "依法保存(窗口办理记录)",
    WindowMaterial: "依法保存;未用于办理的7日后删除",
    Officer: "随人员任职",
    **dict.fromkeys((Delivery, DeliveryAttempt), WITH_MESSAGE),
    WindowNotice: "申报期提醒的发送记录,不含个人信息",
    ChannelHealth: "只有当前状态",
    SyncCursor: "只有当前状态",
    Agency: "只有当前状态",
}
"""What becomes of the tables of which no rule speaks."""


async def purge(now: datetime, rules: tuple[Rule, ...] = RULES) -> int:
    """Delete what has been kept long enough; how many rows. Any number of processes may do it."""
    gone = 0
    for rule in rules:
        gone += await rule.table.filter(**rule.due(now)).delete()
    return gone
