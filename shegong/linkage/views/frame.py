"""What these pages share: the ways between them."""

from collections.abc import Iterable
from typing import Any

from django.db.models import Q
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from shegong.kernel.problems import Problem
from shegong.linkage.models import HonourKind, Skill
from shegong.linkage.queries.gift import KEEPERS
from shegong.linkage.queries.volunteer import is_keeper
from shegong.network.enums import Tier
from shegong.network.middleware import Request
from shegong.network.models import Station
from shegong.network.scope import Viewer
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


def called(row: Skill | HonourKind) -> str:
    """Its name in the reader's language."""
    return row.name_en if (get_language() or "").startswith("en") else row.name_zh


def choices(rows: Iterable[Skill] | Iterable[HonourKind]) -> list[tuple[str, str]]:
    """For a field to choose from."""
    return [(row.code, called(row)) for row in rows]


def skill_words(codes: Iterable[str], rows: Iterable[Skill]) -> list[str]:
    """Skills by their names."""
    names = {row.code: called(row) for row in rows}
    return [names[code] for code in codes if code in names]


def station_choices(stations: Iterable[Station]) -> list[tuple[str, str]]:
    """Stations to choose from."""
    return [(each.key, each.name) for each in stations]


def volunteer_tabs(request: Request, active: str) -> list[dict[str, Any]]:
    """The ways through volunteering, as far as the viewer has them."""
    if is_keeper(request.viewer):
        entries = [("opportunities", _("服务机会")), ("volunteers", _("志愿者")), ("hours", _("时长与更正"))]
    else:
        entries = [("volunteering", _("我附近")), ("volunteer-mine", _("我的服务"))]
    return [{"title": title, "url": reverse(f"linkage:{name}"), "active": name == active} for name, title in entries]


def gift_tabs(viewer: Viewer, active: str) -> list[dict[str, Any]]:
    """The ways through charity, as far as the viewer has them."""
    entries = [("drives", _("募捐活动")), ("donations", _("捐赠"))]
    if viewer.has(*KEEPERS, Role.DONOR):
        entries.append(("stocks", _("物资库存")))
    if viewer.has(*KEEPERS):
        entries.append(("gift-uses", _("发放")))
    entries.append(("charities", _("慈善组织")))
    return [{"title": title, "url": reverse(f"linkage:{name}"), "active": name == active} for name, title in entries]


def station_called(words: str, field: str) -> Station | None:
    """A station by its number, code or whole name; None for nothing typed. Raises Problem at `field`."""
    words = words.strip()[:100].replace("\0", "")
    if not words:
        return None
    named = Q(key=words) | Q(name=words)
    if words.isascii() and words.isdigit() and len(words) < 10:
        named |= Q(pk=int(words))
    found = Station.objects.filter(named).exclude(stage="closed").first()
    if found is None:
        raise Problem("station_unknown", _("没有这个站点。"), field)
    return found


def hub_choices() -> list[tuple[str, Any]]:
    """The whole city (its support centre), and each county (one query)."""
    rows = Station.objects.filter(tier__in=(Tier.CENTRE, Tier.HUB)).order_by("path")
    return [(str(each.pk), _("全市") if each.tier == Tier.CENTRE else each.name) for each in rows]
