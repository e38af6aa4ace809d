"""Settings that hold in every environment."""

from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

import dj_database_url

from config.env import BASE_DIR as BASE_DIR
from config.env import load
from config.limits import GUARDING
from config.limits import LIMITS as BUILT_IN_LIMITS
from config.redis_urls import celery_url, first_database, redis_database
from config.settings.admin import unfold
from config.settings.schedule import SCHEDULE
from core.embedded.home import Home
from core.ops.logs import logging_settings

env = load()

SITE_NAME = env.site_name
SITE_URL = env.site_url.rstrip("/")
SECRET_KEY = env.secret_key.get_secret_value()
DEBUG = env.debug
ALLOWED_HOSTS = env.allowed_hosts
TRUSTED_PROXIES = env.trusted_proxies

THIRD_PARTY_APPS = [
    "unfold.apps.BasicAppConfig",
    "unfold.contrib.filters",
    "config.apps.HubbubAdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.humanize",
    "django.contrib.messages",
    "django.contrib.postgres",
    "django.contrib.sessions",
    "django.contrib.staticfiles",
    "channels",
    "rest_framework",
    "rest_framework_simplejwt",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "drf_standardized_errors",
    "allauth",
    "allauth.account",
    "allauth.headless",
    "allauth.mfa",
    "allauth.socialaccount",
    "django_cotton",
    "django_htmx",
    "django_structlog",
]
# Bottom first, in the order imports may point (see docs/ARCHITECTURE.md).
SLICES = [
    "core.events",
    "core.api",
    "core.realtime",
    "core.storage",
    "core.web",
    "core.ops",
    "core.mail",
    "core.sms",
    "accounts.users",
    "accounts.sessions",
    "social.graph",
    "media_app.uploads",
    "chat.conversations",
    "chat.presence",
    "chat.messages",
    "social.posts",
    "social.feeds",
    "accounts.profiles",
    "accounts.data",
    "moderation.reports",
    "moderation.actions",
    "notifications.inbox",
]
# Daphne comes first because it replaces runserver; our slices come before third parties so that their templates win.
INSTALLED_APPS = ["daphne", *SLICES, *THIRD_PARTY_APPS]

MIDDLEWARE = [
    "core.ops.middleware.probe_middleware",
    "core.ops.middleware.request_middleware",
    "core.api.middleware.rest_by_token",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",  # of REST it only sets the cookie anew when somebody signs in
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "accounts.sessions.middleware.SessionUseMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "core.api.middleware.rest",  # answers REST; all below is for pages
    "django.middleware.locale.LocaleMiddleware",
    "csp.middleware.CSPMiddleware",
    "core.web.middleware.Private",
    "core.web.middleware.LocalTime",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_permissions_policy.PermissionsPolicyMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "core.web.middleware.Refusals",
    "core.web.middleware.Readable",
    "accounts.sessions.middleware.AskAgain",
]

ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"
ASGI_APPLICATION = "config.asgi.application"

TEMPLATES: list[dict[str, Any]] = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": False,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "core.web.context_processors.shell",
            ],
            "loaders": [
                (
                    "django.template.loaders.cached.Loader",
                    [
                        "django_cotton.cotton_loader.Loader",
                        "django.template.loaders.filesystem.Loader",
                        "django.template.loaders.app_directories.Loader",
                    ],
                )
            ],
            "builtins": ["django_cotton.templatetags.cotton", "core.web.templatetags.icons"],
        },
    }
]
COTTON_DIR = "components"

# --- PostgreSQL and Redis ---------------------------------------------------------------------------------------------------------------
DEV_DIR = BASE_DIR / ".dev"
EMBEDDED = Home(DEV_DIR)
DATABASE_URL = env.database_url or EMBEDDED.database_url
REDIS_URL = env.redis_url or EMBEDDED.redis_url
# A database that is out of reach is given up after these seconds (and milliseconds), whether it was being connected to or asked something; what
# DATABASE_URL says of them counts more. Sockets of this machine's file system need only the first.
PATIENCE = {
    "connect_timeout": 5,
    "keepalives": 1,
    "keepalives_idle": 10,
    "keepalives_interval": 5,
    "keepalives_count": 3,
    "tcp_user_timeout": 15_000,
}
# Under ASGI every request may run on a thread of its own, so connections come from psycopg's pool, never from CONN_MAX_AGE. The threads of a
# WSGI server last, so each keeps its connection, and with it the statements that PostgreSQL has prepared for it. The ORM binds on the client and
# prepares nothing, nor does psycopg by itself; what core.statements sends is prepared at its first use.
database = dj_database_url.parse(DATABASE_URL, conn_max_age=600 if env.threads_keep_connections else 0)
database["OPTIONS"] = {**PATIENCE, **database.get("OPTIONS", {})}
if env.database_statement_seconds:
    given = database["OPTIONS"].get("options", "")
    database["OPTIONS"]["options"] = f"{given} -c statement_timeout={env.database_statement_seconds * 1000}".strip()
