"""Stations are added by pages, too: their ids are taken from the sequence before they are written."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("network", "0003_names_for_people")]
    operations = [
        migrations.RunSQL(
            "GRANT USAGE ON SEQUENCE network_station_id_seq TO shegong_app",
            "REVOKE USAGE ON SEQUENCE network_station_id_seq FROM shegong_app",
        ),
    ]
