"""A centre's day, its passes and what pupils experienced in a term."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import Count, Exists, OuterRef, Q, QuerySet, Subquery, Sum
from django.utils import timezone

from programs.bookings.choices import BOOKING_GROUPS, CAME, COMING, SEAT_HOLDING, BookingState
from programs.bookings.models import Booking, RosterEntry
from programs.bookings.queries import BOOKING_PARTS, bookings_of_schools, bookings_run_by
from programs.bookings.rules.waiting import IN_LINE
from programs.centres.choices import SessionState
from programs.centres.models import Session
from programs.centres.queries.sessions import day_begins, sessions_run_by
from programs.core.models import Term
from programs.core.queries import met_by_one
from programs.core.references import read_code
from programs.pupils.models import Enrolment, Pupil
from programs.visit_days.models import VisitFeedback


@dataclass(frozen=True)
class DaySession:
    """One session of a centre's day with the groups that come or came."""

    session: Session
    groups: list[Booking]
    waiting: int

    @property
    def arrived(self) -> list[Booking]:
        return [booking for booking in self.groups if booking.arrived_pupils is not None]

    @property
    def pupils_expected(self) -> int:
        """As each school said it last; places are counted by the session itself."""
        return sum(booking.size_now["pupils"] for booking in self.groups)

    @property
    def pupils_arrived(self) -> int:
        return sum(booking.arrived_pupils for booking in self.arrived)


@dataclass(frozen=True)
class CentreDay:
    day: date
    sessions: list[DaySession]
    previous: date
    following: date

    @property
    def with_groups(self) -> list[DaySession]:
        return [each for each in self.sessions if each.groups or each.waiting]

    @property
    def without_groups(self) -> list[DaySession]:
        return [each for each in self.sessions if not (each.groups or each.waiting)]

    @property
    def groups_booked(self) -> int:
        return sum(len(each.groups) for each in self.sessions)

    @property
    def groups_arrived(self) -> int:
        return sum(len(each.arrived) for each in self.sessions)

    @property
    def pupils_expected(self) -> int:
        return sum(each.pupils_expected for each in self.sessions)

    @property
    def pupils_arrived(self) -> int:
        return sum(each.pupils_arrived for each in self.sessions)


# Who is only offered places does not come until the offer is accepted: such a group still waits.
EXPECTED = (*COMING, *BOOKING_GROUPS["past"])


def centre_day(user, day: date) -> CentreDay:
    """The sessions of ``day`` at the person's centres with their groups, in two queries."""
    sessions = list(
        sessions_run_by(user)
        .filter(starts_at__gte=day_begins(day), starts_at__lt=day_begins(day + timedelta(days=1)))
        .exclude(state=SessionState.CANCELLED)
        .annotate(waiting=Count("bookings", filter=Q(bookings__state__in=IN_LINE)))
        .order_by("starts_at", "id")
    )
    groups: dict[int, list[Booking]] = defaultdict(list)
    bookings = Booking.objects.filter(session__in=sessions, state__in=EXPECTED).select_related("school", "class_group")
    for booking in bookings.order_by("school__sort_key", "id"):
        groups[booking.session_id].append(booking)
    return CentreDay(
        day=day,
        sessions=[DaySession(session, groups[session.pk], session.waiting) for session in sessions],
        previous=day - timedelta(days=1),
        following=day + timedelta(days=1),
    )


def sessions_to_close(user, *, now: datetime) -> QuerySet[Session]:
    """Sessions at the person's centres that ended before today, had groups, and are still open."""
    today = day_begins(timezone.localtime(now).date())
    return (
        sessions_run_by(user)
        .filter(state=SessionState.SCHEDULED, ends_at__lt=today)
        .filter(Exists(Booking.objects.filter(session=OuterRef("pk"), state__in=EXPECTED)))
        .order_by("starts_at")
    )


def without_agreement(user, *, now: datetime) -> QuerySet[Booking]:
    """Confirmed visits to come at the person's centres that changed, and nobody agreed when the answer was due."""
    late = bookings_run_by(user).filter(answers_due_at__isnull=False, grace_given_at__isnull=False)
    return late.filter(state=BookingState.CONFIRMED, session__starts_at__gt=now).order_by("session__starts_at", "pk")


def feedback_of(booking: Booking) -> dict:
    """The answers that a group gave, as a form begins with them; empty before."""
    rows = VisitFeedback.objects.filter(booking=booking)
    return rows.values("content", "welcome", "pupils_liked", "comment").first() or {}


def pass_run_by(user, code: str) -> str | None:
    """The reference of the group with this pass, at the person's own centres."""
    return _reference(bookings_run_by(user), code) if user.is_authenticated else None


def pass_seen_by(user, code: str) -> str | None:
    """The reference of the group with this pass, of the schools whose staff the person is."""
    return _reference(bookings_of_schools(user), code) if user.is_authenticated else None


def _reference(bookings: QuerySet[Booking], code: str) -> str | None:
    return bookings.filter(pass_code=read_code(code)).values_list("reference", flat=True).first()


def visits_in_term(schools: set[int], term: Term) -> dict[str, int]:
    """How often pupils of ``schools`` came to a session in ``term``, and how often girls: who came twice counts twice."""
    figures = (
        Booking.objects.came()
        .filter(
            school__in=schools,
            session__starts_at__gte=day_begins(term.starts_on),
            session__starts_at__lt=day_begins(term.ends_on + timedelta(days=1)),
        )
        .aggregate(pupils=Sum("arrived_pupils"), girls=Sum("arrived_girls"))
    )
    return {name: value or 0 for name, value in figures.items()}


def visits_of_pupil(pupil: Pupil, *, now: datetime) -> QuerySet[Booking]:
    """Visits for which the pupil is named, with ``attended``; where nobody is named yet, the coming ones of the class."""
    named = RosterEntry.objects.filter(booking=OuterRef("pk"), pupil=pupil)
    anybody = RosterEntry.objects.filter(booking=OuterRef("pk"))
    classes = Enrolment.objects.in_force().filter(pupil=pupil).values("class_group")
    of_class = Q(class_group__in=classes, session__ends_at__gt=now) & ~Exists(anybody)
    seen = met_by_one(Booking.objects.filter(state__in=(*SEAT_HOLDING, *CAME)), Q(roster__pupil=pupil), of_class)
    bookings = Booking.objects.filter(pk__in=list(seen.values_list("pk", flat=True)))  # few: read before their parts
    return bookings.annotate(attended=Subquery(named.values("attended")[:1])).select_related(*BOOKING_PARTS)
