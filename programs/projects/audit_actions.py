from django.utils.translation import gettext_lazy as _

ACTIONS = {
    "project.create": _("Began the project"),
    "project.edit": _("Changed the project"),
    "project.attach": _("Attached a file"),
    "project.submit": _("Submitted the project"),
    "project.endorse": _("Endorsed the project"),
    "project.return": _("Returned the project"),
    "project.withdraw": _("Withdrew the project"),
}
