"""Figures a city has published, kept beside those computed from rows; and a room's cases by population group."""

import django.db.models.deletion
from django.db import migrations, models

from shegong.kernel import schema, wall

CASES = """
DROP FUNCTION indicators_room_cases(int[], date, date);
CREATE FUNCTION indicators_room_cases(p_stations int[], p_from date, p_to date)
RETURNS TABLE (station_id int, group_id int, cases_opened bigint, cases_closed bigint, assessments bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT x.station_id, x.group_id, sum(x.opened), sum(x.closed), sum(x.assessed) FROM (
        SELECT k.station_id, k.group_id::int, 1 AS opened, 0 AS closed, 0 AS assessed FROM practice_case k
        WHERE k.station_id = ANY (p_stations) AND k.opened_on >= p_from AND k.opened_on < p_to
        UNION ALL
        SELECT k.station_id, k.group_id::int, 0, 1, 0 FROM practice_case k
        WHERE k.station_id = ANY (p_stations) AND k.closed_on >= p_from AND k.closed_on < p_to
        UNION ALL
        SELECT a.station_id, NULL, 0, 0, 1 FROM practice_assessment a
        WHERE a.station_id = ANY (p_stations) AND a.assessed_on >= p_from AND a.assessed_on < p_to
    ) AS x (station_id, group_id, opened, closed, assessed)
    GROUP BY 1, 2
$$;
"""
DAY = """
-- What was served on one day, counted and without names, for the wall dashboard: of hubs, or of some of their stations.
CREATE FUNCTION indicators_day(p_hubs int[], p_stations int[], p_day date)
RETURNS TABLE (records bigint, person_times bigint, work_minutes bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT count(*), coalesce(sum(r.person_times), 0), coalesce(sum(r.work_minutes), 0) FROM practice_servicerecord r
    WHERE r.hub_id = ANY (p_hubs) AND (p_stations IS NULL OR r.station_id = ANY (p_stations))
      AND r.served_on = p_day AND r.voided_at IS NULL
$$;
"""
BEFORE = """
DROP FUNCTION indicators_room_cases(int[], date, date);
CREATE FUNCTION indicators_room_cases(p_stations int[], p_from date, p_to date)
RETURNS TABLE (station_id int, cases_opened bigint, cases_closed bigint, assessments bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT s.id,
           (SELECT count(*) FROM practice_case k WHERE k.station_id = s.id AND k.opened_on >= p_from AND k.opened_on < p_to),
           (SELECT count(*) FROM practice_case k WHERE k.station_id = s.id AND k.closed_on >= p_from AND k.closed_on < p_to),
           (SELECT count(*) FROM practice_assessment a
            WHERE a.station_id = s.id AND a.assessed_on >= p_from AND a.assessed_on < p_to)
    FROM network_station s WHERE s.id = ANY (p_stations)
$$;
"""


class Migration(migrations.Migration):
    dependencies = [("indicators", "0002_tallies"), ("network", "0002_scope")]
    operations = schema.together([
        migrations.RunSQL(CASES, BEFORE),
        migrations.RunSQL(DAY, "DROP FUNCTION indicators_day(int[], int[], date)"),
        migrations.CreateModel(
            name="PublishedFigure",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("code", models.CharField(max_length=60, verbose_name="指标")),
                ("year", models.SmallIntegerField(verbose_name="年度")),
                ("value", models.DecimalField(decimal_places=2, max_digits=14, verbose_name="公布值")),
                ("numerator", models.IntegerField(blank=True, null=True, verbose_name="分子")),
                ("source_zh", models.CharField(max_length=200, verbose_name="来源")),
                ("source_en", models.CharField(max_length=200, verbose_name="来源（英文）")),
                (
                    "station",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="published_figures",
                        to="network.station",
                    ),
                ),
            ],
            options={
                "verbose_name": "已公布的数字",
                "verbose_name_plural": "已公布的数字",
                "constraints": [
                    models.UniqueConstraint(fields=("station", "code", "year"), name="indicators_published_once")
                ],
            },
        ),
        wall.grant("indicators_publishedfigure", "select"),
    ])
