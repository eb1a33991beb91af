"""Loading the demonstration city: all of it in one transaction, or nothing."""

import gc
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random
from typing import Final

from django.apps import apps
from django.conf import settings
from django.db import connection, models, transaction

from shegong.catalogue.actions import load_standard_catalogue
from shegong.config.demo import cases, clients, families, plan, records
from shegong.config.demo.accords import AccordMaker
from shegong.config.demo.accounts import FILE_NAME, Cast, make_accounts, write_accounts
from shegong.config.demo.answers import make_surveys
from shegong.config.demo.buying import BuyingMaker
from shegong.config.demo.contracts import make_commitments
from shegong.config.demo.copying import bare
from shegong.config.demo.door import DoorMaker
from shegong.config.demo.evaluations import make_evaluations
from shegong.config.demo.findings import FindingMaker, plant_signs
from shegong.config.demo.gatherings import GatheringMaker
from shegong.config.demo.gifts import GiftMaker
from shegong.config.demo.handovers import HandoverMaker
from shegong.config.demo.intake import IntakeMaker
from shegong.config.demo.leaves import make_leaves
from shegong.config.demo.ledger import make_ledger
from shegong.config.demo.letters import LetterMaker
from shegong.config.demo.money import make_contracts, make_targets, publish_figures
from shegong.config.demo.network import DIVISIONS_SINCE, Site, build_network
from shegong.config.demo.papers import make_papers
from shegong.config.demo.pool import make_pool
from shegong.config.demo.premises import PremisesMaker
from shegong.config.demo.qualifications import QualificationMaker
from shegong.config.demo.rounds import RoundMaker
from shegong.config.demo.staff import Staffing, posts_of
from shegong.config.demo.standardisation import StandardisationMaker
from shegong.config.demo.supervision import make_supervision
from shegong.config.demo.treasury import make_treasury_sheet
from shegong.config.demo.volunteers import VolunteerMaker
from shegong.config.problem import LaunchProblem
from shegong.indicators.actions import recount
from shegong.journal.actions import log
from shegong.kernel import clock
from shegong.network.models import City, Station
from shegong.people.models import Account
from shegong.practice.queries.contract_progress import recount_contracts

LOCK: Final = 0x64_65_6D_6F  # any number that nobody else takes as an advisory lock
YEARS: Final = 3
TABLES: Final[Sequence[type[models.Model]]] = (*clients.TABLES, *cases.TABLES, *records.TABLES)
# How busy a station is beside a room, and the room of the shown worker beside others.
BUSY: Final = {"centre": 0.5, "hub": 1.5, "station": 2.2, "room": 1.0}
SHOWN: Final = 4.0
CASES_SHOWN: Final = 8

# Phase ("network", "staff", "records", …), how far, and of how much.
Progress = Callable[[str, int, int], None]


@dataclass(frozen=True, slots=True)
class Loaded:
    """How many of each were loaded."""

    stations: int
    workers: int
    clients: int
    records: int
    tallies: int


def load(size_name: plan.SizeName, seed: int, progress: Progress) -> Loaded | None:
    """Load the demonstration city of a size, the same for the same seed and day; None when it is there already.

    Raises LaunchProblem in production, or when the database holds a city of one's own. The accounts' passwords are new
    each time and written to demo-accounts.json in the home folder.
    """
    if settings.PRODUCTION:
        raise LaunchProblem(
            "正式环境不能载入演示数据；如确需演示，请另设 SHEGONG_HOME 并去掉 SHEGONG_PRODUCTION。",
            "A production installation takes no demonstration data: use another SHEGONG_HOME without "
            "SHEGONG_PRODUCTION.",
        )
    path = settings.HOME / FILE_NAME
    had_file = path.exists()
    try:
        with transaction.atomic(), _uncollected():
            return _load(plan.SIZES[size_name], seed, progress) if _is_empty() else None
    except BaseException:
        # The passwords of accounts that don't exist would only mislead.
        if not had_file:
            path.unlink(missing_ok=True)
        raise


@contextmanager
def _uncollected() -> Iterator[None]:
    """Without looking for garbage in cycles: millions of objects are made here, and nearly none of them in cycles."""
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


