"""Forms of rounds of assessment: the plan, its items and team, its steps, score sheets, appeals."""

from collections.abc import Iterable, Mapping
from datetime import timedelta
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from shegong.appraisal.actions.round import OWN
from shegong.appraisal.actions.score import Given
from shegong.appraisal.enums import DrawnUnit, Rater, Relation
from shegong.appraisal.forms.standard import offer
from shegong.appraisal.models import Round
from shegong.appraisal.queries.round import Line
from shegong.kernel.inputs import day_field, text_field
from shegong.network.enums import Tier

DRAWN_TIERS = [(tier.value, tier.label) for tier in (Tier.HUB, Tier.STATION, Tier.ROOM)]
THIRD_PARTY_CHOICES = [(rater.value, rater.label) for rater in (Rater.PROFESSIONAL, Rater.FINANCIAL)]
PICTURES = {"accept": "image/jpeg,image/png,image/webp,application/pdf"}
ONE_DAY = timedelta(days=1)


def percent_field(label: Any, initial: int, hint: Any = "", *, least: int = 0) -> forms.IntegerField:
    """A whole number of 100."""
    widget = forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"})
    return forms.IntegerField(
        label=label, help_text=hint, min_value=least, max_value=100, initial=initial, widget=widget
    )


class RoundForm(forms.Form):
    """A round's plan; its periods with their last day, as people say them."""

    title = forms.CharField(label=_("名称"), max_length=80)
    unit = forms.ChoiceField(
        label=_("抽取对象"), choices=DrawnUnit, widget=forms.RadioSelect, initial=DrawnUnit.STATION.value
    )
    tiers = forms.MultipleChoiceField(
        label=_("层级"), choices=DRAWN_TIERS, widget=forms.CheckboxSelectMultiple, initial=[Tier.STATION.value]
    )
    hubs = forms.TypedMultipleChoiceField(
        label=_("区（市）县"), coerce=int, required=False, widget=forms.SelectMultiple(attrs={"size": 5}),
        help_text=_("不选即为全市。"),
    )  # fmt: skip
    contracts = forms.TypedMultipleChoiceField(
        label=_("在这些合同中抽取"), coerce=int, required=False, widget=forms.SelectMultiple(attrs={"size": 6}),
        help_text=_("只用于按项目抽取；不选即为范围内履行中的全部合同。"),
    )  # fmt: skip
    share = percent_field(_("抽取比例（%）"), 30, _("按区（市）县和类别分层，向上取整；按项目抽取不低于 30。"), least=1)
    records_share = percent_field(_("记录抽取比例（%）"), 10, _("在抽中的站点内，按服务方法分层；0 为不抽。"))
    records_since = day_field(_("记录起"))
    records_last = day_field(_("记录最后一天"))
    since = day_field(_("评估开始"))
    last = day_field(_("评估最后一天"), _("评估员只在这段时间看得到抽中的站点和记录。"))
    weight_professional = percent_field(_("第三方·专业权重"), 50, _("五方权重合计 100；0 为不评。"))
    weight_financial = percent_field(_("第三方·财务权重"), 15)
    weight_town = percent_field(_("镇（街道）权重"), 10)
    weight_community = percent_field(_("村（社区）权重"), 10)
    weight_county = percent_field(_("区（市）县权重"), 15)
    excellent_from = percent_field(_("优秀（分）"), 90, _("达到这个分数即为该等级，以下类推。"), least=1)
    good_from = percent_field(_("良好（分）"), 80, least=1)
    pass_from = percent_field(_("合格（分）"), 60, least=1)
    tolerance = percent_field(_("两人评分容许相差（%）"), 20, _("按条目满分计；超过的要核定。"))
    appeal_days = forms.IntegerField(label=_("申诉天数"), min_value=1, max_value=120, initial=10)
    contract = forms.TypedChoiceField(
        label=_("评估采购合同"), required=False, coerce=int, empty_value=None,
        help_text=_("选择后，评估员只能来自承接机构。"),
    )  # fmt: skip
    budget = forms.DecimalField(label=_("预算（元）"), min_value=0, max_digits=14, decimal_places=2, initial=0)
    sheet = forms.ChoiceField(label=_("专业评分表"), help_text=_("公布前可以逐条修改。"))

    def __init__(
        self, *args: Any, hubs: Iterable[tuple[int, str]], contracts: Iterable[tuple[int, str]],
        projects: Iterable[tuple[int, str]], sheets: Iterable[tuple[str, str]] | None, **kwargs: Any,
    ) -> None:  # fmt: skip
        super().__init__(*args, **kwargs)
        offer(self, "hubs", hubs)
        offer(self, "contracts", projects)
        offer(self, "contract", [("", "—"), *contracts])
        if sheets is None:
            del self.fields["sheet"]
        else:
            offer(self, "sheet", [(OWN, _("通用评分表")), *sheets])

    def plan(self) -> dict[str, Any]:
        """What was typed, as the columns of a plan."""
        values = {name: value for name, value in self.cleaned_data.items() if name not in ("sheet", "contract")}
        values["contract_id"] = self.cleaned_data["contract"]
        values["records_until"] = values.pop("records_last") + ONE_DAY
        values["until"] = values.pop("last") + ONE_DAY
        return values


