from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class EndorsementsConfig(AppConfig):
    name = "programs.endorsements"
    verbose_name = _("Approvals of projects")
