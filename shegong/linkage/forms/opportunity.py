"""Forms of calls for volunteers: the call itself, its list, corrections, the export."""

from collections.abc import Iterable, Sequence
from datetime import datetime, time, timedelta
from typing import Any
from uuid import UUID

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from shegong.kernel.inputs import day_field, last_day_field, moment_field, text_field
from shegong.linkage.enums import TrainingTopic
from shegong.linkage.models import Opportunity
from shegong.linkage.queries.opportunity import Listed
from shegong.linkage.rules.opportunity import OpportunityDraft, Presence, presence_problem

MOST_ROWS = 20_000
PLAIN = (
    "title", "work", "place", "starts_at", "ends_at", "places", "minimum_age", "skills", "training", "insurance",
    "contact", "contact_phone",
)  # fmt: skip


class OpportunityForm(forms.Form):
    """A call for volunteers."""

    title = forms.CharField(label=_("项目名称"), max_length=60)
    work = text_field(_("服务内容"), _("做什么，需要注意什么。"))
    place = forms.CharField(label=_("服务地点"), max_length=100)
    starts_at = moment_field(_("开始时间"))
    ends_at = moment_field(_("结束时间"))
    places = forms.IntegerField(label=_("招募人数"), min_value=1, max_value=5000)
    minimum_age = forms.IntegerField(label=_("最低年龄"), min_value=0, max_value=80, initial=14)
    skills = forms.MultipleChoiceField(label=_("需要的技能"), required=False, widget=forms.CheckboxSelectMultiple)
    training = forms.ChoiceField(
        label=_("须完成的培训"), choices=[("", _("不要求")), *TrainingTopic.choices], required=False
    )
    insurance = forms.CharField(label=_("保险说明"), max_length=200, required=False)
    contact = forms.CharField(label=_("联系人"), max_length=40, help_text=_("公开，志愿者看得到。"))
    contact_phone = forms.CharField(label=_("联系电话"), max_length=30)

    def __init__(
        self, *args: Any, skills: Iterable[tuple[str, str]], stations: Iterable[tuple[str, str]] = (), **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.fields["skills"] = forms.MultipleChoiceField(
            label=_("需要的技能"), required=False, widget=forms.CheckboxSelectMultiple, choices=list(skills)
        )
        known = list(stations)
        if known:
            self.fields["station"] = forms.ChoiceField(label=_("组织站点"), choices=known)
            self.order_fields(["station"])

    def draft(self) -> OpportunityDraft:
        """The same as the actions take it."""
        values = {name: self.cleaned_data[name] for name in PLAIN}
        return OpportunityDraft(**{**values, "skills": tuple(values["skills"])})


def initial_of(opportunity: Opportunity) -> dict[str, Any]:
    """What a form begins with."""
    return {name: getattr(opportunity, name) for name in PLAIN}


def _time_field(label: Any) -> forms.TimeField:
    return forms.TimeField(label=label, required=False, widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"))


def moment_of(opportunity: Opportunity, at: time | None) -> datetime | None:
    """A time of day within an event, which may go on past midnight."""
    if at is None:
        return None
    begins = timezone.localtime(opportunity.starts_at)
    day = begins.date()
    # Minutes are typed; an event's own beginning may have seconds.
    if at < begins.time().replace(second=0, microsecond=0):
        day += timedelta(days=1)
    found = timezone.make_aware(datetime.combine(day, at))
    for edge in (opportunity.starts_at, opportunity.ends_at):
        if found.replace(second=0) == edge.replace(second=0, microsecond=0):
            return edge
    return found


class PresenceForm(forms.Form):
    """Whether somebody came, from when to when."""

    came = forms.ChoiceField(label=_("到场"), choices=[("yes", _("到场")), ("no", _("未到"))], widget=forms.RadioSelect)
    begins = _time_field(_("开始"))
    ends = _time_field(_("结束"))
    rest = forms.IntegerField(label=_("其中休息（分钟）"), min_value=0, max_value=1440, required=False)

    def __init__(self, *args: Any, opportunity: Opportunity, now: datetime, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._opportunity, self._now = opportunity, now

    def presence(self) -> Presence:
        """The same as the actions take it."""
        values = self.cleaned_data
        came = values.get("came") == "yes"
        if not came:
            return Presence(False)
        begins, ends = (moment_of(self._opportunity, values.get(name)) for name in ("begins", "ends"))
        return Presence(True, begins, ends, values.get("rest") or 0)

    def clean(self) -> dict[str, Any]:
        """Within the event, and not in the future."""
        values: dict[str, Any] = super().clean() or {}
        if "came" in values and not self.errors:
            wrong = presence_problem(self.presence(), self._opportunity.starts_at, self._opportunity.ends_at, self._now)
            if wrong:
                place = {"starts_at": "begins", "ends_at": "ends", "minutes": "ends"}.get(
                    wrong.field or "", wrong.field
                )
                self.add_error(place, str(wrong))
        return values


class CorrectionForm(PresenceForm):
    """What it should be, and why."""

    reason = text_field(_("理由"), rows=2)


def list_forms(
    opportunity: Opportunity, listed: Sequence[Listed], now: datetime, data: Any = None
) -> list[tuple[Listed, PresenceForm | None]]:
    """For each with a place a form, unless it is confirmed already."""
    found: list[tuple[Listed, PresenceForm | None]] = []
    for each in listed:
        there = each.attendance
        if each.signup.state != "signed" or (there and there.confirmed_at):
            found.append((each, None))
            continue
        begins = there.starts_at if there and there.starts_at else opportunity.starts_at
        ends = there.ends_at if there and there.ends_at else opportunity.ends_at
        initial = {
            "came": "no" if there and not there.came else "yes",
            "begins": timezone.localtime(begins).time(),
            "ends": timezone.localtime(ends).time(),
        }
        prefix = prefix_of(each.signup.volunteer_id)
        found.append((each, PresenceForm(data, initial=initial, prefix=prefix, opportunity=opportunity, now=now)))
    return found


def prefix_of(volunteer_id: UUID) -> str:
    """What the fields of somebody's row begin with."""
    return f"v{volunteer_id.hex}"


class DecideForm(forms.Form):
    """What becomes of a wish to correct."""

    accepts = forms.ChoiceField(
        label=_("处理结果"), choices=[("yes", _("更正")), ("no", _("不更正"))], widget=forms.RadioSelect, initial="yes"
    )
    answer = text_field(_("答复"), _("志愿者看得到。"), rows=2)


class CancelForm(forms.Form):
    """Why."""

    reason = text_field(_("取消原因"), _("已报名的志愿者看得到。"), rows=2)


class AddForm(forms.Form):
    """Whom to sign up, by number."""

    number = forms.CharField(
        label=_("志愿者编号"), max_length=16, help_text=_("16 位；本站的志愿者。"),
        widget=forms.TextInput(attrs={"inputmode": "numeric"}),
    )  # fmt: skip


class ExportForm(forms.Form):
    """For which stations and period."""

    station = forms.ChoiceField(label=_("站点"), required=False)
    since = day_field(_("起"))
    until = last_day_field(_("止（含当天）"))

    def __init__(self, *args: Any, stations: Iterable[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["station"] = forms.ChoiceField(
            label=_("站点"), required=False, choices=[("", _("全部站点")), *stations]
        )
