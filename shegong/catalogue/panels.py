"""The panels of the form editor: one part of a document as a form, and what was typed into it as a document again.

Nothing is checked here: what was typed goes into the document as it is, and `rules.faults` says what is wrong with it,
at its path, which `Panel.show` brings back to the field.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from copy import deepcopy
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from django import forms
from django.forms import BoundField
from django.utils.translation import gettext as _

from shegong.catalogue.models import Field
from shegong.catalogue.rules.document import CHOSEN, TRUE, Document
from shegong.catalogue.rules.editing import ROWS, Part, as_number, part, renamed, with_part
from shegong.catalogue.rules.faults import LONGEST_TEXT, Fault
from shegong.catalogue.rules.language import code_of

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

MOST_ROWS: Final = 120
STEPS: Final = re.compile(r"\[(\d+)\]|([^.\[\]]+)")
Place = tuple[str | int, ...]
NEEDED: Final = ("name", "value", "when", "field", "from", "list", "calculation")


@dataclass(frozen=True, slots=True)
class Entry:
    """A field of a panel: where its value lies within the part, and what kind of value that is.

    Kinds: line, text (several lines), number, words and numbers (with spaces between them), check (true or absent),
    must (an expression that always holds, or absent), lines (the look of a long text, or absent), pick (one of
    `options`) or grade (one of `options`, a whole number).
    """

    place: Place
    label: "StrOrPromise"
    kind: str = "line"
    options: tuple[tuple[str, str], ...] = ()
    hint: "StrOrPromise" = ""
    first: bool = False

    @property
    def name(self) -> str:
        """The field's name in the page."""
        return "part-" + "-".join(str(each) for each in self.place)

    @property
    def is_needed(self) -> bool:
        """Whether its part can't do without it."""
        return self.place[-1] in NEEDED or (len(self.place) > 1 and self.place[-2] == "label" and self.first)

    def read(self, data: Any) -> str | bool:
        """The value as it is shown."""
        found = _at(data, self.place)
        if self.kind == "check":
            return bool(found)
        if self.kind == "must":
            return bool(found == TRUE)
        if self.kind == "lines":
            return bool(found == "multiline")
        if self.kind in ("words", "numbers"):
            return " ".join(str(each) for each in found) if isinstance(found, list) else ""
        return "" if found is None else str(found)

    def write(self, data: Any, typed: Any) -> None:
        """Put the value into the part; what is empty is left out."""
        value: Any = typed
        if self.kind == "number":
            value = as_number(typed) if typed.strip() else None
        elif self.kind == "words":
            value = typed.split()
        elif self.kind == "numbers":
            value = [as_number(each) for each in typed.split()] or None
        elif self.kind in ("check", "must", "lines"):
            was = self.read(data)
            if typed == was:
                return
            value = {"check": True, "must": TRUE, "lines": "multiline"}[self.kind] if typed else None
        elif self.kind == "grade":
            value = int(typed) if typed else None
        _put(data, self.place, value)


def _at(data: Any, place: Place) -> Any:
    for step in place:
        if isinstance(step, int):
            data = data[step] if isinstance(data, list) and step < len(data) else None
        else:
            data = data.get(step) if isinstance(data, Mapping) else None
    return data


def _put(data: Any, place: Place, value: Any) -> None:
    for step in place[:-1]:
        data = data[step] if isinstance(step, int) else data.setdefault(step, {})
    if value is None or (value == "" and not _is_text(place)):
        data.pop(place[-1], None)
    else:
        data[place[-1]] = value


def _is_text(place: Place) -> bool:
    """Names and values stay when they are empty, so that their fault is found at them."""
    return place[-1] in ("name", "value", "when", "field", "calculation") or len(place) > 1


