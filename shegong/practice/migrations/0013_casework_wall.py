"""The wall around case files, the order of stages held by the database, and cases that move between stations.

A row of a case's file is seen with its case, wherever the case lies by now. A case that has moved takes along the sight
of its client's file and of its own records, which stay where they were written; restricted files stay hidden there as
they were here.
"""

from django.db import migrations

from shegong.kernel import wall

SIGHT = """
-- Cases whose rows and records are seen beyond the viewer's stations: those supervised, and those that moved to them.
CREATE OR REPLACE FUNCTION wall_cases() RETURNS uuid[]
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT CASE WHEN wall_roles() @> '{supervisor}' THEN coalesce(
        (SELECT array_agg(id) FROM practice_case WHERE supervisor_id = wall_account() AND closed_on IS NULL), '{}')
    ELSE '{}'::uuid[] END
    || coalesce((SELECT array_agg(k.id) FROM practice_case k
                 WHERE k.moved AND k.station_id = ANY (wall_stations()) AND k.client_id <> ALL ((SELECT wall_hidden())::uuid[])), '{}')
$$;

CREATE OR REPLACE FUNCTION wall_case_clients() RETURNS uuid[]
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT CASE WHEN wall_roles() @> '{supervisor}' THEN coalesce(
        (SELECT array_agg(client_id) FROM practice_case WHERE supervisor_id = wall_account() AND closed_on IS NULL),
        '{}')
    ELSE '{}'::uuid[] END
    || coalesce((SELECT array_agg(k.client_id) FROM practice_case k
                 WHERE k.moved AND k.station_id = ANY (wall_stations()) AND k.client_id <> ALL ((SELECT wall_hidden())::uuid[])), '{}')
$$;

CREATE OR REPLACE FUNCTION wall_hidden() RETURNS uuid[]
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT coalesce(array_agg(h.id), '{}') FROM (
        SELECT c.id FROM practice_client c
        WHERE c.restricted_classes <> '{}'
          AND (c.hub_id = ANY (wall_hubs()) OR c.station_id = ANY (wall_stations()))
        UNION
        SELECT c.id FROM practice_case m JOIN practice_client c ON c.id = m.client_id AND c.hub_id = m.hub_id
        WHERE m.moved AND m.station_id = ANY (wall_stations()) AND c.restricted_classes <> '{}') AS h
    WHERE NOT EXISTS (SELECT FROM practice_restrictedlook l
                      WHERE l.account_id = wall_account() AND l.client_id = h.id AND l.until > now())
      AND NOT EXISTS (SELECT FROM practice_case k
                      WHERE k.client_id = h.id AND k.closed_on IS NULL AND k.worker_id = wall_worker())
$$;

-- A restricted file may be asked for with a reason also where its case has moved to.
CREATE OR REPLACE FUNCTION practice_restricted_file(p_number text, p_id uuid)
RETURNS TABLE (client_id uuid, hub_id int, station_id int)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT c.id, c.hub_id, c.station_id FROM practice_client c
    WHERE (c.number = p_number OR c.id = p_id) AND c.restricted_classes <> '{}'
      AND (c.hub_id = ANY (wall_hubs()) OR c.station_id = ANY (wall_stations())
           OR EXISTS (SELECT FROM practice_case k
                      WHERE k.client_id = c.id AND k.moved AND k.station_id = ANY (wall_stations())))
$$;
"""

SIGHT_BEFORE = """
CREATE OR REPLACE FUNCTION wall_cases() RETURNS uuid[]
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT CASE WHEN wall_roles() @> '{supervisor}' THEN coalesce(
        (SELECT array_agg(id) FROM practice_case WHERE supervisor_id = wall_account() AND closed_on IS NULL), '{}')
    ELSE '{}'::uuid[] END
$$;
CREATE OR REPLACE FUNCTION wall_case_clients() RETURNS uuid[]
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT CASE WHEN wall_roles() @> '{supervisor}' THEN coalesce(
        (SELECT array_agg(client_id) FROM practice_case WHERE supervisor_id = wall_account() AND closed_on IS NULL),
        '{}')
    ELSE '{}'::uuid[] END
$$;
CREATE OR REPLACE FUNCTION wall_hidden() RETURNS uuid[]
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT coalesce(array_agg(c.id), '{}') FROM practice_client c
    WHERE c.restricted_classes <> '{}'
      AND (c.hub_id = ANY (wall_hubs()) OR c.station_id = ANY (wall_stations()))
      AND NOT EXISTS (SELECT FROM practice_restrictedlook l
                      WHERE l.account_id = wall_account() AND l.client_id = c.id AND l.until > now())
      AND NOT EXISTS (SELECT FROM practice_case k
                      WHERE k.client_id = c.id AND k.closed_on IS NULL AND k.worker_id = wall_worker())
$$;
CREATE OR REPLACE FUNCTION practice_restricted_file(p_number text, p_id uuid)
RETURNS TABLE (client_id uuid, hub_id int, station_id int)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT c.id, c.hub_id, c.station_id FROM practice_client c
    WHERE (c.number = p_number OR c.id = p_id) AND c.restricted_classes <> '{}'
      AND (c.hub_id = ANY (wall_hubs()) OR c.station_id = ANY (wall_stations()))
$$;
"""

