"""A year of becoming standardised in the demonstration city: the library, two years' standards and a draft of the next,
self-checks in every state, who is standardised, and each station's plan.
"""

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from random import Random
from typing import Final

from django.db import connection
from django.utils import timezone

from shegong.appraisal.actions.library import load_library, load_standards
from shegong.appraisal.enums import CheckState, Evidence, Step
from shegong.appraisal.models import (
    CheckAnswer,
    CheckStep,
    Clause,
    Milestone,
    PolicyDocument,
    PolicyVersion,
    SelfCheck,
    Standard,
    Standardisation,
    StandardItem,
)
from shegong.appraisal.queries.standard import Measured, measured, standings, with_items
from shegong.appraisal.rules.path import milestones
from shegong.appraisal.rules.self_check import due_on, valid_until
from shegong.appraisal.rules.standard import computed_met
from shegong.config.demo.accounts import Cast
from shegong.config.demo.network import Site
from shegong.indicators.models import Target
from shegong.kernel.ids import uuid7_from
from shegong.network.enums import Tier
from shegong.network.models import City

# What came of the stations of a tier, in hundredths; the rest hasn't begun.
CONFIRMED: Final = {Tier.HUB.value: 74, Tier.STATION.value: 55, Tier.ROOM.value: 3}
OPEN: Final = (
    (CheckState.SUBMITTED, 9), (CheckState.REVIEWED, 5), (CheckState.RETURNED, 3), (CheckState.DECLINED, 4),
    (CheckState.APPEALED, 2), (CheckState.DRAFT, 8),
)  # fmt: skip
NOTES: Final = ("已公开上墙", "见照片", "本月刚更新", "与社区共用公示栏", "")
REASONS: Final = {
    CheckState.RETURNED: "请补一张公示栏的近照，投诉方式要看得清。",
    CheckState.DECLINED: "现场没有看到私密的谈话空间，应急演练没有记录。",
    CheckState.APPEALED: "谈话室在二楼，查看当天正在粉刷；演练记录随附。",
}
TABLES: Final = (SelfCheck, CheckAnswer, CheckStep, Standardisation)


