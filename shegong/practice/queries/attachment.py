"""Attachments: what they can belong to, those of one thing, and their content."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from django.db.models import Q, QuerySet
from django.utils.translation import gettext

from shegong.kernel.uploads.keeping import opened_pieces
from shegong.network.scope import Viewer
from shegong.people.enums import Role
from shegong.practice.enums import Purpose, SignUpState
from shegong.practice.models import Activity, Attachment, AttachmentChunk, Case, Client, Consent, ServiceRecord
from shegong.practice.queries.activity import activities_seen, clients_who_came
from shegong.practice.queries.case import cases_seen
from shegong.practice.queries.client import clients_seen, within_reach
from shegong.practice.queries.record import staff_names
from shegong.practice.queries.record_list import records_seen

KEEPERS: Final = (Role.WORKER, Role.HEAD)


@dataclass(frozen=True, slots=True)
class Target:
    """What something can be attached to. `people` are the clients who may be in a photo; `hides_people`: there are more
    whom the viewer may not see.
    """

    kind: str
    row: Client | Case | ServiceRecord | Activity
    title: str
    people: tuple[Client, ...]
    hides_people: bool = False

    @property
    def key(self) -> UUID:
        """The row's key."""
        return self.row.pk


@dataclass(frozen=True, slots=True)
class Shelf:
    """The attachments of one thing, the latest first, with who attached each; and what was removed and why."""

    target: Target
    items: list[tuple[Attachment, str]]
    removed: list[tuple[Attachment, str]]
    may_attach: bool
    without_consent: list[str]


def _client(viewer: Viewer, key: UUID) -> Target | None:
    found = clients_seen(viewer).filter(pk=key).first()
    return Target("client", found, found.name, (found,)) if found else None


def _case(viewer: Viewer, key: UUID) -> Target | None:
    found = cases_seen(viewer).filter(pk=key).select_related("client").first()
    return Target("case", found, f"{found.client.name} {found.number}", (found.client,)) if found else None


def _record(viewer: Viewer, key: UUID) -> Target | None:
    found = records_seen(viewer).filter(pk=key).select_related("service").first()
    if found is None:
        return None
    people = Client.objects.filter(participations__record_id=key, participations__hub_id=found.hub_id)
    return Target("record", found, found.service.name, tuple(people))


def _activity(viewer: Viewer, key: UUID) -> Target | None:
    """Who came to it, or means to come as long as it wasn't held."""
    found = activities_seen(viewer).filter(pk=key).first()
    if found is None:
        return None
    if found.record_id is None:
        listed = found.signups.exclude(state=SignUpState.CANCELLED).filter(client__isnull=False)
        people = [each.client for each in listed.select_related("client") if each.client is not None]
        return Target("activity", found, found.title, tuple(people))
    # A record with a restricted file in it is out of sight as a whole.
    hides = not ServiceRecord.objects.filter(pk=found.record_id, hub_id=found.hub_id).exists()
    return Target("activity", found, found.title, tuple(clients_who_came(found)), hides)


TARGETS: Final[Mapping[str, Callable[[Viewer, UUID], Target | None]]] = {
    "client": _client,
    "case": _case,
    "record": _record,
    "activity": _activity,
}


def target_of(viewer: Viewer, kind: str, key: UUID) -> Target | None:
    """What the viewer wants to attach to or see the attachments of (one query, two for a record, at most three for an
    activity); None where it is out of reach.
    """
    return TARGETS[kind](viewer, key) if kind in TARGETS else None


def attachments_seen(viewer: Viewer) -> QuerySet[Attachment]:
    """The attachments that the viewer may open: those of what the viewer sees."""
    reach = within_reach(viewer)
    if viewer.has(Role.SUPERVISOR):
        supervised = Case.objects.filter(supervisor_id=viewer.account_id, closed_on__isnull=True)
        reach |= Q(case_id__in=supervised.values("id")) | Q(client_id__in=supervised.values("client_id"))
        reach |= Q(record__case_id__in=supervised.values("id"))
    return Attachment.objects.filter(reach, removed_at__isnull=True)


def attached_to(target: Target) -> QuerySet[Attachment]:
    """All that was attached to it, removed or not, the latest first. What hung on a file that was merged into a
    client's is there, too.
    """
    wanted = Q(**{f"{target.kind}_id": target.key}, hub_id=target.row.hub_id)
    if target.kind == "client":
        wanted |= Q(client__merged_into_id=target.key, hub_id=target.row.hub_id)
    return Attachment.objects.filter(wanted).order_by("-attached_at", "-id")


def shelf(viewer: Viewer, target: Target) -> Shelf:
    """For the card and the page of one thing's attachments (three queries)."""
    rows = list(attached_to(target))
    names = staff_names([name for each in rows for name in (each.attached_by_id, each.removed_by_id)])
    row = target.row
    return Shelf(
        target=target,
        items=[(each, names.get(each.attached_by_id, "")) for each in rows if each.removed_at is None],
        removed=[(each, names.get(each.removed_by_id or 0, "")) for each in rows if each.removed_at is not None],
        may_attach=viewer.has(*KEEPERS) and viewer.reaches(row.hub_id, row.station_id),
        without_consent=without_photo_consent(target),
    )


def without_photo_consent(target: Target) -> list[str]:
    """Names of the people who haven't agreed to be photographed, or no longer do. One query. Whether those agreed whom
    the viewer may not see can't be told, and so isn't taken for granted.
    """
    agreed = set(
        Consent.objects.filter(
            client_id__in=[each.pk for each in target.people], purpose=Purpose.PHOTO, withdrawn_on__isnull=True
        ).values_list("client_id", flat=True)
    )
    names = [each.name for each in target.people if each.pk not in agreed]
    return [*names, gettext("受限档案的服务对象")] if target.hides_people else names


def content_of(attachment: Attachment) -> bytes:
    """The whole content (one query). Raises UndecipherableProblem."""
    return _pieces(attachment, number__gte=1)


def preview_of(attachment: Attachment) -> bytes:
    """A small JPEG of a photo; nothing for a PDF. One query."""
    return _pieces(attachment, number=0)


def _pieces(attachment: Attachment, **wanted: int) -> bytes:
    pieces = AttachmentChunk.objects.filter(attachment_id=attachment.pk, hub_id=attachment.hub_id, **wanted)
    return opened_pieces(pieces.order_by("number").values_list("number", "sealed"), place_of(attachment.pk))


def place_of(key: UUID) -> str:
    """Where an attachment's pieces open."""
    return f"practice_attachmentchunk.sealed:{key}"
