"""Community surveys: which there are, and what was answered."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from uuid import UUID

from django.db import connection
from django.db.models import Q, QuerySet

from shegong.catalogue.models import Instrument
from shegong.catalogue.rules.document import Form
from shegong.kernel import clock
from shegong.network.enums import Tier
from shegong.network.models import Station
from shegong.network.scope import Viewer
from shegong.people.enums import Role
from shegong.practice.models import Survey, SurveyLink, SurveyResponse
from shegong.practice.rules.survey import Count, Tallied, counted, shown_count, tallied

TEXTS_SHOWN = 50
SURVEYS_SHOWN = 100


@dataclass(frozen=True, slots=True)
class PartCount:
    """A station below the survey's, with the responses there as the reader may see them."""

    station: Station
    shown: str


@dataclass(frozen=True, slots=True)
class SurveyPage:
    """A survey with its counts, all or those of one part."""

    survey: Survey
    responses: str
    parts: list[PartCount]
    chosen: Station | None
    questions: list[Tallied]
    texts: list[tuple[str, list[str]]]
    links: list[SurveyLink]
    exact: bool
    is_open: bool


@dataclass(frozen=True, slots=True)
class OpenedLink:
    """What a link asks."""

    survey_id: UUID
    link_id: UUID
    title: str
    instrument: Instrument
    is_anonymous: bool


def surveys_seen(viewer: Viewer) -> QuerySet[Survey]:
    """The surveys that concern the viewer: of the own stations, of those below them and above them."""
    stations = list(Station.objects.filter(id__in=viewer.units))
    if any(each.tier == Tier.CENTRE for each in stations):
        return Survey.objects.all()
    above = {part for each in stations for part in _keys_above(each)}
    below = Q()
    for each in stations:
        below |= Q(station__path=each.path) | Q(station__path__startswith=f"{each.path}.")
    return Survey.objects.filter(below | Q(station__path__in=above)) if stations else Survey.objects.none()


def _keys_above(station: Station) -> list[str]:
    """The paths of the stations above one."""
    parts = station.path.split(".")
    return [".".join(parts[:length]) for length in range(1, len(parts))]


def surveys_page(viewer: Viewer) -> list[Survey]:
    """The latest surveys that concern the viewer (two queries)."""
    found = surveys_seen(viewer).select_related("station", "instrument").order_by("-since", "-id")
    return list(found[:SURVEYS_SHOWN])


def may_keep_survey(viewer: Viewer, station: Station) -> bool:
    """Whether the viewer may make and end surveys of a station: its head, its county, the city."""
    if viewer.has(Role.CITY):
        return True
    return viewer.has(Role.HEAD, Role.COUNTY) and viewer.reaches(station.hub_id, station.id)


def own_stations(viewer: Viewer) -> list[Station]:
    """Stations for which the viewer may make a survey: the own units (one query)."""
    return [
        each for each in Station.objects.filter(id__in=viewer.units).order_by("path") if may_keep_survey(viewer, each)
    ]


def place_of_response(viewer: Viewer, survey: Survey) -> Station | None:
    """The own station at which a response to a survey is counted: the deepest inside what is surveyed; None for who
    works elsewhere.
    """
    home = survey.station
    mine = Station.objects.filter(id__in=viewer.units).order_by("-path")
    for each in mine:
        inside = each.path == home.path or each.path.startswith(f"{home.path}.")
        if (inside or home.tier == Tier.CENTRE) and viewer.reaches(each.hub_id, each.id):
            return each
    # A head or county officer of a place above counts for the surveyed station itself.
    return home if viewer.reaches(home.hub_id, home.id) else None


def counts_of(survey: Survey, form: Form) -> list[Count]:
    """The counts of all responses, past the wall, since they name nobody (one query)."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT station_id, question, answer, place, times FROM practice_survey_counts(%s, %s)",
            [survey.pk, [item.name for item in counted(form)]],
        )
        return [Count(*row) for row in cursor.fetchall()]


def survey_page(viewer: Viewer, survey_id: UUID, part: str = "") -> SurveyPage | None:
    """A survey's page in at most six queries; None for one that doesn't concern the viewer."""
    survey = surveys_seen(viewer).filter(pk=survey_id).select_related("station", "instrument").first()
    if survey is None:
        return None
    form = Form(survey.instrument.document)
    counts = counts_of(survey, form)
    places = {each.id: each for each in Station.objects.filter(id__in={row.station_id for row in counts})}
    parents = {station_id: _part_of(place, survey.station) for station_id, place in places.items()}
    stations = Station.objects.in_bulk(set(parents.values()))
    chosen = next((each for each in stations.values() if each.key == part), None)
    kept = [row for row in counts if chosen is None or parents[row.station_id] == chosen.id]
    seen = chosen or survey.station
    exact = viewer.reaches(seen.hub_id, seen.id)
    total = sum(row.times for row in kept if not row.question)
    broad = exact or (seen.tier in (Tier.CENTRE, Tier.HUB))
    return SurveyPage(
        survey=survey,
        responses=shown_count(total, exact=broad),
        parts=_parts(viewer, counts, parents, stations),
        chosen=chosen,
        questions=tallied(form, kept, exact=exact),
        texts=_texts(viewer, survey, form, [key for key, value in parents.items() if not chosen or value == chosen.id]),
        links=list(survey.links.order_by("-made_at")[:20]) if may_keep_survey(viewer, survey.station) else [],
        exact=exact,
        is_open=survey.is_open,
    )


def _part_of(place: Station, home: Station) -> int:
    """The station below the survey's to which a place belongs: a hub of the city, a town of a hub, a room of a town."""
    if home.tier == Tier.CENTRE:
        return place.hub_id
    if home.tier == Tier.HUB:
        return place.town_id or place.id
    return place.id


def _parts(
    viewer: Viewer, counts: Iterable[Count], parents: dict[int, int], stations: dict[int, Station]
) -> list[PartCount]:
    times: dict[int, int] = {}
    for row in counts:
        if not row.question:
            times[parents[row.station_id]] = times.get(parents[row.station_id], 0) + row.times
    found = []
    for station_id, number in times.items():
        station = stations[station_id]
        exact = station.tier == Tier.HUB or viewer.reaches(station.hub_id, station.id)
        found.append(PartCount(station, shown_count(number, exact=exact)))
    return sorted(found, key=lambda each: each.station.path)


def _texts(viewer: Viewer, survey: Survey, form: Form, places: Sequence[int]) -> list[tuple[str, list[str]]]:
    """The latest answers in words, for those in whose reach they were given (the database's policy says so, too)."""
    questions = [item for item in form.questions if item.kind == "text" and not item.repeats]
    if not questions or not (viewer.hubs or viewer.stations):
        return []
    rows = SurveyResponse.objects.filter(survey=survey, station_id__in=places).order_by("-id")
    answers = list(rows.values_list("answers", flat=True)[:TEXTS_SHOWN])
    found = []
    for item in questions:
        texts = [str(each[item.name]) for each in answers if each.get(item.name)]
        if texts:
            found.append((str(item.name), texts))
    return found


def opened_link(token: str) -> OpenedLink | None:
    """What a link asks today, for somebody without account (two queries); None for one that is no good any more."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT survey_id, link_id, title, instrument_id, is_anonymous FROM practice_survey_opened(%s, %s)",
            [token, clock.today()],
        )
        row = cursor.fetchone()
    if row is None:
        return None
    return OpenedLink(row[0], row[1], row[2], Instrument.objects.get(pk=row[3]), row[4])
