"""The frame's ways through the pages, by role."""

from dataclasses import dataclass
from functools import cache
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
EMPLOYERS: Final = (Role.HEAD, Role.COUNTY, Role.CITY, Role.AGENCY, Role.ADMIN)
SUPERVISED: Final = (*SERVANTS, Role.COUNTY, Role.CITY)
OUTCOME_READERS: Final = (Role.HEAD, Role.COUNTY, Role.CITY, Role.SUPERVISOR, Role.AGENCY)
HOUSEKEEPERS: Final = (*SERVANTS, Role.COUNTY, Role.CITY)
BUYERS: Final = (Role.CITY, Role.COUNTY)
PARTIES: Final = (*BUYERS, Role.AGENCY)
APPRAISED: Final = (Role.CITY, Role.COUNTY, Role.HEAD, Role.WORKER, Role.AGENCY)
LETTER_SIDES: Final = (Role.CITY, Role.COUNTY, Role.LIAISON)
CORRECTING: Final = (Role.CITY, Role.COUNTY, Role.HEAD, Role.WORKER)
QUEUE: Final = (Role.WORKER, Role.HEAD, Role.COUNTY, Role.DPO)
AGREEING: Final = (Role.CITY, Role.COUNTY, Role.HEAD, Role.WORKER, Role.SUPERVISOR, Role.LIAISON, Role.AGENCY)
GROUP_KEEPERS: Final = (Role.COUNTY, Role.HEAD, Role.WORKER)
GIVING: Final = (Role.CITY, Role.COUNTY, Role.HEAD, Role.WORKER, Role.DONOR)
SURVEYORS: Final = (Role.WORKER, Role.HEAD, Role.COUNTY, Role.CITY)


SERVICE: Final = pgettext_lazy("navigation section", "服务过程")
PROTECTION: Final = pgettext_lazy("navigation section", "保护与管理")
PEOPLE: Final = pgettext_lazy("navigation section", "人员与督导")
MONEY: Final = pgettext_lazy("navigation section", "场地与资金")
TOGETHER: Final = pgettext_lazy("navigation section", "五社联动")
STANDARDS: Final = pgettext_lazy("navigation section", "标准与评估")
STATIONS: Final = pgettext_lazy("navigation section", "站点与报告")


@dataclass(frozen=True, slots=True)
class Entry:
    """A way in the navigation, and whose it is (everybody's when no role is named), under its section's heading.
    `beside` are other addresses that belong to it.
    """

    title: str | Promise
    url: str
    icon: str
    roles: tuple[Role, ...] = ()
    beside: tuple[str, ...] = ()
    section: str | Promise = ""


