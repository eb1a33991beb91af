"""Pages of sites: the list, one site with all that belongs to it, and the sheets that change it."""

from typing import Any
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.db.models import Q, QuerySet
from django.http import Http404, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from shegong.kernel import clock
from shegong.kernel.ids import uuid7
from shegong.kernel.problems import Problem
from shegong.network.enums import HostKind, Tier
from shegong.network.middleware import Request, requires
from shegong.network.models import Area, Division, Equipment, EquipmentLoan, SharingAgreement, Site, Station
from shegong.network.premises import forms
from shegong.network.premises.actions import equipment as things
from shegong.network.premises.actions import site as actions
from shegong.network.premises.actions.booking import BOOKERS
from shegong.network.premises.queries import booking as bookings
from shegong.network.premises.queries import site as queries
from shegong.network.premises.rules.site import span_words, week_words
from shegong.network.premises.views.sheets import WRONG, answer_sheet, go
from shegong.network.queries import divisions_on, hubs, station_by_key
from shegong.people.enums import Role

READERS = (Role.WORKER, Role.HEAD, Role.COUNTY, Role.SUPERVISOR, Role.CITY, Role.ADMIN, Role.AGENCY, Role.ASSESSOR)
KEEPERS = (Role.HEAD, Role.COUNTY, Role.CITY, Role.ADMIN)
both_ways = require_http_methods(["GET", "POST"])


@require_GET
@requires(*READERS)
def premises(request: Request) -> HttpResponseBase:
    """All sites in use: search, narrowed by kind, county and station."""
    text = request.GET.get("q", "").replace("\0", "").strip()[:100]
    kind = request.GET.get("kind", "")
    kind = kind if kind in HostKind.values else ""
    hub = request.GET.get("hub", "")[:40].replace("\0", "")
    at = request.GET.get("at", "")[:40].replace("\0", "")
    below = station_by_key(at) if at else None
    page = queries.sites_page(clock.today(), text, kind, hub, below, request.GET.get("cursor"))
    context = {
        "page": page,
        "text": text,
        "kind": kind,
        "hub": hub,
        "below": below,
        "kinds": HostKind.choices,
        "hubs": hubs(),
        "may_add": request.viewer.has(*KEEPERS),
        "may_book": request.viewer.has(*BOOKERS),
    }
    return render(request, "network/premises.html", context)


@require_GET
@requires(*READERS)
def site(request: Request, site_id: UUID) -> HttpResponseBase:
    """One site: rooms, hours, who shares it, equipment, how busy it is."""
    found, viewer, today = _found(site_id), request.viewer, clock.today()
    may_keep = actions.may_keep(viewer, found.keeper)
    spans = queries.spans(found.pk)
    context = {
        "site": found,
        "may_keep": may_keep,
        "may_book": viewer.has(*BOOKERS),
        "areas": queries.areas_of(found),
        "week": week_words(spans),
        "has_hours": bool(spans),
        "agreements": queries.agreements_of(found),
        "pieces": queries.inventory_of(found),
        "usage": bookings.usage(Site.objects.filter(pk=found.pk), today),
        "today": today,
    }
    return render(request, "network/site.html", context)


def _found(site_id: UUID) -> Site:
    found = queries.site_by_id(site_id)
    if found is None:
        raise Http404
    return found


def _kept(request: Request, site_id: UUID) -> Site:
    found = _found(site_id)
    if not actions.may_keep(request.viewer, found.keeper):
        raise PermissionDenied(_("您不能管理这个站点的场地。"))
    return found


def _keepers(request: Request, hub_id: int | None = None) -> QuerySet[Station]:
    """The stations whose premises the viewer looks after."""
    found = Station.objects.order_by("path")
    viewer = request.viewer
    if not viewer.has(Role.CITY, Role.ADMIN):
        found = found.filter(Q(hub_id__in=viewer.hubs) | Q(id__in=viewer.stations))
    elif hub_id is None:
        found = found.filter(tier__in=[Tier.CENTRE, Tier.HUB, Tier.STATION])
    return found.filter(hub_id=hub_id) if hub_id else found


def _communities(keepers: QuerySet[Station]) -> QuerySet[Division]:
    towns = Station.objects.filter(id__in=keepers.values("town_id")).values("division_id")
    return divisions_on(clock.today()).filter(level="community", parent_id__in=towns).order_by("code")


@both_ways
@requires(*KEEPERS)
def site_new(request: Request) -> HttpResponseBase:
    """A new site."""
    keepers = _keepers(request)
    form = forms.SiteForm(request.POST or None, keepers=keepers, divisions=_communities(keepers))
    if request.method == "POST" and form.is_valid():
        try:
            made = actions.put_site(uuid7(), form.draft(), by=request.viewer)
        except Problem as problem:
            problem.add_to_form(form)
        else:
            return go(request, _page(made), _("场地已登记，请补充房间和开放时间。"))
    context = {"form": form, "title": _("登记场地"), "back": reverse("network:premises")}
    return render(request, "network/site_form.html", context, status=WRONG if form.is_bound else 200)


@both_ways
@requires(*KEEPERS)
def site_edit(request: Request, site_id: UUID) -> HttpResponseBase:
    """Correct what is said of a site."""
    found = _kept(request, site_id)
    keepers = _keepers(request, found.hub_id)
    form = forms.SiteForm(
        request.POST or None, keepers=keepers, divisions=_communities(keepers), initial=forms.site_initial(found)
    )
    if request.method == "POST" and form.is_valid():
        try:
            actions.change_site(found, form.draft(), by=request.viewer)
        except Problem as problem:
            problem.add_to_form(form)
        else:
            return go(request, _page(found), _("已保存。"))
    context = {"form": form, "title": _("修改场地"), "back": _page(found)}
    return render(request, "network/site_form.html", context, status=WRONG if form.is_bound else 200)


