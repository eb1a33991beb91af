"""Forms of a family's parts. They only read what was typed; the rules say what is wrong with it."""

from abc import abstractmethod
from collections.abc import Mapping
from typing import Any, Final, cast
from uuid import UUID

from django import forms
from django.utils.translation import gettext_lazy as _

from shegong.practice.enums import (
    BondDirection,
    BondKind,
    Descent,
    Sex,
    SystemKind,
    TieFlow,
    TieStrength,
    UnionKind,
)
from shegong.practice.pictures import words
from shegong.practice.rules.family import Bond, Family, Parentage, Person, System, Tie, Union
from shegong.practice.rules.kinship import RELATIONS

SEXES: Final = [(Sex.MALE.value, _("男")), (Sex.FEMALE.value, _("女")), (Sex.UNKNOWN.value, _("不清楚"))]
WHOLE: Final = "all"


def _year(label: Any, hint: Any = "") -> forms.IntegerField:
    attrs = {"inputmode": "numeric", "autocomplete": "off"}
    return forms.IntegerField(label=label, help_text=hint, required=False, widget=forms.NumberInput(attrs=attrs))


def _text(label: Any, hint: Any = "", *, required: bool = False) -> forms.CharField:
    widget = forms.TextInput(attrs={"autocomplete": "off"})
    return forms.CharField(label=label, help_text=hint, required=required, widget=widget)


def _terms(label: Any, terms: Any) -> forms.ChoiceField:
    return forms.ChoiceField(label=label, choices=terms.choices, widget=forms.RadioSelect)


class PartForm(forms.Form):
    """A part of a family: `row` is what it is now, or None for a new one."""

    # Choices among people, filled when the family is known.
    people: tuple[str, ...] = ()

    def __init__(
        self, *args: Any, family: Family, row: Any = None, initial: Mapping[str, Any] | None = None, **kwargs: Any
    ) -> None:
        self.family, self.present = family, row
        first = self.beginning() if row is None else self.typed(row)
        kwargs["initial"] = {**first, **(initial or {})}
        super().__init__(*args, **kwargs)
        choices = [(str(each.id), each.name) for each in family.persons]
        for name in self.people:
            cast(forms.ChoiceField, self.fields[name]).choices = [("", "—"), *choices]

    def beginning(self) -> dict[str, Any]:
        """What a new one begins with."""
        return {}

    def typed(self, row: Any) -> dict[str, Any]:
        """A row as the form's fields have it."""
        return {name: getattr(row, name) for name in self.declared_fields if hasattr(row, name)}

    @abstractmethod
    def row(self, key: UUID) -> Any:
        """The row that was typed."""


class RelativeForm(PartForm):
    """Somebody new, as a relative of somebody known."""

    people = ("of",)
    relation = forms.ChoiceField(
        label=_("加谁"),
        choices=[(code, name) for code, (name, _sex) in RELATIONS.items()],
        widget=forms.RadioSelect,
    )
    of = forms.ChoiceField(label=_("是谁的"))
    name = _text(_("姓名"), _("不知道姓名可以不填，先用称呼。"))
    born = _year(_("出生年份"), _("四位数，如 1956；不清楚可以不填。"))
    in_household = forms.BooleanField(label=_("同住"), required=False)
    is_dead = forms.BooleanField(label=_("已去世"), required=False)

    def row(self, key: UUID) -> Person:
        """The person who was typed; without a name it is called by the relation."""
        typed = self.cleaned_data
        return Person(
            key,
            typed["name"].strip() or str(RELATIONS[typed["relation"]][0]),
            born=typed["born"],
            in_household=typed["in_household"],
            is_dead=typed["is_dead"],
        )


class PersonForm(PartForm):
    """Somebody of the family. What the client's own file says isn't asked again."""

    name = _text(_("姓名或称呼"), required=True)
    sex = forms.ChoiceField(label=_("性别"), choices=SEXES, required=False, widget=forms.RadioSelect)
    born = _year(_("出生年份"))
    in_household = forms.BooleanField(label=_("同住"), required=False)
    is_dead = forms.BooleanField(label=_("已去世"), required=False)
    died = _year(_("去世年份"))
    occupation = _text(_("职业"))
    health = _text(_("健康状况"))
    file = _text(_("档案编号"), _("这位家人也是服务对象时，填其档案编号。"))

    def __init__(self, *args: Any, client_id: UUID, numbers: Mapping[UUID, str], **kwargs: Any) -> None:
        self.numbers = numbers
        super().__init__(*args, **kwargs)
        self.is_client = self.present.linked == client_id
        if self.is_client:
            for name in ("name", "sex", "born", "in_household", "file"):
                del self.fields[name]

    def typed(self, row: Person) -> dict[str, Any]:
        """As the fields have it, with the number of the linked file, if it may be seen."""
        known = super().typed(row)
        sex = row.sex if row.sex in (Sex.MALE, Sex.FEMALE) else Sex.UNKNOWN.value
        return {**known, "sex": sex, "file": self.numbers.get(row.linked, "") if row.linked else ""}

    def row(self, key: UUID) -> Person:
        """The person who was typed; the link is settled by the view, which can look up the number."""
        typed, present = self.cleaned_data, self.present
        return Person(
            key,
            typed.get("name", present.name),
            sex=typed.get("sex") or present.sex,
            born=typed.get("born", present.born),
            is_dead=typed["is_dead"],
            died=typed["died"],
            linked=present.linked,
            in_household=typed.get("in_household", present.in_household),
            occupation=typed["occupation"],
            health=typed["health"],
        )