STAGES = """
-- A case begins with its intake, goes on one stage at a time (or ends early, with its reason), comes to intervention with
-- a plan approved in this round and to its end with an evaluation and an approved closure; each way back opens a round.
CREATE FUNCTION practice_case_guard() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    v_order CONSTANT text[] := '{intake,assessment,planning,intervention,evaluation,closed}';
    v_step int;
    v_wrong text;
BEGIN
    IF TG_OP = 'INSERT' THEN
        IF NEW.stage <> 'intake' OR NEW.round <> 1 THEN
            v_wrong := 'a case begins with its intake';
        END IF;
    ELSIF NEW.stage = OLD.stage THEN
        IF NEW.round <> OLD.round THEN
            v_wrong := 'a round begins with a way back';
        END IF;
    ELSE
        v_step := array_position(v_order, NEW.stage::text) - array_position(v_order, OLD.stage::text);
        IF v_step < 0 THEN
            IF NEW.round <> OLD.round + 1 THEN
                v_wrong := 'a way back opens a round';
            ELSIF NOT (v_step = -1 OR (OLD.stage = 'closed' AND NEW.stage = 'intervention')
                       OR (NEW.stage = 'planning' AND OLD.planned_on IS NULL)) THEN
                v_wrong := 'a stage was skipped on the way back';
            END IF;
        ELSIF NEW.round <> OLD.round THEN
            v_wrong := 'a round begins with a way back';
        ELSIF v_step > 1 AND NOT (NEW.stage = 'evaluation' AND NEW.early_reason <> '') THEN
            v_wrong := 'a stage was skipped';
        ELSIF NEW.stage = 'intervention' AND NOT EXISTS (
            SELECT FROM practice_caseapproval a WHERE a.case_id = NEW.id AND a.hub_id = NEW.hub_id
              AND a.kind = 'plan' AND a.decision = 'approve' AND a.round = NEW.round) THEN
            v_wrong := 'no intervention before an approved plan';
        ELSIF NEW.stage = 'closed' AND NOT EXISTS (
            SELECT FROM practice_caseapproval a WHERE a.case_id = NEW.id AND a.hub_id = NEW.hub_id
              AND a.kind = 'closure' AND a.decision = 'approve' AND a.round = NEW.round) THEN
            v_wrong := 'no closure before its approval';
        ELSIF NEW.stage = 'closed' AND NOT EXISTS (
            SELECT FROM practice_casesheet s WHERE s.case_id = NEW.id AND s.hub_id = NEW.hub_id
              AND s.stage = 'evaluation' AND s.round = NEW.round) THEN
            v_wrong := 'no closure before an evaluation';
        END IF;
    END IF;
    IF v_wrong IS NOT NULL THEN
        RAISE EXCEPTION '%', v_wrong USING ERRCODE = 'check_violation', CONSTRAINT = 'practice_case_stages_in_order';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER practice_case_guard BEFORE INSERT OR UPDATE OF stage, round ON practice_case
    FOR EACH ROW EXECUTE FUNCTION practice_case_guard();

-- A closed case takes no records but its follow-ups; refined services wait for an approved plan, emergencies excepted.
CREATE FUNCTION practice_record_of_case() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    v_stage text;
    v_planned date;
    v_same boolean := TG_OP = 'UPDATE' AND OLD.case_id IS NOT DISTINCT FROM NEW.case_id;
BEGIN
    IF v_same AND OLD.service_id = NEW.service_id THEN
        RETURN NEW;
    END IF;
    SELECT stage, planned_on INTO v_stage, v_planned FROM practice_case
    WHERE id = NEW.case_id AND hub_id = NEW.hub_id FOR SHARE;
    IF v_stage = 'closed' THEN
        IF NOT v_same AND NOT EXISTS (SELECT FROM practice_followup f WHERE f.record_id = NEW.id
                                      AND f.hub_id = NEW.hub_id AND f.case_id = NEW.case_id) THEN
            RAISE EXCEPTION 'a closed case takes no records but follow-ups'
                USING ERRCODE = 'check_violation', CONSTRAINT = 'practice_record_on_closed_case';
        END IF;
    ELSIF v_planned IS NULL
        AND EXISTS (SELECT FROM catalogue_serviceitem i WHERE i.id = NEW.service_id AND i.kind = 'refined')
        AND NOT EXISTS (SELECT FROM practice_emergencyservice e WHERE e.record_id = NEW.id
                        AND e.hub_id = NEW.hub_id AND e.case_id = NEW.case_id) THEN
        RAISE EXCEPTION 'no intervention before an approved plan'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'practice_record_before_plan';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER practice_record_of_case BEFORE INSERT OR UPDATE OF case_id, service_id ON practice_servicerecord
    FOR EACH ROW WHEN (NEW.case_id IS NOT NULL) EXECUTE FUNCTION practice_record_of_case();
"""

