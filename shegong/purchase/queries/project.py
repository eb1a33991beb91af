"""Reading purchases: what a viewer may see of them, of their bids and their panels."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.db import connection
from django.db.models import Q, QuerySet

from shegong.kernel import clock
from shegong.network.enums import Stage, Tier
from shegong.network.models import Organisation, Station
from shegong.network.scope import Viewer
from shegong.people.enums import Role
from shegong.purchase.enums import OVER, BidState, ProjectState, PurchaseMethod
from shegong.purchase.models import (
    Bid,
    CreditRecord,
    Invitation,
    Licence,
    MethodRule,
    Notice,
    Objection,
    PanelMember,
    Project,
    SubjectBalance,
)
from shegong.purchase.rules.project import MAY_OFFER, Standing

OFFICERS = (Role.CITY, Role.COUNTY)
READERS = (*OFFICERS, Role.AGENCY, Role.ASSESSOR)


def is_officer(viewer: Viewer, hub_id: int) -> bool:
    """Whether a viewer leads purchases of a hub."""
    return viewer.has(Role.CITY) or (viewer.has(Role.COUNTY) and hub_id in viewer.hubs)


def projects(viewer: Viewer) -> QuerySet[Project]:
    """The projects that a viewer may see: officers by hub; an agency those that it is asked to or did offer for, a
    panel's member the panel's (which the database knows).
    """
    found = Project.objects.select_related("hub", "buyer")
    if viewer.has(Role.CITY):
        return found
    if viewer.has(Role.COUNTY):
        return found.filter(hub_id__in=viewer.hubs)
    return found if viewer.has(Role.AGENCY, Role.ASSESSOR) else found.none()


def open_to_bid(viewer: Viewer) -> QuerySet[Project]:
    """Projects that take bids now."""
    return projects(viewer).filter(state=ProjectState.INVITED, deadline__gt=clock.now())


def project(viewer: Viewer, key: UUID) -> Project | None:
    """One project with what its page shows, or None for one that the viewer may not see."""
    return projects(viewer).select_related("hub", "buyer", "fund", "contract").filter(pk=key).first()


def awaited(viewer: Viewer) -> Q:
    """Which projects wait for the viewer: officers by state, others by what they have to do there."""
    if viewer.has(*OFFICERS):
        return ~Q(state__in=OVER)
    if viewer.has(Role.ASSESSOR):
        return Q(state=ProjectState.OPENED)
    return Q(state=ProjectState.INVITED)


def bids_received(key: UUID) -> int:
    """How many bids lie sealed; only for who leads the purchase (0 for others)."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT purchase_bids_received(%s)", [key])
        number: int = cursor.fetchone()[0]
    return number


def bids(viewer: Viewer, found: Project) -> list[Bid]:
    """The bids of the present round that a viewer sees: own ones at once, others' once they are opened (one query)."""
    seen = Bid.objects.select_related("organisation").filter(project=found, round=found.round)
    if viewer.has(Role.AGENCY) and not viewer.has(*OFFICERS):
        seen = seen.filter(organisation_id__in=viewer.organisations)
    return list(seen.order_by("-score", "price", "submitted_at"))


def own_bid(viewer: Viewer, found: Project) -> Bid | None:
    """The viewer's organisation's bid in this round that isn't withdrawn."""
    rows = Bid.objects.filter(project=found, round=found.round, organisation_id__in=viewer.organisations)
    return rows.exclude(state=BidState.WITHDRAWN).first()


def own_bids(viewer: Viewer) -> QuerySet[Bid]:
    """All that the viewer's organisations offered, the latest first."""
    rows = Bid.objects.filter(organisation_id__in=viewer.organisations)
    return rows.select_related("project", "project__hub").order_by("-submitted_at")


def seen_bids(viewer: Viewer) -> QuerySet[Bid]:
    """The bids that a viewer may see, for the API."""
    rows = Bid.objects.select_related("organisation")
    if viewer.has(Role.CITY):
        return rows
    if viewer.has(Role.COUNTY):
        return rows.filter(hub_id__in=viewer.hubs)
    if viewer.has(Role.AGENCY):
        return rows.filter(organisation_id__in=viewer.organisations)
    return rows if viewer.has(Role.ASSESSOR) else rows.none()


def winner(found: Project) -> Bid:
    """The bid that the project is awarded to."""
    assert found.awarded_bid is not None
    return Bid.objects.select_related("organisation").get(pk=found.awarded_bid)


def panel(found: Project) -> list[PanelMember]:
    """The present round's panel, as far as the viewer sees it (one query)."""
    return list(PanelMember.objects.filter(project=found, round=found.round))


