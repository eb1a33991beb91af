"""Attachments in the API: attached by PUT under the caller's key, listed, read, removed. Content travels in base64."""

import base64
import binascii
from datetime import datetime
from enum import StrEnum
from typing import Annotated
from uuid import UUID

from django.http import HttpResponse
from django.utils.translation import gettext_lazy as _
from ninja import Query, Router
from pydantic import Field

from shegong.kernel import clock
from shegong.kernel.api.answers import All, Answer, one, whole
from shegong.kernel.api.kinds import Body, Chosen, long_text
from shegong.kernel.api.refusals import ProblemDetails, not_found
from shegong.kernel.problems import Problem
from shegong.kernel.uploads.cleaning import LARGEST
from shegong.network.api_scope import ApiRequest
from shegong.network.scope import Viewer
from shegong.practice.actions.attachment import attach, remove_attachment
from shegong.practice.enums import AttachmentKind
from shegong.practice.models import Attachment
from shegong.practice.queries import attachment as queries
from shegong.practice.rules.attachment import CAPTION_LENGTH
from shegong.practice.rules.client import NOTE_LENGTH

router = Router()


class Of(StrEnum):
    """What something is attached to."""

    CLIENT = "client"
    CASE = "case"
    RECORD = "record"
    ACTIVITY = "activity"


class AttachmentIn(Body):
    """A photo (JPEG, PNG, WebP) or a PDF. What is kept is written anew: photos without metadata, PDFs only as pages."""

    of: Of
    of_id: UUID
    kind: AttachmentKind
    name: Annotated[str, long_text(200)]
    caption: Annotated[str, long_text(CAPTION_LENGTH)] = ""
    content: Annotated[str, long_text(LARGEST * 4 // 3 + 4), Field(description="The file in base64, at most 10 MB.")]


class Removal(Body):
    """Why an attachment is taken out of sight."""

    reason: Annotated[str, long_text(NOTE_LENGTH)]


class AttachmentOut(Answer):
    """An attachment, without its content. `pages` is 0 for a photo, `width` and `height` are 0 for a PDF."""

    id: UUID
    of: Of
    of_id: UUID
    kind: AttachmentKind
    media: str
    name: str
    caption: str
    size: int
    width: int
    height: int
    pages: int
    attached_at: datetime


class ContentOut(Answer):
    """An attachment's or a paper's content in base64."""

    media: str
    name: str
    content: str


class AttachmentQuestion(Chosen):
    """Of what."""

    of: Of
    of_id: UUID


@router.get("/attachments", response={200: All[AttachmentOut], 404: ProblemDetails})
def list_attachments(request: ApiRequest, asked: Query[AttachmentQuestion]) -> HttpResponse:
    """The attachments of a client, a case, a record or an activity, the latest first."""
    target = _target(request.viewer, asked.of, asked.of_id)
    rows = queries.attached_to(target).filter(removed_at__isnull=True)
    return whole(map(_attachment, rows))


@router.put("/attachments/{attachment_id}", response={200: AttachmentOut, 201: AttachmentOut, 409: ProblemDetails})
def put_attachment(request: ApiRequest, attachment_id: UUID, attachment: AttachmentIn) -> HttpResponse:
    """Attach a file under the caller's key: 201 when it is new, 200 when the same came before."""
    target = queries.target_of(request.viewer, attachment.of.value, attachment.of_id)
    if target is None:
        raise Problem("target_out_of_scope", _("找不到要附在其上的内容，或您不能查看。"), "of_id")
    try:
        content = base64.b64decode(attachment.content, validate=True)
    except (binascii.Error, ValueError) as problem:
        raise Problem("content_form", _("文件内容应为 base64。"), "content") from problem
    known = queries.attachments_seen(request.viewer).filter(pk=attachment_id).exists()
    try:
        made = attach(
            target,
            content=content,
            name=attachment.name[:500],
            kind=attachment.kind.value,
            caption=attachment.caption,
            key=attachment_id,
            by=request.viewer,
            at=clock.now(),
        )
    except Problem as problem:
        raise (problem.at("content") if problem.field == "file" else problem) from problem
    return one(_attachment(made), status=200 if known else 201)


@router.get("/attachments/{attachment_id}", response={200: AttachmentOut})
def read_attachment(request: ApiRequest, attachment_id: UUID) -> HttpResponse:
    """An attachment, without its content."""
    return one(_attachment(_seen(request.viewer, attachment_id)))


@router.get("/attachments/{attachment_id}/content", response={200: ContentOut})
def read_attachment_content(request: ApiRequest, attachment_id: UUID) -> HttpResponse:
    """An attachment's content."""
    seen = _seen(request.viewer, attachment_id)
    content = base64.b64encode(queries.content_of(seen)).decode()
    return one(ContentOut(media=seen.media, name=seen.name, content=content))


@router.post("/attachments/{attachment_id}/removal", response={200: AttachmentOut, 409: ProblemDetails})
def remove(request: ApiRequest, attachment_id: UUID, removal: Removal) -> HttpResponse:
    """Take an attachment out of sight: nobody can read it any more."""
    seen = _seen(request.viewer, attachment_id)
    return one(_attachment(remove_attachment(seen, removal.reason, by=request.viewer, at=clock.now())))


def _target(viewer: Viewer, kind: Of, key: UUID) -> queries.Target:
    target = queries.target_of(viewer, kind.value, key)
    if target is None:
        raise not_found().at("of_id")
    return target


def _seen(viewer: Viewer, key: UUID) -> Attachment:
    found = queries.attachments_seen(viewer).filter(pk=key).first()
    if found is None:
        raise not_found()
    return found


def _attachment(row: Attachment) -> AttachmentOut:
    kind, key = row.owner
    return AttachmentOut(
        id=row.id,
        of=Of(kind),
        of_id=key,
        kind=AttachmentKind(row.kind),
        media=row.media,
        name=row.name,
        caption=row.caption,
        size=row.size,
        width=row.width,
        height=row.height,
        pages=row.pages,
        attached_at=row.attached_at,
    )
