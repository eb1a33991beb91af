"""Decisions about divisions and the names and keys of stations: values in, answer out."""

import re
from collections.abc import Mapping
from typing import Final

from django.utils.translation import gettext_lazy as _

from shegong.kernel.problems import Problem

PARENT_LEVEL: Final = {"city": "", "county": "city", "town": "county", "community": "town"}
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


def station_path(key: str) -> str:
    """The place of a station in the tree by its key: CD-0104-020 lies at CD.0104.020."""
    return key.replace("-", ".")
