"""Qualifications, registrations and hours: each worker's own, and those of whom the viewer is in charge."""

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import date
from typing import Final
from uuid import UUID

from django.db import connection
from django.db.models import Case, IntegerField, Q, QuerySet, Sum, Value, When

from shegong.kernel.pages import Page, page_of
from shegong.kernel.uploads.keeping import kept_content
from shegong.network.scope import Viewer
from shegong.people.enums import Role
from shegong.people.models import Account
from shegong.workforce.enums import CareerStep, RegisterCheckState
from shegong.workforce.models import (
    CareerCondition,
    Credential,
    CredentialRequest,
    LearningEntry,
    Proof,
    ProofPiece,
    Qualification,
    Registration,
    Worker,
)
from shegong.workforce.queries.supervision import hours_in_a_year
from shegong.workforce.rules import career
from shegong.workforce.rules import credential as rules
from shegong.workforce.rules.career import Asked, Growth, Rung
from shegong.workforce.rules.credential import Certificate, Registered, Reminder, ReminderKind, Standing

IN_CHARGE: Final = (Role.HEAD, Role.COUNTY, Role.CITY)
READERS: Final = (*IN_CHARGE, Role.WORKER, Role.SUPERVISOR, Role.AGENCY)


def own_worker(viewer: Viewer) -> Worker | None:
    """The viewer as a worker, with the station; None for an account without one. One query."""
    return Worker.objects.filter(account_id=viewer.account_id).select_related("station").first()


def is_in_charge(viewer: Viewer, hub_id: int, station_id: int) -> bool:
    """Whether the viewer answers for workers of this station: its head, its county's officers, the city's."""
    if viewer.has(Role.CITY) or (viewer.has(Role.COUNTY) and hub_id in viewer.hubs):
        return True
    return viewer.has(Role.HEAD) and viewer.reaches(hub_id, station_id)


def is_county(viewer: Viewer, hub_id: int) -> bool:
    """Whether the viewer enters certificates and registrations of this county."""
    return viewer.has(Role.CITY) or (viewer.has(Role.COUNTY) and hub_id in viewer.hubs)


def reach(viewer: Viewer, *, own: bool = True) -> Q:
    """Rows with worker, hub and station that the viewer may see: the own, those in charge of, an agency's employees."""
    if viewer.has(Role.CITY):
        return Q()
    found = Q(worker__account_id=viewer.account_id) if own else Q(pk__in=[])
    if viewer.has(Role.COUNTY, Role.HEAD):
        found |= Q(hub_id__in=viewer.hubs)
    if viewer.has(Role.HEAD):
        found |= Q(station_id__in=viewer.stations)
    if viewer.has(Role.AGENCY):
        found |= Q(worker__employer_id__in=viewer.organisations)
    return found


def worker_seen(viewer: Viewer, worker_id: int) -> Worker | None:
    """A worker whose qualifications the viewer may see, with the station. One query."""
    found = Worker.objects.filter(pk=worker_id).select_related("station").first()
    if found is None:
        return None
    employed = viewer.has(Role.AGENCY) and found.employer_id in viewer.organisations
    own = found.account_id == viewer.account_id
    return found if own or employed or is_in_charge(viewer, found.hub_id, found.station_id) else None


@dataclass(frozen=True, slots=True)
class CredentialFile:
    """A worker's qualifications in full."""

    worker: Worker
    credentials: list[Credential]
    registrations: list[Registration]
    standing: Standing
    reminders: list[Reminder]
    requests: list[CredentialRequest]
    entries: list[LearningEntry]

    @property
    def current(self) -> Registration | None:
        """The registration that ends last."""
        return self.registrations[0] if self.registrations else None

    @property
    def needed(self) -> int:
        """Hours due in the latest registration's time; 0 before the first."""
        return rules.hours_needed(self.standing.latest.level) if self.standing.latest else 0


def credential_file(viewer: Viewer, worker: Worker, today: date) -> CredentialFile:
    """All about one worker, who must have been seen by the viewer (four queries)."""
    credentials = list(Credential.objects.filter(worker=worker).order_by("-issued_on"))
    registrations = list(
        Registration.objects.filter(worker=worker).select_related("credential").order_by("-until", "-since")
    )
    requests = list(
        CredentialRequest.objects.filter(worker=worker).select_related("proof").order_by("-asked_at", "-id")
    )
    entries = list(LearningEntry.objects.filter(worker=worker).select_related("proof").order_by("-learned_on", "-id"))
    begun = registrations[0].since if registrations else None
    standing = Standing(
        certificates=[Certificate(each.level, each.issued_on) for each in credentials],
        registrations=[Registered(each.credential.level, each.since, each.until) for each in registrations],
        hours=sum(each.hours for each in entries if counts(each) and begun and each.learned_on >= begun),
        waiting={each.kind for each in requests if each.state == RegisterCheckState.WAITING},
    )
    found = rules.reminders(standing, today)
    return CredentialFile(worker, credentials, registrations, standing, found, requests, entries)


