"""Production. It refuses to start with settings that would be unsafe, and says what to do."""

from django.core.exceptions import ImproperlyConfigured

from .base import *
from .base import env


def _require(condition: object, sentence: str) -> None:
    if not condition:
        raise ImproperlyConfigured(sentence)


_require(
    env.secret_key, "SECRET_KEY is not set. Set it to at least 50 random characters and keep it out of the repository."
)
SECRET_KEY = str(env.secret_key)
_require(
    len(SECRET_KEY) >= 50 and len(set(SECRET_KEY)) >= 5 and not SECRET_KEY.startswith(("insecure", "django-insecure")),
    "SECRET_KEY is a default or too short. Set it to at least 50 random characters.",
)
_require(not env.debug, "DEBUG is on. Production must not show its insides: remove DEBUG or set it to 0.")
_require(not env.demo, "DEMO is on. Demo accounts have a published password: remove DEMO or set it to 0.")
_require(env.allowed_hosts, "ALLOWED_HOSTS is not set. List the host names under which this site is reached.")
_require(
    not env.oidc_issuer or env.oidc_issuer.startswith("https://"),
    "OIDC_ISSUER is not https. Whoever could change its answers could log in as anybody: use https.",
)

DEBUG = False
ALLOWED_HOSTS = env.allowed_hosts or []

SECURE_SSL_REDIRECT = True
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$"]
SECURE_HSTS_SECONDS = 365 * 24 * 60 * 60
SECURE_HSTS_INCLUDE_SUBDOMAINS = True
SECURE_HSTS_PRELOAD = True
SESSION_COOKIE_SECURE = True
CSRF_COOKIE_SECURE = True
LANGUAGE_COOKIE_SECURE = True

STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}
