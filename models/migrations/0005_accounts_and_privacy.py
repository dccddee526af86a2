"""Password accounts, one-time codes and links, and the rights over one's own data."""

from tortoise import migrations
from tortoise.migrations import operations as ops
from models.account import AccountStatus, CodePurpose, TokenPurpose
from models.privacy import ClosureStatus, ExportStatus
from tortoise.fields.base import OnDelete
from tortoise import fields
from tortoise.indexes import Index

class Migration(migrations.Migration):
    dependencies = [("models", "0004_grants"), ("models", "0004_registrations")]

    initial = False

    operations = [
        ops.CreateModel(
            name='Account',
            fields=[
                ('id', fields.CharField(primary_key=True, unique=True, db_index=True, max_length=26)),
                ('person', fields.OneToOneField('models.Person', source_field='person_id', db_constraint=True, to_field='id', related_name='account', on_delete=OnDelete.CASCADE)),
                ('password_hash', fields.CharField(max_length=160)),
                ('history', fields.TextField(unique=False)),
                ('changed_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ('reminded_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ('status', fields.CharEnumField(default=AccountStatus.ACTIVE, description='ACTIVE: active\nDORMANT: dormant', enum_type=AccountStatus, max_length=10)),
                ('created_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ('last_login_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ('revision', fields.IntField(default=1)),
            ],
            options={'table': 'accounts', 'app': 'models', 'pk_attr': 'id', 'table_description': 'A password account 密码账号. history: JSON list of the hashes before, newest first.'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='AccountLock',
            fields=[
                ('id', fields.CharField(primary_key=True, unique=True, db_index=True, max_length=64)),
                ('failed_at', fields.TextField(unique=False)),
                ('locked_until', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ('touched_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'account_locks', 'app': 'models', 'indexes': [Index(fields=['touched_at'])], 'pk_attr': 'id', 'table_description': 'Failed tries 密码错误 of one subject, and until when it is locked 已锁定.'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='AccountStop',
            fields=[
                ('id', fields.CharField(primary_key=True, unique=True, db_index=True, max_length=26)),
                ('person', fields.ForeignKeyField('models.Person', source_field='person_id', db_constraint=True, to_field='id', related_name='stops', on_delete=OnDelete.RESTRICT)),
                ('unit_id', fields.CharField(max_length=26)),
                ('reason', fields.CharField(max_length=100)),
                ('stopped_by', fields.CharField(max_length=26)),
                ('stopped_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ('agreed_by', fields.CharField(null=True, max_length=26)),
                ('agreed_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ('lifted_by', fields.CharField(null=True, max_length=26)),
                ('lifted_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'account_stops', 'app': 'models', 'indexes': [Index(fields=['person_id', 'lifted_at'])], 'pk_attr': 'id', 'table_description': 'A stop 停用: an officer keeps a person from logging in, by password and by QR (domain §7.4).'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='Closure',
            fields=[
                ('id', fields.CharField(primary_key=True, unique=True, db_index=True, max_length=26)),
                ('person', fields.ForeignKeyField('models.Person', source_field='person_id', db_constraint=True, to_field='id', related_name='closures', on_delete=OnDelete.RESTRICT)),
                ('status', fields.CharEnumField(default=ClosureStatus.COOLING, description='COOLING: cooling\nCANCELLED: cancelled\nDONE: done', enum_type=ClosureStatus, max_length=10)),
                ('asked_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ('due_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ('ended_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ('revision', fields.IntField(default=1)),
            ],
            options={'table': 'closures', 'app': 'models', 'indexes': [Index(fields=['status', 'due_at'])], 'pk_attr': 'id', 'table_description': "A request to close one's account 注销申请, which takes effect at due_at unless taken back."},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='Consent',
            fields=[
                ('id', fields.CharField(primary_key=True, unique=True, db_index=True, max_length=26)),
                ('person', fields.ForeignKeyField('models.Person', source_field='person_id', db_constraint=True, to_field='id', related_name='consents', on_delete=OnDelete.RESTRICT)),
                ('version', fields.CharField(max_length=20)),
                ('kind', fields.CharField(max_length=8)),
                ('given_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ('withdrawn_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'consents', 'app': 'models', 'unique_together': (('person', 'version'),), 'pk_attr': 'id', 'table_description': 'Consent 同意 of a person to one version of the privacy notice 隐私保护指引.'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='DataExport',
            fields=[
                ('id', fields.CharField(primary_key=True, unique=True, db_index=True, max_length=26)),
                ('person', fields.ForeignKeyField('models.Person', source_field='person_id', db_constraint=True, to_field='id', related_name='exports', on_delete=OnDelete.CASCADE)),
                ('status', fields.CharEnumField(default=ExportStatus.WAITING, description='WAITING: waiting\nREADY: ready\nTAKEN: taken\nEXPIRED: expired', enum_type=ExportStatus, max_length=8)),
                ('asked_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ('expires_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ('archive_sealed', fields.BinaryField(null=True)),
                ('revision', fields.IntField(default=1)),
            ],
            options={'table': 'data_exports', 'app': 'models', 'indexes': [Index(fields=['status', 'asked_at'])], 'pk_attr': 'id', 'table_description': "An export 导出 of a person's own data: made in the background, sealed, fetched once."},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='OneTimeCode',
            fields=[
                ('id', fields.CharField(primary_key=True, unique=True, db_index=True, max_length=26)),
                ('person', fields.ForeignKeyField('models.Person', source_field='person_id', null=True, db_constraint=True, to_field='id', related_name='codes', on_delete=OnDelete.CASCADE)),
                ('purpose', fields.CharEnumField(description='RESET: reset\nBIND_PHONE: bind_phone\nBIND_EMAIL: bind_email', enum_type=CodePurpose, max_length=12)),
                ('code_mac', fields.CharField(max_length=64)),
                ('address_sealed', fields.BinaryField(null=True)),
                ('tries', fields.IntField(default=0)),
                ('created_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ('expires_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ('used_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'one_time_codes', 'app': 'models', 'indexes': [Index(fields=['expires_at'])], 'pk_attr': 'id', 'table_description': 'A one-time code 验证码 that was sent, or only seems to have been (person None).'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='PasswordToken',
            fields=[
                ('id', fields.CharField(primary_key=True, unique=True, db_index=True, max_length=26)),
                ('person', fields.ForeignKeyField('models.Person', source_field='person_id', db_constraint=True, to_field='id', related_name='password_tokens', on_delete=OnDelete.CASCADE)),
                ('purpose', fields.CharEnumField(description='SET_UP: set_up\nRENEW: renew', enum_type=TokenPurpose, max_length=8)),
                ('digest', fields.CharField(unique=True, max_length=43)),
                ('created_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ('expires_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ('used_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'password_tokens', 'app': 'models', 'indexes': [Index(fields=['expires_at'])], 'pk_attr': 'id', 'table_description': 'A one-time link 一次性链接 to set a password, of which only the digest is kept.'},
            bases=['Model'],
        ),
        ops.AddField(
            model_name='Person',
            name='email_index',
            field=fields.CharField(null=True, max_length=40),
        ),
        ops.AddField(
            model_name='Person',
            name='email_sealed',
            field=fields.BinaryField(null=True),
        ),
        ops.AddIndex(
            model_name='Person',
            index=Index(fields=['phone_index']),
        ),
        ops.RunSQL(
            "CREATE UNIQUE INDEX uid_closures_open ON closures (person_id) WHERE status = 'cooling'",
            reverse_sql="DROP INDEX uid_closures_open",
        ),
        ops.RunSQL(
            "CREATE UNIQUE INDEX uid_exports_open ON data_exports (person_id) "
            "WHERE status IN ('waiting', 'ready')",
            reverse_sql="DROP INDEX uid_exports_open",
        ),
    ]
