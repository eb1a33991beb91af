"""Asking for a paper. It is made in the background (shegong/practice/tasks.py)."""

from datetime import datetime
from typing import Final
from uuid import UUID

from django.db import connection, transaction
from django.utils.translation import gettext_lazy as _

from shegong.journal.actions import log
from shegong.kernel.ids import uuid7
from shegong.kernel.problems import Problem
from shegong.network.scope import Viewer
from shegong.practice.enums import PrintState
from shegong.practice.models import PrintJob
from shegong.practice.papers.maker import maker_of

# Who makes papers listens here, so that it needn't ask all the time.
CHANNEL: Final = "shegong_papers"
WAITING_AT_MOST: Final = 10


@transaction.atomic
def ask_for_paper(
    kind: str, subject: UUID, *, by: Viewer, at: datetime, reveals: bool = False, key: UUID | None = None
) -> PrintJob:
    """Ask for a paper of this kind about something in the viewer's reach; `reveals` prints numbers and addresses whole.
    Journalled as what it is about. Sent again under the same key it is the same job.

    Raises Problem: 403 for a role that may not, 404 for what is unknown or out of reach, 409, 429.
    """
    maker = maker_of(kind)
    if not by.has(*maker.roles):
        raise Problem("role_missing", _("您的角色不能使用此功能。"), status=403)
    about = maker.subject(by, subject)
    if about is None:
        raise Problem("subject_missing", _("找不到要打印的内容，或您不能查看。"), status=404)
    reveals = reveals and maker.holds_numbers
    known = PrintJob.objects.filter(pk=key).first() if key else None
    if known is not None:
        if (known.kind, known.subject, known.reveals) != (kind, subject, reveals):
            raise Problem("key_taken", _("这个编号已用于另一份内容，没有保存。"), "key", status=409)
        return known
    waiting = PrintJob.objects.filter(account_id=by.account_id, state__in=(PrintState.QUEUED, PrintState.RUNNING))
    if waiting.count() >= WAITING_AT_MOST:
        raise Problem("papers_waiting", _("您要的文件还在制作，请等它们完成后再试。"), status=429)
    job = PrintJob(
        id=key or uuid7(),
        hub_id=about.hub_id,
        station_id=about.station_id,
        account_id=by.account_id,
        kind=kind,
        subject=subject,
        title=f"{maker.name} {about.number}"[:200],
        reveals=reveals,
        asked_at=at,
    )
    job.save(force_insert=True)
    log(
        "print_paper",
        about.kind,
        about.key,
        by=by.account_id,
        at=at,
        hub_id=about.hub_id,
        station_id=about.station_id,
        detail={"paper": kind, "number": about.number, "job": str(job.pk), "reveals": reveals},
    )
    with connection.cursor() as cursor:
        cursor.execute(f"NOTIFY {CHANNEL}")
    return job
