"""Signs in the data, for reviewers: what was seen, what it is compared with, what may innocently lie behind it."""

from typing import Any
from urllib.parse import urlencode

from django.http import Http404, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from shegong.appraisal.actions.sign import review_sign
from shegong.appraisal.enums import FindingSource, SignKind
from shegong.appraisal.forms.finding import SignReviewForm
from shegong.appraisal.queries import signs as queries
from shegong.appraisal.queries.finding import OFFICERS, is_officer_of
from shegong.appraisal.rules.signs import month_of
from shegong.appraisal.views.frame import both_ways, correction_tabs
from shegong.kernel import clock
from shegong.kernel.problems import Problem
from shegong.network.enums import Tier
from shegong.network.middleware import Request, requires
from shegong.network.models import Station
from shegong.network.queries import hubs
from shegong.network.scope import Viewer
from shegong.network.sheets import WRONG, go
from shegong.people.enums import Role

MONTHS = 12


@require_GET
@requires(*OFFICERS)
def signs(request: Request) -> HttpResponseBase:
    """A county's signs of a month; the city chooses the county."""
    viewer = request.viewer
    choices = _counties(viewer)
    if not choices:
        raise Http404
    hub = next((each for each in choices if each.key == request.GET.get("hub")), choices[0])
    today = clock.today()
    month = month_of(request.GET.get("month", ""), today)
    found = queries.signs_of(hub.pk, month)
    months = [today.replace(day=1)]
    while len(months) < MONTHS:
        before = months[-1]
        months.append(before.replace(year=before.year - (before.month == 1), month=(before.month - 2) % 12 + 1))
    context = {
        "tabs": correction_tabs(request, "signs"),
        "hubs": choices,
        "hub": hub,
        "month": month,
        "months": [{"value": f"{each:%Y-%m}", "day": each, "chosen": each == month} for each in months],
        "signs": [(each, _address(each, month)) for each in found],
        "open": sum(each.review is None for each in found),
    }
    return render(request, "appraisal/signs.html", context)


def _counties(viewer: Viewer) -> list[Station]:
    rows = hubs() if viewer.has(Role.CITY) else Station.objects.filter(pk__in=viewer.hubs, tier=Tier.HUB)
    return list(rows.only("id", "key", "name", "tier", "path").order_by("path"))


def _address(seen: queries.Seen, month: Any) -> str:
    return f"{reverse('appraisal:sign', args=[seen.station.key, seen.sign.kind])}?month={month:%Y-%m}"


@both_ways
@requires(*OFFICERS)
def sign(request: Request, key: str, kind: str) -> HttpResponseBase:
    """A sign with its explanation and the records behind; what the reviewer makes of it."""
    viewer = request.viewer
    station = Station.objects.filter(key=key).first()
    if station is None or kind not in SignKind.values or not is_officer_of(viewer, station.hub_id):
        raise Http404
    month = month_of(request.GET.get("month", ""), clock.today())
    rows = queries.signs_of(station.hub_id, month)
    seen = next((each for each in rows if each.station.pk == station.pk and each.sign.kind == kind), None)
    if seen is None:
        raise Http404
    kept = {"outcome": seen.review.outcome, "note": seen.review.note} if seen.review else {}
    form = SignReviewForm(request.POST or None, initial=kept)
    list_url = f"{reverse('appraisal:signs')}?{urlencode({'hub': _hub_key(station), 'month': f'{month:%Y-%m}'})}"
    if request.method == "POST" and form.is_valid():
        values = form.cleaned_data
        try:
            review_sign(station, kind, month, values["outcome"], values["note"], by=viewer, at=clock.now())
        except Problem as problem:
            problem.add_to_form(form)
        else:
            return go(request, list_url, _("已记下，对站点没有任何处理。"))
    wrong = f"{seen.title}（{month:%Y-%m}）：{seen.sign.told}"
    query = {"station": station.key, "source": FindingSource.INSPECTION.value, "words": _("数据核看"), "wrong": wrong,
             "key": f"sign:{kind}:{month:%Y-%m}"}  # fmt: skip
    context = {
        "steps": [{"title": _("数据核看"), "url": list_url}],
        "seen": seen,
        "month": month,
        "form": form,
        "records": queries.records_behind(viewer, seen),
        "number": len(set(seen.record_ids)),
        "finding_url": f"{reverse('appraisal:finding-new')}?{urlencode(query)}",
    }
    return render(request, "appraisal/sign.html", context, status=WRONG if form.errors else 200)


def _hub_key(station: Station) -> str:
    return str(Station.objects.values_list("key", flat=True).get(pk=station.hub_id))
