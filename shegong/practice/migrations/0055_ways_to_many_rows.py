"""Ways to many rows: the numbers of a room, and samples of records, are read from the index of a station's days alone; and
what belongs to a record, a session or a client is found by it and its county together.

A key (record, client, county) is no way from a record of a county to its clients: PostgreSQL 18 believes that it would
have to try each client of the city in between, and reads the whole table instead. So the county stands second.
"""

from django.db import migrations, models

from shegong.kernel import schema

KEYS = {
    "practice_recordclient": ("record_id", "client_id"),
    "practice_recordworker": ("record_id", "worker_id"),
    "practice_sessionattendance": ("session_id", "client_id"),
    "practice_assessmentneed": ("assessment_id", "field_id"),
    "practice_clienttoken": ("client_id", "token"),
    "practice_attachmentchunk": ("attachment_id", "number"),
}
KEY = "ALTER TABLE {0} DROP CONSTRAINT {0}_pkey, ADD PRIMARY KEY ({1});"


class Migration(migrations.Migration):
    dependencies = [("practice", "0051_referral_by_agreement")]
    operations = schema.together([
        migrations.RemoveIndex("servicerecord", "practice_record_station_day"),
        migrations.AddIndex(
            "servicerecord",
            models.Index(
                fields=["station", "served_on"],
                include=(
                    "id", "hub", "service", "group", "method", "person_times", "work_minutes", "satisfaction",
                    "contract", "restricted", "recorded_at", "voided_at",
                ),
                name="practice_record_station_covers",
            ),
        ),
        migrations.RunSQL(
            "\n".join(KEY.format(table, f"{owner}, hub_id, {part}") for table, (owner, part) in KEYS.items()),
            "\n".join(KEY.format(table, f"{owner}, {part}, hub_id") for table, (owner, part) in KEYS.items()),
        ),
    ])
