"""Who is registered counts for a station's staffing until the last registration ends: a certificate never lapses, but
the right to practise by it does. Who never registered counts by the certificate.
"""

from django.db import migrations

CERTIFIED = """
CREATE OR REPLACE VIEW workforce_certification AS
SELECT c.worker_id, min(c.issued_on) AS since,
       (SELECT max(r.until) FROM workforce_registration r WHERE r.worker_id = c.worker_id) AS until
FROM workforce_credential c GROUP BY c.worker_id;
"""
BEFORE = """
CREATE OR REPLACE VIEW workforce_certification AS
SELECT worker_id, min(issued_on) AS since, NULL::date AS until FROM workforce_credential GROUP BY worker_id;
"""


class Migration(migrations.Migration):
    dependencies = [("workforce", "0031_leave_wall")]
    operations = [migrations.RunSQL(CERTIFIED, BEFORE)]
