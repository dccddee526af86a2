"""Grants in full: scope by relation and item group, requests, delegation, reminders, history.

The database keeps: one live grant and one open request per clerk and unit, at most five managers a
unit (one a slot).
"""

from tortoise import migrations
from tortoise.migrations import operations as ops
from models.vocabulary import GrantParty, GrantSource, GrantStatus, Suspension
from tortoise.fields.base import OnDelete
from tortoise import fields
from tortoise.indexes import Index

class AddCheckedField(ops.AddField):
    """A field whose values the database checks; SQLite takes a check with a new column only."""

    async def database_forward(self, app_label, old_state, new_state, state_editor=None):
        if state_editor:
            await state_editor.client.execute_script(
                "ALTER TABLE grants ADD COLUMN manager_slot SMALLINT "
                "CHECK (manager_slot BETWEEN 1 AND 5)"
            )


class Migration(migrations.Migration):
    dependencies = [('models', '0003_certificates')]

    initial = False

    operations = [
        ops.CreateModel(
            name='GrantEvent',
            fields=[
                ('id', fields.CharField(primary_key=True, unique=True, db_index=True, max_length=26)),
                ('grant', fields.ForeignKeyField('models.Grant', source_field='grant_id', db_constraint=True, to_field='id', related_name='events', on_delete=OnDelete.CASCADE)),
                ('at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ('status', fields.CharEnumField(description='REQUESTED: requested\nOFFERED: offered\nSCHEDULED: scheduled\nACTIVE: active\nSUSPENDED: suspended\nEXPIRED: expired\nREVOKED: revoked\nDENIED: denied\nCANCELLED: cancelled\nLAPSED: lapsed', enum_type=GrantStatus, max_length=10)),
                ('revision', fields.IntField()),
                ('party', fields.CharEnumField(description='CLERK: clerk\nLEGAL_REP: legal_rep\nMANAGER: manager\nWINDOW: window\nSYSTEM: system', enum_type=GrantParty, max_length=10)),
                ('person_id', fields.CharField(default='', max_length=26)),
                ('reason', fields.CharField(default='', max_length=120)),
                ('detail', fields.TextField(unique=False)),
            ],
            options={'table': 'grant_events', 'app': 'models', 'indexes': [Index(fields=['grant_id', 'id'])], 'pk_attr': 'id', 'table_description': 'One change of a grant 授权记录. detail: JSON without personal values.'},
            bases=['Model'],
        ),
        ops.AlterField(
            model_name='Grant',
            name='relations',
            field=fields.ManyToManyField('models.Relation', unique=True, db_constraint=True, through='grant_scopes', forward_key='relation_id', backward_key='grant_id', related_name='grants', on_delete=OnDelete.CASCADE),
        ),
        ops.RunSQL(
            'ALTER TABLE grant_scopes RENAME TO grant_relations_before',
            reverse_sql='ALTER TABLE grant_relations_before RENAME TO grant_scopes',
        ),
        ops.CreateModel(
            name='GrantScope',
            fields=[
                ('id', fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('grant', fields.ForeignKeyField('models.Grant', source_field='grant_id', db_constraint=True, to_field='id', related_name='scopes', on_delete=OnDelete.CASCADE)),
                ('relation', fields.ForeignKeyField('models.Relation', source_field='relation_id', db_constraint=True, to_field='id', related_name='scopes', on_delete=OnDelete.CASCADE)),
                ('items', fields.CharField(default='*', db_default='*', max_length=120)),
            ],
            options={'table': 'grant_scopes', 'app': 'models', 'unique_together': (('grant', 'relation'),), 'pk_attr': 'id', 'table_description': 'One relation of a grant. items: `*` for 全业务, else groups of items joined by commas.'},
            bases=['Model'],
        ),
        ops.RunSQL(
            'INSERT INTO grant_scopes (grant_id, relation_id) '
            'SELECT grant_id, relation_id FROM grant_relations_before',
            reverse_sql='INSERT INTO grant_relations_before (grant_id, relation_id) '
            'SELECT grant_id, relation_id FROM grant_scopes',
        ),
        ops.RunSQL('DROP TABLE grant_relations_before', reverse_sql=(
            'CREATE TABLE grant_relations_before (grant_id VARCHAR(26) NOT NULL REFERENCES grants (id) '
            'ON DELETE CASCADE, relation_id VARCHAR(26) NOT NULL REFERENCES relations (id) ON DELETE CASCADE)'
        )),
        ops.AddField(
            model_name='Grant',
            name='accepted_at',
            field=fields.DatetimeField(null=True, auto_now=False, auto_now_add=False),
        ),
        ops.AddField(
            model_name='Grant',
            name='answer_by',
            field=fields.DatetimeField(null=True, auto_now=False, auto_now_add=False),
        ),
        ops.AddField(
            model_name='Grant',
            name='challenge_id',
            field=fields.CharField(default='', db_default='', max_length=16),
        ),
        ops.AddField(
            model_name='Grant',
            name='ended_at',
            field=fields.DatetimeField(null=True, auto_now=False, auto_now_add=False),
        ),
        ops.AddField(
            model_name='Grant',
            name='granted_by',
            field=fields.CharField(default='', db_default='', max_length=26),
        ),
        AddCheckedField(
            model_name='Grant',
            name='manager_slot',
            field=fields.SmallIntField(null=True),
        ),
        ops.AddField(
            model_name='Grant',
            name='merged_into',
            field=fields.CharField(default='', db_default='', max_length=26),
        ),
        ops.AddField(
            model_name='Grant',
            name='muted',
            field=fields.BooleanField(default=False, db_default=False),
        ),
        ops.AddField(
            model_name='Grant',
            name='note',
            field=fields.CharField(default='', db_default='', max_length=200),
        ),
        ops.AddField(
            model_name='Grant',
            name='reminded_days',
            field=fields.SmallIntField(null=True),
        ),
        ops.AddField(
            model_name='Grant',
            name='requested_at',
            field=fields.DatetimeField(null=True, auto_now=False, auto_now_add=False),
        ),
        ops.AddField(
            model_name='Grant',
            name='source',
            field=fields.CharEnumField(description='ONLINE: online\nREQUEST: request\nWINDOW: window', default=GrantSource.ONLINE, db_default='online', enum_type=GrantSource, max_length=8),
        ),
        ops.AddField(
            model_name='Grant',
            name='suspension',
            field=fields.CharEnumField(null=True, description='WISHED: wished\nLEGAL_REP_CHANGED: rep_changed\nUNIT_CLOSED: unit_closed\nDORMANT: dormant', enum_type=Suspension, max_length=12),
        ),
        ops.AddIndex(
            model_name='Grant',
            index=Index(fields=['status', 'valid_to']),
        ),
        ops.AddIndex(
            model_name='Grant',
            index=Index(fields=['status', 'answer_by']),
        ),
        ops.AddIndex(
            model_name='Grant',
            index=Index(fields=['person_id']),
        ),
        ops.RunSQL('DROP INDEX uid_grants_open', reverse_sql=(
            "CREATE UNIQUE INDEX uid_grants_open ON grants (unit_id, id_type, id_no_index) "
            "WHERE status IN ('requested', 'offered', 'scheduled', 'active', 'suspended')"
        )),
        ops.RunSQL(
            "CREATE UNIQUE INDEX uid_grants_live ON grants (unit_id, id_type, id_no_index) "
            "WHERE status IN ('offered', 'scheduled', 'active', 'suspended')",
            reverse_sql='DROP INDEX uid_grants_live',
        ),
        ops.RunSQL(
            "CREATE UNIQUE INDEX uid_grants_requested ON grants (unit_id, id_type, id_no_index) "
            "WHERE status = 'requested'",
            reverse_sql='DROP INDEX uid_grants_requested',
        ),
        ops.RunSQL(
            "CREATE UNIQUE INDEX uid_grants_managers ON grants (unit_id, manager_slot) "
            "WHERE manager_slot IS NOT NULL",
            reverse_sql='DROP INDEX uid_grants_managers',
        ),
    ]
