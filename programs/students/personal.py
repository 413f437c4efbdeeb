"""University students: told, erased, purged."""

from __future__ import annotations

from datetime import datetime

from django.contrib.auth.hashers import UNUSABLE_PASSWORD_PREFIX
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from programs.accounts.models import User
from programs.core.personal_tables import Kind, erased, told
from programs.core.retention import retention_rule
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


def remove_accounts(students: QuerySet[Student]) -> None:
    """The account goes too: nobody has ever used it."""
    people = list(students.values_list("user", flat=True))
    students.delete()
    User.objects.filter(pk__in=people).delete()


@retention_rule(
    "students.unopened",
    label=_("Accounts of university students that were never opened"),
    days=7,
    basis=_("The link lives three days. Whoever did not open it never proved that the address is theirs."),
    purge=remove_accounts,
)
def never_opened(limit: datetime) -> QuerySet[Student]:
    unproved = {"user__last_login": None, "user__password__startswith": UNUSABLE_PASSWORD_PREFIX}
    return Student.objects.filter(signed_up_at__lt=limit, **unproved)
