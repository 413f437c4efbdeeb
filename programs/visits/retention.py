"""How long a visit's contacts are kept."""

from __future__ import annotations

from datetime import datetime

from django.db.models import Exists, OuterRef, QuerySet
from django.utils.translation import gettext_lazy as _

from programs.core.retention import retention_rule
from programs.schools.choices import ConsentPurpose, ConsentState
from programs.schools.models import Consent
from programs.visits.choices import LIVE
from programs.visits.models import WIPED, Booking, BookingPaper, CalendarFeed, CheckInMark, VisitPhotograph
from programs.visits.personal import wipe_contacts
from programs.visits.personal_papers import delete_papers
from programs.visits.personal_photographs import delete_photographs


@retention_rule(
    "visits.contacts",
    label=_("Telephones, notes, access and medical needs of bookings"),
    days=30,
    basis=_("They only served the day of the visit."),
    purge=wipe_contacts,
)
def contacts(limit: datetime) -> QuerySet[Booking]:
    over = Booking.objects.exclude(state__in=LIVE).filter(session__ends_at__lt=limit)
    return over.exclude(**WIPED)


@retention_rule(
    "visits.marks",
    label=_("Marks of devices at the door"),
    days=30,
    basis=_("They only served to put the attendance together; the attendance itself stays with the visit."),
)
def marks(limit: datetime) -> QuerySet[CheckInMark]:
    return CheckInMark.objects.filter(booking__session__ends_at__lt=limit).exclude(booking__state__in=LIVE)


@retention_rule(
    "visits.feeds",
    label=_("Revoked addresses of calendar feeds"),
    days=365,
    basis=_("So that it can be told for a year who had an address."),
)
def revoked_feeds(limit: datetime) -> QuerySet[CalendarFeed]:
    return CalendarFeed.objects.filter(revoked_at__lt=limit)


@retention_rule(
    "visits.papers",
    label=_("Papers of visits with their files"),
    days=365,
    basis=_("They prove for a school year that the visit was planned and safe."),
    purge=delete_papers,
)
def papers(limit: datetime) -> QuerySet[BookingPaper]:
    return BookingPaper.objects.exclude(booking__state__in=LIVE).filter(booking__session__ends_at__lt=limit)


@retention_rule(
    "visits.photographs",
    label=_("Photographs of visits"),
    days=365,
    basis=_("They serve the report of the school year."),
    purge=delete_photographs,
)
def photographs(limit: datetime) -> QuerySet[VisitPhotograph]:
    return VisitPhotograph.objects.filter(booking__session__ends_at__lt=limit)


@retention_rule(
    "visits.photographs_withdrawn",
    label=_("Photographs in which somebody does not want to be seen any more"),
    days=1,
    basis=_("They are hidden at once; the files go within the fifteen days of Decree 356/2025/ND-CP."),
    purge=delete_photographs,
)
def photographs_withdrawn(limit: datetime) -> QuerySet[VisitPhotograph]:
    withdrawn = Consent.objects.filter(
        pupil__visit_photographs=OuterRef("pk"),
        purpose=ConsentPurpose.PHOTO,
        state=ConsentState.WITHDRAWN,
        withdrawn_at__lt=limit,
        withdrawn_at__gt=OuterRef("added_at"),  # what was agreed to anew, with a newer text, came in after that
    )
    return VisitPhotograph.objects.filter(Exists(withdrawn))
