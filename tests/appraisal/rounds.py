"""A small city with a round of assessment, people for each part, and records to sample."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

from shegong.appraisal.actions import round as actions
from shegong.appraisal.actions import score
from shegong.appraisal.enums import Rater
from shegong.appraisal.models import Round, RoundUnit, ScoreSheet
from shegong.appraisal.queries import round as queries
from shegong.kernel import clock
from shegong.network.models import Organisation
from shegong.network.scope import viewing
from shegong.people.models import Account
from tests.factories import START, World
from tests.practice.test_record import Room

SEED = "2026-11-23 体彩 08 15 22"


class Assessed:
    """A world with three assessors of one organisation, one of another, and a round over town stations and rooms."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.today = clock.today()
        self.city = world.account("city", world.centre)
        self.other_city = world.account("city", world.centre)
        self.county = {letter: world.account("county", hub) for letter, hub in world.hubs.items()}
        self.organisation = Organisation.objects.create(name="评估中心", kinds=["assessor"], since=START)
        self.assessors = [self.assessor(self.organisation) for _number in range(3)]

    def assessor(self, organisation: Organisation) -> Account:
        account = self.world.account("assessor", self.world.hubs["A"])
        account.grants.update(organisation=organisation)
        return account

    def agency(self, name: str, *keys: str) -> Organisation:
        """An agency that runs these rooms."""
        made = Organisation.objects.create(name=name, kinds=["agency"], since=START)
        for key in keys:
            self.world.rooms[key].operations.create(mode="agency", organisation=made, since=START)
        return made

    def records(self, key: str, count: int) -> Room:
        """Records of a room, in the round's frame."""
        room = Room(self.world, key)
        for number in range(count):
            room.record(replace(room.draft, started_at=room.draft.started_at - timedelta(minutes=40 * number)))
        return room

    @contextmanager
    def city_acting(self) -> Iterator[dict[str, Any]]:
        with viewing(self.city.pk) as viewer:
            yield {"by": viewer, "at": clock.now()}

    def acts(self, action: Callable[..., Any], *values: Any, **named: Any) -> Any:
        """The city does something."""
        with self.city_acting() as kept:
            return action(*values, **named, **kept)

    def planned(self, **changes: Any) -> Round:
        values = {
            "title": "年度评估", "tiers": ["station", "room"], "share": 100, "records_share": 50,
            "records_since": self.today - timedelta(days=30), "records_until": self.today + timedelta(days=1),
            "since": self.today, "until": self.today + timedelta(days=5), **changes,
        }  # fmt: skip
        return self.acts(actions.make_round, values, actions.OWN)

    def team(self, found: Round, *raters: str) -> None:
        for place, rater in enumerate(raters or (Rater.PROFESSIONAL, Rater.PROFESSIONAL, Rater.FINANCIAL)):
            self.acts(actions.add_member, found, self.assessors[place].pk, rater, leads=False)

    def drawn(self, **changes: Any) -> Round:
        found = self.planned(**changes)
        self.team(found)
        found = self.acts(actions.publish_round, found, SEED)
        return self.acts(actions.draw_sample, found)

    def under_way(self, **changes: Any) -> Round:
        found = self.drawn(**changes)
        self.acts(actions.assign_all, found)
        return self.acts(actions.start_round, found)

    def unit(self, found: Round, key: str) -> RoundUnit:
        draw = queries.present_draw(found)
        return RoundUnit.objects.select_related("station", "round").get(draw=draw, station=self.world.rooms[key])

    def fill(self, sheet: ScoreSheet, account: Account, share: Decimal = Decimal("0.9")) -> None:
        """Give this share of each item's points, and hand in."""
        with viewing(account.pk) as viewer:
            lines = queries.lines_of(sheet)
            given = {line.item.code: score.Given(line.item.points * share, "有台账") for line in lines}
            score.save_scores(sheet, given, "", submit=True, by=viewer, at=clock.now(), today=self.today)

    def fill_all(self, found: Round) -> None:
        for sheet in ScoreSheet.objects.filter(round=found, handed_in_at__isnull=True).select_related("station"):
            letter = next(each for each, hub in self.world.hubs.items() if hub.pk == sheet.hub_id)
            self.fill(sheet, Account.objects.get(pk=sheet.account_id) if sheet.account_id else self.county[letter])

    def graded(self, **changes: Any) -> Round:
        found = self.under_way(**changes)
        self.fill_all(found)
        found = self.acts(actions.settle_round, found)
        self.acts(score.grade_round, found)
        found.refresh_from_db()
        return found

    def out(self, **changes: Any) -> Round:
        return self.acts(actions.put_out, self.graded(**changes), "总体良好。", today=self.today)
