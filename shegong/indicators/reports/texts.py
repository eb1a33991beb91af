"""The first wording of a work report, from its numbers. Pure. A report is Chinese whatever its writer's language."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any, Final

from django.utils.translation import gettext_lazy as _

from shegong.indicators.reports.figures import Figure, Highlights, shown
from shegong.kernel.periods import Period, PeriodKind
from shegong.kernel.problems import Problem
from shegong.kernel.text import clean_text

TEXT_LENGTH: Final = 5000
Section = dict[str, str]
LEFT_TO_WRITE: Final = (("problems", "四、存在的问题"), ("next", "五、下一步打算"))


def first_sections(who: str, period: Period, figures: Sequence[Figure], told: Highlights) -> list[Section]:
    """The sections that we can write, and the headings of those that we can't."""
    values = {each.code: each for each in figures}
    return [
        {"key": "summary", "title": "一、总体情况", "text": _summary(who, period, values)},
        {"key": "services", "title": "二、服务开展", "text": _services(told)},
        {"key": "cases", "title": "三、评估与个案", "text": _cases(values, told)},
        *({"key": key, "title": title, "text": ""} for key, title in LEFT_TO_WRITE),
    ]


def _summary(who: str, period: Period, values: Mapping[str, Figure]) -> str:
    persons, times = values["practice.persons_served"], values["practice.person_times"]
    records, hours = values["practice.records"], values["practice.service_hours"]
    sentences = [
        f"{period.label('zh-hans')}，{who}共服务 {shown(persons.value)} 人、{shown(times.value)} 人次，"
        f"提供服务 {shown(records.value)} 次，服务工时 {shown(hours.value)} 小时。"
    ]
    before = "上月" if period.kind == PeriodKind.MONTH else "上年"
    sentences.append(
        f"与{before}相比，服务人次{_change(times.value, times.before)}，工时{_change(hours.value, hours.before)}。"
    )
    if period.kind == PeriodKind.MONTH:
        sentences.append(f"与上年同月相比，服务人次{_change(times.value, times.year_ago)}。")
    content = values["practice.satisfaction"]
    if content.value is not None:
        sentences.append(f"服务对象满意度平均 {shown(content.value)} 分（满分 5 分）。")
    staff = values.get("workforce.workers")
    if staff is not None:
        certified = values["workforce.certified_workers"]
        sentences.append(f"年末在岗专业社工 {shown(staff.value)} 人，其中持证 {shown(certified.value)} 人。")
    return "".join(sentences)


def _change(now: Decimal | None, before: Decimal | None) -> str:
    if now is None or not before:
        return "没有可比的数"
    share = (now - before) / before * 100
    if abs(share) < Decimal("0.05"):
        return "持平"
    return f"{'增加' if share > 0 else '减少'} {abs(share):.1f}%"


def _services(told: Highlights) -> str:
    lines = [
        f"{label}：{_listed(pairs, '人次')}。"
        for label, pairs in (("按人群", told.groups), ("按方法", told.methods), ("按服务项目", told.services))
        if pairs
    ]
    return "\n".join(lines) or "本期没有服务记录。"


def _cases(values: Mapping[str, Figure], told: Highlights) -> str:
    codes = ("practice.assessments", "practice.cases_opened", "practice.cases_closed")
    assessed, opened, closed = (shown(values[code].value) for code in codes)
    words = f"完成需求评估 {assessed} 次；新开个案 {opened} 例，结案 {closed} 例"
    reasons = f"，结案原因：{_listed(told.reasons, '例')}" if told.reasons else ""
    return f"{words}{reasons}。"


def _listed(pairs: Sequence[tuple[str, str]], unit: str) -> str:
    return "、".join(f"{name} {count} {unit}" for name, count in pairs)


def changed_sections(present: Sequence[Mapping[str, Any]], texts: Mapping[str, str]) -> list[Section]:
    """The sections with new texts. Raises Problem at the section's key for a text that can't be kept, and (404) for a
    section that the report doesn't have.
    """
    unknown = set(texts) - {each["key"] for each in present}
    if unknown:
        raise Problem("section_unknown", _("报告里没有这一部分。"), "sections", status=404)
    changed = []
    for each in present:
        text = each["text"]
        if each["key"] in texts:
            text = clean_text(texts[each["key"]].strip(), TEXT_LENGTH, each["key"])
        changed.append({"key": each["key"], "title": each["title"], "text": text})
    return changed


def issuing_problem(period: Period, today: Any, *, state: str) -> Problem | None:
    """A report is issued once, and not before its period is over or in its last week."""
    if state == "issued":
        return Problem("report_issued", _("这份报告已签发，不能再改。"), status=409)
    if (period.end - today).days > 7:
        return Problem("period_lasts", _("这段时间还没有结束，最后一周起才能签发。"), status=409)
    return None
