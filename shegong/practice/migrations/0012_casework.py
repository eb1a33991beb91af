"""Cases in six stages (MZ/T 094-2017), and what their files hold; the three old stages become three of the six."""

import django.contrib.postgres.fields
import django.db.models.deletion
import shegong.kernel.ids
from django.conf import settings
from django.db import migrations, models

from shegong.kernel import schema


OLD_CASES = """
SET CONSTRAINTS ALL IMMEDIATE;
UPDATE practice_case SET
    stage = CASE stage WHEN 'open' THEN 'intake' WHEN 'planned' THEN 'intervention' ELSE stage END,
    entered_on = coalesce(closed_on, planned_on, opened_on);
INSERT INTO practice_casestep (id, hub_id, station_id, case_id, stage, round, entered_on, entered_at, entered_by_id, reason)
SELECT gen_random_uuid(), k.hub_id, k.station_id, k.id, v.stage, 1, v.day, v.day::timestamp AT TIME ZONE 'Asia/Shanghai',
       v.account, ''
FROM practice_case k CROSS JOIN LATERAL (VALUES
    ('intake', k.opened_on, k.opened_by_id), ('intervention', k.planned_on, k.opened_by_id),
    ('closed', k.closed_on, k.closed_by_id)) AS v (stage, day, account)
WHERE v.day IS NOT NULL;
INSERT INTO practice_casesheet (id, hub_id, station_id, case_id, stage, round, content, signer, signature, witness,
                                written_on, written_at, written_by_id)
SELECT gen_random_uuid(), k.hub_id, k.station_id, k.id, 'planning', 1, jsonb_build_object('method', k.plan), '', '', '—',
       k.planned_on, k.planned_on::timestamp AT TIME ZONE 'Asia/Shanghai', k.opened_by_id
FROM practice_case k WHERE k.planned_on IS NOT NULL;
INSERT INTO practice_casegoal (id, hub_id, station_id, case_id, position, statement, measure, baseline, levels, weight,
                               due_on, written_by_id, written_at)
SELECT gen_random_uuid(), k.hub_id, k.station_id, k.id, 1, k.goals, '—', '—', '{更差,没有变化,达到目标,比目标好,远好于目标}', 1,
       coalesce(k.closed_on, k.planned_on + 180), k.opened_by_id, k.planned_on::timestamp AT TIME ZONE 'Asia/Shanghai'
FROM practice_case k WHERE k.goals <> '';
"""


