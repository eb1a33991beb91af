"""The wall around leave: colleagues of the county see who is away and who stands in, employers their people. What a county
holds to be fair is no secret.
"""

from django.db import migrations

from shegong.kernel import wall

SEEN = """hub_id = ANY ((SELECT wall_staff_hubs())::int[]) OR worker_id = (SELECT wall_worker())
    OR worker_id = ANY ((SELECT wall_employees())::bigint[])"""
# Heads and county officers for their people, everybody for themselves.
NOTED = """worker_id = (SELECT wall_worker()) OR hub_id = ANY ((SELECT wall_hubs())::int[])
    OR station_id = ANY ((SELECT wall_stations())::int[])"""


class Migration(migrations.Migration):
    dependencies = [("workforce", "0030_leave"), ("workforce", "0002_wall")]
    operations = [
        wall.grant("workforce_leave", "select, insert, update"),
        wall.enable("workforce_leave"),
        wall.policy("workforce_leave", "colleagues_and_employees", SEEN, NOTED),
        wall.grant("workforce_fairrange", "select, insert, update"),
    ]
