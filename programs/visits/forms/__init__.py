"""The shape of what people send to the visits wing, one file per activity."""

from programs.visits.forms.booking import (
    BookingForm,
    CancelForm,
    ConfirmationForm,
    ConfirmVisitForm,
    NeedsForm,
    RosterForm,
)
from programs.visits.forms.day import CheckInForm, DayForm

__all__ = [
    "BookingForm",
    "CancelForm",
    "CheckInForm",
    "ConfirmVisitForm",
    "ConfirmationForm",
    "DayForm",
    "NeedsForm",
    "RosterForm",
]
