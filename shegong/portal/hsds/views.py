"""The HSDS 3.0 API of the directory: public, read only, from any site; and all of it as a ZIP of HSDS's CSV tables."""

import csv
import io
import zipfile
from collections.abc import Callable, Sequence
from typing import Any, Final

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.urls import reverse
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from shegong.portal.hsds import queries, rules
from shegong.portal.hsds.rules import Kind, Thing
from shegong.portal.queries.directory import directory

PROFILE: Final = "https://docs.openreferral.org/en/3.0/hsds/"
SPECIFICATION: Final = "https://raw.githubusercontent.com/openreferral/specification/3.0/schema/openapi.json"
PER_PAGE, MOST = 50, 500
FRESH_SECONDS: Final = 300
View = Callable[..., HttpResponse]


def open_to_all(view: View) -> View:
    """Read only, kept for a few minutes, readable by scripts of any site."""

    @require_safe
    @cache_control(public=True, max_age=FRESH_SECONDS)
    def answered(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        response = view(request, *args, **kwargs)
        response["Access-Control-Allow-Origin"] = "*"
        return response

    return answered


def _json(content: object) -> HttpResponse:
    return JsonResponse(content, json_dumps_params={"ensure_ascii": False})


def _number(request: HttpRequest, name: str, default: int, most: int) -> int:
    text = request.GET.get(name, "")
    return min(max(int(text), 1), most) if text.isascii() and text.isdigit() and len(text) < 10 else default


def _page(request: HttpRequest, total: int, things: Callable[[int, int], Sequence[Thing]]) -> HttpResponse:
    size, number = _number(request, "per_page", PER_PAGE, MOST), _number(request, "page", 1, 10**9)
    pages = max(-(-total // size), 1)
    contents = list(things((number - 1) * size, min(number * size, total))) if number <= pages else []
    return _json(
        {
            "total_items": total,
            "total_pages": pages,
            "page_number": number,
            "size": len(contents),
            "first_page": number == 1,
            "last_page": number >= pages,
            "empty": not contents,
            "contents": contents,
        }
    )


def _listed(request: HttpRequest, things: Sequence[Thing]) -> HttpResponse:
    text = request.GET.get("search", "").strip().lower()[:60]
    found = [each for each in things if text in f"{each['name']} {each.get('description', '')}".lower()]
    return _page(request, len(found), lambda first, last: found[first:last])


def _is_yes(request: HttpRequest, name: str) -> bool:
    return request.GET.get(name, "").lower() in ("true", "1", "yes")


def _of(text: str, kind: Kind) -> tuple[int, int, int]:
    found = rules.parts(text)
    if found is None or found[0] != kind:
        raise Http404
    return found[1:]


@open_to_all
def about(request: HttpRequest) -> HttpResponse:
    """What this is."""
    return _json({"version": rules.VERSION, "profile": PROFILE, "openapi_url": SPECIFICATION})


@open_to_all
def services(request: HttpRequest) -> HttpResponse:
    """The services that every station gives; of a taxonomy's term where one is named."""
    wanted = rules.parts(request.GET.get("taxonomy_term_id", ""))
    found = queries.offered()
    if wanted is not None:
        found = [each for each in found if (wanted[1], wanted[2]) in ((1, each.field_id), (2, each.group_id))]
    return _listed(request, [rules.service(each) for each in found])


@open_to_all
def service(request: HttpRequest, key: str) -> HttpResponse:
    """One service; with all the places that give it when `full` is asked for."""
    number = _of(key, Kind.SERVICE)[0]
    found = next((each for each in queries.offered() if each.id == number), None)
    if found is None:
        raise Http404
    bodies = queries.bodies()
    content = rules.full_service(found, queries.terms(), bodies.authority, bodies.city)
    if _is_yes(request, "full"):
        content["service_at_locations"] = [
            rules.service_at_location(bodies.spot(place), found) for place in queries.places()
        ]
    return _json(content)


@open_to_all
def organizations(request: HttpRequest) -> HttpResponse:
    """The authority, and the agencies that run stations."""
    return _listed(request, [rules.organization(each) for each in queries.bodies().all()])


@open_to_all
def organization(request: HttpRequest, key: str) -> HttpResponse:
    """One organisation."""
    number = _of(key, Kind.ORGANIZATION)[0]
    found = next((each for each in queries.bodies().all() if each.id == number), None)
    if found is None:
        raise Http404
    return _json(rules.full_organization(found, queries.offered()))


@open_to_all
def service_at_locations(request: HttpRequest) -> HttpResponse:
    """Which service is given where: every one at every open station that answers to `search`."""
    given, bodies = queries.offered(), queries.bodies()
    found = queries.places(request.GET.get("search", "").strip()[:60].replace("\0", ""))
    runner = rules.parts(request.GET.get("organization_id", ""))
    if runner is not None and runner[1]:
        found = [place for place in found if bodies.runners.get(place.id) == runner[1]]
    full = _is_yes(request, "full")

    def part(first: int, last: int) -> list[Thing]:
        pairs = [
            (bodies.spot(found[number // len(given)]), given[number % len(given)]) for number in range(first, last)
        ]
        if full:
            return [rules.full_service_at_location(*pair, bodies.city) for pair in pairs]
        return [rules.service_at_location(*pair) for pair in pairs]

    return _page(request, len(found) * len(given), part)


@open_to_all
def service_at_location(request: HttpRequest, key: str) -> HttpResponse:
    """One service at one station, with both."""
    station_id, service_id, _third = _of(key, Kind.SERVICE_AT_LOCATION)
    place = directory().by_id.get(station_id)
    given = next((each for each in queries.offered() if each.id == service_id), None)
    if place is None or given is None:
        raise Http404
    bodies = queries.bodies()
    return _json(rules.full_service_at_location(bodies.spot(place), given, bodies.city))


@open_to_all
def locations(request: HttpRequest) -> HttpResponse:
    """The open stations as locations: not an address of HSDS's own, but what a map needs."""
    bodies = queries.bodies()
    found = queries.places(request.GET.get("search", "").strip()[:60].replace("\0", ""))
    return _page(
        request, len(found), lambda a, b: [rules.location(bodies.spot(each), bodies.city) for each in found[a:b]]
    )


@open_to_all
def taxonomies(request: HttpRequest) -> HttpResponse:
    """Fields and groups."""
    return _listed(request, [rules.taxonomy(number) for number in rules.TAXONOMIES])


@open_to_all
def taxonomy(request: HttpRequest, key: str) -> HttpResponse:
    """One taxonomy."""
    number = _of(key, Kind.TAXONOMY)[0]
    if number not in rules.TAXONOMIES:
        raise Http404
    return _json(rules.taxonomy(number))


@open_to_all
def taxonomy_terms(request: HttpRequest) -> HttpResponse:
    """The terms of one taxonomy, or of both."""
    wanted = rules.parts(request.GET.get("taxonomy_id", ""))
    found = [each for each in queries.terms().values() if wanted is None or each.taxonomy == wanted[1]]
    return _listed(request, [rules.taxonomy_term(each) for each in found])


@open_to_all
def taxonomy_term(request: HttpRequest, key: str) -> HttpResponse:
    """One term."""
    taxonomy_number, number, _third = _of(key, Kind.TERM)
    found = queries.terms().get((taxonomy_number, number))
    if found is None:
        raise Http404
    return _json(rules.taxonomy_term(found))


@open_to_all
def export(request: HttpRequest) -> HttpResponse:
    """All of it in HSDS's tabular form: a ZIP of CSV tables."""
    bodies, given = queries.bodies(), queries.offered()
    spots = [bodies.spot(place) for place in queries.places()]
    here = [rules.location(spot, bodies.city) for spot in spots]
    parts = {
        name: [row for each in here for row in each.pop(name, [])] for name in ("addresses", "phones", "schedules")
    }
    tables: dict[str, list[Thing]] = {
        "organizations": [rules.organization(each) for each in bodies.all()],
        "services": [rules.service(each) for each in given],
        "locations": here,
        **parts,
        "services_at_location": [rules.service_at_location(spot, each) for spot in spots for each in given],
        "taxonomies": [rules.taxonomy(number) for number in rules.TAXONOMIES],
        "taxonomy_terms": [rules.taxonomy_term(each) for each in queries.terms().values()],
    }
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as file:
        for name, rows in tables.items():
            file.writestr(f"{name}.csv", _table(rows))
    answer = HttpResponse(packed.getvalue(), content_type="application/zip")
    answer["Content-Disposition"] = 'attachment; filename="hsds.zip"'
    answer["Link"] = f'<{reverse("hsds:about")}>; rel="describedby"'
    return answer


def _table(rows: list[Thing]) -> str:
    text = io.StringIO()
    names = list(dict.fromkeys(name for row in rows for name in row))
    writer = csv.DictWriter(text, names)
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()
