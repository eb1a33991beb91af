"""Documents of a purchase: put beside the call for bids before it goes out, and kept with bids under seal."""

from collections.abc import Sequence
from datetime import datetime
from hashlib import sha256
from uuid import UUID, uuid5

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from shegong.journal.actions import log
from shegong.kernel.problems import Problem
from shegong.kernel.uploads.cleaning import Clean
from shegong.kernel.uploads.keeping import keep_pieces, kept_name
from shegong.kernel.uploads.sluice import cleaned
from shegong.network.scope import Viewer
from shegong.purchase.actions.project import in_words, led
from shegong.purchase.enums import ProjectState
from shegong.purchase.models import Bid, BidFile, BidPiece, Project, ProjectFile, ProjectPiece
from shegong.purchase.queries.document import out_in, place_of
from shegong.purchase.rules import document as rules

# Content and the name that it came with.
Sent = tuple[bytes, str]


def all_cleaned(files: Sequence[Sent]) -> list[tuple[Clean, str]]:
    """Each file written anew, with the name under which it is kept. Raises Problem at `file`, which says which one."""
    made = []
    for content, name in files:
        try:
            clean = cleaned(content)
        except Problem as problem:
            params = {"name": name[-100:], "why": problem.message}
            raise Problem(problem.code, _("%(name)s：%(why)s"), "file", params=params) from problem
        made.append((clean, kept_name(name, clean.media)))
    return made


@transaction.atomic
def attach_to_project(
    key: UUID, project: Project, files: Sequence[Sent], *, by: Viewer, at: datetime
) -> list[ProjectFile]:
    """Put documents beside a project's call for bids before it goes out; the same under the same key are the same.

    Raises Problem at `file`: none, too many, too large, of another kind; 403; 409 once bids are asked for.
    """
    present = led(project, by, ProjectState.NEED, ProjectState.RESERVED)
    keys = _keys(key, files)
    if keys and (known := list(ProjectFile.objects.filter(pk__in=keys))):
        return known
    there = ProjectFile.objects.filter(out_in(present.round), project=present).count()
    if wrong := rules.number_problem(there, len(files)):
        raise wrong
    made = []
    for file_key, (clean, name) in zip(keys, all_cleaned(files), strict=True):
        file = ProjectFile(
            id=file_key, project=present, round=present.round, media=clean.media, name=name, size=len(clean.content),
            sha256=sha256(clean.content).hexdigest(), added_at=at, added_by_id=by.account_id,
        )  # fmt: skip
        file.save(force_insert=True)
        keep_pieces(ProjectPiece, clean, place_of(file), file=file, project=present)
        made.append(file)
    log("attach_project_file", "project", present.pk, by=by.account_id, at=at, hub_id=present.hub_id,
        detail={"number": present.number, "files": len(made)})  # fmt: skip
    return made


@transaction.atomic
def remove_from_project(file: ProjectFile, *, by: Viewer, at: datetime) -> None:
    """Take a document away before the call goes out; what went out in an earlier round stays there. Raises Problem
    403, 409.
    """
    present = led(file.project, by, ProjectState.NEED, ProjectState.RESERVED)
    file.removed_round = present.round
    try:
        with transaction.atomic():
            file.save(update_fields=["removed_round"])
    except IntegrityError as error:
        raise in_words(error) from error
    log("remove_project_file", "project", present.pk, by=by.account_id, at=at, hub_id=present.hub_id,
        detail={"number": present.number})  # fmt: skip


def keep_with_bid(
    key: UUID, bid: Bid, files: Sequence[tuple[Clean, str]], *, by: Viewer, at: datetime
) -> list[BidFile]:
    """Keep documents under a bid's seal. Raises Problem 409 after the deadline."""
    made = []
    for place, (clean, name) in enumerate(files):
        file = BidFile(
            id=uuid5(key, str(place)), bid=bid, project_id=bid.project_id, media=clean.media, name=name,
            size=len(clean.content), sha256=sha256(clean.content).hexdigest(), added_at=at, added_by_id=by.account_id,
        )  # fmt: skip
        try:
            with transaction.atomic():
                file.save(force_insert=True)
                keep_pieces(BidPiece, clean, place_of(file), file=file, project_id=bid.project_id)
        except IntegrityError as error:
            raise in_words(error) from error
        made.append(file)
    return made


def _keys(key: UUID, files: Sequence[Sent]) -> list[UUID]:
    """A key for each of the files that come together under one."""
    return [uuid5(key, str(place)) for place in range(len(files))]
