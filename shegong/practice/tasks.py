"""Work behind the pages: making the papers that were asked for, and clearing them away."""

import io
import logging
from datetime import timedelta
from typing import Final

import pikepdf
from django.db import transaction
from django.db.models import Q
from django.utils import translation

from shegong.kernel import clock
from shegong.kernel.problems import Problem
from shegong.kernel.typesetting import typeset
from shegong.kernel.uploads.keeping import keyring
from shegong.network.scope import viewing
from shegong.practice.enums import PrintState
from shegong.practice.models import PrintedFile, PrintJob
from shegong.practice.papers.maker import Values, maker_of, stamp_of
from shegong.practice.queries.paper import printed_context

LEASE: Final = timedelta(seconds=60)
ATTEMPTS: Final = 3
KEPT: Final = timedelta(days=1)
PAPER_LANGUAGE: Final = "zh-hans"
OUT_OF_REACH: Final = "out_of_reach"
INTERNAL: Final = "internal"
log = logging.getLogger("shegong.papers")


def make_next_paper() -> bool:
    """Make the paper that has waited longest; whether there was one. To be run as the tables' owner, by any number of
    workers at once: none takes what another holds.

    What goes into it is read in the scope of who asked for it, and kept where nobody else sees it.
    """
    job = _claimed()
    if job is None:
        return False
    try:
        _make(job)
    except Exception:
        log.exception("a paper was not made", extra={"job": str(job.pk), "kind": job.kind})
        # Taken up again until the attempts are used up.
        _update(job, state=PrintState.QUEUED if job.attempts < ATTEMPTS else PrintState.FAILED, problem=INTERNAL)
    return True


def drop_expired_papers() -> int:
    """Delete what was finished, or came to nothing, over a day ago; how many. The journal keeps that it was made."""
    now = clock.now()
    over = PrintJob.objects.filter(
        Q(expires_at__lte=now) | Q(state=PrintState.FAILED, asked_at__lte=now - KEPT)
    ).values_list("pk", flat=True)
    dropped = list(over)
    if dropped:
        PrintedFile.objects.filter(pk__in=dropped).delete()
        PrintJob.objects.filter(pk__in=dropped).delete()
    return len(dropped)


def _claimed() -> PrintJob | None:
    now = clock.now()
    waiting = Q(state=PrintState.QUEUED) | Q(state=PrintState.RUNNING, leased_until__lt=now)
    with transaction.atomic():
        job = PrintJob.objects.select_for_update(skip_locked=True).filter(waiting).order_by("asked_at").first()
        if job is None:
            return None
        job.attempts += 1
        if job.attempts > ATTEMPTS:
            # It took its worker down each time.
            job.state, job.problem, job.leased_until = PrintState.FAILED, INTERNAL, None
            job.save(update_fields=["attempts", "state", "problem", "leased_until"])
            return None
        job.state, job.progress, job.leased_until = PrintState.RUNNING, 5, now + LEASE
        job.save(update_fields=["attempts", "state", "progress", "leased_until"])
    return job


def _make(job: PrintJob) -> None:
    values = _values(job)
    if values is None:
        _update(job, state=PrintState.FAILED, problem=OUT_OF_REACH)
        return
    _update(job, progress=40)
    pdf = typeset(maker_of(job.kind).template, values)
    _update(job, progress=80)
    with pikepdf.open(io.BytesIO(pdf)) as opened:
        pages = len(opened.pages)
    with viewing(job.account_id):
        file = PrintedFile(
            id=job.pk,
            hub_id=job.hub_id,
            station_id=job.station_id,
            sealed=keyring().encrypt_bytes(pdf, printed_context(job.pk)),
        )
        PrintedFile.objects.bulk_create([file], ignore_conflicts=True)
        now = clock.now()
        _update(
            job,
            state=PrintState.DONE,
            progress=100,
            problem="",
            pages=pages,
            size=len(pdf),
            finished_at=now,
            expires_at=now + KEPT,
        )


def _values(job: PrintJob) -> Values | None:
    """What the requester may print of it now; None when that is nothing any more."""
    maker = maker_of(job.kind)
    try:
        with viewing(job.account_id) as viewer, translation.override(PAPER_LANGUAGE):
            if not viewer.has(*maker.roles):
                return None
            return maker.values(viewer, job.subject, stamp_of(viewer, job.asked_at, reveals=job.reveals))
    except (LookupError, Problem):
        return None


def _update(job: PrintJob, **changes: object) -> None:
    """Change the job as long as it is ours."""
    lease = None if changes.get("state") else clock.now() + LEASE
    mine = PrintJob.objects.filter(pk=job.pk, hub_id=job.hub_id, attempts=job.attempts)
    mine.update(**{"leased_until": lease, **changes})
