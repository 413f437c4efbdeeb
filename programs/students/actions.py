"""A university student signs up, and keeps the own studies up to date."""

from __future__ import annotations

import secrets

from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from programs.accounts.actions import create_person, prove_address
from programs.accounts.models import User
from programs.accounts.queries import person_with_email
from programs.core.audit import record
from programs.core.policy import must
from programs.core.refusals import Refused, refuse_if
from programs.notices.actions import write_message
from programs.schools.queries.roles import forget_roles
from programs.students.models import Student
from programs.students.policy import may_state_studies
from programs.students.queries import address_with_token, studies_refusal_of, token_of
from programs.students.rules import LINK_OVER


@transaction.atomic
def ask_to_join(*, email: str) -> None:
    """Write a letter to the address: with the link on which its owner joins, or how to use the account that is there.

    Whoever types an address decides nothing about it: no account is made before the letter was opened. The caller's
    answer is the same either way, so nobody learns here whose address has an account.
    """
    person = person_with_email(email)
    kind = "student_known" if person else "account/student_welcome"
    link = reverse("student_studies") if person else reverse("student_join", args=[token_of(email)])
    key = f"{kind}:{secrets.token_urlsafe(16)}"
    write_message(kind=kind, to=person, address="" if person else email, context={}, link=link, dedupe_key=key)


@transaction.atomic
def join(*, token: str, full_name: str, institution: str, number: str, password: str, language: str) -> Student:
    """Open the account of whoever holds the link of the letter, which proves the address.

    Raises ``Refused``: ``link_over``, ``email_taken`` where the link was used before.
    """
    email = address_with_token(token)
    if email is None:
        raise Refused(LINK_OVER)
    person = create_person(full_name=full_name, email=email, language=language, by=None)
    person.set_password(password)
    person.save(update_fields=["password"])
    prove_address(user=person)
    student = Student.objects.create(user=person, institution=institution, number=number)
    record(by=person, action="student.sign_up", obj=student)
    return student


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
    if before == studies:
        return Student.objects.get(user=by)
    student, is_new = Student.objects.update_or_create(user=by, defaults=studies | {"stated_at": timezone.now()})
    forget_roles(by)
    record(by=by, action="student.sign_up" if is_new else "student.studies", obj=student)
    return student
