"""Pages of charities and drives; published drives and what became of them are for everybody."""

from typing import Any
from uuid import UUID

from django import forms
from django.http import Http404, HttpRequest, HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from shegong.kernel import clock
from shegong.kernel.pages import page_of
from shegong.linkage.actions import charity as actions
from shegong.linkage.actions.gift_use import book_cost
from shegong.linkage.actions.refused import tracing
from shegong.linkage.actions.settlement import settle_rest
from shegong.linkage.enums import IN_USE, CertificateKind, DriveState
from shegong.linkage.forms import gift as shapes
from shegong.linkage.models import Drive
from shegong.linkage.queries import gift as queries
from shegong.linkage.views.frame import both_ways, gift_tabs, hub_choices, station_called
from shegong.network.middleware import Request, requires
from shegong.network.scope import Viewer
from shegong.network.sheets import answer_sheet
from shegong.people.enums import Role

NAMED_SHOWN = 50
STEPS = {"open": actions.open_drive, "end": actions.end_drive, "call-off": actions.call_off_drive}


def _viewer(request: HttpRequest) -> Viewer | None:
    return getattr(request, "viewer", None)


@require_GET
def drives(request: HttpRequest) -> HttpResponseBase:
    """All published drives, the latest first, with what came in and where it is."""
    viewer = _viewer(request)
    own = queries.charities_of(viewer) if viewer else frozenset()
    state = request.GET.get("state", "")
    rows = queries.drives_seen(viewer, own).defer("purpose", "account")
    if state in DriveState.values:
        rows = rows.filter(state=state)
    page = page_of(rows, ["-since"], request.GET.get("cursor"), 20)
    sums = queries.sums_of(page.items)
    states = [("", _("全部")), *[(str(each.value), each.label) for each in (*IN_USE, DriveState.CLOSED)]]
    context = {
        "tabs": gift_tabs(viewer, "drives") if viewer else [],
        "page": page,
        "rows": [(each, sums[each.pk]) for each in page.items],
        "states": [{"title": title, "url": f"?state={value}", "active": value == state} for value, title in states],
        "may_draft": bool(viewer and (own or viewer.has(Role.CITY))),
    }
    return render(request, "linkage/drives.html", context)


@require_GET
def drive(request: HttpRequest, drive_id: UUID) -> HttpResponseBase:
    """A drive: its purpose, its money and goods, what they were used for and what came of it; nobody's name but those
    of donors who agreed.
    """
    viewer = _viewer(request)
    own = queries.charities_of(viewer) if viewer else frozenset()
    found = queries.drives_seen(viewer, own).filter(pk=drive_id).first()
    if found is None:
        raise Http404
    leads = bool(viewer and queries.may_lead(viewer, found, own))
    in_use = found.state in IN_USE
    sums = queries.sums_of([found])[found.pk]
    context = {
        "drive": found,
        "sums": sums,
        "uses": queries.uses_told(found.pk),
        "outcomes": queries.outcomes_told(found.pk),
        "certificate": found.organisation.charity_certificates.filter(
            kind=CertificateKind.FUNDRAISING, since__lte=found.since
        ).last(),
        "leads": leads,
        "in_use": in_use,
        "may_take": found.state == DriveState.OPEN and (leads or bool(viewer and viewer.has(*queries.STAFF))),
        "may_use": in_use and bool(viewer and viewer.has(*queries.STAFF)) and sums.remaining > 0,
        "steps": [{"title": _("募捐活动"), "url": reverse("linkage:drives")}],
    }
    return render(request, "linkage/drive.html", context)


def _found(request: Request, drive_id: UUID) -> Drive:
    own = queries.charities_of(request.viewer)
    found = queries.drives_seen(request.viewer, own).filter(pk=drive_id).first()
    if found is None:
        raise Http404
    return found


def _led(request: Request, drive_id: UUID) -> Drive:
    found = _found(request, drive_id)
    if not queries.may_lead(request.viewer, found):
        raise Http404
    return found


