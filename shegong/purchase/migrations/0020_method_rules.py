"""What methods ask for to begin with; the city sets its own."""

from datetime import date

from django.db import migrations

SINCE = date(2020, 3, 1)
# Method, from, below, bidders, panel, days to bid, days of notice, clause.
RULES = (
    ("open_tender", 0, None, 3, 5, 20, 1, "政府采购法第35条；货物服务招标投标管理办法"),
    ("negotiation", 0, 4_000_000, 3, 3, 3, 1, "政府采购法第30、38条"),
    ("consultation", 0, 4_000_000, 3, 3, 10, 1, "政府采购竞争性磋商采购方式管理暂行办法第10条"),
    ("single_source", 0, None, 1, 3, 1, 1, "政府采购法第31、39条"),
)


def add(apps, schema_editor):
    """The rules of the law; sums from which tenders are open are the province's."""
    rules = apps.get_model("purchase", "MethodRule")
    rules.objects.bulk_create(
        rules(
            method=method, from_amount=start, below_amount=below, min_bidders=bidders, panel_size=panel,
            bidding_days=bidding, notice_days=notice, clause=clause, since=SINCE,
        )
        for method, start, below, bidders, panel, bidding, notice, clause in RULES
    )


class Migration(migrations.Migration):
    dependencies = [("purchase", "0019_projects_hold")]
    operations = [migrations.RunPython(add, migrations.RunPython.noop)]
