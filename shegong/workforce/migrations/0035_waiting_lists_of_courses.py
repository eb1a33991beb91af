"""Who comes too late for a full course waits, and moves up when a place comes free.

Who gives a place back may not see who waits: the database moves up, and says only who it was.
"""

from django.db import migrations, models

from shegong.kernel import schema

PLACES = """
CREATE OR REPLACE FUNCTION workforce_count_places() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    v_before int := 0;
    v_after int := 0;
    v_waited int := 0;
    v_waits int := 0;
BEGIN
    IF TG_OP <> 'INSERT' THEN
        v_before := (OLD.state NOT IN ('cancelled', 'waiting'))::int;
        v_waited := (OLD.state = 'waiting')::int;
    END IF;
    IF TG_OP <> 'DELETE' THEN
        v_after := (NEW.state NOT IN ('cancelled', 'waiting'))::int;
        v_waits := (NEW.state = 'waiting')::int;
    END IF;
    IF v_after <> v_before OR v_waits <> v_waited THEN
        UPDATE workforce_course SET taken = taken + v_after - v_before, waiting = waiting + v_waits - v_waited
        WHERE id = CASE TG_OP WHEN 'DELETE' THEN OLD.course_id ELSE NEW.course_id END;
    END IF;
    RETURN NULL;
END $$;
"""
PLACES_BEFORE = """
CREATE OR REPLACE FUNCTION workforce_count_places() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    v_before int := 0;
    v_after int := 0;
BEGIN
    IF TG_OP <> 'INSERT' THEN v_before := (OLD.state <> 'cancelled')::int; END IF;
    IF TG_OP <> 'DELETE' THEN v_after := (NEW.state <> 'cancelled')::int; END IF;
    IF v_after <> v_before THEN
        UPDATE workforce_course SET taken = taken + v_after - v_before
        WHERE id = CASE TG_OP WHEN 'DELETE' THEN OLD.course_id ELSE NEW.course_id END;
    END IF;
    RETURN NULL;
END $$;
"""
MOVING_UP = """
-- The free places of a course that hasn't begun go to those who wait longest; returns who moved up. The course's row is
-- locked, so that two who give a place back at once move up two.
CREATE FUNCTION workforce_move_up(p_course uuid) RETURNS bigint[]
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    v_free int;
    v_moved bigint[];
BEGIN
    SELECT capacity - taken INTO v_free FROM workforce_course
    WHERE id = p_course AND state = 'open' AND starts_at > now() FOR UPDATE;
    IF coalesce(v_free, 0) <= 0 THEN RETURN '{}'; END IF;
    WITH moved AS (
        UPDATE workforce_enrolment SET state = 'enrolled', moved_up_at = now()
        WHERE id IN (SELECT id FROM workforce_enrolment WHERE course_id = p_course AND state = 'waiting'
                     ORDER BY enrolled_at, id LIMIT v_free)
        RETURNING worker_id)
    SELECT coalesce(array_agg(worker_id), '{}') INTO v_moved FROM moved;
    RETURN v_moved;
END $$;

-- The how-manieth in line somebody is, by enrolment: a number and nobody's name.
CREATE FUNCTION workforce_place_in_line(p_enrolment uuid) RETURNS int
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT count(*)::int FROM workforce_enrolment e JOIN workforce_enrolment w ON w.course_id = e.course_id
    WHERE e.id = p_enrolment AND e.state = 'waiting' AND w.state = 'waiting'
      AND (w.enrolled_at, w.id) <= (e.enrolled_at, e.id)
$$;
"""
ROLES = "(SELECT wall_roles())"
COUNTY = f"({ROLES} @> '{{county}}' AND hub_id = ANY ((SELECT wall_hubs())::int[]) OR {ROLES} @> '{{city}}')"
OFFICE = f"""({COUNTY} OR {ROLES} @> '{{head}}' AND (hub_id = ANY ((SELECT wall_hubs())::int[])
    OR station_id = ANY ((SELECT wall_stations())::int[])))"""
OWN_OR_OFFICE = f"(worker_id = (SELECT wall_worker()) OR {OFFICE})"
FIRST = ("'enrolled', 'waiting'", "'enrolled'")
POLICIES, POLICIES_BEFORE = (
    f"""
    ALTER POLICY enrolled_by_worker_or_head ON workforce_enrolment WITH CHECK ({OWN_OR_OFFICE} AND state IN ({first}));
    ALTER POLICY moved_by_worker_or_head ON workforce_enrolment
        USING ({OWN_OR_OFFICE} AND state IN ({first}, 'cancelled'))
        WITH CHECK ({OWN_OR_OFFICE} AND state IN ({first}, 'cancelled'));
    """
    for first in FIRST
)


class Migration(migrations.Migration):
    dependencies = [("workforce", "0034_supervisees")]
    operations = schema.together([
        migrations.AddField("course", "waiting", models.SmallIntegerField(default=0, editable=False, db_default=0)),
        migrations.AddField("enrolment", "moved_up_at", models.DateTimeField(verbose_name="候补转正时间", null=True, blank=True)),
        migrations.AlterField(
            "enrolment", "state",
            models.CharField(
                choices=[
                    ("enrolled", "已报名"), ("waiting", "候补中"), ("cancelled", "已取消报名"), ("attended", "已出席"),
                    ("absent", "缺席"),
                ],
                default="enrolled", max_length=10, verbose_name="状态",
            ),
        ),
        migrations.RunSQL(PLACES, PLACES_BEFORE),
        migrations.RunSQL(MOVING_UP, "DROP FUNCTION workforce_move_up(uuid), workforce_place_in_line(uuid)"),
        migrations.RunSQL(POLICIES, POLICIES_BEFORE),
    ])
