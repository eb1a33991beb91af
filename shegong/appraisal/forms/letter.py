"""Forms of target letters: whose, what is asked for, entries with proof, objections and rulings."""

from collections.abc import Iterable
from datetime import date
from typing import Any, Final

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from shegong.appraisal.enums import Collection, Direction, Formula, Programme
from shegong.appraisal.forms.standard import offer
from shegong.appraisal.rules.letter import choosable
from shegong.indicators.rules import UNIT_NAMES
from shegong.kernel.inputs import day_field, text_field

ACCEPTS: Final = "image/jpeg,image/png,image/webp,application/pdf"


def proof_field(hint: Any = "") -> forms.FileField:
    """A photo or PDF that is wanted."""
    widget = forms.FileInput(attrs={"accept": ACCEPTS})
    return forms.FileField(label=_("证明材料（照片或 PDF）"), help_text=hint, widget=widget)


def number_field(label: Any, hint: Any = "", *, required: bool = True) -> forms.DecimalField:
    """A number with up to two decimals."""
    return forms.DecimalField(label=label, help_text=hint, required=required, max_digits=14, decimal_places=2)


class LetterForm(forms.Form):
    """Whose letter, of what kind, for which year."""

    programme = forms.ChoiceField(label=_("类别"), choices=Programme)
    party = forms.ChoiceField(label=_("区（市）县或部门"))
    year = forms.IntegerField(label=_("年度"), min_value=2020, max_value=2100)
    read_on = day_field(_("读数日"), _("到这一天按各项读数评分并冻结。"))
    objection_days = forms.IntegerField(label=_("异议天数"), min_value=1, max_value=120, initial=10)

    def __init__(self, *args: Any, parties: Iterable[tuple[Any, Any]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer(self, "party", parties)


class LetterDaysForm(forms.Form):
    """A draft's days."""

    read_on = day_field(_("读数日"), _("到这一天按各项读数评分并冻结。"))
    objection_days = forms.IntegerField(label=_("异议天数"), min_value=1, max_value=120)


class LetterCopyForm(forms.Form):
    """To which year and which counties a letter is copied."""

    year = forms.IntegerField(label=_("年度"), min_value=2020, max_value=2100)
    hubs = forms.MultipleChoiceField(
        label=_("区（市）县"), required=False, widget=forms.CheckboxSelectMultiple,
        help_text=_("不选即全部区（市）县；已有的不再草拟。"),
    )  # fmt: skip

    def __init__(self, *args: Any, hubs: Iterable[tuple[Any, Any]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["hubs"]
        assert isinstance(field, forms.MultipleChoiceField)
        field.choices = list(hubs)
        if not field.choices:
            del self.fields["hubs"]


class LetterItemForm(forms.Form):
    """An item of a draft."""

    code = forms.SlugField(label=_("代码"), max_length=10)
    title = forms.CharField(label=_("指标或任务"), max_length=120)
    weight = forms.IntegerField(label=_("权重"))
    collection = forms.ChoiceField(label=_("取数方式"), choices=Collection)
    indicator = forms.ChoiceField(label=_("系统指标"), required=False, help_text=_("系统读数的条目才选。"))
    unit = forms.CharField(label=_("单位"), max_length=20, required=False, help_text=_("人工填报的条目才填。"))
    evidence = forms.CharField(
        label=_("证明材料"), max_length=200, required=False, help_text=_("人工填报和节点任务：用什么证明。")
    )
    formula = forms.ChoiceField(label=_("计分方式"), choices=Formula)
    direction = forms.ChoiceField(label=_("方向"), choices=Direction)
    target = number_field(_("目标值（满分）"), _("节点任务填应完成节点的百分比；完成与否的任务填 1。"))
    zero = number_field(_("零分值"))
    cap = forms.IntegerField(label=_("未达目标时最多得（%）"), initial=100)
    milestones = text_field(
        _("节点"), _("节点任务才填，每行一个：日期和内容，例如 2026-06-30 印发方案。"), rows=4, required=False
    )
    clause = forms.ChoiceField(label=_("依据条款"))

    def __init__(self, *args: Any, clauses: Iterable[tuple[str, str]], code: str = "", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        known = [(key, f"{each.name}（{UNIT_NAMES[each.unit]}）") for key, each in choosable().items()]
        offer(self, "indicator", [("", "—"), *known])
        offer(self, "clause", clauses)
        if code:
            self.fields["code"].widget = forms.HiddenInput()

    def clean_milestones(self) -> tuple[tuple[str, date], ...]:
        """(what, by when), line by line."""
        found = []
        for line in self.cleaned_data["milestones"].splitlines():
            day, _space, words = line.strip().partition(" ")
            if not line.strip():
                continue
            try:
                found.append((words.strip(), date.fromisoformat(day)))
            except ValueError:
                raise ValidationError(_("每行写日期和内容，例如 2026-06-30 印发方案。")) from None
            if not words.strip():
                raise ValidationError(_("每行写日期和内容，例如 2026-06-30 印发方案。"))
        return tuple(found)


class LetterEntryForm(forms.Form):
    """An item's number by hand, with its proof."""

    value = number_field(_("数值"))
    note = forms.CharField(label=_("说明"), max_length=300, required=False)
    file = proof_field()


class MilestoneForm(forms.Form):
    """That a milestone is done (or isn't after all), with its proof."""

    value = forms.ChoiceField(
        label=_("节点完成情况"), choices=[("1", _("已完成")), ("0", _("撤回：尚未完成"))], widget=forms.RadioSelect,
        initial="1",
    )  # fmt: skip
    note = forms.CharField(label=_("说明"), max_length=300, required=False)
    file = proof_field()


class LetterObjectionForm(forms.Form):
    """What an item's number should be, why, and what shows it."""

    wanted = number_field(_("认为应为"))
    reason = text_field(_("异议理由"))
    file = proof_field()


class RulingForm(forms.Form):
    """The city on an objection."""

    accepts = forms.ChoiceField(
        label=_("裁定"),
        choices=[("yes", _("异议成立，更正数值")), ("no", _("异议不成立"))],
        widget=forms.RadioSelect,
        initial="yes",
    )
    corrected = number_field(_("更正为"), _("异议成立时填。冻结的数不改，更正的数记在旁边。"), required=False)
    answer = text_field(_("裁定理由"), _("区（市）县看得到。"), rows=2)
