"""Bookings with their group, papers and approvals: told, erased, purged."""

from __future__ import annotations

from datetime import datetime

from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from programs.bookings.choices import LIVE
from programs.bookings.models import Booking, RosterEntry
from programs.core.personal import Subject, Text, stands_in_the_way
from programs.core.personal_tables import Kind, erased, told
from programs.core.retention import retention_rule
from programs.schools.models import School


@retention_rule(
    "visits.contacts",
    label=_("Phone numbers, notes, and access and medical needs of bookings"),
    days=30,
    basis=_("They were only needed for the day of the visit."),
)
def contacts_over(limit: datetime) -> QuerySet[Booking]:
    return Booking.objects.exclude(state__in=LIVE).filter(session__ends_at__lt=limit)


FACTS_OF_GROUP = ("phone=contact_phone", ("needs", _("Access and medical needs that you stated"), "needs"), "note")


told(
    RosterEntry,
    Kind(
        code="visits",
        label=_("Visits to centres"),
        purpose=_("Safety on the day, and the certificate afterwards."),
        source=_("The teacher who led the group, and the centre that checked it in."),
        kept="schools.pupils",
    ),
    "field_trip=booking.session.field_trip",
    "centre=booking.session.field_trip.centre",
    ("starts", _("Starts"), "booking.session.starts_at"),
    "booking",
    ("came", _("Came"), "attended"),
    order="booking__session__starts_at",
)


told(
    Booking,
    Kind(
        code="bookings",
        label=_("Bookings you are leading"),
        purpose=_("So that the centre knows who to call on the day."),
        source=_("You."),
        kept="visits.contacts",
    ),
    ("reference", _("Reference"), "reference"),
    "field_trip=session.field_trip",
    ("starts", _("Starts"), "session.starts_at"),
    "state",
    *FACTS_OF_GROUP,
    "alternative",
    order="created_at",
)


def near(subject: Subject) -> QuerySet[Booking]:
    """All bookings of the schools that the person belongs or belonged to, on the list or not, and those led elsewhere."""
    schools = School.objects.filter(
        Q(pupils__in=subject.pupil_ids)
        | Q(classes__enrolments__pupil__in=subject.pupil_ids)
        | Q(memberships__user=subject.user_id or 0)
    )
    about = Q(school__in=schools) | Q(roster__pupil__in=subject.pupil_ids) | Q(leader=subject.user_id or 0)
    return Booking.objects.filter(pk__in=Booking.objects.filter(about).values("pk"))


erased(RosterEntry, kept=_("Visits to centres"))


erased(
    Booking,
    removed=(_("Phone numbers and notes of bookings"), _("They were only needed for the day of the visit.")),
    kept=_("Bookings and roles at centres"),
    masked=(_("Notes of bookings that mention the name"), _("The name is removed from their text.")),
    among=near,
)


@stands_in_the_way
def coming_visits(user_id: int) -> Text | None:
    if Booking.objects.filter(leader=user_id, state__in=LIVE).exists():
        return _("This person is still leading open bookings: cancel them or let a colleague lead.")
    return None
