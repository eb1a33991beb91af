"""Workers get profiles, keys that callers bring, and spellings to be found by; corrections; staffing rules."""

from typing import Any

import django.contrib.postgres.constraints
import django.contrib.postgres.fields
import django.db.models.deletion
import shegong.kernel.fields
import shegong.kernel.ids
from django.conf import settings
from django.db import migrations, models

from shegong.kernel import schema


def spell_all(apps: Any, schema_editor: Any) -> None:
    """Saving spells."""
    for worker in apps.get_model("workforce", "Worker").objects.only("id", "name").iterator():
        worker.save(update_fields=["spelling"])


class Migration(migrations.Migration):

    dependencies = [
        ('network', '0005_station_spelling'),
        ('workforce', '0004_headcount_by_join'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = schema.together([
        migrations.CreateModel(
            name='StaffingRule',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('tier', models.CharField(choices=[('centre', '社工支持中心'), ('hub', '社工总站'), ('station', '社工站'), ('room', '社工室')], max_length=8, verbose_name='层级')),
                ('least', models.PositiveSmallIntegerField(verbose_name='至少几人')),
                ('most', models.PositiveSmallIntegerField(blank=True, null=True, verbose_name='一般不超过')),
                ('certified_only', models.BooleanField(verbose_name='只计持证社工')),
                ('counts_from', models.PositiveSmallIntegerField(default=1, verbose_name='工时占比达到多少才计入（%）')),
                ('clause', models.CharField(max_length=200, verbose_name='依据条款')),
                ('since', models.DateField(verbose_name='起')),
                ('until', models.DateField(blank=True, null=True, verbose_name='止')),
            ],
            options={
                'verbose_name': '人员配备标准',
                'verbose_name_plural': '人员配备标准',
                'ordering': ['tier', 'since'],
                'constraints': [
                    django.contrib.postgres.constraints.ExclusionConstraint(expressions=[('tier', '='), (models.Func(models.F('since'), models.F('until'), function='daterange', template='%(function)s(%(expressions)s)'), '&&')], name='workforce_staffingrule_one_at_a_time'),
                    models.CheckConstraint(condition=models.Q(('until__isnull', True), ('until__gt', models.F('since')), _connector='OR'), name='workforce_staffingrule_ends_after_start'),
                    models.CheckConstraint(condition=models.Q(('counts_from__gte', 1), ('counts_from__lte', 100), ('least__gte', 1), ('least__lte', 99), models.Q(('most__isnull', True), models.Q(('most__gte', models.F('least')), ('most__lte', 99)), _connector='OR')), name='workforce_staffingrule_in_bounds'),
                ],
            },
        ),
        migrations.CreateModel(
            name='ProfileCorrection',
            fields=[
                ('id', models.UUIDField(default=shegong.kernel.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('proposed', shegong.kernel.fields.EncryptedTextField(verbose_name='拟更正为')),
                ('before', shegong.kernel.fields.EncryptedTextField(verbose_name='原来')),
                ('reason', models.CharField(max_length=200, verbose_name='说明')),
                ('state', models.CharField(choices=[('waiting', '待处理'), ('accepted', '已采纳'), ('declined', '未采纳'), ('withdrawn', '已撤回')], default='waiting', max_length=10, verbose_name='状态')),
                ('asked_at', models.DateTimeField(verbose_name='提出时间')),
                ('answer', models.CharField(blank=True, default='', max_length=200, verbose_name='答复')),
                ('decided_at', models.DateTimeField(blank=True, null=True, verbose_name='处理时间')),
                ('asked_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('decided_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('hub', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='network.station')),
                ('station', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='network.station')),
                ('worker', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='corrections', to='workforce.worker', verbose_name='社会工作者')),
            ],
            options={
                'verbose_name': '资料更正',
                'verbose_name_plural': '资料更正',
                'constraints': [
                    models.UniqueConstraint(condition=models.Q(('state', 'waiting')), fields=('worker',), name='workforce_correction_one_waiting'),
                    models.CheckConstraint(condition=models.Q(models.Q(('decided_at__isnull', True), ('decided_by__isnull', True), ('state', 'waiting')), models.Q(models.Q(('state', 'waiting'), _negated=True), ('decided_at__isnull', False), ('decided_by__isnull', False)), _connector='OR'), name='workforce_correction_decided_at_and_by'),
                    models.CheckConstraint(condition=models.Q(models.Q(('state__in', ['accepted', 'declined']), _negated=True), models.Q(('decided_by', models.F('asked_by')), _negated=True), _connector='OR'), name='workforce_correction_by_somebody_else'),
                    models.CheckConstraint(condition=models.Q(models.Q(('state', 'declined'), _negated=True), models.Q(('answer', ''), _negated=True), _connector='OR'), name='workforce_correction_declined_says_why'),
                ],
                'indexes': [
                    models.Index(fields=['station', 'asked_at'], name='workforce_correction_station'),
                ],
            },
        ),
        migrations.AddField(
            model_name='posting',
            name='key',
            field=models.UUIDField(db_default=models.Func(function='uuidv7'), editable=False, unique=True),
        ),
        migrations.AddField(
            model_name='worker',
            name='education',
            field=models.CharField(blank=True, choices=[('doctor', '博士研究生'), ('master', '硕士研究生'), ('bachelor', '大学本科'), ('college', '大学专科'), ('secondary', '高中或中专'), ('lower', '初中及以下')], default='', max_length=10, verbose_name='学历'),
        ),
        migrations.AddField(
            model_name='worker',
            name='key',
            field=models.UUIDField(db_default=models.Func(function='uuidv7'), editable=False, unique=True),
        ),
        migrations.AddField(
            model_name='worker',
            name='languages',
            field=django.contrib.postgres.fields.ArrayField(base_field=models.CharField(choices=[('mandarin', '普通话'), ('sichuan', '四川话'), ('hakka', '客家话'), ('cantonese', '粤语'), ('tibetan', '藏语'), ('yi', '彝语'), ('qiang', '羌语'), ('sign', '手语'), ('english', '英语'), ('other', '其他语言')], max_length=10), blank=True, default=list, size=None, verbose_name='语言和方言'),
        ),
        migrations.AddField(
            model_name='worker',
            name='major',
            field=models.CharField(blank=True, default='', max_length=60, verbose_name='所学专业'),
        ),
        migrations.AddField(
            model_name='worker',
            name='specialities',
            field=django.contrib.postgres.fields.ArrayField(base_field=models.CharField(choices=[('medical', '医务社会工作'), ('youth', '青少年'), ('child', '儿童与未成年人保护'), ('older', '老年'), ('family', '家庭与妇女'), ('disability', '残障康复'), ('relief', '社会救助'), ('school', '学校社会工作'), ('justice', '司法矫正'), ('drugs', '禁毒戒毒'), ('veterans', '退役军人'), ('crisis', '应急与危机介入'), ('community', '社区营造')], max_length=10), blank=True, default=list, size=None, verbose_name='专长'),
        ),
        migrations.AddField(
            model_name='worker',
            name='spelling',
            field=shegong.kernel.fields.SpellingField(blank=True, default='', editable=False, of='name'),
        ),
        migrations.RunPython(spell_all, migrations.RunPython.noop),
    ])
