"""The shared pool of the demonstration city: hours offered this month and the next, who asks, this month's proposal as
it was published and the next month's, which waits to be edited.
"""

from datetime import date, datetime, time, timedelta
from decimal import Decimal
from random import Random
from typing import Final

from django.utils import timezone

from shegong.config.demo.accounts import Cast
from shegong.kernel.ids import uuid7_from
from shegong.network.enums import Stage, Tier
from shegong.network.models import Station
from shegong.workforce.actions.proposal import book_lines, fill_proposal
from shegong.workforce.enums import PoolUrgency, ProposalState
from shegong.workforce.models import PoolProposal, SupervisionOffer, SupervisionRequest, SupervisorProfile, Worker
from shegong.workforce.queries.pool import pool_requests, pool_supervisors
from shegong.workforce.rules.booking import first_of_month, next_month
from shegong.workforce.rules.pool_auction import proposed

# Of the stations of a tier, how many ask in a month; of their workers, how many ask for themselves.
ASKING: Final = {Tier.HUB: 0.6, Tier.STATION: 0.5, Tier.ROOM: 0.12}
OWN: Final = 0.06
OFFERING: Final = 0.7
MOST_REQUESTS: Final = 700
TOPICS: Final = ("casework", "casework", "groupwork", "community", "risk", "ethics", "emotion", "records", "team")
SPECIALITIES: Final = ("group:older", "group:child", "field:PS", "field:PR", "method:C", "method:G")
NOTES: Final = {
    "casework": ("个案停滞了两个月，想一起看看下一步。", "新接一例认知症家庭，请督导指导预估。"),
    "groupwork": ("小组方案第一次独立写，请督导看一遍。", "组员冲突多，想学习带组技巧。"),
    "community": ("居民议事参与人数少，想请教动员办法。",),
    "risk": ("近期有自伤风险个案，需要尽快讨论。", "疑似家庭暴力，处置后想复盘。"),
    "ethics": ("服务对象送礼，如何处理边界。",),
    "emotion": ("连续处理丧亲个案，团队情绪低落。",),
    "records": ("过程记录质量不一，想统一写法。",),
    "team": ("新老社工分工不清，想请督导带一次团队会。",),
}
WINDOWS: Final = ("周二、周四下午", "周三全天", "每月上半月", "工作日上午", "")


def make_pool(rng: Random, today: date, cast: Cast) -> int:
    """Two months of the pool; returns how many requests."""
    month = first_of_month(today)
    count = 0
    for planned, state in ((month, ProposalState.PUBLISHED), (next_month(month), ProposalState.READY)):
        # What was asked before the month began; for the next month, up to now.
        asked_on = min(today, planned - timedelta(days=6))
        _offer(rng, planned, asked_on)
        count += _ask(rng, planned, asked_on, cast)
        _propose(planned, _at(asked_on, 15), today, cast, state)
    return count


def _at(day: date, hour: int) -> datetime:
    return datetime.combine(day, time(hour), tzinfo=timezone.get_default_timezone())


def _offer(rng: Random, month: date, day: date) -> None:
    at = _at(day - timedelta(days=7), 10)
    SupervisionOffer.objects.bulk_create(
        [
            SupervisionOffer(
                id=uuid7_from(f"supervision-offer-{month}-{each.pk}", at, rng),
                supervisor=each,
                hub_id=each.hub_id,
                month=month,
                hours=Decimal(rng.choice((3, 4, 4, 6, 8))),
                hub_ids=sorted({each.hub_id, *each.hub_ids}),
                note=rng.choice(WINDOWS),
                offered_at=at,
            )
            for each in SupervisorProfile.objects.filter(until__isnull=True).order_by("pk")
            if rng.random() < OFFERING
        ],
        batch_size=1000,
    )


def _ask(rng: Random, month: date, day: date, cast: Cast) -> int:
    places = Station.objects.filter(stage=Stage.RUNNING).exclude(tier=Tier.CENTRE).order_by("pk")
    asking = [each for each in places if rng.random() < ASKING[Tier(each.tier)] or each.pk == cast.room.id]
    asking = sorted(rng.sample(asking, min(len(asking), MOST_REQUESTS)), key=lambda each: each.pk)
    workers: dict[int, int] = dict(
        Worker.objects.filter(until__isnull=True, is_professional=True, station__in=asking)
        .order_by("-pk")
        .values_list("station_id", "pk")
    )
    rows: list[SupervisionRequest] = []
    for each in asking:
        topic = rng.choice(TOPICS)
        at = _at(day - timedelta(days=rng.randrange(1, 8)), rng.randrange(9, 15)) + timedelta(minutes=rng.randrange(60))
        own = workers.get(each.pk) if rng.random() < OWN else None
        rows.append(
            SupervisionRequest(
                id=uuid7_from(f"supervision-request-{month}-{each.pk}", at, rng),
                hub_id=each.hub_id,
                station=each,
                worker_id=own,
                month=month,
                hours=Decimal(1) if own else rng.choice((Decimal("1.5"), Decimal(2), Decimal(2), Decimal(3))),
                topic=topic,
                speciality=rng.choice(SPECIALITIES) if rng.random() < 0.2 else "",
                urgency=PoolUrgency.URGENT
                if topic == "risk" and rng.random() < 0.5
                else rng.choices((PoolUrgency.ROUTINE, PoolUrgency.SOON), (80, 20))[0],
                note=rng.choice(NOTES[topic]) if rng.random() < 0.5 else "",
                asked_at=at,
                asked_by_id=cast.recorder,
            )
        )
    SupervisionRequest.objects.bulk_create(rows, batch_size=1000)
    return len(rows)


def _propose(month: date, at: datetime, today: date, cast: Cast, state: ProposalState) -> None:
    """The city's proposal of the month; `state` says whether it was published."""
    centre = Station.objects.get(tier=Tier.CENTRE)
    supervisors = pool_supervisors(centre, month)
    found = proposed(supervisors, pool_requests(centre, month, today))
    made = PoolProposal(hub=centre, month=month, asked_at=at, asked_by_id=cast.ids["city"], state=ProposalState.RUNNING)
    made.save(force_insert=True)
    fill_proposal(made, found, len(supervisors), at)
    if state != ProposalState.PUBLISHED:
        return
    lines = made.assignments.filter(supervisor__isnull=False).select_related("request__station", "supervisor")
    book_lines(made, list(lines.order_by("pk")), at)
    made.state, made.published_at, made.published_by_id = state, at + timedelta(hours=1), cast.ids["city"]
    made.save()
