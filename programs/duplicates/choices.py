"""Why two pupils may be one child, and what was decided."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

AUDIT_ACTIONS = {
    "school.merge": _("School became part of another one"),
    "school.take_over": _("Another school became part of this one"),
    "school.tell_apart": _("Recorded that a similar school is a different one"),
    "school.merge_undo": _("Merger undone: the school is on its own again"),
    "school.hand_back": _("Merger undone: the other school is on its own again"),
    "pupil.tell_apart": _("Recorded that a similar pupil is another child"),
    "pupil.pair_reopen": _("The question whether two pupils are one child asked again"),
}


class Ground(TextChoices):
    ACCOUNTS = "accounts", _("Everything agrees, but each has an account of their own")
    NUMBER = "number", _("The same number in a shared register, but the name or the date of birth differs")
    NAME_DAY = "name_day", _("The same name and date of birth")
    NAME = "name", _("The same name; one date of birth is not known")


class PairState(TextChoices):
    WAITING = "waiting", pgettext_lazy("pair of pupils", "Not decided yet")
    SAME = "same", pgettext_lazy("pair of pupils", "One child")
    APART = "apart", pgettext_lazy("pair of pupils", "Two children")


class Answer(TextChoices):
    """What a person says about a pair: which record stays if it is one child."""

    SECOND = "second", _("One child: keep the record that was there")
    FIRST = "first", _("One child: keep the record that came")
    APART = "apart", _("Two children")
