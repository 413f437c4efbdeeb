"""Bookings with their group, papers and approvals: told, erased, purged."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from programs.bookings.choices import LIVE
from programs.bookings.models import Booking, BookingApproval, BookingPaper, RosterEntry
from programs.core.personal import StoredFile, Subject, Text, hands_over, stands_in_the_way, stored_file
from programs.core.personal_tables import Kind, erased, own_rows, told
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


@retention_rule(
    "visits.papers",
    label=_("Papers for visits with their files"),
    days=365,
    basis=_("For one school year, they are evidence that the visit was planned and safe."),
)
def papers_over(limit: datetime) -> QuerySet[BookingPaper]:
    return BookingPaper.objects.exclude(booking__state__in=LIVE).filter(booking__session__ends_at__lt=limit)


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


told(
    BookingPaper,
    Kind(
        code="visit_papers",
        label=_("Papers for visits that you submitted"),
        purpose=_("So that the people who approve, and the centre, know that the visit is safe."),
        source=_("You."),
        kept="visits.papers",
    ),
    "booking",
    ("paper", _("Paper"), "kind"),
    "text",
    ("file", _("File"), "file_name"),
    ("handed_in", _("Submitted on"), "handed_in_at"),
    order="handed_in_at",
)


told(
    BookingApproval,
    Kind(
        code="visit_approvals",
        label=_("Visits you approved or refused"),
        purpose=_("So that there is a record of who was responsible for a visit."),
        source=_("You."),
        kept=_("As long as the account exists: what was done in a role must remain traceable."),
    ),
    "booking",
    ("approval", _("Approval"), "kind"),
    "state",
    "reason",
    ("decided", _("Decided"), "decided_at"),
    order="decided_at",
)


@hands_over
def paper_files(subject: Subject) -> Iterator[StoredFile]:
    papers = own_rows(BookingPaper, subject).select_related("booking").exclude(storage_key="")
    for row in papers.order_by("handed_in_at"):
        yield stored_file(f"visits/{row.booking.reference}", row.file_name, row.storage_key)


MENTIONING = (_("Papers and reasons that mention the name"), _("The name is removed from their text."))


erased(BookingPaper, kept=_("Papers for visits, and approvals"), masked=MENTIONING)


erased(BookingApproval, kept=_("Papers for visits, and approvals"), masked=MENTIONING)
