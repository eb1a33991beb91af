"""Hours of supervision, tallied as everything else; and headcounts that know of supervision are read anew after it."""

from importlib import import_module
from typing import Final

from django.db import migrations, models

from shegong.indicators import tally_sql as sql
from shegong.kernel import schema

tallies = import_module("shegong.indicators.migrations.0002_tallies")
outcomes = import_module("shegong.indicators.migrations.0009_outcomes")

SESSIONS: Final = "workforce_supervisionsession"
MEASURE: Final = ("supervision_minutes",)
TRIGGERS: Final = "\n".join(
    [
        tallies.function("indicators_tally_supervision", *outcomes._branches(sql.SUPERVISION, MEASURE)),
        tallies.triggers(SESSIONS, "indicators_tally_supervision"),
        *[
            f"CREATE TRIGGER indicators_restamp AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON {table} "
            "FOR EACH STATEMENT EXECUTE FUNCTION indicators_restamp_stocks();"
            for table in (SESSIONS, "workforce_supervisionattendee")
        ],
    ]
)
BEFORE: Final = f"""
DROP TRIGGER indicators_restamp ON {SESSIONS}; DROP TRIGGER indicators_restamp ON workforce_supervisionattendee;
DROP TRIGGER {SESSIONS}_tally_insert ON {SESSIONS}; DROP TRIGGER {SESSIONS}_tally_update ON {SESSIONS};
DROP TRIGGER {SESSIONS}_tally_delete ON {SESSIONS}; DROP FUNCTION indicators_tally_supervision();
"""
RECOUNT: Final = outcomes.RECOUNT.replace("practice_enquiry IN SHARE MODE", f"practice_enquiry, {SESSIONS} IN SHARE MODE")
COUNT_WHAT_IS_THERE: Final = f"""
LOCK TABLE {SESSIONS} IN SHARE MODE;
{sql.upsert(sql.total_deltas(sql.SUPERVISION.format(table=SESSIONS, sign=1), MEASURE), MEASURE)}
"""


class Migration(migrations.Migration):
    dependencies = [("indicators", "0030_learning_stamp"), ("workforce", "0016_supervision_wall")]
    operations = schema.together([
        migrations.AddField("tally", "supervision_minutes", models.IntegerField(db_default=0)),
        migrations.RunSQL(TRIGGERS, BEFORE),
        migrations.RunSQL(RECOUNT, migrations.RunSQL.noop),
        migrations.RunSQL(COUNT_WHAT_IS_THERE, migrations.RunSQL.noop),
    ])
