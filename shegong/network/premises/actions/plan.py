"""A plan by which a village or community without a room gets one, step by step, to the day on which the room opens."""

from datetime import date, timedelta
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from shegong.journal.actions import log
from shegong.kernel.problems import Problem, raise_any
from shegong.kernel.text import clean_text
from shegong.network.actions import station_below, station_ids
from shegong.network.enums import Payer, PlanNeed, PlanState, Stage, Tier
from shegong.network.models import CoveragePlan, Division, SharingAgreement, Site, Station, StationStage
from shegong.network.premises.rules.plan import step_problem
from shegong.network.rules import community_name
from shegong.network.scope import Viewer
from shegong.people.enums import Role

NOTE_LIMIT = 200
ROOM_PURPOSE = "村（社区）社工室"


def may_plan(by: Viewer, town: Station) -> bool:
    """Whether a viewer plans rooms below this town's station: its county's officer, its head, the city's."""
    return by.has(Role.CITY) or (by.has(Role.COUNTY, Role.HEAD) and by.reaches(town.hub_id, town.id))


@transaction.atomic
def propose(
    key: UUID,
    community: Division,
    town: Station,
    site: Site,
    needs: list[str],
    opens_on: date,
    note: str,
    *,
    by: Viewer,
    today: date,
) -> CoveragePlan:
    """Plan a room for a community at a site of its county. Raises Problem (403, 409) and Problems at the fields."""
    _allow(by, town)
    problems: list[Problem | None] = []
    if town.division_id is None or community.parent_id != town.division_id:
        problems.append(Problem("community_elsewhere", _("这个村（社区）不属于该镇（街道）。")))
    if site.hub_id != town.hub_id or (site.until is not None and site.until <= today):
        problems.append(Problem("site_elsewhere", _("请选择本区（市）县仍在使用的场地。"), "site"))
    if opens_on < today:
        problems.append(Problem("opens_past", _("计划开室日期不能早于今天。"), "opens_on"))
    if set(needs) - set(PlanNeed.values):
        problems.append(Problem("choice_unknown", _("请从列出的选项中选择。"), "needs"))
    note = _cleaned(note)
    raise_any(problems)
    if room_of(community) is not None:
        raise Problem("room_exists", _("这个村（社区）已有社工室。"), status=409)
    plan = CoveragePlan(
        id=key, hub_id=town.hub_id, town=town, community=community, site=site, needs=needs, note=note,
        planned_on=today, opens_on=opens_on,
    )  # fmt: skip
    try:
        with transaction.atomic():
            plan.save(force_insert=True)
    except IntegrityError as error:
        if "one_at_a_time" not in str(error):
            raise
        raise Problem("plan_twice", _("这个村（社区）已有进行中的计划。"), status=409) from error
    _log("propose_room", plan, by, {"site": str(site.pk), "opens_on": opens_on.isoformat()})
    return plan


def room_of(community: Division) -> Station | None:
    """The room of a community that isn't closed."""
    rooms = Station.objects.filter(tier=Tier.ROOM, division=community)
    return rooms.exclude(stage=Stage.CLOSED).first()


@transaction.atomic
def advance(plan: CoveragePlan, to: str, on: date, *, by: Viewer, today: date) -> CoveragePlan:
    """The next step: the host agreed, or the room is being fitted out. Raises Problem (403, 409), and at `on`."""
    plan = _locked(plan, by)
    if to not in (PlanState.AGREED, PlanState.FITTING):
        raise Problem("choice_unknown", _("请从列出的选项中选择。"), "to")
    raise_any([step_problem(plan.state, to), _day_problem(plan, on, today)])
    plan.state = to
    if to == PlanState.AGREED:
        plan.agreed_on = on
    plan.save(update_fields=["state", "agreed_on"])
    _log("advance_room", plan, by, {"to": to, "on": on.isoformat()})
    return plan


@transaction.atomic
def open_room(plan: CoveragePlan, on: date, *, by: Viewer, today: date) -> Station:
    """The room opens: a station of its own below the town's, running from that day at the planned site, which it shares
    from then on. Raises Problem (403, 409), and at `on`.
    """
    if not by.has(Role.COUNTY, Role.CITY):
        raise Problem("may_not_open", _("开室由区（市）县或市级确认。"), status=403)
    plan = _locked(plan, by)
    raise_any([step_problem(plan.state, PlanState.OPENED), _day_problem(plan, on, today)])
    if room_of(plan.community) is not None:
        raise Problem("room_exists", _("这个村（社区）已有社工室。"), status=409)
    town, site = plan.town, plan.site
    key = f"{town.key}-{plan.community.code[9:]}"
    if Station.objects.filter(key=key).exists():
        key = f"{key}-{plan.pk.hex[-4:]}"
    name = f"{community_name(plan.community.name)}社工室"
    room = station_below(town, station_ids(1)[0], key, Tier.ROOM, name)
    room.division, room.stage, room.address = plan.community, Stage.RUNNING, site.address
    room.longitude, room.latitude = site.longitude, site.latitude
    room.save(force_insert=True)
    planned = min(plan.planned_on, on - timedelta(days=1))
    StationStage.objects.create(station=room, stage=Stage.PLANNED, since=planned, until=on)
    StationStage.objects.create(station=room, stage=Stage.RUNNING, since=on, reason=_reason(site))
    SharingAgreement(
        site=site, hub_id=site.hub_id, station=room, purpose=ROOM_PURPOSE, payer=Payer.FREE, since=max(on, site.since)
    ).save(force_insert=True)
    plan.state, plan.room, plan.ended_on = PlanState.OPENED, room, on
    plan.save(update_fields=["state", "room", "ended_on"])
    _log("open_room", plan, by, {"room": room.key, "on": on.isoformat()})
    return room


def _reason(site: Site) -> str:
    return f"场地共用：{site.name}"[:200]


@transaction.atomic
def drop(plan: CoveragePlan, reason: str, *, by: Viewer, today: date) -> CoveragePlan:
    """Give a plan up, and say why. Raises Problem (403, 409), and at `note`."""
    plan = _locked(plan, by)
    raise_any([step_problem(plan.state, PlanState.DROPPED)])
    plan.note = _cleaned(reason)
    if not plan.note:
        raise Problem("reason_missing", _("请写明原因。"), "note")
    plan.state, plan.ended_on = PlanState.DROPPED, today
    plan.save(update_fields=["state", "note", "ended_on"])
    _log("drop_room", plan, by, {"reason": plan.note})
    return plan


def _day_problem(plan: CoveragePlan, on: date, today: date) -> Problem | None:
    first = plan.agreed_on or plan.planned_on
    if first <= on <= today:
        return None
    return Problem("plan_day", _("日期应在 %(first)s 到今天之间。"), "on", params={"first": first.isoformat()})


def _cleaned(text: str) -> str:
    return clean_text(text, NOTE_LIMIT, "note").strip()


def _locked(plan: CoveragePlan, by: Viewer) -> CoveragePlan:
    rows = CoveragePlan.objects.select_for_update(of=("self",))
    plan = rows.select_related("town__hub", "site", "community").get(pk=plan.pk)
    _allow(by, plan.town)
    return plan


def _allow(by: Viewer, town: Station) -> None:
    if not may_plan(by, town):
        raise Problem("may_not_plan", _("您不能为这个镇（街道）制定计划。"), status=403)


def _log(verb: str, plan: CoveragePlan, by: Viewer, detail: dict[str, object]) -> None:
    log(verb, "coverageplan", plan.pk, by=by.account_id, hub_id=plan.hub_id, station_id=plan.town_id, detail=detail)
