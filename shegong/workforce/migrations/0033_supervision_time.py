"""How long somebody was supervised and supervised others, without saying by whom or what about: the career ladder asks."""

from django.conf import settings
from django.db import migrations

TIME = f"""
CREATE VIEW workforce_supervisiontime AS
WITH held AS (
    SELECT id, supervisor_id, (starts_at AT TIME ZONE '{settings.TIME_ZONE}')::date AS held_on,
           extract(epoch FROM ends_at - starts_at) / 3600 AS hours
    FROM workforce_supervisionsession WHERE state = 'held')
SELECT t.worker_id, h.held_on, h.hours AS received, 0::numeric AS given
FROM held h JOIN workforce_supervisionattendee t ON t.session_id = h.id AND t.presence = 'present'
UNION ALL
SELECT supervisor_id, held_on, 0::numeric, hours FROM held;
GRANT SELECT ON workforce_supervisiontime TO shegong_app;
"""


class Migration(migrations.Migration):
    dependencies = [("workforce", "0032_certified_while_registered")]
    operations = [migrations.RunSQL(TIME, "DROP VIEW workforce_supervisiontime")]
