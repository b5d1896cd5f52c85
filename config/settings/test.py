"""The test suite. Keys are public, so nothing real may ever be stored under these settings."""

import tempfile
from pathlib import Path

from config import env
from config.settings.base import *  # noqa: F403 - settings are layered by star import
from config.settings.base import INSTALLED_APPS
from config.settings.connections import *  # noqa: F403
from config.settings.connections import DATABASES

DEBUG = False
ALLOWED_HOSTS = ["testserver", "localhost", "127.0.0.1"]
KEYRING = env.Keyring(
    encryption={"new": b"n" * 32, "old": b"o" * 32},
    newest="new",
    index=b"i" * 32,
    audit=b"a" * 32,
    django="a key that everybody knows",
)
SECRET_KEY = KEYRING.django
INSTALLED_APPS = [*INSTALLED_APPS, "sandbox"]
DATABASES["default"]["OPTIONS"]["options"] = "-c synchronous_commit=off"  # tests may be lost
DATABASES["default"]["TEST"] = {"NAME": env.optional("TEST_DATABASE", "test_qianmo")}
# Every test empties the cache; in Redis one test process would empty another's while it counts.
CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
_documents = tempfile.TemporaryDirectory(prefix="qianmo-documents-")  # goes with the process
DOCUMENT_ROOT = Path(_documents.name)
SEAL_DIR = DOCUMENT_ROOT / "seal"
SOURCES_URL = env.optional("SOURCES_URL", "http://127.0.0.1:9")
WHITENOISE_AUTOREFRESH = True
WHITENOISE_USE_FINDERS = True
CELERY_TASK_ALWAYS_EAGER = False
IS_PRODUCTION = False
DEMO_PASSWORD = "qianmo-demo-2026"  # noqa: S105 - of synthetic staff
