"""Officers, the tokens by which they begin, and what is done at the windows."""

from tortoise import migrations
from tortoise.migrations import operations as ops
from models.vocabulary import Duty, OfficerStatus
from tortoise.fields.base import OnDelete
from tortoise import fields
from tortoise.indexes import Index

class Migration(migrations.Migration):
    dependencies = [('models', '0006_notifications')]

    initial = False

    operations = [
        ops.CreateModel(
            name='Officer',
            fields=[
                ('id', fields.CharField(primary_key=True, unique=True, db_index=True, max_length=26)),
                ('account', fields.CharField(unique=True, max_length=32)),
                ('name_sealed', fields.BinaryField()),
                ('phone_sealed', fields.BinaryField(null=True)),
                ('password_hash', fields.CharField(default='', max_length=160)),
                ('password_history', fields.TextField(default='[]', unique=False)),
                ('password_set_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ('totp_sealed', fields.BinaryField(null=True)),
                ('totp_step', fields.BigIntField(default=0)),
                ('agency', fields.ForeignKeyField('models.Agency', source_field='agency_id', null=True, db_constraint=True, to_field='code', related_name='officers', on_delete=OnDelete.RESTRICT)),
                ('region', fields.CharField(default='', max_length=6)),
                ('window', fields.BooleanField(default=False)),
                ('reviewer', fields.BooleanField(default=False)),
                ('supervisor', fields.BooleanField(default=False)),
                ('admin', fields.CharEnumField(null=True, description='WINDOW: window\nREVIEWER: reviewer\nSUPERVISOR: supervisor\nSYSADMIN: sysadmin\nSECADMIN: secadmin\nAUDITADMIN: auditadmin', enum_type=Duty, max_length=10)),
                ('status', fields.CharEnumField(default=OfficerStatus.INVITED, description='INVITED: invited\nACTIVE: active\nSUSPENDED: suspended\nDORMANT: dormant', enum_type=OfficerStatus, max_length=10)),
                ('created_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ('last_login_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ('revision', fields.IntField(default=1)),
            ],
            options={'table': 'officers', 'app': 'models', 'pk_attr': 'id', 'table_description': "An officer 经办机构人员, who signs in with a password and an authenticator's code."},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='OfficerToken',
            fields=[
                ('id', fields.CharField(primary_key=True, unique=True, db_index=True, max_length=26)),
                ('digest', fields.CharField(unique=True, max_length=43)),
                ('officer', fields.ForeignKeyField('models.Officer', source_field='officer_id', db_constraint=True, to_field='id', related_name='tokens', on_delete=OnDelete.CASCADE)),
                ('created_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ('expires_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ('used_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'officer_tokens', 'app': 'models', 'pk_attr': 'id', 'table_description': 'A one-time token 开通凭证 to set password and authenticator, kept as a digest only.'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='WindowGrant',
            fields=[
                ('id', fields.CharField(primary_key=True, unique=True, db_index=True, max_length=26)),
                ('unit', fields.ForeignKeyField('models.Unit', source_field='unit_id', db_constraint=True, to_field='id', related_name='window_grants', on_delete=OnDelete.RESTRICT)),
                ('officer', fields.ForeignKeyField('models.Officer', source_field='officer_id', db_constraint=True, to_field='id', related_name='window_grants', on_delete=OnDelete.RESTRICT)),
                ('notice_version', fields.CharField(max_length=20)),
                ('grants', fields.TextField(unique=False)),
                ('created_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'window_grants', 'app': 'models', 'pk_attr': 'id', 'table_description': 'One 公共服务单位用户授权: what an officer granted to clerks of a unit who came to the window.'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='WindowMaterial',
            fields=[
                ('id', fields.CharField(primary_key=True, unique=True, db_index=True, max_length=26)),
                ('unit', fields.ForeignKeyField('models.Unit', source_field='unit_id', db_constraint=True, to_field='id', related_name='window_materials', on_delete=OnDelete.RESTRICT)),
                ('officer', fields.ForeignKeyField('models.Officer', source_field='officer_id', db_constraint=True, to_field='id', related_name='window_materials', on_delete=OnDelete.RESTRICT)),
                ('window_grant', fields.ForeignKeyField('models.WindowGrant', source_field='window_grant_id', null=True, db_constraint=True, to_field='id', related_name='materials', on_delete=OnDelete.RESTRICT)),
                ('name_sealed', fields.BinaryField()),
                ('mime', fields.CharField(max_length=20)),
                ('size', fields.IntField()),
                ('sha256', fields.CharField(max_length=64)),
                ('created_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'window_materials', 'app': 'models', 'indexes': [Index(fields=['window_grant_id', 'created_at'])], 'pk_attr': 'id', 'table_description': "A scanned paper 材料 of a window grant, its file lies in the upload folder under the id."},
            bases=['Model'],
        ),
    ]
