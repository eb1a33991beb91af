"""The loop on one page: for the city, a county, a station."""

from typing import Any
from urllib.parse import urlencode

from django.http import Http404, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from shegong.appraisal.enums import CheckState, LoopStage
from shegong.appraisal.queries import loop as queries
from shegong.appraisal.queries.finding import READERS
from shegong.appraisal.rules.loop import STAGES, Facts
from shegong.appraisal.views.path import TIERS
from shegong.kernel import clock
from shegong.kernel.pages import page_of
from shegong.network.enums import Tier
from shegong.network.middleware import Request, requires
from shegong.network.models import Station
from shegong.network.scope import Viewer
from shegong.people.enums import Role


@require_GET
@requires(*READERS)
def loop(request: Request) -> HttpResponseBase:
    """The city by counties; a county, or what a head answers for, by stations."""
    viewer, today = request.viewer, clock.today()
    hub = _hub(request.GET.get("hub", ""))
    tier = request.GET.get("tier", "")
    facts = queries.loop_facts(today, hub_ids=[hub.pk] if hub else None)
    if tier in TIERS:
        facts = {key: each for key, each in facts.items() if each.tier == tier}
    stage = request.GET.get("stage", "")
    by_county = viewer.has(Role.CITY) and hub is None and stage not in STAGES
    total = queries.summed(facts.values())
    context: dict[str, Any] = {
        "total": total,
        "hub": hub,
        "stages": _stages(request, total, stage),
        "tiers": [
            {"title": title, "url": _address(request, tier=value), "active": value == tier}
            for value, title in [("", _("全部层级")), *((each.value, each.label) for each in TIERS)]
        ],
        "counties": [
            (county, each, _address(request, hub=county.key)) for county, each in queries.by_county(facts.values())
        ]
        if by_county
        else [],
        "steps": [{"title": _("全市闭环"), "url": reverse("appraisal:loop")}]
        if viewer.has(Role.CITY) and not by_county
        else [],
    }
    if not by_county:
        wanted = [key for key, each in facts.items() if stage not in STAGES or each.blocked == stage]
        rows = Station.objects.filter(pk__in=wanted).only("id", "key", "name", "tier", "path")
        page = page_of(rows, ["path"], request.GET.get("cursor"))
        context |= {
            "page": page,
            "chosen": LoopStage(stage).label if stage in STAGES else "",
            "all_url": _address(request, stage=""),
            "count": len(wanted),
            "rows": [{"station": each, **_row(facts[each.pk])} for each in page.items],
        }
    return render(request, "appraisal/loop.html", context)


def _address(request: Request, **changed: str) -> str:
    """This page with something changed; from the first page on."""
    kept = {name: request.GET.get(name, "") for name in ("hub", "tier", "stage")} | changed
    return f"{reverse('appraisal:loop')}?{urlencode({name: value for name, value in kept.items() if value})}"


def _hub(key: str) -> Station | None:
    return Station.objects.filter(key=key, tier=Tier.HUB).first() if key else None


def _row(facts: Facts) -> dict[str, Any]:
    return {
        "marks": [{"title": stage.label, "reached": reached}
                  for stage, reached in zip(STAGES, facts.reached, strict=True)],
        "blocked": facts.blocked,
        "why": words_of(facts, facts.blocked) if facts.blocked else "",
    }  # fmt: skip


def _stages(request: Request, total: queries.Sum, chosen: str) -> list[dict[str, Any]]:
    """Each stage with how many have reached it, and how many stop there; the chosen one leads back to all."""
    return [
        {
            "title": stage.label,
            "reached": total.reached.get(stage, 0),
            "blocking": total.blocking.get(stage, 0),
            "url": _address(request, stage="" if stage == chosen else stage.value),
            "active": stage == chosen,
        }
        for stage in STAGES
    ]


def words_of(facts: Facts, stage: LoopStage) -> str:
    """How a stage stands, in words."""
    if stage == LoopStage.BUILT:
        return _("已运行") if facts.is_running else _("还没有运行")
    if stage == LoopStage.STAFFED:
        return _("在岗 %(present)s 人，至少 %(needed)s 人") % {"present": facts.present, "needed": facts.needed}
    if stage == LoopStage.SERVING:
        return _("最近 30 天有服务记录") if facts.served else _("最近 30 天没有服务记录")
    if stage == LoopStage.APPRAISED:
        if facts.valid_until:
            return _("规范化认定有效期至 %(day)s") % {"day": facts.valid_until.isoformat()}
        return str(CheckState(facts.check_state).label) if facts.check_state else _("还没有自评")
    if not facts.findings:
        return _("没有未关闭的问题")
    words = _("未关闭 %(findings)s 条，其中超期 %(overdue)s 条")
    return words % {"findings": facts.findings, "overdue": facts.overdue}


@require_GET
@requires(*READERS)
def station_loop(request: Request, key: str) -> HttpResponseBase:
    """A station's loop: each stage as it stands today, and where the next step is solved."""
    viewer, today = request.viewer, clock.today()
    found = Station.objects.select_related("hub").filter(key=key).first()
    facts = queries.loop_facts(today, station_ids=[found.pk]).get(found.pk) if found else None
    if found is None or facts is None:
        raise Http404
    stages = [
        {
            "title": stage.label,
            "reached": reached,
            "words": words_of(facts, stage),
            "url": _where(viewer, found, stage),
            "blocks": facts.blocked == stage,
            "is_next": facts.blocked is not None and STAGES.index(stage) == STAGES.index(facts.blocked) + 1,
        }
        for stage, reached in zip(STAGES, facts.reached, strict=True)
    ]
    context = {
        "steps": [{"title": _("建设闭环"), "url": reverse("appraisal:loop")}],
        "station": found,
        "stages": stages,
        "blocked": next((each for each in stages if each["blocks"]), None),
    }
    return render(request, "appraisal/station_loop.html", context)


def _where(viewer: Viewer, station: Station, stage: LoopStage) -> str:
    """The page where a stage is solved."""
    if stage == LoopStage.STAFFED:
        return f"/staffing/?{urlencode({'hub': station.hub.key, 'tier': station.tier})}"
    if stage == LoopStage.SERVING and viewer.reaches(station.hub_id, station.pk):
        return f"{reverse('practice:records')}?{urlencode({'station': station.key})}"
    if stage == LoopStage.APPRAISED:
        return reverse("appraisal:station", args=[station.key])
    if stage == LoopStage.CORRECTED:
        return f"{reverse('appraisal:findings')}?{urlencode({'state': 'unsettled', 'q': station.name})}"
    return f"/stations/{station.key}/"
