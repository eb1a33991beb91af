"""Who works in the network. The wall shows staff the staff of their county, an agency its own, the city all."""

from dataclasses import dataclass
from datetime import date
from typing import Final
from uuid import UUID

from django.db.models import Exists, OuterRef, Prefetch, Q, QuerySet

from shegong.kernel.fields import spelt_like
from shegong.kernel.pages import Page, page_of
from shegong.network.enums import Stage, Tier
from shegong.network.models import Organisation, Station
from shegong.network.scope import Viewer
from shegong.people.enums import Role
from shegong.workforce.enums import CorrectionState
from shegong.workforce.models import Credential, Posting, ProfileCorrection, Worker
from shegong.workforce.rules.posting import OPEN_STAGES

# Who may look up colleagues at all.
STAFF = (
    Role.CITY,
    Role.COUNTY,
    Role.HEAD,
    Role.WORKER,
    Role.SUPERVISOR,
    Role.AGENCY,
    Role.DPO,
    Role.ADMIN,
)
CATEGORIES: Final = ("professional", "supervisor", "psychological", "certified")


@dataclass(frozen=True, slots=True)
class WorkerQuestion:
    """What a list of workers is narrowed by; empty where it isn't. `state` is "now", "left" or "" for all."""

    text: str = ""
    hub: str = ""
    station: str = ""
    category: str = ""
    source: str = ""
    speciality: str = ""
    language: str = ""
    employer_id: int | None = None
    state: str = "now"


def workers_on(viewer: Viewer, day: date) -> QuerySet[Worker]:
    """The workers in service on this day whom the viewer may see, with station and certificates (two queries)."""
    if not viewer.has(*STAFF):
        return Worker.objects.none()
    return workers(viewer).filter(_in_service(day))


def workers(viewer: Viewer) -> QuerySet[Worker]:
    """All workers, former ones too, whom the viewer may see."""
    if not viewer.has(*STAFF):
        return Worker.objects.none()
    certificates = Prefetch("credentials", Credential.objects.order_by("issued_on"))
    return Worker.objects.select_related("station", "hub", "employer").prefetch_related(certificates)


def _in_service(day: date) -> Q:
    return Q(until__isnull=True, since__lte=day) | Q(until__gt=day, since__lte=day)


def narrowed(found: QuerySet[Worker], asked: WorkerQuestion, day: date) -> QuerySet[Worker]:
    """Of `found` those that a question asks for."""
    if asked.text:
        found = found.filter(Q(name__icontains=asked.text) | spelt_like(asked.text))
    if asked.state == "now":
        found = found.filter(_in_service(day))
    elif asked.state == "left":
        found = found.filter(until__lte=day)
    if asked.category == "certified":
        found = found.filter(Exists(Credential.objects.filter(worker=OuterRef("pk"), issued_on__lte=day)))
    elif asked.category in CATEGORIES:
        found = found.filter(**{f"is_{asked.category}": True})
    for lookup, value in (
        ("hub__key", asked.hub),
        ("station__key", asked.station),
        ("source", asked.source),
        ("employer_id", asked.employer_id),
    ):
        if value:
            found = found.filter(**{lookup: value})
    for lookup, value in (("specialities__contains", asked.speciality), ("languages__contains", asked.language)):
        if value:
            found = found.filter(**{lookup: [value]})
    return found


def workers_page(viewer: Viewer, asked: WorkerQuestion, day: date, cursor: str | None = None) -> Page[Worker]:
    """Workers by name in pinyin order, 25 a page (two queries). Raises Problem `cursor_invalid`."""
    return page_of(narrowed(workers(viewer), asked, day), ["sort_key"], cursor)


@dataclass(frozen=True, slots=True)
class WorkerFile:
    """A worker with all postings, the latest first, certificates and corrections."""

    worker: Worker
    postings: tuple[Posting, ...]
    certificates: tuple[Credential, ...]
    corrections: tuple[ProfileCorrection, ...]
    load: int


