"""All rows of a new service record in one call: the product's hottest write."""

from django.db import migrations

# With the caller's rights, so that the wall holds; the triggers tally as for any other writer.
INSERT = """
CREATE FUNCTION practice_insert_record(
    p_record jsonb, p_workers bigint[], p_clients uuid[], p_restricted boolean[], p_verb text, p_detail jsonb
) RETURNS boolean
LANGUAGE plpgsql AS $$
DECLARE
    r public.practice_servicerecord := jsonb_populate_record(NULL::public.practice_servicerecord, p_record);
BEGIN
    INSERT INTO public.practice_servicerecord SELECT r.* ON CONFLICT DO NOTHING;
    IF NOT FOUND THEN
        RETURN false;
    END IF;
    INSERT INTO public.journal_event (at, account_id, verb, kind, object_id, hub_id, station_id, detail)
    VALUES (r.recorded_at, r.recorded_by_id, p_verb, 'servicerecord', r.id::text, r.hub_id, r.station_id, p_detail);
    INSERT INTO public.practice_recordworker (record_id, hub_id, station_id, served_on, worker_id)
    SELECT r.id, r.hub_id, r.station_id, r.served_on, w FROM unnest(p_workers) AS w;
    IF cardinality(p_clients) > 0 THEN
        INSERT INTO public.practice_recordclient (record_id, hub_id, station_id, served_on, client_id, restricted)
        SELECT r.id, r.hub_id, r.station_id, r.served_on, c.* FROM unnest(p_clients, p_restricted) AS c;
    END IF;
    RETURN true;
END $$;
"""
BEFORE = "DROP FUNCTION practice_insert_record(jsonb, bigint[], uuid[], boolean[], text, jsonb)"


class Migration(migrations.Migration):
    dependencies = [("practice", "0007_protection_wall"), ("journal", "0002_partitions")]
    operations = [migrations.RunSQL(INSERT, BEFORE)]
