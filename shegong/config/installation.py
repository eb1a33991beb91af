"""One installation, set up for the command line: Django, the database server, roles, migrations, static files."""

import hashlib
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from shegong.config.database import APP_ROLE, ensure_roles, is_embedded, owner_connection
from shegong.config.environment import home_folder, keyring_file
from shegong.config.keymarks import note_keys, require_fitting_keys
from shegong.config.postgres import EmbeddedPostgres
from shegong.config.problem import LaunchProblem
from shegong.kernel.keyring import load_keyring

SETTINGS_MODULE = "shegong.config.settings"
MIGRATION_LOCK = 0x53_48_45_47  # any number that nobody else takes as an advisory lock


def set_up_django() -> None:
    """Load the settings and the apps; a second call does nothing. Raises LaunchProblem for a wrong environment."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", SETTINGS_MODULE)
    import django

    django.setup()


@contextmanager
def running_database(*, any_keys: bool = False) -> Iterator[EmbeddedPostgres | None]:
    """The database server runs inside the block, and knows our roles. Gives the embedded one, if it is that.

    Raises LaunchProblem when the key ring isn't the one that the data belong to, unless `any_keys` (a restore replaces
    both).
    """
    home = home_folder()
    if not is_embedded():
        _prepare(home, any_keys)
        yield None
        return
    server = EmbeddedPostgres(home)
    with server.running():
        _prepare(home, any_keys)
        yield server


def _prepare(home: Path, any_keys: bool) -> None:
    if not any_keys:
        # First of all: making roles already uses a secret of the key ring.
        with owner_connection(home) as connection:
            require_fitting_keys(connection, keyring_file(home))
    ensure_roles(home)


def require_migrations() -> None:
    """The embedded database is migrated if it lacks something; for one's own this is for its keeper to decide."""
    if is_embedded():
        migrate()
    elif _pending():
        raise LaunchProblem(
            "数据库还没有迁移到本版本,请先备份,再执行 shegong migrate。",
            "The database isn't migrated to this version: back it up, then run shegong migrate.",
        )


def migrate() -> int:
    """Bring the database to this version; how many migrations ran. Several processes at once wait for one another."""
    if not _pending():
        return 0
    from django.core.management import call_command
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(%s)", [MIGRATION_LOCK])
        try:
            count = len(_pending())
            call_command("migrate", interactive=False, verbosity=0)
            # So that the web server's processes can tell whether the database is at their version.
            cursor.execute(f"GRANT SELECT ON django_migrations TO {APP_ROLE}")
            home = home_folder()
            with owner_connection(home) as owner:
                note_keys(owner, load_keyring(keyring_file(home)))
        finally:
            cursor.execute("SELECT pg_advisory_unlock(%s)", [MIGRATION_LOCK])
    return count


def _pending() -> list[str]:
    from django.db import connection
    from django.db.migrations.executor import MigrationExecutor

    executor = MigrationExecutor(connection)
    plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    return [f"{migration.app_label}.{migration.name}" for migration, _ in plan]


def collect_static() -> bool:
    """Gather, fingerprint and compress the static files; whether there was anything to do."""
    from django.conf import settings
    from django.core.management import call_command

    root = Path(settings.STATIC_ROOT)
    stamp, inputs = root / ".inputs", _static_inputs()
    if stamp.is_file() and stamp.read_text() == inputs:
        return False
    call_command("collectstatic", interactive=False, clear=root.is_dir(), verbosity=0)
    root.mkdir(parents=True, exist_ok=True)
    stamp.write_text(inputs)
    return True


def _static_inputs() -> str:
    from django.contrib.staticfiles.finders import get_finders

    files = []
    for finder in get_finders():
        for name, storage in finder.list(ignore_patterns=None):
            status = Path(storage.path(name)).stat()
            files.append([name, storage.path(name), status.st_size, status.st_mtime_ns])
    return hashlib.sha256(json.dumps(sorted(files)).encode()).hexdigest()
