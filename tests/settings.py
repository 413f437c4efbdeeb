"""The portal's own settings, with what a test must not touch or wait for."""

import tempfile
from pathlib import Path

from stem_portal.settings import *  # noqa: F403
from stem_portal.settings import LOGGING, STORAGES

_FILES = Path(tempfile.mkdtemp(prefix="stem-tests-"))
MEDIA_ROOT = _FILES / "media"
STATIC_ROOT = _FILES / "static"
STATIC_ROOT.mkdir()  # WhiteNoise warns of a missing one, and warnings are errors
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
STORAGES = STORAGES | {
    "default": {
        "BACKEND": "django.core.files.storage.FileSystemStorage",
        "OPTIONS": {"location": str(MEDIA_ROOT), "base_url": "/media/"},
    },
    "private": {
        "BACKEND": "django.core.files.storage.FileSystemStorage",
        "OPTIONS": {"location": _FILES / "private"},
    },
    # Tests need no collected files; that every file is found is shown by collectstatic in `make run`.
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
FILE_UPLOAD_TEMP_DIR = _FILES / "temporary"
FILE_UPLOAD_TEMP_DIR.mkdir()
SITE_URL = "http://testserver"
LOGGING["root"]["level"] = "WARNING"
