"""Attaching files, and taking them out of sight."""

from datetime import datetime
from hashlib import sha256
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from shegong.journal.actions import log
from shegong.kernel.ids import uuid7
from shegong.kernel.problems import Problem, key_taken
from shegong.kernel.uploads.keeping import kept_name, keyring, pieces_of, sealed_pieces
from shegong.kernel.uploads.sluice import cleaned
from shegong.network.scope import Viewer
from shegong.practice.actions.client import may_keep_files
from shegong.practice.models import Attachment, AttachmentChunk
from shegong.practice.queries.attachment import Target, place_of, without_photo_consent
from shegong.practice.rules import attachment as rules
from shegong.practice.rules.client import checked_reason


@transaction.atomic
def attach(
    target: Target,
    *,
    content: bytes,
    name: str,
    kind: str,
    by: Viewer,
    at: datetime,
    caption: str = "",
    key: UUID | None = None,
) -> Attachment:
    """Attach a file to a client's file, a case, a record or an activity. What is kept was written anew from what was
    sent (photos without metadata and at most 2560 pixels wide or high, PDFs without anything but pages), encrypted in
    pieces.
    Sent again under the same key it is the same attachment.

    Two queries, one row and one for each half megabyte. Raises Problem at file, kind, caption; 403, 409.
    """
    row = target.row
    may_keep_files(by, row.hub_id, row.station_id)
    words = rules.checked_caption(caption)
    digest = _digest(target, content, kind, words)
    known = Attachment.objects.filter(pk=key, hub_id=row.hub_id).first() if key else None
    if known is not None:
        if bytes(known.digest) != digest:
            raise key_taken()
        return known
    made = cleaned(content)
    wrong = rules.photo_problem(kind, made.media, without_consent=without_photo_consent(target))
    if wrong is not None:
        raise wrong
    pieces = pieces_of(made.content)
    attachment = Attachment(
        id=key or uuid7(),
        hub_id=row.hub_id,
        station_id=row.station_id,
        kind=kind,
        media=made.media,
        name=kept_name(name, made.media),
        caption=words,
        size=len(made.content),
        width=made.width,
        height=made.height,
        pages=made.pages,
        chunks=len(pieces),
        digest=digest,
        attached_at=at,
        attached_by_id=by.account_id,
        **{f"{target.kind}_id": target.key},
    )
    try:
        with transaction.atomic():
            attachment.save(force_insert=True)
    except IntegrityError as clash:
        raise key_taken() from clash
    AttachmentChunk.objects.bulk_create(_sealed(attachment, made.preview, pieces))
    _log("attach", attachment, by, at)
    return attachment


@transaction.atomic
def remove_attachment(attachment: Attachment, reason: str, *, by: Viewer, at: datetime) -> Attachment:
    """Take an attachment out of sight for a reason: nobody can open it any more. Raises Problem at reason; 403, 404."""
    present = Attachment.objects.select_for_update().filter(pk=attachment.pk, removed_at__isnull=True).first()
    if present is None:
        raise Problem("attachment_missing", _("找不到这个附件，或它已被删除。"), status=404)
    may_keep_files(by, present.hub_id, present.station_id)
    present.remove_reason = checked_reason(reason)
    present.removed_at, present.removed_by_id = at, by.account_id
    present.save(update_fields=["remove_reason", "removed_at", "removed_by"])
    _log("remove_attachment", present, by, at, reason=present.remove_reason)
    return present


def _digest(target: Target, content: bytes, kind: str, caption: str) -> bytes:
    """Keyed, so that nobody can tell from it which file was attached."""
    text = f"{target.kind}:{target.key}:{kind}:{sha256(content).hexdigest()}:{caption}"
    return keyring().blind_index(text, "practice_attachment.digest")


def _sealed(attachment: Attachment, preview: bytes, pieces: list[bytes]) -> list[AttachmentChunk]:
    """The pieces encrypted, each for its own place."""
    place = {"hub_id": attachment.hub_id, "station_id": attachment.station_id, "attachment": attachment}
    sealed = sealed_pieces(preview, pieces, place_of(attachment.pk))
    return [AttachmentChunk(**place, number=number, sealed=piece) for number, piece in sealed.items()]


def _log(verb: str, attachment: Attachment, by: Viewer, at: datetime, **detail: object) -> None:
    kind, owner = attachment.owner
    log(
        verb,
        "attachment",
        attachment.pk,
        by=by.account_id,
        at=at,
        hub_id=attachment.hub_id,
        station_id=attachment.station_id,
        detail={"of": kind, "id": str(owner), "media": attachment.media, "size": attachment.size, **detail},
    )
