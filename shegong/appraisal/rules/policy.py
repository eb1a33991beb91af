"""What may be written into the library. Pure."""

import re
from datetime import date
from decimal import Decimal
from typing import Final

from django.utils.translation import gettext_lazy as _

from shegong.appraisal.rules.measures import MEASURES
from shegong.kernel.problems import Problem

ANCHOR: Final = re.compile(r"[a-z0-9][a-z0-9-]{0,39}")


def version_problem(since: date, before: date | None) -> Problem | None:
    """A version begins after the one before."""
    if before is None or since > before:
        return None
    reason = _("应晚于现行版本的施行日期 %(day)s。")
    return Problem("version_order", reason, "since", params={"day": before.isoformat()})


def clause_problems(anchor: str, measure: str, tier: str, least: Decimal | None) -> list[Problem]:
    """What is wrong with a clause's anchor, and with what it asks for."""
    found = []
    if not ANCHOR.fullmatch(anchor):
        found.append(Problem("anchor_form", _("锚点用小写字母、数字和连字符，例如 staff-room。"), "anchor"))
    if measure:
        known = MEASURES.get(measure)
        if known is None:
            found.append(Problem("measure_unknown", _("没有这个测算项。"), "measure"))
        elif tier not in known.tiers:
            found.append(Problem("measure_tier", _("这个测算项不适用于所选层级。"), "tier"))
        if least is None or least < 0:
            found.append(Problem("least_missing", _("请填“至少”多少。"), "least"))
    elif tier or least is not None:
        found.append(Problem("measure_missing", _("填了层级或“至少”，也要选测算项。"), "measure"))
    return found
