"""What is kept about one person, without anybody else's data: in parts of blocks, for the page, a file and a PDF."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from shegong.kernel.typesetting import typeset
from shegong.network.scope import Viewer
from shegong.practice.papers import blocks, client_file
from shegong.practice.papers.blocks import Block
from shegong.practice.papers.maker import Stamp
from shegong.practice.queries.client import ClientFile
from shegong.practice.queries.paper import ClientPaper, client_paper

PAPER: Final = "practice/papers/client_file.typ"


def own_pdf(found: Mapping[str, Any]) -> bytes:
    """What `own_sections` gave, as a PDF (some 50 ms). Raises TypesettingProblem."""
    values = {
        "title": "本人信息",
        "number": found["number"],
        "issuer": found["station"],
        "printed": "本人下载",
        "simulated": False,
        "cover": [["姓名", found["name"]], ["建档站点", found["station"]]],
        "sections": found["sections"],
    }
    return typeset(PAPER, values)


def own_sections(viewer: Viewer, client_id: UUID, at: datetime) -> Mapping[str, Any] | None:
    """What is kept about a client, in parts of blocks as papers are made of, with the own numbers whole and without
    other people's names, numbers or words (about 20 queries); None out of the viewer's reach.
    """
    paper = client_paper(viewer, client_id)
    if paper is None:
        return None
    client = paper.file.client
    return {
        "number": client.number,
        "name": client.name,
        "station": client.station.name,
        "made_at": at.isoformat(),
        "sections": [
            client_file.person(paper.file, Stamp(name="", at=at, reveals=True)),
            _contacts(paper.file),
            client_file.consents(paper.file),
            *client_file.assessments(paper.sheets),
            client_file.cases(paper.file),
            _services(paper),
            client_file.attachments(paper.attachments),
        ],
    }


def _contacts(file: ClientFile) -> Block:
    """That others are noted, and as what; who they are is theirs."""
    people = [(each.relation, "监护人" if each.is_guardian else "") for each in file.contacts]
    people += [(each.household_relation or "同住", "同住") for each in file.household]
    return blocks.section(
        "家庭与联系人",
        blocks.soft("别人的姓名和电话是他们的个人信息，这里不列出。"),
        blocks.table(("关系", "说明"), people) or blocks.text("没有登记。"),
    )


def _services(paper: ClientPaper) -> Block:
    """All services; what was written about several people together is left out."""
    for each in paper.services.records:
        if each.person_times > 1:
            each.summary, each.next_step = "（与他人一起接受的服务，记录内容涉及他人，不列出。）", ""
    return client_file.services(paper.services, "服务过程")