@both_ways
@requires(*KEEPERS)
def site_end(request: Request, site_id: UUID) -> HttpResponseBase:
    """A site is no longer used."""
    found = _kept(request, site_id)
    form = forms.UntilForm(request.POST or None)

    def save() -> Any:
        return actions.end_site(found, form.cleaned_data["until"], by=request.viewer)

    return answer_sheet(request, form, save, _("停用场地"), _page(found), _("已保存。"))


@both_ways
@requires(*KEEPERS)
def area(request: Request, site_id: UUID, area_id: UUID | None = None) -> HttpResponseBase:
    """A new room, or a room corrected."""
    found = _kept(request, site_id)
    row = Area.objects.filter(pk=area_id, site=found).first() if area_id else None
    if area_id and row is None:
        raise Http404
    names = ("name", "kind", "capacity", "square_metres", "is_bookable")
    initial = {name: getattr(row, name) for name in names} if row else {}
    form = forms.AreaForm(request.POST or None, initial=initial)

    def save() -> Any:
        return actions.put_area(row.pk if row else uuid7(), found, form.draft(), by=request.viewer)

    return answer_sheet(request, form, save, _("修改房间") if row else _("新增房间"), _page(found), _("已保存。"))


@both_ways
@requires(*KEEPERS)
def hours(request: Request, site_id: UUID) -> HttpResponseBase:
    """The week's opening hours."""
    found = _kept(request, site_id)
    spans = queries.spans(found.pk)
    initial = {f"day{day}": span_words(each for each in spans if each.weekday == day) for day in range(1, 8)}
    form = forms.HoursForm(request.POST or None, initial=initial)

    def save() -> Any:
        return actions.set_hours(found, form.texts(), by=request.viewer)

    return answer_sheet(request, form, save, _("设定场地开放时间"), _page(found), _("已保存。"))


@both_ways
@requires(*KEEPERS)
def sharing(request: Request, site_id: UUID) -> HttpResponseBase:
    """A station shares the site from a day on."""
    found = _kept(request, site_id)
    form = forms.SharingForm(request.POST or None, stations=queries.stations_to_share(found))

    def save() -> Any:
        return actions.agree(found, form.draft(), by=request.viewer)

    return answer_sheet(request, form, save, _("登记共用协议"), _page(found), _("已保存。"))


@both_ways
@requires(*KEEPERS)
def sharing_end(request: Request, agreement_id: UUID) -> HttpResponseBase:
    """A station no longer shares the site."""
    row = SharingAgreement.objects.select_related("site").filter(pk=agreement_id).first()
    if row is None:
        raise Http404
    found = _kept(request, row.site_id)
    form = forms.UntilForm(request.POST or None)

    def save() -> Any:
        return actions.end_agreement(row, form.cleaned_data["until"], by=request.viewer)

    return answer_sheet(request, form, save, _("结束共用协议"), _page(found), _("已保存。"))


@both_ways
@requires(*KEEPERS)
def equipment(request: Request, site_id: UUID, equipment_id: UUID | None = None) -> HttpResponseBase:
    """An entry of the inventory, new or corrected."""
    found = _kept(request, site_id)
    row = Equipment.objects.filter(pk=equipment_id, site=found).first() if equipment_id else None
    if equipment_id and row is None:
        raise Http404
    names = ("name", "number", "condition", "source", "checked_on")
    initial = {name: getattr(row, name) for name in names} if row else {}
    form = forms.EquipmentForm(request.POST or None, initial=initial)

    def save() -> Any:
        return things.note_equipment(found, form.draft(), by=request.viewer, today=clock.today(), row=row)

    return answer_sheet(request, form, save, _("修改设备") if row else _("登记设备"), _page(found), _("已保存。"))


@both_ways
@requires(*KEEPERS)
def lend(request: Request, site_id: UUID, equipment_id: UUID) -> HttpResponseBase:
    """Lend equipment to a station."""
    found = _kept(request, site_id)
    row = Equipment.objects.filter(pk=equipment_id, site=found).first()
    if row is None:
        raise Http404
    form = forms.LendForm(request.POST or None, stations=queries.stations_to_share(found))

    def save() -> Any:
        said = form.cleaned_data
        return things.lend(row, said["station"], said["number"], said["lent_on"], said["due_on"], by=request.viewer)

    return answer_sheet(request, form, save, _("借出设备"), _page(found), _("已登记借出。"))


@both_ways
@requires(*KEEPERS)
def give_back(request: Request, loan_id: UUID) -> HttpResponseBase:
    """Lent equipment is back."""
    row = EquipmentLoan.objects.select_related("equipment").filter(pk=loan_id).first()
    if row is None:
        raise Http404
    found = _kept(request, row.equipment.site_id)
    form = forms.ReturnForm(request.POST or None, initial={"returned_on": clock.today()})

    def save() -> Any:
        said = form.cleaned_data
        return things.give_back(row, said["returned_on"], by=request.viewer, today=clock.today())

    return answer_sheet(request, form, save, _("归还设备"), _page(found), _("已登记归还。"))


def _page(found: Site) -> str:
    return reverse("network:site", args=[found.pk])
