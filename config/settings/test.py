"""The test suite: strict, quick, nothing sent anywhere. The database follows DATABASE_URL."""

import os
import tempfile
from pathlib import Path

from .base import *
from .base import env

SECRET_KEY = "test-key"
DEBUG = False
ALLOWED_HOSTS = ["testserver", "localhost", "127.0.0.1"]

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
_media = tempfile.TemporaryDirectory(prefix="bihuan-media-")  # removed when the process ends
MEDIA_ROOT = Path(_media.name)
DAY_ROOTS_FILE = MEDIA_ROOT / "record" / "day-roots.log"
# The clock of the tests jumps by days while people stay logged in; tests/accounts switch these on.
SESSION_IDLE_SECONDS = 0
PASSWORD_DAYS = 0
SECOND_FACTOR_REQUIRED = False

WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = True

# Tasks are tested by calling them; waking the worker must not need one. tests/services starts real processes, on a
# queue of their own for each pytest worker.
if not env.redis_url:
    CELERY_BROKER_URL = "memory://"
    CELERY_BROKER_TRANSPORT_OPTIONS = {}
CELERY_TASK_DEFAULT_QUEUE = f"test-{os.environ.get('PYTEST_XDIST_WORKER', 'main')}"
