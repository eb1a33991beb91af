"""志愿服务记录证明: whom by number, which services, how long, who issued it, and a code to check it by."""

from datetime import date, timedelta
from io import BytesIO
from typing import Any, Final
from uuid import UUID

import qrcode
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from qrcode.image.svg import SvgPathFillImage

from shegong.linkage.models import Attendance, Certificate
from shegong.linkage.queries import opportunity as queries
from shegong.linkage.queries.volunteer import READERS
from shegong.network.scope import Viewer
from shegong.practice.papers import blocks
from shegong.practice.papers.maker import PaperMaker, Stamp, Subject

TITLE: Final = "志愿服务记录证明"
ROWS: Final = 300


def qr_svg(text: str) -> bytes:
    """A QR code as a picture (SVG)."""
    picture = BytesIO()
    qrcode.make(text, image_factory=SvgPathFillImage, border=2).save(picture)
    return picture.getvalue()


def hours_words(minutes: int) -> str:
    """Minutes as hours to a tenth: 1.5 小时."""
    return f"{minutes / 60:.1f} 小时"


def certificate_values(certificate: Certificate, services: list[Attendance], stamp: Stamp) -> dict[str, Any]:
    """What the template says. Pure."""
    volunteer = certificate.volunteer
    period = f"{blocks.day(certificate.since)}起，至{blocks.day(last_of(certificate))}止"
    facts = [
        ("姓名", volunteer.name),
        ("志愿者编号", volunteer.number),
        ("证明期间", period),
        ("服务次数", f"{certificate.services} 次"),
        ("服务时长", hours_words(certificate.minutes)),
        ("出具单位", certificate.issuer),
        ("联系方式", certificate.contact),
        ("出具日期", blocks.day(certificate.issued_on)),
        ("证明编号", certificate.number),
        ("状态", str(certificate.get_state_display())),
    ]
    rows = [
        (blocks.day(each.on_day), each.opportunity.title, each.station.name, hours_words(each.minutes))
        for each in services[:ROWS]
    ]
    code = blocks.picture(qr_svg(certificate.address).decode(), "核验二维码")
    sections = [
        blocks.section("", blocks.text(f"兹证明{volunteer.name}（志愿者编号 {volunteer.number}）参加了以下志愿服务。")),
        blocks.section("基本信息", blocks.facts(facts)),
        blocks.section("服务记录", blocks.table(("日期", "项目", "组织单位", "时长"), rows)),
        blocks.section(
            "核验",
            code,
            blocks.soft(
                f"扫码或打开 {certificate.address} 核对。时长由活动组织者记录并确认，不含路途时间。本证明免费出具。"
            ),
        ),
        blocks.section("", blocks.signatures([("出具单位（盖章）", certificate.issuer, certificate.issued_on)])),
    ]
    return {**stamp.values(title=TITLE, number=certificate.number, issuer=certificate.issuer), "sections": sections}


def last_of(certificate: Certificate) -> date:
    """The last day of its period."""
    return certificate.until - timedelta(days=1)


def _seen(viewer: Viewer, key: UUID) -> Certificate | None:
    return queries.certificates_seen(viewer).filter(pk=key).first()


def _subject(viewer: Viewer, key: UUID) -> Subject | None:
    found = _seen(viewer, key)
    if found is None:
        return None
    url = reverse("linkage:certificate", args=[found.pk])
    return Subject("service_certificate", found.pk, found.hub_id, found.station_id, found.number, url)


def _values(viewer: Viewer, key: UUID, stamp: Stamp) -> dict[str, Any] | None:
    found = _seen(viewer, key)
    if found is None:
        return None
    services = queries.services_between(found.volunteer, found.since, found.until)
    return certificate_values(found, services, stamp)


MAKER: Final = PaperMaker(
    name=_("志愿服务记录证明"),
    template="linkage/papers/certificate.typ",
    roles=READERS,
    subject=_subject,
    values=_values,
)
