"""What these pages share: the ways between them."""

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from shegong.network.middleware import Request
from shegong.people.enums import Role

both_ways = require_http_methods(["GET", "POST"])
INTERNAL = (Role.CITY, Role.COUNTY, Role.HEAD, Role.WORKER, Role.SUPERVISOR)


def agreement_tabs(request: Request, active: str) -> list[dict[str, Any]]:
    """The ways through what is done with departments, as far as the viewer has them."""
    viewer = request.viewer
    entries = []
    if viewer.has(Role.LIAISON):
        entries.append(("department", _("本部门")))
    entries.append(("agreements", _("协同协议")))
    if viewer.has(Role.WORKER, Role.HEAD, Role.COUNTY, Role.LIAISON):
        entries.append(("arrivals", _("部门转来的人")))
    if viewer.has(*INTERNAL, Role.LIAISON):
        entries.append(("joint-projects", _("联合项目")))
    if viewer.has(Role.CITY, Role.COUNTY, Role.LIAISON):
        entries.append(("department-results", _("协作成效")))
    if viewer.has(*INTERNAL):
        entries.append(("payable-services", _("保障资金清单")))
    return [{"title": title, "url": reverse(f"linkage:{name}"), "active": name == active} for name, title in entries]
