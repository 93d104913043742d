"""A developer's machine and `make run`: works without any configuration."""

from .base import *
from .base import STATIC_ROOT, env

SECRET_KEY = env.secret_key or "insecure-development-key-that-production-refuses"
DEBUG = True if env.debug is None else env.debug
ALLOWED_HOSTS = env.allowed_hosts or ["localhost", "127.0.0.1", "[::1]"]

# Static files straight from the apps, so that nothing has to be collected first.
WHITENOISE_USE_FINDERS = True
STATIC_ROOT.mkdir(parents=True, exist_ok=True)  # WhiteNoise warns when it is missing
