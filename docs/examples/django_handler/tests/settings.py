"""Settings for the tests. The environment says where the database is."""

from __future__ import annotations

import os

SECRET_KEY = "only for tests"  # noqa: S105
INSTALLED_APPS = ["django_handler"]
ROOT_URLCONF = "django_handler.urls"
ALLOWED_HOSTS = ["*"]
STATIC_URL = "/static/"  # the live server of the tests needs one
USE_TZ = True
DATABASES = {
    "default": {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": os.environ.get("JUNCTION_DATABASE", ":memory:"),
        # A transaction that reads before it writes must not fail because of another one.
        "OPTIONS": {"transaction_mode": "IMMEDIATE"},
        # With the view of the example, this setting must not matter.
        "ATOMIC_REQUESTS": True,
    }
}
# No CSRF token comes with a webhook.
MIDDLEWARE = ["django.middleware.csrf.CsrfViewMiddleware"]
REST_FRAMEWORK = {"UNAUTHENTICATED_USER": None}
JUNCTION_WEBHOOK_SECRET = os.environ.get("JUNCTION_WEBHOOK_SECRET", "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
JUNCTION_PAGER_URL = os.environ.get("PAGER_URL", "")