# What a role needs daily comes first: a phone's bar shows the first three or four, the others stand under "more".
ENTRIES: Final = (
    Entry(pgettext_lazy("navigation", "今天"), "/", "home", SERVANTS),
    Entry(pgettext_lazy("navigation", "总览"), "/board/", "dashboard", OFFICERS),
    Entry(pgettext_lazy("navigation", "服务对象"), "/clients/", "clients", FILE_READERS),
    Entry(pgettext_lazy("navigation", "个案"), "/cases/", "case", SERVANTS),
    Entry(pgettext_lazy("navigation", "转介"), "/referrals/", "referral", (Role.LIAISON, Role.AGENCY)),
    Entry(
        pgettext_lazy("navigation", "求助与转介"),
        "/enquiries/",
        "inbox",
        (Role.WORKER, Role.HEAD, Role.COUNTY),
        ("/referrals/", "/reports/", "/asker-words/"),
        SERVICE,
    ),
    Entry(_("居民投诉"), "/complaints/", "message", BUYERS, section=SERVICE),
    Entry(_("本人信息请求"), "/data-requests/", "consent", QUEUE, section=SERVICE),
    Entry(
        pgettext_lazy("navigation", "小组与活动"),
        "/groups/",
        "group",
        (Role.WORKER, Role.HEAD, Role.COUNTY),
        ("/sessions/", "/activities/", "/calendar/"),
        SERVICE,
    ),
    Entry(pgettext_lazy("navigation", "服务记录"), "/records/", "history", READERS, section=SERVICE),
    Entry(pgettext_lazy("navigation", "人员"), "/workers/", "worker", EMPLOYERS, section=PEOPLE),
    Entry(_("我的资料"), "/workers/me/", "worker", (Role.WORKER, Role.SUPERVISOR), section=PEOPLE),
    Entry(_("人员配备"), "/staffing/", "table", EMPLOYERS, section=PEOPLE),
    Entry(_("工作负荷"), "/workload/", "clock", (*SERVANTS, Role.COUNTY), section=PEOPLE),
    Entry(_("证书与成长"), "/credentials/", "assessment", (*SERVANTS, Role.COUNTY), ("/courses/",), PEOPLE),
    Entry(pgettext_lazy("navigation", "督导"), "/supervision/", "supervisor", SUPERVISED, section=PEOPLE),
    Entry(_("督导共享"), "/pool/", "calendar", SUPERVISED, section=PEOPLE),
    Entry(pgettext_lazy("navigation", "场地"), "/premises/", "map", HOUSEKEEPERS, section=MONEY),
    Entry(pgettext_lazy("navigation", "资金"), "/funds/", "money", BUYERS, section=MONEY),
    Entry(_("采购项目"), "/projects/", "policy", (*PARTIES, Role.ASSESSOR), ("/notices/",), MONEY),
    Entry(pgettext_lazy("navigation", "合同"), "/contracts/", "contract", PARTIES, section=MONEY),
    Entry(pgettext_lazy("navigation", "机构"), "/agencies/", "organisation", PARTIES, section=MONEY),
    Entry(_("志愿服务"), "/volunteering/", "volunteer", (Role.VOLUNTEER,), ("/opportunities/",), TOGETHER),
    Entry(_("我的服务"), "/volunteering/me/", "policy", (Role.VOLUNTEER,), ("/certificates/",), TOGETHER),
    Entry(
        _("志愿服务"),
        "/opportunities/",
        "volunteer",
        (Role.WORKER, Role.HEAD, Role.COUNTY),
        ("/volunteers/", "/volunteer-hours/", "/certificates/"),
        TOGETHER,
    ),
    # Departments, and local groups.
    Entry(pgettext_lazy("navigation", "本部门"), "/department/", "department", (Role.LIAISON,)),
    Entry(
        _("部门协同"),
        "/agreements/",
        "department",
        AGREEING,
        ("/arrivals/", "/joint-projects/", "/payable-services/"),
        TOGETHER,
    ),
    Entry(_("社区社会组织"), "/local-groups/", "group", GROUP_KEEPERS, ("/micro-grants/",), TOGETHER),
    Entry(_("微公益资助"), "/micro-grants/", "money", (Role.CITY,), section=TOGETHER),
    Entry(_("慈善捐赠"), "/drives/", "donation", GIVING, ("/charities/", "/stocks/", "/gift-uses/"), TOGETHER),
    Entry(_("我的捐赠"), "/donations/", "money", (Role.DONOR,), section=TOGETHER),
    Entry(_("规范化建设"), "/standardisation/", "goal", APPRAISED, ("/self-checks/",), STANDARDS),
    Entry(_("目标责任书"), "/letters/", "report", LETTER_SIDES, section=STANDARDS),
    Entry(_("问题整改"), "/findings/", "correct", CORRECTING, ("/rule-questions/", "/signs/"), STANDARDS),
    Entry(_("建设闭环"), "/loop/", "trend", CORRECTING, section=STANDARDS),
    Entry(pgettext_lazy("navigation", "标准"), "/standards/", "table", APPRAISED, section=STANDARDS),
    Entry(
        _("第三方评估"),
        "/rounds/",
        "assessment",
        (*APPRAISED, Role.ASSESSOR),
        ("/score-sheets/",),
        STANDARDS,
    ),
    Entry(_("政策库"), "/policies/", "policy", section=STANDARDS),
    Entry(pgettext_lazy("navigation", "强制报告"), "/reports/", "lock", (Role.DPO,), section=PROTECTION),
    Entry(_("个人信息保护"), "/protection/", "policy", (Role.DPO, Role.COUNTY), section=PROTECTION),
    Entry(_("访问日志"), "/journal/", "key", (Role.DPO, Role.ADMIN), section=PROTECTION),
    Entry(_("从工作簿导入"), "/admin-tools/workbook/", "upload", (Role.ADMIN,), section=PROTECTION),
    Entry(pgettext_lazy("navigation", "站点"), "/stations/", "stations", section=STATIONS),
    Entry(_("服务成效"), "/outcomes/", "goal", OUTCOME_READERS, section=STATIONS),
    Entry(_("社区调查"), "/surveys/", "need", SURVEYORS, section=STATIONS),
    Entry(_("工作报告"), "/work-reports/", "report", SURVEYORS, section=STATIONS),
    Entry(_("服务目录"), "/services/", "catalogue", beside=("/forms/",), section=STATIONS),
)


def navigation(request: HttpRequest) -> dict[str, Any]:
    """For whoever is signed in: entries, the record button, the search. No query."""
    viewer: Viewer | None = getattr(request, "viewer", None)
    if viewer is None:
        return {}
    entries = [entry for entry in ENTRIES if (not entry.roles or viewer.has(*entry.roles)) and _installed(entry.url)]
    present = max(entries, key=lambda entry: _reach(request.path, entry), default=None)
    return {
        "navigation": [
            {
                "title": entry.title,
                "url": entry.url,
                "icon": entry.icon,
                "section": entry.section,
                "active": entry is present and bool(_reach(request.path, entry)),
            }
            for entry in entries
        ],
        "record_url": "/records/new/" if viewer.has(Role.WORKER, Role.HEAD) else "",
        "search_url": "/search/",
        "search_label": _("找人、站点、服务") if viewer.hubs or viewer.stations else _("找站点、服务"),
        "account_role": _("、").join(str(Role(role).label) for role in Role.values if role in viewer.roles),
    }


def _reach(path: str, entry: Entry) -> int:
    """How much of an address is an entry's; where one entry lies below another, the nearer one is the present."""
    if entry.url == "/":
        return int(path == "/")
    return max((len(url) for url in (entry.url, *entry.beside) if path.startswith(url)), default=0)


@cache
def _installed(url: str) -> bool:
    """Whether a page answers at this address; an entry without one is left out."""
    try:
        resolve(url)
    except Resolver404:
        return False
    return True
