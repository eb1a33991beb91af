"""What the city's money comes to, for everybody to read: sums by county and year, no entry and no contract."""

from django.db import migrations

# A view works with its owner's rights: it shows sums and nothing else. What is carried in isn't new money.
SUMS = """
CREATE VIEW purchase_fundsums AS
SELECT b.hub_id, b.year,
       (100 * sum(b.amount) FILTER (WHERE f.is_pooled AND b.stage <> 'source'))::bigint AS pooled,
       round(sum(b.amount) FILTER (WHERE b.stage NOT IN ('source', 'carried_in')))::bigint AS budget,
       round(sum(b.amount) FILTER (WHERE b.stage = 'paid'))::bigint AS paid
FROM purchase_balance b JOIN purchase_fund f ON f.id = b.fund_id
GROUP BY b.hub_id, b.year;
GRANT SELECT ON purchase_fundsums TO shegong_app;
"""


class Migration(migrations.Migration):
    dependencies = [("indicators", "0050_premises"), ("purchase", "0004_ledger_holds")]
    operations = [migrations.RunSQL(SUMS, "DROP VIEW purchase_fundsums")]
