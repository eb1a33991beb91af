"""Pages of the shared pool for who supervises and who is supervised: offers, requests, bookings."""

from collections.abc import Iterable
from typing import Any, Final
from uuid import UUID

from django.http import Http404, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from shegong.kernel import clock
from shegong.kernel.ids import uuid7
from shegong.kernel.problems import Problem
from shegong.network.middleware import Request, requires
from shegong.network.models import Station
from shegong.network.scope import Viewer
from shegong.network.sheets import answer_sheet, go, raise_if_gone
from shegong.people.enums import Role
from shegong.workforce.actions import pool as actions
from shegong.workforce.enums import BookingState
from shegong.workforce.forms.pool import ArrangeForm, AskForm, CancelForm, OfferForm
from shegong.workforce.models import SupervisionBooking, SupervisionOffer
from shegong.workforce.queries import pool as queries
from shegong.workforce.rules.booking import first_of_month, open_months

READERS: Final = (Role.SUPERVISOR, *queries.ASKERS, *queries.COORDINATORS)
both_ways = require_http_methods(["GET", "POST"])


def tabs(viewer: Viewer, active: str) -> list[dict[str, Any]]:
    """The ways that the pool has for this viewer."""
    coordinates = viewer.has(*queries.COORDINATORS)
    ways = (
        ("mine", _("我的督导共享"), "workforce:pool-own", viewer.has(Role.SUPERVISOR, *queries.ASKERS)),
        ("board", _("分配"), "workforce:pool-board", coordinates),
        ("coverage", _("覆盖"), "workforce:pool-coverage", coordinates),
    )
    return [
        {"title": title, "url": reverse(name), "active": key == active} for key, title, name, shown in ways if shown
    ]


@require_GET
@requires(*READERS)
def pool(request: Request) -> HttpResponseBase:
    """To where the pool is a viewer's matter."""
    if request.viewer.has(*queries.COORDINATORS):
        return redirect("workforce:pool-board")
    return redirect("workforce:pool-own")


@require_GET
@requires(Role.SUPERVISOR, *queries.ASKERS)
def own(request: Request) -> HttpResponseBase:
    """One's own: bookings, hours offered, what one asked for (at most seven queries)."""
    viewer, since = request.viewer, first_of_month(clock.today())
    profile = queries.own_profile(viewer) if viewer.has(Role.SUPERVISOR) else None
    asks = viewer.has(*queries.ASKERS)
    requests = queries.own_requests(viewer, since) if asks else []
    bookings = queries.own_bookings(viewer, since)
    context = {
        "tabs": tabs(viewer, "mine"),
        "profile": profile,
        "offers": queries.own_offers(viewer, since) if profile else [],
        "asks": asks,
        "requests": [each for each in requests if each.state == "waiting"],
        "bookings": [_row(each, viewer) for each in bookings],
        "specialities": queries.speciality_names(each.speciality for each in requests),
    }
    return render(request, "workforce/pool.html", context)


def _row(booking: SupervisionBooking, viewer: Viewer) -> dict[str, Any]:
    """A booking and what the viewer may do with it."""
    supervises = actions.is_supervisor_of(booking, viewer)
    heads = viewer.has(Role.HEAD) and actions.may_ask_for(booking, viewer)
    return {
        "booking": booking,
        "supervises": supervises,
        "may_arrange": booking.state == BookingState.AGREED
        and (supervises or heads or actions.may_coordinate(booking, viewer)),
    }


@both_ways
@requires(Role.SUPERVISOR)
def offer_new(request: Request) -> HttpResponseBase:
    """Offer hours, or change what was offered."""
    profile = queries.own_profile(request.viewer)
    if profile is None:
        raise Http404
    months = open_months(clock.today())
    hubs = Station.objects.filter(pk__in={*profile.hub_ids, profile.hub_id}).order_by("path")
    known = {each.month: each for each, _booked in queries.own_offers(request.viewer, months[0])}
    month = next((each for each in months if each not in known), months[-1])
    asked = next((each for each in months if each.isoformat() == request.GET.get("month")), month)
    offer = known.get(asked)
    initial = {
        "month": asked.isoformat(),
        "hours": offer.hours if offer else profile.monthly_hours,
        "hub_ids": offer.hub_ids if offer else [hub.pk for hub in hubs],
        "note": offer.note if offer else "",
    }
    form = OfferForm(request.POST or None, initial=initial, months=months, hubs=hubs)

    def save() -> tuple[str, Any]:
        typed = form.cleaned_data
        actions.offer_hours(
            typed["month"], typed["hours"], hub_ids=[int(each) for each in typed["hub_ids"]], note=typed["note"],
            by=request.viewer, at=clock.now(),
        )  # fmt: skip
        return reverse("workforce:pool-own"), _("已保存。")

    return _sheet(request, form, save, title=_("提供督导时间"), submit=_("保存"))


