"""The demonstration city's purchases in every stage, and what is on record about its agencies."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from decimal import ROUND_HALF_UP, Decimal
from random import Random
from typing import Any, Final
from uuid import UUID

from django.db.models import Model
from django.utils import timezone

from shegong.config.demo import buying_wording as wording
from shegong.config.demo import plan
from shegong.config.demo.accounts import Cast
from shegong.config.demo.buying_papers import PaperMaker
from shegong.config.demo.copying import bare
from shegong.config.demo.keys import key_text
from shegong.config.demo.ledger import Books
from shegong.config.demo.network import Organisations, Site
from shegong.kernel import clock
from shegong.network.enums import Tier
from shegong.network.models import Organisation
from shegong.people.models import Account
from shegong.purchase.enums import EntryKind, MoneyStage, NoticeKind, Pays, ProjectState
from shegong.purchase.models import (
    AgencyComplaint,
    Bid,
    BidFile,
    BidPiece,
    Contract,
    CreditRecord,
    Criterion,
    Fund,
    Invitation,
    Licence,
    Notice,
    Objection,
    PanelMember,
    Project,
    ProjectFile,
    ProjectPiece,
    ProjectStep,
    Score,
)

LINKS: Final = Project.stations.through
ORDER: Final = (
    Project, LINKS, ProjectStep, Criterion, Invitation, Notice, Bid, PanelMember, Score, Objection, ProjectFile,
    ProjectPiece, BidFile, BidPiece,
)  # fmt: skip
# The show county has one in each of these; "waiting" is past its deadline, "repeated" in its second round.
STAGES: Final = (
    "need", "reserved", "invited", "invited", "waiting", "opened", "scored", "awarded", "failed", "repeated",
    "called_off", "signed", "signed",
)  # fmt: skip
ELSEWHERE: Final = ("need", "reserved", "invited", "waiting", "opened", "awarded", "signed", "signed", "signed")
CITY_PROJECTS: Final = 60
HOLDING: Final = frozenset({"reserved", "invited", "waiting", "opened", "scored", "awarded", "failed", "repeated"})
REACHED: Final = {
    "need": 1, "reserved": 2, "invited": 3, "waiting": 3, "opened": 4, "scored": 5, "awarded": 6, "signed": 7,
    "failed": 3, "repeated": 3, "called_off": 3,
}  # fmt: skip
COURSE: Final = ("need", "reserved", "invited", "opened", "scored", "awarded", "signed")
# Days after the need at which each step was taken.
DAYS: Final = (0, 3, 6, 27, 30, 32, 40)
LICENCE_YEARS: Final = 4


@dataclass(slots=True)
class _Rows:
    """What will be written, table by table."""

    of: dict[type[Model], list[Any]] = field(default_factory=lambda: defaultdict(list))

    def add(self, row: Model) -> None:
        """Keep a row for later."""
        self.of[type(row)].append(row)

    def write(self) -> None:
        """Write everything, in the order of references."""
        with bare(ORDER):
            for model in ORDER:
                model._default_manager.bulk_create(self.of[model])


class BuyingMaker:
    """Purchases of the show county in every stage, and of others; their money; the agencies' records."""

    def __init__(
        self, size: plan.Size, seed: int, today: date, cast: Cast, sites: Sequence[Site], organisations: Organisations
    ) -> None:
        self._size, self._today, self._cast = size, today, cast
        self._rng = Random(seed + 40)
        self._sites, self._organisations = sites, organisations
        self._rows = _Rows()
        self._buyer = Organisation.objects.get(pk=organisations.departments[0])
        self._names = dict(Account.objects.values_list("id", "display_name"))
        self._organisation_names = dict(Organisation.objects.values_list("id", "name"))
        self._places = {site.hub_id: site.hub_place for site in sites}
        self._hubs = [site for site in sites if site.tier == Tier.HUB]
        self._towns: dict[int, list[int]] = defaultdict(list)
        for site in sites:
            if site.tier in (Tier.STATION, Tier.HUB):
                self._towns[site.hub_id].append(site.id)
        self._contracts: dict[int, list[Contract]] = defaultdict(list)
        for contract in Contract.objects.select_related("organisation").order_by("id"):
            if contract.hub_id is not None:
                self._contracts[contract.hub_id].append(contract)
        self._held: dict[int, list[tuple[Project, date]]] = defaultdict(list)
        self._made: dict[int, int] = defaultdict(int)

    def make(self) -> int:
        """Write everything; returns how many purchases."""
        self._record_agencies()
        for stage in STAGES:
            self._purchase(self._cast.hub, stage)
        others = [hub for hub in self._hubs if hub.id != self._cast.hub.id]
        is_city = self._size is plan.SIZES["city"]
        for number in range(CITY_PROJECTS - len(STAGES) if is_city else 3 if others else 0):
            self._purchase(others[number % len(others)], ELSEWHERE[number % len(ELSEWHERE)])
        self._reserve()
        self._keep_papers()
        self._rows.write()
        return len(self._rows.of[Project])

    def _keep_papers(self) -> None:
        """Documents of the show county's purchases and of their bids."""
        here = [each for each in self._rows.of[Project] if each.hub_id == self._cast.hub.id and each.state != "need"]
        keys = {each.pk for each in here}
        bids = [bid for bid in self._rows.of[Bid] if bid.project_id in keys]
        # Put there when the budget was reserved: before anybody was asked.
        steps = self._rows.of[ProjectStep]
        sent = {each.project_id: each.at for each in steps if each.number == 2 and each.project_id in keys}
        at = timezone.make_aware(datetime.combine(self._today, time(9)))
        maker = PaperMaker(self._rng, self._cast.ids["county"], self._cast.recorder, at)
        for row in maker.make(here, bids, sent):
            self._rows.add(row)

    def _key(self, day: date) -> UUID:
        return UUID(key_text(self._rng, day))

    def _moment(self, day: date, hour: int = 10) -> datetime:
        """Some time of a day, and never after now."""
        at = timezone.make_aware(datetime.combine(day, time(hour, self._rng.randrange(60))))
        return min(at, clock.now() - timedelta(minutes=5))

    def _record_agencies(self) -> None:
        licences, credit, complaints = [], [], []
        shown = {self._cast.room.agency_id, *self._bidders(self._cast.hub)}
        for hub in self._hubs:
            for agency in self._organisations.agencies.get(hub.hub_place, ()):
                ends = self._today + timedelta(days=self._rng.randint(-40, 1100))
                if agency in shown and ends <= self._today + timedelta(days=60):
                    ends = self._today + timedelta(days=400)
                licences.append(
                    Licence(
                        organisation_id=agency, kind="registration", number=f"川民证字第{510100000 + agency}号",
                        authority="成都市民政局", since=ends.replace(year=ends.year - LICENCE_YEARS, day=1), until=ends,
                    )
                )  # fmt: skip
                if self._rng.random() < 0.3:
                    kind, text, source = self._rng.choice(wording.CREDIT)
                    since = self._today - timedelta(days=self._rng.randint(100, 900))
                    credit.append(
                        CreditRecord(organisation_id=agency, kind=kind, text=text, source=source, since=since)
                    )
                elif agency not in shown and self._rng.random() < 0.03:
                    since = self._today - timedelta(days=60)
                    credit.append(
                        CreditRecord(
                            organisation_id=agency, kind="abnormal", text="未按时报送年度工作报告", source="市民政局",
                            since=since,
                        )
                    )  # fmt: skip
                if self._rng.random() < 0.12 or agency == self._cast.room.agency_id:
                    complaints.append(self._complaint(agency, hub, answered=agency not in shown))
        Licence.objects.bulk_create(licences)
        CreditRecord.objects.bulk_create(credit)
        AgencyComplaint.objects.bulk_create(complaints)

    def _complaint(self, agency: int, hub: Site, *, answered: bool) -> AgencyComplaint:
        text, answer = self._rng.choice(wording.COMPLAINTS)
        day = self._today - timedelta(days=self._rng.randint(3, 600))
        later = min(day + timedelta(days=6), self._today)
        return AgencyComplaint(
            id=self._key(day), organisation_id=agency, hub_id=hub.id, text=text, received_on=day,
            made_at=self._moment(day), made_by_id=self._cast.recorder, answer=answer if answered else "",
            answered_at=self._moment(later, 16) if answered else None,
            answered_by_id=self._cast.recorder if answered else None,
        )  # fmt: skip

    def _bidders(self, hub: Site) -> list[int]:
        """Three agencies of a county, or of others where it has fewer."""
        near = list(self._organisations.agencies.get(hub.hub_place, ()))
        shown = self._cast.room.agency_id
        near.sort(key=lambda each: each != shown)
        far = [each for others in self._organisations.agencies.values() for each in others if each not in near]
        return (near + far)[:3]

    def _purchase(self, hub: Site, stage: str) -> None:
        """One purchase with all that belongs to it."""
        contract = None
        if stage == "signed":
            if not self._contracts[hub.id]:
                return
            contract = self._contracts[hub.id].pop(0)
        self._made[hub.id] += 1
        title, need, services = wording.NEEDS[(self._made[hub.id] + hub.id) % len(wording.NEEDS)]
        begun = self._begun(stage, contract)
        taken = REACHED[stage]
        days = [min(begun + timedelta(days=offset), self._today) for offset in DAYS[:taken]]
        project = self._project(hub, stage, begun, title, need, services, contract)
        for number, (name, points, is_price) in enumerate(wording.CRITERIA if taken > 1 else (), start=1):
            self._rows.add(
                Criterion(
                    id=self._key(begun), project=project, number=number, name=name, points=points, is_price=is_price
                )
            )
        self._take_steps(project, stage, days)
        if taken > 2:
            self._ask_and_offer(project, hub, stage, days, contract)
        if stage in HOLDING:
            self._held[hub.id].append((project, days[1]))
        self._rows.add(project)

    def _begun(self, stage: str, contract: Contract | None) -> date:
        if contract is not None:
            return contract.since - timedelta(days=DAYS[-1] + 5)
        gone = {"need": 2, "reserved": 5, "invited": 10, "waiting": 28, "opened": 29, "scored": 31}.get(stage, 34)
        return self._today - timedelta(days=gone)

    def _project(
        self, hub: Site, stage: str, begun: date, title: str, need: str, services: Sequence[str],
        contract: Contract | None,
    ) -> Project:  # fmt: skip
        """The project itself, as it is now."""
        rng, state = self._rng, {"waiting": "invited", "repeated": "invited"}.get(stage, stage)
        since = contract.since if contract else date(self._today.year + 1, 1, 1)
        project = Project(
            id=self._key(begun), number=f"CG-{hub.key}-{begun.year}-{self._made[hub.id]:04d}", hub_id=hub.id,
            title=title, need=need, buyer_id=self._buyer.pk, services=list(services),
            fund_id=contract.fund_id if contract else Fund.objects.get(code="CB").pk, year_id=self._today.year,
            pays=Pays.OPERATION, budget=contract.amount if contract else Decimal(rng.randrange(12, 30)) * 10_000,
            labour_floor=70, since=since, until=contract.until if contract else date(since.year + 1, 1, 1),
            long_term_reason="站点长期运营，需求稳定" if contract else "", state=state, round=1,
            contract_id=contract.pk if contract else None,
        )  # fmt: skip
        stations = self._towns[hub.id][1:4] or self._towns[hub.id]
        for station in stations:
            self._rows.add(LINKS(project_id=project.pk, station_id=station))
        return project

    def _take_steps(self, project: Project, stage: str, days: Sequence[date]) -> None:
        """The steps with who took them, and where they led."""
        county, city = self._cast.ids["county"], self._cast.ids["city"]
        steps = [(ProjectState(name), day, "", 1) for name, day in zip(COURSE, days, strict=False)]
        if stage in ("failed", "repeated"):
            steps.append((ProjectState.FAILED, self._today - timedelta(days=4), wording.FAILED, 1))
        if stage == "repeated":
            steps.append((ProjectState.RESERVED, self._today - timedelta(days=3), wording.REPEATED, 2))
            steps.append((ProjectState.INVITED, self._today - timedelta(days=2), "", 2))
        if stage == "called_off":
            steps.append((ProjectState.CALLED_OFF, self._today - timedelta(days=1), wording.CALLED_OFF, 1))
        for number, (state, day, reason, turn) in enumerate(steps, start=1):
            by = city if state in (ProjectState.OPENED, ProjectState.FAILED) else county
            at = self._moment(day, 9 + number % 8)
            project.state_at, project.state_by_id, project.state_name = at, by, self._names[by]
            project.reason, project.round = reason, turn
            with_name = self._names[county] if state == ProjectState.OPENED else ""
            if state == ProjectState.OPENED:
                project.opened_at = at
            self._rows.add(
                ProjectStep(
                    project_id=project.pk, number=number, state=state, round=turn, at=at, by_id=by,
                    by_name=self._names[by], with_name=with_name, reason=reason,
                )
            )  # fmt: skip
        if project.state in ("signed", "called_off"):
            last = steps[-1][1]
            project.keep_until = last.replace(year=last.year + 15, day=min(last.day, 28))
        if project.opened_at is not None or stage in ("waiting", "failed"):
            project.opening_by_id, project.opening_name = county, self._names[county]
            project.opening_at = (project.opened_at or project.state_at) - timedelta(minutes=20)

    def _ask_and_offer(
        self, project: Project, hub: Site, stage: str, days: Sequence[date], contract: Contract | None
    ) -> None:
        """The call for bids, the bids and their scoring, and what is made public."""
        is_open = contract is not None or self._made[hub.id] % 2 == 0 or stage in ("failed", "repeated")
        project.method = "open_tender" if is_open else "consultation"
        project.min_bidders, project.panel_size, project.notice_days = 3, 3, 1
        over = stage not in ("invited", "repeated")
        asked = self._today - timedelta(days=2) if stage == "repeated" else days[2]
        last = days[3] if len(days) > 3 else self._today + timedelta(days=-1 if over else 18)
        project.deadline = self._moment(last, 9) if over else timezone.make_aware(datetime.combine(last, time(17)))
        if project.opened_at is not None and project.deadline > project.opened_at:
            project.deadline = project.opened_at - timedelta(hours=1)
        bidders = self._bidders(hub)
        if contract is not None:
            bidders = [contract.organisation_id, *[each for each in bidders if each != contract.organisation_id]][:3]
        if not is_open:
            for organisation in bidders:
                self._rows.add(Invitation(project_id=project.pk, round=1, organisation_id=organisation))
        # The show agency has not yet offered where bids still come in: it can try.
        few = 2 if stage in ("failed", "repeated") else 1 if stage == "invited" else 3
        offering = bidders[-few:] if few < 3 else bidders
        bids = [self._bid(project, organisation, place, contract) for place, organisation in enumerate(offering)]
        if REACHED[stage] > 3:
            self._score(project, bids, stage)
        self._publish(project, stage, asked, bids)

    def _bid(self, project: Project, organisation: int, place: int, contract: Contract | None) -> Bid:
        assert project.deadline is not None
        price = (project.budget * Decimal(self._rng.randrange(900, 995)) / 1000).quantize(Decimal("1"))
        wins = contract is not None and place == 0
        at = min(project.deadline, clock.now()) - timedelta(hours=20 + 7 * place)
        bid = Bid(
            id=self._key(timezone.localdate(at)), project_id=project.pk, round=1, hub_id=project.hub_id,
            organisation_id=organisation, price=project.budget if wins else price,
            labour_share=self._rng.randrange(70, 82), workers=self._rng.randrange(2, 6),
            hours=self._rng.randrange(12, 40) * 100, plan=self._rng.choice(wording.PLANS), submitted_at=at,
            submitted_by_id=self._cast.recorder, opened_at=project.opened_at,
        )  # fmt: skip
        self._rows.add(bid)
        return bid

    def _score(self, project: Project, bids: Sequence[Bid], stage: str) -> None:
        """The panel's members and points; added up as the database would."""
        assert project.opened_at is not None
        criteria = [each for each in self._rows.of[Criterion] if each.project_id == project.pk]
        totals = dict.fromkeys((bid.pk for bid in bids), Decimal(0))
        names = ("assessor", "assessor2", "assessor3")
        for number, username in enumerate(names):
            account = self._cast.ids[username]
            # While the panel works, the show account has yet to say whether it has an interest.
            waits = stage == "opened" and number == 0
            member = PanelMember(
                id=self._key(self._today), project_id=project.pk, round=1, hub_id=project.hub_id, account_id=account,
                name=self._names[account], employer=self._organisation_names[self._organisations.assessor],
                declaration="waiting" if waits else "clear", appointed_at=project.opened_at,
                appointed_by_id=self._cast.ids["county"], declared_at=None if waits else project.opened_at,
                submitted_at=None if stage == "opened" else project.opened_at,
            )  # fmt: skip
            self._rows.add(member)
            if stage == "opened":
                continue
            for place, bid in enumerate(bids):
                for criterion in criteria:
                    if criterion.is_price:
                        continue
                    share = self._rng.uniform(0.9, 0.98) if place == 0 else self._rng.uniform(0.6, 0.82)
                    points = Decimal(round(criterion.points * share))
                    totals[bid.pk] += points
                    self._rows.add(Score(member_id=member.pk, bid_id=bid.pk, criterion_id=criterion.pk, points=points))
        if stage == "opened":
            return
        lowest = min(bid.price for bid in bids)
        for bid in bids:
            worth = totals[bid.pk] / len(names) + Decimal(20) * lowest / bid.price
            bid.score = worth.quantize(Decimal("0.01"), ROUND_HALF_UP)
        if stage in ("awarded", "signed"):
            project.awarded_bid = max(bids, key=lambda bid: bid.score or 0).pk

    def _publish(self, project: Project, stage: str, asked: date, bids: Sequence[Bid]) -> None:
        """Notices as the actions would have written them; the show county's award has an objection."""
        said: list[tuple[NoticeKind, int, datetime]] = []
        if project.method == "open_tender":
            said.append((NoticeKind.INVITATION, project.round, self._moment(asked, 10)))
        if stage in ("failed", "repeated"):
            said.append((NoticeKind.FAILED, 1, self._moment(self._today - timedelta(days=4), 11)))
        if stage == "called_off":
            said.append((NoticeKind.CALLED_OFF, 1, project.state_at))
        if stage in ("awarded", "signed"):
            steps = [each for each in self._rows.of[ProjectStep] if each.project_id == project.pk]
            said.append((NoticeKind.AWARD, 1, next(each.at for each in steps if each.state == "awarded")))
        winner = next((bid for bid in bids if bid.pk == project.awarded_bid), None)
        for kind, turn, at in said:
            is_award = kind == NoticeKind.AWARD and winner is not None
            reason = {NoticeKind.FAILED: wording.FAILED, NoticeKind.CALLED_OFF: wording.CALLED_OFF}.get(kind, "")
            self._rows.add(
                Notice(
                    id=self._key(timezone.localdate(at)), project_id=project.pk, round=turn, kind=kind,
                    title=project.title, number=project.number, buyer=self._buyer.name,
                    county=next(hub.name for hub in self._hubs if hub.id == project.hub_id), method=project.method,
                    budget=project.budget, need=project.need if kind == NoticeKind.INVITATION else "",
                    deadline=project.deadline, bidders=len(bids) if is_award else None, reason=reason,
                    supplier=self._organisation_names[winner.organisation_id] if is_award and winner else "",
                    price=winner.price if is_award and winner else None,
                    labour_share=winner.labour_share if is_award and winner else None,
                    stands_until=at + timedelta(days=1) if is_award else None, published_at=at,
                )
            )  # fmt: skip
        if stage == "awarded" and project.hub_id == self._cast.hub.id and len(bids) > 1:
            text, _answer = wording.OBJECTION
            loser = next(bid for bid in bids if bid is not winner)
            self._rows.add(
                Objection(
                    id=self._key(self._today), project_id=project.pk, round=1, organisation_id=loser.organisation_id,
                    text=text, made_at=clock.now() - timedelta(hours=1), made_by_id=self._cast.recorder,
                )
            )  # fmt: skip

    def _reserve(self) -> None:
        """The counties add to their budgets for these purchases, and reserve them."""
        funds = dict(Fund.objects.values_list("code", "id"))
        books = Books(self._cast.recorder, funds, first=800_000)
        begun = min(date(self._today.year, 2, 20), self._today)
        for hub_id, held in sorted(self._held.items()):
            cents = sum(int(project.budget * 100) for project, _day in held) * 105 // 100
            books.book(EntryKind.APPROPRIATE, "CB", hub_id, begun, cents, note="购买服务项目年度预算")
            books.book(EntryKind.ALLOCATE, "CB", hub_id, begun, cents, note="购买服务项目预算分配")
            for project, reserved_on in held:
                day = max(begun, min(reserved_on, self._today))
                amount, year = int(project.budget * 100), self._today.year
                moves = [
                    (hub_id, year, MoneyStage.ALLOCATED, "", -amount),
                    (hub_id, year, MoneyStage.RESERVED, project.subject, amount),
                ]
                books.add(
                    EntryKind.RESERVE, "CB", hub_id, day, amount, moves, subject=project.subject, pays=Pays.OPERATION,
                    note=project.title, year=year,
                )  # fmt: skip
        books.write()
