"""What these pages share: the ways between them."""

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from shegong.appraisal.queries.self_check import READERS
from shegong.network.middleware import Request
from shegong.people.enums import Role

both_ways = require_http_methods(["GET", "POST"])
EVERYBODY = READERS
OFFICERS = (Role.CITY, Role.COUNTY)


def tabs(request: Request, active: str) -> list[dict[str, Any]]:
    """The ways through this section, as far as the viewer has them."""
    entries = [("standardisation", _("规范化")), ("stations", _("各站点")), ("self-checks", _("自评与审核"))]
    entries += [("letters", _("目标责任书")), ("standards", _("标准")), ("policies", _("政策库"))]
    if not request.viewer.has(*OFFICERS):
        entries = [each for each in entries[1:] if each[0] != "letters"]
    if request.viewer.has(Role.LIAISON) and not request.viewer.has(*EVERYBODY):
        entries = [("letters", _("目标责任书")), ("standards", _("标准")), ("policies", _("政策库"))]
    return [{"title": title, "url": reverse(f"appraisal:{name}"), "active": name == active} for name, title in entries]


def correction_tabs(request: Request, active: str) -> list[dict[str, Any]]:
    """The ways through findings, what many of them ask of the rules, and signs in the data."""
    entries = [("findings", _("问题整改")), ("rule-questions", _("共性问题与反馈"))]
    if request.viewer.has(*OFFICERS):
        entries.append(("signs", _("数据核看")))
    entries.append(("finding-terms", _("期限")))
    return [{"title": title, "url": reverse(f"appraisal:{name}"), "active": name == active} for name, title in entries]


def round_tabs(request: Request, active: str) -> list[dict[str, Any]]:
    """The ways through third-party assessment, as far as the viewer has them."""
    entries = [("rounds", _("评估"))]
    if request.viewer.has(Role.ASSESSOR, Role.COUNTY):
        entries.append(("score-sheets", _("我的评分表")))
    if request.viewer.has(Role.CITY):
        entries.append(("relations", _("利害关系")))
    entries.append(("assessments", _("评估公示")))
    return [{"title": title, "url": reverse(f"appraisal:{name}"), "active": name == active} for name, title in entries]
