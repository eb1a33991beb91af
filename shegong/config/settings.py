"""Django's settings, from the environment alone.

SHEGONG_HOME      folder for the data, keys and logs (default: var/ in the current folder)
SHEGONG_PORT      port of the web server (8000)
SHEGONG_ADDRESS   network address the web server listens at (127.0.0.1: this machine only)
SHEGONG_WORKERS   worker processes of the web server (2)
SHEGONG_KEYS      key ring file (default: $SHEGONG_HOME/keys.json, made on first use)
SHEGONG_HOSTS     host names served, comma separated (default: this machine only)
SHEGONG_PRODUCTION  1 for a production installation: HTTPS only, no demonstration accounts
SHEGONG_MAIL      e-mail server, smtp+starttls://user:password@host (default: files in $SHEGONG_HOME/mail)
SHEGONG_MAIL_FROM sender of e-mail (shegong@localhost)
DATABASE_URL      a PostgreSQL 16-18 of one's own; without it the embedded one is used
"""

import os
from datetime import timedelta
from pathlib import Path

from shegong.config import environment
from shegong.config.database import database_settings
from shegong.config.logs import logging_settings
from shegong.config.mail import mail_settings
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
    "shegong.linkage",
    "shegong.appraisal",
    "shegong.desk",
    "shegong.portal",
    "shegong.config",
    "shegong.people.site.BackOfficeConfig",
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
    "shegong.people.middleware.SlidingSession",
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
                "shegong.people.context.account",
                "shegong.network.context.city",
                "shegong.portal.context.portal",
                "shegong.config.navigation.navigation",
            ],
        },
    },
]

# A text of ten megabytes gets its message at the field, with what was typed, and not a page that has lost it.
DATA_UPLOAD_MAX_MEMORY_SIZE = 16 * 1024 * 1024
FILE_UPLOAD_HANDLERS = ["shegong.kernel.uploads.handler.InMemory"]
DATA_UPLOAD_MAX_NUMBER_FILES = 20

FORM_RENDERER = "shegong.kernel.formrenderer.FormRenderer"

DATABASES = {"default": database_settings(HOME)}
# Each process keeps its own: what is kept carries a stamp from the database, so that none is out of date.
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.locmem.LocMemCache",
        "OPTIONS": {"MAX_ENTRIES": 20_000},
    }
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

AUTH_USER_MODEL = "people.Account"
PREPARED_MUST_HOLD = False  # see kernel/prepared.py
AUTHENTICATION_BACKENDS = ["axes.backends.AxesStandaloneBackend", "django.contrib.auth.backends.ModelBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator",
        "OPTIONS": {"user_attributes": ("username", "display_name", "email")},
    },
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]

LOGIN_URL = "people:sign_in"
LOGIN_REDIRECT_URL = "/"
SESSION_COOKIE_AGE = 30 * 60  # seconds without a request, after which one must sign in again
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = PRODUCTION
PASSWORD_RESET_TIMEOUT = 2 * 60 * 60
OTP_TOTP_ISSUER = "Shegong"

# Five failures close a user name for a quarter of an hour, from whatever address they came. Trying again meanwhile
# doesn't prolong it. Sign-ins are in the journal.
AXES_FAILURE_LIMIT = 5
AXES_COOLOFF_TIME = timedelta(minutes=15)
AXES_LOCKOUT_PARAMETERS = ["username", ["username", "ip_address"]]
AXES_LOCKOUT_CALLABLE = "shegong.people.lockout.own_answer"
AXES_RESET_COOL_OFF_ON_FAILURE_DURING_LOCKOUT = False
AXES_RESET_ON_SUCCESS = True
AXES_DISABLE_ACCESS_LOG = True
AXES_ENABLE_ADMIN = False
AXES_VERBOSE = False
AXES_SENSITIVE_PARAMETERS = ["username", "password", "csrfmiddlewaretoken"]

MAIL = mail_settings(HOME)
# Without a mail server there is no point in offering a link by e-mail; on a developer's machine it lands in a file.
SENDS_EMAIL = MAIL.folder is None or not PRODUCTION
EMAIL_BACKEND, EMAIL_FILE_PATH = MAIL.backend, MAIL.folder
EMAIL_HOST, EMAIL_PORT, EMAIL_USE_TLS, EMAIL_USE_SSL = MAIL.host, MAIL.port, MAIL.starttls, MAIL.tls
EMAIL_HOST_USER, EMAIL_HOST_PASSWORD = MAIL.user, MAIL.password
EMAIL_TIMEOUT = 20
DEFAULT_FROM_EMAIL = os.environ.get("SHEGONG_MAIL_FROM") or "shegong@localhost"

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

# A community activity that costs more yuan or gathers more people than this is approved by somebody else first.
ACTIVITY_APPROVAL_BUDGET = int(os.environ.get("SHEGONG_ACTIVITY_APPROVAL_BUDGET", "2000"))
ACTIVITY_APPROVAL_SIZE = int(os.environ.get("SHEGONG_ACTIVITY_APPROVAL_SIZE", "50"))

LOGGING = logging_settings(HOME)

# Called without arguments, as the database's owner, every ten seconds while the server runs.
PERIODIC_TASKS = [
    "shegong.journal.actions.seal_events",
    "shegong.practice.actions.duty.escalate_late_reports",
    "shegong.practice.actions.forgetting.forget_daily",
    "shegong.practice.tasks.drop_expired_papers",
    "shegong.portal.actions.forgetting.close_and_forget",
]

# Kinds of papers that can be printed, and who makes each (shegong/practice/papers/maker.py).
PAPERS = {
    "acceptance": "shegong.practice.papers.contract.ACCEPTANCE",
    "activity": "shegong.practice.papers.activity_file.MAKER",
    "assessment": "shegong.appraisal.papers.assessment.MAKER",
    "attendance": "shegong.practice.papers.attendance.MAKER",
    "case": "shegong.practice.papers.case_file.MAKER",
    "client": "shegong.practice.papers.client_file.MAKER",
    "contract": "shegong.practice.papers.contract.SUMMARY",
    "group": "shegong.practice.papers.group_file.MAKER",
    "growth": "shegong.practice.papers.growth.MAKER",
    "letter": "shegong.appraisal.papers.letter.LETTER",
    "gift-receipt": "shegong.linkage.papers.gift_receipt.RECEIPT",
    "rectification": "shegong.appraisal.papers.finding.NOTICE",
    "supervision-received": "shegong.practice.papers.supervision.RECEIVED",
    "supervision-given": "shegong.practice.papers.supervision.GIVEN",
    "volunteer-certificate": "shegong.linkage.papers.certificate.MAKER",
    "money": "shegong.indicators.money.paper.COURSE",
    "voucher": "shegong.indicators.money.paper.VOUCHER",
    "work-report": "shegong.indicators.reports.paper.MAKER",
}
# The page that asks for one, by kind and subject: pages of floors below find it here.
PAPER_PAGE = "practice:paper-new"
# In the same way: where money went, of all funds or one; and what a payment paid for.
MONEY_COURSE_PAGE = "indicators:money-course"
FUND_COURSE_PAGE = "indicators:fund-course"
PAYMENT_PAGE = "indicators:payment"

# The residents' door: how long a server's copy of the public directory counts as fresh, under which terms open figures
# may be used, and which other sites may show our widgets in a frame (such as the city's app).
PORTAL_FRESH_SECONDS = 30.0
OPEN_DATA_LICENCE = "CC BY 4.0"
WIDGET_SITES = tuple(os.environ.get("SHEGONG_WIDGET_SITES", "").split())
