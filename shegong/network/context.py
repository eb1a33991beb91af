"""What every page says about the city, and what a page may ask about the viewer's roles."""

from functools import partial
from typing import Any

from django.db.models import Q, QuerySet
from django.http import HttpRequest

from shegong.kernel import clock
from shegong.kernel.prepared import prepared
from shegong.network.models import City, Grant
from shegong.network.scope import Viewer


def city(request: HttpRequest) -> dict[str, Any]:
    """The city, who answers for the system, and whether its data are simulated (one query); and `own_roles`, which asks
    the database only where a template uses it.
    """
    found = next(iter(_city()), None)
    viewer: Viewer | None = getattr(request, "viewer", None)
    return {
        "city": found,
        "authority_name": found.authority if found else "",
        "demo": bool(found and found.is_demo),
        "own_roles": partial(own_grants, viewer.account_id) if viewer else (),
    }


@prepared
def _city() -> QuerySet[City]:
    return City.objects.order_by("pk")[:1]


def own_grants(account_id: int) -> QuerySet[Grant]:
    """The roles in force today, with their stations and organisations."""
    today = clock.today()
    grants = Grant.objects.filter(Q(until__isnull=True) | Q(until__gt=today), account_id=account_id, since__lte=today)
    return grants.select_related("station", "organisation").order_by("role", "station__path")
