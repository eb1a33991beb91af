"""Workers: hired, described, transferred, gone."""

from dataclasses import asdict
from datetime import date, timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from shegong.journal.actions import log
from shegong.kernel.ids import uuid7
from shegong.kernel.names import sort_key
from shegong.kernel.problems import Problem, key_taken, raise_any
from shegong.network.models import Organisation, Station
from shegong.network.scope import Viewer
from shegong.people.enums import Role
from shegong.workforce.actions.leading import lock_worker, must_lead_station
from shegong.workforce.actions.posting import check_posting, insert_posting, terms_of
from shegong.workforce.models import Credential, Posting, Worker
from shegong.workforce.rules import profile as rules
from shegong.workforce.rules.posting import PostingDraft, Term
from shegong.workforce.rules.profile import Profile

ARRAYS = ("specialities", "languages")


def profile_of(worker: Worker) -> Profile:
    """What is known about a worker, as a value."""
    return Profile(
        name=worker.name,
        source=worker.source,
        sex=worker.sex,
        phone=worker.phone,
        employer_id=worker.employer_id,
        education=worker.education,
        major=worker.major,
        specialities=tuple(worker.specialities),
        languages=tuple(worker.languages),
        is_professional=worker.is_professional,
        is_supervisor=worker.is_supervisor,
        is_psychological=worker.is_psychological,
    )


@transaction.atomic
def hire(profile: Profile, station: Station, draft: PostingDraft, *, by: Viewer, key: UUID | None = None) -> Worker:
    """Somebody new, at home at a station and posted there.

    Raises Problem or Problems at the profile's fields, station, role, share, since, until; 403, 409.
    """
    must_lead_station(by, station)
    made = rules.checked(profile)
    _check_employer(made)
    if key is not None and (known := Worker.objects.filter(key=key).first()):
        first = known.postings.order_by("since", "pk").first()
        same_post = first is not None and (first.station_id, first.role, first.share) == (
            station.pk, draft.role, draft.share,
        )  # fmt: skip
        if profile_of(known) == made and known.since == draft.since and same_post:
            return known
        raise key_taken()
    worker = Worker(key=key or uuid7(), station=station, hub_id=station.hub_id, since=draft.since)
    _describe(worker, made)
    check_posting(worker, station, draft, [])
    worker.save(force_insert=True)
    insert_posting(worker, station, draft)
    _log("hire_worker", worker, by, since=draft.since.isoformat(), share=draft.share)
    return worker


@transaction.atomic
def change_profile(worker: Worker, profile: Profile, *, by: Viewer) -> Worker:
    """Correct what is known about a worker. What was there before is kept in the journal (a telephone number isn't).

    Raises Problem or Problems at the profile's fields; 403, 404.
    """
    present = lock_worker(worker, by)
    before, made = profile_of(present), rules.checked(profile)
    _check_employer(made)
    if made == before:
        return present
    write_profile(present, made)
    _log("change_worker", present, by, before=former_values(before, made))
    return present


def write_profile(worker: Worker, profile: Profile) -> None:
    """Write a profile that was checked."""
    _describe(worker, profile)
    worker.save(
        update_fields=[*(name for name in asdict(profile) if name != "employer_id"), "employer", "sort_key", "spelling"]
    )


def former_values(before: Profile, after: Profile) -> dict[str, object]:
    """What a journal row tells of a change: the old values, but no telephone number."""
    old, new = asdict(before), asdict(after)
    return {name: "***" if name == "phone" else old[name] for name in old if old[name] != new[name]}


def _describe(worker: Worker, profile: Profile) -> None:
    if worker.name != profile.name:
        # A sort key may have been corrected by hand; it follows only a new name.
        worker.sort_key = sort_key(profile.name)
    for name, value in asdict(profile).items():
        setattr(worker, name, list(value) if name in ARRAYS else value)


def _check_employer(profile: Profile) -> None:
    if profile.employer_id is not None and not Organisation.objects.filter(pk=profile.employer_id).exists():
        raise Problem("employer_unknown", _("请从列表中选择用人单位。"), "employer")