if not env.threads_keep_connections:
    database["OPTIONS"]["pool"] = {"min_size": 1, "max_size": 16, "timeout": 10}
DATABASES = {"default": database}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# The socket's bus and live state; the next is the cache and limits, the one after it Celery's broker.
REDIS_DATABASE = env.redis_database or first_database(REDIS_URL)
CACHES: dict[str, dict[str, Any]] = {
    "default": {
        "BACKEND": "django.core.cache.backends.redis.RedisCache",
        "LOCATION": redis_database(REDIS_URL, REDIS_DATABASE + 1),
        "OPTIONS": {"socket_connect_timeout": 1, "socket_timeout": 1},  # a Redis that hangs is one that is gone
    }
}

# --- The socket at /ws/ -------------------------------------------------------------------------------------------------------------------
REALTIME_AUTHENTICATOR = "accounts.sessions.sockets.Authenticator"
REALTIME_REDIS_URL = redis_database(REDIS_URL, REDIS_DATABASE)
REALTIME_PREFIX = f"hubbub:{REDIS_DATABASE}"  # of channels and keys: publishing knows no numbered databases
REALTIME_ALLOWED_ORIGINS = env.realtime_allowed_origins
REALTIME_LIMITS = env.realtime_limits
REALTIME_FRAMES_PER_SECOND = env.realtime_frames_per_second
REALTIME_SOCKETS_PER_PERSON = env.realtime_sockets_per_person
REALTIME_AUTHENTICATION_SECONDS = 10
REALTIME_HEARTBEAT_SECONDS = 45

CELERY_BROKER_URL = celery_url(REDIS_URL, REDIS_DATABASE + 2)
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
# For workers and beat. Whoever enqueues has less patience (``core.events.queue``).
CELERY_BROKER_TRANSPORT_OPTIONS = {"visibility_timeout": 3600, "socket_connect_timeout": 2, "socket_timeout": 3}
CELERY_TASK_PUBLISH_RETRY_POLICY = {"max_retries": 1, "interval_start": 0}
CELERY_TASK_DEFAULT_QUEUE = "default"
CELERY_TASK_ROUTES: dict[str, dict[str, str]] = {"media_app.*": {"queue": "media"}}
CELERY_BEAT_SCHEDULE = SCHEDULE
CELERY_TIMEZONE = "UTC"

