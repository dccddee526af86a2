"""Password accounts: the hash and its history, failed tries, locks and stops, codes and tokens.

An account belongs to a person 自然人 who is a legal representative 法人, not to the unit: one
password, one lock, however many units. Its names are the USCC of any of them and the bound phone.
"""

from enum import StrEnum

from tortoise import fields
from tortoise.indexes import Index
from tortoise.models import Model

from models.person import Person


class AccountStatus(StrEnum):
    """State of a password account 密码账号 (domain §7.4); locks and stops are kept apart."""

    ACTIVE = "active"
    DORMANT = "dormant"


class AccountState(StrEnum):
    """How an account stands 账号状态, as the window shows it (domain §7.4)."""

    NONE = "none"
    ACTIVE = "active"
    MUST_CHANGE = "must_change"
    LOCKED = "locked"
    DORMANT = "dormant"
    STOPPED = "stopped"
    CLOSED = "closed"


class TokenPurpose(StrEnum):
    """What a one-time link or token may set: a first password 首次设置, or a new one 重设."""

    SET_UP = "set_up"
    RENEW = "renew"


class CodePurpose(StrEnum):
    """What a one-time code 验证码 proves: whose account it is, or whose phone or mailbox."""

    RESET = "reset"
    BIND_PHONE = "bind_phone"
    BIND_EMAIL = "bind_email"


class Account(Model):
    """A password account 密码账号. history: JSON list of the hashes before, newest first.

    revision moves with every change of the password; the password itself is never stored.
    """

    id = fields.CharField(max_length=26, primary_key=True)
    person: fields.OneToOneRelation[Person] = fields.OneToOneField(
        "models.Person", related_name="account", on_delete=fields.CASCADE
    )
    person_id: str
    password_hash = fields.CharField(max_length=160)
    history = fields.TextField()
    changed_at = fields.DatetimeField()
    reminded_at = fields.DatetimeField(null=True)
    status = fields.CharEnumField(AccountStatus, max_length=10, default=AccountStatus.ACTIVE)
    created_at = fields.DatetimeField()
    last_login_at = fields.DatetimeField(null=True)
    revision = fields.IntField(default=1)

    class Meta:
        table = "accounts"


class AccountLock(Model):
    """Failed tries 密码错误 of one subject, and until when it is locked 已锁定.

    id: the account's id, or the digest of a name that is no account: strangers are counted alike,
    so that a lock tells nobody which phone has an account. failed_at: JSON list of seconds.
    """

    id = fields.CharField(max_length=64, primary_key=True)
    failed_at = fields.TextField()
    locked_until = fields.DatetimeField(null=True)
    touched_at = fields.DatetimeField()

    class Meta:
        table = "account_locks"
        indexes = (Index(fields=("touched_at",)),)


class OneTimeCode(Model):
    """A one-time code 验证码 that was sent, or only seems to have been (person None).

    address_sealed: the phone or mailbox that is to be bound; empty for one that is bound already.
    """

    id = fields.CharField(max_length=26, primary_key=True)
    person: fields.ForeignKeyNullableRelation[Person] = fields.ForeignKeyField(
        "models.Person", related_name="codes", null=True, on_delete=fields.CASCADE
    )
    person_id: str | None
    purpose = fields.CharEnumField(CodePurpose, max_length=12)
    code_mac = fields.CharField(max_length=64)
    address_sealed = fields.BinaryField(null=True)
    tries = fields.IntField(default=0)
    created_at = fields.DatetimeField()
    expires_at = fields.DatetimeField()
    used_at = fields.DatetimeField(null=True)

    class Meta:
        table = "one_time_codes"
        indexes = (Index(fields=("expires_at",)),)


class PasswordToken(Model):
    """A one-time link 一次性链接 to set a password, of which only the digest is kept."""

    id = fields.CharField(max_length=26, primary_key=True)
    person: fields.ForeignKeyRelation[Person] = fields.ForeignKeyField(
        "models.Person", related_name="password_tokens", on_delete=fields.CASCADE
    )
    person_id: str
    purpose = fields.CharEnumField(TokenPurpose, max_length=8)
    digest = fields.CharField(max_length=43, unique=True)
    created_at = fields.DatetimeField()
    expires_at = fields.DatetimeField()
    used_at = fields.DatetimeField(null=True)

    class Meta:
        table = "password_tokens"
        indexes = (Index(fields=("expires_at",)),)


class AccountStop(Model):
    """A stop 停用: an officer keeps a person from logging in, by password and by QR (domain §7.4).

    unit_id: of the unit at whose page it was done; reason: as the officer wrote it. Two officers
    must agree before it is lifted: agreed_by is the first of them, lifted_by the second.
    """

    id = fields.CharField(max_length=26, primary_key=True)
    person: fields.ForeignKeyRelation[Person] = fields.ForeignKeyField(
        "models.Person", related_name="stops", on_delete=fields.RESTRICT
    )
    person_id: str
    unit_id = fields.CharField(max_length=26)
    reason = fields.CharField(max_length=100)
    stopped_by = fields.CharField(max_length=26)
    stopped_at = fields.DatetimeField()
    agreed_by = fields.CharField(max_length=26, null=True)
    agreed_at = fields.DatetimeField(null=True)
    lifted_by = fields.CharField(max_length=26, null=True)
    lifted_at = fields.DatetimeField(null=True)

    class Meta:
        table = "account_stops"
        indexes = (Index(fields=("person_id", "lifted_at")),)
