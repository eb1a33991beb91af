"""Who is named a case's supervisor sees it, and decides about it, while an agreement in force covers its worker.

So far the name alone gave sight, for as long as the case was open. Now it ends with the agreement, for raw SQL too, as
it does for a case under review; the name stays in the file.
"""

from django.db import migrations

SIGHT = """
CREATE OR REPLACE FUNCTION wall_cases() RETURNS uuid[]
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT CASE WHEN wall_roles() @> '{supervisor}' THEN coalesce(
        (SELECT array_agg(id) FROM practice_case
         WHERE supervisor_id = wall_account() AND closed_on IS NULL
           AND worker_id = ANY ((SELECT wall_supervisees())::bigint[])), '{}')
    ELSE '{}'::uuid[] END
    || coalesce((SELECT array_agg(k.id) FROM practice_case k
                 WHERE k.moved AND k.station_id = ANY (wall_stations()) AND k.client_id <> ALL ((SELECT wall_hidden())::uuid[])), '{}')
$$;

CREATE OR REPLACE FUNCTION wall_case_clients() RETURNS uuid[]
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT CASE WHEN wall_roles() @> '{supervisor}' THEN coalesce(
        (SELECT array_agg(client_id) FROM practice_case
         WHERE supervisor_id = wall_account() AND closed_on IS NULL
           AND worker_id = ANY ((SELECT wall_supervisees())::bigint[])), '{}')
    ELSE '{}'::uuid[] END
    || coalesce((SELECT array_agg(k.client_id) FROM practice_case k
                 WHERE k.moved AND k.station_id = ANY (wall_stations()) AND k.client_id <> ALL ((SELECT wall_hidden())::uuid[])), '{}')
$$;
"""
COVERED = """
           AND worker_id = ANY ((SELECT wall_supervisees())::bigint[])"""


class Migration(migrations.Migration):
    dependencies = [("practice", "0042_erasure_reaches_reviews"), ("workforce", "0034_supervisees")]
    operations = [migrations.RunSQL(SIGHT, SIGHT.replace(COVERED, ""))]
