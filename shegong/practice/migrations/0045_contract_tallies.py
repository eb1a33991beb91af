"""What was done under each contract, counted with every record."""

import django.db.models.deletion
from django.db import migrations, models

from shegong.kernel import schema, wall

FUNCTIONS = """
-- Which of a contract's years a day is in (0: none).
CREATE FUNCTION practice_contract_year(p_since date, p_until date, p_on date) RETURNS int
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT CASE WHEN p_on < p_since OR p_on >= p_until THEN 0
                WHEN p_on >= p_since + interval '2 years' THEN 3
                WHEN p_on >= p_since + interval '1 year' THEN 2 ELSE 1 END
$$;

-- Persons of a contract's year, each counted once.
CREATE FUNCTION practice_contract_persons(p_contract bigint, p_year int, p_clients uuid[], p_sign int) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = public, pg_temp AS $$
    WITH given AS (
        SELECT y AS year, c AS client, count(*)::int AS times
        FROM unnest(ARRAY[0, p_year]) AS y, unnest(p_clients) AS c GROUP BY y, c
    ), there AS (
        INSERT INTO practice_contractunit AS u (contract_id, year, kind, unit, size)
        SELECT p_contract, year, 'P', client, p_sign * times FROM given ORDER BY year, client
        ON CONFLICT (contract_id, year, kind, unit) DO UPDATE SET size = u.size + excluded.size
        RETURNING u.year, u.unit, u.size
    ), news AS (
        SELECT g.year,
               p_sign * count(*) FILTER (WHERE t.size = CASE WHEN p_sign > 0 THEN g.times ELSE 0 END) AS persons
        FROM given g JOIN there t ON t.year = g.year AND t.unit = g.client GROUP BY g.year
    )
    INSERT INTO practice_contractwork AS w (contract_id, year, service, records, person_times, work_minutes, persons)
    SELECT p_contract, year, 0, 0, 0, 0, persons FROM news WHERE persons <> 0 ORDER BY year
    ON CONFLICT (contract_id, year, service) DO UPDATE SET persons = w.persons + excluded.persons
$$;

-- Add a changed record to its contract's tallies (p_sign 1), or take it out (-1), with who took part in it.
CREATE FUNCTION practice_contract_count(r practice_servicerecord, p_sign int) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    in_year int;
    of_service bigint;
    clients uuid[];
BEGIN
    IF r.contract_id IS NULL OR r.voided_at IS NOT NULL THEN
        RETURN;
    END IF;
    SELECT practice_contract_year(c.since, c.until, r.served_on) INTO in_year
    FROM purchase_contract c WHERE c.id = r.contract_id;
    IF coalesce(in_year, 0) = 0 THEN
        RETURN;
    END IF;
    SELECT coalesce(i.first_id, i.id) INTO of_service FROM catalogue_serviceitem i WHERE i.id = r.service_id;
    INSERT INTO practice_contractwork AS w (contract_id, year, service, records, person_times, work_minutes, persons)
    SELECT r.contract_id, y, s, p_sign, p_sign * r.person_times, p_sign * r.work_minutes, 0
    FROM unnest(ARRAY[0, in_year]) AS y, unnest(ARRAY[0, of_service]) AS s ORDER BY y, s
    ON CONFLICT (contract_id, year, service) DO UPDATE SET
        records = w.records + excluded.records, person_times = w.person_times + excluded.person_times,
        work_minutes = w.work_minutes + excluded.work_minutes;
    IF r.case_id IS NOT NULL THEN
        INSERT INTO practice_contractunit AS u (contract_id, year, kind, unit, size)
        SELECT r.contract_id, y, 'C', r.case_id, p_sign FROM unnest(ARRAY[0, in_year]) AS y ORDER BY y
        ON CONFLICT (contract_id, year, kind, unit) DO UPDATE SET size = u.size + excluded.size;
    END IF;
    IF r.method IN ('G', 'M') THEN
        INSERT INTO practice_contractunit AS u (contract_id, year, kind, unit, parent, size)
        SELECT r.contract_id, y, CASE r.method WHEN 'G' THEN 'S' ELSE 'A' END, r.id,
               (SELECT s.social_group_id FROM practice_groupsession s WHERE s.record_id = r.id LIMIT 1),
               p_sign * r.person_times
        FROM unnest(ARRAY[0, in_year]) AS y ORDER BY y
        ON CONFLICT (contract_id, year, kind, unit) DO UPDATE SET size = u.size + excluded.size;
    END IF;
    SELECT array_agg(p.client_id) INTO clients FROM practice_recordclient p
    WHERE p.record_id = r.id AND p.hub_id = r.hub_id;
    IF clients IS NOT NULL THEN
        PERFORM practice_contract_persons(r.contract_id, in_year, clients, p_sign);
    END IF;
END $$;

-- New records, all of a statement at once; who took part in them comes with the rows of practice_recordclient.
CREATE FUNCTION practice_records_of_contract() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    IF NOT EXISTS (SELECT FROM added WHERE contract_id IS NOT NULL) THEN
        RETURN NULL;
    END IF;
    WITH counted AS MATERIALIZED (
        SELECT a.id, a.contract_id, practice_contract_year(c.since, c.until, a.served_on) AS year,
               coalesce(i.first_id, i.id) AS service, a.method, a.case_id, a.person_times, a.work_minutes
        FROM added a JOIN purchase_contract c ON c.id = a.contract_id
        JOIN catalogue_serviceitem i ON i.id = a.service_id
        WHERE a.voided_at IS NULL AND a.served_on >= c.since AND a.served_on < c.until
    ), work AS (
        INSERT INTO practice_contractwork AS w
            (contract_id, year, service, records, person_times, work_minutes, persons)
        SELECT k.contract_id, y, s, sum(k.records), sum(k.person_times), sum(k.work_minutes), 0
        FROM (SELECT contract_id, year, service, count(*) AS records, sum(person_times) AS person_times,
                     sum(work_minutes) AS work_minutes FROM counted GROUP BY 1, 2, 3) AS k,
             unnest(ARRAY[0, k.year]) AS y, unnest(ARRAY[0, k.service]) AS s
        GROUP BY 1, 2, 3 ORDER BY 1, 2, 3
        ON CONFLICT (contract_id, year, service) DO UPDATE SET
            records = w.records + excluded.records, person_times = w.person_times + excluded.person_times,
            work_minutes = w.work_minutes + excluded.work_minutes
    ), cases AS (
        INSERT INTO practice_contractunit AS u (contract_id, year, kind, unit, size)
        SELECT k.contract_id, y, 'C', k.case_id, count(*) FROM counted k, unnest(ARRAY[0, k.year]) AS y
        WHERE k.case_id IS NOT NULL GROUP BY 1, 2, 4 ORDER BY 1, 2, 4
        ON CONFLICT (contract_id, year, kind, unit) DO UPDATE SET size = u.size + excluded.size
    )
    INSERT INTO practice_contractunit AS u (contract_id, year, kind, unit, parent, size)
    SELECT k.contract_id, y, CASE k.method WHEN 'G' THEN 'S' ELSE 'A' END, k.id,
           (SELECT s.social_group_id FROM practice_groupsession s WHERE s.record_id = k.id LIMIT 1), k.person_times
    FROM counted k, unnest(ARRAY[0, k.year]) AS y WHERE k.method IN ('G', 'M') ORDER BY 1, 2, 4
    ON CONFLICT (contract_id, year, kind, unit) DO UPDATE SET size = u.size + excluded.size;
    RETURN NULL;
END $$;
CREATE TRIGGER practice_records_of_contract AFTER INSERT ON practice_servicerecord
REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION practice_records_of_contract();

CREATE FUNCTION practice_record_of_contract() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    PERFORM practice_contract_count(OLD, -1);
    PERFORM practice_contract_count(NEW, 1);
    RETURN NULL;
END $$;
CREATE TRIGGER practice_record_of_contract_changed
AFTER UPDATE OF contract_id, served_on, service_id, method, person_times, work_minutes, case_id, voided_at
ON practice_servicerecord FOR EACH ROW
WHEN ((OLD.contract_id IS NOT NULL OR NEW.contract_id IS NOT NULL)
      AND (OLD.contract_id, OLD.served_on, OLD.service_id, OLD.method, OLD.person_times, OLD.work_minutes, OLD.case_id,
           OLD.voided_at)
      IS DISTINCT FROM (NEW.contract_id, NEW.served_on, NEW.service_id, NEW.method, NEW.person_times, NEW.work_minutes,
                        NEW.case_id, NEW.voided_at))
EXECUTE FUNCTION practice_record_of_contract();

CREATE FUNCTION practice_clients_of_contract() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    was record;
BEGIN
    FOR was IN
        SELECT r.contract_id, practice_contract_year(c.since, c.until, r.served_on) AS in_year,
               array_agg(a.client_id) AS clients
        FROM added a JOIN practice_servicerecord r ON r.id = a.record_id AND r.hub_id = a.hub_id
        JOIN purchase_contract c ON c.id = r.contract_id
        WHERE r.voided_at IS NULL GROUP BY 1, 2 ORDER BY 1, 2
    LOOP
        IF was.in_year > 0 THEN
            PERFORM practice_contract_persons(was.contract_id, was.in_year, was.clients, 1);
        END IF;
    END LOOP;
    RETURN NULL;
END $$;
CREATE TRIGGER practice_clients_of_contract AFTER INSERT ON practice_recordclient
REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION practice_clients_of_contract();

CREATE FUNCTION practice_client_of_contract() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    was record;
BEGIN
    SELECT r.contract_id, practice_contract_year(c.since, c.until, r.served_on) AS in_year INTO was
    FROM practice_servicerecord r JOIN purchase_contract c ON c.id = r.contract_id
    WHERE r.id = OLD.record_id AND r.hub_id = OLD.hub_id AND r.voided_at IS NULL;
    IF was.in_year > 0 THEN
        PERFORM practice_contract_persons(was.contract_id, was.in_year, ARRAY[OLD.client_id], -1);
    END IF;
    IF TG_OP <> 'DELETE' THEN
        SELECT r.contract_id, practice_contract_year(c.since, c.until, r.served_on) AS in_year INTO was
        FROM practice_servicerecord r JOIN purchase_contract c ON c.id = r.contract_id
        WHERE r.id = NEW.record_id AND r.hub_id = NEW.hub_id AND r.voided_at IS NULL;
        IF was.in_year > 0 THEN
            PERFORM practice_contract_persons(was.contract_id, was.in_year, ARRAY[NEW.client_id], 1);
        END IF;
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER practice_client_of_contract AFTER DELETE OR UPDATE OF client_id, record_id
ON practice_recordclient FOR EACH ROW EXECUTE FUNCTION practice_client_of_contract();

-- A session is known to be of its group once it was held.
CREATE FUNCTION practice_session_of_contract() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    UPDATE practice_contractunit u SET parent = NEW.social_group_id
    FROM practice_servicerecord r
    WHERE r.id = NEW.record_id AND r.hub_id = NEW.hub_id AND u.contract_id = r.contract_id AND u.kind = 'S'
      AND u.unit = r.id AND u.year IN (0, 1, 2, 3);
    RETURN NULL;
END $$;
CREATE TRIGGER practice_session_of_contract AFTER INSERT OR UPDATE OF record_id ON practice_groupsession
FOR EACH ROW WHEN (NEW.record_id IS NOT NULL) EXECUTE FUNCTION practice_session_of_contract();

-- What sums of work come to by a measure.
CREATE FUNCTION practice_work_done(p_measure text, w practice_contractwork) RETURNS numeric
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT CASE p_measure WHEN 'hours' THEN w.work_minutes / 60.0 WHEN 'persons' THEN w.persons
           WHEN 'person_times' THEN w.person_times WHEN 'records' THEN w.records END
$$;

-- How many cases, groups, sessions or activities count for these commitments.
CREATE FUNCTION practice_commitments_counted(p_commitments bigint[]) RETURNS TABLE (
    commitment_id bigint, contract_id bigint, done bigint
)
LANGUAGE sql STABLE AS $$
    WITH m AS MATERIALIZED (
        SELECT k.id, k.contract_id, k.measure, k.year, k.min_sessions, k.min_attendance FROM purchase_commitment k
        WHERE k.id = ANY (p_commitments) AND k.measure IN ('cases', 'groups', 'sessions', 'activities')
    ), units AS (
        SELECT m.id, count(*) AS done FROM m JOIN practice_contractunit u
          ON u.contract_id = m.contract_id AND u.year = m.year
         AND u.kind = CASE m.measure WHEN 'cases' THEN 'C' WHEN 'sessions' THEN 'S' ELSE 'A' END
         AND u.size >= CASE m.measure WHEN 'cases' THEN m.min_sessions ELSE m.min_attendance END
        WHERE m.measure <> 'groups' AND u.kind <> 'P' GROUP BY m.id
    ), groups AS (
        SELECT id, count(*) AS done FROM (
            SELECT m.id, u.parent FROM m JOIN practice_contractunit u
              ON u.contract_id = m.contract_id AND u.year = m.year AND u.kind = 'S' AND u.size >= m.min_attendance
            WHERE m.measure = 'groups' AND u.kind <> 'P' AND u.parent IS NOT NULL
            GROUP BY m.id, u.parent, m.min_sessions HAVING count(*) >= m.min_sessions
        ) AS g GROUP BY id
    )
    SELECT m.id, m.contract_id, coalesce(n.done, g.done, 0)
    FROM m LEFT JOIN units n ON n.id = m.id LEFT JOIN groups g ON g.id = m.id
$$;

-- Keep what counts for these commitments. A contract's counts are kept one after the other, so that none is of
-- something that another transaction was about to change.
CREATE FUNCTION practice_commitments_keep(p_commitments bigint[]) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    PERFORM FROM practice_commitmentdone d WHERE d.commitment_id = ANY (p_commitments)
    ORDER BY d.commitment_id FOR UPDATE;
    INSERT INTO practice_commitmentdone AS d (commitment_id, contract_id, done)
    SELECT n.commitment_id, n.contract_id, n.done FROM practice_commitments_counted(p_commitments) n ORDER BY 1
    ON CONFLICT (commitment_id) DO UPDATE SET done = excluded.done WHERE d.done <> excluded.done;
END $$;

CREATE FUNCTION practice_units_counted() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    touched bigint[] := ARRAY(
        SELECT k.id FROM (SELECT DISTINCT contract_id, year, kind FROM changed WHERE kind <> 'P') AS u
        JOIN purchase_commitment k ON k.contract_id = u.contract_id AND k.year = u.year
         AND u.kind = CASE k.measure WHEN 'cases' THEN 'C' WHEN 'activities' THEN 'A'
                                     WHEN 'sessions' THEN 'S' WHEN 'groups' THEN 'S' END
    );
BEGIN
    IF touched <> '{}' THEN
        PERFORM practice_commitments_keep(touched);
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER practice_units_added AFTER INSERT ON practice_contractunit
REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION practice_units_counted();
CREATE TRIGGER practice_units_changed AFTER UPDATE ON practice_contractunit
REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION practice_units_counted();

CREATE FUNCTION practice_commitments_changed() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    PERFORM practice_commitments_keep(ARRAY(SELECT id FROM changed));
    RETURN NULL;
END $$;
CREATE TRIGGER practice_commitments_added AFTER INSERT ON purchase_commitment
REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION practice_commitments_changed();
CREATE TRIGGER practice_commitments_changed AFTER UPDATE ON purchase_commitment
REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION practice_commitments_changed();

-- What is done of each commitment, as far as the asker sees it; one that names a service is counted by the service's
-- first version.
CREATE VIEW practice_commitments WITH (security_invoker) AS
SELECT k.id, k.contract_id, k.number, k.measure, k.target, k.year, k.min_sessions, k.min_attendance, k.service_id,
       coalesce(CASE WHEN k.measure IN ('cases', 'groups', 'sessions', 'activities') THEN d.done
                WHEN k.service_id IS NULL THEN practice_work_done(k.measure, w) ELSE (
           SELECT practice_work_done(k.measure, s) FROM practice_contractwork s
           WHERE s.contract_id = k.contract_id AND s.year = k.year
             AND s.service = (SELECT coalesce(i.first_id, i.id) FROM catalogue_serviceitem i WHERE i.id = k.service_id)
       ) END, 0) AS done
FROM purchase_commitment k
LEFT JOIN practice_contractwork w ON w.contract_id = k.contract_id AND w.year = k.year AND w.service = 0
LEFT JOIN practice_commitmentdone d ON d.commitment_id = k.id;

-- Count a contract anew, or all of them, after its days changed or many records were loaded at once.
CREATE FUNCTION practice_contract_recount(p_contract bigint) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    LOCK TABLE practice_contractwork, practice_contractunit IN SHARE ROW EXCLUSIVE MODE;
    DELETE FROM practice_contractwork w WHERE p_contract IS NULL OR w.contract_id = p_contract;
    DELETE FROM practice_contractunit u WHERE p_contract IS NULL OR u.contract_id = p_contract;
    CREATE TEMP TABLE counted ON COMMIT DROP AS
    SELECT r.id, r.hub_id, r.contract_id, practice_contract_year(c.since, c.until, r.served_on) AS year,
           coalesce(i.first_id, i.id) AS service, r.method, r.case_id, r.person_times, r.work_minutes
    FROM practice_servicerecord r JOIN purchase_contract c ON c.id = r.contract_id
    JOIN catalogue_serviceitem i ON i.id = r.service_id
    WHERE r.voided_at IS NULL AND r.served_on >= c.since AND r.served_on < c.until
      AND (p_contract IS NULL OR r.contract_id = p_contract);
    INSERT INTO practice_contractunit (contract_id, year, kind, unit, size)
    SELECT contract_id, y, 'P', client_id, size FROM (
        SELECT k.contract_id, k.year, p.client_id, count(*) AS size FROM counted k
        JOIN practice_recordclient p ON p.record_id = k.id AND p.hub_id = k.hub_id
        GROUP BY GROUPING SETS ((1, 2, 3), (1, 3))
    ) AS s, LATERAL (SELECT coalesce(s.year, 0)) AS t (y);
    INSERT INTO practice_contractunit (contract_id, year, kind, unit, size)
    SELECT contract_id, coalesce(year, 0), 'C', case_id, count(*) FROM counted WHERE case_id IS NOT NULL
    GROUP BY GROUPING SETS ((contract_id, year, case_id), (contract_id, case_id));
    INSERT INTO practice_contractunit (contract_id, year, kind, unit, parent, size)
    SELECT k.contract_id, y, CASE k.method WHEN 'G' THEN 'S' ELSE 'A' END, k.id, s.social_group_id, k.person_times
    FROM counted k LEFT JOIN practice_groupsession s ON s.record_id = k.id, unnest(ARRAY[0, k.year]) AS y
    WHERE k.method IN ('G', 'M');
    INSERT INTO practice_contractwork (contract_id, year, service, records, person_times, work_minutes, persons)
    SELECT w.*, coalesce(p.persons, 0) FROM (
        SELECT contract_id, coalesce(year, 0) AS year, coalesce(service, 0) AS service, count(*),
               sum(person_times), sum(work_minutes)
        FROM counted
        GROUP BY GROUPING SETS ((contract_id, year, service), (contract_id, year), (contract_id, service), (contract_id))
    ) AS w
    LEFT JOIN (SELECT u.contract_id, u.year, count(*) AS persons FROM practice_contractunit u
               WHERE u.kind = 'P' AND (p_contract IS NULL OR u.contract_id = p_contract) GROUP BY 1, 2) AS p
      ON p.contract_id = w.contract_id AND p.year = w.year AND w.service = 0;
    DROP TABLE counted;
    PERFORM practice_commitments_keep(
        ARRAY(SELECT k.id FROM purchase_commitment k WHERE p_contract IS NULL OR k.contract_id = p_contract));
END $$;
REVOKE ALL ON FUNCTION practice_contract_recount(bigint), practice_contract_count(practice_servicerecord, int),
    practice_contract_persons(bigint, int, uuid[], int), practice_commitments_keep(bigint[]) FROM PUBLIC;

CREATE FUNCTION practice_contract_days() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    PERFORM practice_contract_recount(NEW.id);
    RETURN NULL;
END $$;
CREATE TRIGGER practice_contract_days AFTER UPDATE OF since, until ON purchase_contract
FOR EACH ROW WHEN (OLD.since <> NEW.since OR OLD.until <> NEW.until) EXECUTE FUNCTION practice_contract_days();

-- What stands already.
SELECT practice_contract_recount(NULL);
"""
BEFORE = """
DROP TRIGGER practice_contract_days ON purchase_contract;
DROP TRIGGER practice_session_of_contract ON practice_groupsession;
DROP TRIGGER practice_client_of_contract ON practice_recordclient;
DROP TRIGGER practice_clients_of_contract ON practice_recordclient;
DROP TRIGGER practice_record_of_contract_changed ON practice_servicerecord;
DROP TRIGGER practice_records_of_contract ON practice_servicerecord;
DROP TRIGGER practice_commitments_added ON purchase_commitment;
DROP TRIGGER practice_commitments_changed ON purchase_commitment;
DROP TRIGGER practice_units_added ON practice_contractunit;
DROP TRIGGER practice_units_changed ON practice_contractunit;
DROP VIEW practice_commitments;
DROP FUNCTION practice_commitments_changed(), practice_units_counted(),
    practice_commitments_keep(bigint[]), practice_commitments_counted(bigint[]),
    practice_work_done(text, practice_contractwork);
DROP FUNCTION practice_contract_days(), practice_contract_recount(bigint), practice_session_of_contract(),
    practice_client_of_contract(), practice_clients_of_contract(), practice_record_of_contract(),
    practice_records_of_contract(), practice_contract_count(practice_servicerecord, int),
    practice_contract_persons(bigint, int, uuid[], int), practice_contract_year(date, date, date);
"""
SEEN = "contract_id IN (SELECT c.id FROM purchase_contract c)"


