"""Pages of volunteers: the list, somebody's file, one's own workspace."""

from typing import Any, Final
from uuid import UUID

from django import forms
from django.db.models import Q
from django.http import Http404, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from shegong.kernel import clock
from shegong.kernel.names import sort_key
from shegong.kernel.pages import page_of
from shegong.kernel.problems import Problem
from shegong.linkage.actions import volunteer as actions
from shegong.linkage.enums import SpokenLanguage, VolunteerState
from shegong.linkage.forms import volunteer as shapes
from shegong.linkage.models import Volunteer
from shegong.linkage.queries import opportunity as calls
from shegong.linkage.queries import volunteer as queries
from shegong.linkage.queries.volunteer import KEEPERS, READERS
from shegong.linkage.rules.volunteer import MOVES
from shegong.linkage.views.frame import both_ways, choices, skill_words, station_choices, volunteer_tabs
from shegong.network.middleware import Request, requires
from shegong.network.models import Station
from shegong.network.queries import called as station_called
from shegong.network.sheets import answer_sheet
from shegong.people.enums import Role

OPEN: Final = ("built", "running")


@require_GET
@requires(*KEEPERS)
def volunteers(request: Request) -> HttpResponseBase:
    """Volunteers of one's stations by name; those who wait to be checked can be picked out."""
    viewer = request.viewer
    state, text = request.GET.get("state", ""), request.GET.get("q", "").strip()[:50].replace("\0", "")
    rows = queries.volunteers_seen(viewer)
    rows = rows.filter(state=state) if state in VolunteerState.values else rows.exclude(state=VolunteerState.LEFT)
    if text:
        rows = rows.filter(Q(name__contains=text) | Q(number=text) | Q(sort_key__startswith=sort_key(text)))
    counts = queries.state_counts(viewer)
    page = page_of(rows.only(*queries.ROW, "station__name"), ["sort_key"], request.GET.get("cursor"))
    known = queries.skills()
    names = [("", _("全部")), *VolunteerState.choices]
    context = {
        "tabs": volunteer_tabs(request, "volunteers"),
        "page": page,
        "rows": [(each, skill_words(each.skills, known)) for each in page.items],
        "states": [
            {
                "title": title, "url": f"{reverse('linkage:volunteers')}?{urlencode({'state': value, 'q': text})}",
                "active": value == state, "count": counts.get(value),
            }
            for value, title in names
        ],
        "text": text,
        "state": state,
    }  # fmt: skip
    return render(request, "linkage/volunteers.html", context)


@both_ways
@requires(*KEEPERS)
def volunteer_new(request: Request) -> HttpResponseBase:
    """The station registers somebody whom it has checked."""
    homes = queries.homes(request.viewer)
    form = shapes.VolunteerForm(request.POST or None, skills=choices(queries.skills()), stations=station_choices(homes))

    def save() -> tuple[str, Any]:
        station = _station(form.cleaned_data["station"])
        made = actions.register_volunteer(station, form.draft(), by=request.viewer, at=clock.now(), today=clock.today())
        return reverse("linkage:volunteer", args=[made.pk]), _("已登记，志愿者编号 %(number)s。") % {
            "number": made.number
        }

    back = reverse("linkage:volunteers")
    return answer_sheet(request, form, save, title=_("登记志愿者"), submit=_("登记"), back=back)


def _station(words: str) -> Station:
    """An open station by its code or whole name. Raises Problem at station."""
    words = words.strip()[:100].replace("\0", "")
    rows = Station.objects.select_related("hub__division", "division").filter(stage__in=OPEN).exclude(tier="centre")
    found = rows.filter(Q(key=words) | Q(name=words)).first()
    if found is None:
        near = list(rows.filter(station_called(words)).values_list("name", flat=True)[:3]) if words else []
        hint = _("没有找到这个站点。是不是：%(names)s？") if near else _("没有找到这个站点，请写完整的名称。")
        raise Problem("station_unknown", hint, "station", params={"names": "、".join(near)})
    return found


