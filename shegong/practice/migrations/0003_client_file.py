"""File numbers; words and sort keys in the "C" collation, so that ranges over them mean the same everywhere; tokens
found by station first; joining two files of one person and parting them again.

The functions here see beyond the viewer's station, because a person's file hangs together across the stations of a
county. Each asks first whether the viewer may touch the file, and none tells a name.
"""

import django.db.models.deletion
from django.db import migrations, models

from shegong.kernel import schema, wall

NUMBERS = """
-- The next serial number of a hub, kind and year; numbers are p_prefix and at least p_digits digits. The counter's row
-- makes one wait for the other. Where it meets a number that came in by a bulk load, it goes on after the last of them.
CREATE FUNCTION practice_next_number(p_hub int, p_kind text, p_year int, p_prefix text, p_digits int) RETURNS int
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    v_table text := CASE p_kind WHEN 'client' THEN 'practice_client' ELSE 'practice_case' END;
    v_next int;
    v_taken boolean;
BEGIN
    IF NOT p_hub = ANY (wall_staff_hubs()) THEN
        RAISE EXCEPTION 'not staff of this hub' USING ERRCODE = 'insufficient_privilege';
    END IF;
    INSERT INTO practice_numbering AS n (hub_id, kind, year, last) VALUES (p_hub, p_kind, p_year, 1)
    ON CONFLICT (hub_id, kind, year) DO UPDATE SET last = n.last + 1 RETURNING last INTO v_next;
    EXECUTE format('SELECT EXISTS (SELECT FROM %I WHERE hub_id = $1 AND number = $2)', v_table)
    INTO v_taken USING p_hub, p_prefix || CASE WHEN length(v_next::text) >= p_digits THEN v_next::text
                                               ELSE lpad(v_next::text, p_digits, '0') END;
    IF v_taken THEN
        EXECUTE format(
            'SELECT max(substr(number, length($2) + 1)::int) + 1 FROM %I
             WHERE hub_id = $1 AND starts_with(number, $2) AND substr(number, length($2) + 1) ~ ''^[0-9]{1,9}$''', v_table)
        INTO v_next USING p_hub, p_prefix;
        UPDATE practice_numbering SET last = v_next WHERE hub_id = p_hub AND kind = p_kind AND year = p_year;
    END IF;
    RETURN v_next;
END $$;
"""

IDENTITY = """
-- Where in a hub somebody with this identity number is on file: key, file number and station, no name.
CREATE FUNCTION practice_identity_holder(p_hub int, p_index bytea)
RETURNS TABLE (client_id uuid, number text, station_id int)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT c.id, c.number::text, c.station_id FROM practice_client c
    WHERE c.hub_id = p_hub AND c.identity_index = p_index AND c.state <> 'merged' AND p_hub = ANY (wall_staff_hubs())
$$;

-- The restricted file with this number in the viewer's reach: a worker who has its number may give a reason to open it.
CREATE FUNCTION practice_restricted_file(p_number text, p_id uuid)
RETURNS TABLE (client_id uuid, hub_id int, station_id int)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT c.id, c.hub_id, c.station_id FROM practice_client c
    WHERE (c.number = p_number OR c.id = p_id) AND c.restricted_classes <> '{}'
      AND (c.hub_id = ANY (wall_hubs()) OR c.station_id = ANY (wall_stations()))
$$;
"""

GUARD = """
-- Whether the viewer may touch this file: within reach, and not restricted or opened for a reason.
CREATE FUNCTION practice_may_touch(p_client uuid, p_hub int) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT EXISTS (
        SELECT FROM practice_client c WHERE c.id = p_client AND c.hub_id = p_hub
          AND (c.hub_id = ANY (wall_hubs()) OR c.station_id = ANY (wall_stations()))
          AND (c.restricted_classes = '{}' OR c.id <> ALL (wall_hidden())))
$$;

-- A file became restricted: so do its records, in whatever station they lie.
CREATE FUNCTION practice_restrict_records(p_client uuid, p_hub int) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    IF NOT practice_may_touch(p_client, p_hub) THEN
        RAISE EXCEPTION 'out of reach' USING ERRCODE = 'insufficient_privilege';
    END IF;
    UPDATE practice_recordclient SET restricted = true
    WHERE client_id = p_client AND hub_id = p_hub AND NOT restricted;
    UPDATE practice_servicerecord r SET restricted = true
    WHERE r.hub_id = p_hub AND NOT r.restricted AND r.id IN (
        SELECT rc.record_id FROM practice_recordclient rc WHERE rc.client_id = p_client AND rc.hub_id = p_hub);
END $$;
"""