# --- People, passwords, sessions, tokens --------------------------------------------------------------------------------------------------
AUTH_USER_MODEL = "accounts_users.User"
AUTHENTICATION_BACKENDS = ["accounts.sessions.backends.Backend"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator",
        "OPTIONS": {"user_attributes": ("username", "email", "display_name")},
    },
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 8}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_AGE = int(timedelta(days=31).total_seconds())  # outlives the refresh token: a session that ends takes its tokens with it
CSRF_COOKIE_SAMESITE = "Lax"
SIMPLE_JWT = {
    "ACCESS_TOKEN_LIFETIME": timedelta(minutes=15),
    "REFRESH_TOKEN_LIFETIME": timedelta(days=30),
    "UPDATE_LAST_LOGIN": False,
    "SIGNING_KEY": SECRET_KEY,
    "ISSUER": SITE_URL,
}
LOGIN_URL = "/sign-in/"
LOGIN_REDIRECT_URL = "/home/"
SIGN_IN_STAGES = ["accounts.data.keeping.KeepAccountStage"]  # after allauth's own
ACCOUNT_SIGNUP_REDIRECT_URL = "/welcome/"
ACCOUNT_ADAPTER = "accounts.sessions.adapters.AccountAdapter"
ACCOUNT_FORMS = {
    "signup": "accounts.sessions.forms.SignUpForm",
    "login": "accounts.sessions.forms.SignInForm",
    "change_password": "accounts.sessions.forms.ChangePasswordForm",
    "set_password": "accounts.sessions.forms.SetPasswordForm",
    "reset_password": "accounts.sessions.forms.ForgotPasswordForm",
    "reset_password_from_key": "accounts.sessions.forms.ResetPasswordForm",
}
ACCOUNT_LOGIN_METHODS = {"email", "username", "phone"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "email*", "password1*"]
ACCOUNT_USERNAME_MIN_LENGTH = 3
ACCOUNT_USERNAME_VALIDATORS = "accounts.users.names.USERNAME_VALIDATORS"
ACCOUNT_EMAIL_VERIFICATION = "mandatory"  # by link; it signs in whoever signed up in the same browser
ACCOUNT_LOGIN_ON_EMAIL_CONFIRMATION = True
ACCOUNT_EMAIL_NOTIFICATIONS = True
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
ACCOUNT_SESSION_REMEMBER = True
ACCOUNT_LOGOUT_REDIRECT_URL = "/"
# Ours (LIMITS, accounts.sessions.guesses) count exactly under parallel requests; allauth's stay for what ours do not reach: one
# confirmation mail in three minutes to one address.
ACCOUNT_RATE_LIMITS = {"login": None, "signup": None, "reset_password": None, "reset_password_from_key": None, "login_failed": None}
HEADLESS_CLIENTS = ("app", "browser")
HEADLESS_TOKEN_STRATEGY = "accounts.sessions.strategy.TokenStrategy"
MFA_ADAPTER = "accounts.sessions.adapters.MFAAdapter"
MFA_FORMS = {"authenticate": "accounts.sessions.forms.SecondFactorForm", "activate_totp": "accounts.sessions.forms.SetUpAppForm"}
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes", "webauthn"]
MFA_TOTP_TOLERANCE = 1  # steps of thirty seconds, for clocks that differ and people who type slowly (RFC 6238, 5.2)
PASSKEY_ORIGINS = env.passkey_origins
STAFF_NEED_SECOND_FACTOR = True
GOOGLE_APP_CLIENT_IDS = env.google_app_client_ids
SOCIALACCOUNT_ADAPTER = "accounts.sessions.adapters.SocialAdapter"
SOCIALACCOUNT_PROVIDERS: dict[str, Any] = {}
if env.google_client_id:
    google_app = {"client_id": env.google_client_id, "secret": env.google_client_secret.get_secret_value(), "name": "Google"}
    google_ways = {"server_url": env.google_issuer.rstrip("/"), "fetch_userinfo": False, "oauth_pkce_enabled": True}
    SOCIALACCOUNT_PROVIDERS["google"] = {"APPS": [{**google_app, "settings": google_ways}]}

CAPTCHA_PROVIDER = env.captcha_provider
CAPTCHA_SITE_KEY = env.captcha_site_key
CAPTCHA_SECRET_KEY = env.captcha_secret_key.get_secret_value()
CAPTCHA_VERIFY_URL = env.captcha_verify_url

# --- Admin --------------------------------------------------------------------------------------------------------------------------------
UNFOLD = unfold(SITE_NAME)

# --- REST ---------------------------------------------------------------------------------------------------------------------------------
REST_FRAMEWORK: dict[str, Any] = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "accounts.sessions.authentication.BearerAuthentication",
        "accounts.sessions.authentication.CookieAuthentication",
    ],
    "DEFAULT_RENDERER_CLASSES": ["core.api.renderers.EnvelopeRenderer"],
    "DEFAULT_PARSER_CLASSES": ["core.api.parsers.JSONParser"],
    "DEFAULT_CONTENT_NEGOTIATION_CLASS": "core.api.negotiation.ApiNegotiation",
    "DEFAULT_THROTTLE_CLASSES": ["core.api.throttles.ScopeThrottle"],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_SCHEMA_CLASS": "core.api.schema.EnvelopeAutoSchema",
    "EXCEPTION_HANDLER": "core.api.errors.exception_handler",
    "TEST_REQUEST_DEFAULT_FORMAT": "json",
    "UNAUTHENTICATED_USER": "django.contrib.auth.models.AnonymousUser",
}
API_MAX_BODY = 1_048_576  # bytes of JSON
# Bytes a request may carry, by the longest prefix of its path; checked under ASGI before the body is read. Pages and storage take files.
BODY_LIMITS = {"/api/": API_MAX_BODY, "/api/v1/uploads": 110 * 1_048_576, "/": 110 * 1_048_576}
LIMITS = {**BUILT_IN_LIMITS, **env.limits}
LIMITS_FAIL_CLOSED = GUARDING
SPECTACULAR_SETTINGS: dict[str, Any] = {
    "TITLE": "Hubbub",
    "DESCRIPTION": "Posts, chat, communities, music and video in one self-hosted place.",
    "VERSION": "1",
    "OAS_VERSION": "3.1.0",
    "SERVE_INCLUDE_SCHEMA": False,
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "REDOC_DIST": "SIDECAR",
    "SCHEMA_PATH_PREFIX": r"/api/v1",
    "COMPONENT_SPLIT_REQUEST": True,
    "POSTPROCESSING_HOOKS": [],  # enumerations stay where they are used, so they need no names
}

