"""Pages of papers: asking for one, watching it being made, taking it along."""

from typing import Final
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods

from shegong.kernel import clock
from shegong.kernel.ids import uuid7
from shegong.kernel.problems import Problem
from shegong.kernel.uploads.answering import file_answer
from shegong.kernel.uploads.cleaning import PDF
from shegong.network.middleware import Request, requires
from shegong.practice.actions.paper import ask_for_paper
from shegong.practice.enums import PrintState
from shegong.practice.forms.paper import PaperForm
from shegong.practice.models import PrintJob
from shegong.practice.papers.maker import maker_of
from shegong.practice.queries import paper as queries
from shegong.practice.views.sheets import answer_sheet, raise_if_gone

REASONS: Final = {
    "out_of_reach": gettext_lazy("要打印的内容已不在您的范围内。"),
    "internal": gettext_lazy("制作时出错，已记录。请再试一次；仍不行请联系管理员。"),
}


@require_GET
@requires()
def papers(request: Request) -> HttpResponseBase:
    """One's own papers of the last day."""
    return render(request, "practice/papers.html", {"jobs": queries.own_jobs(request.viewer)})


@require_http_methods(["GET", "POST"])
@requires()
def paper_new(request: Request, kind: str, subject: UUID) -> HttpResponseBase:
    """Ask for a paper."""
    try:
        maker = maker_of(kind)
    except Problem as problem:
        raise Http404(str(problem)) from None
    about = maker.subject(request.viewer, subject) if request.viewer.has(*maker.roles) else None
    if about is None:
        raise Http404
    form = PaperForm(request.POST or None, initial={"key": uuid7()}, holds_numbers=maker.holds_numbers)

    def save() -> tuple[str, str]:
        typed = form.cleaned_data
        job = ask_for_paper(
            kind,
            subject,
            reveals=typed.get("reveals", False),
            key=typed["key"],
            by=request.viewer,
            at=clock.now(),
        )
        return reverse("practice:paper", args=[job.pk]), ""

    try:
        title = _("打印：%(paper)s %(number)s") % {"paper": maker.name, "number": about.number}
        return answer_sheet(request, form, save, title=title, submit=_("制作 PDF"), back=about.url)
    except Problem as problem:
        raise_if_gone(problem)
        raise PermissionDenied(str(problem)) from None


@require_GET
@requires()
def paper(request: Request, job_id: UUID) -> HttpResponseBase:
    """How far it is; asks again by itself until it is done."""
    job = _own(request, job_id)
    about = maker_of(job.kind).subject(request.viewer, job.subject)
    context = {
        "job": job,
        "waits": job.state in (PrintState.QUEUED, PrintState.RUNNING),
        "reason": REASONS.get(job.problem, ""),
        "back": about.url if about else "",
    }
    part = request.headers.get("HX-Request") and not request.headers.get("HX-History-Restore-Request")
    return render(request, f"practice/paper{'_state' if part else ''}.html", context)


@require_GET
@requires()
def paper_file(request: Request, job_id: UUID) -> HttpResponseBase:
    """The finished paper, for who asked for it and for a day."""
    job = _own(request, job_id)
    content = queries.printed(job) if job.expires_at is not None and job.expires_at > clock.now() else None
    if content is None:
        raise Http404
    return file_answer(content, PDF, f"{job.title}.pdf")


def _own(request: Request, job_id: UUID) -> PrintJob:
    job = queries.own_job(request.viewer, job_id)
    if job is None:
        raise Http404
    return job
