"""Pages of attachments: those of one thing, adding, opening and removing them."""

from typing import Any, Final
from uuid import UUID

from django.http import Http404, HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from shegong.kernel import clock
from shegong.kernel.ids import uuid7
from shegong.kernel.problems import Problem
from shegong.kernel.uploads.answering import file_answer
from shegong.kernel.uploads.cleaning import JPEG
from shegong.network.middleware import Request, requires
from shegong.practice.actions.attachment import attach, remove_attachment
from shegong.practice.forms.attachment import AttachForm, RemoveForm
from shegong.practice.models import Attachment
from shegong.practice.queries import attachment as queries
from shegong.practice.queries.attachment import Target
from shegong.practice.views.client import KEEPERS, READERS
from shegong.practice.views.sheets import WRONG, answer_sheet, go, raise_if_gone

PAGES: Final = {
    "client": "practice:client",
    "case": "practice:case",
    "record": "practice:record",
    "activity": "practice:activity",
}


@require_GET
@requires(*READERS)
def attachments(request: Request, kind: str, key: UUID) -> HttpResponseBase:
    """The attachments of one thing: the list alone for the card that asks for it, else a page."""
    target = _target(request, kind, key)
    context = {"shelf": queries.shelf(request.viewer, target), "back": reverse(PAGES[kind], args=[key])}
    part = request.headers.get("HX-Request") and not request.headers.get("HX-History-Restore-Request")
    return render(request, f"practice/attachment_{'list' if part else 'page'}.html", context)


@require_http_methods(["GET", "POST"])
@requires(*KEEPERS)
def attachment_new(request: Request, kind: str, key: UUID) -> HttpResponseBase:
    """Attach a file."""
    target = _target(request, kind, key)
    posted = request.method == "POST"
    form = AttachForm(request.POST, request.FILES) if posted else AttachForm(initial={"key": uuid7()})
    if posted and form.is_valid():
        try:
            _attach(request, target, form)
        except Problem as problem:
            raise_if_gone(problem)
            for each in problem:
                (each.at(form.field_at_fault) if each.field == "file" else each).add_to_form(form)
        else:
            return go(request, reverse(PAGES[kind], args=[key]), _("附件已保存。"))
    context = {
        "form": form,
        "target": target,
        "without_consent": queries.without_photo_consent(target),
        "back": reverse(PAGES[kind], args=[key]),
    }
    return render(request, "practice/attachment_new.html", context, status=WRONG if form.is_bound else 200)


def _attach(request: Request, target: Target, form: AttachForm) -> None:
    typed, chosen = form.cleaned_data, form.chosen()
    assert chosen is not None
    attach(
        target,
        content=chosen.read(),
        name=chosen.name or "",
        kind=typed["kind"],
        caption=typed["caption"],
        key=typed["key"],
        by=request.viewer,
        at=clock.now(),
    )


@require_GET
@requires(*READERS)
def attachment_file(request: Request, attachment_id: UUID) -> HttpResponseBase:
    """The file itself, to be saved; `?show` shows a photo in the page."""
    attachment = _attachment(request, attachment_id)
    shown = "show" in request.GET and attachment.media == JPEG
    return file_answer(queries.content_of(attachment), attachment.media, attachment.name, shown=shown)


@require_GET
@requires(*READERS)
def attachment_preview(request: Request, attachment_id: UUID) -> HttpResponseBase:
    """A small picture of a photo."""
    content = queries.preview_of(_attachment(request, attachment_id))
    if not content:
        raise Http404
    return file_answer(content, JPEG, "preview.jpg", shown=True)


@require_http_methods(["GET", "POST"])
@requires(*KEEPERS)
def attachment_remove(request: Request, attachment_id: UUID) -> HttpResponseBase:
    """Take an attachment out of sight."""
    attachment = _attachment(request, attachment_id)
    form = RemoveForm(request.POST or None)
    kind, owner = attachment.owner

    def save() -> tuple[str, Any]:
        remove_attachment(attachment, form.cleaned_data["reason"], by=request.viewer, at=clock.now())
        return reverse(PAGES[kind], args=[owner]), _("附件已删除。")

    title = _("删除附件：%(name)s") % {"name": attachment.name}
    return answer_sheet(request, form, save, title=title, submit=_("删除"), back=reverse(PAGES[kind], args=[owner]))


def _target(request: Request, kind: str, key: UUID) -> Target:
    target = queries.target_of(request.viewer, kind, key)
    if target is None:
        raise Http404
    return target


def _attachment(request: Request, key: UUID) -> Attachment:
    return get_object_or_404(queries.attachments_seen(request.viewer), pk=key)
