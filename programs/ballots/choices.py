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


REASONS = {
    "school_cap": _("The school already has the maximum number of bookings allowed in this season."),
    "class_has_place": _("The class was drawn for another session of this ballot."),
    "class_busy": _("The class already had a booking at that time."),
    "no_room": _("When its turn came, there were too few places left for the whole group."),
    "session_cancelled": _("The session was cancelled after the draw."),
    "session_smaller": _("The session lost places after the draw."),
    "school_not_working": _("The school was not able to book when the results were sent."),
    "school_limit": _("The school already has the maximum number of bookings allowed at this centre."),
    "changed": _("After the draw, something came up that had not been an obstacle before."),
}


def reason_words(code: str) -> str:
    """Why an entry won nothing; empty for what won."""
    return str(REASONS.get(code, REASONS["changed"])) if code else ""
