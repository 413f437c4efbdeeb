"""Whether somebody may say that they study, and what the link of a letter proves."""

from __future__ import annotations

from django.core.signing import BadSignature, TimestampSigner

from programs.accounts.models import User
from programs.centres.models import CentreStaff
from programs.core.refusals import Refusal
from programs.schools.queries.roles import roles_of
from programs.students.models import Student
from programs.students.rules import LINK_LASTS, studies_refusal

LINK = TimestampSigner(salt="programs.students.join")


def studies_refusal_of(user: User) -> Refusal | None:
    roles = roles_of(user)
    return studies_refusal(is_pupil=roles.pupil is not None, has_role=has_role(user))


def has_role(user: User) -> bool:
    """At a school, an authority or a centre: whoever works there does not compete."""
    roles = roles_of(user)
    return roles.is_school_staff or roles.is_officer or CentreStaff.objects.current().filter(user=user).exists()


def student_of(user: User) -> Student | None:
    return Student.objects.filter(user=user).first()


def token_of(email: str) -> str:
    """What the letter's link carries: signed with its day, so that nothing is kept about an address nobody proved."""
    return LINK.sign_object(email)


def address_with_token(token: str) -> str | None:
    """The address that the letter went to; None for a link that is over, or that nobody was given."""
    try:
        return LINK.unsign_object(token, max_age=LINK_LASTS)
    except (BadSignature, ValueError):
        return None