class Migration(migrations.Migration):
    dependencies = [("practice", "0042_erasure_reaches_reviews"), ("purchase", "0017_contract_life_holds")]

    operations = schema.together([
        migrations.CreateModel(
            name="ContractWork",
            fields=[
                ("pk", models.CompositePrimaryKey("contract_id", "year", "service", blank=True, editable=False, primary_key=True, serialize=False)),
                ("contract", models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name="+", to="purchase.contract")),
                ("year", models.SmallIntegerField()),
                ("service", models.BigIntegerField()),
                ("records", models.IntegerField(default=0)),
                ("person_times", models.IntegerField(default=0)),
                ("work_minutes", models.IntegerField(default=0)),
                ("persons", models.IntegerField(default=0)),
            ],
            options={
                "indexes": [models.Index(condition=models.Q(("service", 0)), fields=["contract", "year"], name="practice_contractwork_all")],
            },
        ),
        migrations.CreateModel(
            name="ContractUnit",
            fields=[
                ("pk", models.CompositePrimaryKey("contract_id", "year", "kind", "unit", blank=True, editable=False, primary_key=True, serialize=False)),
                ("contract", models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name="+", to="purchase.contract")),
                ("year", models.SmallIntegerField()),
                ("kind", models.CharField(max_length=1)),
                ("unit", models.UUIDField()),
                ("parent", models.UUIDField(null=True)),
                ("size", models.IntegerField(default=0)),
            ],
            options={
                "indexes": [models.Index(condition=models.Q(("kind", "P"), _negated=True), fields=["contract", "year", "kind"], include=("size", "parent"), name="practice_contractunit_kind")],
            },
        ),
        migrations.CreateModel(
            name="CommitmentDone",
            fields=[
                ("commitment", models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, primary_key=True, related_name="+", serialize=False, to="purchase.commitment")),
                ("contract", models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name="+", to="purchase.contract")),
                ("done", models.IntegerField()),
            ],
        ),
        migrations.RunSQL(FUNCTIONS, BEFORE),
        wall.grant("practice_commitments", "select"),
        wall.grant("practice_contractwork", "select"),
        wall.enable("practice_contractwork"),
        wall.policy("practice_contractwork", "seen_with_its_contract", SEEN, command="SELECT"),
        wall.grant("practice_contractunit", "select"),
        wall.enable("practice_contractunit"),
        # Who was served isn't told here, only how many cases, sessions and activities count.
        wall.policy("practice_contractunit", "seen_with_its_contract", f"kind <> 'P' AND {SEEN}", command="SELECT"),
        wall.grant("practice_commitmentdone", "select"),
        wall.enable("practice_commitmentdone"),
        wall.policy("practice_commitmentdone", "seen_with_its_contract", SEEN, command="SELECT"),
    ])
