"""What the organiser finds of an entry, what files are compared by, and the verbs in the log."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

AUDIT_ACTIONS = {
    "entry.eligible": _("Found the project eligible"),
    "entry.ineligible": _("Found the project not eligible"),
    "similarity.set_aside": _("Looked at two similar files and set them aside"),
    "similarity.reopen": _("Put two similar files back on the list"),
}


class Finding(TextChoices):
    ELIGIBLE = "eligible", _("Eligible")
    INELIGIBLE = "ineligible", _("Not eligible")


class Reading(TextChoices):
    """What the checking process found in a file of an entry."""

    TEXT = "text", _("Text that is compared")
    NO_TEXT = "no_text", _("No text, such as a scanned paper")
    UNREADABLE = "unreadable", _("Its text cannot be read")
    NOT_ASKED = "not_asked", _("Compared as a whole file only")


CANNOT_BE_SEARCHED = (Reading.NO_TEXT, Reading.UNREADABLE)


class Likeness(TextChoices):
    FILE = "file", _("the same file")
    TEXT = "text", _("the text")


class Verdict(TextChoices):
    """What an officer did about two similar files."""

    SET_ASIDE = "set_aside", pgettext_lazy("two similar files", "Looked at and set aside")
    REOPENED = "reopened", pgettext_lazy("two similar files", "Put back on the list")
