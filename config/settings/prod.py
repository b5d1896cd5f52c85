"""A bank's servers: every secret from the environment, TLS throughout, no sandbox."""

from pathlib import Path

from config import env
from config.settings.base import *  # noqa: F403 - settings are layered by star import
from config.settings.connections import *  # noqa: F403

DEBUG = False
ALLOWED_HOSTS = env.required("ALLOWED_HOSTS").split(",")
CSRF_TRUSTED_ORIGINS = [f"https://{host}" for host in ALLOWED_HOSTS]
KEYRING = env.keyring_from_environment()
SECRET_KEY = KEYRING.django
DOCUMENT_ROOT = Path(env.required("DOCUMENT_ROOT"))
SEAL_DIR = Path(env.required("SEAL_DIR"))
SEAL_HOLDER = env.required("SEAL_HOLDER")
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}
# The fonts of printed contracts are never sent to a browser; squeezing them takes minutes.
WHITENOISE_SKIP_COMPRESS_EXTENSIONS = ("jpg", "png", "webp", "zip", "gz", "br", "woff2", "ttf")
SOURCES_URL = env.required("SOURCES_URL")
SECURE_SSL_REDIRECT = True
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
SECURE_HSTS_SECONDS = 365 * 24 * 3600
SECURE_HSTS_INCLUDE_SUBDOMAINS = True
SECURE_HSTS_PRELOAD = True
SESSION_COOKIE_SECURE = True
CSRF_COOKIE_SECURE = True
IS_PRODUCTION = True
