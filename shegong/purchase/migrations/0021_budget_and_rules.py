"""Budgets that came as workbooks; rules of funds never overlap, end once, and are the city's to make."""

import django.contrib.postgres.constraints
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from shegong.kernel import schema, wall

RULES = """
CREATE FUNCTION purchase_rule_ends_once() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' OR OLD.until IS NOT NULL OR NEW.until IS NULL
       OR (to_jsonb(OLD) - 'until') <> (to_jsonb(NEW) - 'until') THEN
        PERFORM purchase_refuse('purchase_fundrule_ends_once', 'a rule only ever ends, and once');
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER purchase_rule_ends_once BEFORE UPDATE OR DELETE ON purchase_fundrule
FOR EACH ROW EXECUTE FUNCTION purchase_rule_ends_once();
REVOKE DELETE ON purchase_fundrule FROM shegong_app;
"""
BEFORE = """
GRANT DELETE ON purchase_fundrule TO shegong_app;
DROP TRIGGER purchase_rule_ends_once ON purchase_fundrule;
DROP FUNCTION purchase_rule_ends_once();
"""
CITY = "(SELECT wall_roles()) && '{city}'::text[]"
AT_HOME = f"{CITY} OR (SELECT wall_roles()) && '{{county}}'::text[] AND hub_id = ANY ((SELECT wall_hubs())::int[])"


class Migration(migrations.Migration):
    dependencies = [
        ("network", "0007_premises_wall"),
        ("purchase", "0020_method_rules"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]
    operations = schema.together([
        migrations.CreateModel(
            name="BudgetSheet",
            fields=[
                ("id", models.UUIDField(primary_key=True, serialize=False)),
                (
                    "year",
                    models.ForeignKey(
                        db_column="year",
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="purchase.fiscalyear",
                        verbose_name="年度",
                    ),
                ),
                (
                    "hub",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="network.station",
                    ),
                ),
                ("rows", models.IntegerField(verbose_name="行数")),
                ("total", models.DecimalField(decimal_places=2, max_digits=16, verbose_name="合计(元)")),
                ("digest", models.BinaryField(max_length=32)),
                ("loaded_at", models.DateTimeField(verbose_name="导入时间")),
                (
                    "loaded_by",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name": "预算表",
                "verbose_name_plural": "预算表",
                "ordering": ["-loaded_at"],
                "constraints": [
                    models.UniqueConstraint(fields=("year", "hub", "digest"), name="purchase_budgetsheet_once"),
                    models.CheckConstraint(
                        condition=models.Q(("rows__gt", 0), ("total__gt", 0)), name="purchase_budgetsheet_of_money"
                    ),
                ],
            },
        ),
        migrations.AddConstraint(
            model_name="fundrule",
            constraint=django.contrib.postgres.constraints.ExclusionConstraint(
                expressions=[
                    ("fund", "="),
                    ("pays", "="),
                    (
                        models.Func(
                            models.F("since"),
                            models.F("until"),
                            function="daterange",
                            template="%(function)s(%(expressions)s)",
                        ),
                        "&&",
                    ),
                ],
                name="purchase_fundrule_one_at_a_time",
            ),
        ),
        migrations.RunSQL(RULES, BEFORE),
        wall.enable("purchase_fundrule"),
        wall.policy("purchase_fundrule", "everybody_reads", "wall_account() IS NOT NULL", command="SELECT"),
        wall.policy("purchase_fundrule", "the_city_makes", None, CITY, command="INSERT"),
        wall.policy("purchase_fundrule", "the_city_ends", CITY, command="UPDATE"),
        wall.grant("purchase_budgetsheet", "select, insert"),
        wall.enable("purchase_budgetsheet"),
        wall.policy("purchase_budgetsheet", "at_home", AT_HOME),
    ])
