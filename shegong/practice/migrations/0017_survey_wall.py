"""The wall around surveys.

Surveys are seen by all who work here, and made by those in whose reach their station lies (or by the city). Responses
are seen in reach only; what the city reads of them are counts (practice_survey_counts). Residents come without an
account: two functions let them read what a link asks, and put down one response.
"""

from django.db import migrations

from shegong.kernel import wall

REACH = "(hub_id = ANY ((SELECT wall_hubs())::int[]) OR station_id = ANY ((SELECT wall_stations())::int[]))"
MAKERS = f"{REACH} OR wall_roles() @> '{{city}}'"
KNOWN = "wall_account() IS NOT NULL"

FUNCTIONS = """
CREATE FUNCTION practice_surveyresponse_fits() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    asked practice_survey;
    place network_station;
    home network_station;
BEGIN
    SELECT * INTO asked FROM practice_survey WHERE id = NEW.survey_id;
    SELECT * INTO place FROM network_station WHERE id = NEW.station_id;
    SELECT * INTO home FROM network_station WHERE id = asked.station_id;
    IF asked.is_anonymous AND NEW.name <> '' THEN
        RAISE EXCEPTION 'an anonymous response has no name' USING ERRCODE = 'check_violation';
    END IF;
    IF NEW.answered_on < asked.since OR NEW.answered_on > asked.until THEN
        RAISE EXCEPTION 'the survey is not open on that day' USING ERRCODE = 'check_violation';
    END IF;
    IF NOT (home.tier = 'centre' OR place.path::text = home.path::text
            OR place.path::text LIKE home.path::text || '.%') THEN
        RAISE EXCEPTION 'the station is not surveyed' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER practice_surveyresponse_fits BEFORE INSERT OR UPDATE ON practice_surveyresponse
    FOR EACH ROW EXECUTE FUNCTION practice_surveyresponse_fits();

-- What a link asks. Empty for an unknown, ended or used link and for a survey that isn't open on the day.
CREATE FUNCTION practice_survey_opened(p_token text, p_today date)
RETURNS TABLE (survey_id uuid, link_id uuid, title text, instrument_id bigint, is_anonymous boolean, station_id int,
               hub_id int)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT s.id, l.id, s.title::text, s.instrument_id, s.is_anonymous, s.station_id, s.hub_id
    FROM practice_surveylink l JOIN practice_survey s ON s.id = l.survey_id
    WHERE l.token = p_token AND l.ended_at IS NULL AND l.used_at IS NULL
      AND s.since <= p_today AND (s.until IS NULL OR s.until >= p_today)
$$;

-- One response by a link: 'saved'; 'known' when this key came before; 'closed'; or 'busy' past `p_most` in an hour.
CREATE FUNCTION practice_survey_answered(
    p_token text, p_key uuid, p_answers jsonb, p_name text, p_today date, p_now timestamptz, p_most int
) RETURNS text
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    asked record;
    link practice_surveylink;
BEGIN
    SELECT * INTO link FROM practice_surveylink WHERE token = p_token FOR UPDATE;
    IF EXISTS (SELECT FROM practice_surveyresponse r WHERE r.id = p_key AND r.link_id = link.id) THEN
        RETURN 'known';
    END IF;
    SELECT * INTO asked FROM practice_survey_opened(p_token, p_today);
    IF NOT FOUND THEN
        RETURN 'closed';
    END IF;
    IF (SELECT count(*) FROM practice_surveyresponse r
        WHERE r.survey_id = asked.survey_id AND r.link_id = link.id AND r.recorded_at > p_now - interval '1 hour')
       >= p_most THEN
        RETURN 'busy';
    END IF;
    INSERT INTO practice_surveyresponse (id, hub_id, station_id, survey_id, link_id, answers, name, answered_on,
                                         recorded_at, recorded_by_id)
    VALUES (p_key, asked.hub_id, asked.station_id, asked.survey_id, link.id, p_answers,
            CASE WHEN asked.is_anonymous THEN '' ELSE p_name END, p_today, p_now, NULL);
    UPDATE practice_surveylink SET used_at = p_now WHERE id = link.id AND is_once;
    RETURN 'saved';
END $$;

-- How often each answer was given at each station, for the named questions; and under the empty name all responses.
-- Counts only, so that it may look past the wall; texts and names never come out.
CREATE FUNCTION practice_survey_counts(p_survey uuid, p_questions text[])
RETURNS TABLE (station_id int, question text, answer text, place bigint, times bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT r.station_id, '', '', 0::bigint, count(*) FROM practice_surveyresponse r
    WHERE r.survey_id = p_survey AND wall_account() IS NOT NULL GROUP BY r.station_id
    UNION ALL
    SELECT r.station_id, a.key, v.value #>> '{}', v.place, count(*)
    FROM practice_surveyresponse r
    CROSS JOIN LATERAL jsonb_each(r.answers) AS a
    CROSS JOIN LATERAL jsonb_array_elements(
        CASE jsonb_typeof(a.value) WHEN 'array' THEN a.value ELSE jsonb_build_array(a.value) END)
        WITH ORDINALITY AS v (value, place)
    WHERE r.survey_id = p_survey AND wall_account() IS NOT NULL AND a.key = ANY (p_questions)
      AND jsonb_typeof(v.value) <> 'object'
    GROUP BY r.station_id, a.key, v.value #>> '{}', v.place
$$;
"""
OPEN_TO_SERVER = (
    "practice_survey_opened(text, date)",
    "practice_survey_answered(text, uuid, jsonb, text, date, timestamptz, int)",
    "practice_survey_counts(uuid, text[])",
)


class Migration(migrations.Migration):
    dependencies = [("practice", "0016_surveys")]
    operations = [
        wall.composite_key("practice_surveyresponse", ["id", "hub_id"]),
        migrations.RunSQL(
            FUNCTIONS,
            "DROP TRIGGER practice_surveyresponse_fits ON practice_surveyresponse;"
            "DROP FUNCTION practice_surveyresponse_fits(), " + ", ".join(OPEN_TO_SERVER),
        ),
        *[
            migrations.RunSQL(
                f"REVOKE ALL ON FUNCTION {each} FROM PUBLIC; GRANT EXECUTE ON FUNCTION {each} TO {wall.APPLICATION_ROLE}",
                migrations.RunSQL.noop,
            )
            for each in OPEN_TO_SERVER
        ],
        wall.grant("practice_survey", "select, insert, update"),
        wall.enable("practice_survey"),
        wall.policy("practice_survey", "seen_by_all_who_work_here", KNOWN, command="SELECT"),
        wall.policy("practice_survey", "made_in_reach", None, MAKERS, command="INSERT"),
        wall.policy("practice_survey", "changed_in_reach", MAKERS, command="UPDATE"),
        wall.grant("practice_surveylink", "select, insert, update"),
        wall.enable("practice_surveylink"),
        wall.policy("practice_surveylink", "within_reach", MAKERS),
        wall.grant("practice_surveyresponse", "select, insert"),
        wall.enable("practice_surveyresponse"),
        wall.policy("practice_surveyresponse", "within_reach", REACH),
    ]
