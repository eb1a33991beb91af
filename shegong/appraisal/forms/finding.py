"""Forms of findings, questions to rules and signs."""

from collections.abc import Iterable
from typing import Any, Final

from django import forms
from django.utils.translation import gettext_lazy as _

from shegong.appraisal.enums import FindingSource, RuleAnswer, Severity, SignOutcome
from shegong.appraisal.forms.standard import offer
from shegong.appraisal.queries.round_finding import Proposal
from shegong.kernel.inputs import day_field, text_field

PHOTOS: Final = {"accept": "image/jpeg,image/png,image/webp,application/pdf"}
FILES: Final = ("files", "files_2", "files_3")


def _file_fields(form: forms.Form, label: Any, hint: Any = "", missing: Any = "") -> None:
    """Room for three photos or papers; the first bears what is wrong with any; `missing` is said where none came."""
    for number, name in enumerate(FILES):
        form.fields[name] = forms.FileField(
            label=label if not number else _("再附一份"),
            help_text=hint if not number else "",
            required=bool(missing) and not number,
            error_messages={"required": missing} if missing else {},
            widget=forms.FileInput(attrs=PHOTOS),
        )


class FindingForm(forms.Form):
    """What is wrong where, by what, and how much. Where it comes from is kept with it."""

    station = forms.CharField(label=_("站点"), max_length=100, help_text=_("名称或代码。"))
    source = forms.ChoiceField(label=_("来源"), choices=FindingSource)
    source_words = forms.CharField(
        label=_("来源说明"), max_length=120, required=False, help_text=_("哪一次检查、评估或考核。")
    )
    source_key = forms.CharField(max_length=60, required=False, widget=forms.HiddenInput())
    wrong = text_field(_("问题"), _("看到了什么，和要求差在哪里；不写服务对象的姓名。"))
    rests = forms.ChoiceField(label=_("依据"), help_text=_("标准条目，或政策条款。"))
    severity = forms.ChoiceField(label=_("严重程度"), choices=Severity, widget=forms.RadioSelect)
    found_on = day_field(_("发现日期"))

    def __init__(
        self, *args: Any, stations: Iterable[tuple[str, str]], rests: Iterable[tuple[str, Any]],
        sources: Iterable[str], **kwargs: Any,
    ) -> None:  # fmt: skip
        super().__init__(*args, **kwargs)
        known = list(stations)
        if known:
            self.fields["station"] = forms.ChoiceField(label=_("站点"), choices=known)
        offer(self, "rests", rests)
        wanted = set(sources)
        offer(self, "source", [each for each in FindingSource.choices if each[0] in wanted])
        _file_fields(self, _("照片或 PDF"))


class PlanFindingForm(forms.Form):
    """Who is responsible for what until when."""

    responsible = forms.ChoiceField(label=_("责任人"))
    plan = text_field(_("整改措施"))
    planned_for = day_field(_("计划完成日期"))

    def __init__(self, *args: Any, people: Iterable[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer(self, "responsible", people)


class CorrectForm(forms.Form):
    """What was done, with proof."""

    correction = text_field(_("整改结果"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _file_fields(self, _("整改后的照片或 PDF"), _("至少一份。"), _("请附上整改后的照片或 PDF。"))


class RecheckForm(forms.Form):
    """What the second look says."""

    closes = forms.ChoiceField(
        label=_("复查结论"),
        choices=[("yes", _("已整改到位，关闭")), ("no", _("没有到位，退回"))],
        widget=forms.RadioSelect,
        initial="yes",
    )
    note = text_field(_("复查意见"), _("退回时必填，站点看得到。"), rows=2, required=False)


class ExtendForm(forms.Form):
    """Until when, and why."""

    until = day_field(_("新的整改期限"))
    reason = text_field(_("理由"), rows=2)


class AskForm(forms.Form):
    """Until when a station asks for time, and why."""

    until = day_field(_("希望延至"))
    reason = text_field(_("理由"), _("为什么按期完不成，现在做到哪一步。"), rows=2)


class ReasonForm(forms.Form):
    """Why."""

    reason = text_field(_("理由"), rows=2)


class TermForm(forms.Form):
    """What holds for a severity."""

    days = forms.IntegerField(label=_("整改天数"), min_value=1, max_value=365)
    county_days = forms.IntegerField(label=_("超期几天提醒区（市）县"), min_value=1, max_value=365)
    city_days = forms.IntegerField(label=_("超期几天提醒市级"), min_value=1, max_value=365)
    question_at = forms.IntegerField(label=_("几个站点同样的问题反馈给规定"), min_value=2, max_value=1000)


class RuleAnswerForm(forms.Form):
    """The city's answer."""

    answer = forms.ChoiceField(
        label=_("答复"), choices=RuleAnswer, widget=forms.RadioSelect, initial=RuleAnswer.KEEP.value
    )
    text = text_field(_("说明"), _("站点和区（市）县在条款页看得到。"))


class SignReviewForm(forms.Form):
    """What the reviewer makes of a sign."""

    outcome = forms.ChoiceField(
        label=_("结论"), choices=SignOutcome, widget=forms.RadioSelect, initial=SignOutcome.EXPLAINED.value
    )
    note = text_field(_("核看说明"), _("问过谁、看了什么、怎么解释。"), rows=2)


class RoundFindingsForm(forms.Form):
    """Which of a round's items become findings, how severe each, and what those rest on that have no clause."""

    chosen_keys = forms.MultipleChoiceField(label=_("要整改的条目"), required=False)

    def __init__(self, *args: Any, rows: Iterable[Proposal], clauses: Iterable[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._rows = {row.key: row for row in rows}
        waiting = {key: row for key, row in self._rows.items() if row.finding is None}
        # Those that somebody made meanwhile may still be sent: they stay as they are.
        offer(self, "chosen_keys", [(key, key) for key in self._rows])
        for key, row in waiting.items():
            self.fields[f"severity-{key}"] = forms.ChoiceField(
                label=_("严重程度"), choices=Severity, initial=row.severity.value, required=False
            )
        if not all(row.rests for row in waiting.values()):
            self.fields["rests"] = forms.ChoiceField(
                label=_("依据"), required=False, help_text=_("本轮自拟的条目没有对应条款，以这一条为依据。")
            )
            offer(self, "rests", clauses)

    def chosen(self) -> list[tuple[Proposal, str]]:
        """The ticked rows with their severity."""
        typed = self.cleaned_data
        return [
            (self._rows[key], typed.get(f"severity-{key}") or self._rows[key].severity.value)
            for key in typed["chosen_keys"]
        ]

    def is_ticked(self, row: Proposal) -> bool:
        """Whether a row's box is ticked: as it was sent, at first when the item is below the pass mark."""
        if not self.is_bound:
            return row.is_low
        return row.key in (self["chosen_keys"].data or ())

    def severity_of(self, row: Proposal) -> Any:
        """A row's field of severity; None for one that is a finding already."""
        return self[f"severity-{row.key}"] if row.finding is None else None
