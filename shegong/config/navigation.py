"""The frame's ways through the pages, by role."""

from dataclasses import dataclass
from typing import Any, Final

from django.http import HttpRequest
from django.urls import Resolver404, resolve
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from shegong.network.scope import Viewer
from shegong.people.enums import Role

SERVANTS: Final = (Role.WORKER, Role.HEAD, Role.SUPERVISOR)
OFFICERS: Final = (Role.CITY, Role.COUNTY, Role.DPO, Role.ADMIN)
FILE_READERS: Final = (Role.WORKER, Role.HEAD, Role.COUNTY, Role.SUPERVISOR)
READERS: Final = (Role.WORKER, Role.HEAD, Role.COUNTY, Role.SUPERVISOR, Role.AGENCY)


@dataclass(frozen=True, slots=True)
class Entry:
    """A way in the navigation, and whose it is (everybody's when no role is named). `beside` are other addresses that
    belong to it.
    """

    title: str | Promise
    url: str
    icon: str
    roles: tuple[Role, ...] = ()
    beside: tuple[str, ...] = ()


ENTRIES: Final = (
    Entry(pgettext_lazy("navigation", "今天"), "/", "home", SERVANTS),
    Entry(pgettext_lazy("navigation", "总览"), "/board/", "dashboard", OFFICERS),
    Entry(pgettext_lazy("navigation", "服务对象"), "/clients/", "clients", FILE_READERS),
    Entry(pgettext_lazy("navigation", "个案"), "/cases/", "case", (Role.WORKER, Role.HEAD, Role.SUPERVISOR)),
    Entry(pgettext_lazy("navigation", "求助与转介"), "/enquiries/", "inbox", (Role.WORKER, Role.HEAD, Role.COUNTY)),
    Entry(pgettext_lazy("navigation", "转介"), "/referrals/", "referral", (Role.LIAISON, Role.AGENCY)),
    Entry(pgettext_lazy("navigation", "强制报告"), "/reports/", "lock", (Role.DPO,)),
    Entry(
        pgettext_lazy("navigation", "小组与活动"),
        "/groups/",
        "group",
        (*SERVANTS[:2], Role.COUNTY),
        ("/sessions/", "/activities/", "/calendar/"),
    ),
    Entry(pgettext_lazy("navigation", "服务记录"), "/records/", "history", READERS),
    Entry(pgettext_lazy("navigation", "站点"), "/stations/", "stations"),
    Entry(_("社区调查"), "/surveys/", "need", (Role.WORKER, Role.HEAD, Role.COUNTY, Role.CITY)),
    Entry(_("工作报告"), "/work-reports/", "report", (Role.WORKER, Role.HEAD, Role.COUNTY, Role.CITY)),
    Entry(_("服务目录"), "/services/", "catalogue"),
    Entry(_("个人信息保护"), "/protection/", "policy", (Role.DPO, Role.COUNTY)),
    Entry(_("访问日志"), "/journal/", "key", (Role.DPO, Role.ADMIN)),
    Entry(_("从工作簿导入"), "/admin-tools/workbook/", "upload", (Role.ADMIN,)),
)


def navigation(request: HttpRequest) -> dict[str, Any]:
    """For whoever is signed in: entries, the record button, the search. No query."""
    viewer: Viewer | None = getattr(request, "viewer", None)
    if viewer is None:
        return {}
    entries = [entry for entry in ENTRIES if (not entry.roles or viewer.has(*entry.roles)) and _installed(entry.url)]
    return {
        "navigation": [
            {"title": entry.title, "url": entry.url, "icon": entry.icon, "active": _active(request.path, entry)}
            for entry in entries
        ],
        "record_url": "/records/new/" if viewer.has(Role.WORKER, Role.HEAD) else "",
        "search_url": "/search/",
        "search_label": _("找人、站点、服务") if viewer.hubs or viewer.stations else _("找站点、服务"),
        "account_role": _("、").join(str(Role(role).label) for role in Role.values if role in viewer.roles),
    }


def _active(path: str, entry: Entry) -> bool:
    return path == "/" if entry.url == "/" else path.startswith((entry.url, *entry.beside))


def _installed(url: str) -> bool:
    """Whether a page answers at this address; an entry without one is left out."""
    try:
        resolve(url)
    except Resolver404:
        return False
    return True
