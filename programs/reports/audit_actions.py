from django.utils.translation import gettext_lazy as _

ACTIONS = {
    "report.freeze": _("Figures frozen"),
    "report.supersede": _("Replaced by a newer version"),
    "report.download": _("Report downloaded"),
}
