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
    "ballot.digits": _("Digits of the public source entered"),
    "ballot.draw": _("Digits confirmed, ballot drawn"),
    "ballot.cancel_session": _("Session taken out of the ballot"),
    "ballot.start_sending": _("Sending the results started"),
    "ballot.send": _("Results of the ballot sent"),
    "ballot.call_off": _("Ballot called off"),
}


class BallotState(TextChoices):
    OPEN = "open", pgettext_lazy("ballot", "Open for entries")
    CLOSED = "closed", pgettext_lazy("ballot", "Entries closed, list published")
    DRAWN = "drawn", pgettext_lazy("ballot", "Drawn, not sent yet")
    SENDING = "sending", pgettext_lazy("ballot", "Drawn, results are being sent")
    SENT = "sent", pgettext_lazy("ballot", "Results sent")
    CALLED_OFF = "called_off", pgettext_lazy("ballot", "Called off, nobody drew it")


PUBLISHED = (BallotState.CLOSED, BallotState.DRAWN, BallotState.SENDING, BallotState.SENT)  # the list is everybody's
REVEALED = (BallotState.DRAWN, BallotState.SENDING, BallotState.SENT)  # secret, digits and seed are everybody's
FROZEN = (BallotState.CLOSED, BallotState.DRAWN, BallotState.SENDING)  # its sessions stay as the list says


class EntryOutcome(TextChoices):
    ENTERED = "entered", pgettext_lazy("ballot entry", "Entered")
    WON = "won", pgettext_lazy("ballot entry", "Drawn")
    LOST = "lost", pgettext_lazy("ballot entry", "Not drawn")
    WITHDRAWN = "withdrawn", pgettext_lazy("ballot entry", "Withdrawn")


REASONS = {
    "school_cap": _("The school already has the maximum number of bookings allowed in this season."),
    "class_busy": _("The class already had a booking at that time."),
    "no_room": _("When its turn came, none of its wishes had room for one more group of the largest size."),
    "session_cancelled": _("The session is not taking place: it was cancelled."),
    "not_offered": _("The centre no longer offered this field trip when the results were sent."),
    "holiday": _("The day of the session became a school holiday."),
    "session_smaller": _("The session lost places after the draw."),
    "school_not_working": _("The school was not able to book when the results were sent."),
    "school_limit": _("The school already has the maximum number of bookings allowed at this centre."),
    "called_off": _("Nobody drew the ballot in time, so it was called off."),
    "changed": _("After the draw, something came up that had not been an obstacle before."),
}


def reason_words(code: str) -> str:
    """Why an entry won nothing; empty for what won."""
    return str(REASONS.get(code, REASONS["changed"])) if code else ""
