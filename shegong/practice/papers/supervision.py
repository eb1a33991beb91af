"""督导记录: the supervision that a worker received, or gave. As for the growth record, the key that papers go by is the
worker's number as a UUID.
"""

from functools import partial
from typing import Any, Final
from uuid import UUID

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from shegong.kernel import clock
from shegong.network.scope import Viewer
from shegong.practice.papers import blocks
from shegong.practice.papers.growth import worker_of_key
from shegong.practice.papers.maker import PaperMaker, Stamp, Subject
from shegong.workforce.enums import SupervisionFunction, SupervisionTopic
from shegong.workforce.models import SupervisionSession
from shegong.workforce.queries.credential import READERS
from shegong.workforce.queries.supervision_record import MOST, SupervisionRecord, supervision_record

TITLES: Final = {False: "接受督导记录", True: "督导工作记录"}
TEMPLATE: Final = "practice/papers/supervision.typ"


def supervision_values(record: SupervisionRecord, stamp: Stamp) -> dict[str, Any]:
    """What the template says. Pure."""
    worker = record.worker
    summary = [
        ("姓名", worker.name),
        ("所在站点", worker.station.name),
        ("期间", f"{blocks.day(record.since)} 至今"),
        ("次数", f"{len(record.sessions)}"),
        ("合计小时", f"{record.hours:f}"),
        *[(f"其中{function.label}督导", f"{hours:f} 小时") for function, hours in record.by_function],
    ]
    head = ("日期", "时长", "形式", "功能", "社工" if record.given else "督导")
    rest = None if record.is_whole else blocks.soft(f"只列出最近 {MOST} 次。")
    return {
        **stamp.values(title=TITLES[record.given], number=worker.name, issuer=worker.station.name),
        "sections": [
            blocks.section("基本情况", blocks.facts(summary)),
            blocks.section(
                "督导一览",
                blocks.table(head, [_row(each, record) for each in record.sessions]) or blocks.text("没有记录。"),
                rest,
            ),
            *_details(record),
            blocks.section("", blocks.signatures([("社工", "", None), ("督导", "", None), ("站点盖章", "", None)])),
        ],
    }


def _row(session: SupervisionSession, record: SupervisionRecord) -> tuple[str, str, str, str, str]:
    length = int((session.ends_at - session.starts_at).total_seconds() // 60)
    functions = "、".join(str(SupervisionFunction(each).label) for each in session.functions)
    who = "、".join(session.people) if record.given else session.supervisor.worker.name
    return blocks.day(session.starts_at), blocks.minutes(length), str(session.get_form_display()), functions, who


def _details(record: SupervisionRecord) -> list[blocks.Block]:
    """What was said and advised, session by session, where the reader may know it."""
    items = []
    for each in record.sessions:
        note, advice = record.notes.get(each.pk, ""), record.advice.get(each.pk, [])
        if not note and not advice:
            continue
        topics = "、".join(str(SupervisionTopic(topic).label) for topic in each.topics)
        said = [note, *(f"建议：{one.text}（{one.get_state_display()}）" for one in advice)]
        head = f"{blocks.day(each.starts_at)} {timezone.localtime(each.starts_at):%H:%M} {each.station.name}"
        items.append((head, topics, "\n".join(line for line in said if line)))
    return [blocks.section("督导内容与建议", blocks.records(items))] if items else []


def _subject(viewer: Viewer, key: UUID, *, given: bool) -> Subject | None:
    worker = worker_of_key(viewer, key)
    if worker is None or (given and not worker.is_supervisor):
        return None
    own = worker.account_id == viewer.account_id
    place = "workforce:supervision" if own else "workforce:worker"
    url = reverse(place, args=[] if own else [worker.pk])
    return Subject("worker", key, worker.hub_id, worker.station_id, worker.name, url)


def _values(viewer: Viewer, key: UUID, stamp: Stamp, *, given: bool) -> dict[str, Any] | None:
    worker = worker_of_key(viewer, key)
    if worker is None:
        return None
    return supervision_values(supervision_record(viewer, worker, clock.today(), given=given), stamp)


RECEIVED: Final = PaperMaker(
    name=_("接受督导记录"),
    template=TEMPLATE,
    roles=READERS,
    subject=partial(_subject, given=False),
    values=partial(_values, given=False),
)
GIVEN: Final = PaperMaker(
    name=_("督导工作记录"),
    template=TEMPLATE,
    roles=READERS,
    subject=partial(_subject, given=True),
    values=partial(_values, given=True),
)
