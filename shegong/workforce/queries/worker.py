"""Who works in the network. The wall shows staff the staff of their county, an agency its own, the city all."""

from datetime import date

from django.db.models import Prefetch, Q, QuerySet

from shegong.network.scope import Viewer
from shegong.people.enums import Role
from shegong.workforce.models import Credential, Worker

# Who may look up colleagues at all.
STAFF = (
    Role.CITY,
    Role.COUNTY,
    Role.HEAD,
    Role.WORKER,
    Role.SUPERVISOR,
    Role.AGENCY,
    Role.DPO,
    Role.ADMIN,
)


def workers_on(viewer: Viewer, day: date) -> QuerySet[Worker]:
    """The workers in service on this day whom the viewer may see, with station and certificates (two queries)."""
    if not viewer.has(*STAFF):
        return Worker.objects.none()
    return workers(viewer).filter(Q(until__isnull=True) | Q(until__gt=day), since__lte=day)


def workers(viewer: Viewer) -> QuerySet[Worker]:
    """All workers, former ones too, whom the viewer may see."""
    if not viewer.has(*STAFF):
        return Worker.objects.none()
    certificates = Prefetch("credentials", Credential.objects.order_by("issued_on"))
    return Worker.objects.select_related("station", "hub").prefetch_related(certificates)
