"""The wall around workers: staff see the staff of their county, an agency its own, the city all; and the headcount
view, which counts them without naming anybody.
"""

from django.db import migrations

from shegong.kernel import wall

FUNCTIONS = """
CREATE FUNCTION wall_worker() RETURNS bigint
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS
$$ SELECT id FROM workforce_worker WHERE account_id = wall_account() $$;

CREATE FUNCTION wall_employees() RETURNS bigint[]
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS
$$ SELECT CASE WHEN wall_organisations() = '{}' THEN '{}'::bigint[]
   ELSE coalesce((SELECT array_agg(id) FROM workforce_worker WHERE employer_id = ANY (wall_organisations())), '{}') END
$$;

-- A view works with its owner's rights: it shows what is needed to count, and no name.
CREATE VIEW workforce_headcount AS
SELECT w.id, w.hub_id, s.town_id, w.station_id, w.since, w.until, w.is_professional, w.is_supervisor,
       w.is_psychological,
       (SELECT min(c.issued_on) FROM workforce_credential c WHERE c.worker_id = w.id) AS certified_on
FROM workforce_worker w JOIN network_station s ON s.id = w.station_id;
GRANT SELECT ON workforce_headcount TO shegong_app;
"""

COLLEAGUES = "hub_id = ANY ((SELECT wall_staff_hubs())::int[])"


def operations() -> list[object]:
    """Each table of workers behind the same wall."""
    made: list[object] = []
    for table, worker in (("workforce_worker", "id"), ("workforce_credential", "worker_id"), ("workforce_posting", "worker_id")):
        made += [
            wall.grant(table, "select, insert, update"),
            wall.enable(table),
            wall.policy(
                table, "colleagues_and_employees",
                f"{COLLEAGUES} OR {worker} = (SELECT wall_worker()) OR {worker} = ANY ((SELECT wall_employees())::bigint[])",
            ),
        ]
    return made


class Migration(migrations.Migration):
    dependencies = [("workforce", "0001_initial"), ("network", "0002_scope")]
    operations = [
        migrations.RunSQL(
            FUNCTIONS, "DROP VIEW workforce_headcount; DROP FUNCTION wall_worker(), wall_employees();"
        ),
        *operations(),
    ]
