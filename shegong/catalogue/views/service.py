"""Pages of services: what there are, what each says and said, and its revision."""

from collections.abc import Sequence
from itertools import groupby

from django.contrib import messages
from django.db.models import Q
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from shegong.catalogue.actions import revise_service
from shegong.catalogue.enums import Method, ServiceKind
from shegong.catalogue.forms import RevisionForm
from shegong.catalogue.models import Field
from shegong.catalogue.queries import service_versions, services_on
from shegong.kernel import clock
from shegong.kernel.problems import Problem
from shegong.network.middleware import Request, requires
from shegong.people.enums import Role


@requires()
def services(request: Request) -> HttpResponse:
    """Today's services by field, narrowed by kind, method and a text (two queries)."""
    found = services_on(clock.today()).order_by("field__position", "code")
    kind, method, text = (request.GET.get(name, "") for name in ("kind", "method", "q"))
    if kind in ServiceKind.values:
        found = found.filter(kind=kind)
    if method in Method.values:
        found = found.filter(method=method)
    if text := text.replace("\0", "").strip()[:40]:
        found = found.filter(Q(name_zh__icontains=text) | Q(name_en__icontains=text) | Q(code__istartswith=text))
    context = {
        "fields": [(field, list(items)) for field, items in groupby(found, key=lambda item: item.field)],
        "text": text,
        "kinds": _choices(request, "kind", kind, ServiceKind.choices),
        "methods": _choices(request, "method", method, Method.choices),
        "count": len(found),
        "all_fields": Field.objects.count(),
    }
    return render(request, "catalogue/services.html", context)


def _choices(
    request: Request, name: str, chosen: str, choices: Sequence[tuple[str, object]]
) -> list[dict[str, object]]:
    """Filters for the template: all, then each choice, keeping the other filters."""
    entries = []
    for value, title in (("", _("全部")), *choices):
        query = request.GET.copy()
        query[name] = value
        entries.append({"title": title, "url": f"?{query.urlencode()}", "active": chosen == value})
    return entries


@requires()
def service(request: Request, code: str) -> HttpResponse:
    """One service with all its versions (one query)."""
    versions = service_versions(code)
    if not versions:
        raise Http404
    today = clock.today()
    current = next((each for each in versions if each.since <= today and (not each.until or each.until > today)), None)
    context = {
        "item": current or versions[0],
        "in_force": current is not None,
        "versions": versions,
        "steps": [{"title": _("服务目录"), "url": reverse("catalogue:services")}],
        "may_revise": request.viewer.has(Role.CITY, Role.ADMIN),
    }
    return render(request, "catalogue/service.html", context)


@requires(Role.CITY, Role.ADMIN)
def revise(request: Request, code: str) -> HttpResponse:
    """The form for the next version."""
    versions = service_versions(code)
    if not versions:
        raise Http404
    initial = {"since": clock.today()}
    form = RevisionForm(request.POST or None, instance=versions[0], initial=initial)
    if request.method == "POST" and form.is_valid():
        since = form.cleaned_data["since"]
        try:
            item = revise_service(code, form.wording(), since, by=request.viewer, today=clock.today())
        except Problem as problem:
            problem.add_to_form(form)
        else:
            messages.success(request, _("已建立第 %(version)s 版。") % {"version": item.version})
            return redirect("catalogue:service", code)
    steps = [
        {"title": _("服务目录"), "url": reverse("catalogue:services")},
        {"title": versions[0].name, "url": reverse("catalogue:service", args=[code])},
    ]
    context = {"form": form, "item": service_versions(code)[0], "steps": steps}
    return render(request, "catalogue/revise.html", context, status=422 if form.errors else 200)
