"""Forms of local groups and micro-grants."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from shegong.kernel.inputs import day_field, last_day_field, text_field
from shegong.linkage.enums import GROUP_MOVES, LocalGroupKind, LocalGroupStage, SupportKind
from shegong.linkage.forms.agreement import Choices, offer


class GroupForm(forms.Form):
    """A group as its station notes it; where and since when, when it is founded."""

    station = forms.ChoiceField(label=_("培育站点"))
    community = forms.ChoiceField(label=_("所在村（社区）"), required=False)
    name = forms.CharField(label=_("组织名称"), max_length=60)
    kind = forms.ChoiceField(label=_("类别"), choices=LocalGroupKind)
    aim = text_field(_("做什么"), rows=2)
    members = forms.IntegerField(label=_("成员人数"), min_value=3, max_value=5000)
    leader = forms.CharField(label=_("负责人"), max_length=60)
    leader_phone = forms.CharField(label=_("负责人电话"), max_length=30, required=False)
    founded_on = day_field(_("成立日期"))

    def __init__(self, *args: Any, communities: Choices, stations: Choices | None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer(self, "community", [("", "—"), *communities])
        if stations is None:
            del self.fields["station"], self.fields["founded_on"]
        else:
            offer(self, "station", stations)


class StageForm(forms.Form):
    """Which stage since when."""

    to = forms.ChoiceField(label=_("进入阶段"), widget=forms.RadioSelect)
    since = day_field(_("日期"))
    number = forms.CharField(
        label=_("备案号或登记证号"), max_length=40, required=False, help_text=_("备案或登记时必填。")
    )

    def __init__(self, *args: Any, stage: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer(self, "to", [(each.value, each.label) for each in LocalGroupStage if each in GROUP_MOVES[stage]])


class SupportForm(forms.Form):
    """What the station gave."""

    kind = forms.ChoiceField(label=_("支持方式"), choices=SupportKind)
    given_on = day_field(_("日期"))
    what = text_field(_("内容"), rows=2)


class GroupProjectForm(forms.Form):
    """What the group does."""

    title = forms.CharField(label=_("项目名称"), max_length=100)
    since = day_field(_("第一天"))
    until = last_day_field(_("最后一天"))


class GroupResultForm(forms.Form):
    """What came of it."""

    result = text_field(_("成效"))


class AskGrantForm(forms.Form):
    """What for, and how much."""

    title = forms.CharField(label=_("项目名称"), max_length=100)
    plan = text_field(_("做什么、怎么用钱"))
    asked = forms.DecimalField(
        label=_("申请金额（元）"), max_digits=9, decimal_places=2, help_text=_("每项不超过 5 万元。")
    )


class ApproveGrantForm(forms.Form):
    """Out of which fund, how much."""

    fund = forms.ChoiceField(label=_("资金来源"))
    approved = forms.DecimalField(label=_("批准金额（元）"), max_digits=9, decimal_places=2)
    opinion = text_field(_("审批意见"), rows=2, required=False)

    def __init__(self, *args: Any, funds: Choices, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer(self, "fund", funds)


class DeclineGrantForm(forms.Form):
    """Why not."""

    opinion = text_field(_("不批准的理由"), rows=2)


class AccountForm(forms.Form):
    """What it was spent on."""

    spent = forms.DecimalField(label=_("实际支出（元）"), max_digits=9, decimal_places=2)
    account = text_field(_("用在哪里、成效如何"))
