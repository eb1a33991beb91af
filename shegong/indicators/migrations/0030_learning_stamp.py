"""Registrations and hours learnt are counted, too: the stamp of headcounts changes with them."""

from django.db import migrations

COUNTED = ("workforce_registration", "workforce_learningentry")
STAMPED = "".join(
    f"CREATE TRIGGER indicators_restamp AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON {table} "
    "FOR EACH STATEMENT EXECUTE FUNCTION indicators_restamp_stocks();\n"
    for table in COUNTED
)
BEFORE = "".join(f"DROP TRIGGER indicators_restamp ON {table};\n" for table in COUNTED)


class Migration(migrations.Migration):
    dependencies = [("indicators", "0025_staffing_stamp"), ("workforce", "0011_credentials_wall")]
    operations = [migrations.RunSQL(STAMPED, BEFORE)]
