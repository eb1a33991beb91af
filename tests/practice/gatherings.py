"""Groups and activities for tests, made by the actions as their people make them."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.utils import timezone

from shegong.catalogue.models import ServiceItem
from shegong.kernel import clock
from shegong.kernel.ids import uuid7
from shegong.network.scope import viewing
from shegong.people.models import Account
from shegong.practice.actions import activity as activities
from shegong.practice.actions import groupwork as groups
from shegong.practice.actions import groupwork_session as sessions
from shegong.practice.actions.activity import ActivitySheet
from shegong.practice.actions.groupwork_session import SessionPlan, SessionSheet
from shegong.practice.models import (
    Activity,
    ActivitySeries,
    ActivitySignUp,
    BudgetLine,
    CalendarFeed,
    Client,
    GroupMember,
    GroupSession,
    ResourceLink,
    SessionAttendance,
    SocialGroup,
)
from shegong.practice.rules.activity import ActivityDraft, Turnout
from shegong.practice.rules.groupwork import Attended, BudgetDraft, GroupDraft
from tests.factories import START
from tests.practice.county import County


def yesterday(hour: int = 9) -> datetime:
    day = clock.today() - timedelta(days=1)
    return timezone.make_aware(datetime(day.year, day.month, day.day, hour))


def community_service(county: County) -> ServiceItem:
    """A service of community work."""
    return ServiceItem.objects.get_or_create(
        code="T03",
        version=1,
        defaults={
            "name_zh": "社区活动",
            "name_en": "Community event",
            "kind": "basic",
            "field": county.world.fields["FS"],
            "group": county.world.groups["older"],
            "method": "M",
            "unit": "场",
            "clause": "试验",
            "since": START,
        },
    )[0]


def group_draft(county: County, **changes: Any) -> GroupDraft:
    draft = GroupDraft(
        station_id=county.room.pk,
        service_id=county.world.services["T02"].pk,
        title="亲子沟通小组",
        kind="growth",
        aim="家长学会倾听，孩子愿意说。",
        criteria="辖区内 6 至 12 岁儿童及家长",
        risk="情绪激动时由协同社工陪同离场",
        size_min=2,
        size_max=8,
        sessions_planned=3,
        first_on=clock.today(),
        measure_name="亲子沟通满意度",
        budget=(BudgetDraft("文具", Decimal("120.00")), BudgetDraft("茶点", Decimal("80.50"))),
    )
    return replace(draft, **changes)


def proposed(county: County, by: Account | None = None, key: UUID | None = None, **changes: Any) -> SocialGroup:
    with viewing((by or county.worker).pk) as viewer:
        return groups.propose_group(key or uuid7(), group_draft(county, **changes), by=viewer, at=clock.now())


def approved(county: County, **changes: Any) -> SocialGroup:
    group = proposed(county, **changes)
    with viewing(county.worker.pk) as viewer:
        groups.submit_group(group, by=viewer, at=clock.now())
    with viewing(county.head.pk) as viewer:
        return groups.decide_group(group, approve=True, note="", by=viewer, at=clock.now())


def joined(county: County, group: SocialGroup, clients: Iterable[Client]) -> list[GroupMember]:
    """These clients as members of the group."""
    with viewing(county.worker.pk) as viewer:
        members = groups.sign_up(group, [client.pk for client in clients], by=viewer, at=clock.now())
        return [groups.screen(each, "accepted", "", by=viewer, at=clock.now()) for each in members]


def plan(stage: str = "formation", **changes: Any) -> SessionPlan:
    return replace(
        SessionPlan(starts_at=yesterday(), minutes=90, stage=stage, aims="互相认识", flow="破冰，约定，分享"), **changes
    )


def planned_session(county: County, group: SocialGroup, stage: str = "formation", **changes: Any) -> GroupSession:
    with viewing(county.worker.pk) as viewer:
        return sessions.plan_session(group, uuid7(), plan(stage, **changes), by=viewer, at=clock.now())


def sheet(county: County, came: Iterable[Client], absent: Iterable[Client] = (), **changes: Any) -> SessionSheet:
    return replace(
        SessionSheet(
            started_at=yesterday(),
            minutes=90,
            place="station",
            worker_ids=(county.worker_row.pk,),
            attended=(
                *(Attended(client.pk, "present") for client in came),
                *(Attended(client.pk, "absent", "生病") for client in absent),
            ),
            content="破冰游戏，订立小组约定。",
        ),
        **changes,
    )


def held(county: County, session: GroupSession, by: Account | None = None, **of_sheet: Any) -> GroupSession:
    with viewing((by or county.worker).pk) as viewer:
        return sessions.hold_session(session, sheet(county, **of_sheet), by=viewer, at=clock.now())


def activity_draft(county: County, **changes: Any) -> ActivityDraft:
    draft = ActivityDraft(
        station_id=county.room.pk,
        service_id=community_service(county).pk,
        title="邻里节",
        purpose="让邻居互相认识",
        target="辖区居民",
        venue="小区广场",
        starts_at=yesterday(),
        minutes=120,
        flow="开场，游园，合影",
        safety="备急救箱，专人看护出入口",
        expected=40,
        budget=(BudgetDraft("布展", Decimal("300.00")),),
    )
    return replace(draft, **changes)


def planned_activity(county: County, by: Account | None = None, **changes: Any) -> Activity:
    """An activity that is handed in (and so planned, when it is small)."""
    with viewing((by or county.worker).pk) as viewer:
        activity = activities.plan_activity(uuid7(), activity_draft(county, **changes), by=viewer, at=clock.now())
        return activities.submit_activity(activity, by=viewer, at=clock.now())


def activity_sheet(county: County, came: Iterable[Client] = (), walk_ins: int = 0, **changes: Any) -> ActivitySheet:
    return replace(
        ActivitySheet(
            started_at=yesterday(),
            minutes=120,
            worker_ids=(county.worker_row.pk,),
            turnout=Turnout(tuple(client.pk for client in came), (), walk_ins),
            content="游园顺利，居民踊跃。",
        ),
        **changes,
    )


def activity_held(county: County, activity: Activity, by: Account | None = None, **of_sheet: Any) -> Activity:
    with viewing((by or county.worker).pk) as viewer:
        return activities.hold_activity(activity, activity_sheet(county, **of_sheet), by=viewer, at=clock.now())


def fill_gatherings(client: Client, account: Account, service: ServiceItem, worker_id: int, today: date) -> None:
    """A row in each table of group and community work, beside a client."""
    place = {"hub_id": client.hub_id, "station_id": client.station_id}
    of = {**place, "service": service, "group": service.group, "worker_id": worker_id, "title": "小组", "digest": b"x"}
    now = clock.now()
    group = SocialGroup.objects.create(
        **of, kind="growth", aim="a", criteria="b", size_min=2, size_max=8, sessions_planned=3, first_on=today,
        risk="c", proposed_at=now, proposed_by=account,
    )  # fmt: skip
    GroupMember.objects.create(**place, social_group=group, client=client, applied_on=today)
    session = GroupSession.objects.create(**place, social_group=group, number=1, stage="formation", starts_at=now)
    SessionAttendance.objects.create(**place, session=session, client=client, presence="present")
    series = ActivitySeries.objects.create(**place, repeat="weekly", first_on=today, until=today, made_by=account)
    activity = Activity.objects.create(
        **of, series=series, purpose="a", target="b", venue="c", starts_at=now, flow="d", safety="e", expected=5,
        proposed_at=now, proposed_by=account,
    )  # fmt: skip
    ActivitySignUp.objects.create(**place, activity=activity, name="王强", phone="13800000000", signed_at=now)
    BudgetLine.objects.create(**place, activity=activity, position=0, item="茶水", amount=10)
    ResourceLink.objects.create(
        **place, activity=activity, giver="超市", kind="goods", what="水 10 箱", linked_on=today, recorded_by=account
    )
    CalendarFeed.objects.create(account=account, digest=b"y" * 32, made_at=now)
