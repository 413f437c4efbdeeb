"""States of a draw, and what came of an entry."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

AUDIT_ACTIONS = {
    "ballot.open": _("Ballot opened"),
    "ballot.enter": _("Ballot entered"),
    "ballot.change_entry": _("Entry in a ballot changed"),
    "ballot.withdraw": _("Entry in a ballot withdrawn"),
    "ballot.close": _("List of entries published"),
    "ballot.draw": _("Ballot drawn"),
    "ballot.send": _("Results of the ballot sent"),
}


class BallotState(TextChoices):
    OPEN = "open", pgettext_lazy("ballot", "Open for entries")
    CLOSED = "closed", pgettext_lazy("ballot", "Entries closed, list published")
    DRAWN = "drawn", pgettext_lazy("ballot", "Drawn, not sent yet")
    SENT = "sent", pgettext_lazy("ballot", "Results sent")


class EntryOutcome(TextChoices):
    ENTERED = "entered", pgettext_lazy("ballot entry", "Entered")
    WON = "won", pgettext_lazy("ballot entry", "Drawn")
    LOST = "lost", pgettext_lazy("ballot entry", "Not drawn")
    WITHDRAWN = "withdrawn", pgettext_lazy("ballot entry", "Withdrawn")
