"""Headcounts of premises hold until a site or an agreement changes; and how many files a community has, as a count."""

from django.db import migrations

TABLES = ("network_site", "network_sharingagreement")
STAMPS = "".join(
    f"CREATE TRIGGER indicators_restamp AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON {table} "
    "FOR EACH STATEMENT EXECUTE FUNCTION indicators_restamp_stocks();\n"
    for table in TABLES
)
BEFORE = "".join(f"DROP TRIGGER indicators_restamp ON {table};\n" for table in TABLES)

# Clients who live in a community, whoever keeps their file. A count alone; who asks rounds or hides small ones.
FILES = """
CREATE FUNCTION indicators_files_of(p_community bigint) RETURNS bigint
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT count(*) FROM practice_client WHERE community_id = p_community AND state = 'active'
$$;
REVOKE ALL ON FUNCTION indicators_files_of(bigint) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION indicators_files_of(bigint) TO shegong_app;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("indicators", "0035_supervision"),
        ("network", "0007_premises_wall"),
        ("practice", "0003_client_file"),
    ]
    operations = [
        migrations.RunSQL(STAMPS, BEFORE),
        migrations.RunSQL(FILES, "DROP FUNCTION indicators_files_of(bigint)"),
    ]
