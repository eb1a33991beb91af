"""What the database holds about rounds of assessment: the plan stays once it is published, no stage is skipped, samples
are drawn by one function that anybody can check, nobody assesses what they are related to, two assessors score apart,
and assessors see the sample in the window and nothing else.
"""

from django.conf import settings
from django.db import migrations

from shegong.kernel import wall

ZONE = settings.TIME_ZONE
STAGES = "ARRAY['draft', 'published', 'drawn', 'under_way', 'settled', 'graded', 'out', 'closed']"
PLAN = (
    "title", "unit", "tiers", "hubs", "share", "records_share", "records_since", "records_until", "since",
    "weight_professional", "weight_financial", "weight_town", "weight_community", "weight_county", "excellent_from",
    "good_from", "pass_from", "tolerance", "appeal_days", "contract_id", "budget", "seed", "published_at",
)  # fmt: skip
SCORED = "unit_id, round_id, hub_id, station_id, town_id, professional, financial, town_points, community, county"
# A marker of the seed and what is drawn; its order is the order of drawing (docs/adr/0021).
MARK = "sha256(convert_to(p_seed || ':' || {0}, 'UTF8'))"


def row(columns: str, of: str) -> str:
    """A row of these columns of a record."""
    return "(" + ", ".join(f"{of}.{each.strip()}" for each in columns.split(",")) + ")"


SAMPLE = f"""
-- What a seed draws of a round: the first of each county and kind in the order of the markers.
CREATE FUNCTION appraisal_sample_units(p_round uuid, p_seed text)
RETURNS TABLE (hub_id int, station_id int, contract_id bigint, kind varchar, rank bigint, total bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    WITH plan AS (
        SELECT *, (coalesce(published_at, now()) AT TIME ZONE '{ZONE}')::date AS day
        FROM appraisal_round WHERE id = p_round
    ), candidate AS (
        SELECT s.hub_id, s.id AS station_id, NULL::bigint AS contract_id, s.tier AS kind, {MARK.format("s.key")} AS mark
        FROM plan p
        JOIN network_station s ON s.tier = ANY (p.tiers) AND (p.hubs = '{{}}' OR s.hub_id = ANY (p.hubs))
        JOIN network_stationstage g ON g.station_id = s.id AND g.stage = 'running'
             AND g.since <= p.day AND (g.until IS NULL OR g.until > p.day)
        WHERE p.unit = 'station'
        UNION ALL
        SELECT v.hub_id, v.id, c.id, c.pays, {MARK.format("c.number")}
        FROM plan p
        JOIN purchase_contract c ON c.since <= p.day AND c.until > p.day
        CROSS JOIN LATERAL (
            SELECT s.id, s.hub_id FROM purchase_contract_stations t JOIN network_station s ON s.id = t.station_id
            WHERE t.contract_id = c.id AND s.tier = ANY (p.tiers) AND (p.hubs = '{{}}' OR s.hub_id = ANY (p.hubs))
            ORDER BY {MARK.format("c.number || ':' || s.key")} LIMIT 1) v
        WHERE p.unit = 'project'
    ), ranked AS (
        SELECT c.*, row_number() OVER (PARTITION BY c.hub_id, c.kind ORDER BY c.mark) AS rank,
               count(*) OVER (PARTITION BY c.hub_id, c.kind) AS total
        FROM candidate c
    )
    SELECT r.hub_id, r.station_id, r.contract_id, r.kind, r.rank, r.total FROM ranked r, plan p
    WHERE r.rank <= ceil(r.total * p.share / 100.0) ORDER BY 1, 4, 5
$$;

-- Of each drawn unit's records the first of each method; written before the seed was known, and of no restricted file.
CREATE FUNCTION appraisal_sample_records(p_draw uuid)
RETURNS TABLE (unit_id uuid, hub_id int, station_id int, method varchar, total bigint, keys uuid[])
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp SET work_mem = '64MB' SET jit = off AS $$
    -- Unit by unit: each reads its station's records by their index and sorts some hundred of them.
    SELECT u.id, u.hub_id, u.station_id, k.method, k.total, k.keys
    FROM (SELECT id, round_id, convert_to(seed, 'UTF8') AS seed FROM appraisal_draw WHERE id = p_draw OFFSET 0) d
    JOIN appraisal_round p ON p.id = d.round_id
    JOIN appraisal_roundunit u ON u.draw_id = d.id
    CROSS JOIN LATERAL (
        SELECT r.method, count(*) AS total,
               (array_agg(r.id ORDER BY substr(sha256(d.seed || uuid_send(r.id)), 1, 8), r.id)
               )[1:ceil(count(*) * p.records_share / 100.0)::int] AS keys
        FROM practice_servicerecord r
        WHERE r.station_id = u.station_id AND r.served_on >= p.records_since AND r.served_on < p.records_until
          AND (u.contract_id IS NULL OR r.contract_id = u.contract_id) AND NOT r.restricted
          AND r.recorded_at <= p.published_at AND (r.voided_at IS NULL OR r.voided_at > p.published_at)
        GROUP BY r.method) k
    WHERE p.records_share > 0
$$;

CREATE FUNCTION appraisal_draw_sample(p_round uuid, p_seed text, p_reason text) RETURNS uuid
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    p appraisal_round;
    v_draw uuid;
    v_number int;
BEGIN
    SELECT * INTO p FROM appraisal_round WHERE id = p_round FOR UPDATE;
    SELECT coalesce(max(number), 0) + 1 INTO v_number FROM appraisal_draw WHERE round_id = p_round;
    -- Keys follow from what they are for, so that they come out the same again, too.
    v_draw := md5(concat_ws(':', p_round, v_number, p_seed))::uuid;
    IF NOT wall_roles() @> '{{city}}' OR p.state IS NULL OR p.state NOT IN ('published', 'drawn') THEN
        PERFORM appraisal_refuse('appraisal_draw_in_time', 'the city draws, once the plan is published');
    END IF;
    IF v_number = 1 AND p_seed <> p.seed OR p_seed = '' THEN
        PERFORM appraisal_refuse('appraisal_draw_by_the_published_seed', 'the seed is the published one');
    END IF;
    INSERT INTO appraisal_draw (id, round_id, number, seed, reason, strata, digest, drawn_at)
    VALUES (v_draw, p_round, v_number, p_seed, p_reason, '[]', '', statement_timestamp());
    INSERT INTO appraisal_roundunit (id, draw_id, round_id, hub_id, station_id, contract_id, kind, rank)
    SELECT md5(concat_ws(':', v_draw, s.station_id, s.contract_id))::uuid, v_draw, p_round, s.hub_id, s.station_id, s.contract_id, s.kind, s.rank
    FROM appraisal_sample_units(p_round, p_seed) s;
    IF NOT FOUND THEN
        PERFORM appraisal_refuse('appraisal_draw_of_something', 'there is nothing to draw from');
    END IF;
    INSERT INTO appraisal_unitrecords (unit_id, hub_id, station_id, method, total, keys)
    SELECT s.unit_id, s.hub_id, s.station_id, s.method, s.total, s.keys FROM appraisal_sample_records(v_draw) s;
    -- Each list once, whatever the planner thinks of tables that have just been filled.
    WITH list AS MATERIALIZED (
        SELECT k.unit_id, string_agg(sha256(convert_to(k.keys::text, 'UTF8')), ''::bytea ORDER BY k.method) AS mark
        FROM appraisal_unitrecords k JOIN appraisal_roundunit u ON u.id = k.unit_id AND u.draw_id = v_draw GROUP BY 1
    )
    UPDATE appraisal_draw d SET
        strata = (SELECT jsonb_agg(jsonb_build_object('hub', t.hub_id, 'kind', t.kind, 'of', t.total, 'taken', t.taken)
                                   ORDER BY t.hub_id, t.kind)
                  FROM (SELECT s.hub_id, s.kind, max(s.total) AS total, count(*) AS taken
                        FROM appraisal_sample_units(p_round, p_seed) s GROUP BY 1, 2) t),
        digest = (SELECT encode(sha256(string_agg(
                      convert_to(concat_ws(':', u.hub_id, u.kind, u.rank, u.station_id, u.contract_id), 'UTF8')
                      || coalesce(k.mark, ''::bytea), ''::bytea ORDER BY u.hub_id, u.kind, u.rank)), 'hex')
                  FROM appraisal_roundunit u LEFT JOIN list k ON k.unit_id = u.id WHERE u.draw_id = v_draw)
    WHERE d.id = v_draw;
    -- Who was to go where is to be said anew.
    DELETE FROM appraisal_scoresheet WHERE round_id = p_round;
    RETURN v_draw;
END $$;

-- Whether the same seed draws the same again, unit by unit and record by record.
CREATE FUNCTION appraisal_draw_holds(p_draw uuid) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    WITH again AS (SELECT s.hub_id, s.station_id, s.contract_id, s.kind, s.rank FROM appraisal_draw d,
                   appraisal_sample_units(d.round_id, d.seed) s WHERE d.id = p_draw),
         kept AS (SELECT hub_id, station_id, contract_id, kind, rank::bigint FROM appraisal_roundunit
                  WHERE draw_id = p_draw)
    SELECT NOT EXISTS ((SELECT * FROM again EXCEPT SELECT * FROM kept) UNION ALL
                       (SELECT * FROM kept EXCEPT SELECT * FROM again))
       AND NOT EXISTS (
           SELECT FROM appraisal_sample_records(p_draw) s
           FULL JOIN (SELECT k.* FROM appraisal_unitrecords k JOIN appraisal_roundunit u ON u.id = k.unit_id
                      WHERE u.draw_id = p_draw) k ON k.unit_id = s.unit_id AND k.method = s.method
           WHERE s.keys IS DISTINCT FROM k.keys)
$$;
REVOKE ALL ON FUNCTION appraisal_sample_records(uuid), appraisal_draw_holds(uuid), appraisal_sample_units(uuid, text),
    appraisal_draw_sample(uuid, text, text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION appraisal_draw_holds(uuid), appraisal_draw_sample(uuid, text, text) TO shegong_app;
"""

