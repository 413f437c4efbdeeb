"""What a ballot keeps about the people who enter classes."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from programs.ballots.models import BallotEntry
from programs.bookings.personal import FACTS_OF_GROUP
from programs.core.personal_tables import Kind, erased, told

told(
    BallotEntry,
    Kind(
        code="ballot_entries",
        label=_("Classes you entered for a draw"),
        purpose=_("So that the places can be drawn, and a group that is drawn has its booking."),
        source=_("You."),
        kept=_("Phone number and notes until the results are sent; the entry itself as a record of the draw."),
    ),
    ("ballot", _("Ballot"), "ballot"),
    "number",
    "pupils",
    *FACTS_OF_GROUP,
    order="created_at",
)


erased(
    BallotEntry,
    removed=(
        _("Phone number and notes of ballot entries"),
        _("They were only needed for the visit that might have been drawn."),
    ),
    kept=_("Entries in ballots"),
    masked=(_("Notes of entries in ballots that mention the name"), _("The name is removed from their text.")),
)