def _is_empty() -> bool:
    """Whether there is no city yet; one loader at a time looks. Raises LaunchProblem for a city of one's own."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])
    if City.objects.filter(is_demo=True).exists():
        return False
    if City.objects.exists() or Station.objects.exists() or Account.objects.exists():
        raise LaunchProblem(
            "数据库里已有自己的数据，不能再载入演示数据；请另设 SHEGONG_HOME 或换一个数据库。",
            "The database holds data of your own: load the demonstration into another SHEGONG_HOME or database.",
        )
    return True


def _load(size: plan.Size, seed: int, progress: Progress) -> Loaded:
    today = clock.today()
    rng = Random(seed)
    load_standard_catalogue(DIVISIONS_SINCE)
    progress("network", 0, 1)
    sites, organisations = build_network(size, rng, today)
    progress("network", 1, 1)
    people = Staffing(rng, today, seed).fill(posts_of(sites, size, rng), sites)
    progress("staff", 1, 1)
    make_contracts(sites, size, rng, today)
    make_targets(sites, size, rng, today)
    if size is plan.SIZES["city"]:
        publish_figures(sites)
    cast = make_accounts(sites, people, organisations)
    progress("accounts", 1, 1)
    make_ledger(sites, size, today, (cast.recorder, cast.ids["city"]))
    BuyingMaker(size, seed, today, cast, sites, organisations).make()
    make_treasury_sheet(cast, today)
    volunteers = VolunteerMaker(seed, today, cast, large=size is plan.SIZES["city"])
    written = _write_practice(_Practice(size, rng, today, cast, sites), lambda: volunteers.prepare(sites), progress)
    # With chance of its own, so that all else stays the same for the same seed.
    families.make_families(Random(seed + 18), today, cast.room.id, cast.recorder)
    progress("indexes", 1, 1)
    make_surveys(sites, rng, today, cast.recorder)
    IntakeMaker(size, seed, today, cast, sites, organisations).make()
    DoorMaker(seed, today, cast, large=size is plan.SIZES["city"]).make(sites)
    written += HandoverMaker("city" if size is plan.SIZES["city"] else "small", seed, today, cast, sites).make()
    shown = [cast.room, next(site for site in sites if site.id == cast.town_id)]
    GatheringMaker(rng, today, cast.recorder, cast.ids["head"], shown).make(sites)
    make_evaluations(Random(seed + 20), today, cast.recorder)
    make_leaves(people, Random(seed + 21), today, cast.recorder, without=cast.room.id)
    QualificationMaker(size, seed, today, cast, sites).make()
    make_supervision(seed, today, cast, sites, people)
    make_pool(Random(seed + 24), today, cast)
    PremisesMaker(seed, today, cast.recorder).make(sites)
    volunteers.write()
    planted = plant_signs(today, cast)
    tallies = recount()
    recount_contracts()
    make_commitments(today, seed)
    progress("tallies", 1, 1)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")  # what follows reads numbers, and would wait for minutes on plans made blindly
    StandardisationMaker(seed, today, cast).make(sites)
    LetterMaker(seed, today, cast).make()
    FindingMaker(seed, today, cast).make(sites, planted)
    RoundMaker(seed, today, cast, organisations, large=size is plan.SIZES["city"]).make()
    AccordMaker(seed, today, cast).make(sites)
    GiftMaker(seed, today, cast, organisations, large=size is plan.SIZES["city"]).make(sites)
    make_papers(cast, today, seed)
    with connection.cursor() as cursor:
        for model in (*apps.get_app_config("appraisal").get_models(), *apps.get_app_config("linkage").get_models()):
            cursor.execute(f"ANALYZE {model._meta.db_table}")
    log("load_demo", "city", "demo", by=None, detail={"seed": seed, "records": written})
    write_accounts(settings.HOME, cast.listed)
    return Loaded(len(sites), len(people), size.clients, written, tallies)


def _write_practice(practice: "_Practice", meanwhile: Callable[[], None], progress: Progress) -> int:
    """Write all practice and its indexes; Python does `meanwhile` as the database makes these. Returns the records."""
    with ThreadPoolExecutor(1) as beside:
        with bare(TABLES):
            written = practice.make(progress)
            progress("indexes", 0, 1)
            other = beside.submit(meanwhile)
        other.result()
    return written


class _Practice:
    """Clients, assessments, cases and records, station by station."""

    def __init__(self, size: plan.Size, rng: Random, today: date, cast: Cast, sites: Sequence[Site]) -> None:
        first_day = today.replace(year=today.year - YEARS, day=min(today.day, 28))
        self._cast = cast
        self._sites = sites
        self._clients = clients.ClientMaker(rng, today, first_day, cast.recorder)
        self._cases = cases.CaseMaker(rng, today, cast.ids["supervisor"])
        self._records = records.RecordMaker(rng, records.Calendar(first_day, today - timedelta(days=1)), today)
        weights = {site.key: self._weight(site, rng) for site in sites}
        self._counts = [
            plan.shares(weights, total) for total in (size.clients, size.records, size.assessments, size.cases)
        ]

    def make(self, progress: Progress) -> int:
        """Write everything; returns how many records."""
        written = 0
        for number, site in enumerate(self._sites):
            self._make(site)
            if number % 100 == 99 or number == len(self._sites) - 1:
                self._clients.files.write()
                self._cases.papers.write()
                written += self._records.sheets.write()
                progress("records", number + 1, len(self._sites))
        return written

    def _make(self, site: Site) -> None:
        count, record_count, assessment_count, case_count = (counts[site.key] for counts in self._counts)
        is_shown = site is self._cast.room
        recorder = self._cast.ids["worker"] if is_shown else self._cast.recorder
        people = self._clients.make(site, count)
        if people:
            self._cases.assess(site, people, assessment_count, recorder)
        # The room where demonstrations begin has enough to show.
        case_count = max(case_count, CASES_SHOWN) if is_shown else case_count
        episodes = self._cases.open_cases(site, people, case_count, recorder, is_shown=is_shown)
        self._records.make(site, people, episodes, record_count, recorder, is_shown)

    def _weight(self, site: Site, rng: Random) -> float:
        """How much goes on at a station: more in the city's middle and where an agency runs it."""
        if site is self._cast.room:
            return SHOWN
        urban = 1.0 if site.is_rural else 1.35
        county = 0.7 + 0.6 * Random(site.hub_key).random()
        run = 1.1 if site.agency_id is not None else 0.65
        return BUSY[site.tier] * urban * county * run * rng.lognormvariate(0, 0.4)
