"""A laptop, the demo, the first look. Security stays on; only what needs TLS is left out."""

from config import env
from config.settings.base import *  # noqa: F403 - settings are layered by star import
from config.settings.base import INSTALLED_APPS
from config.settings.connections import *  # noqa: F403

DEBUG = env.optional("DEBUG") == "1"
ALLOWED_HOSTS = ["localhost", "127.0.0.1", "[::1]", *env.optional("ALLOWED_HOSTS").split(",")]
KEYRING = env.keyring_of_this_machine()
SECRET_KEY = KEYRING.django
INSTALLED_APPS = [*INSTALLED_APPS, "sandbox"]
SOURCES_URL = env.optional("SOURCES_URL", "http://127.0.0.1:8100")
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = True
IS_PRODUCTION = False
DEMO_PASSWORD = env.optional("DEMO_PASSWORD", "qianmo-demo-2026")
