"""A scope is entered without looking through all stations for the support centre, nor through the exclusion constraint of
grants, which takes a tenth of its pages to find an account.
"""

from importlib import import_module

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from shegong.kernel import schema

scope = import_module("shegong.network.migrations.0002_scope")
# As a new city has it already; a city that stands gets it here.
ENTER = scope.ENTER[: scope.ENTER.index("REVOKE ALL")].replace("CREATE FUNCTION", "CREATE OR REPLACE FUNCTION")


class Migration(migrations.Migration):
    dependencies = [("network", "0007_premises_wall")]
    operations = schema.together([
        migrations.RunSQL(ENTER, migrations.RunSQL.noop),
        migrations.AlterField(
            "grant",
            "account",
            models.ForeignKey(
                db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name="grants",
                to=settings.AUTH_USER_MODEL, verbose_name="账号",
            ),
        ),
        migrations.AddIndex(
            "grant",
            models.Index(
                fields=["account"], include=("role", "station", "organisation", "since", "until"),
                name="network_grant_of_account",
            ),
        ),
    ])
