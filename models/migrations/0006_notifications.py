"""Inbox, deliveries with their attempts and receipts, subscriptions, preferences. The partial indexes
are what claims read; the unique one keeps one push of a channel and recipient under way."""

from tortoise import migrations
from tortoise.migrations import operations as ops
from models.outbox import Topic
from models.vocabulary import DeliveryChannel, DeliveryState, SubscriptionMode, Urgency
from tortoise.fields.base import OnDelete
from tortoise import fields
from tortoise.indexes import Index

INDEXES = (
    "INDEX idx_deliveries_due ON deliveries (channel, urgency, due_at, id) WHERE state = 0",
    "INDEX idx_deliveries_waiting ON deliveries (channel, recipient_key, id) WHERE state = 0",
    "UNIQUE INDEX uid_deliveries_sending ON deliveries (channel, recipient_key) WHERE state = 1",
    "INDEX idx_deliveries_lease ON deliveries (channel, due_at) WHERE state = 1",
    "INDEX idx_deliveries_msgid ON deliveries (platform_msgid) WHERE platform_msgid IS NOT NULL",
    "INDEX idx_inbox_unread ON inbox_messages (person_id, id) WHERE read_at IS NULL",
    "INDEX idx_inbox_strangers ON inbox_messages (recipient) WHERE person_id IS NULL",
)


