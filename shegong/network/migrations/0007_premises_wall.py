"""Who may touch premises: places are public, who booked what and who pays is for the staff of the county and for those
who run the station; and what the tables themselves refuse.
"""

from django.db import migrations

from shegong.kernel import wall

# No more is lent than there is, whoever lends at the same moment: the equipment's row is locked first.
LOANS = """
CREATE FUNCTION network_check_loans() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    key uuid;
    owned int;
    lent int;
BEGIN
    IF TG_TABLE_NAME = 'network_equipment' THEN
        key := NEW.id;
        owned := CASE WHEN NEW.condition = 'broken' THEN 0 ELSE NEW.number END;
    ELSE
        key := NEW.equipment_id;
        SELECT CASE WHEN condition = 'broken' THEN 0 ELSE number END INTO owned
        FROM network_equipment WHERE id = key FOR UPDATE;
    END IF;
    SELECT coalesce(sum(number), 0) INTO lent FROM network_equipmentloan
    WHERE equipment_id = key AND returned_on IS NULL;
    IF lent > owned THEN
        RAISE EXCEPTION 'network_equipment_lent_within_number: lent % of %', lent, owned
            USING ERRCODE = 'check_violation', CONSTRAINT = 'network_equipment_lent_within_number';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER network_equipmentloan_within_number AFTER INSERT OR UPDATE ON network_equipmentloan
    FOR EACH ROW EXECUTE FUNCTION network_check_loans();
CREATE TRIGGER network_equipment_covers_loans AFTER UPDATE OF number, condition ON network_equipment
    FOR EACH ROW EXECUTE FUNCTION network_check_loans();

CREATE FUNCTION network_keep_ended_plan() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'this plan has ended' USING ERRCODE = 'check_violation',
        CONSTRAINT = 'network_coverageplan_ended_stays';
END $$;
CREATE TRIGGER network_coverageplan_ended_stays BEFORE UPDATE OR DELETE ON network_coverageplan
    FOR EACH ROW WHEN (OLD.state IN ('opened', 'dropped')) EXECUTE FUNCTION network_keep_ended_plan();
"""
BEFORE = """
DROP TRIGGER network_coverageplan_ended_stays ON network_coverageplan;
DROP TRIGGER network_equipment_covers_loans ON network_equipment;
DROP TRIGGER network_equipmentloan_within_number ON network_equipmentloan;
DROP FUNCTION network_check_loans(), network_keep_ended_plan();
"""

# Views work with their owner's rights: who shares a site, and how long rooms are taken, without what for and for whom.
COUNTED = """
CREATE VIEW network_siteuse AS
    SELECT a.site_id, a.station_id, a.since, a.until FROM network_sharingagreement a;
CREATE VIEW network_bookedtime AS
    SELECT b.area_id, b.starts_at, b.ends_at FROM network_booking b WHERE b.cancelled_at IS NULL;
GRANT SELECT ON network_siteuse, network_bookedtime TO shegong_app;
"""

STAFF = "hub_id = ANY ((SELECT wall_staff_hubs())::int[]) OR station_id = ANY ((SELECT wall_stations())::int[])"


class Migration(migrations.Migration):
    dependencies = [("network", "0006_premises")]
    operations = [
        migrations.RunSQL(LOANS, BEFORE),
        migrations.RunSQL(COUNTED, "DROP VIEW network_siteuse, network_bookedtime"),
        *[wall.grant(f"network_{table}", "select, insert, update") for table in ("site", "area", "equipment", "coverageplan")],
        wall.grant("network_openinghours", "select, insert, update, delete"),
        *[
            operation
            for table in ("sharingagreement", "equipmentloan", "booking", "bookingseries")
            for operation in (
                wall.grant(f"network_{table}", "select, insert, update"),
                wall.enable(f"network_{table}"),
                wall.policy(f"network_{table}", "staff_of_the_county_and_who_runs_the_station", STAFF),
            )
        ],
    ]
