"""Natural persons as their e-card vouched for them, their phones' accounts and their browsers."""

from tortoise import fields
from tortoise.models import Model

from models.identity import IdentityColumns
from models.vocabulary import PersonStatus, Platform


class Person(IdentityColumns):
    """A natural person 自然人. revision moves when a change must end the person's sessions."""

    status = fields.CharEnumField(PersonStatus, max_length=10, default=PersonStatus.ACTIVE)
    revision = fields.IntField(default=1)
    created_at = fields.DatetimeField()
    last_login_at = fields.DatetimeField(null=True)

    class Meta:
        table = "persons"
        unique_together = (("id_type", "id_no_index"),)


class PlatformAccount(Model):
    """A WeChat or Alipay account 平台账号 that opened the mini-program, and its e-card holder."""

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
    created_at = fields.DatetimeField()

    class Meta:
        table = "platform_accounts"
        unique_together = (("platform", "appid", "kind", "subject"),)


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
