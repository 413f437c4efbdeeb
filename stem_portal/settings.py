"""One settings file. What differs between places comes from the environment and fails loudly."""

import tomllib
from pathlib import Path
from urllib.parse import unquote, urlparse

import environ
from csp.constants import NONCE, NONE, SELF
from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import gettext_lazy as _

BASE_DIR = Path(__file__).resolve().parent.parent
env = environ.Env()
VAR_DIR = Path(env.str("VAR_DIR", default=str(BASE_DIR / "var")))  # everything the portal writes on disk

# ENVIRONMENT is the one switch: "demo" (make run, tests), "dev" (make dev) or "production".
ENVIRONMENT = env.str("ENVIRONMENT", default="demo")
if ENVIRONMENT not in {"demo", "dev", "production"}:
    raise ImproperlyConfigured(f"ENVIRONMENT is {ENVIRONMENT!r}; it must be demo, dev or production.")
IN_PRODUCTION = ENVIRONMENT == "production"
DEBUG = ENVIRONMENT == "dev"


def required_in_production(name: str, default: str) -> str:
    """The variable, or ``default`` outside production; in production its absence stops the start."""
    value = env.str(name, default="" if IN_PRODUCTION else default)
    if not value:
        raise ImproperlyConfigured(f"{name} must be set when ENVIRONMENT=production.")
    return value


SECRET_KEY = required_in_production("SECRET_KEY", "only-for-the-demonstration-never-in-production-0123456789")
SECRET_KEY_FALLBACKS = env.list("SECRET_KEY_FALLBACKS", default=[])  # earlier keys, still read
ALLOWED_HOSTS = required_in_production("ALLOWED_HOSTS", "localhost,127.0.0.1,[::1],testserver").split(",")
SITE_URL = required_in_production("SITE_URL", f"http://localhost:{env.str('PORT', default='8000')}").rstrip("/")
CSRF_TRUSTED_ORIGINS = [SITE_URL]

# --- The province -----------------------------------------------------------------------------
JURISDICTION_FILE = Path(
    env.str("JURISDICTION_FILE", default=str(BASE_DIR / "programs/schools/data/jurisdictions/binh_duong.toml"))
)
if not JURISDICTION_FILE.is_file():
    raise ImproperlyConfigured(f"JURISDICTION_FILE {JURISDICTION_FILE} does not exist.")
JURISDICTION = tomllib.loads(JURISDICTION_FILE.read_text(encoding="utf-8"))

# --- Apps -------------------------------------------------------------------------------------
INSTALLED_APPS = [
    "stem_portal.apps.FrameConfig",
    "cms.apps.CmsConfig",
    "programs.core",
    "programs.spreadsheets",
    "programs.accounts",
    "programs.notices",
    "programs.uploads",
    "programs.schools",
    "programs.claims",
    "programs.pupils",
    "programs.rosters",
    "programs.cards",
    "programs.consents",
    "programs.data_rights",
    "programs.duplicates",
    "programs.topics",
    "programs.centres",
    "programs.authorities",
    "programs.bookings",
    "programs.approvals",
    "programs.timetables",
    "programs.ballots",
    "programs.visit_days",
    "programs.calendars",
    "programs.curricula",
    "programs.activities",
    "programs.competitions",
    "programs.students",
    "programs.projects",
    "programs.documents",
    "programs.endorsements",
    "programs.entries",
    "programs.judging",
    "programs.certificates",
    "programs.participation",
    "programs.reviews",
    "wagtail_localize",
    "wagtail_localize.locales",
    "wagtail.contrib.forms",
    "wagtail.contrib.redirects",
    "wagtail.contrib.settings",
    "wagtail.embeds",
    "wagtail.sites",
    "cms.apps.PeopleConfig",  # wagtail.users
    "wagtail.snippets",
    "wagtail.documents",
    "wagtail.images",
    "wagtail.search",
    "wagtail.admin",
    "wagtail",
    "modelcluster",
    "taggit",
    "django_filters",
    "django_tasks",
    "django_tasks_db",
    "csp",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "allauth.socialaccount",
    "stem_portal.apps.BackOfficeConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.humanize",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.sitemaps",
    "django.contrib.staticfiles",
    "django.forms",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "stem_portal.middleware.back_office_policy",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "stem_portal.middleware.links_as_sent",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "stem_portal.view_as.ViewAs",
    "stem_portal.middleware.private_pages",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "stem_portal.middleware.sane_requests",
    "allauth.account.middleware.AccountMiddleware",
    "programs.accounts.middleware.SecondFactorFirst",
    "programs.accounts.middleware.last_use",
    "wagtail.contrib.redirects.middleware.RedirectMiddleware",
    "stem_portal.middleware.SaysWhyNot",
]

