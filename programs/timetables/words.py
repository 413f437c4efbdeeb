"""How the booking of a session changes, in words."""

from __future__ import annotations

from django.utils.translation import gettext as _

from programs.centres.choices import BookingMode, WaitingPolicy
from programs.core.dates import short_moment
from programs.timetables.rules import Terms, TermsLine


def changed_words(line: TermsLine) -> list[str]:
    """What is said of the session that was not so before, in the order of the form."""
    before, after = line.booked.stored.columns, line.terms.columns
    words = _words(line.terms)
    return [words[name] for name in words if before[name] != after[name]]


def _words(terms: Terms) -> dict[str, str]:
    said = terms.columns
    return {
        "waiting_policy": _("Waiting list: {policy}").format(policy=WaitingPolicy(said["waiting_policy"]).label),
        "one_group": _("One group only, whatever its size") if said["one_group"] else _("As many groups as fit"),
        "season": _("Season: {season}").format(season=terms.season.local_name) if terms.season else _("No season"),
        "mode": str(BookingMode(said["mode"]).label),
        "booking_opens_at": _("Booking opens: {time}").format(time=short_moment(said["booking_opens_at"])),
        "booking_closes_at": _("Booking closes: {time}").format(time=short_moment(said["booking_closes_at"])),
    }
