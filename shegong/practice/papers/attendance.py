"""继续教育证明: that somebody attended a course, and for how many hours it counts. Its key is the enrolment's."""

from typing import Any, Final
from uuid import UUID

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from shegong.network.scope import Viewer
from shegong.practice.papers import blocks
from shegong.practice.papers.maker import PaperMaker, Stamp, Subject
from shegong.workforce.models import Enrolment
from shegong.workforce.queries.credential import READERS
from shegong.workforce.queries.learning import attendance_seen

TITLE: Final = "继续教育证明"


def attendance_values(enrolment: Enrolment, stamp: Stamp) -> dict[str, Any]:
    """What the template says. Pure."""
    course = enrolment.course
    number = certificate_number(enrolment)
    return {
        **stamp.values(title=TITLE, number=number, issuer=course.station.name),
        "words": f"兹证明{enrolment.name}参加了“{course.title}”，完成全部内容，计 {course.hours} 学时。",
        "sections": [
            blocks.section(
                "",
                blocks.facts(
                    [
                        ("课程", course.title),
                        ("类型", str(course.get_kind_display())),
                        ("时间", f"{blocks.moment(course.starts_at)} 至 {blocks.moment(course.ends_at)}"),
                        ("地点", course.place),
                        ("讲师", course.teacher),
                        ("学时", str(course.hours)),
                        ("证明编号", number),
                    ]
                ),
                blocks.signatures([(f"{course.station.name}（盖章）", "", course.ends_at.date())]),
            )
        ],
    }


def certificate_number(enrolment: Enrolment) -> str:
    """The certificate's number: the day of the course and the end of the enrolment's key."""
    return f"JX{enrolment.course.ends_at:%Y%m%d}-{enrolment.pk.hex[-8:].upper()}"


def _subject(viewer: Viewer, key: UUID) -> Subject | None:
    found = attendance_seen(viewer, key)
    if found is None:
        return None
    url = reverse("workforce:course", args=[found.course_id])
    return Subject("enrolment", key, found.hub_id, found.station_id, certificate_number(found), url)


def _values(viewer: Viewer, key: UUID, stamp: Stamp) -> dict[str, Any] | None:
    found = attendance_seen(viewer, key)
    return attendance_values(found, stamp) if found else None


MAKER: Final = PaperMaker(
    name=_("继续教育证明"),
    template="practice/papers/attendance.typ",
    roles=READERS,
    subject=_subject,
    values=_values,
)
