"""Emails about consents. They name no pupil; the linked page does, for those who may open it."""

from __future__ import annotations

from datetime import date

from django.db.models import Q
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
    coordinators = Membership.objects.current().filter(school=pupil.school_id, role__in=COORDINATING)
    teachers = pupil.enrolments.filter(ended_on=None).values("class_group__homeroom_teacher")
    readers = User.objects.filter(Q(pk__in=coordinators.values("user")) | Q(pk__in=teachers), is_active=True)
    for reader in readers:
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
