"""Who sees which sessions and bookings."""

from __future__ import annotations

from datetime import datetime

from django.db.models import Count, Exists, OuterRef, Q, QuerySet, Subquery

from programs.schools.models import Enrolment, Pupil
from programs.schools.queries import schools_in_scope, standing_of
from programs.visits.choices import BOOKING_GROUPS, CAME, SEAT_HOLDING
from programs.visits.models import Booking, RosterEntry, Session

SESSION_PARTS = ("field_trip__centre__ward", "room")
BOOKING_PARTS = ("session__field_trip__centre__ward", "session__room", "school", "class_group", "leader")


def centre_ids_of(user) -> frozenset[int]:
    """The centres whose staff this person is now; one query per user object."""
    if user is None or not user.is_authenticated:
        return frozenset()
    cached = getattr(user, "_centre_ids", None)
    if cached is None:
        posts = user.centre_posts.filter(ended_on__isnull=True)
        cached = user._centre_ids = frozenset(posts.values_list("centre_id", flat=True))
    return cached


def sessions_visible_to(user) -> QuerySet[Session]:
    """Sessions of the trips that are offered, for everybody; the staff of a centre see all of theirs."""
    offered = Q(field_trip__is_active=True, field_trip__centre__is_active=True)
    return Session.objects.filter(offered | Q(field_trip__centre__in=centre_ids_of(user))).select_related(
        *SESSION_PARTS
    )


def is_offered(session: Session) -> bool:
    """Whether everybody may see ``session``; its trip and centre were read with it."""
    return session.field_trip.is_active and session.field_trip.centre.is_active


def sessions_run_by(user) -> QuerySet[Session]:
    """Sessions at the person's own centres."""
    return Session.objects.filter(field_trip__centre__in=centre_ids_of(user)).select_related(*SESSION_PARTS)


def may_book(user) -> bool:
    """Whether to offer the person the way to a booking. Strangers may try: they are led to sign in first."""
    return not user.is_authenticated or bool(standing_of(user).working_schools)


def bookings_visible_to(user) -> QuerySet[Booking]:
    """A school's bookings for its staff, a centre's for its staff, and those in an officer's scope."""
    standing = standing_of(user)
    seen = Q(school__in=standing.school_ids) | Q(session__field_trip__centre__in=centre_ids_of(user))
    if standing.is_officer:
        seen |= Q(school__in=schools_in_scope(user).values("pk"))
    return Booking.objects.filter(seen).select_related(*BOOKING_PARTS)


def bookings_run_by(user) -> QuerySet[Booking]:
    """Bookings at the person's own centres."""
    return Booking.objects.filter(session__field_trip__centre__in=centre_ids_of(user)).select_related(*BOOKING_PARTS)


def bookings_of_schools(user) -> QuerySet[Booking]:
    """The bookings of the schools whose staff the person is."""
    return Booking.objects.filter(school__in=standing_of(user).school_ids).select_related(*BOOKING_PARTS)


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
