"""The tables of the visits wing, one file per subject."""

from programs.visits.models.ballots import Ballot, BallotEntry
from programs.visits.models.bookings import Booking, BookingApproval, BookingPaper, RosterEntry, new_pass_code
from programs.visits.models.centres import Blackout, Centre, CentreStaff, OpeningHours, Room, in_language
from programs.visits.models.day import CalendarFeed, CheckInMark, VisitFeedback, VisitPhotograph
from programs.visits.models.groups import GROUP, GROUP_TEXTS, WIPED, Group, GroupColumns
from programs.visits.models.sessions import Season, SeasonOpening, Session, SessionSeries
from programs.visits.models.trips import AdultRatio, FieldTrip, RequiredPaper

__all__ = [
    "GROUP",
    "GROUP_TEXTS",
    "WIPED",
    "AdultRatio",
    "Ballot",
    "BallotEntry",
    "Blackout",
    "Booking",
    "BookingApproval",
    "BookingPaper",
    "CalendarFeed",
    "Centre",
    "CentreStaff",
    "CheckInMark",
    "FieldTrip",
    "Group",
    "GroupColumns",
    "OpeningHours",
    "RequiredPaper",
    "Room",
    "RosterEntry",
    "Season",
    "SeasonOpening",
    "Session",
    "SessionSeries",
    "VisitFeedback",
    "VisitPhotograph",
    "in_language",
    "new_pass_code",
]
