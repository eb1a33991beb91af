"""Extensions, the application's role, and the functions by which policies ask for the viewer's scope and for the
city's present date.

The scope lives in settings that are local to the transaction (`shegong.*`); without them each function answers
"nothing", so that a connection that never entered a scope sees no personal row.
"""

from django.conf import settings
from django.db import migrations

from shegong.kernel import wall

FUNCTIONS = """
CREATE FUNCTION wall_account() RETURNS bigint LANGUAGE sql STABLE PARALLEL SAFE AS
$$ SELECT nullif(current_setting('shegong.account', true), '')::bigint $$;

CREATE FUNCTION wall_roles() RETURNS text[] LANGUAGE sql STABLE PARALLEL SAFE AS
$$ SELECT coalesce(nullif(current_setting('shegong.roles', true), ''), '{}')::text[] $$;

CREATE FUNCTION wall_hubs() RETURNS int[] LANGUAGE sql STABLE PARALLEL SAFE AS
$$ SELECT coalesce(nullif(current_setting('shegong.hubs', true), ''), '{}')::int[] $$;

CREATE FUNCTION wall_stations() RETURNS int[] LANGUAGE sql STABLE PARALLEL SAFE AS
$$ SELECT coalesce(nullif(current_setting('shegong.stations', true), ''), '{}')::int[] $$;

CREATE FUNCTION wall_staff_hubs() RETURNS int[] LANGUAGE sql STABLE PARALLEL SAFE AS
$$ SELECT coalesce(nullif(current_setting('shegong.staff_hubs', true), ''), '{}')::int[] $$;

CREATE FUNCTION wall_organisations() RETURNS bigint[] LANGUAGE sql STABLE PARALLEL SAFE AS
$$ SELECT coalesce(nullif(current_setting('shegong.organisations', true), ''), '{}')::bigint[] $$;

CREATE FUNCTION wall_signing_in() RETURNS boolean LANGUAGE sql STABLE PARALLEL SAFE AS
$$ SELECT coalesce(current_setting('shegong.gate', true), '') = 'sign-in' $$;
"""
# `current_date` is that of the connection's time zone, which is UTC.
TODAY = f"""
CREATE FUNCTION wall_today() RETURNS date LANGUAGE sql STABLE PARALLEL SAFE AS
$$ SELECT (now() AT TIME ZONE '{settings.TIME_ZONE}')::date $$;
"""

REVERSE = """
DROP FUNCTION wall_account(), wall_roles(), wall_hubs(), wall_stations(), wall_staff_hubs(), wall_organisations(),
wall_signing_in(), wall_today();
"""


class Migration(migrations.Migration):
    initial = True
    dependencies = []
    operations = [
        wall.application_role(),
        migrations.RunSQL("CREATE EXTENSION IF NOT EXISTS ltree", migrations.RunSQL.noop),
        migrations.RunSQL("CREATE EXTENSION IF NOT EXISTS btree_gist", migrations.RunSQL.noop),
        migrations.RunSQL("GRANT USAGE ON SCHEMA public TO shegong_app", migrations.RunSQL.noop),
        migrations.RunSQL(FUNCTIONS + TODAY, REVERSE),
    ]
