"""Consent to be written to: what platforms let us send, and what a person wants and when."""

from collections import Counter
from collections.abc import Iterable

from tortoise import fields
from tortoise.models import Model

from models.person import Person, PlatformAccount
from models.raw import as_rows, fetch, rows_from
from models.vocabulary import DeliveryChannel, SubscriptionMode


class Subscription(Model):
    """How many messages of a template an account still takes 订阅额度 (notify §3).

    long: any number until withdrawn, remaining does not matter.
    """

    id = fields.CharField(max_length=26, primary_key=True)
    account: fields.ForeignKeyRelation[PlatformAccount] = fields.ForeignKeyField(
        "models.PlatformAccount", related_name="subscriptions", on_delete=fields.CASCADE
    )
    account_id: str
    template = fields.CharField(max_length=64)
    mode = fields.CharEnumField(SubscriptionMode, max_length=4, default=SubscriptionMode.ONCE)
    remaining = fields.IntField(default=0)
    accepted_at = fields.DatetimeField(null=True)
    refused_at = fields.DatetimeField(null=True)

    class Meta:
        table = "subscriptions"
        unique_together = (("account_id", "template"),)


class SubscriptionEntry(Model):
    """One change of a subscription's remaining, once per source (an event's id, a prompt's)."""

    id = fields.BigIntField(primary_key=True)
    account: fields.ForeignKeyRelation[PlatformAccount] = fields.ForeignKeyField(
        "models.PlatformAccount", related_name="subscription_entries", on_delete=fields.CASCADE
    )
    account_id: str
    template = fields.CharField(max_length=64)
    source = fields.CharField(max_length=120, unique=True)
    change = fields.IntField()
    at = fields.DatetimeField()

    class Meta:
        table = "subscription_entries"


class Preference(Model):
    """Whether a person wants a topic by a channel 通知偏好, yes where there is no row."""

    id = fields.CharField(max_length=26, primary_key=True)
    person: fields.ForeignKeyRelation[Person] = fields.ForeignKeyField(
        "models.Person", related_name="preferences", on_delete=fields.CASCADE
    )
    person_id: str
    topic = fields.CharField(max_length=40)
    channel = fields.CharEnumField(DeliveryChannel, max_length=8)
    enabled = fields.BooleanField()

    class Meta:
        table = "preferences"
        unique_together = (("person_id", "topic", "channel"),)


class QuietHours(Model):
    """When a person is not to be disturbed 免打扰时段, in minutes of the day of `zone`.

    from 1320 to 480: from 22:00 to 08:00 of the next day.
    """

    person: fields.OneToOneRelation[Person] = fields.OneToOneField(
        "models.Person", related_name="quiet_hours", primary_key=True, on_delete=fields.CASCADE
    )
    person_id: str
    starts_minute = fields.IntField()
    ends_minute = fields.IntField()
    zone = fields.CharField(max_length=40, default="Asia/Shanghai")

    class Meta:
        table = "quiet_hours"


async def spend(sent: Iterable[tuple[str, str]]) -> None:
    """Take one credit for each (account, template), where credits are counted."""
    rows = [
        {"account_id": account, "template": template, "spent": count}
        for (account, template), count in sorted(Counter(sent).items())
    ]
    if rows:
        await fetch(
            "UPDATE subscriptions SET remaining ="
            " CASE WHEN remaining > r.spent THEN remaining - r.spent ELSE 0 END"
            f" FROM {rows_from(1, account_id='text', template='text', spent='int')}"
            " WHERE subscriptions.account_id = r.account_id AND mode = 'once'"
            " AND subscriptions.template = r.template RETURNING subscriptions.id",
            as_rows(rows),
        )
