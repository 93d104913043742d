"""What every environment shares. The process environment is read here, once."""

from typing import Any

from csp.constants import NONE, SELF
from django.urls import reverse_lazy
from django.utils.translation import gettext_lazy as _

from config.env import BASE_DIR, VAR_DIR, read

env = read()

DEMO = env.demo
DEFAULT_SCHEME = "unicom"  # the trade whose rules new tickets start under
# Published in the README, and therefore refused outside demonstrations (config.safety).
DEMO_PASSWORD = "demo-bihuan"

INSTALLED_APPS = [
    "core.apps.BihuanAdminConfig",
    "django.contrib.contenttypes",
    "django.contrib.auth",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django_filters",
    "import_export",
    "simple_history",
    "csp",
    "core",
    "organization",
    "accounts",
    "tickets",
    "complaints",
    "escalations",
    "appeals",
    "reporting",
    "demo",
]

MIDDLEWARE = [
    "core.headers.BrowserHeaders",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "accounts.gate.Gate",
    "core.language.ChosenLanguage",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "simple_history.middleware.HistoryRequestMiddleware",
    "core.refusals.RefusedAttempts",
]

ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    },
]

# No ATOMIC_REQUESTS: with SQLite's IMMEDIATE every reading page would take the write lock. Services open transactions.
DATABASES = {"default": env.database}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# Accounts
AUTH_USER_MODEL = "organization.User"
AUTHENTICATION_BACKENDS = [
    "accounts.backends.Lock",  # lets nobody try whose log-in is locked
    "organization.backends.RoleBackend",
    "accounts.backends.SingleSignOn",
]
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator",
        "OPTIONS": {"user_attributes": ("username", "name", "employee_no", "phone", "email")},
    },
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "accounts.validators.ComplexityValidator"},
    {"NAME": "accounts.validators.NotRecentValidator"},
]
# The demo's log-ins are published and stay as they are: there a second factor is offered, not asked for.
PASSWORD_DAYS = 0 if DEMO else 90  # after so many days a new password is due; 0: never
SECOND_FACTOR_REQUIRED = not DEMO  # of administrators, managers and the group (accounts.services.factors)

# So many failures lock a log-in for so many seconds, whatever address they come from (accounts.services.locks)
LOG_IN_FAILURES = 5
LOG_IN_LOCK_SECONDS = 30 * 60

# Single sign-on by OpenID Connect; without an issuer there is none (accounts.sso)
OIDC_ISSUER = env.oidc_issuer
OIDC_CLIENT_ID = env.oidc_client_id
OIDC_CLIENT_SECRET = env.oidc_client_secret
OIDC_USERNAME_CLAIM = env.oidc_username_claim
OIDC_NAME = env.oidc_name

LOGIN_URL = reverse_lazy("login")
LOGIN_REDIRECT_URL = "/"
LOGOUT_REDIRECT_URL = LOGIN_URL

# Language and time: instants are UTC, days are Shanghai days
LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", _("Simplified Chinese")), ("en", _("English"))]
LOCALE_PATHS = [BASE_DIR / "locale"]
USE_TZ = True
TIME_ZONE = "Asia/Shanghai"

# Files
STATIC_URL = "/static/"
STATIC_ROOT = VAR_DIR / "static"
STATICFILES_DIRS = [BASE_DIR / "static"]
# Attachments lie outside the web root and have no address of their own: they are served through the ticket's scope.
MEDIA_ROOT = env.media_root
# Who looks through files before they are kept: unix:/path or tcp://host:port of a clamd, or a command; "": nobody.
ATTACHMENT_SCANNER = env.attachment_scanner
SCAN_TIMEOUT = 60  # seconds
FILE_UPLOAD_PERMISSIONS = 0o640
# Proof outside the database of what the record held on each day (manage.py verify_log); back it up elsewhere.
DAY_ROOTS_FILE = VAR_DIR / "record" / "day-roots.log"
DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024

# Ways out of the product (tickets.channels); without a mail or SMS server nothing is sent that way
EMAIL_BACKEND = "django.core.mail.backends.console.EmailBackend"
if env.email:
    globals().update(env.email)
EMAIL_TIMEOUT = 10  # seconds for each word with the mail server
DEFAULT_FROM_EMAIL = env.email_from
SENDS_MAIL = env.email is not None
SMS_GATEWAY_URL = env.sms_gateway_url
SMS_HOURS = (8, 21)  # Shanghai hours from and until which a text message may ring, but for the first priority
WECOM_ROBOT_URL = env.wecom_robot_url
DINGTALK_ROBOT_URL = env.dingtalk_robot_url
CONNECT_TIMEOUT = 5.0  # seconds
READ_TIMEOUT = 10.0

# Browser security
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF],
        "object-src": [NONE],
        "base-uri": [NONE],
        "form-action": [SELF],
        "frame-src": [NONE],
        "frame-ancestors": [NONE],
    },
}
X_FRAME_OPTIONS = "DENY"
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
SESSION_ENGINE = "accounts.session_store"
SESSION_COOKIE_AGE = 12 * 60 * 60
SESSION_IDLE_SECONDS = 30 * 60  # without use a session ends; 0: it does not
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_HTTPONLY = True
CSRF_COOKIE_SAMESITE = "Lax"
LANGUAGE_COOKIE_HTTPONLY = True
LANGUAGE_COOKIE_SAMESITE = "Lax"
CSRF_FAILURE_VIEW = "core.error_pages.csrf_failure"

# Broker: Redis when there is one, else folders that the worker and the web processes share
if env.redis_url:
    CELERY_BROKER_URL = env.redis_url
    CELERY_BROKER_TRANSPORT_OPTIONS: dict[str, Any] = {"visibility_timeout": 3600}
else:
    CELERY_BROKER_URL = "filesystem://localhost/"
    CELERY_BROKER_TRANSPORT_OPTIONS = {
        "data_folder_in": str(VAR_DIR / "broker" / "queue"),
        "data_folder_out": str(VAR_DIR / "broker" / "queue"),
        "control_folder": str(VAR_DIR / "broker" / "control"),
        "store_processed": False,
        "polling_interval": 0.1,
    }
    (VAR_DIR / "broker" / "queue").mkdir(parents=True, exist_ok=True)

CELERY_TIMEZONE = TIME_ZONE
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_TASK_SERIALIZER = "json"
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True

# Neither logs nor reports of errors hold what customers or clerks wrote
DEFAULT_EXCEPTION_REPORTER_FILTER = "core.error_reports.NamesAndTypes"
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "line": {"()": "core.logs.DiscreetFormatter", "fmt": "%(asctime)s %(levelname)s %(name)s %(message)s"}
    },
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": "INFO"},
    "loggers": {
        "django.server": {"propagate": True, "handlers": []},
        "fontTools": {"level": "WARNING"},  # tells every letter of a document
    },
}
