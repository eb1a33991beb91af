"""The headcount asks for all certificates at once instead of once for each worker: four times faster for a city."""

from django.db import migrations

HEADCOUNT = """
CREATE OR REPLACE VIEW workforce_headcount AS
SELECT w.id, w.hub_id, s.town_id, w.station_id, w.since, w.until, w.is_professional, w.is_supervisor,
       w.is_psychological, c.certified_on
FROM workforce_worker w
JOIN network_station s ON s.id = w.station_id
LEFT JOIN (SELECT worker_id, min(issued_on) AS certified_on FROM workforce_credential GROUP BY worker_id) AS c
     ON c.worker_id = w.id
"""
BEFORE = """
CREATE OR REPLACE VIEW workforce_headcount AS
SELECT w.id, w.hub_id, s.town_id, w.station_id, w.since, w.until, w.is_professional, w.is_supervisor,
       w.is_psychological,
       (SELECT min(c.issued_on) FROM workforce_credential c WHERE c.worker_id = w.id) AS certified_on
FROM workforce_worker w JOIN network_station s ON s.id = w.station_id
"""


class Migration(migrations.Migration):
    dependencies = [("workforce", "0003_names_for_people")]
    operations = [migrations.RunSQL(HEADCOUNT, BEFORE)]
