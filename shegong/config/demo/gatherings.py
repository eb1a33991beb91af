"""Groups and activities of the demonstration city, in every stage.

What was held is linked to group and community records that are there already, so that no number changes: a group's
members are those whom its sessions' records name, and who isn't named by one was absent that day.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from random import Random
from typing import Any, Final
from uuid import UUID

from django.db import connection
from django.utils import timezone

from shegong.catalogue.models import ServiceItem
from shegong.config.demo import gathering_wording as wording
from shegong.config.demo.network import Site
from shegong.kernel.ids import uuid7_from
from shegong.practice.models import (
    Activity,
    ActivitySeries,
    ActivitySignUp,
    BudgetLine,
    GroupMember,
    GroupSession,
    ResourceLink,
    SessionAttendance,
    SocialGroup,
)
from shegong.practice.rules.groupwork import stages_for

# One station in so many has groups and activities with their files; those of the accounts always.
SHARE: Final = 9
LARGEST_GROUP: Final = 16
GROUP_RECORDS: Final = """
SELECT r.station_id, r.id, r.service_id, r.group_id, r.started_at, r.minutes, r.summary, r.recorded_by_id,
       r.contract_id, (SELECT min(w.worker_id) FROM practice_recordworker w WHERE w.record_id = r.id),
       (SELECT array_agg(c.client_id ORDER BY c.client_id) FROM practice_recordclient c WHERE c.record_id = r.id)
FROM practice_servicerecord r
WHERE r.station_id = ANY (%s) AND r.method = 'G' AND r.clients_count >= 4 AND NOT r.restricted
ORDER BY r.station_id, r.served_on, r.id"""
COMMUNITY_RECORDS: Final = """
SELECT station_id, id, service_id, group_id, started_at, minutes, summary, recorded_by_id, contract_id, worker_id
FROM (SELECT r.*, (SELECT min(w.worker_id) FROM practice_recordworker w WHERE w.record_id = r.id) AS worker_id,
             row_number() OVER (PARTITION BY r.station_id ORDER BY r.served_on DESC, r.id) AS latest_first
      FROM practice_servicerecord r WHERE r.station_id = ANY (%s) AND r.method = 'M') AS latest
