"""What is promised, changed, judged, asked for and paid in a contract's life."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import shegong.kernel.ids
from shegong.kernel import schema

STAFF = """
ALTER TABLE purchase_contract
    ADD COLUMN staff_needed smallint NOT NULL DEFAULT 0, ADD COLUMN certified_needed smallint NOT NULL DEFAULT 0,
    ADD CONSTRAINT purchase_contract_staff CHECK (certified_needed >= 0 AND staff_needed >= certified_needed);
ALTER TABLE purchase_contract ALTER staff_needed DROP DEFAULT, ALTER certified_needed DROP DEFAULT;
"""
BEFORE = "ALTER TABLE purchase_contract DROP COLUMN staff_needed, DROP COLUMN certified_needed"


class Migration(migrations.Migration):
    dependencies = [
        ("purchase", "0015_contract_terms"),
        ("catalogue", "0003_instruments"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = schema.together([
        migrations.SeparateDatabaseAndState(
            [migrations.RunSQL(STAFF, BEFORE)],
            [
                migrations.AddField("contract", "staff_needed", models.SmallIntegerField(default=0, verbose_name="派驻人员")),
                migrations.AddField("contract", "certified_needed", models.SmallIntegerField(default=0, verbose_name="其中持证社工")),
                migrations.AddConstraint("contract", models.CheckConstraint(condition=models.Q(("certified_needed__gte", 0), ("staff_needed__gte", models.F("certified_needed"))), name="purchase_contract_staff")),
            ],
        ),
        migrations.CreateModel(
            name='Commitment',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('contract', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='commitments', to='purchase.contract')),
                ('number', models.SmallIntegerField(verbose_name='序号')),
                ('measure', models.CharField(choices=[('cases', '个案'), ('groups', '小组'), ('sessions', '小组活动节次'), ('activities', '社区活动'), ('hours', '服务工时'), ('persons', '服务人数'), ('person_times', '服务人次'), ('records', '服务次数')], max_length=12, verbose_name='指标')),
                ('service', models.ForeignKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='catalogue.serviceitem')),
                ('target', models.IntegerField(verbose_name='目标值')),
                ('year', models.SmallIntegerField(default=1, verbose_name='合同年度')),
                ('min_sessions', models.SmallIntegerField(default=1, verbose_name='最少次数')),
                ('min_attendance', models.SmallIntegerField(default=1, verbose_name='最少人数')),
                ('evidence', models.CharField(blank=True, max_length=200, verbose_name='佐证材料')),
            ],
            options={
                'verbose_name': '承诺指标',
                'verbose_name_plural': '承诺指标',
                'ordering': ['contract_id', 'number'],
                'constraints': [models.UniqueConstraint(fields=('contract', 'number'), name='purchase_commitment_numbered'), models.CheckConstraint(condition=models.Q(('target__gt', 0)), name='purchase_commitment_target_positive'), models.CheckConstraint(condition=models.Q(('year__range', (0, 3))), name='purchase_commitment_year'), models.CheckConstraint(condition=models.Q(('min_attendance__gte', 1), ('min_sessions__gte', 1)), name='purchase_commitment_least'), models.CheckConstraint(condition=models.Q(('service__isnull', True), ('measure__in', ['hours', 'person_times', 'records']), _connector='OR'), name='purchase_commitment_of_a_service')],
            },
        ),
        migrations.CreateModel(
            name='Deliverable',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('contract', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='deliverables', to='purchase.contract')),
                ('number', models.SmallIntegerField(verbose_name='序号')),
                ('name', models.CharField(max_length=120, verbose_name='成果')),
                ('due_on', models.DateField(verbose_name='交付期限')),
                ('delivered_on', models.DateField(blank=True, null=True, verbose_name='交付日期')),
                ('note', models.CharField(blank=True, max_length=200, verbose_name='说明')),
            ],
            options={
                'verbose_name': '交付成果',
                'verbose_name_plural': '交付成果',
                'ordering': ['contract_id', 'number'],
                'constraints': [models.UniqueConstraint(fields=('contract', 'number'), name='purchase_deliverable_numbered')],
            },
        ),
        migrations.CreateModel(
            name='Amendment',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('contract', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='amendments', to='purchase.contract')),
                ('version', models.SmallIntegerField(verbose_name='版本')),
                ('terminates', models.BooleanField(default=False)),
                ('reason', models.CharField(max_length=500, verbose_name='理由')),
                ('agreed_on', models.DateField(verbose_name='约定日期')),
                ('before', models.JSONField()),
                ('after', models.JSONField()),
                ('made_at', models.DateTimeField()),
                ('made_by', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name': '合同变更',
                'verbose_name_plural': '合同变更',
                'ordering': ['contract_id', '-version'],
                'constraints': [models.UniqueConstraint(fields=('contract', 'version'), name='purchase_amendment_numbered'), models.CheckConstraint(condition=models.Q(('reason', ''), _negated=True), name='purchase_amendment_says_why')],
            },
        ),
        migrations.CreateModel(
            name='ContractWarning',
            fields=[
                ('id', models.UUIDField(primary_key=True, serialize=False)),
                ('contract', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='warnings', to='purchase.contract')),
                ('reason', models.CharField(max_length=500, verbose_name='问题')),
                ('mend_by', models.DateField(verbose_name='整改期限')),
                ('issued_at', models.DateTimeField()),
                ('issued_by', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('lifted_at', models.DateTimeField(null=True)),
                ('lifted_by', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name': '履约提醒',
                'verbose_name_plural': '履约提醒',
                'ordering': ['-issued_at'],
                'indexes': [models.Index(fields=['contract', '-issued_at'], name='purchase_warning_of_contract')],
                'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('lifted_at__isnull', True), ('lifted_by__isnull', True)), models.Q(('lifted_at__isnull', False), ('lifted_by__isnull', False)), _connector='OR'), name='purchase_warning_lifted_by')],
            },
        ),
        migrations.CreateModel(
            name='Acceptance',
            fields=[
                ('id', models.UUIDField(primary_key=True, serialize=False)),
                ('contract', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='acceptances', to='purchase.contract')),
                ('kind', models.CharField(choices=[('mid_term', '中期验收'), ('final', '末期验收')], max_length=10, verbose_name='类别')),
                ('year', models.SmallIntegerField(default=1, verbose_name='合同年度')),
                ('round', models.SmallIntegerField(default=1, verbose_name='第几次')),
                ('held_on', models.DateField(verbose_name='验收日期')),
                ('parts', models.JSONField()),
                ('score', models.DecimalField(decimal_places=2, max_digits=5, verbose_name='得分')),
                ('grade', models.CharField(choices=[('excellent', '优秀'), ('good', '良好'), ('pass', '合格'), ('fail', '不合格')], max_length=10, verbose_name='等级')),
                ('opinion', models.CharField(blank=True, max_length=1000, verbose_name='验收意见')),
                ('mend_by', models.DateField(blank=True, null=True, verbose_name='整改期限')),
                ('progress', models.JSONField(default=list)),
                ('made_at', models.DateTimeField()),
                ('made_by', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name': '验收',
                'verbose_name_plural': '验收',
                'ordering': ['contract_id', 'year', '-kind', 'round'],
                'constraints': [models.UniqueConstraint(fields=('contract', 'year', 'kind', 'round'), name='purchase_acceptance_round'), models.UniqueConstraint(condition=models.Q(('grade', 'fail'), _negated=True), fields=('contract', 'year', 'kind'), name='purchase_acceptance_passed_once'), models.CheckConstraint(condition=models.Q(models.Q(('grade', 'excellent'), ('score__gte', 90), ('score__lte', 100)), models.Q(('grade', 'good'), ('score__gte', 80), ('score__lt', 90)), models.Q(('grade', 'pass'), ('score__gte', 60), ('score__lt', 80)), models.Q(('grade', 'fail'), ('score__gte', 0), ('score__lt', 60)), _connector='OR'), name='purchase_acceptance_grade'), models.CheckConstraint(condition=models.Q(models.Q(('grade', 'fail'), _negated=True), models.Q(('mend_by__isnull', False), models.Q(('opinion', ''), _negated=True)), _connector='OR'), name='purchase_acceptance_failed_says_what')],
            },
        ),
        migrations.CreateModel(
            name='Claim',
            fields=[
                ('id', models.UUIDField(primary_key=True, serialize=False)),
                ('contract', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='claims', to='purchase.contract')),
                ('instalment', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='claims', to='purchase.instalment')),
                ('invoice', models.CharField(max_length=40, verbose_name='发票号码')),
                ('amount', models.DecimalField(decimal_places=2, max_digits=14, verbose_name='发票金额(元)')),
                ('note', models.CharField(blank=True, max_length=200, verbose_name='说明')),
                ('claimed_at', models.DateTimeField()),
                ('claimed_by', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name': '请款',
                'verbose_name_plural': '请款',
                'ordering': ['-claimed_at'],
                'indexes': [models.Index(fields=['contract', '-claimed_at'], name='purchase_claim_of_contract')],
                'constraints': [models.CheckConstraint(condition=models.Q(('amount__gt', 0), models.Q(('invoice', ''), _negated=True)), name='purchase_claim_invoice')],
            },
        ),
        migrations.CreateModel(
            name='ClaimFile',
            fields=[
                ('id', models.UUIDField(default=shegong.kernel.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('claim', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='files', to='purchase.claim')),
                ('contract', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='purchase.contract')),
                ('media', models.CharField(max_length=20)),
                ('name', models.CharField(max_length=100, verbose_name='文件名')),
                ('size', models.IntegerField()),
            ],
            options={
                'verbose_name': '发票与凭证',
                'verbose_name_plural': '发票与凭证',
                'constraints': [models.CheckConstraint(condition=models.Q(('media__in', ['image/jpeg', 'application/pdf'])), name='purchase_claimfile_known_media')],
            },
        ),
        migrations.CreateModel(
            name='ClaimPiece',
            fields=[
                ('pk', models.CompositePrimaryKey('file_id', 'number', blank=True, editable=False, primary_key=True, serialize=False)),
                ('file', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='pieces', to='purchase.claimfile')),
                ('contract', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='purchase.contract')),
                ('number', models.SmallIntegerField()),
                ('sealed', models.BinaryField()),
            ],
        ),
        migrations.CreateModel(
            name='Deduction',
            fields=[
                ('id', models.UUIDField(primary_key=True, serialize=False)),
                ('contract', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='deductions', to='purchase.contract')),
                ('instalment', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='deductions', to='purchase.instalment')),
                ('amount', models.DecimalField(decimal_places=2, max_digits=14, verbose_name='扣减金额(元)')),
                ('reason', models.CharField(max_length=500, verbose_name='扣减理由')),
                ('answer_by', models.DateField(verbose_name='答复期限')),
                ('state', models.CharField(choices=[('proposed', '待决定'), ('upheld', '已扣减'), ('dropped', '已撤回')], default='proposed', max_length=10, verbose_name='状态')),
                ('proposed_at', models.DateTimeField()),
                ('proposed_by', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('decided_at', models.DateTimeField(null=True)),
                ('decided_by', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name': '扣减',
                'verbose_name_plural': '扣减',
                'ordering': ['-proposed_at'],
                'indexes': [models.Index(fields=['contract', '-proposed_at'], name='purchase_deduction_contract')],
                'constraints': [models.CheckConstraint(condition=models.Q(('amount__gt', 0), models.Q(('reason', ''), _negated=True)), name='purchase_deduction_says_why'), models.CheckConstraint(condition=models.Q(models.Q(('decided_at__isnull', True), ('decided_by__isnull', True), ('state', 'proposed')), models.Q(models.Q(('state', 'proposed'), _negated=True), ('decided_at__isnull', False), ('decided_by__isnull', False)), _connector='OR'), name='purchase_deduction_decided')],
            },
        ),
        migrations.CreateModel(
            name='AgencyAnswer',
            fields=[
                ('id', models.UUIDField(primary_key=True, serialize=False)),
                ('contract', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='purchase.contract')),
                ('warning', models.OneToOneField(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='answer', to='purchase.contractwarning')),
                ('deduction', models.OneToOneField(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='answer', to='purchase.deduction')),
                ('text', models.CharField(max_length=1000, verbose_name='答复')),
                ('given_at', models.DateTimeField()),
                ('given_by', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name': '机构答复',
                'verbose_name_plural': '机构答复',
                'constraints': [models.CheckConstraint(condition=models.Q(('warning__isnull', True), ('deduction__isnull', True), _connector='XOR'), name='purchase_answer_to_one'), models.CheckConstraint(condition=models.Q(('text', ''), _negated=True), name='purchase_answer_says_something')],
            },
        ),
        migrations.CreateModel(
            name='Payment',
            fields=[
                ('id', models.UUIDField(primary_key=True, serialize=False)),
                ('contract', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='payments', to='purchase.contract')),
                ('instalment', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='payments', to='purchase.instalment')),
                ('claim', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='purchase.claim')),
                ('amount', models.DecimalField(decimal_places=2, max_digits=14, verbose_name='支付金额(元)')),
                ('deducted', models.DecimalField(decimal_places=2, default=0, max_digits=14, verbose_name='扣减金额(元)')),
                ('paid_on', models.DateField(verbose_name='支付日期')),
                ('paid_at', models.DateTimeField()),
                ('paid_by', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('corrected_at', models.DateTimeField(null=True)),
                ('corrected_by', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('correction', models.CharField(blank=True, max_length=300, verbose_name='更正原因')),
            ],
            options={
                'verbose_name': '合同支付',
                'verbose_name_plural': '合同支付',
                'ordering': ['-paid_at'],
                'indexes': [models.Index(fields=['contract', '-paid_at'], name='purchase_payment_of_contract')],
                'constraints': [models.UniqueConstraint(condition=models.Q(('corrected_at__isnull', True)), fields=('instalment',), name='purchase_payment_once'), models.CheckConstraint(condition=models.Q(('amount__gte', 0), ('deducted__gte', 0)), name='purchase_payment_not_negative'), models.CheckConstraint(condition=models.Q(models.Q(('corrected_at__isnull', True), ('corrected_by__isnull', True), ('correction', '')), models.Q(('corrected_at__isnull', False), ('corrected_by__isnull', False), models.Q(('correction', ''), _negated=True)), _connector='OR'), name='purchase_payment_corrected')],
            },
        ),
        migrations.CreateModel(
            name='ContractEntry',
            fields=[
                ('entry', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, primary_key=True, related_name='contract_entry', serialize=False, to='purchase.ledgerentry')),
                ('contract', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='purchase.contract')),
                ('payment', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='entries', to='purchase.payment')),
            ],
            options={
                'verbose_name': '合同分录',
                'verbose_name_plural': '合同分录',
            },
        ),
    ])
