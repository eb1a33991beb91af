"""A small city with the library, this year's standards, and people for each part."""

from datetime import date, timedelta

from django.db import connection

from shegong.appraisal.actions.library import load_library, load_standards
from shegong.appraisal.actions.self_check import Answer, add_proof, begin_check, submit_check
from shegong.appraisal.models import SelfCheck, Standard
from shegong.kernel import clock
from shegong.kernel.uploads.keeping import Brought
from shegong.network.models import Site, Station
from shegong.network.scope import viewing
from shegong.people.models import Account
from tests.factories import START, World
from tests.papers import picture_of
from tests.workforce.qualifications import certify, learn, register

PROOF = picture_of(60, 40)
ATTESTED = ("O5", "O6", "V5")
OBSERVED = ("E6", "V6")
SEEN = {code: Answer(True, "现场已看") for code in OBSERVED}


class Appraised:
    """A world in which stations may become standardised. `today` lies in the standards' year."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.today = clock.today()
        load_library("试验部门", clock.now())
        load_standards(self.today.year, clock.now())
        with connection.cursor() as cursor:  # so that a few rows are enough to be up to it
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            cursor.execute("ALTER TABLE appraisal_standard DISABLE TRIGGER USER")
            cursor.execute("UPDATE appraisal_standard SET pass_score = 70")
            cursor.execute("ALTER TABLE appraisal_standard ENABLE TRIGGER USER")
            cursor.execute("SET CONSTRAINTS ALL DEFERRED")
        self.town = world.towns["A"]
        self.head = world.account("head", self.town)
        self.county = world.account("county", world.hubs["A"])
        self.city = world.account("city", world.centre)

    def standard(self, tier: str = "station") -> Standard:
        return Standard.objects.get(tier=tier, year=self.today.year)

    def begun(self, station: Station | None = None, head: Account | None = None) -> SelfCheck:
        with viewing((head or self.head).pk) as viewer:
            return begin_check(station or self.town, by=viewer, at=clock.now(), today=self.today)

    def submitted(self, station: Station | None = None, head: Account | None = None) -> SelfCheck:
        check = self.begun(station, head)
        codes = [item.code for item in check.standard.items.filter(evidence="attested")]
        with viewing((head or self.head).pk) as viewer:
            for code in codes:
                add_proof(check, code, Brought(PROOF, "公示栏.png"), by=viewer, at=clock.now())
            answers = {code: Answer(True, "已公开") for code in codes}
            return submit_check(check, answers, by=viewer, at=clock.now(), today=self.today)

    def fit(self, station: Station) -> None:
        """Give a station all that the system asks for by itself: the computed points that count most."""
        site = Site.objects.create(
            hub_id=station.hub_id, town_id=station.town_id, keeper=station, name=f"{station.key}场地",
            host_kind="party", owner="街道", address="一号", access="full", since=START,
        )  # fmt: skip
        site.areas.create(name="活动室", kind="activity", capacity=40)
        site.areas.create(name="会谈室", kind="talk", capacity=4)
        for weekday in range(1, 8):
            site.opening.create(weekday=weekday, opens=540, closes=1020)
        for name in ("投影仪", "急救箱", "折叠椅", "音响"):
            site.equipment.create(name=name, number=1, condition="good", source="purchased", checked_on=self.today)
        station.operations.create(mode="self", since=START)
        for number in range(2):
            worker = self.world.worker(station)
            worker.is_professional = True
            worker.save()
            certificate = certify(worker, f"C{worker.pk}-{number}", START)
            register(certificate, date(self.today.year - 1, 1, 1))
            learn(worker, 30, self.today - timedelta(days=30), self.county)
