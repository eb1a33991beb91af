"""Django's settings for tests: those of an installation, over the tests' own home folder, database, keys and port."""

import os
from pathlib import Path

# Before the settings are read: tests never touch the installation's data, keys or database.
# Each of several test processes has a home, and so a database server, of its own.
_home = Path(os.environ.get("SHEGONG_TEST_HOME") or Path(__file__).parent.parent / "var" / "test")
os.environ["SHEGONG_HOME"] = str(_home / os.environ.get("PYTEST_XDIST_WORKER", ""))
os.environ["DATABASE_URL"] = os.environ.get("SHEGONG_TEST_DATABASE_URL", "")
for name in (
    "SHEGONG_KEYS",
    "SHEGONG_DATABASE_ROLE",
    "SHEGONG_PRODUCTION",
    "SHEGONG_HOSTS",
    "SHEGONG_PORT",
    "SHEGONG_MAIL",
):
    os.environ.pop(name, None)

from shegong.config.settings import *

# No collectstatic before tests.
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
WHITENOISE_USE_FINDERS = True
STATIC_ROOT.mkdir(parents=True, exist_ok=True)
# A prepared list that breaks its rule fails a test; an installation would only be slower.
PREPARED_MUST_HOLD = True
# The public directory is looked at anew each time.
PORTAL_FRESH_SECONDS = 0.0
