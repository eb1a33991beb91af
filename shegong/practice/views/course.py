"""How a client's situation went: the radar of needs, before and after, and the time line."""

from uuid import UUID

from django.http import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from shegong.kernel import clock
from shegong.network.middleware import Request, requires
from shegong.practice.enums import CaseStage
from shegong.practice.models import Assessment, Case, Client
from shegong.practice.pictures.radar import Axis, radar
from shegong.practice.pictures.svg import Picture
from shegong.practice.pictures.timeline import Event, Rating, Stage, timeline
from shegong.practice.queries import course as queries
from shegong.practice.queries.course import Course
from shegong.practice.views.client import KEEPERS, READERS, file_of


@require_GET
@requires(*READERS)
def course(request: Request, client_id: UUID) -> HttpResponseBase:
    """Both pictures with their words and numbers."""
    client = file_of(request, client_id)
    found = queries.course_of(request.viewer, client)
    before, after = queries.two_to_compare(
        found.assessments, _key(request.GET.get("before")), _key(request.GET.get("after"))
    )
    axes = _axes(before, after)
    title = _needs_title(axes) if after else _("需求")
    context = {
        "client": client,
        "assessments": found.assessments,
        "before": before,
        "after": after,
        "axes": axes,
        "needs_title": title,
        "radar": radar(title, axes) if after else None,
        "timeline": _timeline(client, found),
        "may_keep": request.viewer.has(*KEEPERS) and request.viewer.reaches(client.hub_id, client.station_id),
    }
    return render(request, "practice/course.html", context)


def _axes(before: Assessment | None, after: Assessment | None) -> list[Axis]:
    """A need asked for in either of the two is an axis, in the order of the catalogue."""
    levels: list[dict[int, int]] = []
    names: dict[tuple[int, int], str] = {}
    for each in (before, after):
        needs = list(each.needs.all()) if each else []
        levels.append({need.field_id: need.level for need in needs})
        names |= {(need.field.position, need.field_id): need.field.name for need in needs}
    return [Axis(name, levels[0].get(key), levels[1].get(key)) for (_position, key), name in sorted(names.items())]


def _needs_title(axes: list[Axis]) -> str:
    """The answer first: how many needs have become less."""
    known = [each.change for each in axes if each.change is not None]
    less, more = sum(change < 0 for change in known), sum(change > 0 for change in known)
    return _("需求：%(less)s 项减轻，%(more)s 项加重") % {"less": less, "more": more}


def _timeline(client: Client, found: Course) -> Picture | None:
    services, forms = _("服务"), _("评估")
    events = [
        Event(services, record.service.name, record.served_on, reverse("practice:record", args=[record.pk]))
        for record in found.records
    ]
    events += [
        Event(forms, each.instrument.name, each.assessed_on, reverse("practice:assessment", args=[each.pk]))
        for each in found.assessments
    ]
    ratings = [Rating(each.served_on, each.satisfaction) for each in found.records if each.satisfaction]
    title = _("%(name)s的服务过程") % {"name": client.name}
    stages = [stage for case in found.cases for stage in _stages(case)]
    return timeline(title, clock.today(), stages, events, ratings)


def _stages(case: Case) -> list[Stage]:
    """A case's stages one after the other, up to the present one."""
    lane, href = case.number.rpartition("-")[2], reverse("practice:case", args=[case.pk])
    stages = [Stage(lane, str(CaseStage.OPEN.label), case.opened_on, case.planned_on or case.closed_on, href)]
    if case.planned_on:
        stages.append(Stage(lane, str(CaseStage.PLANNED.label), case.planned_on, case.closed_on, href))
    return stages


def _key(text: str | None) -> UUID | None:
    try:
        return UUID(text) if text else None
    except ValueError:
        return None