def planned_transfer(
    worker: Worker, station: Station, draft: PostingDraft, *, by: Viewer, today: date
) -> tuple[Posting, ...]:
    """The postings that a transfer would end; changes nothing. Raises as `transfer`."""
    must_lead_station(by, station)
    if station.pk == worker.station_id:
        raise Problem("same_station", _("已在这个站点。"), "station")
    if draft.since > today:
        raise Problem("day_future", _("日期不能晚于今天；将来的安排请用“增加派驻”。"), "since")
    lasting = Posting.objects.filter(Q(until__isnull=True) | Q(until__gt=draft.since), worker=worker)
    at_home = lasting.filter(station_id=worker.station_id).order_by("since")
    for old in at_home:
        if old.since >= draft.since:
            reason = _("应晚于在原站点到岗的日期 %(day)s。")
            raise Problem("posting_order", reason, "since", params={"day": old.since.isoformat()})
    # Who helps out at the new home already goes on there in a new posting.
    ending = (*at_home, *lasting.filter(station=station, since__lt=draft.since))
    terms = {(term.station_id, term.since): term for term in terms_of(worker)}
    for old in ending:
        terms[old.station_id, old.since] = Term(old.station_id, old.share, old.since, draft.since)
    check_posting(worker, station, draft, list(terms.values()))
    return ending


@transaction.atomic
def transfer(worker: Worker, station: Station, draft: PostingDraft, *, by: Viewer, today: date) -> Posting:
    """Move a worker from the station where the worker is at home to another one, from a day on (today or past): the
    posting there ends, one at the new home begins. Other postings stay.

    Raises Problem or Problems at station, role, share, since, until; 403, 404.
    """
    present = lock_worker(worker, by)
    ending = planned_transfer(present, station, draft, by=by, today=today)
    Posting.objects.filter(pk__in=[old.pk for old in ending]).update(until=draft.since)
    made = insert_posting(present, station, draft)
    _log("transfer_worker", present, by, before=present.station_id, to=station.pk, since=draft.since.isoformat())
    present.station, present.hub_id = station, station.hub_id
    present.save(update_fields=["station", "hub"])
    # A certificate is kept where its holder is.
    Credential.objects.filter(worker=present).exclude(hub_id=station.hub_id).update(hub_id=station.hub_id)
    return made


@transaction.atomic
def leave(worker: Worker, on: date, reason: str, *, by: Viewer, today: date) -> Worker:
    """A worker leaves on a day (the first one without); all postings end there, the history stays.

    Raises Problem at on or reason; 403, 404, 409.
    """
    present = lock_worker(worker, by)
    raise_any([rules.leaving_problem(on, present.since, present.until, today)])
    reason = rules.explained(reason, "reason")
    if Posting.objects.filter(worker=present, since__gte=on).exists():
        raise Problem("posting_later", _("有在离职日或之后开始的派驻，请先处理。"), "on", 409)
    running = Posting.objects.filter(Q(until__isnull=True) | Q(until__gt=on), worker=present)
    if running.exclude(hub_id=present.hub_id).exists() and not by.has(Role.CITY, Role.ADMIN):
        raise Problem("posted_elsewhere", _("还派驻在别的区（市）县，请先由当地结束派驻。"), "on", 409)
    running.update(until=on)
    present.until = on
    present.save(update_fields=["until"])
    _log("end_service", present, by, on=on.isoformat(), reason=reason, last=(on - timedelta(days=1)).isoformat())
    return present


def reveal_phone(worker: Worker, *, by: Viewer) -> str:
    """A worker's whole telephone number. That it was asked for is journalled."""
    _log("reveal", worker, by, field="phone")
    return worker.phone


def _log(verb: str, worker: Worker, by: Viewer, **detail: object) -> None:
    log(
        verb,
        "worker",
        worker.pk,
        by=by.account_id,
        hub_id=worker.hub_id,
        station_id=worker.station_id,
        detail=detail,
    )
