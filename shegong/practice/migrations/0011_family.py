"""A client's family and surroundings, under the wall of the client's file.

Rows are replaced, never changed; versions are only ever added. Keys lead with the client, so that whatever refers to a
person refers to one of the same family.
"""

import django.core.serializers.json
import django.db.models.deletion
import shegong.kernel.ids
from django.conf import settings
from django.db import migrations, models

from shegong.kernel import schema, wall

REACH = "(hub_id = ANY ((SELECT wall_hubs())::int[]) OR station_id = ANY ((SELECT wall_stations())::int[]))"
SUPERVISED = "client_id = ANY ((SELECT wall_case_clients())::uuid[])"
OPEN = "client_id <> ALL ((SELECT wall_hidden())::uuid[])"
PARTS = (
    "practice_familyperson", "practice_familyunion", "practice_familyparentage", "practice_familybond",
    "practice_ecosystem", "practice_ecotie",
)
TABLES = (*PARTS, "practice_familyversion")
REFERENCES = (
    ("practice_familyunion", "first_id", "practice_familyperson"),
    ("practice_familyunion", "second_id", "practice_familyperson"),
    ("practice_familyparentage", "child_id", "practice_familyperson"),
    ("practice_familyparentage", "parent_id", "practice_familyperson"),
    ("practice_familyparentage", "union_id", "practice_familyunion"),
    ("practice_familybond", "first_id", "practice_familyperson"),
    ("practice_familybond", "second_id", "practice_familyperson"),
    ("practice_ecotie", "system_id", "practice_ecosystem"),
    ("practice_ecotie", "person_id", "practice_familyperson"),
)

# Who is erased has no family any more, now or in former versions; and is nobody's known relative. Files that were merged
# into the erased one go with it.
ERASE = """
CREATE FUNCTION practice_erase_family() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    v_ids uuid[];
    v_table text;
BEGIN
    SELECT array_agg(c.id) INTO v_ids FROM practice_client c
    WHERE c.hub_id = NEW.hub_id AND (c.id = NEW.id OR c.merged_into_id = NEW.id);
    FOREACH v_table IN ARRAY ARRAY['practice_familyversion', 'practice_ecotie', 'practice_ecosystem',
                                   'practice_familybond', 'practice_familyparentage', 'practice_familyunion',
                                   'practice_familyperson'] LOOP
        EXECUTE format('DELETE FROM %I WHERE hub_id = $1 AND client_id = ANY ($2)', v_table) USING NEW.hub_id, v_ids;
    END LOOP;
    UPDATE practice_familyperson SET linked_id = NULL WHERE hub_id = NEW.hub_id AND linked_id = ANY (v_ids);
    RETURN NULL;
END $$;
CREATE TRIGGER practice_client_erases_family AFTER UPDATE OF state ON practice_client
FOR EACH ROW WHEN (NEW.state = 'erased' AND OLD.state <> 'erased') EXECUTE FUNCTION practice_erase_family();
CREATE INDEX practice_familyperson_linked ON practice_familyperson (linked_id, hub_id) WHERE linked_id IS NOT NULL;
"""
UNDO_ERASE = """
DROP INDEX practice_familyperson_linked;
DROP TRIGGER practice_client_erases_family ON practice_client;
DROP FUNCTION practice_erase_family();
"""


def walled() -> list[object]:
    """Keys, references, rights and policies."""
    made: list[object] = [wall.composite_key(table, ["client_id", "id", "hub_id"]) for table in TABLES]
    made += [
        wall.composite_reference(
            table, ["client_id", "hub_id"], "practice_client", ["id", "hub_id"], f"{table}_client_in_hub"
        )
        for table in TABLES
    ]
    made.append(
        wall.composite_reference(
            "practice_familyperson", ["linked_id", "hub_id"], "practice_client", ["id", "hub_id"],
            "practice_familyperson_linked_in_hub",
        )
    )
    # Checked at the end: a person who is corrected is taken out and put in again.
    made += [
        wall.composite_reference(
            table, ["client_id", column, "hub_id"], to, ["client_id", "id", "hub_id"], f"{table}_{column}_in_family",
            deferred=True,
        )
        for table, column, to in REFERENCES
    ]
    made += [wall.grant(table, "select, insert, delete") for table in PARTS]
    made.append(wall.grant("practice_familyversion", "select, insert"))
    for table in TABLES:
        made += [
            wall.enable(table),
            wall.policy(table, "within_reach_and_open", f"{REACH} AND {OPEN}"),
            wall.policy(table, "read_by_the_supervisor", SUPERVISED, command="SELECT"),
        ]
    return made