INTERESTS = """
-- Why an account may not assess a station (for a contract): nothing, or a word. Its organisations are those that it
-- acts for or is employed by, or did in the last three years; the station's parties those that run or ran it in the last
-- year, or are under contract for it.
CREATE FUNCTION appraisal_interest(p_account bigint, p_station int, p_contract bigint) RETURNS text
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    WITH own AS (
        SELECT g.organisation_id AS id FROM network_grant g WHERE g.account_id = p_account
        AND g.organisation_id IS NOT NULL AND (g.until IS NULL OR g.until > wall_today() - 1095)
        UNION SELECT w.employer_id FROM workforce_worker w WHERE w.account_id = p_account AND w.employer_id IS NOT NULL
    ), party AS (
        SELECT o.organisation_id AS id FROM network_operation o WHERE o.station_id = p_station
        AND o.organisation_id IS NOT NULL AND (o.until IS NULL OR o.until > wall_today() - 365)
        UNION SELECT c.organisation_id FROM purchase_contract c
        WHERE c.id = p_contract OR c.until > wall_today() - 365 AND EXISTS (
            SELECT FROM purchase_contract_stations t WHERE t.contract_id = c.id AND t.station_id = p_station)
    )
    SELECT CASE
        WHEN EXISTS (SELECT FROM own JOIN party USING (id)) THEN 'own'
        WHEN EXISTS (SELECT FROM appraisal_declaredrelation d
                     JOIN own ON own.id IN (d.organisation_id, d.other_id)
                     JOIN party ON party.id IN (d.organisation_id, d.other_id) AND party.id <> own.id
                     WHERE d.since <= wall_today() AND (d.until IS NULL OR d.until > wall_today())) THEN 'related'
        WHEN EXISTS (SELECT FROM network_grant g JOIN network_station s ON s.id = p_station
                     WHERE g.account_id = p_account AND g.role IN ('head', 'worker', 'supervisor', 'county')
                     AND g.station_id IN (s.id, s.town_id, s.hub_id)
                     AND (g.until IS NULL OR g.until > wall_today() - 365)) THEN 'works_there' END
$$;
-- The same for all members and drawn units of a round; only for the city, which assigns.
CREATE FUNCTION appraisal_interests(p_round uuid) RETURNS TABLE (account_id bigint, unit_id uuid, reason text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT f.account_id, f.id, f.reason FROM (
        SELECT m.account_id, u.id, appraisal_interest(m.account_id, u.station_id, u.contract_id) AS reason
        FROM appraisal_roundmember m JOIN appraisal_roundunit u ON u.round_id = m.round_id
        WHERE m.round_id = p_round AND wall_roles() @> '{city}'
        AND u.draw_id = (SELECT d.id FROM appraisal_draw d WHERE d.round_id = p_round ORDER BY d.number DESC LIMIT 1)
    ) f WHERE f.reason IS NOT NULL
$$;
-- Who can be put on a round: assessors with their organisation, and where they set out from.
CREATE FUNCTION appraisal_assessors() RETURNS TABLE (account_id bigint, name text, organisation_id bigint,
                                                     organisation text, station_id int)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT DISTINCT ON (a.id) a.id, a.display_name::text, o.id, o.name::text, g.station_id FROM network_grant g
    JOIN people_account a ON a.id = g.account_id AND a.is_active
    JOIN network_organisation o ON o.id = g.organisation_id
    WHERE g.role = 'assessor' AND g.since <= wall_today() AND (g.until IS NULL OR g.until > wall_today())
    AND wall_roles() @> '{city}' ORDER BY a.id, g.since DESC
$$;
REVOKE ALL ON FUNCTION appraisal_interest(bigint, int, bigint), appraisal_interests(uuid), appraisal_assessors()
    FROM PUBLIC;
GRANT EXECUTE ON FUNCTION appraisal_interests(uuid), appraisal_assessors() TO shegong_app;
"""

