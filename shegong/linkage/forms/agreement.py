"""Forms of agreements, their sides, places and channels, reviews, joint projects and the fund's list."""

from collections.abc import Iterable
from typing import Any, Final

from django import forms
from django.utils.translation import gettext_lazy as _

from shegong.kernel.inputs import day_field, last_day_field, text_field
from shegong.linkage.enums import FollowKind, ReferralDirection, ReviewOutcome

Choices = Iterable[tuple[Any, Any]]
HUB: Final = "hub"


def offer(form: forms.Form, name: str, choices: Choices) -> None:
    """What a field of choices offers."""
    field = form.fields[name]
    assert isinstance(field, forms.ChoiceField)
    field.choices = list(choices)


class AgreementForm(forms.Form):
    """The five parts, the days and how often it is reviewed; for which hub, where there are several."""

    hub = forms.ChoiceField(label=_("由谁签署"))
    title = forms.CharField(label=_("协议名称"), max_length=100)
    scope = text_field(_("协同范围"), _("为哪些人、哪些事。"))
    content = text_field(_("协同内容"), _("各方一起做什么。"))
    mode = text_field(_("协同方式"), _("怎么转、怎么接、怎么通气。"))
    mechanism = text_field(_("协同机制"), _("谁牵头、多久会商、有分歧怎么办。"))
    supervision = text_field(_("监督方式"), _("谁看执行得怎样、怎么公开。"))
    since = day_field(_("第一天"))
    until = last_day_field(_("最后一天"))
    review_months = forms.IntegerField(
        label=_("每几个月评估一次"), min_value=1, max_value=24, initial=6, help_text=_("到期前提醒区（市）县和市级。")
    )

    def __init__(self, *args: Any, hubs: Choices = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        known = list(hubs)
        if len(known) > 1:
            offer(self, HUB, known)
        else:
            del self.fields[HUB]


class PartyForm(forms.Form):
    """Another side of the agreement."""

    organisation = forms.ChoiceField(label=_("单位"))
    does = text_field(_("职责分工"), rows=2, required=False)
    contact = forms.CharField(label=_("联系人"), max_length=40, required=False)
    phone = forms.CharField(label=_("联系电话"), max_length=30, required=False)

    def __init__(self, *args: Any, organisations: Choices, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer(self, "organisation", organisations)


class OwnSideForm(forms.Form):
    """What the stations' side does, and whom to call."""

    does = text_field(_("职责分工"), rows=2, required=False)
    contact = forms.CharField(label=_("联系人"), max_length=40, required=False)
    phone = forms.CharField(label=_("联系电话"), max_length=30, required=False)


class PlacesForm(forms.Form):
    """For which stations it holds."""

    stations = forms.MultipleChoiceField(
        label=_("适用站点"), help_text=_("选总站即包括其下全部站点；选社工站即包括其社工室。"),
        widget=forms.CheckboxSelectMultiple, error_messages={"required": _("请选择协议适用的站点。")},
    )  # fmt: skip

    def __init__(self, *args: Any, stations: Choices, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["stations"]
        assert isinstance(field, forms.MultipleChoiceField)
        field.choices = list(stations)


class ChannelForm(forms.Form):
    """A way on which people are referred."""

    organisation = forms.ChoiceField(label=_("单位"))
    direction = forms.ChoiceField(
        label=_("方向"),
        choices=ReferralDirection,
        initial=ReferralDirection.TO_DEPARTMENT.value,
        widget=forms.RadioSelect,
    )
    needs = forms.CharField(label=_("适用的服务或需求"), max_length=200, help_text=_("如：临时救助、残疾人康复。"))
    groups = forms.MultipleChoiceField(
        label=_("适用人群"), required=False, help_text=_("不选即不限人群。"), widget=forms.CheckboxSelectMultiple
    )
    accept_days = forms.IntegerField(label=_("几个工作日内答复"), min_value=1, max_value=60, initial=3)
    result_days = forms.IntegerField(label=_("几个工作日内反馈结果"), min_value=1, max_value=250, initial=20)

    def __init__(self, *args: Any, organisations: Choices, groups: Choices, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer(self, "organisation", organisations)
        field = self.fields["groups"]
        assert isinstance(field, forms.MultipleChoiceField)
        field.choices = list(groups)


class SignForm(forms.Form):
    """A signature in one's own name needs no more; one on paper says when and whose it was."""

    signed_on = day_field(_("纸质签署日期"), required=False)
    on_paper = forms.CharField(
        label=_("纸质签署说明"), max_length=200, required=False, help_text=_("文号，或签署人职务。")
    )

    def __init__(self, *args: Any, is_paper: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not is_paper:
            self.fields.clear()


class FollowForm(forms.Form):
    """Why another version follows."""

    kind = forms.ChoiceField(
        label=_("另起一版"), choices=FollowKind, initial=FollowKind.AMEND.value, widget=forms.RadioSelect
    )
    reason = text_field(_("理由"), rows=2)


class AgreementReasonForm(forms.Form):
    """Why it ends."""

    reason = text_field(_("原因"), rows=2)


class ReviewForm(forms.Form):
    """What the review says."""

    held_on = day_field(_("评估日期"))
    outcome = forms.ChoiceField(
        label=_("结论"), choices=ReviewOutcome, initial=ReviewOutcome.GOES_ON.value, widget=forms.RadioSelect
    )
    result = text_field(_("评估情况"), _("转介办得怎样、哪里不顺、怎么改。"))


class ArrivalForm(forms.Form):
    """Whom a department sends where for what."""

    key = forms.UUIDField(widget=forms.HiddenInput)
    channel = forms.ChoiceField(label=_("按哪条通道"))
    station = forms.ChoiceField(label=_("转给"))
    name = forms.CharField(label=_("姓名"), max_length=60)
    phone = forms.CharField(label=_("电话"), max_length=30, required=False)
    address = forms.CharField(label=_("住址"), max_length=200, required=False)
    group = forms.ChoiceField(label=_("人群"), required=False)
    reason = text_field(_("情况"))
    asked = text_field(_("请站点做什么"), rows=2)
    consent_on = day_field(_("本人同意转介的日期"), _("须先征得本人（或监护人）同意。"))

    def __init__(self, *args: Any, channels: Choices, stations: Choices, groups: Choices, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer(self, "channel", channels)
        offer(self, "station", stations)
        offer(self, "group", groups)


class ArrivalAnswerForm(forms.Form):
    """A word to the department."""

    answer = text_field(_("答复"), _("谁来接手、什么时候联系。"), rows=2, required=False)


class ArrivalDeclineForm(forms.Form):
    """Why not."""

    answer = text_field(_("不能接收的原因"), rows=2)


class ArrivalResultForm(forms.Form):
    """What came of it."""

    result = text_field(_("结果"), _("做了什么，情况怎样；只写部门需要知道的。"))


class ProjectForm(forms.Form):
    """A joint project: who does what until when."""

    station = forms.ChoiceField(label=_("牵头站点"))
    title = forms.CharField(label=_("项目名称"), max_length=100)
    aim = text_field(_("目标"), rows=2)
    since = day_field(_("第一天"))
    until = last_day_field(_("最后一天"))

    def __init__(self, *args: Any, stations: Choices, parties: Iterable[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer(self, "station", stations)
        self.part_names = []
        for key, name in parties:
            field = f"part-{key}"
            self.part_names.append(field)
            self.fields[field] = forms.CharField(
                label=_("%(name)s的分工") % {"name": name}, max_length=300, required=False
            )

    def parts(self) -> dict[str, str]:
        """{side: what it does}, of those that do something."""
        return {
            name.removeprefix("part-"): text for name in self.part_names if (text := self.cleaned_data[name].strip())
        }


class OutcomeForm(forms.Form):
    """What came of a joint project."""

    outcome = text_field(_("成效"), _("做了什么，服务了多少人，带来什么变化。"))


class JointActivityForm(forms.Form):
    """Which activity belongs to it."""

    activity = forms.ChoiceField(label=_("社区活动"))

    def __init__(self, *args: Any, activities: Choices, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer(self, "activity", activities)


class PayableForm(forms.Form):
    """Whether the fund may pay a service, up to what, by what rule."""

    is_payable = forms.TypedChoiceField(
        label=_("能否支付"), choices=[("yes", _("可以支付")), ("no", _("不能支付"))], widget=forms.RadioSelect,
        initial="yes",
    )  # fmt: skip
    yearly_limit = forms.DecimalField(
        label=_("每室每年最多（元）"), max_digits=10, decimal_places=2, required=False, help_text=_("不填即不设上限。")
    )
    clause = forms.CharField(label=_("依据"), max_length=120)
    note = forms.CharField(label=_("说明"), max_length=200, required=False)
