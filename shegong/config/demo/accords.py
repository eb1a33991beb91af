"""A year of acting together in the demonstration city: agreements of every county with departments, their reviews,
referrals under them both ways, joint projects, what the community fund pays; local groups, support and micro-grants.
"""

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from random import Random
from typing import Any, Final
from uuid import UUID

from django.db import connection
from django.db.models import Q
from django.utils import timezone

from shegong.catalogue.models import ServiceItem
from shegong.config.demo import accords_wording as wording
from shegong.config.demo.accounts import Cast
from shegong.config.demo.ledger import ROOM_LIST
from shegong.config.demo.names import NameMaker
from shegong.config.demo.network import Site
from shegong.kernel.ids import uuid7_from
from shegong.linkage.models import (
    Agreement,
    AgreementParty,
    AgreementReview,
    AgreementStation,
    DepartmentReferral,
    GroupProject,
    GroupStep,
    GroupSupport,
    JointActivity,
    JointPart,
    JointProject,
    LocalGroup,
    MicroGrant,
    PayableService,
    ReferralChannel,
)
from shegong.network.enums import OrganisationKind, Tier
from shegong.network.models import Organisation
from shegong.practice.models import Activity, Enquiry
from shegong.purchase.actions.ledger import lines_of
from shegong.purchase.enums import EntryKind, MoneyStage
from shegong.purchase.models import Balance, LedgerEntry, LedgerLine

SMALL: Final = 200
EACH_HUB: Final = (2, 4)
GROUPS_OF_ROOM: Final = 0.3
GROUPS_WHEN_SMALL: Final = 0.6
SENT_HERE: Final = 3
STAGES: Final = ("incubating",) * 5 + ("filed",) * 4 + ("registered",) + ("dissolved",)
UNDER: Final = """
    UPDATE practice_referral r SET agreement = a.id, agreement_title = a.title,
        due_at = least(r.due_at, r.released_at + c.accept_days * interval '33 hours'),
        result_due_at = r.released_at + c.result_days * interval '33 hours'
    FROM linkage_agreement a
    JOIN linkage_referralchannel c ON c.agreement_id = a.id AND c.direction = 'to'
    WHERE r.to_organisation_id = c.organisation_id AND r.hub_id = a.hub_id AND r.released_at IS NOT NULL
      AND a.signed_on IS NOT NULL AND r.released_at::date >= a.since AND r.released_at::date < a.ends_on"""

# The shown department is the one to which the shown county refers most.
TO_SHOWN: Final = """
    UPDATE practice_referral SET to_organisation_id = %s
    WHERE hub_id = %s AND to_organisation_id IS NOT NULL AND receiver_kind = 'department'"""


