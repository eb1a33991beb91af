"""What a contract says besides its sum and its days, how its sum is paid, and who sees and signs it."""

import django.contrib.postgres.fields
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import shegong.kernel.clock
from shegong.kernel import schema, wall

PAYS = [
    ("operation", "站点运营与专业服务"),
    ("room", "社工室服务"),
    ("project", "服务项目"),
    ("premises", "场地与设施"),
    ("equipment", "设备"),
    ("training", "培训与督导"),
    ("evaluation", "第三方评估"),
    ("relief", "救助与慰问"),
]

# Contracts that are there: signed as they began, by the side whose stations they serve; the city for more than one.
COLUMNS = """
ALTER TABLE purchase_contract
    ADD COLUMN title varchar(120) NOT NULL DEFAULT '',
    ADD COLUMN hub_id integer NULL REFERENCES network_station (id) DEFERRABLE INITIALLY DEFERRED,
    ADD COLUMN pays varchar(12) NOT NULL DEFAULT 'operation',
    ADD COLUMN service_codes varchar(10)[] NOT NULL DEFAULT '{}',
    ADD COLUMN long_term_reason varchar(200) NOT NULL DEFAULT '',
    ADD COLUMN status varchar(10) NOT NULL DEFAULT 'signed',
    ADD COLUMN signed_on date NOT NULL DEFAULT wall_today(),
    ADD COLUMN signed_by_id bigint NULL REFERENCES people_account (id) DEFERRABLE INITIALLY DEFERRED,
    ADD COLUMN version smallint NOT NULL DEFAULT 1;
ALTER TABLE purchase_contract
    ALTER title DROP DEFAULT, ALTER pays DROP DEFAULT, ALTER service_codes DROP DEFAULT,
    ALTER long_term_reason DROP DEFAULT, ALTER status DROP DEFAULT, ALTER signed_on DROP DEFAULT,
    ALTER version DROP DEFAULT;
CREATE INDEX purchase_contract_hub_id ON purchase_contract (hub_id);
UPDATE purchase_contract c SET
    signed_on = c.since,
    long_term_reason = CASE WHEN c.until > c.since + interval '1 year' THEN '此前签订的合同' ELSE '' END,
    hub_id = coalesce(
        (SELECT min(s.hub_id) FROM purchase_contract_stations cs JOIN network_station s ON s.id = cs.station_id
         WHERE cs.contract_id = c.id HAVING count(DISTINCT s.hub_id) = 1),
        (SELECT id FROM network_station WHERE tier = 'centre'));
SET CONSTRAINTS ALL IMMEDIATE;
SET CONSTRAINTS ALL DEFERRED;
-- A year, or up to three if what is bought is stable (MOF Order 102).
ALTER TABLE purchase_contract ADD CONSTRAINT purchase_contract_term CHECK (
    until <= since + interval '3 years' AND (until <= since + interval '1 year' OR long_term_reason <> '')
);
"""
BEFORE = """
ALTER TABLE purchase_contract
    DROP CONSTRAINT purchase_contract_term,
    DROP COLUMN title, DROP COLUMN hub_id, DROP COLUMN pays, DROP COLUMN service_codes, DROP COLUMN long_term_reason,
    DROP COLUMN status, DROP COLUMN signed_on, DROP COLUMN signed_by_id, DROP COLUMN version;
"""

RULES = """
-- A contract's payment plan is its whole sum.
CREATE FUNCTION purchase_plan_is_whole() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    of_contract bigint;
BEGIN
    IF TG_TABLE_NAME = 'purchase_contract' THEN
        of_contract := NEW.id;
    ELSE
        of_contract := coalesce(NEW.contract_id, OLD.contract_id);
    END IF;
    IF EXISTS (
        SELECT FROM purchase_contract c JOIN purchase_instalment i ON i.contract_id = c.id
        WHERE c.id = of_contract GROUP BY c.id HAVING sum(i.amount) <> c.amount
    ) THEN
        PERFORM purchase_refuse('purchase_plan_is_whole', 'a payment plan adds up to its contract');
    END IF;
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER purchase_plan_is_whole AFTER INSERT OR UPDATE OR DELETE ON purchase_instalment
DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION purchase_plan_is_whole();
CREATE CONSTRAINT TRIGGER purchase_plan_is_whole AFTER UPDATE OF amount ON purchase_contract
DEFERRABLE INITIALLY DEFERRED FOR EACH ROW WHEN (OLD.amount <> NEW.amount) EXECUTE FUNCTION purchase_plan_is_whole();

-- Whether the viewer's side signed a contract. Policies of what hangs on contracts ask this.
CREATE FUNCTION purchase_contract_own(p_contract bigint) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT wall_roles() && '{city}'::text[] OR wall_roles() && '{county}'::text[] AND EXISTS (
        SELECT FROM purchase_contract c WHERE c.id = p_contract AND c.hub_id = ANY (wall_hubs()))
$$;
"""
NO_RULES = """
DROP TRIGGER purchase_plan_is_whole ON purchase_contract;
DROP TRIGGER purchase_plan_is_whole ON purchase_instalment;
DROP FUNCTION purchase_plan_is_whole(), purchase_contract_own(bigint);
"""