ROOT_URLCONF = "stem_portal.urls"
WSGI_APPLICATION = "stem_portal.wsgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.debug",
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "wagtail.contrib.settings.context_processors.settings",
                "stem_portal.context.portal",
                "cms.context.site",
            ],
            "builtins": ["programs.core.templatetags.portal"],
        },
    }
]
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"

# --- Database ---------------------------------------------------------------------------------
DATABASES = {"default": env.db_url("DATABASE_URL", default=f"sqlite:///{VAR_DIR / 'portal.sqlite3'}")}
DATABASE = DATABASES["default"]
if DATABASE["ENGINE"] == "django.db.backends.sqlite3":
    # IMMEDIATE takes the write lock at BEGIN, so two writers queue instead of failing half way.
    DATABASE["OPTIONS"] = {
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA foreign_keys=ON; "
        # Without it REPLACE INTO deletes a row past the trigger that keeps the audit log.
        "PRAGMA recursive_triggers=ON;",
    }
elif DATABASE["ENGINE"] == "django.db.backends.postgresql":
    DATABASE.setdefault("OPTIONS", {}).update(
        pool={"min_size": 1, "max_size": env.int("DATABASE_POOL", default=8)},
        # PostgreSQL keeps the plan of what it is asked often: planning cost it ten times what answering did.
        server_side_binding=True,
        prepare_threshold=5,
    )
else:
    raise ImproperlyConfigured("DATABASE_URL must begin with sqlite:/// or postgres://.")
# The few queries of the rush are written once (programs/core/prepared.py); off, each is built again like all others.
PREPARED_QUERIES = env.bool("PREPARED_QUERIES", default=True)
VAR_DIR.mkdir(parents=True, exist_ok=True)

# --- Cache, mail, storage ---------------------------------------------------------------------
# Limits count in the cache, so several processes need a shared one: production must name it.
CACHES = {"default": environ.Env.cache_url_config(required_in_production("CACHE_URL", "locmemcache://portal"))}
vars().update(environ.Env.email_url_config(required_in_production("EMAIL_URL", f"filemail:///{VAR_DIR / 'mail'}")))
DEFAULT_FROM_EMAIL = env.str("DEFAULT_FROM_EMAIL", default="STEM Bình Dương <no-reply@stem.example.vn>")
SERVER_EMAIL = DEFAULT_FROM_EMAIL


def storage_from_url(url: str) -> dict:
    """Django's storage setting from ``file:///path`` or ``s3://key:secret@host/bucket``."""
    parsed = urlparse(url)
    if parsed.scheme == "file":
        return {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"location": parsed.path}}
    if parsed.scheme == "s3":
        return {
            "BACKEND": "storages.backends.s3.S3Storage",
            "OPTIONS": {
                "access_key": unquote(parsed.username or ""),
                "secret_key": unquote(parsed.password or ""),
                "endpoint_url": f"https://{parsed.hostname}" + (f":{parsed.port}" if parsed.port else ""),
                "bucket_name": parsed.path.strip("/"),
                "default_acl": "private",
                "file_overwrite": False,
                "max_memory_size": 8 * 1024 * 1024,  # an object that is opened lies on the disk beyond that
            },
        }
    raise ImproperlyConfigured("STORAGE_URL must begin with file:/// or s3://.")


