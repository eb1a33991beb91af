"""The wall for photos of activities: an activity's attachments are seen with it."""

from django.db import migrations

from shegong.kernel import wall

REACH = "(hub_id = ANY ((SELECT wall_hubs())::int[]) OR station_id = ANY ((SELECT wall_stations())::int[]))"
FORMER = {"client_id": "practice_client", "case_id": "practice_case", "record_id": "practice_servicerecord"}
OWNERS = {**FORMER, "activity_id": "practice_activity"}


def with_its_owner(owners: dict[str, str]) -> str:
    """The owner's own policy decides."""
    return " OR ".join(
        f"({column} IS NOT NULL AND EXISTS (SELECT FROM {table} o WHERE o.id = {column} "
        "AND o.hub_id = practice_attachment.hub_id))"
        for column, table in owners.items()
    )


def using(owners: dict[str, str]) -> str:
    """The policy as it has to be for these owners."""
    seen = with_its_owner(owners)
    return f"ALTER POLICY with_its_owner ON practice_attachment USING ({seen}) WITH CHECK ({REACH} AND ({seen}))"


# With the last of the clients who came to an activity, or meant to, and are in our files goes what was attached to it;
# and with each, what was printed of it and of the client's groups and not yet cleared away.
ERASURE = """
CREATE FUNCTION practice_erase_activity_attachments() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    v_files uuid[];
    v_gone uuid[];
BEGIN
    SELECT array_agg(id) INTO v_files FROM practice_client
    WHERE hub_id = NEW.hub_id AND (id = NEW.id OR merged_into_id = NEW.id);
    WITH shown AS (
        SELECT DISTINCT activity_id AS id FROM practice_attachment WHERE hub_id = NEW.hub_id AND activity_id IS NOT NULL),
    people AS (
        SELECT a.id AS activity_id, rc.client_id
        FROM shown JOIN practice_activity a ON a.id = shown.id AND a.hub_id = NEW.hub_id
        JOIN practice_recordclient rc ON rc.record_id = a.record_id AND rc.hub_id = NEW.hub_id
        UNION
        SELECT s.activity_id, s.client_id FROM shown JOIN practice_activitysignup s ON s.activity_id = shown.id
        WHERE s.hub_id = NEW.hub_id AND s.client_id IS NOT NULL)
    SELECT coalesce(array_agg(t.id), '{}') INTO v_gone FROM practice_attachment t
    WHERE t.hub_id = NEW.hub_id
      AND t.activity_id IN (SELECT p.activity_id FROM people p WHERE p.client_id = ANY (v_files))
      AND NOT EXISTS (
          SELECT FROM people p JOIN practice_client c ON c.id = p.client_id AND c.hub_id = NEW.hub_id
          WHERE p.activity_id = t.activity_id AND c.state <> 'erased' AND c.id <> ALL (v_files));
    DELETE FROM practice_attachmentchunk WHERE hub_id = NEW.hub_id AND attachment_id = ANY (v_gone);
    DELETE FROM practice_attachment WHERE hub_id = NEW.hub_id AND id = ANY (v_gone);
    DELETE FROM practice_printjob WHERE hub_id = NEW.hub_id AND subject IN (
        SELECT m.social_group_id FROM practice_groupmember m WHERE m.hub_id = NEW.hub_id AND m.client_id = ANY (v_files)
        UNION
        SELECT s.activity_id FROM practice_activitysignup s WHERE s.hub_id = NEW.hub_id AND s.client_id = ANY (v_files)
        UNION
        SELECT a.id FROM practice_recordclient rc
        JOIN practice_activity a ON a.record_id = rc.record_id AND a.hub_id = rc.hub_id
        WHERE rc.hub_id = NEW.hub_id AND rc.client_id = ANY (v_files));
    RETURN NULL;
END $$;
CREATE TRIGGER practice_erase_activity_attachments AFTER UPDATE OF state ON practice_client
    FOR EACH ROW WHEN (NEW.state = 'erased' AND OLD.state <> 'erased')
    EXECUTE FUNCTION practice_erase_activity_attachments();
"""
UNERASURE = """
DROP TRIGGER practice_erase_activity_attachments ON practice_client;
DROP FUNCTION practice_erase_activity_attachments();
"""


class Migration(migrations.Migration):
    dependencies = [("practice", "0022_activity_photos")]
    operations = [
        wall.composite_reference(
            "practice_attachment", ["activity_id", "hub_id"], "practice_activity", ["id", "hub_id"],
            "practice_attachment_activity_id_in_hub",
        ),
        migrations.RunSQL(using(OWNERS), using(FORMER)),
        migrations.RunSQL(ERASURE, UNERASURE),
    ]
