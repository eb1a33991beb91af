"""Who is staffed changes with postings and rules, too: the headcounts' stamp follows them."""

from django.db import migrations

TABLES = ("workforce_posting", "workforce_staffingrule")


class Migration(migrations.Migration):
    dependencies = [("indicators", "0020_outcome_counts"), ("workforce", "0007_staffing")]
    operations = [
        migrations.RunSQL(
            f"CREATE TRIGGER indicators_restamp AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON {table} "
            "FOR EACH STATEMENT EXECUTE FUNCTION indicators_restamp_stocks()",
            f"DROP TRIGGER indicators_restamp ON {table}",
        )
        for table in TABLES
    ]
