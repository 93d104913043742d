"""The web application for gunicorn."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.prod")

application = get_wsgi_application()

from config.safety import refuse_demo_accounts  # noqa: E402  needs the application

refuse_demo_accounts()