CITY = "(SELECT wall_roles()) && '{city}'::text[]"
ADMIN = "(SELECT wall_roles()) && '{admin}'::text[]"
COUNTY = "(SELECT wall_roles()) && '{county}'::text[]"
STAFF = "(SELECT wall_roles()) && '{county,head,worker,supervisor}'::text[]"
OWN = "hub_id = ANY ((SELECT wall_hubs())::int[])"
MINE = "organisation_id = ANY ((SELECT wall_organisations())::bigint[])"
SERVES = (
    "id IN (SELECT cs.contract_id FROM purchase_contract_stations cs JOIN network_station s ON s.id = cs.station_id "
    "WHERE s.hub_id = ANY ((SELECT wall_staff_hubs())::int[]))"
)


def written(table: str) -> list[object]:
    """Who signs a contract writes this; not a policy for all commands, which would be asked of each row that is read."""
    own = "purchase_contract_own(contract_id)"
    return [
        wall.policy(table, "added_by_who_signs", None, own, command="INSERT"),
        wall.policy(table, "changed_by_who_signs", own, command="UPDATE"),
        wall.policy(table, "removed_by_who_signs", own, command="DELETE"),
    ]


class Migration(migrations.Migration):
    dependencies = [
        ("network", "0007_premises_wall"),
        ("purchase", "0004_ledger_holds"),
        ("indicators", "0002_tallies"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = schema.together([
        # One statement instead of nine.
        migrations.SeparateDatabaseAndState(
            [migrations.RunSQL(COLUMNS, BEFORE)],
            [
                migrations.AddField("contract", "title", models.CharField(blank=True, max_length=120, verbose_name="合同名称", default=""), preserve_default=False),
                migrations.AddField("contract", "hub", models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="network.station", verbose_name="购买方")),
                migrations.AddField("contract", "pays", models.CharField(choices=PAYS, default="operation", max_length=12, verbose_name="用途")),
                migrations.AddField("contract", "service_codes", django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=10), blank=True, default=list, size=None, verbose_name="购买的服务")),
                migrations.AddField("contract", "long_term_reason", models.CharField(blank=True, max_length=200, verbose_name="超过一年的理由", default=""), preserve_default=False),
                migrations.AddField("contract", "status", models.CharField(choices=[("signed", "履行中"), ("completed", "已结清"), ("terminated", "已终止")], default="signed", max_length=10, verbose_name="状态")),
                migrations.AddField("contract", "signed_on", models.DateField(default=shegong.kernel.clock.today, verbose_name="签订日期")),
                migrations.AddField("contract", "signed_by", models.ForeignKey(blank=True, db_index=False, editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL)),
                migrations.AddField("contract", "version", models.SmallIntegerField(default=1, editable=False, verbose_name="版本")),
            ],
        ),
        migrations.CreateModel(
            name="Instalment",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("number", models.SmallIntegerField(verbose_name="期次")),
                ("gate", models.CharField(choices=[("signature", "签订后"), ("mid_term", "中期验收合格后"), ("final", "末期验收合格后")], max_length=10, verbose_name="付款节点")),
                ("year", models.SmallIntegerField(default=1, verbose_name="合同年度")),
                ("amount", models.DecimalField(decimal_places=2, max_digits=14, verbose_name="金额(元)")),
                ("contract", models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name="instalments", to="purchase.contract")),
            ],
            options={
                "verbose_name": "付款计划",
                "verbose_name_plural": "付款计划",
                "ordering": ["contract_id", "number"],
                "constraints": [
                    models.UniqueConstraint(fields=("contract", "number"), name="purchase_instalment_numbered"),
                    models.UniqueConstraint(fields=("contract", "year", "gate"), name="purchase_instalment_gate_once"),
                    models.CheckConstraint(condition=models.Q(("amount__gt", 0)), name="purchase_instalment_amount_positive"),
                    models.CheckConstraint(condition=models.Q(("year__range", (1, 3))), name="purchase_instalment_year"),
                ],
            },
        ),
        migrations.RunSQL(RULES, NO_RULES),
        wall.enable("purchase_contract"),
        wall.policy(
            "purchase_contract", "seen_by_both_sides_and_where_it_serves",
            f"{CITY} OR {ADMIN} OR {COUNTY} AND {OWN} OR {MINE} OR {STAFF} AND {SERVES}", command="SELECT",
        ),
        wall.policy(
            "purchase_contract", "signed_by_the_city_or_at_home", None, f"{CITY} OR {COUNTY} AND {OWN}",
            command="INSERT",
        ),
        wall.policy(
            "purchase_contract", "changed_by_the_city_or_at_home", f"{CITY} OR {COUNTY} AND {OWN}", command="UPDATE"
        ),
        wall.enable("purchase_contract_stations"),
        wall.policy("purchase_contract_stations", "everybody_reads", "wall_account() IS NOT NULL", command="SELECT"),
        *written("purchase_contract_stations"),
        wall.grant("purchase_instalment", "select, insert, update, delete"),
        wall.enable("purchase_instalment"),
        wall.policy(
            "purchase_instalment", "seen_with_its_contract",
            "contract_id IN (SELECT c.id FROM purchase_contract c)", command="SELECT",
        ),
        *written("purchase_instalment"),
    ])
