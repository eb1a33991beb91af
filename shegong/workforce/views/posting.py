"""Pages that post workers: one more posting, a change, taking one back."""

from typing import Any

from django.http import Http404, HttpResponseBase
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from shegong.kernel import clock
from shegong.kernel.ids import uuid7
from shegong.kernel.problems import Problem
from shegong.network.middleware import Request, requires
from shegong.network.models import Station
from shegong.network.sheets import answer_sheet, go, raise_if_gone
from shegong.workforce.actions import posting as actions
from shegong.workforce.forms.worker import PostForm, PostingForm, draft_of
from shegong.workforce.models import Posting
from shegong.workforce.queries.worker import stations_led
from shegong.workforce.views.worker import LEADERS, both_ways, found_worker, page_of


@both_ways
@requires(*LEADERS)
def posting_new(request: Request, worker_id: int) -> HttpResponseBase:
    """Post a worker at one more station."""
    worker, today = found_worker(request, worker_id), clock.today()
    form = PostForm(request.POST or None, initial={"key": uuid7()}, stations=stations_led(request.viewer), today=today)

    def save() -> tuple[str, Any]:
        said = form.cleaned_data
        station = Station.objects.get(pk=said["station"])
        actions.post(worker, station, draft_of(said), by=request.viewer, key=said["key"])
        return page_of(worker), _("已派驻。")

    return answer_sheet(request, form, save, title=_("增加派驻"), submit=_("派驻"), back=page_of(worker))


@both_ways
@requires(*LEADERS)
def posting_edit(request: Request, posting_id: int) -> HttpResponseBase:
    """Change a posting."""
    found = _found(request, posting_id)
    initial = {"role": found.role, "share": found.share, "until": found.until}
    form = PostingForm(request.POST or None, initial=initial)

    def save() -> tuple[str, Any]:
        said = form.cleaned_data
        actions.change_posting(found, said["role"], said["share"], said["until"], by=request.viewer)
        return page_of(found.worker), _("已保存。")

    note = f"{found.worker.name} · {found.station.name}"
    return answer_sheet(
        request, form, save, title=_("更改派驻"), submit=_("保存"), back=page_of(found.worker), note=note
    )


@require_POST
@requires(*LEADERS)
def posting_cancel(request: Request, posting_id: int) -> HttpResponseBase:
    """Take back a posting that has not begun."""
    found = _found(request, posting_id)
    try:
        actions.cancel_posting(found, by=request.viewer, today=clock.today())
    except Problem as problem:
        raise_if_gone(problem)
        return go(request, page_of(found.worker), problem)
    return go(request, page_of(found.worker), _("已取消。"))


def _found(request: Request, posting_id: int) -> Posting:
    found = Posting.objects.select_related("worker", "station").filter(pk=posting_id).first()
    if found is None:
        raise Http404
    return found
