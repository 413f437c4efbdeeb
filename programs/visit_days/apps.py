from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class VisitDaysConfig(AppConfig):
    name = "programs.visit_days"
    verbose_name = _("Days of visits")