class Migration(migrations.Migration):

    dependencies = [
        ('catalogue', '0002_names_for_people'),
        ('network', '0004_station_numbers'),
        ('practice', '0011_family'),
        ('workforce', '0004_headcount_by_join'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = schema.together([
        migrations.CreateModel(
            name='CaseApproval',
            fields=[
                ('id', models.UUIDField(default=shegong.kernel.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('kind', models.CharField(choices=[('plan', '服务计划'), ('closure', '结案')], max_length=8)),
                ('round', models.SmallIntegerField(default=1)),
                ('asked_at', models.DateTimeField()),
                ('decision', models.CharField(blank=True, choices=[('approve', '批准'), ('return', '退回'), ('withdraw', '撤回送审')], max_length=8)),
                ('comment', models.TextField(blank=True, verbose_name='意见')),
                ('decided_at', models.DateTimeField(blank=True, null=True)),
                ('asked_by', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('case', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.PROTECT, related_name='approvals', to='practice.case')),
                ('decided_by', models.ForeignKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('hub', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='network.station')),
                ('station', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='network.station')),
            ],
            options={
                'constraints': [
                    models.CheckConstraint(condition=models.Q(models.Q(('decision__in', ['approve', 'return']), _negated=True), models.Q(('decided_by', models.F('asked_by')), _negated=True), _connector='OR'), name='practice_caseapproval_by_another_person'),
                    models.CheckConstraint(condition=models.Q(models.Q(('decided_at__isnull', True), ('decided_by__isnull', True), ('decision', '')), models.Q(('decided_at__isnull', False), ('decided_by__isnull', False), ('decision__in', ['approve', 'return', 'withdraw'])), _connector='OR'), name='practice_caseapproval_decided_whole'),
                    models.UniqueConstraint(condition=models.Q(('decision', '')), fields=('case', 'kind', 'hub'), name='practice_caseapproval_asked_once'),
                ],
                'indexes': [
                    models.Index(condition=models.Q(('decision', '')), fields=['station', 'asked_at'], name='practice_caseapproval_waiting'),
                ],
            },
        ),
        migrations.CreateModel(
            name='CaseGoal',
            fields=[
                ('id', models.UUIDField(default=shegong.kernel.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('position', models.SmallIntegerField(default=1)),
                ('statement', models.TextField(verbose_name='目标')),
                ('measure', models.CharField(max_length=200, verbose_name='怎样衡量')),
                ('baseline', models.CharField(max_length=200, verbose_name='现在怎样')),
                ('levels', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=200), size=5)),
                ('weight', models.SmallIntegerField(default=1, verbose_name='权重')),
                ('due_on', models.DateField(verbose_name='完成日期')),
                ('written_at', models.DateTimeField()),
                ('dropped_on', models.DateField(blank=True, null=True)),
                ('case', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.PROTECT, related_name='goals', to='practice.case')),
                ('hub', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='network.station')),
                ('station', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='network.station')),
                ('written_by', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'constraints': [
                    models.CheckConstraint(condition=models.Q(('weight__gte', 1), ('weight__lte', 9)), name='practice_casegoal_weight_1_to_9'),
                    models.CheckConstraint(condition=models.Q(('levels__len', 5)), name='practice_casegoal_five_levels'),
                ],
            },
        ),
        migrations.CreateModel(
            name='CaseSheet',
            fields=[
                ('id', models.UUIDField(default=shegong.kernel.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('stage', models.CharField(choices=[('intake', '接案'), ('assessment', '预估'), ('planning', '计划'), ('intervention', '介入'), ('evaluation', '评估'), ('closed', '结案')], max_length=12, verbose_name='阶段')),
                ('round', models.SmallIntegerField(default=1)),
                ('content', models.JSONField(default=dict)),
                ('risk', models.SmallIntegerField(blank=True, null=True, verbose_name='风险等级')),
                ('satisfaction', models.SmallIntegerField(blank=True, null=True, verbose_name='满意度')),
                ('signer', models.CharField(blank=True, max_length=60, verbose_name='签名人')),
                ('signature', models.TextField(blank=True, verbose_name='签名')),
                ('witness', models.CharField(blank=True, max_length=60, verbose_name='见证人')),
                ('written_on', models.DateField()),
                ('written_at', models.DateTimeField()),
                ('assessment', models.ForeignKey(blank=True, db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='practice.assessment')),
                ('case', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.PROTECT, related_name='sheets', to='practice.case')),
                ('hub', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='network.station')),
                ('station', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='network.station')),
                ('written_by', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'constraints': [
                    models.CheckConstraint(condition=models.Q(('stage__in', ['intake', 'assessment', 'planning', 'intervention', 'evaluation', 'closed'])), name='practice_casesheet_known_stage'),
                    models.CheckConstraint(condition=models.Q(models.Q(('stage__in', ['intake', 'planning']), _negated=True), models.Q(('signature', ''), _negated=True), models.Q(('witness', ''), _negated=True), _connector='OR'), name='practice_casesheet_agreement_is_signed_or_witnessed'),
                    models.CheckConstraint(condition=models.Q(('satisfaction__isnull', True), models.Q(('satisfaction__gte', 1), ('satisfaction__lte', 5)), _connector='OR'), name='practice_casesheet_satisfaction_1_to_5'),
                ],
            },
        ),
        migrations.CreateModel(
            name='CaseStep',
            fields=[
                ('id', models.UUIDField(default=shegong.kernel.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('stage', models.CharField(choices=[('intake', '接案'), ('assessment', '预估'), ('planning', '计划'), ('intervention', '介入'), ('evaluation', '评估'), ('closed', '结案')], max_length=12, verbose_name='阶段')),
                ('round', models.SmallIntegerField(default=1)),
                ('entered_on', models.DateField()),
                ('entered_at', models.DateTimeField()),
                ('reason', models.CharField(blank=True, max_length=200, verbose_name='原因')),
                ('case', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.PROTECT, related_name='steps', to='practice.case')),
                ('entered_by', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('hub', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='network.station')),
                ('station', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='network.station')),
            ],
            options={
                'constraints': [
                    models.CheckConstraint(condition=models.Q(('stage__in', ['intake', 'assessment', 'planning', 'intervention', 'evaluation', 'closed'])), name='practice_casestep_known_stage'),
                ],
            },
        ),
        migrations.CreateModel(
            name='CaseTransfer',
            fields=[
                ('id', models.UUIDField(default=shegong.kernel.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('number', models.CharField(max_length=30, verbose_name='个案编号')),
                ('reason', models.CharField(max_length=200, verbose_name='转交原因')),
                ('asked_at', models.DateTimeField()),
                ('decision', models.CharField(blank=True, choices=[('accept', '接收'), ('decline', '不接收')], max_length=8)),
                ('comment', models.CharField(blank=True, max_length=200, verbose_name='意见')),
                ('decided_at', models.DateTimeField(blank=True, null=True)),
                ('asked_by', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('case', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.PROTECT, related_name='transfers', to='practice.case')),
                ('decided_by', models.ForeignKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('from_worker', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='workforce.worker')),
                ('hub', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='network.station')),
                ('station', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='network.station')),
                ('to_station', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='network.station')),
                ('to_worker', models.ForeignKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='workforce.worker')),
            ],
            options={
                'constraints': [
                    models.CheckConstraint(condition=models.Q(models.Q(('decided_at__isnull', True), ('decided_by__isnull', True), ('decision', '')), models.Q(('decided_at__isnull', False), ('decided_by__isnull', False), ('decision__in', ['accept', 'decline'])), _connector='OR'), name='practice_casetransfer_decided_whole'),
                    models.CheckConstraint(condition=models.Q(models.Q(('decision', 'accept'), _negated=True), ('to_worker__isnull', False), _connector='OR'), name='practice_casetransfer_to_somebody'),
                    models.UniqueConstraint(condition=models.Q(('decision', '')), fields=('case', 'hub'), name='practice_casetransfer_asked_once'),
                ],
                'indexes': [
                    models.Index(condition=models.Q(('decision', '')), fields=['to_station', 'asked_at'], name='practice_casetransfer_waiting'),
                ],
            },
        ),
        migrations.CreateModel(
            name='EmergencyService',
            fields=[
                ('id', models.UUIDField(default=shegong.kernel.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('reason', models.CharField(max_length=200, verbose_name='紧急原因')),
                ('marked_at', models.DateTimeField()),
                ('review_by', models.DateTimeField()),
                ('reviewed_at', models.DateTimeField(blank=True, null=True)),
                ('comment', models.CharField(blank=True, max_length=200, verbose_name='意见')),
                ('case', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.PROTECT, related_name='emergencies', to='practice.case')),
                ('hub', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='network.station')),
                ('marked_by', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('record', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='practice.servicerecord')),
                ('reviewed_by', models.ForeignKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('station', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='network.station')),
            ],
            options={
                'constraints': [
                    models.CheckConstraint(condition=models.Q(models.Q(('reviewed_at__isnull', True), ('reviewed_by__isnull', True)), models.Q(('reviewed_at__isnull', False), models.Q(('reviewed_by', models.F('marked_by')), _negated=True)), _connector='OR'), name='practice_emergency_by_another_person'),
                    models.UniqueConstraint(fields=('record', 'hub'), name='practice_emergency_once_of_a_record'),
                ],
                'indexes': [
                    models.Index(condition=models.Q(('reviewed_at__isnull', True)), fields=['station', 'review_by'], name='practice_emergency_waiting'),
                ],
            },
        ),
        migrations.CreateModel(
            name='FollowUp',
            fields=[
                ('id', models.UUIDField(default=shegong.kernel.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('due_on', models.DateField(verbose_name='回访日期')),
                ('done_on', models.DateField(blank=True, null=True)),
                ('note', models.CharField(blank=True, max_length=200, verbose_name='说明')),
                ('case', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.PROTECT, related_name='follow_ups', to='practice.case')),
                ('hub', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='network.station')),
                ('record', models.ForeignKey(blank=True, db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='practice.servicerecord')),
                ('station', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='network.station')),
            ],
            options={
                'constraints': [
                    models.CheckConstraint(condition=models.Q(models.Q(('done_on__isnull', True), ('record__isnull', True)), models.Q(('done_on__isnull', False), models.Q(('record__isnull', False), models.Q(('note', ''), _negated=True), _connector='OR')), _connector='OR'), name='practice_followup_done_with_record_or_note'),
                    models.UniqueConstraint(fields=('record', 'hub'), name='practice_followup_once_of_a_record'),
                ],
                'indexes': [
                    models.Index(condition=models.Q(('done_on__isnull', True)), fields=['station', 'due_on'], name='practice_followup_due'),
                ],
            },
        ),
        migrations.CreateModel(
            name='GoalRating',
            fields=[
                ('id', models.UUIDField(default=shegong.kernel.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('rated_on', models.DateField(verbose_name='评定日期')),
                ('level', models.SmallIntegerField(verbose_name='达成程度')),
                ('note', models.CharField(blank=True, max_length=200, verbose_name='依据')),
                ('rated_at', models.DateTimeField()),
                ('case', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.PROTECT, related_name='ratings', to='practice.case')),
                ('goal', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='ratings', to='practice.casegoal')),
                ('hub', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='network.station')),
                ('rated_by', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('station', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='network.station')),
            ],
            options={
                'constraints': [
                    models.CheckConstraint(condition=models.Q(('level__gte', -2), ('level__lte', 2)), name='practice_goalrating_minus_2_to_2'),
                ],
            },
        ),
        migrations.CreateModel(
            name='PlannedService',
            fields=[
                ('id', models.UUIDField(default=shegong.kernel.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('times', models.SmallIntegerField(verbose_name='次数')),
                ('per', models.CharField(choices=[('week', '每周'), ('month', '每月'), ('total', '共')], max_length=5, verbose_name='频率')),
                ('minutes', models.SmallIntegerField(verbose_name='每次时长(分钟)')),
                ('since', models.DateField(verbose_name='开始日期')),
                ('until', models.DateField(verbose_name='结束日期')),
                ('written_at', models.DateTimeField()),
                ('dropped_on', models.DateField(blank=True, null=True)),
                ('case', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.PROTECT, related_name='planned_services', to='practice.case')),
                ('hub', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='network.station')),
                ('service', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='catalogue.serviceitem')),
                ('station', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='network.station')),
                ('written_by', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'constraints': [
                    models.CheckConstraint(condition=models.Q(('until__gte', models.F('since'))), name='practice_plannedservice_ends_after_start'),
                    models.CheckConstraint(condition=models.Q(('minutes__gte', 1), ('minutes__lte', 1440), ('times__gte', 1), ('times__lte', 99)), name='practice_plannedservice_possible'),
                    models.CheckConstraint(condition=models.Q(('per__in', ['week', 'month', 'total'])), name='practice_plannedservice_known_frequency'),
                ],
            },
        ),
        migrations.RemoveConstraint(
            model_name='case',
            name='practice_case_stages_in_order',
        ),
        migrations.RemoveConstraint(
            model_name='case',
            name='practice_case_closed_after_planning',
        ),
        migrations.AddField(
            model_name='case',
            name='early_reason',
            field=models.CharField(blank=True, choices=[('met', '目标达成'), ('able', '服务对象已能自行应对'), ('declined', '服务对象不愿继续'), ('unsuitable', '专业关系不适合'), ('referred', '需要超出机构能力，已转介'), ('changed', '社工或服务对象情况变化'), ('moved', '迁出'), ('deceased', '去世'), ('lost', '失去联系'), ('unforeseen', '其他不可预见原因')], default='', max_length=12),
        ),
        migrations.AddField(
            model_name='case',
            name='entered_on',
            field=models.DateField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name='case',
            name='goal_score',
            field=models.SmallIntegerField(blank=True, null=True, verbose_name='目标达成 T 分'),
        ),
        migrations.AddField(
            model_name='case',
            name='improved',
            field=models.BooleanField(blank=True, null=True, verbose_name='有改善'),
        ),
        migrations.AddField(
            model_name='case',
            name='moved',
            field=models.BooleanField(default=False),
        ),
        migrations.AddField(
            model_name='case',
            name='risk',
            field=models.SmallIntegerField(blank=True, choices=[(1, '低'), (2, '中'), (3, '高'), (4, '紧急')], null=True, verbose_name='风险等级'),
        ),
        migrations.AddField(
            model_name='case',
            name='round',
            field=models.SmallIntegerField(default=1),
        ),
        migrations.AlterField(
            model_name='case',
            name='planned_on',
            field=models.DateField(blank=True, null=True, verbose_name='计划批准日期'),
        ),
        migrations.AlterField(
            model_name='case',
            name='stage',
            field=models.CharField(choices=[('intake', '接案'), ('assessment', '预估'), ('planning', '计划'), ('intervention', '介入'), ('evaluation', '评估'), ('closed', '结案')], default='intake', max_length=12, verbose_name='阶段'),
        ),
        migrations.AddIndex(
            model_name='case',
            index=models.Index(condition=models.Q(('moved', True)), fields=['station', 'client'], name='practice_case_moved'),
        ),
        migrations.RunSQL(OLD_CASES, migrations.RunSQL.noop),
        migrations.RemoveField(
            model_name='case',
            name='goals',
        ),
        migrations.RemoveField(
            model_name='case',
            name='plan',
        ),
        migrations.AddConstraint(
            model_name='case',
            constraint=models.CheckConstraint(condition=models.Q(('stage__in', ['intake', 'assessment', 'planning', 'intervention', 'evaluation', 'closed'])), name='practice_case_known_stage'),
        ),
        migrations.AddConstraint(
            model_name='case',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('closed_on__isnull', False), ('stage', 'closed')), models.Q(models.Q(('stage', 'closed'), _negated=True), ('closed_on__isnull', True)), _connector='OR'), name='practice_case_closed_has_a_day'),
        ),
        migrations.AddConstraint(
            model_name='case',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('stage', 'intervention'), _negated=True), ('planned_on__isnull', False), _connector='OR'), name='practice_case_intervention_is_planned'),
        ),
        migrations.AddConstraint(
            model_name='case',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('stage__in', ['evaluation', 'closed']), _negated=True), ('planned_on__isnull', False), models.Q(('early_reason', ''), _negated=True), _connector='OR'), name='practice_case_ends_planned_or_early'),
        ),
        migrations.AddConstraint(
            model_name='case',
            constraint=models.CheckConstraint(condition=models.Q(('closed_on__isnull', True), models.Q(('closed_on__gte', models.F('opened_on')), models.Q(('planned_on__isnull', True), ('closed_on__gte', models.F('planned_on')), _connector='OR')), _connector='OR'), name='practice_case_closed_after_planning'),
        ),
        migrations.AddConstraint(
            model_name='case',
            constraint=models.CheckConstraint(condition=models.Q(('risk__isnull', True), models.Q(('risk__gte', 1), ('risk__lte', 4)), _connector='OR'), name='practice_case_risk_1_to_4'),
        ),
    ])
