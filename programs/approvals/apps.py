from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ApprovalsConfig(AppConfig):
    name = "programs.approvals"
    verbose_name = _("Papers and approvals")
