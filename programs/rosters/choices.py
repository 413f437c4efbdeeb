"""What becomes of a line of a list."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

AUDIT_ACTIONS = {
    "roster.upload": _("List of pupils sent"),
    "roster.map": _("Columns of the list matched"),
    "roster.decide": _("Questions about the list answered"),
    "roster.apply": _("List of pupils imported"),
    "roster.stop": _("Import stopped: whoever started it may not import any more"),
    "roster.strange": _("List stopped: too many identifiers of other schools' pupils"),
    "roster.drop": _("Import of a list cancelled"),
}


class RowOutcome(TextChoices):
    ADD = "add", pgettext_lazy("roster row", "Will be added")
    CHANGE = "change", pgettext_lazy("roster row", "Will be changed")
    SAME = "same", pgettext_lazy("roster row", "Unchanged")
    DECIDE = "decide", pgettext_lazy("roster row", "Needs your decision")
    REFUSED = "refused", pgettext_lazy("roster row", "Left out")


class RowDecision(TextChoices):
    """A person's decision about a row that resembles an existing pupil, or whose contents are doubtful."""

    NEW = "new", _("Another person: add")
    SAME_PERSON = "same", _("The same person: change")
    TAKE = "take", _("It is right")
    KEEP = "keep", _("Keep the name on the portal")
    SKIP = "skip", _("Leave out")