def standing_of(worker: Worker) -> Standing:
    """What the rules ask about a worker (three queries)."""
    registrations = [
        Registered(*row)
        for row in Registration.objects.filter(worker=worker).values_list("credential__level", "since", "until")
    ]
    begun = max(registrations, key=lambda each: each.until).since if registrations else None
    return Standing(
        certificates=[
            Certificate(*row) for row in Credential.objects.filter(worker=worker).values_list("level", "issued_on")
        ],
        registrations=registrations,
        hours=hours_since(worker.pk, begun) if begun else 0,
    )


def counts(entry: LearningEntry) -> bool:
    """Whether an entry's hours count: those that were checked."""
    return entry.state == RegisterCheckState.APPROVED


def hours_since(worker_id: int, since: date) -> int:
    """Hours that count from a day on (one query)."""
    found = LearningEntry.objects.filter(worker_id=worker_id, state=RegisterCheckState.APPROVED, learned_on__gte=since)
    total: int | None = found.aggregate(total=Sum("hours"))["total"]
    return total or 0


def is_another_s(number: str, worker_id: int) -> bool:
    """Whether somebody else holds the certificate of this number, wherever; it isn't told who. One query."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT workforce_certificate_of_another(%s, %s)", [number, worker_id])
        answer: bool = cursor.fetchone()[0]
    return answer


@dataclass(frozen=True, slots=True)
class Due:
    """A worker in a list of those with something to do."""

    row: Qualification
    reminders: list[Reminder]
    needed: int = field(default=0)

    @property
    def worker(self) -> Worker:
        """Who it is."""
        return self.row.worker


def due_page(viewer: Viewer, kind: str, today: date, cursor: str | None = None) -> Page[Qualification]:
    """Workers in service whom the viewer is in charge of (or employs), narrowed to a kind of reminder, by name, 25 a
    page. One query.
    """
    found = Qualification.objects.filter(reach(viewer, own=False), _still(today)).select_related("worker", "station")
    return page_of(found.filter(_due(kind, today)), ["worker__sort_key"], cursor)


def due_counts(viewer: Viewer, today: date) -> dict[str, int]:
    """{kind of reminder: how many of them} in the viewer's charge. One query."""
    found = Qualification.objects.filter(reach(viewer, own=False), _still(today)).order_by()
    ones = {
        kind.value: Sum(Case(When(_due(kind, today), then=1), default=0, output_field=IntegerField()))
        for kind in ReminderKind
    }
    return {kind: number or 0 for kind, number in found.aggregate(**ones).items()}


def _still(today: date) -> Q:
    return Q(worker__until__isnull=True) | Q(worker__until__gt=today)


def _due(kind: str, today: date) -> Q:
    """The same as `rules.reminders`, for the database; a test holds the two together."""
    window = rules.months_after(today, rules.RENEWAL_MONTHS)
    said = rules.months_after(today, rules.HOURS_SAID_MONTHS)
    needed = Case(
        *[When(registered_level=level, then=Value(hours)) for level, hours in rules.HOURS_NEEDED.items()],
        default=Value(0),
        output_field=IntegerField(),
    )
    conditions = {
        ReminderKind.UNREGISTERED: Q(is_registered=False),
        ReminderKind.LAPSED: Q(until__lte=today),
        ReminderKind.WINDOW: Q(until__gt=today, until__lte=window),
        ReminderKind.HOURS: Q(until__lte=said, hours__lt=needed),
    }
    return conditions[ReminderKind(kind)] if kind in conditions else Q()


def due_of(row: Qualification, today: date) -> Due:
    """A row of the list with what its worker should do."""
    registrations = []
    if row.since is not None and row.until is not None:
        registrations.append(Registered(row.registered_level, row.since, row.until))
        if row.is_registered and row.level != row.registered_level:
            registrations.append(Registered(row.level, row.since, row.since))
    standing = Standing([Certificate(row.level, row.issued_on)], registrations, row.hours)
    needed = rules.hours_needed(row.registered_level) if row.registered_level else 0
    return Due(row, rules.reminders(standing, today), needed)