@both_ways
@requires(Role.VOLUNTEER)
def volunteer_register(request: Request) -> HttpResponseBase:
    """Register oneself."""
    mine = reverse("linkage:volunteer-mine")
    if queries.own(request.viewer) is not None:
        return redirect(mine)
    form = shapes.VolunteerForm(
        request.POST or None, initial={"name": request.viewer.display_name, "station": _home(request)},
        skills=choices(queries.skills()), ask=True,
    )  # fmt: skip

    def save() -> tuple[str, Any]:
        station = _station(form.cleaned_data["station"])
        actions.register_volunteer(station, form.draft(), by=request.viewer, at=clock.now(), today=clock.today())
        return reverse("linkage:volunteering"), _("已提交，站点核对后就可以报名。")

    back = reverse("linkage:volunteering")
    note = _("按《志愿服务条例》登记基本信息；只用于联系您参加服务和记录时长，您随时可以更正或退出。")
    return answer_sheet(request, form, save, title=_("注册成为志愿者"), submit=_("提交"), back=back, note=note)


def _home(request: Request) -> str:
    if request.viewer.home is None:
        return ""
    found = Station.objects.filter(pk=request.viewer.home).exclude(tier="centre").only("name").first()
    return found.name if found else ""


@require_GET
@requires(Role.VOLUNTEER)
def volunteering(request: Request) -> HttpResponseBase:
    """A volunteer's first page: what is coming, and what there is to do nearby."""
    mine = queries.own(request.viewer)
    everywhere = request.GET.get("reach") == "all"
    known = queries.skills()
    found = calls.near(mine, clock.now(), everywhere=everywhere) if mine else []
    context = {
        "tabs": volunteer_tabs(request, "volunteering"),
        "mine": mine,
        "coming": queries.coming(mine) if mine else [],
        "near": [(each, skill_words(each.opportunity.skills, known)) for each in found],
        "everywhere": everywhere,
    }
    return render(request, "linkage/volunteering.html", context)


@require_GET
@requires(Role.VOLUNTEER)
def volunteer_mine(request: Request) -> HttpResponseBase:
    """One's own file."""
    mine = queries.own(request.viewer)
    if mine is None:
        return redirect("linkage:volunteering")
    return _file(request, mine)


@require_GET
@requires(*READERS)
def volunteer(request: Request, volunteer_id: UUID) -> HttpResponseBase:
    """Somebody's file: what they can do and when, what they did, what was said of it."""
    return _file(request, _found(request, volunteer_id))


def _file(request: Request, found: Volunteer) -> HttpResponseBase:
    viewer, own = request.viewer, found.account_id == request.viewer.account_id
    keeps = queries.may_keep(viewer, found.hub_id, found.station_id)
    file = queries.file_of(found)
    steps = [{"title": _("志愿者"), "url": reverse("linkage:volunteers")}] if keeps and not own else []
    moves = [
        state for state in MOVES[found.state]
        if (own or keeps) and not (found.state == VolunteerState.PENDING and state == VolunteerState.ACTIVE and own)
    ]  # fmt: skip
    context = {
        "steps": steps,
        "tabs": volunteer_tabs(request, "volunteer-mine") if own and not keeps else [],
        "volunteer": found,
        "file": file,
        "services": [(each, file.corrections.get(each.pk)) for each in file.services],
        "skills": skill_words(found.skills, queries.skills()),
        "slots": [shapes.slot_words(each) for each in found.slots],
        "spoken": [SpokenLanguage(each).label for each in found.languages],
        "own": own,
        "keeps": keeps,
        "may_honour": keeps and viewer.has(Role.HEAD, Role.COUNTY),
        "moves": [(state.value, _move_words(found.state, state.value)) for state in moves],
        "is_minor": found.grown_on > clock.today(),
    }
    return render(request, "linkage/volunteer.html", context)


