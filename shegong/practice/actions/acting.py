"""Who acts: the viewer as a worker."""

from django.utils.translation import gettext_lazy as _

from shegong.kernel.problems import Problem
from shegong.network.scope import Viewer
from shegong.practice.queries.client import worker_of
from shegong.workforce.models import Worker


def acting_worker(by: Viewer) -> Worker:
    """The viewer as a worker. Raises Problem (403) for an account that is no worker's."""
    worker = worker_of(by)
    if worker is None:
        raise Problem("no_worker", _("您的账号没有对应的社工资料，请联系站长。"), status=403)
    return worker