TRANSFER = """
-- The receiving station takes a case: it can't see it before. What is still open moves along, records stay.
CREATE FUNCTION practice_take_case(p_transfer uuid, p_hub int, p_worker bigint, p_comment text, p_at timestamptz)
RETURNS uuid
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    v_found practice_casetransfer;
BEGIN
    SELECT * INTO v_found FROM practice_casetransfer WHERE id = p_transfer AND hub_id = p_hub FOR UPDATE;
    IF NOT (FOUND AND wall_roles() && '{head}'
            AND (v_found.to_station_id = ANY (wall_stations()) OR p_hub = ANY (wall_hubs()))) THEN
        RAISE EXCEPTION 'out of reach' USING ERRCODE = 'insufficient_privilege';
    END IF;
    IF v_found.decision <> '' THEN
        RETURN NULL;
    END IF;
    UPDATE practice_casetransfer SET decision = 'accept', to_worker_id = p_worker, comment = p_comment,
        decided_by_id = wall_account(), decided_at = p_at WHERE id = p_transfer AND hub_id = p_hub;
    UPDATE practice_case SET station_id = v_found.to_station_id, worker_id = p_worker, moved = true
    WHERE id = v_found.case_id AND hub_id = p_hub;
    UPDATE practice_caseapproval SET station_id = v_found.to_station_id
    WHERE case_id = v_found.case_id AND hub_id = p_hub AND decision = '';
    UPDATE practice_followup SET station_id = v_found.to_station_id
    WHERE case_id = v_found.case_id AND hub_id = p_hub AND done_on IS NULL;
    UPDATE practice_emergencyservice SET station_id = v_found.to_station_id
    WHERE case_id = v_found.case_id AND hub_id = p_hub AND reviewed_at IS NULL;
    RETURN v_found.case_id;
END $$;
"""

# What erasing a person's data does to a case, before and with its file. What is counted stays: days, stages, levels.
CASE_ERASED_BEFORE = """goals = '', plan = '', outcome = ''
    WHERE hub_id = p_hub AND client_id = ANY (v_ids);"""
CASE_ERASED = """outcome = ''
    WHERE hub_id = p_hub AND client_id = ANY (v_ids);
    UPDATE practice_casestep t SET reason = CASE WHEN reason = '' THEN '' ELSE '—' END
    FROM practice_case k WHERE k.id = t.case_id AND t.hub_id = p_hub AND k.hub_id = p_hub AND k.client_id = ANY (v_ids);
    UPDATE practice_casesheet t SET content = '{}', signer = '', signature = '',
        witness = CASE WHEN signature = '' AND witness = '' THEN '' ELSE '—' END
    FROM practice_case k WHERE k.id = t.case_id AND t.hub_id = p_hub AND k.hub_id = p_hub AND k.client_id = ANY (v_ids);
    UPDATE practice_casegoal t SET statement = '—', measure = '—', baseline = '—', levels = '{—,—,—,—,—}'
    FROM practice_case k WHERE k.id = t.case_id AND t.hub_id = p_hub AND k.hub_id = p_hub AND k.client_id = ANY (v_ids);
    UPDATE practice_goalrating t SET note = ''
    FROM practice_case k WHERE k.id = t.case_id AND t.hub_id = p_hub AND k.hub_id = p_hub AND k.client_id = ANY (v_ids);
    UPDATE practice_caseapproval t SET comment = ''
    FROM practice_case k WHERE k.id = t.case_id AND t.hub_id = p_hub AND k.hub_id = p_hub AND k.client_id = ANY (v_ids);
    UPDATE practice_casetransfer t SET reason = '—', comment = ''
    FROM practice_case k WHERE k.id = t.case_id AND t.hub_id = p_hub AND k.hub_id = p_hub AND k.client_id = ANY (v_ids);
    UPDATE practice_followup t SET note = CASE WHEN note = '' THEN '' ELSE '—' END
    FROM practice_case k WHERE k.id = t.case_id AND t.hub_id = p_hub AND k.hub_id = p_hub AND k.client_id = ANY (v_ids);
    UPDATE practice_emergencyservice t SET reason = '—', comment = ''
    FROM practice_case k WHERE k.id = t.case_id AND t.hub_id = p_hub AND k.hub_id = p_hub AND k.client_id = ANY (v_ids);"""