MERGE = """
-- Move all that hangs on one file to another; returns what was moved, so that practice_part can move it back.
CREATE FUNCTION practice_join(p_kept uuid, p_merged uuid, p_hub int) RETURNS jsonb
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    v_moved jsonb := '{}';
    v_found jsonb;
    v_table text;
BEGIN
    IF NOT (practice_may_touch(p_kept, p_hub) AND practice_may_touch(p_merged, p_hub)) THEN
        RAISE EXCEPTION 'out of reach' USING ERRCODE = 'insufficient_privilege';
    END IF;
    PERFORM FROM practice_client WHERE hub_id = p_hub AND id IN (p_kept, p_merged) ORDER BY id FOR UPDATE;
    -- Both took part in one record: it was one person.
    WITH gone AS (
        DELETE FROM practice_recordclient m USING practice_recordclient k
        WHERE m.client_id = p_merged AND m.hub_id = p_hub
          AND k.record_id = m.record_id AND k.client_id = p_kept AND k.hub_id = p_hub
        RETURNING m.record_id, m.station_id, m.served_on, m.restricted)
    SELECT coalesce(jsonb_agg(to_jsonb(gone)), '[]') INTO v_found FROM gone;
    v_moved := jsonb_build_object('both', v_found);
    PERFORM practice_count_again(p_hub, v_found);
    WITH moved AS (
        UPDATE practice_recordclient SET client_id = p_kept WHERE client_id = p_merged AND hub_id = p_hub
        RETURNING record_id)
    SELECT coalesce(jsonb_agg(record_id), '[]') INTO v_found FROM moved;
    v_moved := v_moved || jsonb_build_object('records', v_found);
    WITH moved AS (
        UPDATE practice_clientgroup g SET client_id = p_kept
        WHERE g.client_id = p_merged AND g.hub_id = p_hub AND NOT (g.until IS NULL AND EXISTS (
            SELECT FROM practice_clientgroup k WHERE k.client_id = p_kept AND k.hub_id = p_hub
              AND k.group_id = g.group_id AND k.until IS NULL))
        RETURNING id)
    SELECT coalesce(jsonb_agg(id), '[]') INTO v_found FROM moved;
    v_moved := v_moved || jsonb_build_object('practice_clientgroup', v_found);
    FOREACH v_table IN ARRAY ARRAY['practice_case', 'practice_assessment', 'practice_contact', 'practice_consent',
                                   'practice_disability', 'practice_lowincome'] LOOP
        EXECUTE format(
            'WITH moved AS (UPDATE %I SET client_id = $1 WHERE client_id = $2 AND hub_id = $3 RETURNING id)
             SELECT coalesce(jsonb_agg(id), ''[]'') FROM moved', v_table)
        INTO v_found USING p_kept, p_merged, p_hub;
        v_moved := v_moved || jsonb_build_object(v_table, v_found);
    END LOOP;
    -- Files that were merged into this one before now lead to the kept one.
    WITH moved AS (
        UPDATE practice_client SET merged_into_id = p_kept WHERE merged_into_id = p_merged AND hub_id = p_hub
        RETURNING id)
    SELECT coalesce(jsonb_agg(id), '[]') INTO v_found FROM moved;
    RETURN v_moved || jsonb_build_object('followers', v_found);
END $$;

-- Records tell how many took part: count again for these [{record_id}].
CREATE FUNCTION practice_count_again(p_hub int, p_records jsonb) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = public, pg_temp AS $$
    UPDATE practice_servicerecord r
    SET clients_count = n.clients, person_times = n.clients + r.anonymous_count
    FROM (SELECT rc.record_id, count(*) AS clients FROM practice_recordclient rc
          WHERE rc.hub_id = p_hub AND rc.record_id IN (
              SELECT (e ->> 'record_id')::uuid FROM jsonb_array_elements(p_records) AS e)
          GROUP BY 1) AS n
    WHERE r.id = n.record_id AND r.hub_id = p_hub AND r.clients_count <> n.clients
$$;
REVOKE ALL ON FUNCTION practice_count_again(int, jsonb) FROM PUBLIC;

-- Move back what a merge moved. What came to the kept file since then stays there.
CREATE FUNCTION practice_part(p_merge uuid, p_hub int) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    v_merge practice_clientmerge;
    v_table text;
BEGIN
    SELECT * INTO v_merge FROM practice_clientmerge WHERE id = p_merge AND hub_id = p_hub FOR UPDATE;
    IF NOT (FOUND AND practice_may_touch(v_merge.kept_id, p_hub) AND practice_may_touch(v_merge.merged_id, p_hub)) THEN
        RAISE EXCEPTION 'out of reach' USING ERRCODE = 'insufficient_privilege';
    END IF;
    PERFORM FROM practice_client WHERE hub_id = p_hub AND id IN (v_merge.kept_id, v_merge.merged_id)
    ORDER BY id FOR UPDATE;
    UPDATE practice_recordclient SET client_id = v_merge.merged_id
    WHERE client_id = v_merge.kept_id AND hub_id = p_hub AND record_id IN (
        SELECT e::uuid FROM jsonb_array_elements_text(v_merge.moved -> 'records') AS e);
    INSERT INTO practice_recordclient (record_id, client_id, hub_id, station_id, served_on, restricted)
    SELECT r.id, v_merge.merged_id, p_hub, r.station_id, r.served_on, (e ->> 'restricted')::boolean
    FROM jsonb_array_elements(v_merge.moved -> 'both') AS e
    JOIN practice_servicerecord r ON r.id = (e ->> 'record_id')::uuid AND r.hub_id = p_hub
    ON CONFLICT DO NOTHING;
    PERFORM practice_count_again(p_hub, v_merge.moved -> 'both');
    FOREACH v_table IN ARRAY ARRAY['practice_clientgroup', 'practice_case', 'practice_assessment', 'practice_contact',
                                   'practice_consent', 'practice_disability', 'practice_lowincome'] LOOP
        EXECUTE format(
            'UPDATE %I SET client_id = $1 WHERE client_id = $2 AND hub_id = $3
             AND id IN (SELECT e::uuid FROM jsonb_array_elements_text($4) AS e)', v_table)
        USING v_merge.merged_id, v_merge.kept_id, p_hub, v_merge.moved -> v_table;
    END LOOP;
    UPDATE practice_client SET merged_into_id = v_merge.merged_id
    WHERE merged_into_id = v_merge.kept_id AND hub_id = p_hub
      AND id IN (SELECT e::uuid FROM jsonb_array_elements_text(v_merge.moved -> 'followers') AS e);
END $$;
"""

