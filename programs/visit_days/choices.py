"""Marks at the door, and ratings."""

from django.db.models import IntegerChoices, TextChoices
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

AUDIT_ACTIONS = {
    "booking.check_in": _("Group checked in"),
    "booking.no_show": _("Recorded that the group did not come"),
    "booking.no_show_undone": _("Taken back that the group did not come"),
    "booking.unannounced": _("Group that came unannounced was let in"),
    "booking.teacher": _("Teacher of a group that came unannounced named"),
    "booking.late_mark": _("Decided on a check-in that arrived late"),
    "booking.dispute": _("Decided between records that did not agree"),
    "booking.mark_carried": _("Sent a colleague's check-in from a shared device"),
    "booking.close": _("Attendance finalised"),
    "booking.reopen": _("Attendance opened again"),
    "booking.expire": _("Waiting list ended"),
    "session.close": _("Session closed"),
    "session.reopen": _("Session reopened"),
    "booking.feedback": _("Questions answered after the visit"),
    "booking.photograph": _("Photograph added"),
    "booking.photograph_removed": _("Photograph removed"),
}


class MarkKind(TextChoices):
    FIGURES = "figures", pgettext_lazy("mark", "Figures")
    NAMES = "names", pgettext_lazy("mark", "Names")
    NO_SHOW = "no_show", pgettext_lazy("mark", "Did not come")


class LateDecision(TextChoices):
    """On a mark that was made before its session was closed and arrived after it."""

    WAITS = "waits", pgettext_lazy("late check-in", "Waiting for a decision")
    ACCEPTED = "accepted", pgettext_lazy("late check-in", "Accepted")
    LEFT = "left", pgettext_lazy("late check-in", "Left as it was")


class Rating(IntegerChoices):
    NO = 1, _("Not at all")
    LITTLE = 2, _("A little")
    MOSTLY = 3, _("Mostly")
    FULLY = 4, _("Fully")
