from django.apps import AppConfig
from django.contrib.admin.apps import AdminConfig


class FrameConfig(AppConfig):
    """The frame: settings, urls, static files and the commands that see the whole house."""

    name = "stem_portal"
    label = "frame"
    verbose_name = "STEM Portal"


class BackOfficeConfig(AdminConfig):
    default_site = "stem_portal.backoffice.BackOffice"