WHERE latest_first <= 6 ORDER BY station_id, latest_first"""


@dataclass(frozen=True, slots=True)
class _Held:
    """A record that something is linked to."""

    record_id: UUID
    service_id: int
    group_id: int
    started_at: datetime
    minutes: int
    summary: str
    recorder: int
    contract_id: int | None
    worker_id: int
    client_ids: tuple[UUID, ...] = ()


class GatheringMaker:
    """Makes groups and activities of some stations, after the records are written."""

    def __init__(self, rng: Random, today: date, recorder: int, head: int, shown: Sequence[Site]) -> None:
        self._rng = rng
        self._today = today
        self._recorder = recorder
        self._head = head
        self._shown = shown
        self._names = dict(ServiceItem.objects.values_list("pk", "name_zh"))
        self._services = {
            method: list(ServiceItem.objects.filter(method=method, version=1).select_related("group").order_by("code"))
            for method in "GM"
        }
        self.rows: dict[type, list[Any]] = defaultdict(list)
        self._held: list[tuple[UUID, UUID]] = []
        self._serial = 0

    def make(self, sites: Sequence[Site]) -> int:
        """Everything for the shown stations and a share of the others; returns how many groups and activities."""
        shown = {site.id for site in self._shown}
        chosen = [site for n, site in enumerate(sites) if site.workers and (site.id in shown or n % SHARE == 4)]
        by_station = {site.id: site for site in chosen}
        for station_id, records in self._records(GROUP_RECORDS, list(by_station)).items():
            self._groups(by_station[station_id], records, station_id in shown)
        for station_id, records in self._records(COMMUNITY_RECORDS, list(by_station)).items():
            self._activities(by_station[station_id], records)
        for site in self._shown:
            self._ahead(site)
        self._write()
        return len(self.rows[SocialGroup]) + len(self.rows[Activity])

    def _records(self, query: str, stations: list[int]) -> Mapping[int, list[_Held]]:
        found: dict[int, list[_Held]] = defaultdict(list)
        with connection.cursor() as cursor:
            cursor.execute(query, [stations])
            for station_id, *values in cursor.fetchall():
                if len(values) == 10:
                    values[9] = tuple(values[9])
                found[station_id].append(_Held(*values))
        return found

    def _key(self, day: date) -> UUID:
        self._serial += 1
        moment = datetime.combine(day, time(9), tzinfo=timezone.get_default_timezone())
        return uuid7_from(f"gathering-{self._serial}", moment, self._rng)

    # Groups

    def _groups(self, site: Site, records: list[_Held], is_shown: bool) -> None:
        """Groups out of records for one population group whose people overlap: closed ones, and one that goes on."""
        by_group: dict[int, list[_Held]] = defaultdict(list)
        for record in records:
            by_group[record.group_id].append(record)
        made = 0
        for alike in sorted(by_group.values(), key=lambda found: (-len(found), found[0].group_id)):
            half = len(alike) // 2
            for part in (alike[half:], alike[:half]) if len(alike) >= 8 else (alike,):
                chosen = self._overlapping(part)
                if len(chosen) >= (2 if is_shown else 3) and made < (3 if is_shown else 2):
                    self._group(site, chosen, goes_on=made % 2 == (0 if is_shown else 1))
                    made += 1

    def _overlapping(self, records: list[_Held]) -> list[_Held]:
        """Up to six records, each on a day of its own, of people that fit into one group."""
        people: set[UUID] = set()
        chosen: list[_Held] = []
        days: set[date] = set()
        for record in reversed(records):
            together = people | set(record.client_ids)
            day = timezone.localdate(record.started_at)
            if len(together) <= LARGEST_GROUP and day not in days:
                people, chosen = together, [*chosen, record]
                days.add(day)
            if len(chosen) == 6:
                break
        return sorted(chosen, key=lambda record: record.started_at)

    def _group(self, site: Site, records: list[_Held], *, goes_on: bool) -> None:
        first, last = (timezone.localdate(records[n].started_at) for n in (0, -1))
        people = list(dict.fromkeys(client for record in records for client in record.client_ids))
        planned = len(records) + (2 if goes_on else 0)
        title = self._names[records[0].service_id]
        group = self._social_group(
            site, records[0], f"{title}·{wording.SEASONS[(first.month - 1) // 3]}", first, planned
        )
        group.state = "running" if goes_on else "closed"
        group.size_min, group.size_max = min(4, len(people)), max(len(people), 8)
        if not goes_on:
            group.closed_on, group.closed_by_id = min(last + timedelta(days=5), self._today), self._recorder
            group.outcome, group.follow_up = self._rng.choice(wording.GROUP_OUTCOMES), wording.GROUP_FOLLOW_UP
            group.satisfaction = Decimal(self._rng.randint(42, 50)) / 10
        self._budget(group, len(people) * planned, spent=not goes_on)
        for client in people:
            self._member(group, client, first, rated=not goes_on)
        for number, (record, stage) in enumerate(zip(records, stages_for(planned), strict=False)):
            self._session(group, number + 1, stage, record.started_at, record, people)
        for number in range(len(records), planned):
            ahead = datetime.combine(self._today + timedelta(days=3 + 7 * (number - len(records))), time(14, 30))
            moment = timezone.make_aware(ahead)
            self._session(group, number + 1, stages_for(planned)[number], moment, None, people)

    def _social_group(self, site: Site, like: _Held, title: str, first: date, planned: int) -> SocialGroup:
        rng = self._rng
        proposed = datetime.combine(first - timedelta(days=21), time(10), tzinfo=timezone.get_default_timezone())
        aim, theory, criteria, risk = rng.choice(wording.PROPOSALS)
        group = SocialGroup(
            id=self._key(first - timedelta(days=21)),
            hub_id=site.hub_id,
            station_id=site.id,
            title=title[:60],
            kind=rng.choice(("education", "growth", "support", "support")),
            service_id=like.service_id,
            group_id=like.group_id,
            worker_id=like.worker_id,
            contract_id=like.contract_id,
            aim=aim,
            theory=theory,
            criteria=criteria,
            risk=risk,
            size_min=6,
            size_max=12,
            sessions_planned=planned,
            first_on=first,
            measure_name=rng.choice(wording.MEASURES),
            proposed_at=proposed,
            proposed_by_id=self._recorder,
            submitted_at=proposed,
            approved_at=proposed + timedelta(days=2),
            approved_by_id=self._head,
            digest=b"demo",
        )
        self.rows[SocialGroup].append(group)
        return group

    def _member(self, group: SocialGroup, client: UUID, first: date, *, rated: bool) -> None:
        rng, pre = self._rng, self._rng.randint(2, 6)
        change = rng.choice((-1, 0, 1, 1, 2, 2, 3, 3))
        outcome = ("worse" if change < 0 else "steady" if change == 0 else "improved") if rated else ""
        applied = first - timedelta(days=rng.randint(3, 12))
        self.rows[GroupMember].append(
            GroupMember(
                id=self._key(applied),
                hub_id=group.hub_id,
                station_id=group.station_id,
                social_group=group,
                client_id=client,
                state="accepted",
                applied_on=applied,
                screened_on=first - timedelta(days=2),
                pre_score=Decimal(pre),
                post_score=Decimal(pre + change) if rated else None,
                outcome=outcome,
            )
        )

    def _session(
        self,
        group: SocialGroup,
        number: int,
        stage: str,
        starts_at: datetime,
        record: _Held | None,
        people: Sequence[UUID],
    ) -> None:
        title, aims, flow = wording.SESSIONS[stage][number % len(wording.SESSIONS[stage])]
        session = GroupSession(
            id=self._key(timezone.localdate(starts_at)),
            hub_id=group.hub_id,
            station_id=group.station_id,
            social_group=group,
            number=number,
            title=title,
            stage=stage,
            starts_at=starts_at,
            minutes=record.minutes if record else 90,
            aims=aims,
            flow=flow,
            content=record.summary if record else "",
            dynamics=self._rng.choice(wording.DYNAMICS) if record else "",
        )
        self.rows[GroupSession].append(session)
        if record is None:
            return
        came = set(record.client_ids)
        self._held.append((session.pk, record.record_id))
        self.rows[SessionAttendance].extend(
            SessionAttendance(
                hub_id=group.hub_id,
                station_id=group.station_id,
                session=session,
                client_id=client,
                presence=self._rng.choice(("present",) * 9 + ("late",)) if client in came else "absent",
                reason="" if client in came else self._rng.choice(wording.ABSENT),
            )
            for client in people
        )

    def _budget(self, of: SocialGroup | Activity, people: int, *, spent: bool) -> None:
        key = "social_group" if isinstance(of, SocialGroup) else "activity"
        for position, (item, each) in enumerate((("茶点", 5), ("物料", 3))):
            amount = Decimal(people * each)
            used = (amount * self._rng.randint(80, 104) / 100).quantize(Decimal("0.01")) if spent else None
            self.rows[BudgetLine].append(
                BudgetLine(
                    id=self._key(self._today),
                    hub_id=of.hub_id,
                    station_id=of.station_id,
                    position=position,
                    item=item,
                    amount=amount,
                    spent=used,
                    **{key: of},
                )
            )

    # Activities

    def _activities(self, site: Site, records: Sequence[_Held]) -> None:
        """The latest community records, the very last one still to be summed up."""
        for number, record in enumerate(records):
            activity = self._activity(site, record, record.started_at)
            activity.state = "held" if number == 0 else "closed"
            activity.record_id, activity.minutes = record.record_id, record.minutes
            if number:
                day = timezone.localdate(record.started_at) + timedelta(days=3)
                activity.closed_on, activity.closed_by_id = min(day, self._today), self._recorder
                activity.outcome, activity.feedback = self._rng.choice(wording.ACTIVITY_OUTCOMES)
                activity.satisfaction = Decimal(self._rng.randint(40, 50)) / 10
            self._budget(activity, 40, spent=number > 0)
            if self._rng.random() < 0.4:
                self._gift(activity)

    def _activity(self, site: Site, like: _Held, starts_at: datetime) -> Activity:
        rng, day = self._rng, timezone.localdate(starts_at)
        title = self._names[like.service_id]
        purpose, flow, safety = rng.choice(wording.ACTIVITY_PLANS)
        activity = Activity(
            id=self._key(day - timedelta(days=14)),
            hub_id=site.hub_id,
            station_id=site.id,
            title=f"{title}·{day.month}月场",
            service_id=like.service_id,
            group_id=like.group_id,
            worker_id=like.worker_id,
            contract_id=like.contract_id,
            purpose=purpose,
            target="辖区居民",
            venue=rng.choice(wording.VENUES),
            starts_at=starts_at,
            minutes=120,
            flow=flow,
            staffing="社工主持，志愿者签到和引导",
            safety=safety,
            expected=40,
            proposed_at=starts_at - timedelta(days=14),
            proposed_by_id=self._recorder,
            digest=b"demo",
        )
        self.rows[Activity].append(activity)
        return activity

    def _gift(self, activity: Activity) -> None:
        kind, giver, what, worth = self._rng.choice(wording.GIFTS)
        day = timezone.localdate(activity.starts_at)
        self.rows[ResourceLink].append(
            ResourceLink(
                id=self._key(day),
                hub_id=activity.hub_id,
                station_id=activity.station_id,
                activity=activity,
                giver=giver,
                kind=kind,
                what=what,
                worth=worth,
                linked_on=day,
                recorded_by_id=self._recorder,
            )
        )

    # What is still to come, where the accounts are

    def _ahead(self, site: Site) -> None:
        """A proposal of each state, a series, and an activity that takes sign-ups, at a shown station."""
        worker_id = site.workers[0][0]
        service = self._services["G"][self._rng.randrange(len(self._services["G"]))]
        like = _Held(UUID(int=0), service.pk, service.group_id, timezone.now(), 90, "", self._recorder, None, worker_id)
        for state, days in (("draft", 35), ("submitted", 28), ("returned", 30), ("recruiting", 12), ("cancelled", 20)):
            first = self._today + timedelta(days=days)
            group = self._social_group(site, like, f"{service.name_zh}·{wording.TITLES[state]}", first, 6)
            group.state = state
            group.proposed_at = timezone.make_aware(datetime.combine(self._today - timedelta(days=4), time(10)))
            group.submitted_at = group.proposed_at
            if state != "recruiting":
                group.approved_at = group.approved_by_id = None
            group.decision_note = "请补充风险预案和预算说明" if state == "returned" else ""
            group.cancel_reason = "报名人数不足" if state == "cancelled" else ""
            self._budget(group, 60, spent=False)
            if state == "recruiting":
                self._sign_ups(group, site)
        self._series(site, worker_id)

    def _sign_ups(self, group: SocialGroup, site: Site) -> None:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT id FROM practice_client WHERE station_id = %s AND state = 'active' "
                "AND restricted_classes = '{}' ORDER BY id DESC LIMIT 7",
                [site.id],
            )
            people = [row[0] for row in cursor.fetchall()]
        for number, client in enumerate(people):
            state, reason = (("accepted", ""), ("applied", ""), ("waitlisted", "时间冲突，先候补"))[number % 3]
            self.rows[GroupMember].append(
                GroupMember(
                    id=self._key(self._today),
                    hub_id=group.hub_id,
                    station_id=group.station_id,
                    social_group=group,
                    client_id=client,
                    state=state,
                    reason=reason,
                    applied_on=self._today - timedelta(days=2),
                )
            )

    def _series(self, site: Site, worker_id: int) -> None:
        service = next(each for each in self._services["M"] if each.code == "B23")
        first = self._today + timedelta(days=2)
        series = ActivitySeries(
            id=self._key(self._today),
            hub_id=site.hub_id,
            station_id=site.id,
            repeat="weekly",
            first_on=first,
            until=first + timedelta(weeks=5),
            made_by_id=self._recorder,
        )
        self.rows[ActivitySeries].append(series)
        like = _Held(UUID(int=0), service.pk, service.group_id, timezone.now(), 90, "", self._recorder, None, worker_id)
        for week in range(6):
            day = first + timedelta(weeks=week)
            activity = self._activity(site, like, timezone.make_aware(datetime.combine(day, time(9, 30))))
            activity.title, activity.state, activity.series = "每周邻里茶话会", "planned", series
            activity.proposed_at = timezone.make_aware(datetime.combine(self._today - timedelta(days=3), time(9)))
            activity.capacity = 30
            if week == 0:
                self._residents(activity)
        large = self._activity(site, like, timezone.make_aware(datetime.combine(first + timedelta(days=16), time(15))))
        large.title, large.state, large.needs_approval = "社区邻里节", "submitted", True
        large.expected, large.proposed_at = (
            200,
            timezone.make_aware(datetime.combine(self._today - timedelta(days=1), time(16))),
        )
        self._budget(large, 200, spent=False)

    def _residents(self, activity: Activity) -> None:
        for number, name in enumerate(wording.RESIDENTS):
            self.rows[ActivitySignUp].append(
                ActivitySignUp(
                    id=self._key(self._today),
                    hub_id=activity.hub_id,
                    station_id=activity.station_id,
                    activity=activity,
                    name=name,
                    phone=f"154{self._rng.randint(0, 99_999_999):08d}",
                    signed_at=timezone.make_aware(datetime.combine(self._today - timedelta(days=1), time(9, number))),
                )
            )

    def _write(self) -> None:
        """All rows; sessions become held once their attendance is there, as the database wants it."""
        order = (SocialGroup, ActivitySeries, Activity, GroupMember, GroupSession, SessionAttendance)
        closed = [group.pk for group in self.rows[SocialGroup] if group.state == "closed"]
        endings = {
            group.pk: (group.closed_on, group.closed_by_id)
            for group in self.rows[SocialGroup]
            if group.pk in set(closed)
        }
        for group in self.rows[SocialGroup]:
            if group.state == "closed":
                group.state, group.closed_on, group.closed_by_id = "running", None, None
        for model in (*order, ActivitySignUp, BudgetLine, ResourceLink):
            model.objects.bulk_create(self.rows[model], batch_size=500)
        with connection.cursor() as cursor:
            cursor.execute(
                "UPDATE practice_groupsession s SET state = 'held', record_id = h.record "
                "FROM unnest(%s::uuid[], %s::uuid[]) AS h (session, record) WHERE s.id = h.session",
                [[session for session, _ in self._held], [record for _, record in self._held]],
            )
            cursor.execute(
                "UPDATE practice_socialgroup g SET state = 'closed', closed_on = e.day, closed_by_id = e.who "
                "FROM unnest(%s::uuid[], %s::date[], %s::bigint[]) AS e (id, day, who) WHERE g.id = e.id",
                [list(endings), [day for day, _ in endings.values()], [who for _, who in endings.values()]],
            )