def seat(viewer: Viewer, found: Project) -> PanelMember | None:
    """The viewer's own place on the panel."""
    return PanelMember.objects.filter(project=found, round=found.round, account_id=viewer.account_id).first()


def bidder_names(found: Project) -> list[str]:
    """Who offered, for a member of the panel who has to say whether there is an interest (one query)."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT name FROM purchase_bidders(%s)", [found.pk])
        return [row[0] for row in cursor.fetchall()]


@dataclass(frozen=True, slots=True)
class Candidate:
    """An assessor who could sit on a panel."""

    account_id: int
    name: str
    employer: str


def candidates() -> list[Candidate]:
    """All assessors, by name (one query; none for who isn't an officer)."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT account_id, name, employer FROM purchase_candidates() ORDER BY name, account_id")
        return [Candidate(*row) for row in cursor.fetchall()]


def related_bidder(account_id: int, found: Project) -> str | None:
    """The bidder to whom an account is related by employment or by acting for it, if any."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT purchase_related(%s, %s, %s)", [account_id, found.pk, found.round])
        name: str | None = cursor.fetchone()[0]
    return name


def objections(found: Project) -> list[Objection]:
    """What is said against the present award, as far as the viewer sees it (one query)."""
    return list(Objection.objects.select_related("organisation").filter(project=found, round=found.round))


def invited(found: Project) -> list[str]:
    """Who is asked in this round (one query)."""
    rows = Invitation.objects.filter(project=found, round=found.round)
    return list(rows.order_by("organisation__name").values_list("organisation__name", flat=True))


def standings(ids: Iterable[int], on: date) -> dict[int, Standing]:
    """How organisations stand on a day (three queries)."""
    wanted = list(ids)
    licensed = set(
        Licence.objects.filter(organisation_id__in=wanted, since__lte=on, until__gt=on)
        .order_by()
        .values_list("organisation_id", flat=True)
    )
    credit: dict[int, set[str]] = {}
    in_force = CreditRecord.objects.filter(Q(until__isnull=True) | Q(until__gt=on), since__lte=on)
    rows = in_force.filter(organisation_id__in=wanted).order_by().values_list("organisation_id", "kind")
    for organisation_id, kind in rows:
        credit.setdefault(organisation_id, set()).add(kind)
    return {
        each.pk: Standing(
            kinds=each.kinds,
            credit_code=each.credit_code,
            is_active=each.since <= on and (each.until is None or each.until > on),
            licensed=each.pk in licensed,
            credit=credit.get(each.pk, set()),
        )
        for each in Organisation.objects.filter(pk__in=wanted)
    }


def state_organs() -> QuerySet[Organisation]:
    """Who may buy: state organs."""
    return Organisation.objects.filter(kinds__contains=["department"], credit_code__startswith="11").order_by("name")


def suppliers(on: date) -> QuerySet[Organisation]:
    """Who can be asked for a bid on a day: organisations with a licence in force."""
    licensed = Licence.objects.filter(since__lte=on, until__gt=on).values("organisation_id")
    return Organisation.objects.filter(pk__in=licensed, kinds__overlap=sorted(MAY_OFFER)).order_by("name")


def places(hub_id: int) -> list[Station]:
    """The hub and its running town stations, which projects are for (one query)."""
    found = Station.objects.filter(hub_id=hub_id, tier__in=(Tier.HUB, Tier.STATION), stage=Stage.RUNNING)
    return list(found.only("id", "name", "tier").order_by("path"))


def with_rooms(ids: Sequence[int]) -> list[int]:
    """Stations together with the running rooms below the town stations among them (one query)."""
    below = Station.objects.filter(town_id__in=ids, tier=Tier.ROOM, stage=Stage.RUNNING)
    return sorted({*ids, *below.values_list("id", flat=True)})


def rules_in_force(on: date) -> dict[str, MethodRule]:
    """Each method's rule on a day (one query)."""
    found = MethodRule.objects.filter(Q(until__isnull=True) | Q(until__gt=on), since__lte=on)
    by_method = {rule.method: rule for rule in found}
    return {method: by_method[method] for method in PurchaseMethod.values if method in by_method}


def money_held(found: Project, stage: str) -> list[SubjectBalance]:
    """The accounts that hold a project's money at a stage, in the order in which they are booked (one query)."""
    rows = SubjectBalance.objects.filter(subject=found.subject, stage=stage, amount__gt=0)
    return list(rows.select_related("fund").order_by("fund_id", "hub_id", "year"))


def notices() -> QuerySet[Notice]:
    """What everybody may read, the latest first."""
    return Notice.objects.order_by("-published_at")
