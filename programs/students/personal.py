"""University students: told and erased."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from programs.core.personal_tables import Kind, erased, told
from programs.students.models import Student

told(
    Student,
    Kind(
        code="studies",
        label=_("Your studies"),
        purpose=_("Entering competitions that are open to university students."),
        source=_("You."),
        kept=_("As long as you have an account."),
    ),
    "institution",
    "number",
    ("signed_up", _("Signed up"), "signed_up_at"),
)
erased(Student, loses=(_("Your studies"), _("Where you study and your student number are deleted.")))
