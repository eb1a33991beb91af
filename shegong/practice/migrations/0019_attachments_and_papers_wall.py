"""Keys that include the county, references and the wall for attachments and papers.

An attachment is seen with the client, case or record that it belongs to, so that a restricted file's stay hidden with it;
the content of a removed one by nobody. A paper is seen only by who asked for it.
"""

from django.db import migrations

from shegong.kernel import wall

REACH = "(hub_id = ANY ((SELECT wall_hubs())::int[]) OR station_id = ANY ((SELECT wall_stations())::int[]))"
OWNERS = {"client_id": "practice_client", "case_id": "practice_case", "record_id": "practice_servicerecord"}
# The owner's own policy decides.
WITH_ITS_OWNER = " OR ".join(
    f"({column} IS NOT NULL AND EXISTS (SELECT FROM {table} o WHERE o.id = {column} "
    "AND o.hub_id = practice_attachment.hub_id))"
    for column, table in OWNERS.items()
)
WITH_ITS_ATTACHMENT = (
    "EXISTS (SELECT FROM practice_attachment a WHERE a.id = attachment_id "
    "AND a.hub_id = practice_attachmentchunk.hub_id AND a.removed_at IS NULL)"
)
OWN = "account_id = wall_account()"
WITH_ITS_JOB = "EXISTS (SELECT FROM practice_printjob j WHERE j.id = practice_printedfile.id)"

# With the file (practice_anonymise) goes what was attached to it, to those merged into it, to their cases, and to records
# of people who are all erased; and what was printed of it and not yet cleared away.
ERASURE = """
CREATE FUNCTION practice_erase_attachments() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    v_files uuid[];
    v_cases uuid[];
    v_gone uuid[];
BEGIN
    SELECT array_agg(id) INTO v_files FROM practice_client
    WHERE hub_id = NEW.hub_id AND (id = NEW.id OR merged_into_id = NEW.id);
    SELECT coalesce(array_agg(id), '{}') INTO v_cases FROM practice_case
    WHERE hub_id = NEW.hub_id AND client_id = ANY (v_files);
    SELECT coalesce(array_agg(a.id), '{}') INTO v_gone FROM practice_attachment a
    WHERE a.hub_id = NEW.hub_id AND (
        a.client_id = ANY (v_files) OR a.case_id = ANY (v_cases) OR a.record_id IN (
            SELECT rc.record_id FROM practice_recordclient rc
            WHERE rc.hub_id = NEW.hub_id AND rc.client_id = ANY (v_files) AND NOT EXISTS (
                SELECT FROM practice_recordclient o
                JOIN practice_client c ON c.id = o.client_id AND c.hub_id = o.hub_id
                WHERE o.record_id = rc.record_id AND o.hub_id = NEW.hub_id AND c.state <> 'erased')));
    DELETE FROM practice_attachmentchunk WHERE hub_id = NEW.hub_id AND attachment_id = ANY (v_gone);
    DELETE FROM practice_attachment WHERE hub_id = NEW.hub_id AND id = ANY (v_gone);
    DELETE FROM practice_printjob WHERE hub_id = NEW.hub_id AND subject = ANY (v_files || v_cases);
    RETURN NULL;
END $$;
CREATE TRIGGER practice_erase_attachments AFTER UPDATE OF state ON practice_client
    FOR EACH ROW WHEN (NEW.state = 'erased' AND OLD.state <> 'erased') EXECUTE FUNCTION practice_erase_attachments();
"""
UNERASURE = """
DROP TRIGGER practice_erase_attachments ON practice_client;
DROP FUNCTION practice_erase_attachments();
"""


class Migration(migrations.Migration):
    dependencies = [("practice", "0018_attachments_and_papers")]
    operations = [
        wall.composite_key("practice_attachment", ["id", "hub_id"]),
        migrations.RunSQL(
            "ALTER TABLE practice_attachmentchunk DROP CONSTRAINT practice_attachmentchunk_pkey, "
            "ADD PRIMARY KEY (attachment_id, number, hub_id)",
            "ALTER TABLE practice_attachmentchunk DROP CONSTRAINT practice_attachmentchunk_pkey, "
            "ADD PRIMARY KEY (attachment_id, number)",
        ),
        wall.composite_key("practice_printjob", ["id", "hub_id"]),
        wall.composite_key("practice_printedfile", ["id", "hub_id"]),
        *[
            wall.composite_reference(
                "practice_attachment", [column, "hub_id"], table, ["id", "hub_id"], f"practice_attachment_{column}_in_hub"
            )
            for column, table in OWNERS.items()
        ],
        wall.composite_reference(
            "practice_attachmentchunk", ["attachment_id", "hub_id"], "practice_attachment", ["id", "hub_id"],
            "practice_attachmentchunk_attachment_id_in_hub",
        ),
        wall.composite_reference(
            "practice_printedfile", ["id", "hub_id"], "practice_printjob", ["id", "hub_id"],
            "practice_printedfile_id_in_hub", on_delete="CASCADE",
        ),
        wall.grant("practice_attachment", "select, insert, update"),
        wall.grant("practice_attachmentchunk", "select, insert"),
        wall.grant("practice_printjob", "select, insert, update"),
        wall.grant("practice_printedfile", "select, insert"),
        *[
            wall.enable(table)
            for table in (
                "practice_attachment", "practice_attachmentchunk", "practice_printjob", "practice_printedfile",
            )
        ],
        wall.policy("practice_attachment", "with_its_owner", WITH_ITS_OWNER, f"{REACH} AND ({WITH_ITS_OWNER})"),
        wall.policy("practice_attachmentchunk", "with_its_attachment", WITH_ITS_ATTACHMENT),
        wall.policy("practice_printjob", "own_jobs", OWN),
        wall.policy("practice_printedfile", "with_its_job", WITH_ITS_JOB),
        migrations.RunSQL(ERASURE, UNERASURE),
    ]