SIGHT = """
CREATE FUNCTION appraisal_present_draw(p_round uuid) RETURNS uuid
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT d.id FROM appraisal_draw d WHERE d.round_id = p_round ORDER BY d.number DESC LIMIT 1
$$;
-- Whether assessors are on their way: between the round's days, as long as it is under way.
CREATE FUNCTION appraisal_in_window(r appraisal_round) RETURNS boolean LANGUAGE sql STABLE AS $$
    SELECT r.state = 'under_way' AND r.since <= wall_today() AND wall_today() < r.until
$$;
-- The units that the viewer assesses now; of the whole sample for who leads.
CREATE FUNCTION appraisal_my_units() RETURNS SETOF uuid
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp ROWS 100 AS $$
    SELECT s.unit_id FROM appraisal_scoresheet s JOIN appraisal_round r ON r.id = s.round_id
    WHERE wall_roles() @> '{assessor}' AND s.account_id = wall_account() AND appraisal_in_window(r)
    UNION
    SELECT u.id FROM appraisal_roundmember m JOIN appraisal_round r ON r.id = m.round_id
    JOIN appraisal_roundunit u ON u.draw_id = appraisal_present_draw(r.id)
    WHERE wall_roles() @> '{assessor}' AND m.account_id = wall_account() AND m.leads AND appraisal_in_window(r)
    AND appraisal_interest(m.account_id, u.station_id, u.contract_id) IS NULL
$$;
CREATE FUNCTION appraisal_out_rounds() RETURNS SETOF uuid
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp ROWS 10 AS $$
    SELECT r.id FROM appraisal_round r WHERE r.state IN ('out', 'closed')
$$;
-- The sheets that the viewer fills now.
CREATE FUNCTION appraisal_own_sheets() RETURNS SETOF uuid
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp ROWS 100 AS $$
    SELECT s.id FROM appraisal_scoresheet s JOIN appraisal_round r ON r.id = s.round_id
    WHERE s.handed_in_at IS NULL AND appraisal_in_window(r)
    AND (wall_roles() @> '{assessor}' AND s.account_id = wall_account()
         OR s.account_id IS NULL AND wall_roles() @> '{county}' AND s.hub_id = ANY (wall_hubs()))
$$;
-- The sheets that the viewer reads: the own; those of the other assessor once all of the unit are handed in; the
-- county's; and after publication those of one's own stations.
CREATE FUNCTION appraisal_shown_sheets() RETURNS SETOF uuid
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp ROWS 1000 AS $$
    WITH mine AS MATERIALIZED (SELECT appraisal_my_units() AS id)
    SELECT s.id FROM appraisal_scoresheet s JOIN appraisal_round r ON r.id = s.round_id
    WHERE s.account_id = wall_account() AND s.unit_id IN (SELECT id FROM mine)
    OR s.account_id IS NULL AND wall_roles() @> '{county}' AND s.hub_id = ANY (wall_hubs())
    OR (wall_roles() @> '{city}' OR s.account_id IS NOT NULL AND s.unit_id IN (SELECT id FROM mine))
       AND NOT EXISTS (SELECT FROM appraisal_scoresheet o WHERE o.unit_id = s.unit_id AND o.handed_in_at IS NULL
                       AND (o.rater = 'professional' OR o.account_id = wall_account()))
    OR r.state IN ('out', 'closed') AND (wall_roles() @> '{city}' OR s.hub_id = ANY (wall_hubs())
                                         OR s.station_id = ANY (wall_stations()))
$$;
-- The sampled records that the viewer may read now: what was done, and of nobody by name. A file that has become
-- restricted since is left out.
CREATE FUNCTION appraisal_sampled(p_unit uuid, p_record uuid)
RETURNS TABLE (id uuid, unit_id uuid, served_on date, method varchar, service_id int, group_id int, minutes smallint,
               place varchar, person_times int, workers smallint, summary text, next_step text, satisfaction smallint,
               recorded_at timestamptz, revision smallint, voided boolean)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
#variable_conflict use_column
DECLARE
    v_name text;
    v_record uuid;
BEGIN
    FOR id, unit_id, served_on, method, service_id, group_id, minutes, place, person_times, workers, summary, next_step,
        satisfaction, recorded_at, revision, voided IN
        SELECT r.id, k.unit_id, r.served_on, r.method, r.service_id, r.group_id, r.minutes, r.place, r.person_times,
               r.workers_count, r.summary, r.next_step, r.satisfaction, r.recorded_at, r.revision,
               r.voided_at IS NOT NULL
        FROM appraisal_unitrecords k
        JOIN practice_servicerecord r ON r.id = ANY (k.keys) AND r.hub_id = k.hub_id
        WHERE k.unit_id IN (SELECT appraisal_my_units()) AND (p_unit IS NULL OR k.unit_id = p_unit)
        AND (p_record IS NULL OR r.id = p_record) AND NOT r.restricted ORDER BY r.served_on, r.id
    LOOP
        v_record := id;
        FOR v_name IN SELECT c.name FROM practice_recordclient t JOIN practice_client c ON c.id = t.client_id
                      AND c.hub_id = t.hub_id WHERE t.record_id = v_record AND length(c.name) > 1
        LOOP
            summary := replace(summary, v_name, '×××');
            next_step := replace(next_step, v_name, '×××');
        END LOOP;
        RETURN NEXT;
    END LOOP;
END $$;
REVOKE ALL ON FUNCTION appraisal_present_draw(uuid), appraisal_my_units(), appraisal_out_rounds(),
    appraisal_own_sheets(), appraisal_shown_sheets(), appraisal_sampled(uuid, uuid) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION appraisal_present_draw(uuid), appraisal_my_units(), appraisal_out_rounds(),
    appraisal_own_sheets(), appraisal_shown_sheets(), appraisal_sampled(uuid, uuid) TO shegong_app;
"""