def _drive_form(request: Request, initial: dict[str, Any]) -> shapes.DriveForm:
    rows = queries.charities().prefetch_related(None)
    if not request.viewer.has(Role.CITY):
        rows = rows.filter(pk__in=queries.charities_of(request.viewer))
    organisations = [(str(each.pk), each.name) for each in rows]
    return shapes.DriveForm(request.POST or None, organisations=organisations, hubs=hub_choices(), initial=initial)


def _draft(form: forms.Form) -> actions.DriveDraft:
    values = form.cleaned_data
    station = station_called(values["station"], "station")
    return actions.DriveDraft(
        organisation_id=int(values["organisation"]), title=values["title"], purpose=values["purpose"],
        target=values["target"], hub_id=int(values["hub"]), since=values["since"], until=values["until"],
        filing_number=values["filing_number"], station_id=station.pk if station else None,
        field_id=values["field"].pk if values["field"] else None,
    )  # fmt: skip


@both_ways
@requires(Role.DONOR, Role.CITY)
def drive_new(request: Request) -> HttpResponseBase:
    """Draft a drive."""
    form = _drive_form(request, {"since": clock.today()})

    def save() -> tuple[str, Any]:
        made = actions.draft_drive(_draft(form), by=request.viewer, at=clock.now())
        return reverse("linkage:drive", args=[made.pk]), _("已保存草稿。")

    return answer_sheet(
        request, form, save, title=_("发起募捐活动"), submit=_("保存草稿"), back=reverse("linkage:drives")
    )


@both_ways
@requires(Role.DONOR, Role.CITY)
def drive_edit(request: Request, drive_id: UUID) -> HttpResponseBase:
    """Change a draft."""
    found = _led(request, drive_id)
    initial = {
        "organisation": found.organisation_id, "title": found.title, "purpose": found.purpose, "target": found.target,
        "hub": found.hub_id, "station": found.station.name if found.station else "", "field": found.field_id,
        "since": found.since, "until": found.until, "filing_number": found.filing_number,
    }  # fmt: skip
    form = _drive_form(request, initial)

    def save() -> tuple[str, Any]:
        actions.change_drive(found, _draft(form), by=request.viewer, at=clock.now())
        return reverse("linkage:drive", args=[found.pk]), _("已保存。")

    back = reverse("linkage:drive", args=[found.pk])
    return answer_sheet(request, form, save, title=_("修改草稿"), submit=_("保存"), back=back)


@both_ways
@requires(Role.DONOR, Role.CITY)
def drive_step(request: Request, drive_id: UUID, step: str) -> HttpResponseBase:
    """Open, end or call off a drive, after one look."""
    if step not in STEPS:
        raise Http404
    found = _led(request, drive_id)
    words = {
        "open": (_("开始募捐"), _("开始后向所有人公开，用途和期限不能再改。"), _("已开始募捐。")),
        "end": (_("结束募捐"), _("结束后不再接受捐赠，已收到的继续按用途使用。"), _("募捐已结束。")),
        "call-off": (_("取消"), _("取消后不能恢复。"), _("已取消。")),
    }[step]
    page = reverse("linkage:drive", args=[found.pk])

    def save() -> tuple[str, Any]:
        with tracing("drive", found.pk, by=request.viewer, at=clock.now()):
            STEPS[step](found, by=request.viewer, at=clock.now())
        return reverse("linkage:drives") if step == "call-off" else page, words[2]

    form = forms.Form(request.POST if request.method == "POST" else None)
    return answer_sheet(request, form, save, title=words[0], submit=words[0], back=page, note=words[1])


@both_ways
@requires(Role.DONOR, Role.CITY)
def drive_close(request: Request, drive_id: UUID) -> HttpResponseBase:
    """Close a drive with its account."""
    found = _led(request, drive_id)
    sums = queries.sums_of([found])[found.pk]
    words = _(
        "收入 %(income)s 元，其中转入 %(moved_in)s 元；用于受益人 %(used)s 元，管理费用 %(cost)s 元；"
        "退还 %(returned)s 元，转用 %(moved_out)s 元。"
    )
    text = words % {
        name: getattr(sums, name) for name in ("income", "moved_in", "used", "cost", "returned", "moved_out")
    }  # fmt: skip
    form = shapes.AccountForm(request.POST or None, initial={"account": text})
    page = reverse("linkage:drive", args=[found.pk])

    def save() -> tuple[str, Any]:
        account = form.cleaned_data["account"]
        actions.close_drive(found, account, by=request.viewer, at=clock.now(), today=clock.today())
        return page, _("已结项，说明已公开。")

    return answer_sheet(request, form, save, title=_("结项"), submit=_("结项并公开"), back=page)