class Panel(forms.Form):
    """One part of a document. `rows` are its choices or bands; `is_large` says that there are too many of them to be
    changed in a page.
    """

    use_required_attribute = False

    def __init__(self, document: Document, path: str, data: Any = None) -> None:
        super().__init__(data)
        self.document, self.path = document, path
        self.present = part(document, path) if path else {}
        self.is_large = isinstance(self.present, list) and len(self.present) > MOST_ROWS
        self.entries = {} if self.is_large else {each.name: each for each in self._entries()}
        for name, entry in self.entries.items():
            self.fields[name] = _field(entry)
            self.initial[name] = entry.read(self.present)

    def _entries(self) -> Iterator[Entry]:
        root = re.split(r"[.\[]", self.path)[0]
        languages = list(self.document["languages"])
        if root == "title":
            yield from _texts((), _("名称"), languages)
        elif root == "items":
            yield from _of_item(self.present, self.document)
        elif root == "lists":
            for number in range(len(self.present)):
                yield from _of_choice(number, languages)
        elif root == "scores":
            yield from _of_score(self.present, languages)
        elif root == "needs":
            yield from _of_need()
        elif root == "alerts":
            yield from _of_alert(languages)
        elif root == "risk":
            yield from _of_risk(self.present, self.document)

    @property
    def single(self) -> list[BoundField]:
        """The fields that stand by themselves."""
        return [self[name] for name, entry in self.entries.items() if not _row_of(entry)]

    @property
    def rows(self) -> list[tuple[str, list[BoundField]]]:
        """The rows, each with its path in the document and its fields."""
        found: dict[str, list[BoundField]] = {}
        for name, entry in self.entries.items():
            if row := _row_of(entry):
                found.setdefault(f"{self.path}{row}", []).append(self[name])
        return list(found.items())

    def mark(self, *, first: bool) -> None:
        """Before it is shown: say which fields a part can't do without. Until then all may be empty, so that a part
        that isn't finished can be left for another. `first`: the keyboard begins at the first field.
        """
        for name, entry in self.entries.items():
            self.fields[name].required = entry.is_needed
        if first and self.fields:
            next(iter(self.fields.values())).widget.attrs["autofocus"] = True

    @property
    def has_rows(self) -> bool:
        """Whether a row can be added."""
        return not self.is_large and (self.path.startswith("lists.") or self.path.split("[")[0] in ROWS)

    def applied(self) -> Part:
        """The document with what was typed. Only for a panel that is valid."""
        if not self.entries:
            return deepcopy(dict(self.document))
        changed = deepcopy(self.present)
        for name, entry in self.entries.items():
            entry.write(changed, self.cleaned_data[name])
        _tidy(changed)
        document, was = dict(self.document), self.present
        is_question = self.path.startswith("items") and isinstance(was, Mapping)
        if is_question and changed["name"] and changed["name"] != was["name"]:
            document = renamed(document, was["name"], changed["name"])
            # What was typed in this panel may name the question too.
            changed = renamed({"items": [changed]}, was["name"], changed["name"])["items"][0]
        return with_part(document, self.path, changed)

    def show(self, faults: Iterable[Fault]) -> None:
        """Show the faults of this part at their fields; one without a field above them."""
        for fault in faults:
            steps = _steps(fault.path.removeprefix(self.path))
            nearest = max(self.entries.values(), key=lambda entry: _alike(entry.place, steps), default=None)
            is_near = nearest is not None and _alike(nearest.place, steps) > 0
            self.add_error(nearest.name if nearest and is_near else None, str(fault.problem))


def _alike(place: Place, steps: Place) -> int:
    """How many steps two places have in common from the beginning on."""
    return next(
        (at for at, (a, b) in enumerate(zip(place, steps, strict=False)) if a != b), min(len(place), len(steps))
    )


def _steps(relative: str) -> Place:
    return tuple(int(number) if number else name for number, name in STEPS.findall(relative))


def _row_of(entry: Entry) -> str:
    """[2] of a choice, .levels[2] of a band; empty for a field that stands by itself."""
    if entry.place and isinstance(entry.place[0], int):
        return f"[{entry.place[0]}]"
    if len(entry.place) > 1 and isinstance(entry.place[1], int):
        return f".{entry.place[0]}[{entry.place[1]}]"
    return ""


def _tidy(data: Any) -> None:
    """Leave texts out that are empty in all languages, from the part and from its rows."""
    rows = data if isinstance(data, list) else [data, *data.get("levels", ()), *data.get("bands", ())]
    for row in rows:
        for name in ("label", "hint", "constraint_message", "required_message"):
            if isinstance(row, dict) and isinstance(row.get(name), dict) and not any(row[name].values()):
                del row[name]


def _field(entry: Entry) -> forms.Field:
    label, hint = entry.label, entry.hint
    if entry.kind in ("check", "must", "lines"):
        return forms.BooleanField(label=label, help_text=hint, required=False)
    if entry.kind in ("pick", "grade"):
        return forms.ChoiceField(label=label, help_text=hint, required=False, choices=entry.options)
    widget = forms.Textarea(attrs={"rows": 2}) if entry.kind == "text" else forms.TextInput()
    if entry.kind == "number":
        widget.attrs["inputmode"] = "decimal"
    return forms.CharField(
        label=label, help_text=hint, required=False, max_length=LONGEST_TEXT, strip=True, widget=widget
    )


def _texts(place: Place, label: str, languages: list[str], kind: str = "line") -> Iterator[Entry]:
    spoken = {"zh": _("中文"), "en": _("英文")}
    for number, language in enumerate(languages):
        words = _("%(label)s（%(language)s）") % {
            "label": label,
            "language": spoken.get(code_of(language), language),
        }
        yield Entry((*place, language), words, kind, first=number == 0)