class UnionForm(PartForm):
    """A couple."""

    people = ("first", "second")
    first = forms.ChoiceField(label=_("一方"))
    second = forms.ChoiceField(label=_("另一方"))
    kind = _terms(_("关系"), UnionKind)
    since = _year(_("开始年份"))
    until = _year(_("结束年份"))

    def row(self, key: UUID) -> Union:
        """The couple that was typed."""
        typed = self.cleaned_data
        first, second = UUID(typed["first"]), UUID(typed["second"])
        return Union(key, first, second, typed["kind"], typed["since"], typed["until"])


class ParentageForm(PartForm):
    """Whose child somebody is."""

    people = ("child",)
    child = forms.ChoiceField(label=_("子女"))
    parents = forms.ChoiceField(label=_("父母"))
    kind = _terms(_("关系"), Descent)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        family = self.family
        couples = [
            (f"union:{each.id}", words.names(name_of(family, key) for key in (each.first, each.second)))
            for each in family.unions
        ]
        singles = [(f"parent:{each.id}", each.name) for each in family.persons]
        cast(forms.ChoiceField, self.fields["parents"]).choices = [("", "—"), *couples, *singles]

    def beginning(self) -> dict[str, Any]:
        """Most are born to their parents."""
        return {"kind": Descent.BIOLOGICAL.value}

    def typed(self, row: Parentage) -> dict[str, Any]:
        """With the couple or the person in one field."""
        parents = f"union:{row.union}" if row.union else f"parent:{row.parent}"
        return {"child": str(row.child), "parents": parents, "kind": row.kind}

    def row(self, key: UUID) -> Parentage:
        """The parentage that was typed."""
        typed = self.cleaned_data
        what, _colon, of = typed["parents"].partition(":")
        return Parentage(key, UUID(typed["child"]), kind=typed["kind"], **{what: UUID(of)})


class BondForm(PartForm):
    """How two people stand to each other."""

    people = ("first", "second")
    first = forms.ChoiceField(label=_("一方"))
    second = forms.ChoiceField(label=_("另一方"))
    kind = _terms(_("关系"), BondKind)
    direction = _terms(_("方向"), BondDirection)

    def beginning(self) -> dict[str, Any]:
        """Most go both ways."""
        return {"direction": BondDirection.BOTH.value}

    def row(self, key: UUID) -> Bond:
        """The bond that was typed."""
        typed = self.cleaned_data
        return Bond(key, UUID(typed["first"]), UUID(typed["second"]), typed["kind"], typed["direction"])


class TieFields(PartForm):
    """With whom a tie is, how strong, and where it leads."""

    person = forms.ChoiceField(label=_("与谁的联系"))
    strength = _terms(_("联系强弱"), TieStrength)
    flow = _terms(_("方向"), TieFlow)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        people = [(WHOLE, _("全家")), *((str(each.id), each.name) for each in self.family.persons)]
        cast(forms.ChoiceField, self.fields["person"]).choices = people

    def beginning(self) -> dict[str, Any]:
        """An ordinary tie to everybody."""
        return {"person": WHOLE, "strength": TieStrength.ORDINARY.value, "flow": TieFlow.FROM.value}

    def tie(self, key: UUID, system: UUID) -> Tie:
        """The tie that was typed, to this system."""
        typed = self.cleaned_data
        person = None if typed["person"] == WHOLE else UUID(typed["person"])
        return Tie(key, system, person, typed["strength"], typed["flow"])


class TieForm(TieFields):
    """The tie of a system to all of the household, or to one person."""

    system = forms.ChoiceField(label=_("社会系统"))
    field_order = ("system", "person", "strength", "flow")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        systems = [(str(each.id), each.name) for each in self.family.systems]
        cast(forms.ChoiceField, self.fields["system"]).choices = [("", "—"), *systems]

    def typed(self, row: Tie) -> dict[str, Any]:
        """With a word for everybody."""
        return {**super().typed(row), "person": str(row.person) if row.person else WHOLE}

    def row(self, key: UUID) -> Tie:
        """The tie that was typed."""
        return self.tie(key, UUID(self.cleaned_data["system"]))


class SystemForm(PartForm):
    """Something that surrounds the household."""

    kind = forms.ChoiceField(label=_("类别"), choices=SystemKind.choices)
    name = _text(_("名称"), _("如：社区卫生站、四年级二班、牌友。"), required=True)
    note = _text(_("说明"))

    def row(self, key: UUID) -> System:
        """The system that was typed."""
        typed = self.cleaned_data
        return System(key, typed["kind"], typed["name"], typed["note"])


class NewSystemForm(TieFields):
    """A system together with its first tie."""

    kind = forms.ChoiceField(label=_("类别"), choices=SystemKind.choices)
    name = _text(_("名称"), _("如：社区卫生站、四年级二班、牌友。"), required=True)
    note = _text(_("说明"))
    field_order = ("kind", "name", "person", "strength", "flow", "note")

    def row(self, key: UUID) -> System:
        """The system that was typed; its tie is `tie`."""
        typed = self.cleaned_data
        return System(key, typed["kind"], typed["name"], typed["note"])


def name_of(family: Family, key: UUID) -> str:
    """What somebody of the family is called."""
    found = family.person(key)
    return found.name if found else "?"


FORMS: Final[Mapping[str, type[PartForm]]] = {
    "persons": PersonForm,
    "unions": UnionForm,
    "parentages": ParentageForm,
    "bonds": BondForm,
    "systems": SystemForm,
    "ties": TieForm,
}
