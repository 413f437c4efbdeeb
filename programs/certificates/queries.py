from __future__ import annotations

import re
from collections import Counter

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from programs.bookings.choices import CAME
from programs.bookings.models import Booking, RosterEntry
from programs.bookings.queries import BOOKING_PARTS, bookings_visible_to
from programs.centres.queries.schedule import managed_centre_ids
from programs.centres.queries.sessions import centre_ids_of
from programs.certificates.choices import CertificateKind, CertificateState
from programs.certificates.models import Certificate
from programs.certificates.rules import Plan, plan_issue
from programs.core.queries import held_by, met_by_one
from programs.core.references import readings
from programs.core.text import fold
from programs.data_rights.choices import RequestKind, RequestState
from programs.data_rights.models import DataRequest
from programs.pupils.models import Enrolment, place_in_force
from programs.schools.queries.roles import roles_of
from programs.schools.rules import COORDINATING

_ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"
_CODE = re.compile(r"[A-Z2-7]{26,40}")


def certificates_visible_to(user) -> QuerySet[Certificate]:
    """A pupil's own; those of the school for its staff, of the visits to a centre for its staff."""
    if not user.is_authenticated:
        return Certificate.objects.none()
    roles = roles_of(user)
    return met_by_one(
        Certificate.objects.all(),
        Q(pupil=roles.pupil.pk) if roles.pupil else None,
        held_by("school", roles.school_ids),
        held_by("booking__session__field_trip__centre", centre_ids_of(user)),
    )


def certificates_of(booking: Booking | int) -> QuerySet[Certificate]:
    """The valid certificates of a visit that can be printed, in the order of the pupils' names."""
    valid = Certificate.objects.filter(booking=booking, state=CertificateState.ISSUED)
    return valid.exclude(printed_name="").order_by("sort_key", "pk")


def reads_all(user, certificates: list[Certificate]) -> bool:
    """Whether ``user`` may read each of these certificates now."""
    keys = {certificate.pk for certificate in certificates}
    return certificates_visible_to(user).filter(pk__in=keys).distinct().count() == len(keys)


def newest_id_of(booking: Booking) -> int:
    """Changes whenever a certificate of the booking is issued, which makes earlier prints out of date."""
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
    """Find a certificate by a verification code, however it is typed: 0 for O, 1 for I and 8 for B too."""
    codes = [code for code in readings(text, _ALPHABET) if _CODE.fullmatch(code)]
    return Certificate.objects.select_related("replaced_by").filter(verify_code__in=codes).first() if codes else None


def is_name_withheld(certificate: Certificate) -> bool:
    """Whether the holder had the name erased: it is deleted, or kept by law for the issuer only."""
    if not certificate.printed_name:
        return True
    done = DataRequest.objects.filter(kind=RequestKind.ERASE, state=RequestState.DONE)
    return certificate.pupil_id is not None and done.filter(pupil=certificate.pupil_id).exists()


def bookings_to_certify(user) -> QuerySet[Booking]:
    """Past visits with named pupils who came and have no certificate yet, which this person may issue.

    The same people as ``policy.may_issue`` says, asked of all visits at once.
    """
    own_part = met_by_one(
        bookings_visible_to(user),
        Q(leader=user) if user.is_authenticated else None,
        held_by("school", [school.pk for school in roles_of(user).schools_as(*COORDINATING)]),
        held_by("session__field_trip__centre", centre_ids_of(user)),
    )
    came = RosterEntry.objects.filter(booking=OuterRef("pk")).exclude(attended=False)
    return own_part.filter(Exists(came), certified_at=None, state__in=CAME).order_by("-session__starts_at")


def _in_doubt() -> QuerySet[Certificate]:
    """Valid certificates of visits to pupils who are recorded as absent: the attendance was corrected after issuing."""
    absent = RosterEntry.objects.filter(booking=OuterRef("booking"), pupil=OuterRef("pupil"), attended=False)
    issued = Certificate.objects.filter(state=CertificateState.ISSUED, kind=CertificateKind.VISIT)
    return issued.filter(Exists(absent)).order_by("sort_key", "pk")


def certificates_in_doubt(booking: Booking) -> QuerySet[Certificate]:
    return _in_doubt().filter(booking=booking)


def visits_in_doubt(user) -> dict[Booking, int]:
    """Visits to the centres that a person manages, and how many of their certificates are in doubt. One query."""
    managed = _in_doubt().filter(booking__session__field_trip__centre__in=managed_centre_ids(user))
    rows = managed.order_by("booking", "pk").select_related(*(f"booking__{part}" for part in BOOKING_PARTS))
    return dict(Counter(row.booking for row in rows))


def plan_of(booking: Booking) -> Plan:
    """Two queries, whatever the size of the class."""
    certificates = Certificate.objects.filter(booking=booking, kind=CertificateKind.VISIT).order_by("pk")
    entries = booking.roster.select_related("pupil").order_by("pupil__sort_key", "pk")
    return plan_issue(entries, {row.pupil_id: row for row in certificates})


def class_names(booking: Booking, pupil_ids: list[int]) -> dict[int, str]:
    """By pupil: the class of the visit, or where a group of several classes came, each pupil's own on that day.

    Whom a list named only later has the class of today.
    """
    if booking.class_group:
        return dict.fromkeys(pupil_ids, booking.class_group.name)
    then, today = timezone.localdate(booking.session.starts_at), timezone.localdate()
    places = Enrolment.objects.filter(place_in_force(then) | place_in_force(today), pupil__in=pupil_ids)
    return dict(places.order_by("-started_on", "-pk").values_list("pupil", "class_group__name"))