def _of_item(item: Part, document: Document) -> Iterator[Entry]:
    languages, kind = list(document["languages"]), item["kind"]
    yield from _texts(("label",), _("题目") if kind != "group" else _("分组标题"), languages, "text")
    yield from _texts(("hint",), _("提示"), languages)
    if kind in CHOSEN:
        used = tuple((name, f"{name}：{_sample(choices)}") for name, choices in document.get("lists", {}).items())
        yield Entry(("list",), _("选项表"), "pick", used)
        yield Entry(("choice_filter",), _("选项的筛选条件"))
    if kind not in ("note", "group", "repeat", "calculate"):
        if item.get("required") in (None, TRUE):
            yield Entry(("required",), _("必答"), "must")
        else:
            yield Entry(("required",), _("必答的条件"))
    if kind == "text" and item.get("appearance") in (None, "multiline"):
        yield Entry(("appearance",), _("可写多行"), "lines")
    if kind == "calculate" or item.get("calculation"):
        yield Entry(("calculation",), _("算式"), "text", hint=_("例如 ${weight} div (${height} * ${height})"))
    if kind == "repeat":
        yield Entry(("count",), _("重复几次"))
    example = _("例如 ${alone} = 'yes'")
    yield Entry(("relevant",), _("什么情况下才问"), "text", hint=_("不填则总是问。%(example)s") % {"example": example})
    if kind not in ("note", "group", "repeat", "calculate"):
        yield Entry(("constraint",), _("怎样的回答才对"), "text", hint=_("“.”是这题的回答。例如 . >= 0 and . <= 50"))
        yield from _texts(("constraint_message",), _("不对时怎么说"), languages)
    yield Entry(("name",), _("名称"), hint=_("算式里用 $ 和花括号里的名称指这道题；改名时，别处写到它的也会一起改。"))


def _sample(choices: Any) -> str:
    """A list's first choices, to know it by."""
    texts = [next(iter(each.get("label", {}).values()), "") for each in choices[:3]]
    return " / ".join(text for text in texts if text) + (" …" if len(choices) > 3 else "")


def _of_choice(number: int, languages: list[str]) -> Iterator[Entry]:
    yield Entry((number, "value"), _("值"))
    yield from _texts((number, "label"), _("选项"), languages)
    yield Entry((number, "score"), _("分值"), "number")
    yield Entry((number, "alone"), _("不能与其他同选"), "check")


def _ways() -> tuple[tuple[str, str], ...]:
    return (("sum", _("相加")), ("mean", _("平均")), ("max", _("取最高")), ("formula", _("用算式")))


def _levels(label: str) -> tuple[tuple[str, str], ...]:
    return tuple((str(level), f"{label} {level}") for level in range(1, 5))


def _points(usual: str) -> Iterator[Entry]:
    """How points come about; the usual way stands first, since it is meant where none is written."""
    ways = sorted(_ways(), key=lambda way: way[0] != usual)
    yield Entry(("how",), _("算法"), "pick", tuple(ways))
    yield Entry(("of",), _("由哪些题目得分"), "words", hint=_("题目的名称，用空格隔开。"))
    yield Entry(("expression",), _("算式"))


def _of_score(score: Part, languages: list[str]) -> Iterator[Entry]:
    yield from _texts(("label",), _("得分名称"), languages)
    yield Entry(("name",), _("名称"))
    yield from _points("sum")
    for number in range(len(score.get("levels", ()))):
        place = ("levels", number)
        yield Entry((*place, "from"), _("从几分起"), "number")
        yield from _texts((*place, "label"), _("说法"), languages)
        yield Entry((*place, "risk"), _("风险"), "grade", (("", "—"), *_levels(_("风险"))))


def _of_need() -> Iterator[Entry]:
    fields = tuple((each.code, f"{each.code} {each.name}") for each in Field.objects.all())
    yield Entry(("field",), _("服务领域"), "pick", (("", "—"), *fields))
    yield from _points("max")
    yield Entry(("levels",), _("三条分数线"), "numbers", hint=_("需求轻、中、重各从几分起，例如 1 2 3。"))


def _of_alert(languages: list[str]) -> Iterator[Entry]:
    yield Entry(("when",), _("什么情况下预警"), "text", hint=_("例如 ${falls} >= 2"))
    yield from _texts(("label",), _("预警的话"), languages)
    yield Entry(("risk",), _("风险"), "grade", _levels(_("风险")))
    fields = tuple((each.code, f"{each.code} {each.name}") for each in Field.objects.all())
    yield Entry(("field",), _("同时记为哪个领域的需求"), "pick", (("", "—"), *fields))
    yield Entry(("level",), _("需求程度"), "grade", (("", "—"), *((str(n), str(n)) for n in range(4))))


def _of_risk(risk: Part, document: Document) -> Iterator[Entry]:
    scores = tuple((each["name"], each["name"]) for each in document.get("scores", ()))
    yield Entry(("score",), _("按哪个得分"), "pick", (("", "—"), *scores))
    for number in range(len(risk.get("bands", ()))):
        yield Entry(("bands", number, "from"), _("从几分起"), "number")
        yield Entry(("bands", number, "level"), _("风险"), "grade", _levels(_("风险")))