def _move_words(state: str, to: str) -> str:
    if to == VolunteerState.ACTIVE:
        return _("核对通过") if state == VolunteerState.PENDING else _("恢复服务")
    return _("暂停服务") if to == VolunteerState.PAUSED else _("退出")


@both_ways
@requires(*READERS)
def volunteer_edit(request: Request, volunteer_id: UUID) -> HttpResponseBase:
    """Change what is known of somebody, or of oneself."""
    found = _found(request, volunteer_id)
    form = shapes.VolunteerForm(
        request.POST or None, initial=shapes.initial_of(found), skills=choices(queries.skills())
    )

    def save() -> tuple[str, Any]:
        actions.change_volunteer(found, form.draft(), by=request.viewer, at=clock.now(), today=clock.today())
        return _page(found), _("已保存。")

    return answer_sheet(request, form, save, title=_("修改资料"), submit=_("保存"), back=_page(found))


@both_ways
@requires(*READERS)
def volunteer_move(request: Request, volunteer_id: UUID, state: str) -> HttpResponseBase:
    """Check, pause, go on, leave."""
    found = _found(request, volunteer_id)
    if state not in VolunteerState.values:
        raise Http404
    form = forms.Form(request.POST if request.method == "POST" else None)
    words = _move_words(found.state, state)

    def save() -> tuple[str, Any]:
        actions.move_volunteer(found, state, by=request.viewer, at=clock.now(), today=clock.today())
        return _page(found), _("已保存。")

    notes = {
        VolunteerState.LEFT.value: _("退出后不再显示联系方式和证件号码，也不能恢复；已确认的时长和证明仍然有效。"),
        VolunteerState.PAUSED.value: _("暂停期间不能报名，随时可以恢复。"),
    }
    note = notes.get(state, _("已核对姓名、年龄和联系方式；未成年人的监护人已同意。"))
    return answer_sheet(request, form, save, title=words, submit=words, back=_page(found), note=note)


@both_ways
@requires(*KEEPERS)
def volunteer_train(request: Request, volunteer_id: UUID) -> HttpResponseBase:
    """Confirm a training."""
    found = _found(request, volunteer_id)
    form = shapes.TrainingForm(request.POST or None, initial={"held_on": clock.today()})

    def save() -> tuple[str, Any]:
        actions.train_volunteer(found, **form.cleaned_data, by=request.viewer, at=clock.now(), today=clock.today())
        return _page(found), _("培训已登记。")

    return answer_sheet(request, form, save, title=_("登记培训"), submit=_("登记"), back=_page(found))


@both_ways
@requires(Role.HEAD, Role.COUNTY)
def volunteer_honour(request: Request, volunteer_id: UUID) -> HttpResponseBase:
    """Give an honour."""
    found = _found(request, volunteer_id)
    form = shapes.HonourForm(
        request.POST or None, initial={"given_on": clock.today()}, kinds=choices(queries.honour_kinds())
    )

    def save() -> tuple[str, Any]:
        actions.honour_volunteer(found, **form.cleaned_data, by=request.viewer, at=clock.now(), today=clock.today())
        return _page(found), _("荣誉已授予。")

    return answer_sheet(request, form, save, title=_("授予荣誉"), submit=_("授予"), back=_page(found))


@both_ways
@requires(*KEEPERS)
def volunteer_thank(request: Request, volunteer_id: UUID) -> HttpResponseBase:
    """Pass on a word of thanks."""
    found = _found(request, volunteer_id)
    form = shapes.ThanksForm(request.POST or None)

    def save() -> tuple[str, Any]:
        actions.thank_volunteer(found, **form.cleaned_data, by=request.viewer, at=clock.now())
        return _page(found), _("已转达。")

    return answer_sheet(request, form, save, title=_("转达感谢"), submit=_("转达"), back=_page(found))


def _page(found: Volunteer) -> str:
    return reverse("linkage:volunteer", args=[found.pk])


def _found(request: Request, volunteer_id: UUID) -> Volunteer:
    found = queries.volunteer_of(request.viewer, volunteer_id)
    if found is None:
        raise Http404
    return found
