"""Reading the documents of purchases and bids, as far as a viewer may."""

from collections import defaultdict
from collections.abc import Sequence
from uuid import UUID

from django.db.models import Q, QuerySet

from shegong.kernel.uploads.keeping import kept_content
from shegong.network.scope import Viewer
from shegong.purchase.enums import NoticeKind
from shegong.purchase.models import Bid, BidFile, Notice, Project, ProjectFile
from shegong.purchase.queries.project import projects, seen_bids

Document = ProjectFile | BidFile


def place_of(file: Document) -> str:
    """Where a document's pieces belong."""
    table = "purchase_projectpiece" if isinstance(file, ProjectFile) else "purchase_bidpiece"
    return f"{table}.sealed:{file.pk}"


def content_of(file: Document, *, preview: bool = False) -> bytes:
    """What a document holds, or a small picture of a photo (one query; empty for what the viewer may not see)."""
    return kept_content(file.pieces.all(), place_of(file), preview=preview)


def out_in(turn: int) -> Q:
    """Documents that go out in a round."""
    return Q(round__lte=turn) & (Q(removed_round__isnull=True) | Q(removed_round__gt=turn))


def of_project(found: Project) -> list[ProjectFile]:
    """What goes out, or went out, with the present round's call, as far as the viewer sees it (one query)."""
    return list(ProjectFile.objects.filter(out_in(found.round), project=found))


def project_files(viewer: Viewer) -> QuerySet[ProjectFile]:
    """The documents of the projects that a viewer may see."""
    return ProjectFile.objects.filter(project__in=projects(viewer).order_by().values("id"))


def public_files(notice: Notice) -> list[ProjectFile]:
    """What everybody may read beside a call for bids (one query; none for other notices)."""
    if notice.kind != NoticeKind.INVITATION:
        return []
    return list(ProjectFile.objects.filter(out_in(notice.round), project_id=notice.project_id))


def bid_files(viewer: Viewer) -> QuerySet[BidFile]:
    """The documents of bids that a viewer may see: one's own, and those of opened ones where one leads or scores."""
    own = Q(bid__organisation_id__in=viewer.organisations)
    opened = Q(bid__opened_at__isnull=False, removed_at__isnull=True)
    return BidFile.objects.filter(own | opened, bid__in=seen_bids(viewer).order_by().values("id"))


def of_bids(viewer: Viewer, bids: Sequence[Bid]) -> dict[UUID, list[BidFile]]:
    """The documents that stand, by bid (one query)."""
    found: dict[UUID, list[BidFile]] = defaultdict(list)
    for each in bid_files(viewer).filter(bid__in=[bid.pk for bid in bids], removed_at__isnull=True):
        found[each.bid_id].append(each)
    return found
