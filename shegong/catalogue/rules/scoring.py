"""What follows from a filled form: scores with their levels, alerts, the risk, and needs by field of service."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from shegong.catalogue.rules.evaluation import as_number, as_truth
from shegong.catalogue.rules.expression import tree
from shegong.catalogue.rules.filling import Filling

LOWEST_RISK: Final = 1
SEVEREST_NEED: Final = 3


@dataclass(frozen=True, slots=True)
class Score:
    """A score; `value` is None where no question of it was answered. `most` is the largest there can be, if known."""

    name: str
    label: Mapping[str, str]
    value: float | None
    level: Mapping[str, str] | None
    risk: int


@dataclass(frozen=True, slots=True)
class Alert:
    """What somebody should see at once."""

    label: Mapping[str, str]
    risk: int


@dataclass(frozen=True, slots=True)
class Outcome:
    """All that follows. `risk` is 1 low to 4 urgent; `needs` {code of a field: 0 none to 3 severe}."""

    scores: tuple[Score, ...]
    alerts: tuple[Alert, ...]
    risk: int
    needs: dict[str, int]


def outcome(filling: Filling) -> Outcome:
    """What follows from the answers."""
    document = filling.form.document
    scores = tuple(_score(filling, each) for each in document.get("scores", ()))
    raised = [each for each in document.get("alerts", ()) if as_truth(filling.evaluate(tree(each["when"])))]
    alerts = tuple(Alert(each["label"], int(each.get("risk", LOWEST_RISK))) for each in raised if each.get("label"))
    risk = max([LOWEST_RISK, *[score.risk for score in scores], *[int(each.get("risk", 1)) for each in raised]])
    banded = document.get("risk", {})
    total = next((score.value for score in scores if score.name == banded.get("score")), None)
    if total is not None:
        band = _band(banded["bands"], total)
        risk = max(risk, int(band["level"]) if band else LOWEST_RISK)
    return Outcome(scores, alerts, risk, _needs(filling, raised))


def _score(filling: Filling, data: Mapping[str, Any]) -> Score:
    value = _points(filling, data)
    band = None if value is None else _band(data.get("levels", ()), value)
    return Score(
        name=data["name"],
        label=data["label"],
        value=value,
        level=band.get("label") if band else None,
        risk=int(band.get("risk", LOWEST_RISK)) if band else LOWEST_RISK,
    )


def _points(filling: Filling, data: Mapping[str, Any]) -> float | None:
    how = data.get("how", "sum")
    if how == "formula":
        value = as_number(filling.evaluate(tree(data["expression"])))
        return value if math.isfinite(value) else None
    points = [each for name in data["of"] for each in filling.points(name)]
    if not points:
        return None
    if how == "max":
        return max(points)
    return math.fsum(points) / (len(points) if how == "mean" else 1)


def _band(bands: Sequence[Mapping[str, Any]], value: float) -> Mapping[str, Any] | None:
    """The highest band that the value reaches."""
    reached = [each for each in bands if value >= each["from"]]
    return max(reached, key=lambda each: float(each["from"])) if reached else None


def _needs(filling: Filling, raised: Sequence[Mapping[str, Any]]) -> dict[str, int]:
    """By field the strongest of its needs and alerts; fields without an answered question are left out."""
    found: dict[str, int] = {}
    for data in filling.form.document.get("needs", ()):
        value = _points(filling, {"how": "max", **data})
        if value is not None:
            level = sum(value >= least for least in data.get("levels", (1, 2, 3)))
            found[data["field"]] = max(level, found.get(data["field"], 0))
    for alert in raised:
        if alert.get("field"):
            found[alert["field"]] = max(int(alert.get("level", SEVEREST_NEED)), found.get(alert["field"], 0))
    return found
