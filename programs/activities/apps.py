from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ActivitiesConfig(AppConfig):
    name = "programs.activities"
    verbose_name = _("Taught lessons")
