"""Who approves a project in which role, who states what, and the verbs in the log."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

AUDIT_ACTIONS = {
    "endorsement.approve": _("Approved the project"),
    "endorsement.return": _("Returned the project"),
    "endorsement.state": _("Stated that the work is the team's own"),
    "safety.name": _("Named a member of the safety committee"),
    "safety.end": _("Ended a membership in the safety committee"),
}


class Kind(TextChoices):
    """In the order in which a page names them; they are given in any order."""

    MENTOR = "mentor", _("Mentor")
    SCHOOL = "school", pgettext_lazy("approval of a project", "School")
    SAFETY = "safety", _("Safety committee")


class Decision(TextChoices):
    GIVEN = "given", pgettext_lazy("approval of a project", "Approved")
    RETURNED = "returned", pgettext_lazy("approval of a project", "Returned")


class Part(TextChoices):
    """In which part somebody states that the work is honest."""

    MEMBER = "member", _("Member of the team")
    MENTOR = "mentor", _("Mentor")