def typed_plan(found: Round) -> dict[str, Any]:
    """A plan as the form takes it."""
    kept = {name: getattr(found, name) for name in RoundForm.base_fields if hasattr(found, name)}
    kept["contract"] = found.contract_id
    return kept | {"records_last": found.records_until - ONE_DAY, "last": found.until - ONE_DAY}


class RoundItemForm(forms.Form):
    """An item of a rater's sheet."""

    rater = forms.ChoiceField(label=_("评分方"), choices=Rater)
    code = forms.SlugField(label=_("代码"), max_length=10)
    title_zh = forms.CharField(label=_("内容"), max_length=120)
    title_en = forms.CharField(label=_("内容（英文）"), max_length=200)
    points = percent_field(_("满分"), 10, least=1)


class MemberForm(forms.Form):
    """Who joins the team."""

    account = forms.TypedChoiceField(label=_("评估员"), coerce=int)
    rater = forms.ChoiceField(label=_("评分方"), choices=THIRD_PARTY_CHOICES, widget=forms.RadioSelect,
                              initial=Rater.PROFESSIONAL.value)  # fmt: skip
    leads = forms.BooleanField(label=_("组长（可核定分歧）"), required=False)

    def __init__(self, *args: Any, people: Iterable[tuple[int, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer(self, "account", people)


class SeedForm(forms.Form):
    """The seed, made known with the plan."""

    seed = forms.CharField(
        label=_("抽样种子"), max_length=64,
        help_text=_("抽样前就公布，任何人都能据此复算。宜用事后无法挑选的公开数字，如某日彩票开奖号码。"),
    )  # fmt: skip


class RedrawForm(forms.Form):
    """Another seed, and why."""

    seed = forms.CharField(label=_("新的抽样种子"), max_length=64)
    reason = text_field(_("重新抽样的理由"), _("原来的抽样保留，理由各方都看得到。"), rows=2)


class ReassignForm(forms.Form):
    """Who takes a sheet over."""

    account = forms.TypedChoiceField(label=_("改派给"), coerce=int)

    def __init__(self, *args: Any, people: Iterable[tuple[int, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer(self, "account", people)


class ExtendForm(forms.Form):
    """More time, and why."""

    last = day_field(_("新的最后一天"))
    reason = text_field(_("理由"), rows=2)


class ConclusionForm(forms.Form):
    """What is said of the whole round."""

    conclusion = text_field(_("评估结论"), _("随结果一并公示。"), rows=6)


class SettleForm(forms.Form):
    """What counts, and why."""

    points = forms.DecimalField(label=_("核定得分"), min_value=0, max_digits=5, decimal_places=2)
    reason = text_field(_("理由"), rows=2)


class ResultAppealForm(forms.Form):
    """Why a station appeals against its result."""

    reason = text_field(_("申诉理由"))


class ResultDecisionForm(forms.Form):
    """The city on such an appeal."""

    grants = forms.ChoiceField(
        label=_("裁定"), choices=[("yes", _("成立，改为下面的得分")), ("no", _("不成立"))], widget=forms.RadioSelect,
        initial="no",
    )  # fmt: skip
    points = forms.DecimalField(
        label=_("改后得分"), min_value=0, max_value=100, max_digits=5, decimal_places=2, required=False
    )
    reason = text_field(_("理由"), rows=3)


class RelationForm(forms.Form):
    """That two organisations are related."""

    organisation = forms.TypedChoiceField(label=_("组织"), coerce=int)
    other = forms.TypedChoiceField(label=_("关联组织"), coerce=int)
    kind = forms.ChoiceField(label=_("关系"), choices=Relation)
    note = forms.CharField(label=_("说明"), max_length=200, required=False)
    since = day_field(_("起"))

    def __init__(self, *args: Any, assessors: Iterable[tuple[int, str]], others: Iterable[tuple[int, str]],
                 **kwargs: Any) -> None:  # fmt: skip
        super().__init__(*args, **kwargs)
        offer(self, "organisation", assessors)
        offer(self, "other", others)


class ScoresForm(forms.Form):
    """A score sheet: points, a note and a photo for each item, and what is said of the whole. All are to be given
    in the end; kept for later, they may wait.
    """

    def __init__(self, *args: Any, lines: Iterable[Line], opinion: str, may_wait: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.codes: list[str] = []
        for line in lines:
            code = line.item.code
            self.codes.append(code)
            self.fields[f"points-{code}"] = forms.DecimalField(
                label=_("得分（满分 %(most)s）") % {"most": line.item.points},
                required=not may_wait,
                error_messages={"required": _("请评分。")},
                max_digits=5,
                decimal_places=2,
                initial=None if line.points is None else line.points.normalize(),
                widget=forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"}),
            )
            self.fields[f"note-{code}"] = forms.CharField(
                label=_("说明"), required=False, initial=line.note, max_length=500
            )
            self.fields[f"file-{code}"] = forms.FileField(
                label=_("照片或 PDF"), required=False, widget=forms.FileInput(attrs=PICTURES)
            )
        self.fields["opinion"] = text_field(_("总体意见"), rows=3, required=False)
        self.initial["opinion"] = opinion

    def given(self) -> Mapping[str, Given]:
        """What was given, by the items' codes."""
        typed = self.cleaned_data
        found: dict[str, Given] = {}
        for code in self.codes:
            points: Decimal | None = typed[f"points-{code}"]
            found[code] = Given(points, typed[f"note-{code}"])
        return found
