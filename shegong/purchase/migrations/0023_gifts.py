"""Gifts in the ledger: money comes in held for its purpose, is used for it, goes to another drive, or back."""

from django.db import migrations, models

from shegong.kernel import schema

WAS = "('return', 'allocated', 'returned')"
NOW = (
    "('return', 'allocated', 'returned'), ('return', 'reserved', 'returned'), ('donate', 'source', 'reserved'), "
    "('spend', 'reserved', 'paid'), ('redirect', 'reserved', 'reserved')"
)


def moves(was: str, now: str) -> str:
    """SQL that puts other moves between stages into the function that checks each entry; the rest stays as it is."""
    quoted_was, quoted_now = (text.replace("'", "''") for text in (was, now))
    return f"""
DO $do$
DECLARE
    v_was text := pg_get_functiondef('purchase_post()'::regprocedure);
    v_now text := replace(v_was, '{quoted_was}', '{quoted_now}');
BEGIN
    IF v_now = v_was THEN
        RAISE EXCEPTION 'purchase_post does not list the moves as expected';
    END IF;
    EXECUTE v_now;
END $do$;
"""


class Migration(migrations.Migration):
    dependencies = [("purchase", "0022_documents")]
    operations = schema.together([
        migrations.AlterField(
            model_name="ledgerentry",
            name="kind",
            field=models.CharField(choices=[("appropriate", "下达"), ("allocate", "分配"), ("reserve", "预留"), ("commit", "签约"), ("pay", "支付"), ("release", "释放"), ("transfer", "调剂"), ("return", "收回"), ("carry", "结转"), ("reverse", "冲销"), ("donate", "捐入"), ("spend", "使用捐赠"), ("redirect", "转用")], max_length=12, verbose_name="类别"),
        ),
        migrations.RunSQL(moves(WAS, NOW), moves(NOW, WAS)),
    ])
