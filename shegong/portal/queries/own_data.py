"""Requests about own data as staff see them; and what is kept about one person, without anybody else's data."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db.models import QuerySet

from shegong.kernel.pages import Page, page_of
from shegong.network.scope import Viewer
from shegong.people.enums import Role
from shegong.portal.enums import OwnDataState
from shegong.portal.models import OwnDataRequest
from shegong.practice.models import SubjectRequest
from shegong.practice.papers import blocks, client_file
from shegong.practice.papers.blocks import Block
from shegong.practice.papers.maker import Stamp
from shegong.practice.queries.client import ClientFile, within_reach
from shegong.practice.queries.paper import ClientPaper, client_paper

ROW = ("number", "kind", "name", "state", "received_on", "due_on", "hub_id", "station__name", "station__hub__name")


def requests_seen(viewer: Viewer) -> QuerySet[OwnDataRequest]:
    """The requests in the viewer's reach; all of them for a data-protection officer."""
    found = OwnDataRequest.objects.all()
    return found if viewer.has(Role.DPO) else found.filter(within_reach(viewer))


def own_requests_page(viewer: Viewer, state: str = "", cursor: str | None = None) -> Page[OwnDataRequest]:
    """Requests whose identity is to be checked, by their term; or those decided, the latest first (one query)."""
    found: QuerySet[Any] = requests_seen(viewer).select_related("station__hub").only(*ROW)
    if state == "decided":
        return page_of(found.exclude(state=OwnDataState.LEFT), ["-received_on", "-id"], cursor)
    return page_of(found.filter(state=OwnDataState.LEFT), ["due_on", "id"], cursor)


def own_request(viewer: Viewer, request_id: UUID) -> OwnDataRequest | None:
    """One request with its station and who decided (one query)."""
    found = requests_seen(viewer).filter(pk=request_id).select_related("station", "decided_by", "client")
    return found.defer("content").first()


def answer_of(own: OwnDataRequest) -> SubjectRequest | None:
    """What the officer answered, for who may read it (one query)."""
    return SubjectRequest.objects.filter(pk=own.request_id, hub_id=own.hub_id).first() if own.request_id else None


def waiting_requests(viewer: Viewer, today: date) -> tuple[int, int]:
    """How many requests wait for a check of identity, and how many of them are past their term (one query)."""
    due = list(requests_seen(viewer).filter(state=OwnDataState.LEFT).values_list("due_on", flat=True)[:1000])
    return len(due), sum(day < today for day in due)


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
    return client_file.services(replace(paper.services), "服务过程")