def own_reminders(viewer: Viewer, today: date) -> list[Reminder]:
    """What the viewer should do about the own registration: for my day. Two queries at most."""
    row = Qualification.objects.filter(worker__account_id=viewer.account_id).first()
    if row is None:
        return []
    found = due_of(row, today).reminders
    if not found:
        return []
    asked = CredentialRequest.objects.filter(worker_id=row.worker_id, state=RegisterCheckState.WAITING)
    waiting = set(asked.values_list("kind", flat=True))
    return [rules.with_waiting(each, waiting) for each in found]


def requests_seen(viewer: Viewer) -> QuerySet[CredentialRequest]:
    """The requests that the viewer may see, with the worker and the proof."""
    found = CredentialRequest.objects.filter(reach(viewer))
    return found.select_related("worker", "worker__station", "proof")


def credentials_seen(viewer: Viewer) -> QuerySet[Credential]:
    """The certificates whose numbers the viewer may see."""
    if viewer.has(Role.HEAD):
        near = Q(worker__hub_id__in=viewer.hubs) | Q(worker__station_id__in=viewer.stations)
    else:
        near = Q(hub_id__in=viewer.hubs) if viewer.has(Role.COUNTY) else Q(pk__in=[])
    if viewer.has(Role.AGENCY):
        near |= Q(worker__employer_id__in=viewer.organisations)
    found = Credential.objects.all()
    return found if viewer.has(Role.CITY) else found.filter(near | Q(worker__account_id=viewer.account_id))


def requests_page(viewer: Viewer, cursor: str | None = None) -> Page[CredentialRequest]:
    """Requests that wait for the county in the viewer's charge, the oldest first. One query."""
    found = requests_seen(viewer).filter(reach(viewer, own=False), state=RegisterCheckState.WAITING)
    return page_of(found, ["asked_at"], cursor)


def waiting_counts(viewer: Viewer) -> tuple[int, int]:
    """How many requests and how many reported hours wait in the viewer's charge (two queries)."""
    mine = reach(viewer, own=False)
    return (
        CredentialRequest.objects.filter(mine, state=RegisterCheckState.WAITING).count(),
        LearningEntry.objects.filter(mine, state=RegisterCheckState.WAITING).count(),
    )


def names_of(accounts: Collection[int | None]) -> dict[int, str]:
    """{account: name} of workers who decided; accounts that are nobody's in sight are missing. One query."""
    wanted = [each for each in accounts if each is not None]
    found = Worker.objects.filter(account_id__in=wanted).values_list("account_id", "name")
    own = Account.objects.filter(pk__in=wanted).values_list("pk", "display_name")
    return {**dict(own), **{account: name for account, name in found if account is not None}} if wanted else {}


def proof_seen(viewer: Viewer, key: UUID) -> Proof | None:
    """A proof that the viewer may open. One query."""
    return Proof.objects.filter(reach(viewer), pk=key).first()


def content_of(proof: Proof, *, preview: bool = False) -> bytes:
    """The proof's content, or its preview (empty for a PDF). One query. Raises UndecipherableProblem."""
    return kept_content(ProofPiece.objects.filter(proof=proof), place_of(proof.pk), preview=preview)


def place_of(key: UUID) -> str:
    """Where a proof's pieces open."""
    return f"workforce_proofpiece.sealed:{key}"


@dataclass(frozen=True, slots=True)
class GrowthPage:
    """A worker's ladder: the steps with their conditions, the step reached, and the next."""

    worker: Worker
    file: CredentialFile
    rungs: tuple[Rung, ...]

    @property
    def step(self) -> CareerStep | None:
        """The highest step whose conditions are all met."""
        return career.reached(self.rungs)

    @property
    def following(self) -> Rung | None:
        """The next step."""
        return career.next_rung(self.rungs)


def conditions_on(day: date) -> list[Asked]:
    """The ladder's conditions that hold on a day, in the order of their ids. One query."""
    held = CareerCondition.objects.filter(Q(until__isnull=True) | Q(until__gt=day), since__lte=day)
    return [Asked(each.step, each.measure, each.least, each.source) for each in held.order_by("id")]


def growth_page(viewer: Viewer, worker: Worker, today: date) -> GrowthPage:
    """A worker's ladder (six queries)."""
    file = credential_file(viewer, worker, today)
    since = rules.years_after(today, -rules.VALID_YEARS)
    hours = sum(each.hours for each in file.entries if counts(each) and each.learned_on > since)
    growth = Growth(worker.since, file.standing, hours, hours_in_a_year(worker.pk, today))
    return GrowthPage(worker, file, career.ladder(growth, conditions_on(today), today))
