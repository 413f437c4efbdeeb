"""The verbs of the core in the audit log."""

from django.utils.translation import gettext_lazy as _

ACTIONS = {"retention.change": _("Retention rule changed")}
