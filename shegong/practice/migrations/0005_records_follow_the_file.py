"""A file's records are restricted as long as the file is, and no longer."""

from django.db import migrations

FOLLOW = """
-- A file became restricted, or is so no more: its records follow, in whatever station they lie. A record stays restricted
-- while any of those who took part is.
CREATE OR REPLACE FUNCTION practice_restrict_records(p_client uuid, p_hub int) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    v_restricted boolean;
BEGIN
    IF NOT practice_may_touch(p_client, p_hub) THEN
        RAISE EXCEPTION 'out of reach' USING ERRCODE = 'insufficient_privilege';
    END IF;
    SELECT restricted_classes <> '{}' INTO v_restricted FROM practice_client WHERE id = p_client AND hub_id = p_hub;
    UPDATE practice_recordclient SET restricted = v_restricted
    WHERE client_id = p_client AND hub_id = p_hub AND restricted <> v_restricted;
    UPDATE practice_servicerecord r SET restricted = m.restricted
    FROM (SELECT rc.record_id, bool_or(rc.restricted) AS restricted FROM practice_recordclient rc
          WHERE rc.hub_id = p_hub AND rc.record_id IN (
              SELECT o.record_id FROM practice_recordclient o WHERE o.client_id = p_client AND o.hub_id = p_hub)
          GROUP BY rc.record_id) AS m
    WHERE r.id = m.record_id AND r.hub_id = p_hub AND r.restricted <> m.restricted;
END $$;
"""

BEFORE = """
CREATE OR REPLACE FUNCTION practice_restrict_records(p_client uuid, p_hub int) RETURNS void
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

# What stayed behind until now.
MEND = """
UPDATE practice_recordclient rc SET restricted = false
FROM practice_client c
WHERE c.id = rc.client_id AND c.hub_id = rc.hub_id AND rc.restricted AND c.restricted_classes = '{}';
UPDATE practice_servicerecord r SET restricted = false
WHERE r.restricted AND NOT EXISTS (
    SELECT FROM practice_recordclient rc WHERE rc.record_id = r.id AND rc.hub_id = r.hub_id AND rc.restricted);
"""


class Migration(migrations.Migration):
    dependencies = [("practice", "0004_next_time")]
    operations = [
        migrations.RunSQL(FOLLOW, BEFORE),
        migrations.RunSQL(MEND, migrations.RunSQL.noop),
    ]
