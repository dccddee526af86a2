"""Certificates with their reminders and renewals, filings that began elsewhere, ingested events."""

from tortoise import migrations
from tortoise.migrations import operations as ops
from models.vocabulary import CertificateSource, CertificateState, FilingStatus, RenewalStatus
from tortoise.fields.base import OnDelete
from tortoise import fields
from tortoise.indexes import Index

class Migration(migrations.Migration):
    dependencies = [('models', '0002_audit_heads_and_single_holders')]

    initial = False

    operations = [
        ops.CreateModel(
            name='Certificate',
            fields=[
                ('id', fields.CharField(primary_key=True, unique=True, db_index=True, max_length=26)),
                ('unit', fields.ForeignKeyField('models.Unit', source_field='unit_id', db_constraint=True, to_field='id', related_name='certificates', on_delete=OnDelete.RESTRICT)),
                ('state', fields.CharEnumField(description='HELD: held\nRENEWING: renewing\nREPLACED: replaced\nLOST: lost\nREVOKED: revoked\nUNRECOGNISED: unrecognised', enum_type=CertificateState, max_length=12)),
                ('source', fields.CharEnumField(description='MANUAL: manual\nUPLOAD: upload\nCA: ca\nINGEST: ingest', enum_type=CertificateSource, max_length=8)),
                ('title', fields.CharField(max_length=60)),
                ('issuer', fields.CharField(max_length=120)),
                ('serial', fields.CharField(max_length=64)),
                ('key', fields.CharField(max_length=64)),
                ('subject_sealed', fields.BinaryField(null=True)),
                ('uscc', fields.CharField(default='', max_length=18)),
                ('algorithm', fields.CharField(default='', max_length=40)),
                ('fingerprint', fields.CharField(default='', max_length=64)),
                ('problems', fields.CharField(default='', max_length=120)),
                ('not_before', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ('not_after', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ('expires_on', fields.DateField()),
                ('next_step_on', fields.DateField(null=True)),
                ('replaced_by', fields.CharField(null=True, max_length=26)),
                ('trusted_by', fields.CharField(default='', max_length=64)),
                ('crl_url', fields.CharField(default='', max_length=300)),
                ('ocsp_url', fields.CharField(default='', max_length=300)),
                ('clean_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ('check_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ('revision', fields.IntField(default=1)),
                ('created_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'certificates', 'app': 'models', 'unique_together': (('unit', 'key'),), 'indexes': [Index(fields=['unit_id', 'id'])], 'pk_attr': 'id', 'table_description': "A unit's certificate 数字证书 as far as we keep it: dates and names, never a key."},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='CertificateReminder',
            fields=[
                ('id', fields.CharField(primary_key=True, unique=True, db_index=True, max_length=48)),
                ('owed_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'certificate_reminders', 'app': 'models', 'pk_attr': 'id', 'table_description': 'A reminder that was owed 到期提醒. id: `certificate:expires_on:step`, each owed once.'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='CertificateRenewal',
            fields=[
                ('id', fields.CharField(primary_key=True, unique=True, db_index=True, max_length=26)),
                ('certificate', fields.ForeignKeyField('models.Certificate', source_field='certificate_id', db_constraint=True, to_field='id', related_name='renewals', on_delete=OnDelete.CASCADE)),
                ('status', fields.CharEnumField(default=RenewalStatus.ASKED, description='ASKED: asked\nISSUED: issued\nREFUSED: refused\nTIMED_OUT: timed_out\nCANCELLED: cancelled', enum_type=RenewalStatus, max_length=10)),
                ('reason', fields.CharField(default='', max_length=120)),
                ('asked_by', fields.CharField(max_length=26)),
                ('asked_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ('give_up_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ('next_ask_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'certificate_renewals', 'app': 'models', 'indexes': [Index(fields=['next_ask_at'])], 'pk_attr': 'id', 'table_description': 'A request to the CA for a successor 证书更新申请. Its id is what the CA knows it by.'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='Filing',
            fields=[
                ('id', fields.CharField(primary_key=True, unique=True, db_index=True, max_length=26)),
                ('unit', fields.ForeignKeyField('models.Unit', source_field='unit_id', db_constraint=True, to_field='id', related_name='filings', on_delete=OnDelete.RESTRICT)),
                ('relation', fields.ForeignKeyField('models.Relation', source_field='relation_id', null=True, db_constraint=True, to_field='id', related_name='filings', on_delete=OnDelete.RESTRICT)),
                ('item', fields.CharField(max_length=40)),
                ('external_no', fields.CharField(null=True, max_length=64)),
                ('status', fields.CharEnumField(description='DRAFT: draft\nSUBMITTED: submitted\nREVIEWING: reviewing\nSECOND_REVIEW: second_review\nCORRECTION: correction\nOFFLINE_CONFIRM: offline_confirm\nAPPROVED: approved\nSYNCING: syncing\nCOMPLETED: completed\nSYNC_FAILED: sync_failed\nREJECTED: rejected\nWITHDRAWN: withdrawn\nEXPIRED: expired\nVOIDED: voided', enum_type=FilingStatus, max_length=16)),
                ('status_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ('submitted_by', fields.ForeignKeyField('models.Person', source_field='submitted_by_id', null=True, db_constraint=True, to_field='id', related_name='filings', on_delete=OnDelete.RESTRICT)),
                ('due_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ('remind_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ('revision', fields.IntField(default=1)),
                ('created_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'filings', 'app': 'models', 'unique_together': (('unit', 'external_no'),), 'pk_attr': 'id', 'table_description': 'A filing 申报 of a unit. external_no: its number in the existing 经办系统, where it has one.'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='FilingStep',
            fields=[
                ('id', fields.CharField(primary_key=True, unique=True, db_index=True, max_length=26)),
                ('filing', fields.ForeignKeyField('models.Filing', source_field='filing_id', db_constraint=True, to_field='id', related_name='steps', on_delete=OnDelete.CASCADE)),
                ('revision', fields.IntField()),
                ('status', fields.CharEnumField(description='DRAFT: draft\nSUBMITTED: submitted\nREVIEWING: reviewing\nSECOND_REVIEW: second_review\nCORRECTION: correction\nOFFLINE_CONFIRM: offline_confirm\nAPPROVED: approved\nSYNCING: syncing\nCOMPLETED: completed\nSYNC_FAILED: sync_failed\nREJECTED: rejected\nWITHDRAWN: withdrawn\nEXPIRED: expired\nVOIDED: voided', enum_type=FilingStatus, max_length=16)),
                ('at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ('note_sealed', fields.BinaryField(null=True)),
            ],
            options={'table': 'filing_steps', 'app': 'models', 'unique_together': (('filing', 'revision'),), 'pk_attr': 'id', 'table_description': "One step of a filing's way 办理进度, in the order of its revisions. The note is sealed."},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='WindowNotice',
            fields=[
                ('id', fields.CharField(primary_key=True, unique=True, db_index=True, max_length=64)),
                ('after', fields.CharField(default='', max_length=26)),
                ('begun_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ('done_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'window_notices', 'app': 'models', 'pk_attr': 'id', 'table_description': 'The telling of one step of one window 申报截止提醒. id: `item:month:step`.'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='IngestEvent',
            fields=[
                ('id', fields.CharField(primary_key=True, unique=True, db_index=True, max_length=26)),
                ('key_id', fields.CharField(max_length=40)),
                ('event_id', fields.CharField(max_length=64)),
                ('received_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'ingest_events', 'app': 'models', 'unique_together': (('key_id', 'event_id'),), 'pk_attr': 'id', 'table_description': 'One event of another system 对接事件 that was taken in. key_id: the sender\'s.'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='SyncCursor',
            fields=[
                ('source', fields.CharField(primary_key=True, unique=True, db_index=True, max_length=16)),
                ('position', fields.CharField(default='', max_length=200)),
                ('revision', fields.IntField(default=1)),
                ('leased_until', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ('moved_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'sync_cursors', 'app': 'models', 'pk_attr': 'source', 'table_description': 'How far a source 数据源 has been read 同步进度.'},
            bases=['Model'],
        ),
        ops.RunSQL(
            "CREATE INDEX idx_certificates_due ON certificates (next_step_on, id) "
            "WHERE next_step_on IS NOT NULL",
            reverse_sql="DROP INDEX idx_certificates_due",
        ),
        ops.RunSQL(
            "CREATE INDEX idx_certificates_check ON certificates (check_at, id) "
            "WHERE check_at IS NOT NULL",
            reverse_sql="DROP INDEX idx_certificates_check",
        ),
        ops.RunSQL(
            "CREATE INDEX idx_filings_overdue ON filings (remind_at, id) "
            "WHERE remind_at IS NOT NULL",
            reverse_sql="DROP INDEX idx_filings_overdue",
        ),
        ops.RunSQL(
            "CREATE UNIQUE INDEX uid_renewals_open ON certificate_renewals (certificate_id) "
            "WHERE status = 'asked'",
            reverse_sql="DROP INDEX uid_renewals_open",
        ),
    ]
