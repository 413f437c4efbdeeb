"""What the audit log says of the curricula wing."""

from django.utils.translation import gettext_lazy as _

ACTIONS = {"activity.report": _("Taught lesson reported")}
