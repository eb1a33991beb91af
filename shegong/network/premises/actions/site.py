"""Sites with their rooms and hours, and who shares them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from shegong.journal.actions import log
from shegong.kernel import clock
from shegong.kernel.ids import uuid7
from shegong.kernel.problems import Problem, key_taken, raise_any
from shegong.kernel.text import clean_text
from shegong.network.models import Area, Booking, Division, OpeningHours, SharingAgreement, Site, Station
from shegong.network.premises.rules.site import (
    AreaDraft,
    SiteDraft,
    Span,
    agreement_problems,
    area_problems,
    site_problems,
    spans_read,
)
from shegong.network.rules import place_problem
from shegong.network.scope import Viewer
from shegong.people.enums import Role


@dataclass(frozen=True, slots=True)
class Sharing:
    """That a station uses a site from a day on (to another): what for, and who pays what a year, in yuan."""

    station_id: int
    purpose: str
    payer: str
    yearly: Decimal
    since: date
    until: date | None = None


def may_keep(by: Viewer, station: Station) -> bool:
    """Whether a viewer looks after the premises of this station: its head, its county's officer, the city's."""
    if by.has(Role.CITY, Role.ADMIN):
        return True
    return by.has(Role.HEAD, Role.COUNTY) and by.reaches(station.hub_id, station.id)


def _allow(by: Viewer, station: Station) -> None:
    if not may_keep(by, station):
        raise Problem("may_not_keep", _("您不能管理这个站点的场地。"), status=403)


@transaction.atomic
def put_site(key: UUID, draft: SiteDraft, *, by: Viewer) -> Site:
    """A new site under the caller's key; the same again changes nothing.

    Raises Problem `may_not_keep` (403), `key_taken` (409), and Problems at the fields.
    """
    keeper = _keeper(draft.keeper_id)
    _allow(by, keeper)
    digest = draft.digest()
    known = Site.objects.filter(pk=key).first()
    if known is not None:
        if bytes(known.digest) != digest or known.hub_id != keeper.hub_id:
            raise key_taken()
        return known
    site = Site(id=key, hub_id=keeper.hub_id, digest=digest)
    _describe(site, draft, keeper)
    site.save(force_insert=True)
    _log("add_site", site, by, {"name": site.name})
    return site


@transaction.atomic
def change_site(site: Site, draft: SiteDraft, *, by: Viewer) -> Site:
    """Correct what is said of a site. Raises as `put_site`; a site stays with its county."""
    keeper = _keeper(draft.keeper_id)
    site = _locked(site, by)
    _allow(by, keeper)
    if keeper.hub_id != site.hub_id:
        raise Problem("other_hub", _("场地不能换到其他区（市）县。"), "keeper")
    _describe(site, draft, keeper)
    site.save()
    _log("change_site", site, by, {})
    return site


def _keeper(station_id: int) -> Station:
    found = Station.objects.filter(pk=station_id).first()
    if found is None:
        raise Problem("station_unknown", _("没有这个站点。"), "keeper")
    return found


def _describe(site: Site, draft: SiteDraft, keeper: Station) -> None:
    """Set what is said of a site, texts made fit to store. Raises Problems."""
    problems: list[Problem | None] = [*site_problems(draft), place_problem(draft.longitude, draft.latitude)]
    problems += put_texts(site, {"name": 100, "owner": 120, "address": 200}, draft)
    if draft.division_id is not None and not Division.objects.filter(pk=draft.division_id).exists():
        problems.append(Problem("division_unknown", _("没有这个村（社区）。"), "division"))
    raise_any(problems)
    site.keeper, site.town_id = keeper, keeper.town_id
    for field in ("host_kind", "access", "open_to", "since", "division_id", "longitude", "latitude"):
        setattr(site, field, getattr(draft, field))


def put_texts(row: Any, limits: Mapping[str, int], source: Any) -> list[Problem | None]:
    """Set a row's texts from the source's attributes of the same name, cleaned; what is wrong with them, or missing."""
    problems: list[Problem | None] = []
    for field, limit in limits.items():
        try:
            text = clean_text(getattr(source, field), limit).strip()
        except Problem as problem:
            problems.append(problem.at(field))
            continue
        if not text:
            problems.append(Problem("text_missing", _("请填写。"), field))
        setattr(row, field, text)
    return problems


@transaction.atomic
def end_site(site: Site, on: date, *, by: Viewer) -> Site:
    """A site is no longer used from a day on; its agreements end with it. Raises Problem at `until`, also while
    something is booked there afterwards.
    """
    site = _locked(site, by)
    if on <= site.since:
        raise Problem("ends_before_start", _("停用日期应晚于启用日期。"), "until")
    booked = Booking.objects.filter(area__site=site, cancelled_at__isnull=True, starts_at__date__gte=on).count()
    if booked:
        problem = _("停用后还有 %(count)s 个预订，请先取消。")
        raise Problem("booked_afterwards", problem, "until", params={"count": booked})
    agreements = SharingAgreement.objects.filter(Q(until__isnull=True) | Q(until__gt=on), site=site)
    if agreements.filter(since__gte=on).exists():
        raise Problem("agreed_afterwards", _("停用后还有共用协议，请先处理。"), "until")
    agreements.update(until=on)
    site.until = on
    site.save(update_fields=["until"])
    _log("end_site", site, by, {"on": on.isoformat()})
    return site


@transaction.atomic
def put_area(key: UUID, site: Site, draft: AreaDraft, *, by: Viewer) -> Area:
    """A room of a site under the caller's key, new or corrected. Raises Problem (403, 409) and Problems at the fields;
    a room can't become smaller than what is booked in it.
    """
    site = _locked(site, by)
    area = Area.objects.filter(pk=key).first()
    if area is not None and area.site_id != site.pk:
        raise key_taken()
    is_new = area is None
    area = area or Area(id=key, site=site)
    problems: list[Problem | None] = [*area_problems(draft), *put_texts(area, {"name": 40}, draft)]
    raise_any(problems)
    if Area.objects.filter(site=site, name=area.name).exclude(pk=key).exists():
        raise Problem("area_twice", _("这个场地已有同名的房间。"), "name")
    ahead = Booking.objects.filter(area=area, cancelled_at__isnull=True, ends_at__gt=clock.now())
    if not is_new and ahead.filter(people__gt=draft.capacity).exists():
        raise Problem("capacity_booked", _("已有人数更多的预订，不能改小。"), "capacity")
    area.kind, area.capacity = draft.kind, draft.capacity
    area.square_metres, area.is_bookable = draft.square_metres, draft.is_bookable
    area.save(force_insert=is_new)
    _log("add_area" if is_new else "change_area", site, by, {"area": area.name})
    return area


@transaction.atomic
def set_hours(site: Site, texts: Sequence[str], *, by: Viewer) -> list[Span]:
    """The week's opening hours, seven texts from Monday on such as 9:00-12:00，14:00-17:30, empty for a closed day.

    Raises Problems at `day1` to `day7`. What is booked already stays booked.
    """
    site = _locked(site, by)
    spans: list[Span] = []
    problems: list[Problem | None] = []
    for weekday, text in enumerate(texts, start=1):
        try:
            spans += spans_read(weekday, text)
        except Problem as problem:
            problems.append(problem.at(f"day{weekday}"))
    raise_any(problems)
    OpeningHours.objects.filter(site=site).delete()
    OpeningHours.objects.bulk_create(
        [OpeningHours(site=site, weekday=each.weekday, opens=each.opens, closes=each.closes) for each in spans]
    )
    _log("set_hours", site, by, {"spans": len(spans)})
    return spans


@transaction.atomic
def agree(site: Site, sharing: Sharing, *, by: Viewer, key: UUID | None = None) -> SharingAgreement:
    """A station uses a site from a day on; the same again under the same key is the same agreement. Raises Problem
    (403, 409) and Problems at the fields.
    """
    site = _locked(site, by)
    known = SharingAgreement.objects.filter(pk=key).select_related("station").first() if key else None
    if known is not None:
        if known.site_id != site.pk or any(
            getattr(known, name) != getattr(sharing, name) for name in ("station_id", "payer", "yearly", "since")
        ):
            raise key_taken()
        return known
    agreement = SharingAgreement(
        id=key or uuid7(), site=site, hub_id=site.hub_id, since=sharing.since, until=sharing.until
    )
    problems: list[Problem | None] = [
        *agreement_problems(sharing.payer, sharing.yearly, sharing.since, sharing.until),
        *put_texts(agreement, {"purpose": 200}, sharing),
    ]
    station = Station.objects.filter(pk=sharing.station_id).first()
    if station is None or station.hub_id != site.hub_id:
        problems.append(Problem("station_elsewhere", _("请选择本区（市）县的站点。"), "station"))
    if sharing.since < site.since or (site.until and sharing.since >= site.until):
        problems.append(Problem("site_not_in_use", _("这个日期场地没有启用。"), "since"))
    raise_any(problems)
    assert station is not None
    agreement.station, agreement.payer, agreement.yearly = station, sharing.payer, sharing.yearly
    try:
        with transaction.atomic():
            agreement.save(force_insert=True)
    except IntegrityError as error:
        if "one_at_a_time" not in str(error):
            raise
        raise Problem("agreed_already", _("这个站点在这段时间已有共用协议。"), "station") from error
    detail: dict[str, object] = {"station": station.pk, "since": sharing.since.isoformat()}
    _log("agree_sharing", site, by, detail)
    return agreement


@transaction.atomic
def end_agreement(agreement: SharingAgreement, on: date, *, by: Viewer) -> SharingAgreement:
    """A station stops using a site on a day. Raises Problem at `until`."""
    site = _locked(agreement.site, by)
    if on <= agreement.since:
        raise Problem("ends_before_start", _("结束日期应晚于开始日期。"), "until")
    booked = Booking.objects.filter(
        area__site=site, station_id=agreement.station_id, cancelled_at__isnull=True, starts_at__date__gte=on
    ).count()
    if booked:
        problem = _("停用后还有 %(count)s 个预订，请先取消。")
        raise Problem("booked_afterwards", problem, "until", params={"count": booked})
    agreement.until = on
    agreement.save(update_fields=["until"])
    _log("end_sharing", site, by, {"station": agreement.station_id, "on": on.isoformat()})
    return agreement


def _locked(site: Site, by: Viewer) -> Site:
    """The site for changing. Raises Problem (403)."""
    site = Site.objects.select_for_update(of=("self",)).select_related("keeper").get(pk=site.pk)
    _allow(by, site.keeper)
    return site


def _log(verb: str, site: Site, by: Viewer, detail: dict[str, object]) -> None:
    log(verb, "site", site.pk, by=by.account_id, hub_id=site.hub_id, station_id=site.keeper_id, detail=detail)