@both_ways
@requires(Role.DONOR, Role.CITY)
def drive_settle(request: Request, drive_id: UUID) -> HttpResponseBase:
    """Divide what is left among those who gave it."""
    found = _led(request, drive_id)
    others = queries.drives_in_use(found.organisation_id).exclude(pk=found.pk)
    form = shapes.SettleForm(request.POST if request.method == "POST" else None, drives=others)
    page = reverse("linkage:drive", args=[found.pk])

    def save() -> tuple[str, Any]:
        with tracing("drive", found.pk, by=request.viewer, at=clock.now()):
            done = settle_rest(
                found, form.cleaned_data["to_drive"], by=request.viewer, at=clock.now(), today=clock.today()
            )
        words = {"refunded": done.refunded, "redirected": done.redirected}
        return page, _("已退还 %(refunded)s 元，转用 %(redirected)s 元。") % words

    note = _("余款按每笔捐赠的比例分开：捐赠方同意转用的转到所选活动，其余退还捐赠方。")
    return answer_sheet(request, form, save, title=_("处理余款"), submit=_("处理"), back=page, note=note)


@both_ways
@requires(Role.DONOR, Role.CITY)
def drive_cost(request: Request, drive_id: UUID) -> HttpResponseBase:
    """Book what running it cost."""
    found = _led(request, drive_id)
    form = shapes.CostForm(request.POST or None, initial={"used_on": clock.today()})
    page = reverse("linkage:drive", args=[found.pk])

    def save() -> tuple[str, Any]:
        values = form.cleaned_data
        book_cost(
            found, values["amount"], values["note"], values["used_on"], by=request.viewer, at=clock.now(),
            key=values["key"],
        )  # fmt: skip
        return page, _("已登记管理费用。")

    note = _("累计不超过所募款的 10%。")
    return answer_sheet(request, form, save, title=_("登记管理费用"), submit=_("登记"), back=page, note=note)


@require_GET
def drive_donors(request: HttpRequest, drive_id: UUID) -> HttpResponseBase:
    """Who gave and agreed to be named: as the charity publishes it."""
    found = get_object_or_404(queries.published(), pk=drive_id)
    context = {
        "drive": found,
        "rows": queries.named_gifts(found.pk, NAMED_SHOWN),
        "steps": [{"title": found.title, "url": reverse("linkage:drive", args=[found.pk])}],
    }
    return render(request, "linkage/drive_donors.html", context)


@require_GET
@requires(*queries.READERS)
def charities(request: Request) -> HttpResponseBase:
    """The charities with their certificates."""
    page = page_of(queries.charities(), ["name"], request.GET.get("cursor"), 20)
    today = clock.today()
    rows = [
        (
            each,
            [(c, c.since <= today and (c.until is None or c.until > today)) for c in each.charity_certificates.all()],
        )
        for each in page.items
    ]
    context = {
        "tabs": gift_tabs(request.viewer, "charities"), "page": page, "rows": rows,
        "may_enter": request.viewer.has(Role.CITY),
    }  # fmt: skip
    return render(request, "linkage/charities.html", context)


@both_ways
@requires(Role.CITY)
def certificate_new(request: Request, organisation_id: int) -> HttpResponseBase:
    """Enter a charity's certificate."""
    charity = get_object_or_404(queries.charities().prefetch_related(None), pk=organisation_id)
    form = shapes.CertificateForm(request.POST or None)
    back = reverse("linkage:charities")

    def save() -> tuple[str, Any]:
        values = form.cleaned_data
        actions.add_certificate(
            charity, CertificateKind(values["kind"]), values["number"], values["authority"], values["since"],
            values["until"], by=request.viewer, at=clock.now(),
        )  # fmt: skip
        return back, _("已登记。")

    return answer_sheet(request, form, save, title=_("登记慈善资格"), submit=_("登记"), back=back, note=charity.name)
