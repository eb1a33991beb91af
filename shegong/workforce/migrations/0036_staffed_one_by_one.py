"""Which stations of a hub have the people they need, without gathering the certificates of the whole city."""

from importlib import import_module

from django.db import migrations

staffing = import_module("shegong.workforce.migrations.0007_staffing")
# As a new city has it already; a city that stands gets it here.
STAFFED = staffing.STAFFED.replace("CREATE FUNCTION", "CREATE OR REPLACE FUNCTION")


class Migration(migrations.Migration):
    dependencies = [("workforce", "0035_waiting_lists_of_courses")]
    operations = [migrations.RunSQL(STAFFED, migrations.RunSQL.noop)]
