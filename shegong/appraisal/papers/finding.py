"""整改通知书: what is wrong, by what, until when it is to be corrected, and what became of it."""

from typing import Any, Final
from uuid import UUID

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from shegong.appraisal.models import Clause, Finding
from shegong.appraisal.queries import finding as queries
from shegong.kernel import clock
from shegong.network.models import City
from shegong.network.scope import Viewer
from shegong.practice.papers import blocks
from shegong.practice.papers.maker import PaperMaker, Stamp, Subject

TITLE: Final = "整改通知书"


def number_of(finding: Finding) -> str:
    """A number for people: the year and the last places of the key, which are chance."""
    return f"整改{finding.found_on.year}-{str(finding.pk)[-6:].upper()}"


def finding_values(
    finding: Finding, clause: Clause | None, steps: list[queries.PastStep], stamp: Stamp
) -> dict[str, Any]:
    """What the template says. Pure."""
    again = f"一年内第 {finding.times} 次" if finding.times > 1 else "否"
    facts = [
        ("站点", finding.station.name),
        ("来源", "，".join(each for each in (str(finding.get_source_display()), finding.source_words) if each)),
        ("发现日期", blocks.day(finding.found_on)),
        ("严重程度", str(finding.get_severity_display())),
        ("是否重复出现", again),
        ("整改期限", blocks.day(finding.due_on)),
    ]
    words = f"{clause.heading}：{clause.text}" if clause else finding.anchor
    basis = [("文件", finding.document.title), ("条款", words)]
    if finding.item:
        basis.append(("标准条目", finding.rests_on))
    plan = [
        ("责任人", finding.responsible.name if finding.responsible else ""),
        ("整改措施", finding.plan),
        ("计划完成日期", blocks.day(finding.planned_for)),
        ("整改结果", finding.correction),
        ("目前状态", str(finding.get_state_display())),
    ]
    course = [
        (blocks.day(past.step.at), str(past.step.get_kind_display()), past.who, past.step.text) for past in steps[::-1]
    ]
    sections = [
        blocks.section("基本情况", blocks.facts(facts)),
        blocks.section("存在的问题", blocks.text(finding.wrong)),
        blocks.section("依据", blocks.facts(basis)),
        blocks.section(
            "整改要求",
            blocks.text(
                f"请于{blocks.day(finding.due_on)}前完成整改，明确责任人和措施，完成后在系统中报送结果并附佐证材料，"
                "由他人复查。对问题有异议的，可以向提出单位说明。"
            ),
        ),
    ]
    if finding.plan:
        sections.append(blocks.section("整改情况", blocks.facts(plan)))
    sections += [
        blocks.section("经过", blocks.table(("日期", "事项", "办理人", "说明"), course)),
        blocks.section("", blocks.signatures([("提出单位（盖章）", "", None), ("站点签收", "", None)])),
    ]
    issuer = City.objects.values_list("authority", flat=True).first() or finding.hub.name
    return {**stamp.values(title=TITLE, number=number_of(finding), issuer=issuer), "sections": sections}


def _subject(viewer: Viewer, key: UUID) -> Subject | None:
    finding = queries.finding_of(viewer, key)
    if finding is None:
        return None
    url = reverse("appraisal:finding", args=[finding.pk])
    return Subject("finding", finding.pk, finding.hub_id, finding.station_id, number_of(finding), url)


def _values(viewer: Viewer, key: UUID, stamp: Stamp) -> dict[str, Any] | None:
    finding = queries.finding_of(viewer, key)
    if finding is None:
        return None
    clause = queries.clause_on(finding.document.code, finding.anchor, max(finding.found_on, clock.today()))
    return finding_values(finding, clause, queries.steps_of(finding), stamp)


NOTICE: Final = PaperMaker(
    name=_("整改通知书"),
    template="appraisal/papers/finding.typ",
    roles=queries.READERS,
    subject=_subject,
    values=_values,
)
