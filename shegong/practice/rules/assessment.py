"""Decisions about assessments: which answers fit a form, and what risk and needs follow from them.

The form's language is the catalogue's (shegong.catalogue.rules.document); forms of the first format are read as such.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from typing import Any

from shegong.catalogue.rules.document import Form
from shegong.catalogue.rules.filling import Answers, Filling
from shegong.catalogue.rules.scoring import Outcome, outcome
from shegong.catalogue.rules.sections import document_of
from shegong.kernel.problems import raise_any

Definition = Mapping[str, Any]


def filled(
    definition: Definition, answers: Mapping[str, Any], on: date, at: datetime | None = None, title: Any = None
) -> Filling:
    """A form with answers, as on a day: what was worked out from the day's date stays as it was."""
    form = Form(document_of(definition, title or {"zh": "-"}))
    return Filling(form, answers, today=on, now=at or datetime.combine(on, time(), UTC))


def checked_answers(filling: Filling) -> Answers:
    """The answers to asked questions, normalised, with what was calculated. Raises Problem or Problems, each at its
    question.
    """
    raise_any(filling.problems)
    return filling.answers


@dataclass(frozen=True, slots=True)
class Difference:
    """How a need changed between two assessments with the same form; None where a field wasn't looked at."""

    field: str
    before: int | None
    after: int | None

    @property
    def is_better(self) -> bool:
        """Whether the need became smaller."""
        return self.before is not None and self.after is not None and self.after < self.before

    @property
    def is_worse(self) -> bool:
        """Whether the need became greater."""
        return self.before is not None and self.after is not None and self.after > self.before


def differences(before: Mapping[str, int], after: Mapping[str, int]) -> list[Difference]:
    """Needs by field before and after, in the order of the later assessment, then what only the earlier one has."""
    fields = [*after, *[code for code in before if code not in after]]
    return [Difference(code, before.get(code), after.get(code)) for code in fields]


def followed(filling: Filling) -> Outcome:
    """Scores, alerts, risk and needs."""
    return outcome(filling)
