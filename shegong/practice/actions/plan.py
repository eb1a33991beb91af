"""The services planned for a case."""

from dataclasses import asdict
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from shegong.catalogue.models import ServiceItem
from shegong.kernel import clock
from shegong.kernel.ids import uuid7
from shegong.kernel.problems import Problem, key_taken, raise_any
from shegong.network.scope import Viewer
from shegong.practice.actions.case import held_for_planning, journal
from shegong.practice.models import Case, PlannedService
from shegong.practice.rules.plan import MOST_LINES, PlanLine, line_problems


@transaction.atomic
def plan_service(case: Case, line: PlanLine, *, by: Viewer, at: datetime, key: UUID | None = None) -> PlannedService:
    """Plan a service of the catalogue, or change the line with this key, while the plan is being made.

    Raises Problem or Problems at service_id, times, per, minutes, since, until; `plan_approved`, `wrong_stage`,
    `already_asked`, `too_many` (409); 403, 404.
    """
    case = held_for_planning(case, by)
    service = ServiceItem.objects.filter(pk=line.service_id).first()
    if service is None:
        raise Problem("service_unknown", _("没有这个服务项目。"), "service_id")
    raise_any(line_problems(line, opened_on=case.opened_on, service_since=service.since, service_until=service.until))
    known = PlannedService.objects.filter(pk=key, hub_id=case.hub_id).first() if key else None
    if known is not None and (known.case_id != case.pk or known.dropped_on):
        raise key_taken()
    if known is None:
        if PlannedService.objects.filter(case_id=case.pk, hub_id=case.hub_id).count() >= MOST_LINES:
            raise Problem("too_many", _("计划的服务太多了。"), status=409)
        known = PlannedService(id=key or uuid7(), hub_id=case.hub_id, station_id=case.station_id, case=case)
    for name, value in asdict(line).items():
        setattr(known, name, value)
    known.written_by_id, known.written_at = by.account_id, at
    known.save()
    journal("plan_service", case, by, at, service=service.code)
    return known


@transaction.atomic
def drop_service(line: PlannedService, *, by: Viewer, at: datetime) -> PlannedService:
    """Take a service out of the plan while it is being made. Raises 403, 404, 409."""
    case = held_for_planning(line.case, by)
    present = PlannedService.objects.select_for_update(of=("self",)).get(pk=line.pk, hub_id=case.hub_id)
    if present.dropped_on is None:
        present.dropped_on = clock.today()
        present.save(update_fields=["dropped_on"])
        journal("drop_service", case, by, at, service=present.service.code)
    return present
