"""Deliveries: one push of one message by one channel, its attempts, and what platforms report."""

from tortoise import fields
from tortoise.indexes import Index
from tortoise.models import Model

from models.inbox import InboxMessage
from models.vocabulary import DeliveryChannel, DeliveryState, Urgency

MOST_TRIES = 12


class Delivery(Model):
    """A push 推送 of a message (notify §4.2): one row per message, channel and recipient_key.

    recipient_key: a platform account's id, or `kind:id` of whose phone or e-mail stands sealed
    elsewhere; one delivery of a channel and recipient_key is under way at a time. due_at: when it
    may be claimed; under way it is the end of the lease. attempts counts claims and is the fencing
    token: who settles must name it. tries counts those attempts that a failure used up.
    doubt_since: start of the first attempt of which nobody knows whether it arrived. guard: what
    must still be true when it is sent (notify.guards). once: better not sent than sent twice.
    digest_key: pending deliveries that share it are sent as one. fallback_of: the delivery that
    this one stands in for. reason: why it ended or waits, a word; code: the platform's own.
    """

    id = fields.BigIntField(primary_key=True)
    message: fields.ForeignKeyRelation[InboxMessage] = fields.ForeignKeyField(
        "models.InboxMessage", related_name="deliveries", on_delete=fields.CASCADE
    )
    message_id: str
    channel = fields.CharEnumField(DeliveryChannel, max_length=8)
    recipient_key = fields.CharField(max_length=48)
    template = fields.CharField(max_length=64, default="")
    urgency = fields.IntEnumField(Urgency)
    state = fields.IntEnumField(DeliveryState, default=DeliveryState.PENDING)
    attempts = fields.IntField(default=0)
    tries = fields.IntField(default=0)
    most_tries = fields.IntField(default=MOST_TRIES)
    due_at = fields.DatetimeField()
    expires_at = fields.DatetimeField(null=True)
    lease_owner = fields.CharField(max_length=64, null=True)
    attempt_started_at = fields.DatetimeField(null=True)
    doubt_since = fields.DatetimeField(null=True)
    once = fields.BooleanField(default=False)
    guard = fields.CharField(max_length=120, default="")
    digest_key = fields.CharField(max_length=80, null=True)
    fallback_of = fields.BigIntField(null=True)
    platform_msgid = fields.CharField(max_length=64, null=True)
    reason = fields.CharField(max_length=40, default="")
    code = fields.CharField(max_length=40, default="")
    created_at = fields.DatetimeField()
    done_at = fields.DatetimeField(null=True)

    class Meta:
        table = "deliveries"
        unique_together = (("message_id", "channel", "recipient_key"),)
        indexes = (Index(fields=("state", "done_at")),)


class DeliveryAttempt(Model):
    """What became of one attempt, never changed. n: the delivery's fencing token of that time."""

    id = fields.BigIntField(primary_key=True)
    delivery: fields.ForeignKeyRelation[Delivery] = fields.ForeignKeyField(
        "models.Delivery", related_name="log", on_delete=fields.CASCADE
    )
    delivery_id: int
    n = fields.IntField()
    started_at = fields.DatetimeField()
    finished_at = fields.DatetimeField()
    outcome = fields.CharField(max_length=16)
    reason = fields.CharField(max_length=40, default="")
    code = fields.CharField(max_length=40, default="")
    msgid = fields.CharField(max_length=64, null=True)

    class Meta:
        table = "delivery_attempts"
        unique_together = (("delivery_id", "n"),)


class PlatformReceipt(Model):
    """A platform's report 回执 that it handed a message over, or why not (notify §4.4).

    recipient: the platform's own id of the user; delivered: whether it arrived; delivery_id: the
    delivery it was matched with.
    """

    id = fields.BigIntField(primary_key=True)
    channel = fields.CharEnumField(DeliveryChannel, max_length=8)
    msgid = fields.CharField(max_length=64)
    recipient = fields.CharField(max_length=64)
    template = fields.CharField(max_length=64)
    delivered = fields.BooleanField()
    code = fields.CharField(max_length=40, default="")
    at = fields.DatetimeField()
    delivery_id = fields.BigIntField(null=True)

    class Meta:
        table = "platform_receipts"
        unique_together = (("channel", "msgid"),)
        indexes = (Index(fields=("recipient", "template", "at")), Index(fields=("at",)))


class ChannelHealth(Model):
    """The circuit breaker 熔断 of a channel, or of one of its templates (template empty: of all).

    closed until it opens: then nothing is sent before open_until, after that one delivery tries it.
    openings in a row lengthen the rest. reason: what opened it.
    """

    id = fields.CharField(max_length=80, primary_key=True)
    channel = fields.CharEnumField(DeliveryChannel, max_length=8)
    template = fields.CharField(max_length=64, default="")
    open_until = fields.DatetimeField(null=True)
    openings = fields.IntField(default=0)
    reason = fields.CharField(max_length=40, default="")
    changed_at = fields.DatetimeField()

    class Meta:
        table = "channel_health"