class AccordMaker:
    """Makes all of it, with chance of its own."""

    def __init__(self, seed: int, today: date, cast: Cast) -> None:
        self._rng, self._today, self._cast = Random(seed + 71), today, cast
        self._names = NameMaker(Random(seed + 72))
        self._rows: dict[type[Any], list[Any]] = {}
        self._made = 0

    def make(self, sites: Sequence[Site]) -> int:
        """Write everything; returns how many agreements and groups."""
        bodies = Organisation.objects.filter(kinds__contains=[OrganisationKind.DEPARTMENT], until__isnull=True)
        departments = list(bodies.order_by("pk"))
        for site in sites:
            if site.tier == Tier.HUB:
                self._hub(site, departments)
        chance = GROUPS_WHEN_SMALL if len(sites) < SMALL else GROUPS_OF_ROOM
        for site in sites:
            if site.tier == Tier.ROOM and (self._rng.random() < chance or site.id == self._cast.room.id):
                self._group(site)
        self._show_group(next(site for site in sites if site.id == self._cast.town_id))
        self._arrivals(sites)
        self._payable()
        self._write()
        with connection.cursor() as cursor:
            cursor.execute("ALTER TABLE practice_referral DISABLE TRIGGER USER")
            cursor.execute(TO_SHOWN, [departments[0].pk, self._cast.hub.id])
            cursor.execute(UNDER)
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            cursor.execute("ALTER TABLE practice_referral ENABLE TRIGGER USER")
        return len(self._rows[Agreement]) + len(self._rows[LocalGroup])

    def _key(self, day: date) -> UUID:
        self._made += 1
        return uuid7_from(f"accord:{self._made}", self._at(day))

    def _at(self, day: date, hour: int = 10) -> datetime:
        zone = timezone.get_default_timezone()
        last = datetime.combine(self._today, time(0), tzinfo=zone) - timedelta(hours=1)
        return min(datetime.combine(day, time(hour), tzinfo=zone), last)

    def _add(self, model: type[Any], **values: Any) -> Any:
        row = model(**values)
        self._rows.setdefault(model, []).append(row)
        return row

    def _hub(self, site: Site, departments: Sequence[Organisation]) -> None:
        """Two to four agreements of a county; the shown one has one with the shown liaison, in each state."""
        shown = site.id == self._cast.hub.id
        number = min(self._rng.randint(*EACH_HUB), len(departments))
        chosen = [departments[0], *self._rng.sample(departments[1:], number - 1)]
        for place, department in enumerate(chosen):
            ago = 320 if shown and not place else self._rng.randint(40, 600)
            self._agreement(site, department, self._today - timedelta(days=ago), "in_force")
        if shown:
            self._agreement(site, departments[0], self._today + timedelta(days=30), "signing", "儿童关爱")
            self._agreement(site, departments[1], self._today + timedelta(days=20), "draft", "无障碍改造")

    def _agreement(self, site: Site, department: Organisation, since: date, state: str, more: str = "") -> None:
        short = next((name for name in wording.DEPARTMENTS if department.name.endswith(name)), "")
        about, does, there, back, accept, result = wording.DEPARTMENTS.get(short, wording.OTHERS)
        until = since.replace(year=since.year + 2, day=min(since.day, 28))
        signed = since if state == "in_force" else None
        made = self._add(
            Agreement, id=self._key(min(since, self._today)), hub_id=site.id,
            title=f"{site.name}与{department.name}{more or about}协同协议"[:100], scope=wording.SCOPE % about,
            content=wording.CONTENT % does, mode=wording.MODE, mechanism=wording.MECHANISM,
            supervision=wording.SUPERVISION, since=since, until=until, ends_on=until, review_months=6, state=state,
            signed_on=signed, drafted_at=self._at(min(since, self._today) - timedelta(days=20)),
            drafted_by_id=self._cast.recorder,
        )  # fmt: skip
        by = self._cast.recorder if signed else None
        ours = self._add(
            AgreementParty, id=self._key(self._today), agreement=made, station_id=site.id, does=wording.STATION_DOES,
            contact="总站办公室", signed_on=signed, signed_by_id=by,
        )  # fmt: skip
        theirs = self._add(
            AgreementParty, id=self._key(self._today), agreement=made, organisation=department,
            does=wording.DEPARTMENT_DOES, contact="部门联络员", signed_on=signed, signed_by_id=by,
        )  # fmt: skip
        self._add(AgreementStation, id=self._key(self._today), agreement=made, station_id=site.id)
        for direction, needs in (("to", there), ("from", back)):
            self._add(
                ReferralChannel, id=self._key(self._today), agreement=made, organisation=department,
                direction=direction, needs=needs, accept_days=accept, result_days=result,
            )  # fmt: skip
        if signed:
            self._reviews(made, site.id == self._cast.hub.id)
            if self._rng.random() < 0.4 or site.id == self._cast.hub.id:
                self._project(made, site, (ours, theirs))

    def _reviews(self, made: Agreement, shown: bool) -> None:
        """Held twice a year; a few wait, the shown county's latest among them."""
        for number in range(1, 4):
            due = made.since + timedelta(days=182 * number)
            if due >= made.until:
                break
            row = self._add(AgreementReview, id=self._key(self._today), agreement=made, due_on=due)
            if due < self._today - timedelta(days=150 if shown else 0) and (shown or self._rng.random() < 0.85):
                row.held_on, row.outcome = due - timedelta(days=3), "goes_on"
                row.result, row.kept_by_id = self._rng.choice(wording.REVIEWED), self._cast.recorder
                row.kept_at = self._at(row.held_on)

    def _project(self, made: Agreement, site: Site, parties: Sequence[AgreementParty]) -> None:
        title, aim, outcome = self._rng.choice(wording.PROJECTS)
        done = self._rng.random() < 0.4
        since = max(made.since, self._today - timedelta(days=120))
        until = since + timedelta(days=60) if done else self._today + timedelta(days=45)
        done = done and until <= self._today
        project = self._add(
            JointProject, id=self._key(since), agreement=made, hub_id=site.id, station_id=site.id, title=title,
            aim=aim, since=since, until=until, stage="done" if done else "running", outcome=outcome if done else "",
            done_on=until if done else None, made_at=self._at(since), made_by_id=self._cast.recorder,
        )  # fmt: skip
        for party, does in zip(parties, ("组织社工和志愿者入户，记录需求", "核实政策、现场受理"), strict=True):
            self._add(JointPart, id=self._key(since), project=project, party=party, does=does)
        held = Activity.objects.filter(hub_id=site.id, state__in=("held", "closed"))
        held = held.filter(starts_at__gte=self._at(since, 0), starts_at__lt=self._at(min(until, self._today), 0))
        for each in held.order_by("starts_at", "id").only("id", "title", "starts_at", "station_id")[:2]:
            self._add(
                JointActivity, id=self._key(since), project=project, activity=each.pk, title=each.title,
                held_on=timezone.localdate(each.starts_at, timezone.get_default_timezone()),
                station_id=each.station_id,
            )  # fmt: skip

    def _arrivals(self, sites: Sequence[Site]) -> None:
        """People whom the shown department sent to the shown county: answered, in work, and new."""
        channels = [
            each for each in self._rows[ReferralChannel]
            if each.direction == "from" and each.agreement.hub_id == self._cast.hub.id and each.agreement.signed_on
            and each.organisation.pk == self._rows[ReferralChannel][0].organisation.pk
        ]  # fmt: skip
        towns = [site for site in sites if site.tier == Tier.STATION and site.hub_id == self._cast.hub.id]
        towns.sort(key=lambda site: site.id != self._cast.town_id)
        taken: set[UUID] = set()
        for place in range(SENT_HERE * 4):
            site = towns[0] if place % 3 == 0 else self._rng.choice(towns)
            enquiry = Enquiry.objects.filter(station_id=site.id, source="referral").exclude(pk__in=taken).first()
            state = ("returned", "returned", "sent", "accepted")[place % 4] if enquiry else "sent"
            ago = {"sent": 1, "accepted": 8}.get(state, self._rng.randint(20, 250))
            self._arrival(channels[0], site, self._today - timedelta(days=ago), state, enquiry)
            taken |= {enquiry.pk} if enquiry and state != "sent" else set()

    def _arrival(self, channel: Any, site: Site, day: date, state: str, enquiry: Enquiry | None) -> None:
        reason, asked = self._rng.choice(wording.ARRIVALS)
        sent, recorder = self._at(day), self._cast.recorder
        row = self._add(
            DepartmentReferral, id=self._key(day), hub_id=site.hub_id, station_id=site.id,
            organisation=channel.organisation, channel=channel, name=self._names.name("2", 1950),
            phone=f"139{self._rng.randrange(10**8):08d}", reason=reason, asked=asked, consent_on=day, state=state,
            sent_at=sent, sent_by_id=self._cast.ids["liaison"], due_at=sent + timedelta(days=4),
            result_due_at=sent + timedelta(days=28),
        )  # fmt: skip
        if state != "sent" and enquiry:
            row.enquiry, row.answer, row.answered_by_id = enquiry.pk, "社工本周上门", recorder
            row.answered_at = sent + timedelta(days=2)
        if state == "returned":
            row.result, row.returned_by_id = self._rng.choice(wording.ARRIVAL_RESULTS), recorder
            row.returned_at = sent + timedelta(days=15)

    def _payable(self) -> None:
        day = self._at(self._today - timedelta(days=200))
        services = ServiceItem.objects.filter(Q(code__in=ROOM_LIST) | Q(code__startswith="B0"), until__isnull=True)
        for each in services.order_by("code"):
            self._add(
                PayableService, code=each.code, is_payable=each.code != "B09",
                yearly_limit=Decimal(6000) if each.code in ROOM_LIST else None, clause=wording.PAYABLE_CLAUSE,
                note="" if each.code != "B09" else "政策咨询由便民服务中心承担", changed_at=day,
                changed_by_id=self._cast.ids["city"],
            )  # fmt: skip

    def _group(self, site: Site, stage: str = "") -> LocalGroup:
        """A group of a station, with the stages that it went through and what it was given."""
        kind, name, aim = self._rng.choice(wording.GROUPS)
        stage = stage or self._rng.choice(STAGES)
        founded = self._today - timedelta(days=self._rng.randint(200, 900))
        path = {"incubating": (), "dissolved": ("dissolved",), "filed": ("filed",)}.get(stage, ("filed", "registered"))
        days = [founded, *(founded + timedelta(days=90 * number) for number, _stage in enumerate(path, 1))]
        numbered = "filed" in path
        group: LocalGroup = self._add(
            LocalGroup, id=self._key(founded), hub_id=site.hub_id, town_id=site.town_id, station_id=site.id,
            community_id=site.community_id, name=name, kind=kind, aim=aim, stage=stage, stage_since=days[-1],
            number=f"备{founded.year}-{self._made % 1000:03d}" if numbered else "", members=self._rng.randint(6, 45),
            leader=self._names.name("2", 1962), leader_phone=f"138{self._rng.randrange(10**8):08d}",
            founded_on=founded, made_at=self._at(founded), made_by_id=self._cast.recorder,
        )  # fmt: skip
        ends = [*days[1:], None]
        for each, since, until in zip(("incubating", *path), days, ends, strict=True):
            self._add(GroupStep, id=self._key(since), group=group, stage=each, since=since, until=until)
        for _number in range(self._rng.randint(1, 3)):
            given, what = self._rng.choice(wording.SUPPORTS)
            day = self._today - timedelta(days=self._rng.randint(1, 190))
            self._add(
                GroupSupport, id=self._key(day), group=group, kind=given, given_on=day, what=what,
                noted_at=self._at(day), noted_by_id=self._cast.recorder,
            )  # fmt: skip
        if self._rng.random() < 0.5:
            since = self._today - timedelta(days=170)
            self._add(
                GroupProject, id=self._key(since), group=group, title=f"{name}进楼栋", since=since,
                until=self._today - timedelta(days=5), result=wording.GROUP_RESULT, made_at=self._at(since),
                made_by_id=self._cast.recorder,
            )  # fmt: skip
        return group

    def _show_group(self, site: Site) -> None:
        """The shown town's group asked for four micro-grants: accounted for, paid, approved as the fund has money, and
        one that waits.
        """
        group = self._group(site, "filed")
        account = Balance.objects.filter(
            hub_id=site.hub_id, year=self._today.year, stage=MoneyStage.ALLOCATED, amount__gt=10_000,
            fund__rules__pays="project",
        ).order_by("fund__code").first()  # fmt: skip
        states = ("accounted", "paid", "approved", "asked") if account else ("asked",) * 4
        for place, (state, words) in enumerate(zip(states, wording.GRANTS, strict=True)):
            title, plan, asked, used = words
            day = self._today - timedelta(days=(90, 40, 12, 3)[place])
            grant = self._add(
                MicroGrant, id=self._key(day), group=group, hub_id=group.hub_id, station_id=group.station_id,
                title=title, plan=plan, asked=Decimal(asked), asked_at=self._at(day),
                asked_by_id=self._cast.ids["head"], state=state,
            )  # fmt: skip
            if account and state != "asked":
                grant.fund_id, grant.year, grant.approved = account.fund_id, account.year, Decimal(asked)
                grant.decided_at, grant.decided_by_id = self._at(day, 15), self._cast.ids["county"]
                grant.opinion = "同意。"
                self._book(grant, EntryKind.COMMIT, MoneyStage.ALLOCATED, MoneyStage.COMMITTED, day)
            if state in ("paid", "accounted"):
                grant.paid_on, grant.paid_by_id = day + timedelta(days=2), self._cast.ids["county"]
                self._book(grant, EntryKind.PAY, MoneyStage.COMMITTED, MoneyStage.PAID, grant.paid_on)
            if state == "accounted":
                grant.spent, grant.account = Decimal(asked) - 80, used
                grant.accounted_on = day + timedelta(days=60)

    def _book(self, grant: MicroGrant, kind: EntryKind, given: MoneyStage, taken: MoneyStage, day: date) -> None:
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL DEFERRED")
        amount, year, hub_id = grant.approved or Decimal(0), grant.year or 0, grant.hub_id
        entry = LedgerEntry.objects.create(
            key=self._key(day), kind=kind, fund_id=grant.fund_id or 0, year_id=year, hub_id=hub_id,
            amount=amount, pays="project" if kind == EntryKind.COMMIT else "", subject=grant.subject,
            booked_on=day, note=grant.title, made_at=self._at(day, 16), made_by_id=self._cast.ids["county"],
        )  # fmt: skip
        before = "" if given == MoneyStage.ALLOCATED else grant.subject
        moves = [(hub_id, year, given, before, -amount), (hub_id, year, taken, grant.subject, amount)]
        LedgerLine.objects.bulk_create(lines_of(entry, moves))

    def _write(self) -> None:
        """All rows, as they came to be over the year: without the guards that ask who does it now."""
        tables = [model._meta.db_table for model in self._rows]
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            for table in tables:
                cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        for model, rows in self._rows.items():
            model.objects.bulk_create(rows, batch_size=1000)
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            for table in tables:
                cursor.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")
