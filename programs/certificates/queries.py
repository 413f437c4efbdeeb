from __future__ import annotations

import re
from dataclasses import dataclass, field

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from programs.certificates.choices import CertificateKind, CertificateState
from programs.certificates.models import Certificate
from programs.certificates.rules import Part, can_issue, may_be_issued_again
from programs.core.paper import unprintable
from programs.core.text import fold
from programs.schools.choices import RequestKind, RequestState
from programs.schools.models import DataRequest, Enrolment
from programs.schools.queries import standing_of
from programs.schools.rules import COORDINATING
from programs.visits.choices import CAME
from programs.visits.models import Booking, RosterEntry
from programs.visits.queries import bookings_visible_to, centre_ids_of

_CODE = re.compile(r"[A-Z2-7]{26,40}")


def certificates_visible_to(user) -> QuerySet[Certificate]:
    """A pupil's own; those of the school for its staff, of the visits to a centre for its staff."""
    if not user.is_authenticated:
        return Certificate.objects.none()
    seen = (
        Q(pupil__user=user)
        | Q(school__in=standing_of(user).school_ids)
        | Q(booking__session__field_trip__centre__in=centre_ids_of(user))
    )
    return Certificate.objects.filter(seen)


def certificates_of(booking: Booking | int) -> QuerySet[Certificate]:
    """The valid certificates of a visit that can be printed, in the order of the pupils' names."""
    valid = Certificate.objects.filter(booking=booking, state=CertificateState.ISSUED)
    return valid.exclude(printed_name="").order_by("sort_key", "pk")


def newest_id_of(booking: Booking) -> int:
    """Changes whenever a certificate of the booking is issued: a sheet printed before that is not up to date."""
    return Certificate.objects.filter(booking=booking).latest("pk").pk


def searched(certificates: QuerySet[Certificate], text: str) -> QuerySet[Certificate]:
    """Certificates whose pupil, serial, activity or class matches ``text``."""
    if not text:
        return certificates
    return certificates.filter(
        Q(pupil__search_key__contains=fold(text))
        | Q(printed_name__icontains=text)
        | Q(serial__icontains=text)
        | Q(activity_title__icontains=text)
        | Q(class_name__iexact=text)
    )


def find_by_code(text: str) -> Certificate | None:
    """The certificate whose verification code a person typed: spaces, dashes and lower case do not matter."""
    code = re.sub(r"[\s\-–.]+", "", text).upper()
    if not _CODE.fullmatch(code):
        return None
    return Certificate.objects.select_related("replaced_by").filter(verify_code=code).first()


def is_name_withheld(certificate: Certificate) -> bool:
    """Whether the holder had the name erased: it is gone, or held by a law for the issuer's eyes only."""
    if not certificate.printed_name:
        return True
    done = DataRequest.objects.filter(kind=RequestKind.ERASE, state=RequestState.DONE)
    return certificate.pupil_id is not None and done.filter(pupil=certificate.pupil_id).exists()


def may_certify(user, booking: Booking) -> bool:
    """Whether ``user`` may issue and revoke the certificates of ``booking``."""
    return can_issue(
        Part(
            leads=booking.leader_id == user.pk,
            coordinates_school=standing_of(user).coordinates(booking.school),
            serves_centre=booking.session.field_trip.centre_id in centre_ids_of(user),
        )
    )


def bookings_to_certify(user) -> QuerySet[Booking]:
    """Visits that were held, with named pupils who came and hold no certificate yet, and whose part it is to issue.

    The same people as ``may_certify`` says, asked of all visits at once.
    """
    own_part = (
        Q(leader=user)
        | Q(school__in=standing_of(user).schools_as(*COORDINATING))
        | Q(session__field_trip__centre__in=centre_ids_of(user))
    )
    came = RosterEntry.objects.filter(booking=OuterRef("pk")).exclude(attended=False)
    certified = Certificate.objects.filter(booking=OuterRef("pk"))
    return (
        bookings_visible_to(user)
        .filter(own_part, Exists(came), ~Exists(certified), state__in=CAME)
        .order_by("-session__starts_at")
    )


@dataclass(frozen=True)
class LeftOut:
    name: str
    reason: str | Promise


@dataclass
class Plan:
    """What issuing would do for a booking: who gets a certificate, who has one, who is left out and why."""

    to_issue: list[RosterEntry] = field(default_factory=list)
    already: list[Certificate] = field(default_factory=list)
    left_out: list[LeftOut] = field(default_factory=list)
    replaced: dict[int, Certificate] = field(default_factory=dict)  # by pupil: revoked for a wrong name
    class_names: dict[int, str] = field(default_factory=dict)

    @property
    def came(self) -> int:
        return len(self.to_issue) + len(self.already)


def plan_of(booking: Booking) -> Plan:
    """Three queries, whatever the size of the class."""
    earlier = {
        row.pupil_id: row
        for row in Certificate.objects.filter(booking=booking, kind=CertificateKind.VISIT).order_by("pk")
    }
    plan = Plan()
    for entry in booking.roster.select_related("pupil").order_by("pupil__sort_key", "pk"):
        _place(plan, entry, earlier.get(entry.pupil_id))
    plan.class_names = _class_names(booking, [entry.pupil_id for entry in plan.to_issue])
    return plan


def _place(plan: Plan, entry: RosterEntry, latest: Certificate | None) -> None:
    name = entry.pupil.full_name
    if latest and latest.is_valid:
        plan.already.append(latest)
    elif entry.pupil.erased_at:
        plan.left_out.append(LeftOut(name, _("The pupil's data were erased")))
    elif entry.attended is False:
        plan.left_out.append(LeftOut(name, _("Did not come")))
    elif latest and not may_be_issued_again(latest.revoked_reason):
        plan.left_out.append(LeftOut(name, _("An earlier certificate was revoked")))
    elif unprintable(name):
        plan.left_out.append(LeftOut(name, _("The name contains characters that cannot be printed")))
    else:
        plan.to_issue.append(entry)
        if latest:
            plan.replaced[entry.pupil_id] = latest


def _class_names(booking: Booking, pupil_ids: list[int]) -> dict[int, str]:
    if booking.class_group:
        return dict.fromkeys(pupil_ids, booking.class_group.name)
    enrolments = Enrolment.objects.filter(pupil__in=pupil_ids, ended_on__isnull=True)
    return dict(enrolments.values_list("pupil", "class_group__name"))
