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


class Migration(migrations.Migration):
    dependencies = [("practice", "0020_attachments_and_papers")]
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
    ]
