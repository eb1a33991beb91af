"""Postings: made, ended, taken back."""

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from shegong.journal.actions import log
from shegong.kernel.ids import uuid7
from shegong.kernel.problems import Problem, key_taken, raise_any
from shegong.network.models import Station, StationStage
from shegong.network.scope import Viewer
from shegong.workforce.actions.leading import lock_worker, must_lead_station
from shegong.workforce.models import Posting, Worker
from shegong.workforce.rules import posting as rules
from shegong.workforce.rules.posting import PostingDraft, Span, Term


@transaction.atomic
def post(worker: Worker, station: Station, draft: PostingDraft, *, by: Viewer, key: UUID | None = None) -> Posting:
    """Post a worker at a station for a period, beside whatever other postings there are.

    Raises Problem or Problems at station, role, share, since, until; 403, 404, 409.
    """
    present = lock_worker(worker, by)
    must_lead_station(by, station)
    if key is not None and (known := Posting.objects.filter(key=key).first()):
        same = (known.worker_id, known.station_id, known.role, known.share, known.since, known.until)
        if same == (worker.pk, station.pk, draft.role, draft.share, draft.since, draft.until):
            return known
        raise key_taken()
    check_posting(present, station, draft, terms_of(present))
    made = insert_posting(present, station, draft, key)
    log_posting("post_worker", made, by, role=draft.role, share=draft.share, since=draft.since.isoformat())
    return made


def check_posting(worker: Worker, station: Station, draft: PostingDraft, others: Sequence[Term]) -> None:
    """Raises Problem or Problems where a worker with these other postings can't be posted so."""
    problems: list[Problem | None] = [*rules.draft_problems(draft)]
    raise_any(problems)
    raise_any(
        [
            rules.station_problem(draft, stages_of(station)),
            rules.service_problem(draft, worker.since, worker.until),
            rules.load_problem(draft, station.pk, others),
        ]
    )


def terms_of(worker: Worker) -> list[Term]:
    """A worker's postings as the rules see them (one query)."""
    rows = Posting.objects.filter(worker=worker).values_list("station_id", "share", "since", "until")
    return [Term(*row) for row in rows]


def stages_of(station: Station) -> list[Span]:
    """A station's life as the rules see it (one query)."""
    return [Span(*row) for row in StationStage.objects.filter(station=station).values_list("stage", "since", "until")]


def insert_posting(worker: Worker, station: Station, draft: PostingDraft, key: UUID | None = None) -> Posting:
    """Write a posting that was checked."""
    return Posting.objects.create(
        key=key or uuid7(),
        worker=worker,
        station=station,
        hub_id=station.hub_id,
        role=draft.role,
        share=draft.share,
        since=draft.since,
        until=draft.until,
    )


@transaction.atomic
def change_posting(posting: Posting, role: str, share: int, until: date | None, *, by: Viewer) -> Posting:
    """Change what a posting is, and until when it lasts. Raises Problem or Problems at role, share, until; 403, 404."""
    present, worker = _locked(posting, by)
    draft = PostingDraft(role=role, share=share, since=present.since, until=until)
    raise_any([*rules.draft_problems(draft)])
    others = [
        Term(*row)
        for row in Posting.objects.filter(worker=worker)
        .exclude(pk=present.pk)
        .values_list("station_id", "share", "since", "until")
    ]
    raise_any(
        [
            rules.service_problem(draft, worker.since, worker.until),
            rules.load_problem(draft, present.station_id, others),
        ]
    )
    closed = rules.station_problem(draft, stages_of(present.station))
    if closed is not None and closed.code == "station_closed":
        raise closed.at("until")
    before = {"role": present.role, "share": present.share, "until": _written(present.until)}
    present.role, present.share, present.until = role, share, until
    present.save(update_fields=["role", "share", "until"])
    log_posting("change_posting", present, by, before=before, until=_written(until))
    return present


@transaction.atomic
def cancel_posting(posting: Posting, *, by: Viewer, today: date) -> None:
    """Take back a posting that has not begun. Raises Problem 403, 404, and 409 for one that has."""
    present, _worker = _locked(posting, by)
    if present.since <= today:
        raise Problem("posting_begun", _("派驻已经开始，只能填写截止日。"), status=409)
    log_posting("cancel_posting", present, by, since=present.since.isoformat())
    present.delete()


def _locked(posting: Posting, by: Viewer) -> tuple[Posting, Worker]:
    must_lead_station(by, posting.station)
    present = Posting.objects.select_related("station", "worker").filter(pk=posting.pk).first()
    if present is None:
        raise Problem("posting_missing", _("找不到这段派驻，或您不能查看。"), status=404)
    # Of a guest from another county the worker's row can't be locked from here; the database's own check does it.
    return Posting.objects.select_for_update(of=("self",)).select_related("station").get(pk=present.pk), present.worker


def _written(day: date | None) -> str:
    return day.isoformat() if day else ""


def log_posting(verb: str, posting: Posting, by: Viewer, **detail: object) -> None:
    """One journal row about a posting."""
    log(
        verb,
        "posting",
        posting.pk,
        by=by.account_id,
        hub_id=posting.hub_id,
        station_id=posting.station_id,
        detail={"worker": posting.worker_id, **detail},
    )
