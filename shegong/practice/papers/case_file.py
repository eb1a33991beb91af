"""个案档案: the bound file of a case, in the order of MZ/T 094-2017."""

from typing import Any, Final
from uuid import UUID

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from shegong.network.scope import Viewer
from shegong.practice.papers import blocks, client_file
from shegong.practice.papers.blocks import Block
from shegong.practice.papers.maker import PaperMaker, Stamp, Subject
from shegong.practice.queries.case import cases_seen
from shegong.practice.queries.paper import CasePaper, case_paper

TITLE: Final = "个案档案"


def case_values(paper: CasePaper, stamp: Stamp) -> dict[str, Any]:
    """What the template says. Pure."""
    case = paper.case
    return {
        **stamp.values(title=TITLE, number=case.number, issuer=case.station.name),
        "cover": [
            ["服务对象", case.client.name],
            ["档案编号", case.client.number],
            ["服务人群", case.group.name_zh],
            ["责任社工", case.worker.name],
            ["督导", paper.case_file.supervisor_name or blocks.NOTHING],
            ["接案日期", blocks.day(case.opened_on)],
            ["结案日期", blocks.day(case.closed_on) or blocks.NOTHING],
        ],
        "sections": [
            _intake(paper),
            client_file.person(paper.client, stamp),
            client_file.family(paper.client, stamp),
            client_file.consents(paper.client),
            *client_file.assessments(paper.sheets),
            *_planning(paper),
            client_file.services(paper.services),
            *_closing(paper),
            client_file.attachments(paper.attachments),
        ],
    }


def _intake(paper: CasePaper) -> Block:
    """接案表."""
    case = paper.case
    return blocks.section(
        "接案",
        blocks.facts(
            [
                ("个案编号", case.number),
                ("接案日期", blocks.day(case.opened_on)),
                ("服务人群", case.group.name_zh),
                ("主要问题", case.problem),
                *([("没有监护人的原因", case.no_guardian_reason)] if case.no_guardian_reason else []),
            ]
        ),
        blocks.signatures(
            [("接案社工", paper.staff.get(case.opened_by_id, ""), case.opened_on), ("服务对象或监护人", "", None)]
        ),
    )


def _planning(paper: CasePaper) -> list[Block]:
    """服务计划, once there is one."""
    case = paper.case
    if case.planned_on is None:
        return []
    return [
        blocks.section(
            "服务计划",
            blocks.facts([("计划日期", blocks.day(case.planned_on)), ("目标", case.goals), ("服务计划", case.plan)]),
            blocks.signatures(
                [
                    ("社工", case.worker.name, case.planned_on),
                    ("督导", paper.case_file.supervisor_name, None),
                    ("服务对象或监护人", "", None),
                ]
            ),
        )
    ]


def _closing(paper: CasePaper) -> list[Block]:
    """评估与结案, once it is closed."""
    case = paper.case
    if case.closed_on is None:
        return []
    return [
        blocks.section(
            "评估与结案",
            blocks.facts(
                [
                    ("结案日期", blocks.day(case.closed_on)),
                    ("结案原因", str(case.get_close_reason_display())),
                    ("成效小结", case.outcome),
                ]
            ),
            blocks.signatures(
                [
                    ("社工", paper.staff.get(case.closed_by_id or 0, ""), case.closed_on),
                    ("督导", paper.case_file.supervisor_name, None),
                    ("服务对象或监护人", "", None),
                ]
            ),
        )
    ]


def _subject(viewer: Viewer, key: UUID) -> Subject | None:
    case = cases_seen(viewer).filter(pk=key).first()
    if case is None:
        return None
    return Subject("case", key, case.hub_id, case.station_id, case.number, reverse("practice:case", args=[key]))


def _values(viewer: Viewer, key: UUID, stamp: Stamp) -> dict[str, Any] | None:
    paper = case_paper(viewer, key)
    return case_values(paper, stamp) if paper else None


MAKER: Final = PaperMaker(
    name=_("个案档案"),
    template="practice/papers/case_file.typ",
    roles=client_file.READERS,
    subject=_subject,
    values=_values,
    holds_numbers=True,
)
