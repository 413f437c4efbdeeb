"""A university student signs up, and keeps the own studies up to date."""

from __future__ import annotations

import secrets

from django.conf import settings
from django.db import transaction
from django.urls import reverse
from django.utils import translation

from programs.accounts.actions import create_person, first_password_path
from programs.accounts.models import User
from programs.accounts.queries import person_with_email
from programs.core.audit import record
from programs.core.policy import must
from programs.core.refusals import refuse_if
from programs.core.text import clean_name
from programs.notices.actions import write_message
from programs.schools.queries.roles import forget_roles
from programs.students.models import Student
from programs.students.policy import may_state_studies
from programs.students.queries import studies_refusal_of, was_never_opened


@transaction.atomic
def sign_up(*, full_name: str, email: str, institution: str, number: str, language: str) -> None:
    """Write a letter to the address: with the link that opens a new account, or how to use the one that is there.

    The caller's answer is the same either way, so nobody learns here whose address has an account. Nobody can sign in
    before the link was opened; an account whose letter was lost is written to again, with what was typed last.
    Raises ``Refused("email_taken")`` if somebody opens an account with the address at the same moment.
    """
    person = person_with_email(email)
    if person is not None and not (was_never_opened(person) and hasattr(person, "student")):
        _write("student_known", person, link=reverse("student_studies"))
        return
    studies = {"institution": institution, "number": number}
    if person is None:
        person = create_person(full_name=full_name, email=email, language=language, by=None)
    else:
        person.full_name = clean_name(full_name)
        person.save(update_fields=["full_name", "sort_key"])
    student, _created = Student.objects.update_or_create(user=person, defaults=studies)
    record(by=None, action="student.sign_up", obj=student)
    _write("account/student_welcome", person, link=first_password_path(user=person))


def _write(kind: str, person: User, *, link: str) -> None:
    """In the portal's language: whoever typed the address need not be its owner."""
    key = f"{kind}:{person.pk}:{secrets.token_urlsafe(12)}"
    with translation.override(settings.LANGUAGE_CODE):
        write_message(kind=kind, to=person, dedupe_key=key, context={}, link=link)


@transaction.atomic
def state_studies(*, institution: str, number: str, by: User) -> Student:
    """Say, with an account that is there, where one studies now; the same again changes nothing.

    Raises PermissionDenied, and ``Refused``: ``is_pupil``, ``has_role``.
    """
    User.objects.select_for_update().get(pk=by.pk)
    must(may_state_studies(by))
    refuse_if(studies_refusal_of(by))
    studies = {"institution": institution, "number": number}
    before = Student.objects.filter(user=by).values(*studies).first()
    student, _created = Student.objects.update_or_create(user=by, defaults=studies)
    forget_roles(by)
    if before != studies:
        record(by=by, action="student.studies" if before else "student.sign_up", obj=student)
    return student
