"""Words that every wing uses."""

from django.db.models import IntegerChoices, TextChoices
from django.utils.translation import gettext_lazy as _


class JobState(TextChoices):
    QUEUED = "queued", _("Queued")
    RUNNING = "running", _("Running")
    DONE = "done", _("Done")
    FAILED = "failed", _("Failed")


class Level(TextChoices):
    """Levels of education (cấp học)."""

    PRESCHOOL = "preschool", _("Preschool")
    PRIMARY = "primary", _("Primary")
    LOWER_SECONDARY = "lower_secondary", _("Lower secondary")
    UPPER_SECONDARY = "upper_secondary", _("Upper secondary")
    CONTINUING = "continuing", _("Continuing education")


class Grade(IntegerChoices):
    G1 = 1, _("Grade 1")
    G2 = 2, _("Grade 2")
    G3 = 3, _("Grade 3")
    G4 = 4, _("Grade 4")
    G5 = 5, _("Grade 5")
    G6 = 6, _("Grade 6")
    G7 = 7, _("Grade 7")
    G8 = 8, _("Grade 8")
    G9 = 9, _("Grade 9")
    G10 = 10, _("Grade 10")
    G11 = 11, _("Grade 11")
    G12 = 12, _("Grade 12")


GRADES_OF_LEVEL = {
    Level.PRIMARY: range(1, 6),
    Level.LOWER_SECONDARY: range(6, 10),
    Level.UPPER_SECONDARY: range(10, 13),
    Level.CONTINUING: range(10, 13),
}


def level_of_grade(grade: int) -> Level:
    """The level that teaches ``grade`` (1 to 12) in the GDPT 2018 curriculum."""
    if grade <= 5:
        return Level.PRIMARY
    return Level.LOWER_SECONDARY if grade <= 9 else Level.UPPER_SECONDARY


AUDIT_ACTIONS = {"retention.change": _("Retention rule changed")}


class Closes(TextChoices):
    """For whom days off are days off."""

    ALL = "all", _("Schools and offices")
    SCHOOLS = "schools", _("Schools only")
    OFFICES = "offices", _("Offices only")
