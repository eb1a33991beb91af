"""Keys that include the county, references between the practice's tables, and the wall around clients.

A client's file and all that hangs on it is seen by those in whose county or station it lies. A file of a restricted
class (family violence, minors at risk, …) stays hidden even from them until they have given a reason
(practice_restrictedlook) or carry the client's case. A supervisor sees the supervised cases, nothing else.
"""

from django.db import migrations

from shegong.kernel import wall

FUNCTIONS = """
CREATE INDEX practice_client_restricted ON practice_client (hub_id, station_id) WHERE restricted_classes <> '{}';

-- Restricted files in the viewer's reach that the viewer has not opened for a reason.
CREATE FUNCTION wall_hidden() RETURNS uuid[]
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT coalesce(array_agg(c.id), '{}') FROM practice_client c
    WHERE c.restricted_classes <> '{}'
      AND (c.hub_id = ANY (wall_hubs()) OR c.station_id = ANY (wall_stations()))
      AND NOT EXISTS (SELECT FROM practice_restrictedlook l
                      WHERE l.account_id = wall_account() AND l.client_id = c.id AND l.until > now())
      AND NOT EXISTS (SELECT FROM practice_case k
                      WHERE k.client_id = c.id AND k.closed_on IS NULL AND k.worker_id = wall_worker())
$$;

CREATE FUNCTION wall_cases() RETURNS uuid[]
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT CASE WHEN wall_roles() @> '{supervisor}' THEN coalesce(
        (SELECT array_agg(id) FROM practice_case WHERE supervisor_id = wall_account() AND closed_on IS NULL), '{}')
    ELSE '{}'::uuid[] END
$$;

CREATE FUNCTION wall_case_clients() RETURNS uuid[]
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT CASE WHEN wall_roles() @> '{supervisor}' THEN coalesce(
        (SELECT array_agg(client_id) FROM practice_case WHERE supervisor_id = wall_account() AND closed_on IS NULL),
        '{}')
    ELSE '{}'::uuid[] END
$$;
"""

REACH = "(hub_id = ANY ((SELECT wall_hubs())::int[]) OR station_id = ANY ((SELECT wall_stations())::int[]))"
SUPERVISED = "{column} = ANY ((SELECT wall_case_clients())::uuid[])"
OPEN = "{column} <> ALL ((SELECT wall_hidden())::uuid[])"

# table -> the column that names the client
OF_CLIENT = {
    "practice_clienttoken": "client_id",
    "practice_clientgroup": "client_id",
    "practice_disability": "client_id",
    "practice_lowincome": "client_id",
    "practice_contact": "client_id",
    "practice_consent": "client_id",
    "practice_recordclient": "client_id",
    "practice_assessment": "client_id",
    "practice_case": "client_id",
    "practice_clientmerge": "kept_id",
}
IN_REACH = ("practice_household", "practice_recordworker")
KEYED_BY_ID = (
    "practice_household", "practice_client", "practice_clientgroup", "practice_disability", "practice_lowincome",
    "practice_contact", "practice_consent", "practice_clientmerge", "practice_restrictedlook",
    "practice_servicerecord", "practice_recordrevision", "practice_assessment", "practice_case",
)
KEYED_BY_TWO = {
    "practice_clienttoken": ("client_id", "token"),
    "practice_recordclient": ("record_id", "client_id"),
    "practice_recordworker": ("record_id", "worker_id"),
    "practice_assessmentneed": ("assessment_id", "field_id"),
}
REFERENCES = (
    ("practice_client", "household_id", "practice_household"),
    ("practice_client", "merged_into_id", "practice_client"),
    *[(table, "client_id", "practice_client") for table, column in OF_CLIENT.items() if column == "client_id"],
    ("practice_clientmerge", "kept_id", "practice_client"),
    ("practice_clientmerge", "merged_id", "practice_client"),
    ("practice_restrictedlook", "client_id", "practice_client"),
    ("practice_servicerecord", "case_id", "practice_case"),
    ("practice_recordclient", "record_id", "practice_servicerecord"),
    ("practice_recordworker", "record_id", "practice_servicerecord"),
    ("practice_recordrevision", "record_id", "practice_servicerecord"),
    ("practice_assessmentneed", "assessment_id", "practice_assessment"),
)


def keys() -> list[object]:
    """Keys (…, hub_id) and references that include the hub."""
    made: list[object] = [wall.composite_key(table, ["id", "hub_id"]) for table in KEYED_BY_ID]
    made += [
        migrations.RunSQL(
            f"ALTER TABLE {table} DROP CONSTRAINT {table}_pkey, ADD PRIMARY KEY ({', '.join(columns)}, hub_id)",
            f"ALTER TABLE {table} DROP CONSTRAINT {table}_pkey, ADD PRIMARY KEY ({', '.join(columns)})",
        )
        for table, columns in KEYED_BY_TWO.items()
    ]
    made += [
        wall.composite_reference(table, [column, "hub_id"], to, ["id", "hub_id"], f"{table}_{column}_in_hub")
        for table, column, to in REFERENCES
    ]
    return made


def policies() -> list[object]:
    """Rights and policies, table by table."""
    made: list[object] = []
    for table in (*KEYED_BY_ID, *KEYED_BY_TWO):
        deletable = table in ("practice_clienttoken", "practice_recordclient", "practice_recordworker", "practice_assessmentneed")
        made += [wall.grant(table, "select, insert, update" + (", delete" if deletable else "")), wall.enable(table)]
    made += [wall.policy(table, "within_reach", REACH) for table in IN_REACH]
    made.append(
        wall.policy(
            "practice_client", "within_reach_and_open",
            f"({REACH} AND (restricted_classes = '{{}}' OR {OPEN.format(column='id')})) OR {SUPERVISED.format(column='id')}",
            REACH,
        )
    )
    made += [
        wall.policy(
            table, "within_reach_and_open",
            f"({REACH} AND {OPEN.format(column=column)}) OR {SUPERVISED.format(column=column)}", REACH,
        )
        for table, column in OF_CLIENT.items()
    ]
    made += [
        wall.policy(
            "practice_servicerecord", "within_reach_and_open",
            # Its participants are under their own wall: all of them must be seen, or the record stays hidden.
            f"""({REACH} AND (NOT restricted OR clients_count <= (
                SELECT count(*) FROM practice_recordclient rc WHERE rc.record_id = practice_servicerecord.id
                AND rc.hub_id = practice_servicerecord.hub_id)))
                OR case_id = ANY ((SELECT wall_cases())::uuid[])""",
            REACH,
        ),
        wall.policy(
            "practice_recordrevision", "with_its_record",
            "EXISTS (SELECT FROM practice_servicerecord r WHERE r.id = record_id AND r.hub_id = practice_recordrevision.hub_id)",
            REACH,
        ),
        wall.policy(
            "practice_assessmentneed", "with_its_assessment",
            "EXISTS (SELECT FROM practice_assessment a WHERE a.id = assessment_id AND a.hub_id = practice_assessmentneed.hub_id)",
            REACH,
        ),
        wall.policy(
            "practice_restrictedlook", "own_looks", "account_id = wall_account() OR wall_roles() @> '{dpo}'",
            f"account_id = wall_account() AND {REACH}",
        ),
    ]
    return made


class Migration(migrations.Migration):
    dependencies = [("practice", "0001_initial"), ("workforce", "0002_wall")]
    operations = [
        *keys(),
        migrations.RunSQL(
            FUNCTIONS,
            "DROP FUNCTION wall_hidden(), wall_cases(), wall_case_clients(); DROP INDEX practice_client_restricted",
        ),
        *policies(),
    ]
