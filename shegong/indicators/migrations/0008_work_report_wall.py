"""The wall around work reports; and once issued, nothing changes one."""

from django.db import migrations

from shegong.kernel import wall

REACH = "(hub_id = ANY ((SELECT wall_hubs())::int[]) OR station_id = ANY ((SELECT wall_stations())::int[]))"
# What is written about one of the staff is for that person, the head and the county.
SEEN = (
    f"({REACH} AND (worker_id IS NULL OR worker_id = (SELECT wall_worker()) "
    "OR (SELECT wall_roles()) && '{head,county}'::text[])) "
    "OR (state = 'issued' AND worker_id IS NULL AND station_id = hub_id AND (SELECT wall_roles()) @> '{city}'::text[])"
)

FROZEN = """
CREATE FUNCTION indicators_report_is_frozen() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'an issued report stays as it is' USING ERRCODE = 'check_violation';
END $$;
CREATE TRIGGER indicators_report_is_frozen BEFORE UPDATE OR DELETE ON indicators_workreport
    FOR EACH ROW WHEN (OLD.state = 'issued') EXECUTE FUNCTION indicators_report_is_frozen();
"""


class Migration(migrations.Migration):
    dependencies = [("indicators", "0007_work_report"), ("workforce", "0002_wall")]
    operations = [
        migrations.RunSQL(
            FROZEN,
            "DROP TRIGGER indicators_report_is_frozen ON indicators_workreport; "
            "DROP FUNCTION indicators_report_is_frozen();",
        ),
        wall.grant("indicators_workreport", "select, insert, update"),
        wall.enable("indicators_workreport"),
        wall.policy("indicators_workreport", "within_reach", SEEN, REACH),
    ]