# --- Files ----------------------------------------------------------------------------------------------------------------------------------
STATIC_URL = "/static/"
STATIC_ROOT = BASE_DIR / "staticfiles"
STATICFILES_DIRS = [BASE_DIR / "static"]
MEDIA_ROOT = env.media_root
UPLOAD_IMAGE_MAX_BYTES = env.upload_image_max_bytes
S3_BUCKET = env.s3_bucket
S3_ENDPOINT_URL = env.s3_endpoint_url
S3_PUBLIC_ENDPOINT_URL = env.s3_public_endpoint_url
S3_REGION = env.s3_region
S3_ACCESS_KEY_ID = env.s3_access_key_id
S3_SECRET_ACCESS_KEY = env.s3_secret_access_key.get_secret_value()

# --- What pages may load --------------------------------------------------------------------------------------------------------------------
# Where browsers fetch media from and send it to, when that is not this site itself.
STORAGE_ORIGINS: list[str] = []
if env.s3_bucket:
    endpoint = env.s3_public_endpoint_url or env.s3_endpoint_url or f"https://{env.s3_bucket}.s3.{env.s3_region}.amazonaws.com"
    STORAGE_ORIGINS = ["{0.scheme}://{0.netloc}".format(urlsplit(endpoint))]
SOCKET_ORIGIN = SITE_URL.replace("http", "ws", 1)  # browsers whose 'self' does not cover sockets need it spelled out
CONTENT_SECURITY_POLICY: dict[str, Any] = {
    # The admin brings scripts that need more; it is for staff, and no page of ours links people's content there unescaped.
    "EXCLUDE_URL_PREFIXES": ("/admin/", "/api/docs/"),
    "DIRECTIVES": {
        "default-src": ["'self'"],
        "img-src": ["'self'", "data:", "blob:", *STORAGE_ORIGINS],
        "media-src": ["'self'", "blob:", *STORAGE_ORIGINS],
        "connect-src": ["'self'", SOCKET_ORIGIN, *STORAGE_ORIGINS],
        "object-src": ["'none'"],
        "base-uri": ["'none'"],
        # Browsers hold redirects after a form to it as well, and the button to Google is one.
        "form-action": ["'self'", *([env.google_issuer.rstrip("/")] if env.google_client_id else [])],
        "frame-ancestors": ["'none'"],
    },
}
X_FRAME_OPTIONS = "DENY"
CSRF_FAILURE_VIEW = "core.web.errors.csrf_failure"
PERMISSIONS_POLICY: dict[str, Any] = {"camera": [], "display-capture": [], "geolocation": [], "microphone": [], "payment": [], "usb": []}

# --- Language, time, mail, text messages ------------------------------------------------------------------------------------------------------------
LANGUAGE_CODE = "en"
FORMAT_MODULE_PATH = ["config.formats"]
LANGUAGES = [("en", "English")]
USE_TZ = True
TIME_ZONE = "UTC"
DEFAULT_FROM_EMAIL = env.default_from_email
EMAIL_BACKEND = "core.mail.backends.Outbox"  # writes mail down; workers send it by MAIL_TRANSPORT
SMS_TRANSPORT = "core.sms.transports.Twilio" if env.twilio_account_sid else ""  # empty: nobody is asked for a number
TWILIO_ACCOUNT_SID = env.twilio_account_sid
TWILIO_AUTH_TOKEN = env.twilio_auth_token.get_secret_value()
TWILIO_SENDER = env.twilio_sender
TWILIO_API_URL = env.twilio_api_url.rstrip("/")
PHONE_REGION = env.phone_region.upper() or None

# --- Operations -------------------------------------------------------------------------------------------------------------------------------
LOGGING = logging_settings(env.log_format, env.log_level)
DJANGO_STRUCTLOG_CELERY_ENABLED = True
DJANGO_STRUCTLOG_IP_LOGGING_ENABLED = False  # the address of the client is bound by our own middleware, which believes only our proxies
SENTRY_DSN = env.sentry_dsn.get_secret_value()
METRICS_TOKEN = env.metrics_token.get_secret_value()
METRICS_NETWORKS = env.metrics_networks