REVERSE = """
DROP FUNCTION practice_part(uuid, int), practice_join(uuid, uuid, int), practice_count_again(int, jsonb),
    practice_restrict_records(uuid, int), practice_may_touch(uuid, int), practice_identity_holder(int, bytea),
    practice_restricted_file(text, uuid), practice_next_number(int, text, int, text, int);
"""


class Migration(migrations.Migration):
    dependencies = [("network", "0002_scope"), ("practice", "0002_wall")]
    operations = schema.together([
        migrations.CreateModel(
            name='Numbering',
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "hub_id", "kind", "year", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                (
                    "hub",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="network.station",
                    ),
                ),
                ("kind", models.CharField(max_length=10)),
                ("year", models.SmallIntegerField()),
                ("last", models.IntegerField()),
            ],
            options={
                'constraints': [
                    models.CheckConstraint(
                condition=models.Q(("kind__in", ["client", "case"])), name="practice_numbering_known_kind"
            ),
                ],
            },
        ),
        migrations.AddField(
            model_name="case",
            name="no_guardian_reason",
            field=models.CharField(blank=True, default="", max_length=200, verbose_name="没有监护人的原因"),
        ),
        migrations.RunSQL(
            "ALTER TABLE practice_case ALTER COLUMN no_guardian_reason SET DEFAULT ''",
            "ALTER TABLE practice_case ALTER COLUMN no_guardian_reason DROP DEFAULT",
        ),
        migrations.AddField(
            model_name="client",
            name="digest",
            field=models.BinaryField(blank=True, max_length=16, null=True),
        ),
        migrations.AlterField(
            model_name="client",
            name="sort_key",
            field=models.CharField(db_collation="C", max_length=160, verbose_name="排序拼音"),
        ),
        migrations.AlterField(
            model_name="client", name="sounds_key", field=models.CharField(db_collation="C", max_length=160)
        ),
        migrations.AlterField(
            model_name="clienttoken", name="token", field=models.CharField(db_collation="C", max_length=40)
        ),
        migrations.RemoveIndex(model_name="clienttoken", name="practice_token_station"),
        migrations.AddIndex(
            model_name="clienttoken",
            index=models.Index(fields=["station", "token"], name="practice_token_station"),
        ),
        migrations.AddIndex(
            model_name="client", index=models.Index(fields=["identity_index"], name="practice_client_identity")
        ),
        migrations.AddIndex(model_name="client", index=models.Index(fields=["number"], name="practice_client_number")),
        wall.grant("practice_numbering", "select"),
        wall.enable("practice_numbering"),
        wall.policy("practice_numbering", "by_function_only", "false"),
        wall.grant("practice_contact", "delete"),
        migrations.RunSQL(NUMBERS + IDENTITY + GUARD + MERGE, REVERSE),
    ])