@require_POST
@requires(Role.SUPERVISOR)
def offer_withdraw(request: Request, offer_id: UUID) -> HttpResponseBase:
    """Take an offer back."""
    offer = SupervisionOffer.objects.filter(pk=offer_id).first()
    if offer is None:
        raise Http404
    return at_once(request, lambda: actions.withdraw_offer(offer, by=request.viewer, at=clock.now()), _("已撤回。"))


@both_ways
@requires(*queries.ASKERS)
def request_new(request: Request) -> HttpResponseBase:
    """Ask for supervision."""
    months = open_months(clock.today())
    initial = {"key": uuid7(), "month": months[1].isoformat(), "hours": 2}
    form = AskForm(request.POST or None, initial=initial, months=months, specialities=queries.speciality_choices())

    def save() -> tuple[str, Any]:
        key = form.cleaned_data["key"]
        actions.ask_for_supervision(form.draft(), by=request.viewer, at=clock.now(), key=key)
        return reverse("workforce:pool-own"), _("已提交，等待安排。")

    return _sheet(request, form, save, title=_("申请督导"), submit=_("提交"))


@require_POST
@requires(*queries.ASKERS)
def request_withdraw(request: Request, request_id: UUID) -> HttpResponseBase:
    """Take back what was asked."""
    found = queries.requests_seen(request.viewer).filter(pk=request_id).first()
    if found is None:
        raise Http404
    return at_once(request, lambda: actions.withdraw_request(found, by=request.viewer, at=clock.now()), _("已撤回。"))


@both_ways
@requires(*READERS)
def booking_arrange(request: Request, booking_id: UUID) -> HttpResponseBase:
    """Agree when it is."""
    booking = _booking(request, booking_id)
    form = ArrangeForm(request.POST or None)

    def save() -> tuple[str, Any]:
        actions.arrange_booking(booking, **form.cleaned_data, by=request.viewer, at=clock.now())
        return reverse("workforce:pool"), _("时间已约定，督导活动已排入计划。")

    words = _("%(station)s · %(supervisor)s · %(hours)s 小时")
    note = words % {
        "station": booking.station.name,
        "supervisor": booking.supervisor.worker.name,
        "hours": booking.hours,
    }
    return _sheet(request, form, save, title=_("约定督导时间"), submit=_("约定"), note=note)


@both_ways
@requires(*READERS)
def booking_cancel(request: Request, booking_id: UUID) -> HttpResponseBase:
    """Cancel, with a reason."""
    booking = _booking(request, booking_id)
    form = CancelForm(request.POST or None, may_give_up=actions.may_ask_for(booking, request.viewer))

    def save() -> tuple[str, Any]:
        actions.cancel_booking(booking, **form.cleaned_data, by=request.viewer, at=clock.now())
        return reverse("workforce:pool"), _("预约已取消，空出的时间转给候补。")

    return _sheet(request, form, save, title=_("取消督导预约"), submit=_("取消预约"))


def _booking(request: Request, booking_id: UUID) -> SupervisionBooking:
    found = queries.bookings_seen(request.viewer).filter(pk=booking_id).first()
    if found is None:
        raise Http404
    return found


def _sheet(request: Request, form: Any, save: Any, **words: Any) -> HttpResponseBase:
    return answer_sheet(request, form, save, back=reverse("workforce:pool"), **words)


def at_once(request: Request, step: Any, said: str, url: str = "") -> HttpResponseBase:
    """Do a step that needs no form, and say what came of it."""
    url = url or reverse("workforce:pool")
    try:
        step()
    except Problem as problem:
        raise_if_gone(problem)
        return go(request, url, problem)
    return go(request, url, said)


def named(parts: Iterable[tuple[str, int]]) -> list[tuple[str, int]]:
    """The parts of a pairing's points in words."""
    words = {
        "base": _("督导时长"),
        "urgency": _("紧急程度"),
        "waited": _("距上次督导"),
        "distance": _("路程"),
        "known": _("已有督导协议"),
    }
    return [(words[name], points) for name, points in parts]
