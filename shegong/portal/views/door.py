"""The residents' home, finding a station, a station's page, notices and open figures. Nobody needs to be signed in, and
all of it works without script.
"""

import csv
import io
import json
from typing import Any, Final

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from shegong.appraisal.enums import RoundState
from shegong.appraisal.models import Round
from shegong.catalogue.models import Field
from shegong.indicators.queries import station_by_key
from shegong.indicators.rules import UNIT_NAMES, indicator_of
from shegong.kernel import clock
from shegong.kernel.context import TEXT_COOKIE
from shegong.kernel.periods import Period, PeriodKind
from shegong.portal.forms.door import PositionForm
from shegong.portal.forms.enquiry import NearForm, number_in
from shegong.portal.queries import figures as open_figures
from shegong.portal.queries.activity import activities_at
from shegong.portal.queries.directory import Near, Place, directory, in_division, serving
from shegong.portal.queries.place import community_on, division_on
from shegong.purchase.queries.project import notices as purchase_notices

# Telephone numbers that everybody may need, the most pressing first.
URGENT: Final = (
    ("110", _("报警"), _("有人受到伤害或威胁")),
    ("120", _("医疗急救"), _("突发疾病、受伤、有生命危险")),
    ("119", _("火警"), _("着火、被困")),
)
HOTLINES: Final = (
    ("12356", _("心理援助"), _("很难受、睡不着、不想活，都可以打")),
    ("12338", _("妇女维权"), _("家庭暴力、婚姻家庭、妇女儿童权益")),
    ("12355", _("青少年服务"), _("学习、心理、受欺负、权益")),
    ("12345", _("政务服务便民热线"), _("其他政府和公共服务的事")),
)
# For what a station is looked for: where its choice leads.
PURPOSES: Final = {"complain": "portal:complain", "own-data": "portal:own-data"}
YEAR_SECONDS: Final = 31_536_000
SUPPRESSION: Final = _("5 以下（含）的人数不公布；区（市）县和全市的总数为准确值。")


@require_GET
def home(request: HttpRequest) -> HttpResponse:
    """The first page: urgent numbers, and every way in (no query of its own)."""
    return render(request, "portal/home.html", {"urgent": URGENT, "hotlines": HOTLINES})


@require_POST
def text_size(request: HttpRequest) -> HttpResponse:
    """Large print, or back; kept in a cookie."""
    wanted = request.POST.get("next", "")
    safe = url_has_allowed_host_and_scheme(wanted, allowed_hosts=None)
    answer = redirect(wanted if safe else reverse("portal:home"))
    large = request.POST.get("text") == "large"
    answer.set_cookie(TEXT_COOKIE, "large" if large else "", max_age=YEAR_SECONDS, httponly=True, samesite="Lax")
    return answer


@never_cache
@sensitive_post_parameters()
@require_http_methods(["GET", "POST"])
def find(request: HttpRequest) -> HttpResponse:
    """Find a station by words, by where one lives, or by position (which is posted, and kept nowhere)."""
    typed = request.GET
    purpose = typed.get("for", "") if typed.get("for", "") in PURPOSES else ""
    found: list[Near] | None = None
    text = typed.get("q", "").strip()[:60].replace("\0", "")
    position = PositionForm(request.POST) if request.method == "POST" else None
    if position is not None and position.is_valid():
        found = directory().nearest(position.cleaned_data["longitude"], position.cleaned_data["latitude"], 6)
    elif text:
        found = directory().called(text)
    elif typed.get("county"):
        found = _by_place(typed)
    form = NearForm(typed=typed.dict())
    near = [(each, _choice(each.place, purpose)) for each in found or ()]
    context = {"form": form, "near": near, "asked": found is not None, "text": text, "purpose": purpose}
    return render(request, "portal/find.html", context)


def _by_place(typed: Any) -> list[Near]:
    """The stations of a community, with those around; or of a town or county."""
    today = clock.today()
    community = community_on(number_in(typed, "community") or 0, today)
    if community is not None:
        place = serving(community)
        return directory().around(place) if place else []
    division = division_on(number_in(typed, "town") or number_in(typed, "county") or 0, today)
    return in_division(division) if division else []


def _choice(place: Place, purpose: str) -> str:
    if purpose:
        return f"{reverse(PURPOSES[purpose])}?station={place.key}"
    return reverse("portal:station", args=[place.key])


def place_of(key: str) -> Place:
    """The open station with this key. Raises Http404."""
    found = directory().by_key.get(key)
    if found is None:
        raise Http404
    return found


@require_GET
def station(request: HttpRequest, key: str) -> HttpResponse:
    """A station: where, when, what it does, what is on next (two queries)."""
    place = place_of(key)
    context = {
        "place": place,
        "fields": Field.objects.all(),
        "activities": activities_at({place.id: place}, clock.now())[:5],
        "around": directory().around(place, 4)[1:],
    }
    return render(request, "portal/station.html", context)


@require_GET
def notices(request: HttpRequest) -> HttpResponse:
    """The latest notices of awards and of assessments (two queries)."""
    rounds = Round.objects.exclude(state=RoundState.DRAFT).order_by("-published_at")
    context = {"notices": purchase_notices()[:6], "rounds": rounds[:6]}
    return render(request, "portal/notices.html", context)


def _period(request: HttpRequest) -> Period:
    text = request.GET.get("year", "")
    today = clock.today()
    year = int(text) if text.isascii() and text.isdigit() and 2000 <= int(text[:6]) <= today.year else today.year
    return Period(PeriodKind.YEAR, today.replace(year=year, month=1, day=1))


@require_GET
def figures(request: HttpRequest) -> HttpResponse:
    """The open figures of the city in a year."""
    period = _period(request)
    this = clock.today().year
    years = [
        {"title": str(year), "url": f"?year={year}", "active": year == period.start.year}
        for year in range(this, this - 3, -1)
    ]
    found = open_figures.city_figures(station_by_key(None), period)
    return render(request, "portal/figures.html", {"figures": found, "period": period, "years": years})


@require_GET
def figures_csv(request: HttpRequest) -> HttpResponse:
    """The same for the city and each county, as CSV (RFC 4180, UTF-8 with a mark, as spreadsheets expect it)."""
    period = _period(request)
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(["code", "name", "place_key", "place", "period", "value", "suppressed"])
    writer.writerows(open_figures.county_rows(station_by_key(None), period))
    answer = HttpResponse("\ufeff" + text.getvalue(), content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="shegong-figures-{period}.csv"'
    answer["Link"] = f'<{reverse("portal:figures-metadata")}?year={period}>; rel="describedby"'
    return answer


@require_GET
def figures_metadata(request: HttpRequest) -> HttpResponse:
    """What the CSV file holds: title, unit, definition and source of each figure, period, day, licence, suppression."""
    period = _period(request)
    content = {
        "@context": "http://www.w3.org/ns/csvw",
        "url": f"{reverse('portal:figures-csv')}?year={period}",
        "dc:title": str(_("社工站开放数据")),
        "dc:license": settings.OPEN_DATA_LICENCE,
        "period": str(period),
        "as_of": clock.today().isoformat(),
        "suppression": str(SUPPRESSION),
        "figures": [
            {
                "code": code,
                "title": str(indicator_of(code).name),
                "unit": str(UNIT_NAMES[indicator_of(code).unit]),
                "definition": str(indicator_of(code).definition),
                "source": str(indicator_of(code).clause),
            }
            for code in open_figures.CODES
        ],
    }
    text = json.dumps(content, ensure_ascii=False, indent=1)
    return HttpResponse(text, content_type="application/json; charset=utf-8")
