"""Django's settings, from the environment alone.

SHEGONG_HOME      folder for the data, keys and logs (default: var/ in the current folder)
SHEGONG_PORT      port of the web server (8000)
SHEGONG_ADDRESS   network address the web server listens at (127.0.0.1: this machine only)
SHEGONG_WORKERS   worker processes of the web server (2)
SHEGONG_KEYS      key ring file (default: $SHEGONG_HOME/keys.json, made on first use)
SHEGONG_HOSTS     host names served, comma separated (default: this machine only)
SHEGONG_PRODUCTION  1 for a production installation: HTTPS only, no demonstration accounts
DATABASE_URL      a PostgreSQL 16-18 of one's own; without it the embedded one is used
"""

import os
from pathlib import Path

from shegong.config import environment
from shegong.config.database import database_settings
from shegong.config.logs import logging_settings
from shegong.kernel.keyring import load_keyring

PACKAGE = Path(__file__).resolve().parent.parent
HOME = environment.home_folder()
PORT = environment.port()
PRODUCTION = os.environ.get("SHEGONG_PRODUCTION", "") == "1"

KEYRING_FILE = environment.keyring_file(HOME)
KEYRING = load_keyring(KEYRING_FILE)
SECRET_KEY = KEYRING.secret("django")

DEBUG = False
ALLOWED_HOSTS = [h for h in os.environ.get("SHEGONG_HOSTS", "localhost,127.0.0.1,[::1]").split(",") if h]
CSRF_TRUSTED_ORIGINS = [f"https://{h}" for h in ALLOWED_HOSTS if PRODUCTION and h[0] not in ".*["]

INSTALLED_APPS = [
    "shegong.kernel",
    "shegong.journal",
    "shegong.people",
    "shegong.network",
    "shegong.catalogue",
    "shegong.workforce",
    "shegong.purchase",
    "shegong.practice",
    "shegong.indicators",
    "shegong.desk",
    "shegong.config",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.postgres",
    "django.contrib.staticfiles",
    "django_htmx",
    "django_otp",
    "django_otp.plugins.otp_totp",
    "django_otp.plugins.otp_static",
    "axes",
]

MIDDLEWARE = [
    "shegong.config.health.Probes",
    "shegong.config.metrics.RequestMetrics",
    "django.middleware.security.SecurityMiddleware",
    "shegong.kernel.csp.ContentSecurityPolicy",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.middleware.gzip.GZipMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "axes.middleware.AxesMiddleware",
    "shegong.network.middleware.ScopeMiddleware",
]

ROOT_URLCONF = "shegong.config.urls"
WSGI_APPLICATION = "shegong.config.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "shegong.kernel.context.frame",
            ],
        },
    },
]

FORM_RENDERER = "shegong.kernel.formrenderer.FormRenderer"

DATABASES = {"default": database_settings(HOME)}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

AUTH_USER_MODEL = "people.Account"
AUTHENTICATION_BACKENDS = ["axes.backends.AxesStandaloneBackend", "django.contrib.auth.backends.ModelBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]

LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", "简体中文"), ("en", "English")]
TIME_ZONE = "Asia/Shanghai"
USE_TZ = True
USE_I18N = True

STATIC_URL = "static/"
STATIC_ROOT = HOME / "static"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}
WHITENOISE_KEEP_ONLY_HASHED_FILES = True  # every page names files by {% static %}, so they may be kept for ever

LOGGING = logging_settings(HOME)

# Called without arguments, as the database's owner, every ten seconds while the server runs.
PERIODIC_TASKS = ["shegong.journal.actions.seal_events"]