class Migration(migrations.Migration):
    dependencies = [("models", "0005_accounts_and_privacy")]

    initial = False

    operations = [
        ops.CreateModel(
            name='ChannelHealth',
            fields=[
                ('id', fields.CharField(primary_key=True, unique=True, db_index=True, max_length=80)),
                ('channel', fields.CharEnumField(description='WECHAT: wechat\nALIPAY: alipay\nSMS: sms\nEMAIL: email', enum_type=DeliveryChannel, max_length=8)),
                ('template', fields.CharField(default='', max_length=64)),
                ('open_until', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ('openings', fields.IntField(default=0)),
                ('reason', fields.CharField(default='', max_length=40)),
                ('changed_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'channel_health', 'app': 'models', 'pk_attr': 'id', 'table_description': 'The circuit breaker 熔断 of a channel, or of one of its templates (template empty: of all).'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='InboxMessage',
            fields=[
                ('id', fields.CharField(primary_key=True, unique=True, db_index=True, max_length=26)),
                ('recipient', fields.CharField(max_length=48)),
                ('person', fields.ForeignKeyField('models.Person', source_field='person_id', null=True, db_constraint=True, to_field='id', related_name='messages', on_delete=OnDelete.CASCADE)),
                ('unit_id', fields.CharField(null=True, max_length=26)),
                ('topic', fields.CharEnumField(description='LOGIN_NEW_BROWSER: login.new_browser\nLOGIN_DENIED_NOT_ME: login.denied_not_me\nGRANT_REVOKED: grant.revoked', enum_type=Topic, max_length=40)),
                ('subject', fields.CharField(max_length=64)),
                ('event_key', fields.CharField(max_length=120)),
                ('series', fields.CharField(default='', max_length=80)),
                ('facts', fields.TextField(unique=False)),
                ('urgency', fields.IntEnumField(description='URGENT: 0\nNORMAL: 1\nBULK: 2', enum_type=Urgency, generated=False)),
                ('text_version', fields.IntField(default=1)),
                ('created_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ('seen_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ('read_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ('archived_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ('expires_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'inbox_messages', 'app': 'models', 'unique_together': (('recipient', 'event_key'),), 'indexes': [Index(fields=['person_id', 'id']), Index(fields=['recipient', 'series', 'id'])], 'pk_attr': 'id', 'table_description': 'A message 消息 to one recipient about one event, once for ever.'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='Delivery',
            fields=[
                ('id', fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('message', fields.ForeignKeyField('models.InboxMessage', source_field='message_id', db_constraint=True, to_field='id', related_name='deliveries', on_delete=OnDelete.CASCADE)),
                ('channel', fields.CharEnumField(description='WECHAT: wechat\nALIPAY: alipay\nSMS: sms\nEMAIL: email', enum_type=DeliveryChannel, max_length=8)),
                ('recipient_key', fields.CharField(max_length=48)),
                ('template', fields.CharField(default='', max_length=64)),
                ('urgency', fields.IntEnumField(description='URGENT: 0\nNORMAL: 1\nBULK: 2', enum_type=Urgency, generated=False)),
                ('state', fields.IntEnumField(default=DeliveryState.PENDING, description='PENDING: 0\nSENDING: 1\nSENT: 2\nDELIVERED: 3\nFAILED: 4\nDEAD: 5\nSKIPPED: 6\nCANCELLED: 7', enum_type=DeliveryState, generated=False)),
                ('attempts', fields.IntField(default=0)),
                ('tries', fields.IntField(default=0)),
                ('most_tries', fields.IntField(default=12)),
                ('due_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ('expires_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ('lease_owner', fields.CharField(null=True, max_length=64)),
                ('attempt_started_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ('doubt_since', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ('once', fields.BooleanField(default=False)),
                ('guard', fields.CharField(default='', max_length=120)),
                ('digest_key', fields.CharField(null=True, max_length=80)),
                ('fallback_of', fields.BigIntField(null=True)),
                ('platform_msgid', fields.CharField(null=True, max_length=64)),
                ('reason', fields.CharField(default='', max_length=40)),
                ('code', fields.CharField(default='', max_length=40)),
                ('created_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ('done_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'deliveries', 'app': 'models', 'unique_together': (('message_id', 'channel', 'recipient_key'),), 'indexes': [Index(fields=['state', 'done_at'])], 'pk_attr': 'id', 'table_description': 'A push 推送 of a message (notify §4.2): one row per message, channel and recipient_key.'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='DeliveryAttempt',
            fields=[
                ('id', fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('delivery', fields.ForeignKeyField('models.Delivery', source_field='delivery_id', db_constraint=True, to_field='id', related_name='log', on_delete=OnDelete.CASCADE)),
                ('n', fields.IntField()),
                ('started_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ('finished_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ('outcome', fields.CharField(max_length=16)),
                ('reason', fields.CharField(default='', max_length=40)),
                ('code', fields.CharField(default='', max_length=40)),
                ('msgid', fields.CharField(null=True, max_length=64)),
            ],
            options={'table': 'delivery_attempts', 'app': 'models', 'unique_together': (('delivery_id', 'n'),), 'pk_attr': 'id', 'table_description': "What became of one attempt, never changed. n: the delivery's fencing token of that time."},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='PlatformReceipt',
            fields=[
                ('id', fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('channel', fields.CharEnumField(description='WECHAT: wechat\nALIPAY: alipay\nSMS: sms\nEMAIL: email', enum_type=DeliveryChannel, max_length=8)),
                ('msgid', fields.CharField(max_length=64)),
                ('recipient', fields.CharField(max_length=64)),
                ('template', fields.CharField(max_length=64)),
                ('delivered', fields.BooleanField()),
                ('code', fields.CharField(default='', max_length=40)),
                ('at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ('delivery_id', fields.BigIntField(null=True)),
            ],
            options={'table': 'platform_receipts', 'app': 'models', 'unique_together': (('channel', 'msgid'),), 'indexes': [Index(fields=['recipient', 'template', 'at']), Index(fields=['at'])], 'pk_attr': 'id', 'table_description': "A platform's report 回执 that it handed a message over, or why not (notify §4.4)."},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='Preference',
            fields=[
                ('id', fields.CharField(primary_key=True, unique=True, db_index=True, max_length=26)),
                ('person', fields.ForeignKeyField('models.Person', source_field='person_id', db_constraint=True, to_field='id', related_name='preferences', on_delete=OnDelete.CASCADE)),
                ('topic', fields.CharField(max_length=40)),
                ('channel', fields.CharEnumField(description='WECHAT: wechat\nALIPAY: alipay\nSMS: sms\nEMAIL: email', enum_type=DeliveryChannel, max_length=8)),
                ('enabled', fields.BooleanField()),
            ],
            options={'table': 'preferences', 'app': 'models', 'unique_together': (('person_id', 'topic', 'channel'),), 'pk_attr': 'id', 'table_description': 'Whether a person wants a topic by a channel 通知偏好, yes where there is no row.'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='QuietHours',
            fields=[
                ('person', fields.OneToOneField('models.Person', source_field='person_id', primary_key=True, db_index=True, db_constraint=True, to_field='id', related_name='quiet_hours', on_delete=OnDelete.CASCADE)),
                ('starts_minute', fields.IntField()),
                ('ends_minute', fields.IntField()),
                ('zone', fields.CharField(default='Asia/Shanghai', max_length=40)),
            ],
            options={'table': 'quiet_hours', 'app': 'models', 'pk_attr': 'person_id', 'table_description': 'When a person is not to be disturbed 免打扰时段, in minutes of the day of `zone`.'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='Subscription',
            fields=[
                ('id', fields.CharField(primary_key=True, unique=True, db_index=True, max_length=26)),
                ('account', fields.ForeignKeyField('models.PlatformAccount', source_field='account_id', db_constraint=True, to_field='id', related_name='subscriptions', on_delete=OnDelete.CASCADE)),
                ('template', fields.CharField(max_length=64)),
                ('mode', fields.CharEnumField(default=SubscriptionMode.ONCE, description='ONCE: once\nLONG: long', enum_type=SubscriptionMode, max_length=4)),
                ('remaining', fields.IntField(default=0)),
                ('accepted_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ('refused_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'subscriptions', 'app': 'models', 'unique_together': (('account_id', 'template'),), 'pk_attr': 'id', 'table_description': 'How many messages of a template an account still takes 订阅额度 (notify §3).'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='SubscriptionEntry',
            fields=[
                ('id', fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('account', fields.ForeignKeyField('models.PlatformAccount', source_field='account_id', db_constraint=True, to_field='id', related_name='subscription_entries', on_delete=OnDelete.CASCADE)),
                ('template', fields.CharField(max_length=64)),
                ('source', fields.CharField(unique=True, max_length=120)),
                ('change', fields.IntField()),
                ('at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'subscription_entries', 'app': 'models', 'pk_attr': 'id', 'table_description': "One change of a subscription's remaining, once per source (an event's id, a prompt's)."},
            bases=['Model'],
        ),
        ops.AddField(
            model_name='OutboxEvent',
            name='fault',
            field=fields.CharField(null=True, max_length=200),
        ),
        *(
            ops.RunSQL(f"CREATE {definition}", reverse_sql=f"DROP INDEX {definition.split('INDEX ')[1].split()[0]}")
            for definition in INDEXES
        ),
    ]
