"""Emails about consents. They name no pupil; the linked page does, for those who may open it."""

from __future__ import annotations

from datetime import date

from django.db.models import Q, QuerySet
from django.urls import reverse

from programs.accounts.models import User
from programs.consents.choices import ConsentPurpose
from programs.consents.models import Consent
from programs.notices.actions import write_message
from programs.pupils.models import Pupil
from programs.schools.models import Membership
from programs.schools.rules import COORDINATING


def consent_withdrawn(*, consent: Consent, pupil: Pupil, stop_by: date) -> None:
    """To who coordinates the school and to the class's own teacher."""
    for reader in _readers(pupil):
        write_message(
            kind="consent_withdrawn",
            to=reader,
            dedupe_key=f"consent:{consent.pk}:{consent.withdrawn_at.timestamp()}:{reader.pk}",
            context={
                "purpose": consent.get_purpose_display(),
                "school": pupil.school.name,
                "stop_by": stop_by,
                "to_partner": consent.purpose == ConsentPurpose.PARTNER,
            },
            link=reverse("consent_pupil", args=[pupil.pk]),
        )


def consent_disputed(*, consent: Consent, pupil: Pupil) -> None:
    """To the same people: they ask both guardians, who have no address here but their pages."""
    for reader in _readers(pupil):
        write_message(
            kind="consent_disputed",
            to=reader,
            dedupe_key=f"consent-disputed:{consent.pk}:{consent.changed_at.timestamp()}:{reader.pk}",
            context={"purpose": consent.get_purpose_display(), "school": pupil.school.name},
            link=reverse("consent_pupil", args=[pupil.pk]),
        )


def _readers(pupil: Pupil) -> QuerySet[User]:
    """Who coordinates the school now, and the class's teacher while a role of theirs there runs."""
    here = Membership.objects.current().filter(school=pupil.school_id)
    coordinators = here.filter(role__in=COORDINATING).values("user")
    teachers = pupil.enrolments.in_force().values("class_group__homeroom_teacher")
    wanted = Q(pk__in=coordinators) | Q(pk__in=teachers) & Q(pk__in=here.values("user"))
    return User.objects.filter(wanted, is_active=True)