class Migration(migrations.Migration):

    dependencies = [
        ('network', '0004_station_numbers'),
        ('practice', '0010_intake_wall'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = schema.together([
        migrations.CreateModel(
            name='EcoSystem',
            fields=[
                ('id', models.UUIDField(default=shegong.kernel.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('position', models.SmallIntegerField()),
                ('kind', models.CharField(choices=[('family', '亲属'), ('friends', '朋友'), ('neighbours', '邻里'), ('school', '学校'), ('work', '工作单位'), ('health', '医疗卫生'), ('community', '社区组织'), ('faith', '宗教信仰'), ('assistance', '政府与救助'), ('services', '社会服务'), ('other', '其他')], max_length=10, verbose_name='类别')),
                ('name', models.CharField(max_length=60, verbose_name='名称')),
                ('note', models.CharField(blank=True, max_length=200, verbose_name='说明')),
                ('client', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='practice.client')),
                ('hub', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='network.station')),
                ('station', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='network.station')),
            ],
            options={
                'verbose_name': '社会系统',
                'verbose_name_plural': '社会系统',
                'constraints': [
                    models.CheckConstraint(condition=models.Q(('name', ''), _negated=True), name='practice_ecosystem_has_a_name'),
                ],
            },
        ),
        migrations.CreateModel(
            name='FamilyPerson',
            fields=[
                ('id', models.UUIDField(default=shegong.kernel.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('position', models.SmallIntegerField()),
                ('name', models.CharField(max_length=60, verbose_name='姓名或称呼')),
                ('sex', models.CharField(choices=[('0', '未知'), ('1', '男'), ('2', '女'), ('9', '未说明')], default='0', max_length=1, verbose_name='性别')),
                ('born', models.SmallIntegerField(blank=True, null=True, verbose_name='出生年份')),
                ('is_dead', models.BooleanField(default=False, verbose_name='已去世')),
                ('died', models.SmallIntegerField(blank=True, null=True, verbose_name='去世年份')),
                ('in_household', models.BooleanField(default=False, verbose_name='同住')),
                ('occupation', models.CharField(blank=True, max_length=60, verbose_name='职业')),
                ('health', models.CharField(blank=True, max_length=200, verbose_name='健康状况')),
                ('client', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='practice.client')),
                ('hub', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='network.station')),
                ('linked', models.ForeignKey(blank=True, db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='practice.client')),
                ('station', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='network.station')),
            ],
            options={
                'verbose_name': '家庭成员',
                'verbose_name_plural': '家庭成员',
                'constraints': [
                    models.UniqueConstraint(condition=models.Q(('linked__isnull', False)), fields=('client', 'linked', 'hub'), name='practice_familyperson_linked_once'),
                    models.CheckConstraint(condition=models.Q(('name', ''), _negated=True), name='practice_familyperson_has_a_name'),
                    models.CheckConstraint(condition=models.Q(('died__isnull', True), ('is_dead', True), _connector='OR'), name='practice_familyperson_died_is_dead'),
                    models.CheckConstraint(condition=models.Q(('born__isnull', True), ('died__isnull', True), ('died__gte', models.F('born')), _connector='OR'), name='practice_familyperson_died_after_birth'),
                ],
            },
        ),
        migrations.CreateModel(
            name='FamilyBond',
            fields=[
                ('id', models.UUIDField(default=shegong.kernel.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('position', models.SmallIntegerField()),
                ('kind', models.CharField(choices=[('close', '亲近'), ('very_close', '非常亲近'), ('distant', '疏远'), ('conflict', '冲突'), ('cut_off', '断绝来往'), ('caring', '照顾')], max_length=10, verbose_name='关系')),
                ('direction', models.CharField(choices=[('both', '相互'), ('to', '前者对后者')], max_length=4, verbose_name='方向')),
                ('client', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='practice.client')),
                ('hub', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='network.station')),
                ('station', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='network.station')),
                ('first', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='practice.familyperson')),
                ('second', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='practice.familyperson')),
            ],
            options={
                'verbose_name': '情感关系',
                'verbose_name_plural': '情感关系',
                'constraints': [
                    models.CheckConstraint(condition=models.Q(('first', models.F('second')), _negated=True), name='practice_familybond_of_two'),
                ],
            },
        ),
        migrations.CreateModel(
            name='EcoTie',
            fields=[
                ('id', models.UUIDField(default=shegong.kernel.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('position', models.SmallIntegerField()),
                ('strength', models.CharField(choices=[('strong', '强'), ('ordinary', '一般'), ('weak', '弱'), ('stressful', '有压力')], max_length=10, verbose_name='强弱')),
                ('flow', models.CharField(choices=[('to', '付出给对方'), ('from', '得到支持'), ('both', '双向'), ('none', '不明显')], max_length=4, verbose_name='方向')),
                ('client', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='practice.client')),
                ('hub', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='network.station')),
                ('station', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='network.station')),
                ('system', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='practice.ecosystem')),
                ('person', models.ForeignKey(db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='practice.familyperson')),
            ],
            options={
                'verbose_name': '社会联系',
                'verbose_name_plural': '社会联系',
            },
        ),
        migrations.CreateModel(
            name='FamilyUnion',
            fields=[
                ('id', models.UUIDField(default=shegong.kernel.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('position', models.SmallIntegerField()),
                ('kind', models.CharField(choices=[('married', '结婚'), ('cohabiting', '同居'), ('separated', '分居'), ('divorced', '离婚')], max_length=10, verbose_name='关系')),
                ('since', models.SmallIntegerField(blank=True, null=True, verbose_name='开始年份')),
                ('until', models.SmallIntegerField(blank=True, null=True, verbose_name='结束年份')),
                ('client', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='practice.client')),
                ('first', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='practice.familyperson')),
                ('hub', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='network.station')),
                ('second', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='practice.familyperson')),
                ('station', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='network.station')),
            ],
            options={
                'verbose_name': '婚姻与同居',
                'verbose_name_plural': '婚姻与同居',
                'constraints': [
                    models.CheckConstraint(condition=models.Q(('first', models.F('second')), _negated=True), name='practice_familyunion_of_two'),
                    models.CheckConstraint(condition=models.Q(('since__isnull', True), ('until__isnull', True), ('until__gte', models.F('since')), _connector='OR'), name='practice_familyunion_ends_after_start'),
                ],
            },
        ),
        migrations.CreateModel(
            name='FamilyParentage',
            fields=[
                ('id', models.UUIDField(default=shegong.kernel.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('position', models.SmallIntegerField()),
                ('kind', models.CharField(choices=[('biological', '亲生'), ('adopted', '收养'), ('foster', '寄养')], max_length=10, verbose_name='关系')),
                ('client', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='practice.client')),
                ('hub', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='network.station')),
                ('station', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='network.station')),
                ('child', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='practice.familyperson')),
                ('parent', models.ForeignKey(db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='practice.familyperson')),
                ('union', models.ForeignKey(db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='practice.familyunion')),
            ],
            options={
                'verbose_name': '亲子关系',
                'verbose_name_plural': '亲子关系',
                'constraints': [
                    models.CheckConstraint(condition=models.Q(('union__isnull', True), ('parent__isnull', True), _connector='XOR'), name='practice_parentage_union_or_parent'),
                    models.CheckConstraint(condition=models.Q(('parent__isnull', True), models.Q(('parent', models.F('child')), _negated=True), _connector='OR'), name='practice_parentage_of_another'),
                    models.UniqueConstraint(condition=models.Q(('kind', 'biological')), fields=('client', 'child', 'hub'), name='practice_parentage_born_once'),
                ],
            },
        ),
        migrations.CreateModel(
            name='FamilyVersion',
            fields=[
                ('id', models.UUIDField(default=shegong.kernel.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('number', models.IntegerField()),
                ('document', models.JSONField(encoder=django.core.serializers.json.DjangoJSONEncoder)),
                ('made_at', models.DateTimeField()),
                ('client', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='practice.client')),
                ('hub', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='network.station')),
                ('made_by', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('station', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='network.station')),
            ],
            options={
                'constraints': [
                    models.UniqueConstraint(fields=('client', 'number', 'hub'), name='practice_familyversion_number_once'),
                ],
            },
        ),
        *walled(),
        migrations.RunSQL(ERASE, UNDO_ERASE),
    ])
