"""What is written down of a taught lesson and of a school's own activity, and which kinds of those there are."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

AUDIT_ACTIONS = {
    "activity.report": _("Taught lesson reported"),
    "activity.correct": _("Taught lesson corrected"),
    "activity.withdraw": _("Taught lesson withdrawn"),
    "own_activity.report": _("Own activity reported"),
    "own_activity.correct": _("Own activity corrected"),
    "own_activity.withdraw": _("Own activity withdrawn"),
}


class OwnKind(TextChoices):
    """What a school does itself: STEM experience, the second of the three forms of letter 3089/BGDĐT-GDTrH (2020)."""

    CLUB = "club", _("STEM club meeting")
    FESTIVAL = "stem_festival", _("STEM festival")
    STEM_DAY = "stem_day", _("STEM day of a class or a grade")
    TALK = "talk", _("Talk with a guest")
    OWN_VISIT = "own_visit", _("Visit that the school arranged itself")
