"""Same database driver and pool as the portal, and nothing else."""

from stem_portal.settings import ALLOWED_HOSTS, DATABASES, SECRET_KEY, TIME_ZONE, USE_TZ

__all__ = ["ALLOWED_HOSTS", "DATABASES", "SECRET_KEY", "TIME_ZONE", "USE_TZ"]
DEBUG = False
INSTALLED_APPS = ["benchmarks.floor"]
MIDDLEWARE = []
ROOT_URLCONF = "benchmarks.floor.views"
TEMPLATES = [{"BACKEND": "django.template.backends.django.DjangoTemplates", "APP_DIRS": True}]
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