STORAGE_URL = env.str("STORAGE_URL", default=f"file://{VAR_DIR / 'files'}")
PRIVATE_STORAGE = storage_from_url(STORAGE_URL)
# How a large kept file leaves (programs/uploads/views/serving.py): through us, unless one of these is set.
ACCEL_PREFIX = env.str("ACCEL_PREFIX", default="")  # nginx's internal location over the folder of STORAGE_URL
SIGNED_SECONDS = env.int("SIGNED_SECONDS", default=0)  # an address of the object store that lives so long
# The virus scanner of files that people send: tcp://host:3310 or unix:///run/clamav/clamd.ctl; none: not scanned.
# How much space the files of projects may take, earlier versions included.
PROJECT_SPACE_MB = env.int("PROJECT_SPACE_MB", default=1024)
ACCOUNT_SPACE_MB = env.int("ACCOUNT_SPACE_MB", default=2048)
SCHOOL_SPACE_MB = env.int("SCHOOL_SPACE_MB", default=50 * 1024)
# Where links of projects may lead: these hosts and those under them. The portal itself never opens a link.
PROJECT_LINK_HOSTS = env.list(
    "PROJECT_LINK_HOSTS",
    default=["youtube.com", "youtu.be", "vimeo.com", "drive.google.com", "docs.google.com", "github.com",
             "scratch.mit.edu", "tinkercad.com", "makecode.com"],
)  # fmt: skip

CLAMAV_URL = env.str("CLAMAV_URL", default="")
CLAMAV_SECONDS = env.int("CLAMAV_SECONDS", default=120)
MEDIA_ROOT = VAR_DIR / "media"
MEDIA_URL = "/media/"
STATIC_URL = "/static/"
STATIC_ROOT = VAR_DIR / "static"
GENERATED_STATIC_DIR = VAR_DIR / "generated"  # fonts cut from the font package by `build_assets`
GENERATED_STATIC_DIR.mkdir(exist_ok=True)
STATICFILES_DIRS = [BASE_DIR / "stem_portal" / "static", GENERATED_STATIC_DIR]
STORAGES = {
    # Editors' pictures and documents (public). Pupils' files never go here.
    "default": {
        "BACKEND": "django.core.files.storage.FileSystemStorage",
        "OPTIONS": {"location": str(MEDIA_ROOT), "base_url": MEDIA_URL},
    },
    # Projects, rosters, certificates, exports: no URL of its own, served only through a gate.
    "private": PRIVATE_STORAGE,
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if DEBUG
        else "whitenoise.storage.CompressedManifestStaticFilesStorage"
    },
}
WHITENOISE_MANIFEST_STRICT = True
FILE_UPLOAD_TEMP_DIR = VAR_DIR / "temporary"  # of its own, so that what a killed process left is known and deleted
FILE_UPLOAD_TEMP_DIR.mkdir(exist_ok=True)
FILE_UPLOAD_MAX_MEMORY_SIZE = 1024 * 1024
DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 5000
LARGEST_BODY = 64 * 1024 * 1024  # of a request with files; their own forms allow less and say so

# --- Background work --------------------------------------------------------------------------
# Wagtail's search and reference indexing are tasks of the default backend and must be done at
# once; our own jobs go through the database queue (programs/core/jobs.py).
TASKS = {
    "default": {"BACKEND": "django_tasks.backends.immediate.ImmediateBackend"},
    "jobs": {"BACKEND": "django_tasks_db.DatabaseBackend", "QUEUES": ["default"]},
}

# --- Language and time ------------------------------------------------------------------------
LANGUAGE_CODE = "vi"
LANGUAGES = [("vi", _("Vietnamese")), ("en", _("English"))]
WAGTAIL_CONTENT_LANGUAGES = LANGUAGES
WAGTAIL_I18N_ENABLED = True
WAGTAILLOCALIZE_DISABLE_ON_DELETE = False
LOCALE_PATHS = sorted(path for path in (BASE_DIR / "locale").iterdir() if path.is_dir())
FORMAT_MODULE_PATH = ["programs.core.formats"]
TIME_ZONE = "Asia/Ho_Chi_Minh"
USE_TZ = True