ROUNDS = f"""
CREATE FUNCTION appraisal_round_guard() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    v_draw uuid;
BEGIN
    IF TG_OP <> 'UPDATE' THEN
        IF coalesce(NEW.state, OLD.state) <> 'draft' THEN
            PERFORM appraisal_refuse('appraisal_round_stage', 'a round begins as a draft, and only a draft is dropped');
        END IF;
        RETURN coalesce(NEW, OLD);
    END IF;
    IF OLD.state <> 'draft' AND ({" OR ".join(f"NEW.{c} IS DISTINCT FROM OLD.{c}" for c in PLAN)}
        OR NEW.until < OLD.until OR NEW.until > OLD.until AND OLD.state NOT IN ('drawn', 'under_way')) THEN
        PERFORM appraisal_refuse('appraisal_round_published_stays', 'a published plan stays as it is');
    END IF;
    IF OLD.state IN ('out', 'closed') AND (NEW.conclusion, NEW.kappa, NEW.out_on)
       IS DISTINCT FROM (OLD.conclusion, OLD.kappa, OLD.out_on) THEN
        PERFORM appraisal_refuse('appraisal_round_published_stays', 'what is out stays as it is');
    END IF;
    IF NEW.state = OLD.state THEN
        RETURN NEW;
    END IF;
    IF array_position({STAGES}, NEW.state::text) <> array_position({STAGES}, OLD.state::text) + 1 THEN
        PERFORM appraisal_refuse('appraisal_round_stage', 'no stage is skipped');
    END IF;
    v_draw := appraisal_present_draw(NEW.id);
    IF NEW.state = 'published' AND EXISTS (
        SELECT FROM (VALUES ('professional', NEW.weight_professional), ('financial', NEW.weight_financial),
                            ('town', NEW.weight_town), ('community', NEW.weight_community),
                            ('county', NEW.weight_county)) AS w (rater, weight)
        WHERE w.weight > 0 AND coalesce((SELECT sum(i.points) FROM appraisal_rounditem i
                                         WHERE i.round_id = NEW.id AND i.rater = w.rater), 0) <> 100) THEN
        PERFORM appraisal_refuse('appraisal_round_items_are_100', 'a rater''s items add up to a hundred points');
    END IF;
    IF NEW.state = 'published' AND NEW.tiers = '{{}}' THEN
        PERFORM appraisal_refuse('appraisal_round_tiers', 'of which tiers');
    END IF;
    IF NEW.state = 'drawn' AND v_draw IS NULL THEN
        PERFORM appraisal_refuse('appraisal_round_stage', 'nothing is drawn');
    END IF;
    IF NEW.state = 'under_way' AND EXISTS (
        SELECT FROM appraisal_roundunit u CROSS JOIN (VALUES
            ('professional', 1, NEW.weight_professional), ('professional', 2, NEW.weight_professional),
            ('financial', 1, NEW.weight_financial), ('town', 1, NEW.weight_town),
            ('community', 1, NEW.weight_community), ('county', 1, NEW.weight_county)) AS w (rater, seat, weight)
        WHERE u.draw_id = v_draw AND w.weight > 0 AND NOT EXISTS (
            SELECT FROM appraisal_scoresheet s WHERE s.unit_id = u.id AND s.rater = w.rater AND s.seat = w.seat)) THEN
        PERFORM appraisal_refuse('appraisal_round_all_assigned', 'not all are assigned');
    END IF;
    IF NEW.state = 'settled' AND EXISTS (
        SELECT FROM appraisal_scoresheet s WHERE s.round_id = NEW.id AND s.handed_in_at IS NULL) THEN
        PERFORM appraisal_refuse('appraisal_round_all_handed_in', 'not all sheets are handed in');
    END IF;
    IF NEW.state = 'settled' AND EXISTS (
        SELECT FROM appraisal_scoresheet a
        JOIN appraisal_scoresheet b ON b.unit_id = a.unit_id AND b.rater = 'professional' AND b.seat = 2
        JOIN appraisal_sheetscore x ON x.sheet_id = a.id
        JOIN appraisal_sheetscore y ON y.sheet_id = b.id AND y.item_id = x.item_id
        JOIN appraisal_rounditem i ON i.id = x.item_id
        WHERE a.round_id = NEW.id AND a.rater = 'professional' AND a.seat = 1
        AND abs(x.points - y.points) * 100 > NEW.tolerance * i.points
        AND NOT EXISTS (SELECT FROM appraisal_settlement t WHERE t.unit_id = a.unit_id AND t.item_id = x.item_id
                        AND t.agreed_at IS NOT NULL)) THEN
        PERFORM appraisal_refuse('appraisal_round_differences', 'assessors still differ');
    END IF;
    IF NEW.state = 'graded' AND EXISTS (
        SELECT FROM appraisal_roundunit u WHERE u.draw_id = v_draw
        AND NOT EXISTS (SELECT FROM appraisal_roundresult r WHERE r.unit_id = u.id)) THEN
        PERFORM appraisal_refuse('appraisal_round_all_graded', 'not all are graded');
    END IF;
    IF NEW.state = 'out' THEN
        IF NEW.conclusion = '' OR NEW.out_on IS NULL THEN
            PERFORM appraisal_refuse('appraisal_round_conclusion', 'a published report has a conclusion');
        END IF;
        UPDATE appraisal_roundresult SET out_on = NEW.out_on WHERE round_id = NEW.id;
    END IF;
    IF NEW.state = 'closed' AND (wall_today() <= NEW.out_on + NEW.appeal_days OR EXISTS (
        SELECT FROM appraisal_roundresult r WHERE r.round_id = NEW.id AND r.appealed_at IS NOT NULL
        AND r.decided_at IS NULL)) THEN
        PERFORM appraisal_refuse('appraisal_round_appeals', 'appeals may come in, or wait');
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER appraisal_round_guard BEFORE INSERT OR UPDATE OR DELETE ON appraisal_round
    FOR EACH ROW EXECUTE FUNCTION appraisal_round_guard();

CREATE FUNCTION appraisal_rounditem_guard() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    IF EXISTS (SELECT FROM appraisal_round r WHERE r.state <> 'draft'
               AND (TG_OP <> 'DELETE' AND r.id = NEW.round_id OR TG_OP <> 'INSERT' AND r.id = OLD.round_id)) THEN
        PERFORM appraisal_refuse('appraisal_round_published_stays', 'a published plan stays as it is');
    END IF;
    RETURN coalesce(NEW, OLD);
END $$;
CREATE TRIGGER appraisal_rounditem_guard BEFORE INSERT OR UPDATE OR DELETE ON appraisal_rounditem
    FOR EACH ROW EXECUTE FUNCTION appraisal_rounditem_guard();

CREATE FUNCTION appraisal_roundmember_guard() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    r appraisal_round;
BEGIN
    SELECT * INTO r FROM appraisal_round WHERE id = coalesce(NEW.round_id, OLD.round_id);
    IF r.state NOT IN ('draft', 'published', 'drawn', 'under_way') THEN
        PERFORM appraisal_refuse('appraisal_round_stage', 'it is too late');
    END IF;
    IF TG_OP = 'DELETE' THEN
        IF EXISTS (SELECT FROM appraisal_scoresheet s WHERE s.round_id = OLD.round_id
                   AND s.account_id = OLD.account_id) THEN
            PERFORM appraisal_refuse('appraisal_roundmember_assigned', 'has sheets');
        END IF;
        RETURN OLD;
    END IF;
    IF NOT EXISTS (SELECT FROM network_grant g WHERE g.account_id = NEW.account_id AND g.role = 'assessor'
                   AND g.organisation_id = NEW.organisation_id AND g.since <= wall_today()
                   AND (g.until IS NULL OR g.until > wall_today())) THEN
        PERFORM appraisal_refuse('appraisal_roundmember_assessor', 'not an assessor of this organisation');
    END IF;
    IF r.contract_id IS NOT NULL AND NEW.organisation_id <> (
        SELECT c.organisation_id FROM purchase_contract c WHERE c.id = r.contract_id) THEN
        PERFORM appraisal_refuse('appraisal_roundmember_contract', 'of another organisation than the contract''s');
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER appraisal_roundmember_guard BEFORE INSERT OR UPDATE OR DELETE ON appraisal_roundmember
    FOR EACH ROW EXECUTE FUNCTION appraisal_roundmember_guard();
"""

