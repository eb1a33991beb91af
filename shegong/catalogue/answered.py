"""A filled form in words: each answer beside its question, in the reader's language."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from shegong.catalogue.rules.document import CHOSEN, Item
from shegong.catalogue.rules.filling import Filling, Turn
from shegong.catalogue.rules.language import reader_language, spoken


@dataclass(frozen=True, slots=True)
class AnsweredQuestion:
    """A question and its answer in words. `section` is the title of the part it stands in."""

    section: str
    label: str
    answer: str


@dataclass(frozen=True, slots=True)
class AnsweredSection:
    """A part of a form with its answered questions."""

    title: str
    questions: list[AnsweredQuestion] = field(default_factory=list)


def answered_questions(filling: Filling) -> list[AnsweredQuestion]:
    """Questions with an answer, in the form's order; notes and what is worked out without a label are left out."""
    return list(_Words(filling).told())


def answered_sections(questions: Iterable[AnsweredQuestion]) -> list[AnsweredSection]:
    """The same in the form's parts."""
    found: list[AnsweredSection] = []
    for each in questions:
        if not found or found[-1].title != each.section:
            found.append(AnsweredSection(each.section))
        found[-1].questions.append(each)
    return found


class _Words:
    def __init__(self, filling: Filling) -> None:
        self.filling = filling
        self.language = reader_language(filling.form.document["languages"])

    def told(self) -> Iterator[AnsweredQuestion]:
        for item, turn in self.filling.each():
            value = self.filling.value(item, turn)
            label = self.filling.spoken(item.data.get("label", {}), self.language, turn)
            if value and label:
                yield AnsweredQuestion(self._section(item), self._placed(item, turn, label), self._answer(item, value))

    def _section(self, item: Item) -> str:
        top = item.around[0] if item.around else None
        return self.filling.spoken(top.data.get("label", {}), self.language, self.filling.root) if top else ""

    def _placed(self, item: Item, turn: Turn, label: str) -> str:
        numbers = ".".join(str(each.number) for each in turn.chain[1:])
        return f"{numbers} · {label}" if numbers else label

    def _answer(self, item: Item, value: str) -> str:
        if item.kind == "acknowledge":
            return _("已确认")
        if item.kind not in CHOSEN:
            return value.replace("T", " ") if item.kind == "datetime" else value
        labels = {each["value"]: spoken(each.get("label", {})) for each in self.filling.form.choices(item)}
        named = [labels.get(each) or each for each in value.split()]
        if item.kind == "rank":
            named = [f"{place}. {name}" for place, name in enumerate(named, start=1)]
        return listed(named)


def listed(words: Iterable[str]) -> str:
    """Words in a row, with the sign that the reader's language puts between them."""
    return ("; " if (get_language() or "").startswith("en") else "、").join(words)


def value_label(choices: Iterable[Mapping[str, Any]], value: str) -> str:
    """A choice's label in the reader's language; the value where it has none."""
    return next((spoken(each["label"]) for each in choices if each["value"] == value), value)