# --- People and signing in --------------------------------------------------------------------
AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["programs.accounts.backend.PortalBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator",
        "OPTIONS": {"user_attributes": ("username", "full_name", "email")},
    },
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
DEMO_PASSWORD = "sang-tao-2026"  # noqa: S105 (known to everybody: production refuses to load the demonstration)
# The secret of the demonstration's authenticator apps; outside production the sign-in page shows their codes.
DEMO_TOTP_SECRET = "STEMBINHDUONGSTEMBINHDUONG234567"  # noqa: S105
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "desk"
LOGOUT_REDIRECT_URL = "/"
ACCOUNT_ADAPTER = "programs.notices.adapter.AccountAdapter"
ACCOUNT_FORMS = {
    "login": "programs.accounts.forms.LoginForm",
    "reset_password": "programs.accounts.forms.ResetPasswordForm",
    "request_login_code": "programs.accounts.forms.RequestLoginCodeForm",
    "confirm_login_code": "programs.accounts.forms.ConfirmLoginCodeForm",
}
ACCOUNT_LOGIN_METHODS = {"email", "username"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*", "password2*"]
ACCOUNT_EMAIL_VERIFICATION = "optional"
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_LOGIN_BY_CODE_ENABLED = True
ACCOUNT_LOGIN_BY_CODE_TIMEOUT = 10 * 60  # mail takes its time in a school
ACCOUNT_SESSION_REMEMBER = None
ACCOUNT_REAUTHENTICATION_REQUIRED = True  # a session left open must not be enough to bind another address
ACCOUNT_LOGOUT_ON_PASSWORD_CHANGE = False
ACCOUNT_USER_MODEL_USERNAME_FIELD = "username"
# Limits by address alone would lock out a whole school behind one router.
ACCOUNT_RATE_LIMITS = {
    "login": "1000/m/ip",
    # Account and place together, and what comes from nowhere known also per account: see programs/core/throttle.py.
    "login_failed": "10/5m/key",
    "login_failed_of_account": "60/h/key",
    "reset_password": "100/m/ip",
    "request_login_code": "100/m/ip",
    "reset_password_mail": "3/5m/key",
    "reset_password_mail_of_account": "20/h/key",
    "login_code_mail": "3/5m/key",
    "login_code_mail_of_account": "20/h/key",
    "reset_password_from_key": "100/m/ip",
    "second_factor": "10/5m/key",
    "second_factor_of_account": "30/15m/key",  # three codes in a million are right
    "guardian_proof": "10/15m/key",
    "guardian_proof_of_account": "30/h/key",
    "reauthenticate": "10/m/user",
}
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
ACCOUNT_EMAIL_NOTIFICATIONS = True
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = False
# How many of our proxies are in front of the server; their X-Forwarded-For gives the client's address.
ALLAUTH_TRUSTED_PROXY_COUNT = env.int("TRUSTED_PROXIES", default=1 if IN_PRODUCTION else 0)
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes", "webauthn"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_TOTP_ISSUER = "STEM Portal"
MFA_TOTP_TOLERANCE = 1  # phones' clocks differ by half a minute; no code opens twice (programs/accounts/totp.py)
MFA_ADAPTER = "programs.accounts.adapter.MFAAdapter"
MFA_FORMS = {
    "authenticate": "programs.accounts.forms.AuthenticateForm",
    "reauthenticate": "programs.accounts.forms.ReauthenticateForm",
    "activate_totp": "programs.accounts.forms.ActivateTOTPForm",
    "add_webauthn": "programs.accounts.forms.AddKeyForm",
    "edit_webauthn": "programs.accounts.forms.RenameKeyForm",
}
MFA_RATE_LIMITS = {"webauthn_login": "300/m/ip"}  # nothing to guess there, and a school has one address
USERSESSIONS_TRACK_ACTIVITY = False  # a write on every page is too expensive: see accounts.middleware.last_use


def agency_sign_on() -> dict | None:
    """The agency's OpenID Connect provider, or None; half of its settings stop the start."""
    names = ("OIDC_NAME", "OIDC_ISSUER", "OIDC_CLIENT_ID", "OIDC_CLIENT_SECRET")
    given = {name: env.str(name, default="") for name in names}
    if not any(given.values()):
        return None
    if missing := [name for name, value in given.items() if not value]:
        raise ImproperlyConfigured(f"Agency sign-on is half configured: {', '.join(missing)} must be set too.")
    issuer = urlparse(given["OIDC_ISSUER"])
    if not issuer.netloc or (issuer.scheme != "https" and (IN_PRODUCTION or issuer.scheme != "http")):
        raise ImproperlyConfigured("OIDC_ISSUER must be the https:// address of the provider.")
    return {
        "name": given["OIDC_NAME"],
        "issuer": given["OIDC_ISSUER"],
        "client_id": given["OIDC_CLIENT_ID"],
        "client_secret": given["OIDC_CLIENT_SECRET"],
        # The host of its sign-in page, if different: browsers check it before a form redirects there.
        "origin": env.str("OIDC_ORIGIN", default=f"{issuer.scheme}://{issuer.netloc}"),
        # The claim values with which the provider confirms its own second factor; none: ours is required.
        "second_factor_acr": env.list("OIDC_SECOND_FACTOR_ACR", default=[]),
        "second_factor_amr": env.list("OIDC_SECOND_FACTOR_AMR", default=[]),
    }


OIDC = agency_sign_on()
SOCIALACCOUNT_ADAPTER = "programs.accounts.agency.adapter.SocialAccountAdapter"
SOCIALACCOUNT_EMAIL_AUTHENTICATION = False  # people are linked by issuer and subject, never by an address
SOCIALACCOUNT_LOGIN_ON_GET = False
SOCIALACCOUNT_STORE_TOKENS = False
SOCIALACCOUNT_REAUTHENTICATION_REQUIRED = True

# --- Wagtail ----------------------------------------------------------------------------------
WAGTAIL_SITE_NAME = JURISDICTION["portal_name"]
WAGTAILADMIN_BASE_URL = SITE_URL
WAGTAILADMIN_LOGIN_URL = "/cms/login/"  # our own view: see stem_portal/urls.py
WAGTAIL_PASSWORD_MANAGEMENT_ENABLED = False
WAGTAIL_PASSWORD_RESET_ENABLED = False
WAGTAIL_EMAIL_MANAGEMENT_ENABLED = False
WAGTAILUSERS_PASSWORD_ENABLED = False  # set by their owners, through a link
WAGTAIL_GRAVATAR_PROVIDER_URL = None
WAGTAIL_ENABLE_UPDATE_CHECK = False
WAGTAIL_ENABLE_WHATS_NEW_BANNER = False
WAGTAILADMIN_PERMITTED_LANGUAGES = LANGUAGES
WAGTAILSEARCH_BACKENDS = {"default": {"BACKEND": "wagtail.search.backends.database"}}
WAGTAILIMAGES_MAX_UPLOAD_SIZE = 10 * 1024 * 1024
WAGTAILIMAGES_EXTENSIONS = ["gif", "jpg", "jpeg", "png", "webp", "heic"]
WAGTAILDOCS_SERVE_METHOD = "serve_view"

# --- Security ---------------------------------------------------------------------------------
X_FRAME_OPTIONS = "SAMEORIGIN"  # Wagtail previews its pages in a frame of the same origin, hence:
SILENCED_SYSTEM_CHECKS = ["security.W019"]
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SESSION_ENGINE = "programs.accounts.session_store"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = IN_PRODUCTION
CSRF_FAILURE_VIEW = "stem_portal.views.csrf_failure"
if IN_PRODUCTION:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    SECURE_SSL_REDIRECT = True
    SECURE_REDIRECT_EXEMPT = [r"^health/"]
    SECURE_HSTS_SECONDS = 365 * 24 * 3600
    SECURE_HSTS_INCLUDE_SUBDOMAINS = True
    SECURE_HSTS_PRELOAD = True
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "script-src": [SELF, NONCE],
        "style-src": [SELF, NONCE],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "object-src": [NONE],
        "base-uri": [SELF],
        "form-action": [SELF, OIDC["origin"]] if OIDC else [SELF],
        "frame-ancestors": [SELF],
    }
}

# --- Logs -------------------------------------------------------------------------------------
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "line": {
            "()": "stem_portal.logs.LineFormatter",
            "format": "{asctime} {levelname} {name} {message}",
            "style": "{",
        }
    },
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": env.str("LOG_LEVEL", default="INFO")},
    # The queue's library tells of every look at an empty queue, Wagtail of every page that is saved.
    "loggers": {name: {"level": "WARNING"} for name in ("django_tasks_db", "django_tasks", "wagtail", "modelsearch")},
}
if SENTRY_DSN := env.str("SENTRY_DSN", default=""):
    import sentry_sdk

    from stem_portal.logs import event_without_secrets

    # Neither what people typed nor the values in the functions: both hold names of pupils.
    sentry_sdk.init(
        dsn=SENTRY_DSN,
        send_default_pii=False,
        max_request_body_size="never",
        include_local_variables=False,
        before_send=event_without_secrets,
        before_breadcrumb=lambda crumb, hint: None,
    )
