"""Officers of the agencies, and the one-time tokens by which they set up how they sign in."""

from typing import ClassVar

from tortoise import fields
from tortoise.models import Model

from models.actor import Post
from models.sealed import Vault
from models.unit import Agency
from models.vocabulary import Duty, OfficerStatus


class Officer(Model):
    """An officer 经办机构人员, who signs in with a password and an authenticator's code.

    admin: at most one of the three administrators, so that nobody can hold two; totp_step: the last
    30-second step whose code was used; password_history: JSON list of the hashes before, newest
    first; password_set_at: None for a password whose age nobody knows. revision moves with every
    change that must end the officer's sessions.
    """

    id = fields.CharField(max_length=26, primary_key=True)
    account = fields.CharField(max_length=32, unique=True)
    name_sealed = fields.BinaryField()
    phone_sealed = fields.BinaryField(null=True)
    password_hash = fields.CharField(max_length=160, default="")
    password_history = fields.TextField(default="[]")
    password_set_at = fields.DatetimeField(null=True)
    totp_sealed = fields.BinaryField(null=True)
    totp_step = fields.BigIntField(default=0)
    agency: fields.ForeignKeyNullableRelation[Agency] = fields.ForeignKeyField(
        "models.Agency", related_name="officers", null=True, on_delete=fields.RESTRICT
    )
    agency_id: str | None
    region = fields.CharField(max_length=6, default="")
    window = fields.BooleanField(default=False)
    reviewer = fields.BooleanField(default=False)
    supervisor = fields.BooleanField(default=False)
    admin = fields.CharEnumField(Duty, max_length=10, null=True)
    status = fields.CharEnumField(OfficerStatus, max_length=10, default=OfficerStatus.INVITED)
    created_at = fields.DatetimeField()
    last_login_at = fields.DatetimeField(null=True)
    revision = fields.IntField(default=1)

    SEALED: ClassVar[tuple[str, ...]] = ("name", "phone", "totp")

    class Meta:
        table = "officers"

    @property
    def duties(self) -> frozenset[Duty]:
        """What the officer may do."""
        held = {
            Duty.WINDOW: self.window,
            Duty.REVIEWER: self.reviewer,
            Duty.SUPERVISOR: self.supervisor,
        }
        admin = {self.admin} if self.admin else set()
        return frozenset({duty for duty, has in held.items() if has} | admin)

    @property
    def post(self) -> Post:
        """Where the officer serves and with which duties."""
        return Post(self.agency_id or "", self.region, self.duties)

    def unseal(self, vault: Vault, column: str) -> str:
        """One sealed column in clear, '' when empty. Raises SealBroken when tampered with."""
        blob = getattr(self, f"{column}_sealed")
        return vault.open(blob, aad=address(column, self.id)) if blob else ""


class OfficerToken(Model):
    """A one-time token 开通凭证 to set password and authenticator, kept as a digest only."""

    id = fields.CharField(max_length=26, primary_key=True)
    digest = fields.CharField(max_length=43, unique=True)
    officer: fields.ForeignKeyRelation[Officer] = fields.ForeignKeyField(
        "models.Officer", related_name="tokens", on_delete=fields.CASCADE
    )
    officer_id: str
    created_at = fields.DatetimeField()
    expires_at = fields.DatetimeField()
    used_at = fields.DatetimeField(null=True)

    class Meta:
        table = "officer_tokens"


def address(column: str, officer_id: str) -> str:
    """Where a sealed value of an officer belongs, so that none can be moved."""
    return f"officers.{column}.{officer_id}"