def erasing(was: str, becomes: str) -> str:
    """Change these lines of practice_anonymise, and fail if they aren't there."""
    return f"""
    DO $do$
    DECLARE
        v_was text := pg_get_functiondef('practice_anonymise(uuid, int, date)'::regprocedure);
        v_is text := replace(v_was, $was${was}$was$, $is${becomes}$is$);
    BEGIN
        IF v_is = v_was THEN
            RAISE EXCEPTION 'practice_anonymise is not as expected';
        END IF;
        EXECUTE v_is;
    END $do$;"""


TABLES = {
    "practice_casestep": "select, insert",
    "practice_casesheet": "select, insert",
    "practice_goalrating": "select, insert",
    "practice_casegoal": "select, insert, update",
    "practice_plannedservice": "select, insert, update",
    "practice_caseapproval": "select, insert, update",
    "practice_casetransfer": "select, insert, update",
    "practice_followup": "select, insert, update",
    "practice_emergencyservice": "select, insert, update",
}
REACH = "(hub_id = ANY ((SELECT wall_hubs())::int[]) OR station_id = ANY ((SELECT wall_stations())::int[]))"
OUTSIDE = "= ANY ((SELECT wall_cases())::uuid[])"


def policies() -> list[object]:
    """Keys, rights and policies, table by table."""
    made: list[object] = []
    for table, rights in TABLES.items():
        made += [
            wall.composite_key(table, ["id", "hub_id"]),
            wall.composite_reference(
                table, ["case_id", "hub_id"], "practice_case", ["id", "hub_id"], f"{table}_case_id_in_hub"
            ),
            wall.grant(table, rights),
            wall.enable(table),
            wall.policy(
                table, "with_its_case",
                f"EXISTS (SELECT FROM practice_case k WHERE k.id = case_id AND k.hub_id = {table}.hub_id)",
                f"{REACH} OR case_id {OUTSIDE}",
            ),
        ]
    made.append(
        wall.policy(
            "practice_casetransfer", "by_the_receiver",
            "hub_id = ANY ((SELECT wall_hubs())::int[]) OR to_station_id = ANY ((SELECT wall_stations())::int[])",
        )
    )
    # A supervisor's decision moves the case on.
    made.append(wall.policy("practice_case", "moved_by_its_supervisor", f"id {OUTSIDE}", command="UPDATE"))
    return made


class Migration(migrations.Migration):
    dependencies = [("practice", "0012_casework")]
    operations = [
        *policies(),
        wall.composite_reference(
            "practice_goalrating", ["goal_id", "hub_id"], "practice_casegoal", ["id", "hub_id"],
            "practice_goalrating_goal_id_in_hub",
        ),
        wall.composite_reference(
            "practice_casesheet", ["assessment_id", "hub_id"], "practice_assessment", ["id", "hub_id"],
            "practice_casesheet_assessment_id_in_hub",
        ),
        # The mark is written before the record that it lets in.
        wall.composite_reference(
            "practice_followup", ["record_id", "hub_id"], "practice_servicerecord", ["id", "hub_id"],
            "practice_followup_record_id_in_hub", deferred=True,
        ),
        wall.composite_reference(
            "practice_emergencyservice", ["record_id", "hub_id"], "practice_servicerecord", ["id", "hub_id"],
            "practice_emergencyservice_record_id_in_hub", deferred=True,
        ),
        migrations.RunSQL(SIGHT, SIGHT_BEFORE),
        migrations.RunSQL(erasing(CASE_ERASED_BEFORE, CASE_ERASED), erasing(CASE_ERASED, CASE_ERASED_BEFORE)),
        migrations.RunSQL(
            STAGES,
            """
            DROP TRIGGER practice_case_guard ON practice_case; DROP FUNCTION practice_case_guard();
            DROP TRIGGER practice_record_of_case ON practice_servicerecord; DROP FUNCTION practice_record_of_case();
            """,
        ),
        migrations.RunSQL(TRANSFER, "DROP FUNCTION practice_take_case(uuid, int, bigint, text, timestamptz)"),
    ]
