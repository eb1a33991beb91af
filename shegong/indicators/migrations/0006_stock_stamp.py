"""A stamp that changes with each commit that changes stations, organisations or workers: headcounts read under one stamp
hold for as long as it stands.
"""

from django.db import migrations

from shegong.kernel import wall

COUNTED = (
    "network_division",
    "network_station",
    "network_stationstage",
    "network_operation",
    "network_organisation",
    "workforce_worker",
    "workforce_credential",
)
# Never a number that counts up: after a rollback the next writer would give the same number to other rows.
STAMP = """
CREATE TABLE indicators_stockstamp (
    id smallint PRIMARY KEY CHECK (id = 1),
    stamp uuid NOT NULL
);
INSERT INTO indicators_stockstamp VALUES (1, gen_random_uuid());
CREATE FUNCTION indicators_restamp_stocks() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    UPDATE indicators_stockstamp SET stamp = gen_random_uuid() WHERE id = 1;
    RETURN NULL;
END $$;
""" + "".join(
    f"CREATE TRIGGER indicators_restamp AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON {table} "
    "FOR EACH STATEMENT EXECUTE FUNCTION indicators_restamp_stocks();\n"
    for table in COUNTED
)
BEFORE = (
    "".join(f"DROP TRIGGER indicators_restamp ON {table};\n" for table in COUNTED)
    + "DROP FUNCTION indicators_restamp_stocks(); DROP TABLE indicators_stockstamp;"
)


class Migration(migrations.Migration):
    dependencies = [
        ("indicators", "0005_recount_towns"),
        ("network", "0004_station_numbers"),
        ("workforce", "0004_headcount_by_join"),
    ]
    operations = [migrations.RunSQL(STAMP, BEFORE), wall.grant("indicators_stockstamp", "select")]
