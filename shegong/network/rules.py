"""Decisions about divisions and the names and keys of stations: values in, answer out."""

import re
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Final

from django.utils.translation import gettext_lazy as _

from shegong.kernel.problems import Problem
from shegong.network.enums import Stage, Tier

PARENT_LEVEL: Final = {"city": "", "county": "city", "town": "county", "community": "town"}
PARENT_TIER: Final[Mapping[str, str]] = {Tier.HUB: Tier.CENTRE, Tier.STATION: Tier.HUB, Tier.ROOM: Tier.STATION}
STATION_KEY: Final = re.compile(r"[A-Za-z0-9_-]{1,40}")
# A box around China: what lies outside is a slip, most often longitude and latitude exchanged.
LONGITUDES: Final = (Decimal(73), Decimal(136))
LATITUDES: Final = (Decimal(3), Decimal(54))
COMMITTEE: Final = re.compile(r"(?:社区)?(?:居民委员会|居委会|工作站社区)$|(?:村民委员会|村委会)$")


def division_problem(row: Mapping[str, str], levels: Mapping[str, str]) -> Problem | None:
    """What is wrong with a row of a table of divisions, or None. `levels` are those of the codes read before it."""
    code, level, parent = row["code"], row["level"], row["parent_code"]
    if not re.fullmatch(r"[0-9]{12}", code):
        return Problem("division_code", _("区划代码“%(code)s”应为 12 位数字。"), "code", params={"code": code})
    if not row["name"]:
        return Problem("division_name", _("区划 %(code)s 没有名称。"), "name", params={"code": code})
    if level not in PARENT_LEVEL:
        return Problem(
            "division_level",
            _("区划 %(code)s 的级别“%(level)s”不正确。"),
            "level",
            params={"code": code, "level": level},
        )
    if code in levels:
        return Problem("division_twice", _("区划 %(code)s 出现了两次。"), "code", params={"code": code})
    if levels.get(parent, "") != PARENT_LEVEL[level]:
        return Problem(
            "division_parent",
            _("区划 %(code)s 的上级“%(parent)s”不在表中，或级别不正确；上级应排在前面。"),
            "parent_code",
            params={"code": code, "parent": parent},
        )
    return None


def community_name(name: str) -> str:
    """The short name of a village or community: 石牛堰社区居委会 is 石牛堰社区, 清镇村村委会 is 清镇村."""
    short = COMMITTEE.sub("", name)
    if short == name or not short:
        return name
    is_village = "村民委员会" in name or "村委会" in name
    return short if is_village or short.endswith("社区") else f"{short}社区"


def path_below(parent_path: str, parent_key: str, key: str) -> str:
    """The place of a station in the tree: CD-0104-020 lies at CD.0104.020, below CD-0104 at CD.0104.

    A key that doesn't begin with its parent's is its own label: room 7 below CD.0104.020 lies at CD.0104.020.7.
    """
    label = key.removeprefix(f"{parent_key}-") if parent_key else key
    return f"{parent_path}.{label}" if parent_path else label


def station_key_problem(key: str) -> Problem | None:
    """Why this can't be the key of a station, or None."""
    if STATION_KEY.fullmatch(key):
        return None
    return Problem("station_key", _("编号只能由字母、数字、下划线和连字符组成，最多 40 个。"), "key")


def parent_problem(tier: str, parent_tier: str | None) -> Problem | None:
    """What is wrong with the tier of the station above (None: there is none above), or None."""
    wanted = PARENT_TIER.get(tier)
    if parent_tier == wanted:
        return None
    if wanted is None:
        return Problem("parent_of_centre", _("社工支持中心没有上级站点。"), "parent")
    return Problem(
        "parent_tier",
        _("%(tier)s的上级应为%(wanted)s。"),
        "parent",
        params={"tier": Tier(tier).label, "wanted": Tier(wanted).label},
    )


def place_problem(longitude: Decimal | None, latitude: Decimal | None) -> Problem | None:
    """What is wrong with a place on the map in degrees (WGS 84 or near it), or None; both are given or neither."""
    if (longitude is None) != (latitude is None):
        field = "longitude" if longitude is None else "latitude"
        return Problem("place_half", _("经度和纬度应同时填写。"), field)
    if longitude is None or latitude is None:
        return None
    if not LONGITUDES[0] <= longitude <= LONGITUDES[1]:
        return Problem("longitude", _("经度应在 73 至 136 之间（是否与纬度填反了？）。"), "longitude")
    if not LATITUDES[0] <= latitude <= LATITUDES[1]:
        return Problem("latitude", _("纬度应在 3 至 54 之间（是否与经度填反了？）。"), "latitude")
    return None


def stage_problem(
    stage: str, since: date, current: str | None, current_since: date | None, today: date
) -> Problem | None:
    """Why a station can't enter this stage on this day, or None. `current` is its open stage, None if it is new.

    Nothing goes back before the last change, nothing lies in the future (the station's stage is today's), and what is
    closed stays closed.
    """
    if since > today:
        return Problem("stage_future", _("日期晚于今天。"), "since")
    if current is None or current_since is None:
        return None
    if current == Stage.CLOSED:
        return Problem("stage_closed", _("站点已撤销，不能再改状态。"), "stage")
    if since <= current_since:
        return Problem(
            "stage_order",
            _("应晚于现有状态“%(stage)s”的开始日期 %(since)s。"),
            "since",
            params={"stage": Stage(current).label, "since": current_since.isoformat()},
        )
    if stage == Stage.PLANNED:
        return Problem("stage_back", _("站点不能回到“规划”状态。"), "stage")
    return None
