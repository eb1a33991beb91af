"""服务对象档案: the file of a person, with assessments and all services given."""

from collections.abc import Iterable, Sequence
from typing import Any, Final
from uuid import UUID

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from shegong.kernel.chinese import mask_identity, mask_phone
from shegong.network.scope import Viewer
from shegong.people.enums import Role
from shegong.practice.enums import Risk
from shegong.practice.models import Attachment, Client, Contact
from shegong.practice.papers import blocks
from shegong.practice.papers.blocks import Block
from shegong.practice.papers.maker import PaperMaker, Stamp, Subject
from shegong.practice.queries.assessment import AssessmentSheet
from shegong.practice.queries.client import ClientFile, clients_seen
from shegong.practice.queries.paper import ClientPaper, Services, client_paper

READERS: Final = (Role.WORKER, Role.HEAD, Role.COUNTY, Role.SUPERVISOR)
TITLE: Final = "服务对象档案"
HIDDEN: Final = "（未印出）"


def client_values(paper: ClientPaper, stamp: Stamp) -> dict[str, Any]:
    """What the template says. Pure."""
    client = paper.file.client
    return {
        **stamp.values(title=TITLE, number=client.number, issuer=client.station.name),
        "cover": [
            ["姓名", client.name],
            ["所属人群", "、".join(each.group.name_zh for each in paper.file.groups)],
            ["建档站点", client.station.name],
            ["建档日期", blocks.day(client.registered_at)],
        ],
        "sections": [
            person(paper.file, stamp),
            family(paper.file, stamp),
            consents(paper.file),
            *assessments(paper.sheets),
            cases(paper.file),
            services(paper.services),
            attachments(paper.attachments),
            blocks.section(
                "签章", blocks.signatures([("社工", "", None), ("站点负责人", "", None), ("站点盖章", "", None)])
            ),
        ],
    }


def person(file: ClientFile, stamp: Stamp) -> Block:
    """Who it is."""
    client = file.client
    rows = [
        ("姓名", client.name),
        ("性别", str(client.get_sex_display())),
        ("出生日期", blocks.day(client.born_on)),
        ("证件号码", client.identity if stamp.reveals else mask_identity(client.identity)),
        ("电话", client.phone if stamp.reveals else mask_phone(client.phone)),
        ("住址", address(client, stamp)),
        ("村（社区）", client.community.name if client.community else ""),
        ("所属人群", "、".join(each.group.name_zh for each in file.groups)),
        *[
            ("残疾情况", f"{each.get_kind_display()} {each.grade}级 {blocks.day(each.since)}起{ended(each.until)}")
            for each in file.disabilities
        ],
        *[
            ("低收入认定", f"{each.get_kind_display()} {blocks.day(each.since)}起{ended(each.until)}")
            for each in file.low_incomes
        ],
    ]
    return blocks.section("基本情况", blocks.facts(rows))


def address(client: Client, stamp: Stamp) -> str:
    """The address, as far as it is printed."""
    return client.address if stamp.reveals or not client.address else HIDDEN


def ended(until: Any) -> str:
    """…until a day, where it is over."""
    return f"，{blocks.day(until)}止" if until else ""


def family(file: ClientFile, stamp: Stamp) -> Block:
    """Family, contacts and who lives together."""
    people = [_contact(each, stamp) for each in file.contacts]
    people += [(each.name, each.household_relation or "同住", "", "同住") for each in file.household]
    return blocks.section(
        "家庭与联系人",
        blocks.table(("姓名", "关系", "电话", "说明"), people) or blocks.text("没有登记。"),
    )


def _contact(each: Contact, stamp: Stamp) -> tuple[str, str, str, str]:
    phone = each.phone if stamp.reveals else each.masked
    return each.name, each.relation, phone, "监护人" if each.is_guardian else ""


def consents(file: ClientFile) -> Block:
    """On what basis we keep the file."""
    rows = [
        (
            str(each.get_purpose_display()),
            str(each.get_basis_display()),
            blocks.day(each.given_on),
            blocks.day(each.withdrawn_on),
            each.note,
        )
        for each in file.consents
    ]
    return blocks.section(
        "知情同意与依据",
        blocks.table(("目的", "依据", "取得日期", "撤回日期", "说明"), rows) or blocks.text("没有登记。"),
    )


def assessments(sheets: Sequence[AssessmentSheet]) -> Iterable[Block]:
    """One part for each assessment, with all answers."""
    for sheet in sheets:
        found = sheet.assessment
        needs = [(each.field.name_zh, f"{each.level} / 3") for each in sheet.needs if each.level]
        yield blocks.section(
            f"需求评估（{blocks.day(found.assessed_on)}）",
            blocks.facts(
                [
                    ("表单", found.instrument.name_zh),
                    ("评估人", found.worker.name),
                    ("风险等级", str(Risk(found.risk).label)),
                    ("优势与资源", found.strengths),
                    ("评估小结", found.summary),
                ]
            ),
            blocks.table(("需求领域", "程度"), needs),
            blocks.facts([(each.label, each.answer) for each in sheet.answered]) if sheet.answered else None,
            blocks.signatures([("评估人", found.worker.name, found.assessed_on), ("督导", "", None)]),
        )


def cases(file: ClientFile) -> Block:
    """The cases, in one line each."""
    rows = [
        (
            each.number,
            each.problem,
            each.worker.name,
            blocks.day(each.opened_on),
            f"{blocks.day(each.closed_on)} {each.get_close_reason_display()}" if each.closed_on else "",
        )
        for each in file.cases
    ]
    return blocks.section(
        "个案", blocks.table(("编号", "主要问题", "社工", "接案", "结案"), rows) or blocks.text("没有个案。")
    )


def services(given: Services, title: str = "服务过程记录") -> Block:
    """All services given, in order."""
    total = sum(each.minutes for each in given.records)
    items = [
        (
            f"{blocks.moment(each.started_at)}　{each.service.name_zh}",
            "　".join(
                (
                    blocks.minutes(each.minutes),
                    str(each.place_name),
                    "、".join(given.givers.get(each.pk, [])),
                    each.station.name,
                )
            ),
            each.summary + (f"\n下一步：{each.next_step}" if each.next_step else ""),
        )
        for each in given.records
    ]
    return blocks.section(
        title,
        blocks.soft(f"共 {len(items)} 次，{blocks.minutes(total)}。" + ("更晚的记录没有印出。" if given.cut else "")),
        blocks.records(items),
    )


def attachments(found: Sequence[Attachment], title: str = "附件清单") -> Block:
    """What is attached, as a list: the files themselves stay where they are."""
    rows = [(each.name, each.caption, blocks.day(each.attached_at)) for each in found]
    return blocks.section(title, blocks.table(("文件", "说明", "日期"), rows) or blocks.text("没有附件。"))


def _subject(viewer: Viewer, key: UUID) -> Subject | None:
    client = clients_seen(viewer).filter(pk=key).first()
    if client is None:
        return None
    url = reverse("practice:client", args=[key])
    return Subject("client", key, client.hub_id, client.station_id, client.number, url)


def _values(viewer: Viewer, key: UUID, stamp: Stamp) -> dict[str, Any] | None:
    paper = client_paper(viewer, key)
    return client_values(paper, stamp) if paper else None


MAKER: Final = PaperMaker(
    name=_("服务对象档案"),
    template="practice/papers/client_file.typ",
    roles=READERS,
    subject=_subject,
    values=_values,
    holds_numbers=True,
)