SHEETS = f"""
CREATE FUNCTION appraisal_scoresheet_guard() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    r appraisal_round;
    v_contract bigint;
BEGIN
    SELECT * INTO r FROM appraisal_round WHERE id = coalesce(NEW.round_id, OLD.round_id);
    IF TG_OP <> 'INSERT' AND OLD.handed_in_at IS NOT NULL THEN
        PERFORM appraisal_refuse('appraisal_scoresheet_final', 'what was handed in stays');
    END IF;
    IF (TG_OP <> 'UPDATE' OR NEW.account_id IS DISTINCT FROM OLD.account_id) AND (
        r.state NOT IN ('drawn', 'under_way') OR TG_OP <> 'INSERT' AND EXISTS (
            SELECT FROM appraisal_sheetscore x WHERE x.sheet_id = OLD.id)) THEN
        PERFORM appraisal_refuse('appraisal_scoresheet_begun', 'scoring has begun, or hasn''t come up yet');
    END IF;
    IF TG_OP = 'DELETE' THEN
        RETURN OLD;
    END IF;
    IF TG_OP = 'INSERT' OR NEW.account_id IS DISTINCT FROM OLD.account_id THEN
        SELECT u.contract_id INTO v_contract FROM appraisal_roundunit u WHERE u.id = NEW.unit_id
        AND u.draw_id = appraisal_present_draw(NEW.round_id) AND u.station_id = NEW.station_id
        AND u.hub_id = NEW.hub_id;
        IF NOT FOUND OR NEW.account_id IS NOT NULL AND NOT EXISTS (
            SELECT FROM appraisal_roundmember m WHERE m.round_id = NEW.round_id AND m.account_id = NEW.account_id
            AND m.rater = NEW.rater) THEN
            PERFORM appraisal_refuse('appraisal_scoresheet_of_the_team', 'not drawn, or not on the team');
        END IF;
        IF appraisal_interest(NEW.account_id, NEW.station_id, v_contract) IS NOT NULL THEN
            PERFORM appraisal_refuse('appraisal_scoresheet_unrelated', 'related to who runs the station');
        END IF;
    END IF;
    IF TG_OP = 'UPDATE' AND (NEW.unit_id, NEW.rater, NEW.seat, NEW.round_id)
       IS DISTINCT FROM (OLD.unit_id, OLD.rater, OLD.seat, OLD.round_id) THEN
        PERFORM appraisal_refuse('appraisal_scoresheet_final', 'a sheet stays with its unit');
    END IF;
    IF NEW.handed_in_at IS NOT NULL THEN
        IF NOT appraisal_in_window(r) THEN
            PERFORM appraisal_refuse('appraisal_scoresheet_in_window', 'not between the round''s days');
        END IF;
        IF wall_account() IS NOT NULL AND (NEW.handed_in_by_id IS DISTINCT FROM wall_account()
           OR NEW.account_id IS NOT NULL AND NEW.account_id <> wall_account()
           OR NEW.account_id IS NULL AND NOT wall_roles() @> '{{county}}') THEN
            PERFORM appraisal_refuse('appraisal_scoresheet_own', 'handed in by who scored');
        END IF;
        IF EXISTS (SELECT FROM appraisal_rounditem i WHERE i.round_id = NEW.round_id AND i.rater = NEW.rater
                   AND NOT EXISTS (SELECT FROM appraisal_sheetscore x WHERE x.sheet_id = NEW.id
                                   AND x.item_id = i.id)) THEN
            PERFORM appraisal_refuse('appraisal_scoresheet_complete', 'not all is scored');
        END IF;
        SELECT sum(x.points) INTO NEW.total FROM appraisal_sheetscore x WHERE x.sheet_id = NEW.id;
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER appraisal_scoresheet_guard BEFORE INSERT OR UPDATE OR DELETE ON appraisal_scoresheet
    FOR EACH ROW EXECUTE FUNCTION appraisal_scoresheet_guard();

CREATE FUNCTION appraisal_score_guard() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    s appraisal_scoresheet;
    i appraisal_rounditem;
    r appraisal_round;
BEGIN
    SELECT * INTO s FROM appraisal_scoresheet WHERE id = coalesce(NEW.sheet_id, OLD.sheet_id) FOR UPDATE;
    SELECT * INTO r FROM appraisal_round WHERE id = s.round_id;
    IF s.handed_in_at IS NOT NULL THEN
        PERFORM appraisal_refuse('appraisal_scoresheet_final', 'what was handed in stays');
    END IF;
    IF NOT coalesce(appraisal_in_window(r), false) AND NOT (TG_OP = 'DELETE' AND r.state = 'drawn') THEN
        PERFORM appraisal_refuse('appraisal_scoresheet_in_window', 'not between the round''s days');
    END IF;
    IF TG_OP = 'DELETE' THEN
        RETURN OLD;
    END IF;
    SELECT * INTO i FROM appraisal_rounditem WHERE id = NEW.item_id;
    IF i.round_id IS DISTINCT FROM s.round_id OR i.rater <> s.rater OR NEW.hub_id <> s.hub_id
       OR NEW.station_id <> s.station_id THEN
        PERFORM appraisal_refuse('appraisal_sheetscore_of_the_sheet', 'not an item of this sheet');
    END IF;
    IF TG_TABLE_NAME = 'appraisal_sheetscore' AND (to_jsonb(NEW) ->> 'points')::numeric > i.points THEN
        PERFORM appraisal_refuse('appraisal_sheetscore_within_maximum', 'more points than there are');
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER appraisal_score_guard BEFORE INSERT OR UPDATE OR DELETE ON appraisal_sheetscore
    FOR EACH ROW EXECUTE FUNCTION appraisal_score_guard();
CREATE TRIGGER appraisal_score_guard BEFORE INSERT OR UPDATE OR DELETE ON appraisal_sheetphoto
    FOR EACH ROW EXECUTE FUNCTION appraisal_score_guard();

CREATE FUNCTION appraisal_settlement_guard() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    r appraisal_round;
    i appraisal_rounditem;
    v_seats bigint[];
BEGIN
    IF TG_OP = 'UPDATE' AND OLD.agreed_at IS NOT NULL THEN
        PERFORM appraisal_refuse('appraisal_settlement_final', 'settled before');
    END IF;
    SELECT * INTO i FROM appraisal_rounditem WHERE id = NEW.item_id;
    SELECT * INTO r FROM appraisal_round WHERE id = i.round_id;
    SELECT array_agg(s.account_id) FILTER (WHERE s.handed_in_at IS NOT NULL) INTO v_seats FROM appraisal_scoresheet s
    WHERE s.unit_id = NEW.unit_id AND s.rater = 'professional' AND s.round_id = r.id;
    IF NOT appraisal_in_window(r) OR coalesce(cardinality(v_seats), 0) <> 2 OR i.rater <> 'professional' THEN
        PERFORM appraisal_refuse('appraisal_settlement_in_time', 'both hand in first, and it is between the days');
    END IF;
    IF NEW.points > i.points THEN
        PERFORM appraisal_refuse('appraisal_sheetscore_within_maximum', 'more points than there are');
    END IF;
    IF NOT (NEW.proposed_by_id = ANY (v_seats) OR EXISTS (
                SELECT FROM appraisal_roundmember m WHERE m.round_id = r.id AND m.leads
                AND m.account_id = NEW.proposed_by_id))
       OR NEW.agreed_by_id IS NOT NULL AND NOT (
           NEW.agreed_by_id = ANY (v_seats) AND NEW.agreed_by_id <> NEW.proposed_by_id OR EXISTS (
                SELECT FROM appraisal_roundmember m WHERE m.round_id = r.id AND m.leads
                AND m.account_id = NEW.agreed_by_id))
       OR wall_account() IS NOT NULL AND wall_account() <> coalesce(NEW.agreed_by_id, NEW.proposed_by_id) THEN
        PERFORM appraisal_refuse('appraisal_settlement_by_both', 'settled by both, or by who leads');
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER appraisal_settlement_guard BEFORE INSERT OR UPDATE ON appraisal_settlement
    FOR EACH ROW EXECUTE FUNCTION appraisal_settlement_guard();

CREATE FUNCTION appraisal_grade_of(r appraisal_round, p_total numeric) RETURNS varchar LANGUAGE sql STABLE AS $$
    SELECT CASE WHEN p_total >= r.excellent_from THEN 'excellent' WHEN p_total >= r.good_from THEN 'good'
                WHEN p_total >= r.pass_from THEN 'pass' ELSE 'fail' END
$$;
CREATE FUNCTION appraisal_result_guard() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    r appraisal_round;
BEGIN
    SELECT * INTO r FROM appraisal_round WHERE id = NEW.round_id;
    IF TG_OP = 'INSERT' THEN
        IF r.state <> 'settled' OR NOT EXISTS (
            SELECT FROM appraisal_roundunit u WHERE u.id = NEW.unit_id AND u.hub_id = NEW.hub_id
            AND u.station_id = NEW.station_id AND u.draw_id = appraisal_present_draw(r.id)) THEN
            PERFORM appraisal_refuse('appraisal_round_stage', 'graded once all is settled');
        END IF;
        IF NEW.appealed_at IS NOT NULL OR NEW.out_on IS NOT NULL
           OR (NEW.professional IS NULL) <> (r.weight_professional = 0)
           OR (NEW.financial IS NULL) <> (r.weight_financial = 0) OR (NEW.town_points IS NULL) <> (r.weight_town = 0)
           OR (NEW.community IS NULL) <> (r.weight_community = 0) OR (NEW.county IS NULL) <> (r.weight_county = 0) THEN
            PERFORM appraisal_refuse('appraisal_roundresult_parts', 'each rater''s points, and no others');
        END IF;
        NEW.total := round((r.weight_professional * coalesce(NEW.professional, 0)
            + r.weight_financial * coalesce(NEW.financial, 0) + r.weight_town * coalesce(NEW.town_points, 0)
            + r.weight_community * coalesce(NEW.community, 0) + r.weight_county * coalesce(NEW.county, 0)) / 100.0, 2);
        NEW.grade := appraisal_grade_of(r, NEW.total);
        NEW.final_total := NEW.total;
        NEW.final_grade := NEW.grade;
        RETURN NEW;
    END IF;
    IF ({row(SCORED, "NEW")}, NEW.total, NEW.grade) IS DISTINCT FROM ({row(SCORED, "OLD")}, OLD.total, OLD.grade)
       OR NEW.out_on IS DISTINCT FROM OLD.out_on AND r.state <> 'graded' OR OLD.decided_at IS NOT NULL THEN
        PERFORM appraisal_refuse('appraisal_roundresult_stays', 'a result stays as it is');
    END IF;
    IF NEW.appealed_at IS NOT NULL AND OLD.appealed_at IS NULL AND (
        r.state <> 'out' OR wall_today() > r.out_on + r.appeal_days OR wall_account() IS NOT NULL
        AND NOT (NEW.station_id = ANY (wall_stations()) AND wall_roles() && '{{head,agency}}'
                 OR NEW.hub_id = ANY (wall_hubs()) AND wall_roles() @> '{{head}}')) THEN
        PERFORM appraisal_refuse('appraisal_roundresult_appeal_in_time', 'an appeal comes in time, from who was assessed');
    END IF;
    IF OLD.appealed_at IS NOT NULL AND (NEW.appeal, NEW.appealed_at, NEW.appealed_by_id)
       IS DISTINCT FROM (OLD.appeal, OLD.appealed_at, OLD.appealed_by_id)
       OR NEW.decided_at IS NOT NULL AND (OLD.appealed_at IS NULL OR wall_account() IS NOT NULL
           AND NOT wall_roles() @> '{{city}}') THEN
        PERFORM appraisal_refuse('appraisal_roundresult_stays', 'an appeal is decided by the city, once');
    END IF;
    IF NEW.is_granted IS NOT TRUE THEN
        NEW.final_total := OLD.final_total;
    END IF;
    NEW.final_grade := appraisal_grade_of(r, NEW.final_total);
    RETURN NEW;
END $$;
CREATE TRIGGER appraisal_result_guard BEFORE INSERT OR UPDATE ON appraisal_roundresult
    FOR EACH ROW EXECUTE FUNCTION appraisal_result_guard();
CREATE TRIGGER indicators_restamp AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON appraisal_roundresult
    FOR EACH STATEMENT EXECUTE FUNCTION indicators_restamp_stocks();
"""
BEFORE = """
DROP TRIGGER indicators_restamp ON appraisal_roundresult;
DROP TRIGGER appraisal_result_guard ON appraisal_roundresult;
DROP TRIGGER appraisal_settlement_guard ON appraisal_settlement;
DROP TRIGGER appraisal_score_guard ON appraisal_sheetphoto;
DROP TRIGGER appraisal_score_guard ON appraisal_sheetscore;
DROP TRIGGER appraisal_scoresheet_guard ON appraisal_scoresheet;
DROP TRIGGER appraisal_roundmember_guard ON appraisal_roundmember;
DROP TRIGGER appraisal_rounditem_guard ON appraisal_rounditem;
DROP TRIGGER appraisal_round_guard ON appraisal_round;
DROP FUNCTION appraisal_result_guard(), appraisal_grade_of(appraisal_round, numeric), appraisal_settlement_guard(),
    appraisal_score_guard(), appraisal_scoresheet_guard(), appraisal_roundmember_guard(), appraisal_rounditem_guard(),
    appraisal_round_guard(), appraisal_sampled(uuid, uuid), appraisal_shown_sheets(), appraisal_own_sheets(),
    appraisal_out_rounds(), appraisal_my_units(), appraisal_in_window(appraisal_round), appraisal_present_draw(uuid),
    appraisal_assessors(), appraisal_interests(uuid), appraisal_interest(bigint, int, bigint),
    appraisal_draw_holds(uuid), appraisal_draw_sample(uuid, text, text), appraisal_sample_records(uuid),
    appraisal_sample_units(uuid, text);
"""

