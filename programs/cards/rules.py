"""When a card may be made, and when a class may be joined."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, time, timedelta

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from programs.core.dates import local_day
from programs.core.models import SchoolYear
from programs.core.refusals import Refusal
from programs.pupils.models import ClassGroup, Pupil

CARD_LASTS = timedelta(days=30)
CLASS_CODE_LENGTH = 8

# One message for every reason: guessing reveals nothing, and the holder of a card learns what to do.
CARD_OPENS_NOTHING = Refusal(
    "card_opens_nothing",
    _(
        "This code does not work here. Compare it with the card, letter by letter. A card works once, until the "
        "day printed on it, and only on its own school's page. If you have set a password before, sign in with "
        "it. Otherwise ask your teacher for a new card."
    ),
)
CLASS_CODE_OPENS_NOTHING = Refusal(
    "class_code_opens_nothing",
    _("No class in your school has this code now. Compare it letter by letter, or ask your teacher."),
    "code",
)


def card_expiry(issued_at: datetime) -> datetime:
    """The end of the last day: what is printed is a day, and all of it counts."""
    last_day = local_day(issued_at) + CARD_LASTS
    return timezone.make_aware(datetime.combine(last_day, time(23, 59, 59)))


def issue_refusal(*, chosen: int, found: int, closed: list[str], in_office: Sequence[str] = ()) -> Refusal | None:
    if not chosen:
        return Refusal("nobody_chosen", _("Choose at least one pupil."), "pupils")
    if found < chosen:
        return Refusal("not_in_class", _("Someone you chose is no longer in this class. Please check again."), "pupils")
    if closed:
        message = _("The account is closed: {names}. An administrator can open it again.")
        return Refusal("account_closed", message.format(names=", ".join(closed)), "pupils")
    if in_office:
        message = _("The account also has other roles on the portal: {names}. Its password can only be reset by email.")
        return Refusal("account_in_office", message.format(names=", ".join(in_office)), "pupils")
    return None


def joining_refusal(pupil: Pupil, class_group: ClassGroup, year: SchoolYear | None) -> Refusal | None:
    """A class code enrols a pupil of the same school this school year; it gives no other access."""
    if pupil.left_on is not None or not pupil.school.is_working:
        return Refusal("not_a_pupil", _("A class code is for pupils of the school who are signed in."))
    if year is None or (class_group.school_id, class_group.school_year_id) != (pupil.school_id, year.pk):
        return CLASS_CODE_OPENS_NOTHING
    return None
