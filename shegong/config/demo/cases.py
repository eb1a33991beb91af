"""Needs assessments and cases of the demonstration city."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from random import Random
from typing import Any, Final

from django.db import models

from shegong.catalogue.models import Field, Instrument, PopulationGroup, ServiceItem
from shegong.config.demo import case_files, wording
from shegong.config.demo.answers import by_chance
from shegong.config.demo.case_files import STAGES, CaseDays, CaseFiles
from shegong.config.demo.clients import Person
from shegong.config.demo.copying import NULL, Table, text
from shegong.config.demo.keys import key_text
from shegong.config.demo.network import Site
from shegong.practice.models import Assessment, AssessmentNeed, Case
from shegong.practice.rules.assessment import filled, followed
from shegong.practice.rules.case import case_number

TABLES: Final[dict[type[models.Model], str]] = {
    Assessment: (
        "id hub_id station_id client_id instrument_id assessed_on worker_id answers risk strengths summary "
        "recorded_at recorded_by_id"
    ),
    AssessmentNeed: "assessment_id hub_id station_id field_id level",
    Case: (
        "id hub_id station_id number client_id group_id worker_id supervisor_id stage problem opened_on opened_by_id "
        "entered_on risk planned_on goal_score improved closed_on closed_by_id close_reason outcome"
    ),
    **case_files.TABLES,
}
CLOSE_REASONS: Final = (
    ("met", 52),
    ("able", 20),
    ("referred", 9),
    ("declined", 6),
    ("moved", 4),
    ("changed", 4),
    ("lost", 3),
    ("unsuitable", 1),
    ("unforeseen", 1),
)
# Opened, planned, closed: days from today at which a case stands in intake, assessment, planning or evaluation.
SHORT: Final = ((-2, 6, 90), (-6, 3, 90), (-9, 0, 90), (-110, -98, 3))
PLANNED: Final = STAGES.index("intervention")
CLOSED: Final = STAGES.index("closed")
ANSWER_SETS: Final = 12


@dataclass(slots=True)
class Episode:
    """A case as the records need it: first and last day on which it takes records."""

    case_id: str
    person: Person
    first: int
    last: int


@dataclass(frozen=True, slots=True)
class _Answers:
    """A filled form: the answers as JSON, the risk, and the level of need by field."""

    json: str
    risk: int
    needs: tuple[tuple[int, int], ...]


@dataclass(slots=True)
class Papers:
    """Rows waiting to be written, by table."""

    rows: dict[type, list[str]] = field(default_factory=lambda: {model: [] for model in TABLES})

    def write(self) -> None:
        """Append all rows to their tables."""
        for model, columns in TABLES.items():
            Table(model, columns.split()).copy(self.rows[model])
            self.rows[model].clear()


class CaseMaker:
    """Makes assessments and cases of a station's clients."""

    def __init__(self, rng: Random, today: date, supervisor: int) -> None:
        self._rng = rng
        self._today = today.toordinal()
        self._supervisor = supervisor
        self._numbers: dict[tuple[str, int], int] = {}
        self._groups = dict(PopulationGroup.objects.values_list("code", "pk"))
        fields = dict(Field.objects.values_list("code", "pk"))
        self._forms = {form.code: form for form in Instrument.objects.filter(version=1, subject="client")}
        self._answers = {
            code: [
                [self._filled(form.document, fields, band, number) for number in range(ANSWER_SETS)]
                for band in range(3)
            ]
            for code, form in sorted(self._forms.items())
        }
        groups = {code: form.document.get("groups", ()) for code, form in sorted(self._forms.items())}
        self._form_of_group = {group: code for code, found in groups.items() for group in found}
        self.papers = Papers()
        refined = ServiceItem.objects.filter(kind="refined", method="C", version=1).order_by("code")
        by_band = {
            band: list(refined.filter(group__code__in=groups).values_list("pk", flat=True))
            for band, groups in enumerate((("older",), ("women", "disabled", "low-income"), ("child",)))
        }
        self._made = 0
        self._files = CaseFiles(self.papers.rows, by_band, supervisor)

    def assess(self, site: Site, people: Sequence[Person], count: int, recorder: int) -> None:
        """`count` assessments, most soon after the file was opened, some a half year later."""
        for number in range(min(count, 2 * len(people))):
            person = people[number * 7919 % len(people)]
            after = int(self._rng.random() * 20) + (180 if number >= len(people) else 0)
            day = min(person.registered_on + after, self._today - 1, person.until)
            self._assess(site, person, date.fromordinal(day), recorder)

    def _assess(self, site: Site, person: Person, day: date, recorder: int) -> None:
        rng, rows = self._rng, self.papers.rows
        code = next((self._form_of_group[each] for each in person.groups if each in self._form_of_group), "needs")
        # Some still use the general form.
        code = code if rng.random() < 0.8 else "needs"
        filled = rng.choice(self._answers[code][person.band])
        key, place = key_text(rng, day), f"{site.hub_id}\t{site.id}"
        problem = rng.choice(wording.PROBLEMS[person.band]) if filled.risk > 1 else "目前生活平稳，继续关注"
        rows[Assessment].append(
            f"{key}\t{place}\t{person.id}\t{self._forms[code].pk}\t{day}\t{_worker(site, day.toordinal())}"
            f"\t{filled.json}\t{filled.risk}\t{rng.choice(wording.STRENGTHS)}\t{problem}"
            f"\t{day} 17:20:00+08\t{recorder}\n"
        )
        rows[AssessmentNeed].extend([f"{key}\t{place}\t{field_id}\t{level}\n" for field_id, level in filled.needs])

    def open_cases(
        self, site: Site, people: Sequence[Person], count: int, recorder: int, *, is_shown: bool = False
    ) -> list[Episode]:
        """At most `count` cases, one for each of some clients; where demonstrations begin, every second one runs, and
        one has ended so lately that it is still followed up.
        """
        candidates = [person for person in people if person.registered_on < self._today - 4]
        chosen = self._rng.sample(candidates, min(count, len(candidates)))
        courses = self._shown_courses(chosen) if is_shown else {}
        return [self._case(site, person, recorder, courses.get(number)) for number, person in enumerate(chosen)]

    def _shown_courses(self, chosen: Sequence[Person]) -> dict[int, tuple[int, int, int]]:
        """{number: the days on which the case is opened, its plan approved, and it is closed}."""
        today, found = self._today, {}
        for number in range(0, len(chosen), 2):
            opened = max(chosen[number].registered_on, today - 60)
            found[number] = (opened, min(opened + 10, today - 1), today + 60)
        ended = (today - 75, today - 65, today - 20)
        known = (number for number, person in enumerate(chosen) if number and person.registered_on <= ended[0])
        return found | dict.fromkeys(list(known)[:1], ended)

    def _case(self, site: Site, person: Person, recorder: int, course: tuple[int, int, int] | None) -> Episode:
        rng = self._rng
        latest = min(self._today - 2, person.until)
        opened = person.registered_on + int((latest - person.registered_on) * rng.random())
        planned, closed = opened + 4 + int(rng.random() * 14), opened + 45 + int(rng.random() * 190)
        opened, planned, closed = course or self._recent(person, (opened, planned, closed))
        days = CaseDays((opened, opened + 2, planned - 1, planned, closed - 8, closed), self._today)
        stage, outcome, reason = days.stage, "", ""
        if stage == CLOSED:
            reasons, weights = zip(*CLOSE_REASONS, strict=True)
            reason, outcome = rng.choices(reasons, weights)[0], rng.choice(wording.OUTCOMES)
            if reason not in ("met", "able"):
                outcome = "服务中止，已告知后续求助途径"
        day = date.fromordinal(opened)
        key = key_text(rng, day)
        count = self._numbers[site.hub_key, day.year] = self._numbers.get((site.hub_key, day.year), 0) + 1
        place = f"{site.hub_id}\t{site.id}"
        found = self._files.fill(place, key, days, person.band, recorder, reason)
        ends = f"{date.fromordinal(closed)}\t{self._supervisor}" if stage == CLOSED else f"{NULL}\t{NULL}"
        self.papers.rows[Case].append(
            f"{key}\t{place}\t{case_number(site.hub_key, day.year, count)}\t{person.id}"
            f"\t{self._groups[person.groups[-1]]}\t{_worker(site, opened)}\t{NULL}\t{STAGES[stage]}"
            f"\t{rng.choice(wording.PROBLEMS[person.band])}\t{day}\t{recorder}"
            f"\t{date.fromordinal(days.days[stage])}\t{text(found.risk)}"
            f"\t{date.fromordinal(planned) if stage >= PLANNED else NULL}\t{text(found.score)}\t{text(found.improved)}"
            f"\t{ends}\t{reason}\t{outcome}\n"
        )
        # Its records begin with the approved plan.
        return Episode(key, person, planned, min(closed, self._today - 1))

    def _recent(self, person: Person, days: tuple[int, int, int]) -> tuple[int, int, int]:
        """Every fifth case is so far as to stand in one of the short stages today."""
        self._made += 1
        kind, today = self._made // 5 % len(SHORT), self._today
        opened, planned, closed = (today + after for after in SHORT[kind])
        if self._made % 5 or opened < person.registered_on or person.until < today:
            return days
        return opened, planned, closed

    def _filled(self, document: Any, fields: dict[str, int], band: int, number: int) -> _Answers:
        """A form filled by chance: most people have few troubles, some have many."""
        rng = self._rng
        trouble = (number / ANSWER_SETS) ** 2 * 1.6
        answers = by_chance(document, rng, trouble) | {"wish": rng.choice(wording.WISHES[band])}
        answers |= {"strengths": rng.choice(wording.STRENGTHS)} if "strengths" in answers else {}
        filling = filled(document, answers, date.fromordinal(self._today))
        found = followed(filling)
        return _Answers(
            text(json.dumps(filling.answers, ensure_ascii=False)),
            found.risk,
            tuple((fields[code], level) for code, level in sorted(found.needs.items())),
        )


def _worker(site: Site, day: int) -> int:
    """The first of the station's workers who was in office that day."""
    return next((worker for worker, first, last in site.workers if first <= day <= last), site.workers[0][0])
