"""Work reports and attachments of the demonstration city: those of the shown worker, head and county."""

import io
from datetime import date, datetime, time, timedelta
from random import Random
from typing import Final
from uuid import UUID

from django.utils import timezone
from PIL import Image, ImageDraw

from shegong.config.demo.accounts import Cast
from shegong.config.demo.keys import key_text
from shegong.indicators.reports.actions import change_report, issue_report, start_report
from shegong.kernel.periods import Period, PeriodKind
from shegong.kernel.typesetting import typeset
from shegong.network.models import Station
from shegong.network.scope import Viewer, viewing
from shegong.practice.actions.attachment import attach
from shegong.practice.enums import ActivityState, AttachmentKind
from shegong.practice.models import Activity, Case
from shegong.practice.papers import blocks
from shegong.practice.papers.maker import Stamp, maker_of
from shegong.practice.queries.attachment import Target, target_of

MONTHS: Final = 4
PROBLEMS: Final = (
    "部分独居老人的子女联系不上，节假日前后求助集中。",
    "志愿者多为学生，考试期间人手不足。",
    "精细化服务的个案计划偏笼统，督导已逐份提出修改意见。",
    "残障家庭的照料者长期没有休息，需要喘息服务。",
)
NEXT: Final = (
    "逐户核对独居老人联系人，补登紧急联系方式；与社区网格员约定每周碰头一次。",
    "向高校志愿服务中心申请固定排班，先保证每周三、周五的探访。",
    "组织一次个案计划互评，挑两份写得好的作样例。",
    "为六户照料者排出喘息服务时间，月底回访效果。",
)


def make_papers(cast: Cast, today: date, seed: int) -> None:
    """The last months' reports, all but the latest issued, and a year's report of the county; some attachments. The
    same for the same seed and day; to be made after the tallies.
    """
    rng = Random(f"papers {seed}")
    _reports(cast, rng, today)
    _attachments(cast, rng, today)


def _reports(cast: Cast, rng: Random, today: date) -> None:
    month = Period.current(PeriodKind.MONTH, today)
    periods = [month.previous()]
    while len(periods) < MONTHS:
        periods.append(periods[-1].previous())
    year = Period.current(PeriodKind.YEAR, today).previous()
    town = Station.objects.get(pk=cast.room.id).town
    assert town is not None
    hub = Station.objects.get(pk=cast.hub.id)
    for role, station, own in (("worker", town, True), ("head", town, False), ("county", hub, False)):
        for number, period in enumerate(periods):
            _report(cast.ids[role], station, period, own=own, is_issued=number > 0, rng=rng)
    _report(cast.ids["county"], hub, year, own=False, is_issued=True, rng=rng)


def _report(account_id: int, station: Station, period: Period, *, own: bool, is_issued: bool, rng: Random) -> None:
    at = timezone.make_aware(datetime.combine(period.end, time(9, 30)))
    which = rng.randrange(len(PROBLEMS))
    with viewing(account_id) as viewer:
        report = start_report(station, period, own=own, by=viewer, at=at, key=UUID(key_text(rng, period.end)))
        if is_issued:
            words = {"problems": PROBLEMS[which], "next": NEXT[which]}
            change_report(report, words, revision=0, by=viewer, at=at)
            issue_report(report, by=viewer, at=at + timedelta(hours=7))


def _attachments(cast: Cast, rng: Random, today: date) -> None:
    """On the files of the shown room: a picture of a paper form, and a report from a hospital; the sign-in sheets of
    its latest activities.
    """
    cases = Case.objects.filter(station_id=cast.room.id, client__restricted_classes=[]).select_related("client")
    found = list(cases.order_by("-opened_on", "id")[:3])
    for case in found:
        at = timezone.make_aware(datetime.combine(min(case.opened_on + timedelta(days=1), today), time(16)))
        with viewing(cast.ids["worker"]) as viewer:
            client, own = target_of(viewer, "client", case.client_id), target_of(viewer, "case", case.pk)
            _attach(client, drawn_sheet(rng), "入户登记表.jpg", "入户时填写的纸质登记表", viewer, at, rng)
            _attach(own, _pdf(case, at), "出院小结.pdf", "家属提供的复印件", viewer, at, rng)
    held = Activity.objects.filter(station_id=cast.room.id, state__in=(ActivityState.HELD, ActivityState.CLOSED))
    for activity in held.order_by("-starts_at", "id")[:2]:
        at = activity.starts_at + timedelta(minutes=activity.minutes)
        with viewing(cast.ids["worker"]) as viewer:
            sheet = target_of(viewer, "activity", activity.pk)
            _attach(sheet, drawn_sheet(rng), "签到表.jpg", "现场签到表", viewer, at, rng)


def _attach(
    target: Target | None, content: bytes, name: str, caption: str, viewer: Viewer, at: datetime, rng: Random
) -> None:
    if target is not None:
        key = UUID(key_text(rng, at.date()))
        kind = AttachmentKind.DOCUMENT
        attach(target, content=content, name=name, kind=kind, caption=caption, key=key, by=viewer, at=at)


def drawn_sheet(rng: Random) -> bytes:
    """A drawn sheet of paper with lines of writing nobody can read."""
    picture = Image.new("RGB", (900, 1200), (246, 243, 236))
    pen = ImageDraw.Draw(picture)
    pen.rectangle((60, 60, 840, 1140), outline=(120, 120, 120), width=3)
    for top in range(140, 1100, 60):
        pen.line((100, top + 40, 800, top + 40), fill=(190, 190, 190), width=2)
        place = 110
        while place < 600 + rng.randrange(180):
            wide = 14 + rng.randrange(24)
            pen.line((place, top + 30, place + wide, top + 8 + rng.randrange(18)), fill=(40, 60, 120), width=4)
            place += wide + 10
    out = io.BytesIO()
    picture.save(out, "JPEG", quality=80)
    return out.getvalue()


def _pdf(case: Case, at: datetime) -> bytes:
    stamp = Stamp("模拟医院", at, simulated=True)
    values = {
        **stamp.values(title="出院小结", number="模拟", issuer="模拟医院"),
        "cover": [["姓名", case.client.name]],
        "sections": [blocks.section("小结", blocks.text("病情稳定，遵医嘱服药，两周后门诊复查。"))],
    }
    return typeset(maker_of("client").template, values)