CITY = "(SELECT wall_roles()) @> '{city}'"
PARTY = "hub_id = ANY ((SELECT wall_hubs())::int[]) OR station_id = ANY ((SELECT wall_stations())::int[])"
MINE = "unit_id IN (SELECT appraisal_my_units())"
OUT = "round_id IN (SELECT appraisal_out_rounds())"
SHOWN = "{0} IN (SELECT appraisal_shown_sheets())"
OWN = "{0} IN (SELECT appraisal_own_sheets())"
OUT_UNIT = "EXISTS (SELECT FROM appraisal_roundresult r WHERE r.unit_id = {0}.unit_id AND r.out_on IS NOT NULL)"
WITH_ROUND = "EXISTS (SELECT FROM appraisal_round r WHERE r.id = round_id)"
# table -> (rights, {policy: (command, using, check)})
WALL = {
    "round": ("select, insert, update, delete", {
        "published_or_the_citys": ("SELECT", f"state <> 'draft' OR {CITY}", None),
        "written_by_the_city": ("ALL", CITY, None),
    }),
    "rounditem": ("select, insert, update, delete", {
        "with_its_round": ("SELECT", WITH_ROUND, None),
        "written_by_the_city": ("ALL", CITY, None),
    }),
    "roundmember": ("select, insert, update, delete", {
        "own_or_officers": ("SELECT", "account_id = wall_account() OR (SELECT wall_roles()) && '{city,county}'", None),
        "written_by_the_city": ("ALL", CITY, None),
    }),
    "draw": ("select", {"public": ("SELECT", "true", None)}),
    "roundunit": ("select", {
        "concerned": ("SELECT", f"{CITY} OR {PARTY} OR id IN (SELECT appraisal_my_units()) OR {OUT}", None),
    }),
    "unitrecords": ("select", {"concerned": ("SELECT", f"{CITY} OR {PARTY} OR {MINE}", None)}),
    "roundstep": ("select, insert", {
        "with_its_round": ("SELECT", WITH_ROUND, None),
        "written_by_the_city": ("INSERT", None, CITY),
    }),
    "declaredrelation": ("select, insert, update", {"of_the_city": ("ALL", CITY, None)}),
    "scoresheet": ("select, insert, update, delete", {
        "shown": ("SELECT", f"{CITY} OR {SHOWN.format('id')}", None),
        "assigned_by_the_city": ("INSERT", None, CITY),
        "filled_by_its_rater": ("UPDATE", f"{CITY} OR {OWN.format('id')}", "true"),
        "dropped_by_the_city": ("DELETE", CITY, None),
    }),
    "sheetscore": ("select, insert, update, delete", {
        "shown": ("SELECT", SHOWN.format("sheet_id"), None),
        "filled_by_its_rater": ("ALL", OWN.format("sheet_id"), None),
    }),
    "sheetphoto": ("select, insert, delete", {
        "shown": ("SELECT", SHOWN.format("sheet_id"), None),
        "filled_by_its_rater": ("ALL", OWN.format("sheet_id"), None),
    }),
    "sheetphotopiece": ("select, insert, delete", {
        "with_its_photo": ("ALL", "EXISTS (SELECT FROM appraisal_sheetphoto p WHERE p.id = photo_id)", None),
    }),
    "settlement": ("select, insert, update, delete", {
        "concerned": ("SELECT", f"{CITY} OR {MINE} OR ({PARTY}) AND {OUT_UNIT.format('appraisal_settlement')}", None),
        "written_by_assessors": ("ALL", MINE, None),
    }),
    "roundresult": ("select, insert, update", {
        "public_once_out": ("SELECT", f"{CITY} OR out_on IS NOT NULL", None),
        "graded_by_the_city": ("INSERT", None, CITY),
        "appealed_and_decided": ("UPDATE", f"{CITY} OR {PARTY}", None),
    }),
}  # fmt: skip


class Migration(migrations.Migration):
    dependencies = [
        ("appraisal", "0010_rounds"),
        ("indicators", "0006_stock_stamp"),
        ("practice", "0050_sight_by_agreement"),
        ("purchase", "0019_projects_hold"),
    ]
    operations = [
        migrations.RunSQL(SAMPLE + INTERESTS + SIGHT + ROUNDS + SHEETS, BEFORE),
        *[
            operation
            for table, (rights, policies) in WALL.items()
            for operation in (
                wall.grant(f"appraisal_{table}", rights),
                wall.enable(f"appraisal_{table}"),
                *[
                    wall.policy(f"appraisal_{table}", name, using, check, command)
                    for name, (command, using, check) in policies.items()
                ],
            )
        ],
    ]
