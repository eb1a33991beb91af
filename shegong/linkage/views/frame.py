"""What the pages of gifts share: the ways between them, and places by what people type."""

from typing import Any

from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from shegong.kernel.problems import Problem
from shegong.linkage.queries.gift import KEEPERS
from shegong.network.enums import Tier
from shegong.network.models import Station
from shegong.network.scope import Viewer
from shegong.people.enums import Role

both_ways = require_http_methods(["GET", "POST"])


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
