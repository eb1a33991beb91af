"""Who leads workers: the head at the own station and its rooms, the county in its hub, the city everywhere."""

from django.utils.translation import gettext_lazy as _

from shegong.kernel.problems import Problem
from shegong.network.models import Station
from shegong.network.scope import Viewer
from shegong.people.enums import Role
from shegong.workforce.models import Worker


def leads(by: Viewer, hub_id: int, station_id: int) -> bool:
    """Whether a viewer may hire, post and change the people of a station."""
    if by.has(Role.CITY, Role.ADMIN):
        return True
    return by.has(Role.HEAD, Role.COUNTY) and by.reaches(hub_id, station_id)


def must_lead_station(by: Viewer, station: Station) -> None:
    """Raises Problem (403) at `station` for who may not post anybody there."""
    if not leads(by, station.hub_id, station.pk):
        raise Problem("station_not_yours", _("您不能为这个站点安排人员。"), "station", 403)


def lock_worker(worker: Worker, by: Viewer) -> Worker:
    """The worker, locked: what others write meanwhile waits. Raises Problem 404, or 403 for who may not change it."""
    # A viewer who may see but not change a row can't lock it either: to them it would look as if it were gone.
    if not leads(by, worker.hub_id, worker.station_id):
        raise Problem("worker_not_yours", _("您不能更改这位人员的安排。"), status=403)
    present = Worker.objects.select_for_update(of=("self",)).filter(pk=worker.pk).first()
    if present is None:
        raise Problem("worker_missing", _("找不到这位人员，或您不能查看。"), status=404)
    return present
