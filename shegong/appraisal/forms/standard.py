"""Forms of standards, plans and the steps of a self-check."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from shegong.appraisal.enums import CheckState, Dimension, Evidence
from shegong.appraisal.rules.measures import MEASURES
from shegong.kernel.inputs import day_field, text_field


def measure_choices(tier: str = "") -> list[tuple[str, str]]:
    """The measures that are known of a tier's stations, under an empty first."""
    known = [each for each in MEASURES.values() if not tier or tier in each.tiers]
    return [("", "—"), *((each.name, f"{each.title}（{each.unit}）") for each in known)]


def offer(form: forms.Form, name: str, choices: Iterable[tuple[Any, Any]]) -> None:
    """What a field of choices offers."""
    field = form.fields[name]
    assert isinstance(field, forms.ChoiceField)
    field.choices = list(choices)


class CopyForm(forms.Form):
    """To which year a standard is copied."""

    year = forms.IntegerField(label=_("年度"), min_value=2020, max_value=2100)


class FrameForm(forms.Form):
    """A draft's days and limits."""

    opens_on = day_field(_("自评开始"))
    closes_on = day_field(_("自评截止"))
    pass_score = forms.IntegerField(label=_("达标分"), min_value=1, max_value=100)
    review_days = forms.IntegerField(label=_("区（市）县审核天数"), min_value=1, max_value=120)
    confirm_days = forms.IntegerField(label=_("市级确认天数"), min_value=1, max_value=120)
    appeal_days = forms.IntegerField(label=_("申诉天数"), min_value=1, max_value=120)
    valid_months = forms.IntegerField(label=_("有效期（月）"), min_value=1, max_value=60)


class ItemForm(forms.Form):
    """An item of a draft."""

    code = forms.SlugField(label=_("代码"), max_length=10)
    dimension = forms.ChoiceField(label=_("维度"), choices=Dimension)
    title_zh = forms.CharField(label=_("要求"), max_length=120)
    title_en = forms.CharField(label=_("要求（英文）"), max_length=200)
    weight = forms.IntegerField(label=_("权重"))
    evidence = forms.ChoiceField(label=_("依据方式"), choices=Evidence)
    measure = forms.ChoiceField(label=_("测算项"), required=False, help_text=_("系统计算的条目才填。"))
    least = forms.DecimalField(label=_("至少"), required=False, max_digits=8, decimal_places=2)
    is_veto = forms.BooleanField(label=_("一票否决"), required=False)
    clause = forms.ChoiceField(label=_("依据条款"))

    def __init__(
        self, *args: Any, tier: str, clauses: Iterable[tuple[str, str]], code: str = "", **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        offer(self, "measure", measure_choices(tier))
        offer(self, "clause", clauses)
        if code:
            self.fields["code"].widget = forms.HiddenInput()


class PlanForm(forms.Form):
    """By when a station is to be standardised."""

    confirmed_on = day_field(_("确认规范的时限"), _("中间各节点按建成日到这一天自动排定。"))


class ReviewForm(forms.Form):
    """The county's word."""

    to = forms.ChoiceField(
        label=_("审核结论"),
        choices=[
            (CheckState.REVIEWED.value, _("通过，报市级确认")),
            (CheckState.RETURNED.value, _("退回补正")),
            (CheckState.DECLINED.value, _("不通过")),
        ],
        widget=forms.RadioSelect,
        initial=CheckState.REVIEWED.value,
    )
    reason = text_field(_("理由"), _("退回或不通过时必填，站点看得到。"), rows=2, required=False)


class DecideForm(forms.Form):
    """The city's word."""

    to = forms.ChoiceField(
        label=_("确认结论"),
        choices=[
            (CheckState.CONFIRMED.value, _("确认规范")),
            (CheckState.RETURNED.value, _("退回补正")),
            (CheckState.DECLINED.value, _("不通过")),
        ],
        widget=forms.RadioSelect,
        initial=CheckState.CONFIRMED.value,
    )
    reason = text_field(_("理由"), _("退回或不通过时必填，站点看得到。"), rows=2, required=False)


class AppealForm(forms.Form):
    """Why a station appeals."""

    reason = text_field(_("申诉理由"))


class AppealDecisionForm(forms.Form):
    """The city on an appeal."""

    grants = forms.ChoiceField(
        label=_("裁定"),
        choices=[("yes", _("申诉成立，重新提交确认")), ("no", _("申诉不成立"))],
        widget=forms.RadioSelect,
        initial="yes",
    )
    reason = text_field(_("理由"), rows=2)


YES_NO = [("yes", _("达到")), ("no", _("未达到"))]


class AnswersForm(forms.Form):
    """What a station says of the items that can't be known: met or not, a note, a photo or PDF. All are to be answered
    in the end; kept for later, they may wait.
    """

    def __init__(self, *args: Any, codes: Iterable[str], may_wait: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for code in codes:
            self.fields[f"met-{code}"] = forms.ChoiceField(
                label=_("是否达到"),
                choices=YES_NO,
                widget=forms.RadioSelect,
                required=not may_wait,
                error_messages={"required": _("请选择是否达到。")},
            )
            self.fields[f"file-{code}"] = forms.FileField(
                label=_("照片或 PDF"),
                required=False,
                widget=forms.FileInput(attrs={"accept": "image/jpeg,image/png,image/webp,application/pdf"}),
            )
            self.fields[f"note-{code}"] = forms.CharField(label=_("说明"), required=False)


class FindingsForm(forms.Form):
    """What the county found on site, and where it sees a station's word otherwise."""

    def __init__(self, *args: Any, observed: Iterable[str], attested: Iterable[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for codes, label in ((observed, _("现场查看")), (attested, _("对举证的意见"))):
            for code in codes:
                self.fields[f"met-{code}"] = forms.ChoiceField(
                    label=label, choices=YES_NO, widget=forms.RadioSelect, required=False
                )
                self.fields[f"note-{code}"] = forms.CharField(label=_("说明"), required=False)
