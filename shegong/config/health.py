"""Whether this process can serve (/healthz), and how it fares (/metrics). Both answer without signing in."""

from collections.abc import Callable
from functools import cache

from django.conf import settings
from django.db import Error, connection
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils.translation import gettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from prometheus_client import CONTENT_TYPE_LATEST

from shegong.config.keymarks import strange_keys
from shegong.config.metrics import exposition
from shegong.kernel.keyring import KeyringProblem, load_keyring
from shegong.kernel.models import KeyMark


class Probes:
    """Outermost middleware: answers /healthz and /metrics before anything that needs the database, a known host name or
    HTTPS, so that they answer just when something is wrong, and to a load balancer that asks by number.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """The probe's answer, or the site's."""
        probe = {"/healthz": healthz, "/metrics": metrics}.get(request.path_info, self.get_response)
        return probe(request)


@require_safe
@never_cache
def healthz(request: HttpRequest) -> JsonResponse:
    """`{"ready", "checks", "reasons"}`; status 200 when ready, else 503."""
    problems = {"database": database_problem()}
    reachable = problems["database"] is None
    problems["keyring"] = keyring_problem(reachable)
    problems["migrations"] = migration_problem() if reachable else gettext("数据库连接不上,未检查")
    reasons = [reason for reason in problems.values() if reason is not None]
    answer = {
        "ready": not reasons,
        "checks": {name: reason is None for name, reason in problems.items()},
        "reasons": reasons,
    }
    return JsonResponse(answer, status=503 if reasons else 200, json_dumps_params={"ensure_ascii": False})


@require_safe
@never_cache
def metrics(request: HttpRequest) -> HttpResponse:
    """Prometheus' text format."""
    return HttpResponse(exposition(), content_type=CONTENT_TYPE_LATEST)


def database_problem() -> str | None:
    """Why the database can't be used, or None."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except Error:
        connection.close()
        return gettext("数据库连接不上")
    return None


def migration_problem() -> str | None:
    """How many migrations of this version the database still lacks, or None."""
    try:
        applied = set(MigrationRecorder(connection).applied_migrations())
    except Error:
        return gettext("数据库尚未迁移")
    missing = len(_migrations_on_disk() - applied)
    return gettext("有 %(count)d 个数据库迁移尚未执行") % {"count": missing} if missing else None


def keyring_problem(reachable: bool) -> str | None:
    """Why the key ring can't be read or, where the database is `reachable`, isn't the one its data belong to; None when
    all is well.
    """
    if not settings.KEYRING_FILE.is_file():  # reading would make a new one and hide the loss
        return gettext("密钥文件不见了")
    try:
        ring = load_keyring(settings.KEYRING_FILE)
    except (KeyringProblem, OSError):
        return gettext("密钥文件读不出来")
    try:
        known = {row.name: bytes(row.mark) for row in KeyMark.objects.all()} if reachable else {}
    except Error:  # not migrated, which its own check says
        return None
    return gettext("密钥文件不是这个数据库的") if strange_keys(known, ring) else None


@cache
def _migrations_on_disk() -> frozenset[tuple[str, str]]:
    loader = MigrationLoader(None)
    replaced = {key for migration in loader.disk_migrations.values() for key in migration.replaces}
    return frozenset(set(loader.disk_migrations) - replaced)
