"""Forms filled in by chance: assessments of the demonstration's people, and surveys of its communities."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, time, timedelta
from random import Random
from typing import Any, Final

from django.utils import timezone

from shegong.catalogue.models import Instrument
from shegong.config.demo.network import Site
from shegong.config.demo.wording import COMMUNITY_WISHES
from shegong.kernel.ids import uuid7_from
from shegong.practice.models import Survey, SurveyResponse
from shegong.practice.rules.assessment import filled

FIGURES: Final = {"age": (3, 17), "carer_age": (38, 79), "member_age": (6, 84), "children": (0, 2), "falls": (0, 2)}
AMOUNTS: Final = (1200, 1800, 2400, 2900, 3600, 4200)
MEMBERS: Final = ("本人", "配偶", "母亲", "父亲", "长子", "女儿")
TEXTS: Final = {"not_enrolled": "家里没人接送", "strengths": " "}
RESPONSES: Final = (18, 44)
ANSWER_SETS: Final = 60


def by_chance(document: Mapping[str, Any], rng: Random, trouble: float) -> dict[str, Any]:
    """Answers to all questions of a document. `trouble` from 0 (none) up to about 2 draws scored answers to the worse
    end.
    """
    found: dict[str, Any] = {}
    for item in document["items"]:
        _answer(item, document, rng, trouble, found)
    return found


def _answer(item: Mapping[str, Any], document: Mapping[str, Any], rng: Random, trouble: float, found: Any) -> None:
    kind, name = item["kind"], item["name"]
    if kind == "group":
        for each in item["items"]:
            _answer(each, document, rng, trouble, found)
    elif kind == "repeat":
        found[name] = [_turn(item, document, rng, trouble, who) for who in MEMBERS[: rng.randint(2, 4)]]
    elif kind == "one":
        found[name] = _chosen(document["lists"][item["list"]], rng, trouble)
    elif kind == "many":
        values = [each["value"] for each in document["lists"][item["list"]] if not each.get("alone")]
        found[name] = rng.sample(values, rng.randint(1, 2))
    elif kind == "rank":
        values = [each["value"] for each in document["lists"][item["list"]]]
        found[name] = rng.sample(values, len(values))
    elif kind == "integer":
        found[name] = rng.randint(*FIGURES.get(name, (0, 3)))
    elif kind == "decimal":
        found[name] = rng.choice(AMOUNTS)
    elif kind == "text":
        found[name] = TEXTS.get(name, "")


def _turn(item: Mapping[str, Any], document: Mapping[str, Any], rng: Random, trouble: float, who: str) -> Any:
    turn: dict[str, Any] = {}
    for each in item["items"]:
        _answer(each, document, rng, trouble, turn)
    return turn | {"member": who}


def _chosen(choices: Sequence[Mapping[str, Any]], rng: Random, trouble: float) -> str:
    """Scored choices stand from the best to the worst; of the others any, but trouble is rare."""
    values = [str(each["value"]) for each in choices]
    if any("score" in each for each in choices):
        return values[min(int(rng.expovariate(1.0) * trouble), len(values) - 1)]
    if values == ["yes", "no"]:
        return "yes" if rng.random() < 0.12 + trouble / 6 else "no"
    return rng.choice(values)


def make_surveys(sites: Sequence[Site], rng: Random, today: date, account: int) -> int:
    """A survey of each hub's communities: most are over, every third is open. Returns how many responses."""
    form = Instrument.objects.get(code="survey-community", version=1)
    sheets = [_sheet(form, rng, today) for _number in range(ANSWER_SETS)]
    rooms: dict[int, list[Site]] = {}
    for site in sites:
        if site.tier in ("station", "room"):
            rooms.setdefault(site.hub_id, []).append(site)
    surveys: list[Survey] = []
    responses: list[SurveyResponse] = []
    for number, hub in enumerate(each for each in sites if each.tier == "hub" and rooms.get(each.id)):
        since = today - timedelta(days=40 + 7 * number % 60 if number % 3 else 12)
        until = None if number % 3 == 0 else since + timedelta(days=21)
        survey = _survey(hub, form, since, until, account)
        surveys.append(survey)
        last = min(today - timedelta(days=1), survey.until or today)
        for count in range(rng.randint(*RESPONSES)):
            day = since + timedelta(days=rng.randint(0, (last - since).days))
            place = rng.choice(rooms[hub.id][:12])
            responses.append(_response(survey, place, rng.choice(sheets), day, count, account))
    Survey.objects.bulk_create(surveys)
    SurveyResponse.objects.bulk_create(responses, batch_size=500)
    return len(responses)


def _survey(hub: Site, form: Instrument, since: date, until: date | None, account: int) -> Survey:
    at = _moment(since, 9)
    return Survey(
        id=uuid7_from(f"survey-{hub.hub_key}", at),
        hub_id=hub.id,
        station_id=hub.id,
        title=f"{since.year} 年社区需求调查",
        instrument=form,
        since=since,
        until=until,
        made_at=at,
        made_by_id=account,
    )


def _sheet(form: Instrument, rng: Random, today: date) -> dict[str, Any]:
    """Answers of one resident."""
    answers = by_chance(form.document, rng, 1.1)
    answers["more"] = rng.choice(COMMUNITY_WISHES) if rng.random() < 0.3 else ""
    return filled(form.document, answers, today).answers


def _response(
    survey: Survey, place: Site, answers: dict[str, Any], day: date, number: int, account: int
) -> SurveyResponse:
    at = _moment(day, 10)
    return SurveyResponse(
        id=uuid7_from(f"{survey.pk}-{number}", at),
        hub_id=place.hub_id,
        station_id=place.id,
        survey=survey,
        answers=answers,
        answered_on=day,
        recorded_at=at,
        recorded_by_id=account,
    )


def _moment(day: date, hour: int) -> datetime:
    return timezone.make_aware(datetime.combine(day, time(hour)))