class StandardisationMaker:
    """Makes all of it; with chance of its own. `cast` acts: the recorder hands in, the county's account reviews, the
    city's confirms, so that each of them has something left to do.
    """

    def __init__(self, seed: int, today: date, cast: Cast) -> None:
        self._rng = Random(seed + 61)
        self._today = today
        self._cast = cast
        self._checks: list[SelfCheck] = []
        self._answers: list[CheckAnswer] = []
        self._steps: list[CheckStep] = []
        self._outcomes: list[Standardisation] = []
        # The shown county has one in each of these states, however small the city is.
        self._shown = [CheckState.APPEALED, CheckState.REVIEWED, CheckState.SUBMITTED, CheckState.DECLINED]

    def make(self, sites: Sequence[Site]) -> int:
        """Write everything; returns how many self-checks. After the tallies, since it looks at what they say."""
        start = self._at(date(2022, 1, 1))
        load_library(City.objects.values_list("authority", flat=True).get(), start)
        for year in (self._today.year - 1, self._today.year):
            load_standards(year, self._at(date(year, 1, 1)))
        self._drafts()
        centre = next(site for site in sites if site.tier == Tier.CENTRE)
        Target.objects.bulk_create(
            Target(station_id=centre.id, code=f"appraisal.standardised_{tier}", year=self._today.year, value=share)
            for tier, share in (("hubs", 80), ("stations", 60))
        )
        self._check_all(sites)
        with connection.cursor() as cursor:
            for table in (model._meta.db_table for model in TABLES):
                cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        SelfCheck.objects.bulk_create(self._checks, batch_size=1000)
        CheckAnswer.objects.bulk_create(self._answers, batch_size=2000)
        CheckStep.objects.bulk_create(self._steps, batch_size=2000)
        Standardisation.objects.bulk_create(self._outcomes, batch_size=1000)
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            for table in (model._meta.db_table for model in TABLES):
                cursor.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")
        return len(self._checks)

    def _at(self, day: date) -> datetime:
        return datetime.combine(day, time(9, 30), tzinfo=timezone.get_default_timezone())

    def _drafts(self) -> None:
        """What the city is working on: five kinds of equipment instead of four, and next year's standard."""
        plan = PolicyDocument.objects.get(code="plan")
        present = plan.versions.get(number=1)
        ahead = date(self._today.year + 1, 1, 1)
        draft = PolicyVersion.objects.create(document=plan, number=2, since=ahead, note="设备由四种增加到五种。")
        clauses = list(present.clauses.all())
        for clause in clauses:
            clause.pk, clause.version = None, draft
            if clause.anchor == "equipment":
                clause.text, clause.least = "办公、活动和应急设备不少于五种，齐全可用，每年盘点。", 5
        Clause.objects.bulk_create(clauses)
        source = with_items().get(tier=Tier.STATION, year=self._today.year)
        made = Standard.objects.create(
            tier=source.tier, year=ahead.year, opens_on=ahead, closes_on=date(ahead.year, 12, 31), pass_score=85
        )
        items = list(source.items.all())
        for item in items:
            item.pk, item.standard = None, made
            if item.code == "E4":
                item.least = 5
                item.title_zh = item.title_zh.replace("四", "五")
                item.title_en = item.title_en.replace("four", "five")
        StandardItem.objects.bulk_create(items)

    def _check_all(self, sites: Sequence[Site]) -> None:
        places = {site.id: site for site in sites}
        standards = {(each.tier, each.year): each for each in with_items().filter(published_at__isnull=False)}
        present = {tier: standards[tier, self._today.year] for tier in CONFIRMED}
        rows = measured(self._today)
        stands = standings(rows, present)
        plans: list[Milestone] = []
        for tier, share in CONFIRMED.items():
            mine = [row for row in rows if row.tier == tier and row.station_id != self._cast.town_id]
            # Those that are up to it come first, as they would in life.
            mine.sort(key=lambda row: (not stands[row.station_id].may_pass, self._rng.random()))
            count = round(len(mine) * share / 100)
            for row in mine[:count]:
                decided = self._today - timedelta(days=self._rng.randint(3, 360))
                self._confirm(row, places[row.station_id], standards[tier, decided.year], decided)
            rest = mine[count:]
            for row in rest if tier != Tier.ROOM else rest[:60]:
                self._open(row, places[row.station_id], present[tier])
            if tier != Tier.ROOM:
                done = {outcome.station_id: outcome.since for outcome in self._outcomes}
                plans += [each for row in rows if row.tier == tier for each in self._plan(places[row.station_id], done)]
        Milestone.objects.bulk_create(plans, batch_size=2000)

    def _plan(self, site: Site, done: dict[int, date]) -> list[Milestone]:
        if site.id in done:
            last = done[site.id] + timedelta(days=self._rng.randint(-40, 60))
        else:
            last = self._today + timedelta(days=self._rng.randint(-30, 300))
        began = max(site.open_since, last - timedelta(days=365 * 2))
        return [
            Milestone(
                hub_id=site.hub_id, town_id=site.town_id, station_id=site.id, tier=site.tier, step=step, due_on=day
            )
            for step, day in milestones(min(began, last - timedelta(days=90)), last).items()
            if step != Step.BUILT or day
        ]

    def _confirm(self, row: Measured, site: Site, standard: Standard, decided: date) -> None:
        first = max(standard.opens_on, decided - timedelta(days=self._rng.randint(12, 30)))
        check = self._begin(site, standard, first)
        self._hand_in(check, row, site, standard, max(standard.opens_on, decided - timedelta(days=9)), county=True)
        check.reviewed_at = self._at(max(first, decided - timedelta(days=4)))
        check.reviewed_by_id = self._cast.ids["county"]
        check.decided_at, check.decided_by_id = self._at(decided), self._cast.ids["city"]
        check.state, check.due_on = CheckState.CONFIRMED, None
        self._step(check, CheckState.REVIEWED, check.reviewed_at, self._cast.ids["county"])
        self._step(check, CheckState.CONFIRMED, check.decided_at, self._cast.ids["city"])
        check.score = max(check.score or 0, standard.pass_score)
        self._outcomes.append(
            Standardisation(
                id=uuid7_from(f"standardised-{site.id}", check.decided_at, self._rng),
                hub_id=site.hub_id,
                town_id=site.town_id,
                station_id=site.id,
                tier=site.tier,
                score=check.score,
                self_check=check,
                since=decided,
                until=valid_until(decided, standard.valid_months),
            )
        )

    def _open(self, row: Measured, site: Site, standard: Standard) -> None:
        """One that is under way, in whatever state; about two thirds haven't begun."""
        draw = self._rng.randrange(48)
        state = next((each for each, share in OPEN if (draw := draw - share) < 0), None)
        if self._shown and site.hub_id == self._cast.hub.id:
            state = self._shown.pop()
        if state is None:
            return
        today = self._today
        day = max(standard.opens_on, today - timedelta(days=self._rng.randint(1, 14)))
        check = self._begin(site, standard, day)
        if state == CheckState.DRAFT:
            return
        self._hand_in(check, row, site, standard, day, county=state != CheckState.SUBMITTED)
        at = self._at(min(today, day + timedelta(days=2)))
        county = self._cast.ids["county"]
        if state == CheckState.REVIEWED:
            check.reviewed_at, check.reviewed_by_id = at, county
        if state in (CheckState.DECLINED, CheckState.APPEALED):
            check.decided_at, check.decided_by_id = at, county
            self._step(check, CheckState.DECLINED, at, county, REASONS[CheckState.DECLINED])
        if state == CheckState.APPEALED:
            check.appeal, check.appealed_at = REASONS[state], self._at(today)
        check.state = state
        days = {
            CheckState.SUBMITTED.value: standard.review_days,
            CheckState.REVIEWED.value: standard.confirm_days,
            CheckState.DECLINED.value: standard.appeal_days,
            CheckState.APPEALED.value: standard.confirm_days,
        }
        check.due_on = due_on(state, day, standard.closes_on, days)
        if state not in (CheckState.SUBMITTED, CheckState.DECLINED):
            who = self._cast.recorder if state == CheckState.APPEALED else county
            self._step(check, state, at + timedelta(hours=2), who, REASONS.get(state, ""))

    def _begin(self, site: Site, standard: Standard, day: date) -> SelfCheck:
        at = self._at(day)
        check = SelfCheck(
            id=uuid7_from(f"self-check-{site.id}-{standard.pk}", at, self._rng),
            hub_id=site.hub_id,
            station_id=site.id,
            standard=standard,
            due_on=standard.closes_on,
            began_at=at,
            began_by_id=self._cast.recorder,
        )
        self._checks.append(check)
        self._step(check, CheckState.DRAFT, at, self._cast.recorder)
        return check

    def _hand_in(
        self, check: SelfCheck, row: Measured, site: Site, standard: Standard, day: date, *, county: bool
    ) -> None:
        points = 0
        for item in standard.items.all():
            is_computed = item.evidence == Evidence.COMPUTED
            value = row.values.get(item.measure)
            met = computed_met(item, row.values) if is_computed else self._rng.random() < 0.95
            seen = item.evidence == Evidence.OBSERVED
            points += item.weight if met and (county or not seen) else 0
            self._answers.append(
                CheckAnswer(
                    self_check=check,
                    item=item,
                    hub_id=site.hub_id,
                    station_id=site.id,
                    met=None if seen else met,
                    value=round(value, 2) if is_computed and value is not None else None,
                    note=self._rng.choice(NOTES) if item.evidence == Evidence.ATTESTED else "",
                    county_met=met if seen and county else None,
                )
            )
        check.submitted_at, check.submitted_by_id = self._at(day) + timedelta(hours=1), self._cast.recorder
        check.state, check.score = CheckState.SUBMITTED, points
        self._step(check, CheckState.SUBMITTED, check.submitted_at, self._cast.recorder)

    def _step(self, check: SelfCheck, state: str, at: datetime, by: int, reason: str = "") -> None:
        self._steps.append(
            CheckStep(
                id=uuid7_from(f"step-{check.pk}-{state}", at, self._rng),
                hub_id=check.hub_id,
                station_id=check.station_id,
                self_check=check,
                state=state,
                score=check.score,
                reason=reason,
                at=at,
                by_id=by,
            )
        )
