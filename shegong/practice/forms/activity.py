"""Forms of community work: the plan, how it comes back, sign-ups, attendance, what others gave, the summary."""

from collections.abc import Iterable
from datetime import date, datetime, time, timedelta
from typing import Any, Final, cast

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from shegong.kernel.inputs import moment_field, text_field
from shegong.kernel.recurrence import Repeat
from shegong.network.models import Organisation
from shegong.practice.actions.activity import ActivitySheet, ActivitySummary
from shegong.practice.actions.activity_guests import Gift
from shegong.practice.enums import Band, Place, ResourceKind
from shegong.practice.forms.client import date_field
from shegong.practice.forms.gathering import (
    KeysField,
    PlanForm,
    SpendingForm,
    budget_text,
    number_field,
)
from shegong.practice.models import Activity
from shegong.practice.queries.activity import TurnoutSheet
from shegong.practice.rules.activity import BANDS, NAME_LENGTH, ActivityDraft, Turnout
from shegong.practice.rules.groupwork import REASON_LENGTH, TITLE_LENGTH

BAND_NAMES: Final = dict(Band.choices)


class ActivityForm(PlanForm):
    """An activity's plan. Its fields carry the names of an ActivityDraft's."""

    title = forms.CharField(label=_("活动名称"), max_length=TITLE_LENGTH)
    purpose = text_field(_("活动目的"), rows=2)
    target = forms.CharField(label=_("参加对象"), max_length=200)
    starts_at = moment_field(_("开始时间"))
    minutes = number_field(_("时长(分钟)"))
    venue = forms.CharField(label=_("活动地点"), max_length=100)
    place = forms.ChoiceField(label=_("地点类型"), choices=Place.choices)
    expected = number_field(_("预计人数"))
    capacity = number_field(_("名额"), required=False, help_text=_("空着表示不限；满了以后报名进入候补。"))
    flow = text_field(_("活动流程"), _("时间、环节、谁负责。"), rows=4)
    staffing = text_field(_("人员分工"), rows=2, required=False)
    safety = text_field(_("安全预案"), _("人流、天气、急救、走失怎么办。"), rows=2)
    repeat = forms.ChoiceField(label=_("重复"), required=False, choices=[("", _("只办一次")), *Repeat.choices])
    until = date_field(_("重复到哪天"))
    following = forms.BooleanField(label=_("同一系列以后的场次也一起改"), required=False)

    def __init__(self, *args: Any, existing: Activity | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if existing is not None:
            del self.fields["repeat"], self.fields["until"]
        if existing is None or existing.series_id is None:
            del self.fields["following"]

    def clean(self) -> dict[str, Any]:
        """A repetition needs its end."""
        said = super().clean() or self.cleaned_data
        if said.get("repeat") and not said.get("until") and "until" not in self.errors:
            self.add_error("until", _("请选择重复到哪天。"))
        return said

    def draft(self) -> ActivityDraft:
        """What was said, for the action. Only after `is_valid`."""
        said = self.cleaned_data
        plain = {name: said[name] for name in ActivityDraft.__slots__ if name in said}
        return ActivityDraft(**plain | {"helper_ids": tuple(said.get("helper_ids", ()))})


def activity_values(activity: Activity) -> dict[str, Any]:
    """What the form says about a plan that is to be changed."""
    values = {name: getattr(activity, name) for name in ActivityDraft.__slots__ if name != "budget"}
    return values | {
        "key": activity.pk,
        "starts_at": timezone.localtime(activity.starts_at),
        "budget": budget_text(activity.budget.order_by("position")),
    }


def new_values(today: date) -> dict[str, Any]:
    """What a fresh plan says already: in a week, in the afternoon, for two hours."""
    return {
        "starts_at": datetime.combine(today + timedelta(days=7), time(14, 30)),
        "minutes": 120,
        "place": Place.COMMUNITY,
        "expected": 30,
    }


class ResidentForm(forms.Form):
    """A resident without a file who wants to come."""

    name = forms.CharField(
        label=_("姓名"), max_length=NAME_LENGTH, widget=forms.TextInput(attrs={"data-no-draft": True})
    )
    phone = forms.CharField(
        label=_("电话"),
        required=False,
        widget=forms.TextInput(attrs={"inputmode": "tel", "autocomplete": "off", "data-no-draft": True}),
        help_text=_("加密保存，只用于这次活动的联系。"),
    )


class TurnoutForm(forms.Form):
    """Who came: ticks for those on the list and those found, and numbers for the others."""

    client_ids = KeysField(label=_("到场的服务对象"), required=False)
    signup_ids = KeysField(label=_("到场的居民"), required=False)
    walk_in_count = number_field(_("未登记人数"), required=False, initial=0)
    started_at = moment_field(_("开始时间"))
    minutes = number_field(_("时长(分钟)"))
    worker_ids = forms.TypedMultipleChoiceField(
        label=_("工作人员"), coerce=int, required=False, widget=forms.CheckboxSelectMultiple
    )
    content = text_field(_("做了什么"))
    reason = forms.CharField(label=_("更正原因"), required=False, max_length=REASON_LENGTH)

    def __init__(self, sheet: TurnoutSheet, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.sheet = sheet
        cast(forms.ChoiceField, self.fields["worker_ids"]).choices = [(each.pk, each.name) for each in sheet.workers]
        if sheet.activity.record_id is None:
            del self.fields["reason"]
        for band in BANDS:
            self.fields[f"band_{band}"] = number_field(BAND_NAMES[band], required=False)

    @property
    def bands(self) -> list[forms.BoundField]:
        """The fields of sex and age."""
        return [self[f"band_{band}"] for band in BANDS]

    def said(self) -> ActivitySheet:
        """What was said, for the action. Only after `is_valid`."""
        said = self.cleaned_data
        bands = {band: said[f"band_{band}"] for band in BANDS if said[f"band_{band}"]}
        return ActivitySheet(
            started_at=said["started_at"],
            minutes=said["minutes"],
            worker_ids=tuple(said["worker_ids"]),
            turnout=Turnout(said["client_ids"], said["signup_ids"], said["walk_in_count"] or 0, bands),
            content=said["content"],
            reason=said.get("reason", ""),
        )


def turnout_values(sheet: TurnoutSheet, now: datetime) -> dict[str, Any]:
    """What the sheet says already: the plan, or what was held."""
    activity, record = sheet.activity, sheet.record
    return {
        "started_at": timezone.localtime(min(activity.starts_at, now - timedelta(minutes=activity.minutes))),
        "minutes": activity.minutes,
        "worker_ids": list(sheet.givers),
        "walk_in_count": activity.walk_in_count,
        "content": record.summary if record else "",
        **{f"band_{band}": count for band, count in activity.walk_ins.items()},
    }


class GiftForm(forms.Form):
    """What somebody gave."""

    organisation = forms.TypedChoiceField(label=_("组织"), required=False, coerce=int, empty_value=None)
    giver = forms.CharField(
        label=_("提供方"), required=False, max_length=120, help_text=_("不在组织名录里的，在这里写名称。")
    )
    kind = forms.ChoiceField(label=_("资源类型"), choices=ResourceKind.choices, widget=forms.RadioSelect)
    what = forms.CharField(label=_("内容与数量"), max_length=200)
    worth = forms.DecimalField(label=_("价值(元)"), required=False, min_value=0, max_digits=9, decimal_places=2)
    linked_on = date_field(_("日期"), required=True)

    def __init__(self, organisations: Iterable[Organisation], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [("", "—"), *((each.pk, each.name) for each in organisations)]
        cast(forms.ChoiceField, self.fields["organisation"]).choices = choices

    def gift(self) -> Gift:
        """What was said, for the action. Only after `is_valid`."""
        said = self.cleaned_data
        return Gift(
            kind=said["kind"],
            what=said["what"],
            linked_on=said["linked_on"],
            organisation_id=said["organisation"],
            giver=said["giver"],
            worth=said["worth"],
        )


class ActivitySummaryForm(SpendingForm):
    """What came of an activity."""

    outcome = text_field(_("活动成效"), _("目的达到了吗，凭什么这样说。"), rows=4)
    feedback = text_field(_("参加者反馈"), rows=2, required=False)
    field_order = ("outcome", "feedback", "satisfaction")

    def summary(self) -> ActivitySummary:
        """What was said, for the action. Only after `is_valid`."""
        said = self.cleaned_data
        return ActivitySummary(said["outcome"], said["feedback"], said.get("satisfaction"), self.spent())
