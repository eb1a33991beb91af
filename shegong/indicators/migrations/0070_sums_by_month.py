"""What can be summed is kept by month alone: ten tallies are written for a record instead of thirty. Persons, who can't be
summed, stay counted by month, quarter and year, unless a service is no news at all.
"""

from importlib import import_module

from django.db import migrations

from shegong.indicators import tally_sql as sql
from shegong.kernel import schema

tallies = import_module("shegong.indicators.migrations.0002_tallies")
outcomes = import_module("shegong.indicators.migrations.0009_outcomes")
supervision = import_module("shegong.indicators.migrations.0035_supervision")
bought = import_module("shegong.indicators.migrations.0066_hours_bought")

SUMMED = [measure for measure in sql.MEASURES if measure != "persons"]
# The functions as a new city has them already; a city that stands gets them here.
FUNCTIONS = "\n".join(
    part.replace("CREATE FUNCTION", "CREATE OR REPLACE FUNCTION")
    for part in (
        tallies.RECORDS,
        tallies.PERSONS,
        tallies.ASSESSED,
        tallies.function("indicators_tally_cases", *outcomes._branches(sql.CASES, sql.CASE_MEASURES)[:2]),
        tallies.function("indicators_tally_enquiries", *outcomes._branches(sql.ENQUIRIES, sql.ENQUIRY_MEASURES)),
        tallies.function("indicators_tally_supervision", *outcomes._branches(sql.SUPERVISION, supervision.MEASURE)),
        supervision.RECOUNT,
        bought.FUNCTION,
    )
)
SUMS = f"""
DELETE FROM indicators_tally WHERE kind <> 1 AND persons = 0;
UPDATE indicators_tally SET {", ".join(f"{measure} = 0" for measure in SUMMED)} WHERE kind <> 1;
"""


class Migration(migrations.Migration):
    dependencies = [("indicators", "0066_hours_bought")]
    operations = schema.together([migrations.RunSQL(FUNCTIONS + SUMS, migrations.RunSQL.noop)])
