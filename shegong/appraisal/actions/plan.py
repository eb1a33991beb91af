"""A station's plan: built in one year, standardised in two."""

from datetime import date, datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from shegong.appraisal.models import Milestone
from shegong.appraisal.queries.self_check import running_since
from shegong.appraisal.rules.path import milestones, plan_problem
from shegong.journal.actions import log
from shegong.kernel.problems import Problem, raise_any
from shegong.network.enums import Tier
from shegong.network.models import Station
from shegong.network.scope import Viewer
from shegong.people.enums import Role


def may_plan(by: Viewer, station: Station) -> bool:
    """The city plans for all, a county for its own."""
    return by.has(Role.CITY) or (by.has(Role.COUNTY) and station.hub_id in by.hubs)


@transaction.atomic
def plan_station(
    station: Station, confirmed_on: date, *, by: Viewer, at: datetime, today: date, built_on: date | None = None
) -> list[Milestone]:
    """By when a station is to be standardised; the steps between lie on the way from the day on which it was built (or
    is to be: `built_on`; today when neither is known). A plan that is there is replaced. Raises Problem at
    confirmed_on; 403.
    """
    if not may_plan(by, station):
        raise Problem("plan_not_yours", _("规范化计划由区（市）县或市级制定。"), status=403)
    if station.tier == Tier.CENTRE:
        raise Problem("plan_tier", _("支持中心没有规范化标准。"), "confirmed_on")
    began = running_since(station) or built_on or today
    raise_any([plan_problem(began, confirmed_on, today)])
    Milestone.objects.filter(station=station).delete()
    rows = [
        Milestone(
            hub_id=station.hub_id, town_id=station.town_id, station=station, tier=station.tier, step=step, due_on=day
        )
        for step, day in milestones(began, confirmed_on).items()
    ]
    Milestone.objects.bulk_create(rows)
    log("plan_station", "station", station.pk, by=by.account_id, at=at, hub_id=station.hub_id, station_id=station.pk,
        detail={"confirmed_on": confirmed_on.isoformat()})  # fmt: skip
    return rows
