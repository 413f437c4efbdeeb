"""Whether somebody may say that they study, and whose account was never opened."""

from __future__ import annotations

from programs.accounts.models import User
from programs.centres.models import CentreStaff
from programs.core.refusals import Refusal
from programs.schools.queries.roles import roles_of
from programs.students.models import Student
from programs.students.rules import studies_refusal


def studies_refusal_of(user: User) -> Refusal | None:
    roles = roles_of(user)
    at_centre = CentreStaff.objects.current().filter(user=user).exists()
    return studies_refusal(
        is_pupil=roles.pupil is not None, has_role=roles.is_school_staff or roles.is_officer or at_centre
    )


def student_of(user: User) -> Student | None:
    return Student.objects.filter(user=user).first()


def was_never_opened(user: User) -> bool:
    """Nobody has proved the address yet: the account has no password, and nobody has signed in."""
    return user.last_login is None and not user.has_usable_password()
