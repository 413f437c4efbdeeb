"""Who sees which bookings, and who is on their list of pupils."""

from __future__ import annotations

from datetime import datetime

from django.conf import settings
from django.core.signing import BadSignature, Signer
from django.db.models import Count, Exists, OuterRef, Q, QuerySet, Subquery
from django.urls import reverse
from django.utils import translation

from programs.bookings.choices import BOOKING_GROUPS, CAME, SEAT_HOLDING
from programs.bookings.models import Booking, RosterEntry
from programs.centres.queries.sessions import centre_ids_of
from programs.consents.choices import ConsentPurpose
from programs.consents.queries import in_force
from programs.pupils.models import Enrolment, Pupil
from programs.pupils.queries import pupils_of_class
from programs.schools.queries.roles import roles_of
from programs.schools.queries.schools import schools_in_scope

BOOKING_PARTS = ("session__field_trip__centre__ward", "session__room", "school", "class_group", "leader")


def bookings_visible_to(user) -> QuerySet[Booking]:
    """A school's bookings for its staff, a centre's for its staff, and those in an officer's scope."""
    roles = roles_of(user)
    seen = Q(school__in=roles.school_ids) | Q(session__field_trip__centre__in=centre_ids_of(user))
    if roles.is_officer:
        seen |= Q(school__in=schools_in_scope(user).values("pk"))
    return Booking.objects.filter(seen).select_related(*BOOKING_PARTS)


def bookings_run_by(user) -> QuerySet[Booking]:
    """Bookings at the person's own centres."""
    return Booking.objects.filter(session__field_trip__centre__in=centre_ids_of(user)).select_related(*BOOKING_PARTS)


def bookings_of_schools(user) -> QuerySet[Booking]:
    """The bookings of the schools whose staff the person is."""
    return Booking.objects.filter(school__in=roles_of(user).school_ids).select_related(*BOOKING_PARTS)


def bookings_of_pupil(pupil: Pupil, *, now: datetime) -> QuerySet[Booking]:
    """Visits for which the pupil is named, with ``attended``; where nobody is named yet, the coming ones of the class."""
    named = RosterEntry.objects.filter(booking=OuterRef("pk"), pupil=pupil)
    anybody = RosterEntry.objects.filter(booking=OuterRef("pk"))
    classes = Enrolment.objects.filter(pupil=pupil, ended_on__isnull=True).values("class_group")
    of_class = Q(class_group__in=classes, session__ends_at__gt=now) & ~Exists(anybody)
    bookings = Booking.objects.filter(Exists(named) | of_class, state__in=(*SEAT_HOLDING, *CAME))
    return bookings.annotate(attended=Subquery(named.values("attended")[:1])).select_related(*BOOKING_PARTS)


def in_group(bookings: QuerySet[Booking], group: str) -> QuerySet[Booking]:
    """``bookings`` narrowed to one group of states, the next visit first; any other word gives them all."""
    if group not in BOOKING_GROUPS:
        return bookings.order_by("-session__starts_at", "-id")
    order = "session__starts_at" if group in ("upcoming", "waiting") else "-session__starts_at"
    return bookings.filter(state__in=BOOKING_GROUPS[group]).order_by(order, "id")


def group_sizes(bookings: QuerySet[Booking]) -> dict[str, int]:
    """How many of ``bookings`` each group of states holds, in one query."""
    counts = {group: Count("pk", filter=Q(state__in=states)) for group, states in BOOKING_GROUPS.items()}
    return bookings.order_by().aggregate(**counts)


def roster_of(booking: Booking) -> QuerySet[RosterEntry]:
    """The participants by given name in Vietnamese order."""
    return booking.roster.select_related("pupil").order_by("pupil__sort_key")


def class_of(booking: Booking) -> set[int]:
    """The pupils who are in its class now."""
    group = booking.class_group
    return set(pupils_of_class(group).values_list("pk", flat=True)) if group else set()


def listed(booking: Booking) -> dict[str, list[int]]:
    """The names on the list as its form has them; nothing as long as there are none."""
    pupils = sorted(booking.roster.values_list("pupil_id", flat=True))
    return {"pupils": pupils} if pupils else {}


def without_consent(booking: Booking) -> set[int]:
    """Pupils of the list who may not go: nobody agreed, or not any more. Two queries; none are kept."""
    listed = set(booking.roster.values_list("pupil_id", flat=True))
    return listed - in_force(listed, ConsentPurpose.TAKE_PART) if listed else set()


def with_roster_size(bookings: QuerySet[Booking]) -> QuerySet[Booking]:
    return bookings.annotate(named=Count("roster"))


_SIGNER = Signer(salt="visits.waiting")


def answer_token(booking: Booking) -> str:
    """Valid for this booking and its leader only: a new leader gets an email of their own."""
    return _SIGNER.sign_object([booking.reference, booking.leader_id])


def answer_link(booking: Booking) -> str:
    with translation.override(booking.leader.language):
        return settings.SITE_URL + reverse("waiting_answer", args=[answer_token(booking)])


def booking_with_token(token: str) -> Booking | None:
    """The booking whose leader holds this token; None for an invalid token."""
    try:
        reference, leader_id = _SIGNER.unsign_object(token)
    except (BadSignature, ValueError, TypeError):
        return None
    found = Booking.objects.filter(reference=reference, leader=leader_id)
    return found.select_related(
        "session__field_trip__centre", "session__room", "school", "class_group", "leader"
    ).first()
