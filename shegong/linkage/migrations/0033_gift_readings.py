"""What gifts come to in a year, for the indicators; public money's own pace is told without them."""

from django.db import migrations

# Views work with their owner's rights: they show sums and nothing else.
FUNDS = """
CREATE OR REPLACE VIEW purchase_fundsums AS
SELECT b.hub_id, b.year,
       (100 * sum(b.amount) FILTER (WHERE f.is_pooled AND b.stage <> 'source'))::bigint AS pooled,
       round(sum(b.amount) FILTER (WHERE b.stage NOT IN ('source', 'carried_in')))::bigint AS budget,
       round(sum(b.amount) FILTER (WHERE b.stage = 'paid'))::bigint AS paid
FROM purchase_balance b JOIN purchase_fund f ON f.id = b.fund_id {without}
GROUP BY b.hub_id, b.year;
"""
GIFTS = """
CREATE VIEW linkage_giftsums AS
SELECT b.hub_id, b.year,
       round(-sum(b.amount) FILTER (WHERE b.stage = 'source'))::bigint AS received,
       round(sum(b.amount) FILTER (WHERE b.stage = 'paid'))::bigint AS used
FROM purchase_balance b JOIN purchase_fund f ON f.id = b.fund_id AND f.code = 'DG'
GROUP BY b.hub_id, b.year;
GRANT SELECT ON linkage_giftsums TO shegong_app;
"""


class Migration(migrations.Migration):
    dependencies = [("linkage", "0032_gifts_wall"), ("indicators", "0066_hours_bought")]
    operations = [
        migrations.RunSQL(
            FUNDS.format(without="AND f.code <> 'DG'") + GIFTS,
            "DROP VIEW linkage_giftsums;" + FUNDS.format(without=""),
        ),
    ]
