"""Who says that they are a university student."""

from __future__ import annotations

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from programs.core.permissions import EVERYBODY, SIGNED_IN, Holders, Reach, Role, does
from programs.students.models import Student


def may_state_studies(user, _target: object = None) -> bool:
    """Everybody for themselves; whether an account can enter, the rules say in words."""
    return user.is_authenticated


def _students() -> QuerySet[Student]:
    return Student.objects.filter(user__is_active=True).select_related("user").order_by("user__sort_key", "pk")


HOLDERS = [
    Holders(
        role=Role.STUDENT,
        rows=_students,
        person="user",
        scope=lambda row: row.institution,
        title=lambda row: Role.STUDENT.label,
        since=lambda row: row.signed_up_at,
    ),
]

PERMISSIONS = [
    does(_("sign up as a university student"), EVERYBODY, "student_sign_up", reach=Reach.ALL),
    does(_("say where they study, to enter competitions for students"), SIGNED_IN, "student_studies", reach=Reach.OWN),
]
