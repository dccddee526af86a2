"""Natural persons as their e-card vouched for them, their phones' accounts and their browsers."""

from datetime import datetime
from typing import Any

from tortoise import fields
from tortoise.exceptions import DoesNotExist
from tortoise.indexes import Index
from tortoise.models import Model

from models import raw
from models.identity import IdentityColumns
from models.sealed import Vault
from models.vocabulary import PersonStatus, Platform


class Person(IdentityColumns):
    """A natural person 自然人. revision moves when a change must end the person's sessions.

    phone and email are those that the person has proved to hold (绑定手机, 绑定邮箱).
    """

    email_sealed = fields.BinaryField(null=True)
    email_index = fields.CharField(max_length=40, null=True)
    status = fields.CharEnumField(PersonStatus, max_length=10, default=PersonStatus.ACTIVE)
    revision = fields.IntField(default=1)
    created_at = fields.DatetimeField()
    last_login_at = fields.DatetimeField(null=True)

    class Meta:
        table = "persons"
        unique_together = (("id_type", "id_no_index"),)
        indexes = (Index(fields=("phone_index",)),)

    @classmethod
    async def by_id(cls, person_id: str) -> "Person":
        """The person of this id, as every step of a login asks for it. Raises DoesNotExist."""
        rows = await raw.fetch("SELECT * FROM persons WHERE id = $1", person_id)
        if not rows:
            raise DoesNotExist(cls)
        return cls._init_from_db(**rows[0])

    def blobs(self) -> list[bytes]:
        """The row's sealed values, the mailbox among them."""
        return [*super().blobs(), *([bytes(self.email_sealed)] if self.email_sealed else [])]

    def resealed(self, vault: Vault) -> dict[str, Any]:
        """The row's sealed columns and indexes anew, the mailbox's too. Raises SealBroken."""
        email = self.sealed_email(vault, self.id, self.email(vault))
        return super().resealed(vault) | email

    def email(self, vault: Vault) -> str | None:
        """The bound mailbox in clear. Raises SealBroken when the column was tampered with."""
        sealed = self.email_sealed
        return vault.open(sealed, aad=f"persons.email.{self.id}") if sealed else None

    @classmethod
    def sealed_email(cls, vault: Vault, row_id: str, email: str | None) -> dict[str, Any]:
        """The columns of a mailbox, or of none."""
        return {
            "email_sealed": vault.seal(email, aad=f"persons.email.{row_id}") if email else None,
            "email_index": vault.index("email", email.casefold()) if email else None,
        }

    @classmethod
    def sealed_phone(cls, vault: Vault, row_id: str, phone: str | None) -> dict[str, Any]:
        """The columns of a phone, or of none."""
        return {
            "phone_sealed": vault.seal(phone, aad=f"persons.phone.{row_id}") if phone else None,
            "phone_index": vault.index("phone", phone) if phone else None,
        }


class PlatformAccount(Model):
    """A WeChat or Alipay account 平台账号 that opened the mini-program, and its e-card holder.

    unreachable_at: when the platform said that nothing reaches it any more, until it signs in anew.
    """

    id = fields.CharField(max_length=26, primary_key=True)
    platform = fields.CharEnumField(Platform, max_length=8)
    appid = fields.CharField(max_length=32)
    kind = fields.CharField(max_length=8)
    subject = fields.CharField(max_length=64)
    unionid = fields.CharField(max_length=64, null=True)
    person: fields.ForeignKeyNullableRelation[Person] = fields.ForeignKeyField(
        "models.Person", related_name="accounts", null=True, on_delete=fields.RESTRICT
    )
    person_id: str | None
    bound_at = fields.DatetimeField(null=True)
    unreachable_at = fields.DatetimeField(null=True)
    created_at = fields.DatetimeField()

    class Meta:
        table = "platform_accounts"
        unique_together = (("platform", "appid", "kind", "subject"),)
        indexes = (Index(fields=("person_id",)),)


class KnownBrowser(Model):
    """A browser 可信浏览器 in which a person has logged in before, which lowers the risk score."""

    id = fields.CharField(max_length=26, primary_key=True)
    person: fields.ForeignKeyRelation[Person] = fields.ForeignKeyField(
        "models.Person", related_name="browsers", on_delete=fields.CASCADE
    )
    person_id: str
    secret_digest = fields.CharField(max_length=43)
    seen_at = fields.DatetimeField()

    class Meta:
        table = "known_browsers"
        unique_together = (("person", "secret_digest"),)

    @staticmethod
    async def known(person_id: str, secret_digest: str, *, since: datetime) -> bool:
        """Whether the person has logged in with this browser since then."""
        statement = (
            "SELECT 1 FROM known_browsers"
            " WHERE person_id = $1 AND secret_digest = $2 AND seen_at > $3"
        )
        return bool(await raw.fetch(statement, person_id, secret_digest, since))
