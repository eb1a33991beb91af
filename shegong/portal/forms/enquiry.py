"""Forms of the public site, in plain words."""

from typing import Any, cast

from django import forms
from django.utils.translation import gettext_lazy as _

from shegong.kernel import clock
from shegong.network.enums import Level
from shegong.portal.queries import place as queries
from shegong.portal.rules.enquiry import Plea

WHO = [("self", _("我自己")), ("other", _("别人"))]


class PlaceForm(forms.Form):
    """Where somebody lives, chosen step by step."""

    county = forms.TypedChoiceField(label=_("区(市)县"), coerce=int, error_messages={"required": _("请选择区(市)县。")})
    town = forms.TypedChoiceField(label=_("镇(街道)"), coerce=int, error_messages={"required": _("请选择镇(街道)。")})
    community = forms.TypedChoiceField(
        label=_("村(社区)"),
        coerce=int,
        empty_value=None,
        error_messages={"required": _("请选择所在的村(社区)。"), "invalid_choice": _("请选择所在的村(社区)。")},
    )

    def __init__(self, data: Any = None, *args: Any, typed: Any = None, **kwargs: Any) -> None:
        """The lists follow what was sent, or what was `typed` so far into a form that isn't sent yet."""
        super().__init__(data, *args, **{**kwargs, **({"initial": typed} if typed else {})})
        today, sent = clock.today(), typed or data
        county, town = number_in(sent, "county"), number_in(sent, "town")
        towns = queries.places(Level.TOWN, county, today) if county else ()
        if town not in {each.pk for each in towns}:
            town = None
        communities = queries.places(Level.COMMUNITY, town, today) if town else ()
        for name, rows in (
            ("county", queries.places(Level.COUNTY, None, today)),
            ("town", towns),
            ("community", communities),
        ):
            choices = [("", _("请选择")), *((each.pk, each.name) for each in rows)]
            cast(forms.ChoiceField, self.fields[name]).choices = choices


class NearForm(PlaceForm):
    """Where somebody lives, as far as they say."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            field.required = False


class PleaForm(PlaceForm):
    """A resident asks for help."""

    key = forms.UUIDField(widget=forms.HiddenInput)
    need = forms.CharField(
        label=_("需要什么帮助"),
        help_text=_("用自己的话写，一两句就行。"),
        widget=forms.Textarea(attrs={"rows": 4}),
        error_messages={"required": _("请写一写需要什么帮助。")},
    )
    who = forms.ChoiceField(label=_("谁需要帮助"), choices=WHO, initial="self", widget=forms.RadioSelect)
    asker_name = forms.CharField(
        label=_("怎么称呼您"),
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
        error_messages={"required": _("请写怎么称呼您。")},
    )
    phone = forms.CharField(
        label=_("您的电话"),
        widget=forms.TextInput(attrs={"inputmode": "tel", "autocomplete": "tel", "data-no-draft": True}),
        error_messages={"required": _("请写电话，社工才能找到您。")},
    )
    name = forms.CharField(label=_("他(她)的称呼"), required=False, help_text=_("替别人求助时填。"))
    relation = forms.CharField(label=_("您是他(她)的"), required=False, help_text=_("如：女儿、邻居。"))
    age = forms.IntegerField(
        label=_("需要帮助的人的年龄"), required=False, widget=forms.TextInput(attrs={"inputmode": "numeric"})
    )
    group = forms.TypedChoiceField(label=_("属于哪类人"), required=False, coerce=int, empty_value=None)
    is_soon = forms.BooleanField(label=_("这几天就需要"), required=False)
    agreed = forms.BooleanField(
        label=_("我已看过上面的说明，同意这样使用我填的内容"),
        error_messages={"required": _("请先看说明并打勾；不愿网上填的，可以打电话或到站点来。")},
    )
    # For machines: people don't see it.
    website = forms.CharField(required=False, widget=forms.TextInput(attrs={"tabindex": "-1", "autocomplete": "off"}))

    field_order = [
        "need",
        "who",
        "asker_name",
        "phone",
        "name",
        "relation",
        "age",
        "group",
        "county",
        "town",
        "community",
    ]

    def __init__(self, data: Any = None, *args: Any, **kwargs: Any) -> None:
        super().__init__(data, *args, **kwargs)
        choices = [("", _("不清楚")), *((each.pk, each.name) for each in queries.open_groups())]
        cast(forms.ChoiceField, self.fields["group"]).choices = choices

    def clean(self) -> dict[str, Any]:
        """Who asks for somebody else says for whom."""
        data = super().clean() or {}
        if data.get("who") == "other" and not data.get("name", "").strip():
            self.add_error("name", _("请写他(她)的称呼，如“王婆婆”。"))
        return data

    def plea(self) -> Plea:
        """What was typed, for the action."""
        data = self.cleaned_data
        for_other = data["who"] == "other"
        return Plea(
            key=data["key"],
            need=data["need"],
            asker_name=data["asker_name"],
            phone=data["phone"],
            community_id=data["community"],
            name=data["name"] if for_other else "",
            relation=data["relation"] if for_other else "",
            age=data["age"],
            group_id=data["group"],
            is_soon=data["is_soon"],
        )


class StateForm(forms.Form):
    """Number and code."""

    number = forms.CharField(label=_("编号"), widget=forms.TextInput(attrs={"autocomplete": "off"}))
    code = forms.CharField(
        label=_("查询码"),
        widget=forms.TextInput(attrs={"autocomplete": "off", "inputmode": "numeric", "data-no-draft": True}),
    )


def number_in(data: Any, name: str) -> int | None:
    """The whole number under a name in what was typed; None for anything else."""
    text = (data or {}).get(name) or ""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else None
