"""What is the same on every machine. Machines differ in dev.py, test.py and prod.py."""

from datetime import timedelta

from celery.schedules import crontab
from csp.constants import NONE, SELF
from django.utils.translation import gettext_lazy as _

from config import env, roles

BASE_DIR = env.BASE_DIR
LOCAL_DIR = env.LOCAL_DIR

INSTALLED_APPS = [
    "config.apps.ConfigConfig",
    "postloan",
    "credit",
    "admission",
    "visits",
    "village",
    "core",
    "config.admin_site.QianmoAdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "axes",
    "channels",
    "django_filters",
    "django_fsm",
    "django_htmx",
    "django_otp",
    "django_otp.plugins.otp_totp",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "import_export",
    "rest_framework",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "core.middleware.NoNullCharacters",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "core.language.ChosenLanguage",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django_otp.middleware.OTPMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "core.middleware.NoStoreForSignedIn",
    "axes.middleware.AxesMiddleware",
]

ROOT_URLCONF = "config.urls"
ASGI_APPLICATION = "config.asgi.application"
WSGI_APPLICATION = "config.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    }
]

AUTH_USER_MODEL = "core.User"
AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "core.role_permissions.RoleBackend",
]
ROLE_PERMISSIONS = roles.ROLE_PERMISSIONS
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in (
        "UserAttributeSimilarityValidator",
        "MinimumLengthValidator",
        "CommonPasswordValidator",
        "NumericPasswordValidator",
    )
]
LOGIN_URL = "login"
LOGIN_REDIRECT_URL = "home"
LOGOUT_REDIRECT_URL = "login"
AXES_FAILURE_LIMIT = 5
AXES_COOLOFF_TIME = timedelta(minutes=15)
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_LOCKOUT_TEMPLATE = "registration/locked.html"
AXES_RESET_ON_SUCCESS = True

LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", _("Chinese")), ("en", _("English"))]
LOCALE_PATHS = [BASE_DIR / "locale"]
USE_I18N = True
TIME_ZONE = "Asia/Shanghai"
USE_TZ = True
DATE_FORMAT = "Y-m-d"
FORMAT_MODULE_PATH = ["config.formats"]
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

STATIC_URL = "static/"
STATIC_ROOT = BASE_DIR / "staticfiles"
STATICFILES_DIRS = [BASE_DIR / "static"]
DOCUMENT_ROOT = LOCAL_DIR / "documents"
SEAL_DIR = LOCAL_DIR / "seal"
DELIVERIES_DIR = env.optional("DELIVERIES_DIR")
SEAL_HOLDER = "阡陌演示银行"
LENDING_ACCOUNT = env.optional("LENDING_ACCOUNT", "LENDING")

MAP_TILES = env.map_tiles()

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "img-src": [SELF, "data:", "blob:", *(MAP_TILES.origins if MAP_TILES else [])],
        "connect-src": [SELF],
        "object-src": [NONE],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
        "form-action": [SELF],
    }
}
X_FRAME_OPTIONS = "DENY"
PASSWORD_RESET_TIMEOUT = 7 * 24 * 3600  # how long the invitation of new staff holds
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_AGE = 12 * 3600
CSRF_COOKIE_HTTPONLY = False
SECURE_REFERRER_POLICY = "same-origin"
DATA_UPLOAD_MAX_MEMORY_SIZE = 20 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 5_000

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": ["rest_framework.authentication.SessionAuthentication"],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["core.api.Json"],
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "DEFAULT_PAGINATION_CLASS": "rest_framework.pagination.CursorPagination",
    "PAGE_SIZE": 20,
    "EXCEPTION_HANDLER": "core.api.exception_handler",
    "COERCE_DECIMAL_TO_STRING": True,
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Qianmo 阡陌",
    "DESCRIPTION": "What a bank's mini-program asks. Money is yuan as text, two decimals.",
    "VERSION": "1",
    "SERVE_INCLUDE_SCHEMA": False,
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "SERVE_PERMISSIONS": ["rest_framework.permissions.AllowAny"],
}

CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_TASK_IGNORE_RESULT = True
CELERY_TIMEZONE = TIME_ZONE
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BEAT_SCHEDULE = {
    "deliver what the broker lost": {"task": "core.tasks.sweep_outbox", "schedule": 20.0},
    "link new audit rows into their chains": {"task": "core.tasks.seal_audit", "schedule": 60.0},
    "go on with applications": {"task": "credit.tasks.sweep_applications", "schedule": 300.0},
    "go on with runs of lending": {"task": "credit.tasks.go_on_with_runs", "schedule": 300.0},
    "ask about lost payments": {"task": "credit.tasks.settle_payments", "schedule": 60.0},
    "count how far villages have come": {
        "task": "credit.tasks.count_progress",
        "schedule": 600.0,
    },
    "go on with roster files": {"task": "village.tasks.sweep_rosters", "schedule": 300.0},
    "take in files that were left": {
        "task": "admission.tasks.pick_up_deliveries",
        "schedule": 300.0,
    },
    "go on with files of data": {
        "task": "admission.tasks.take_in_left_files",
        "schedule": 300.0,
    },
    "tell which data are late": {
        "task": "admission.tasks.tell_late_deliveries",
        "schedule": 3600.0,
    },
    "close authorisation links whose time is over": {
        "task": "admission.tasks.expire_requests",
        "schedule": 60.0,
    },
    "put approved rules into force": {
        "task": "admission.tasks.put_rules_into_force",
        "schedule": 60.0,
    },
    "fit scorecards left waiting": {
        "task": "admission.tasks.fit_waiting_scorecards",
        "schedule": 300.0,
    },
    "decide about whoever was left waiting": {
        "task": "admission.tasks.decide_left_waiting",
        "schedule": 300.0,
    },
    "go on with runs of admission": {
        "task": "admission.tasks.go_on_with_runs",
        "schedule": 300.0,
    },
    "read papers left waiting": {
        "task": "admission.tasks.read_waiting_papers",
        "schedule": 120.0,
    },
    "forget pictures whose time is over": {
        "task": "admission.tasks.forget_pictures",
        "schedule": crontab(hour=2, minute=40),
    },
    "hear the county": {
        "task": "admission.tasks.hear_county",
        "schedule": crontab(hour=3, minute=10),
    },
    "watch scorecards": {
        "task": "admission.tasks.watch_scorecards",
        "schedule": crontab(day_of_month=2, hour=4, minute=10),
    },
    "measure all features": {
        "task": "admission.tasks.measure_county",
        "schedule": crontab(day_of_month=1, hour=4, minute=10),
    },
    "send forgotten codes": {"task": "credit.tasks.sweep_sms_codes", "schedule": 30.0},
}

IMPORT_EXPORT_USE_TRANSACTIONS = True

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "filters": {"no_personal_data": {"()": "core.logs.NoPersonalData"}},
    "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"}},
    "handlers": {
        "console": {
            "class": "logging.StreamHandler",
            "formatter": "line",
            "filters": ["no_personal_data"],
        }
    },
    "root": {"handlers": ["console"], "level": "WARNING"},
    "loggers": {
        "django.request": {"level": "ERROR"},
        "qianmo": {"level": "INFO"},
    },
}