def worker_file(viewer: Viewer, worker_id: int, day: date) -> WorkerFile | None:
    """Everything on a worker's page (four queries); None where the viewer may not see it. `load` is the sum of shares
    on the day.
    """
    worker = workers(viewer).filter(pk=worker_id).first()
    if worker is None:
        return None
    postings = tuple(Posting.objects.filter(worker=worker).select_related("station", "hub").order_by("-since", "-pk"))
    corrections = ProfileCorrection.objects.filter(worker=worker)
    return WorkerFile(
        worker=worker,
        postings=postings,
        certificates=tuple(worker.credentials.all()),
        corrections=tuple(corrections.order_by("-asked_at")[:10]),
        load=sum(p.share for p in postings if p.since <= day and (p.until is None or day < p.until)),
    )


def own_worker(viewer: Viewer) -> Worker | None:
    """The viewer as a worker (one query), or None for an account that is no worker's."""
    return Worker.objects.filter(account_id=viewer.account_id).first()


def corrections_waiting(viewer: Viewer) -> list[ProfileCorrection]:
    """Corrections that wait for the viewer's decision, the oldest first (one query)."""
    if not viewer.has(Role.HEAD, Role.COUNTY, Role.CITY, Role.ADMIN):
        return []
    waiting = ProfileCorrection.objects.filter(state=CorrectionState.WAITING).exclude(asked_by_id=viewer.account_id)
    waiting = waiting.exclude(worker__account_id=viewer.account_id)
    if not viewer.has(Role.CITY, Role.ADMIN):
        waiting = waiting.filter(Q(hub_id__in=viewer.hubs) | Q(station_id__in=viewer.stations))
    return list(waiting.select_related("worker", "station").order_by("asked_at")[:50])


def corrections_seen(viewer: Viewer) -> QuerySet[ProfileCorrection]:
    """The corrections that the viewer asked for, is meant by or may decide about, with worker and station."""
    rows = ProfileCorrection.objects.select_related("worker", "worker__station", "station")
    if viewer.has(Role.CITY, Role.ADMIN):
        return rows
    mine = Q(asked_by_id=viewer.account_id) | Q(worker__account_id=viewer.account_id)
    mine |= Q(worker__employer_id__in=viewer.organisations)
    if viewer.has(Role.HEAD, Role.COUNTY):
        mine |= Q(hub_id__in=viewer.hubs) | Q(station_id__in=viewer.stations)
    return rows.filter(mine)


def correction_file(viewer: Viewer, correction_id: UUID) -> ProfileCorrection | None:
    """A correction with its worker, as far as the viewer may see it (one query)."""
    return corrections_seen(viewer).filter(pk=correction_id).first()


def stations_led(viewer: Viewer) -> QuerySet[Station]:
    """The open stations where the viewer may post people, in the order of the tree."""
    found = Station.objects.filter(stage__in=OPEN_STAGES).order_by("path")
    if viewer.has(Role.CITY, Role.ADMIN):
        return found
    if not viewer.has(Role.HEAD, Role.COUNTY):
        return found.none()
    return found.filter(Q(hub_id__in=viewer.hubs) | Q(id__in=viewer.stations))


def hubs_of_staff(viewer: Viewer) -> list[Station]:
    """The hubs to narrow a list by (one query); none for a viewer with one county."""
    if not viewer.has(Role.CITY, Role.ADMIN, Role.DPO, Role.AGENCY):
        return []
    return list(Station.objects.filter(tier__in=[Tier.HUB, Tier.CENTRE]).exclude(stage=Stage.CLOSED).order_by("path"))


def employers(day: date) -> QuerySet[Organisation]:
    """Organisations that may employ a worker on this day."""
    return Organisation.objects.filter(Q(until__isnull=True) | Q(until__gt=day), since__lte=day).order_by("name")
