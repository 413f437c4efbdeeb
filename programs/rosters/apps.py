from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class RostersConfig(AppConfig):
    name = "programs.rosters"
    verbose_name = _("Lists of pupils")
