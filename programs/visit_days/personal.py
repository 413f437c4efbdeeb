"""Marks, answers and photographs: told, erased, purged."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from django.db.models import Count, Exists, OuterRef, QuerySet
from django.utils.translation import gettext_lazy as _

from programs.bookings.choices import LIVE
from programs.centres.models import RECORD
from programs.consents.choices import ConsentPurpose, ConsentState
from programs.consents.models import Consent
from programs.core.personal import FORGOTTEN, TOLD, StoredFile, Subject, hands_over, stored_file
from programs.core.personal_tables import Kind, erased, own_rows, speaks_for, told
from programs.core.retention import retention_rule
from programs.visit_days.models import CheckInMark, VisitFeedback, VisitPhotograph

told(
    VisitFeedback,
    Kind(
        code="visit_feedback",
        label=_("Your answers after visits"),
        purpose=_("So that the centre can improve."),
        source=_("You."),
        kept=_("As long as the visit itself; your name is not shown next to it."),
    ),
    "field_trip=booking.session.field_trip",
    "content",
    "welcome",
    "pupils_liked",
    "comment",
    order="created_at",
)


# Marks name nobody: pupils are in them by number, and the result is exported with the visit.
told(
    CheckInMark,
    Kind(
        code="check_in_marks",
        label=_("Check-ins you recorded at the door"),
        purpose=_("So that records from several devices can be combined."),
        source=_("You."),
        kept="visits.marks",
    ),
    "booking",
    ("kind", _("Type"), "kind"),
    ("made", _("Created"), "made_at"),
    order="received_at",
)


erased(
    VisitFeedback,
    loses=(
        _("Your answers after visits"),
        _("The ratings stay with the visit, without comments and without a name."),
    ),
    masked=(_("Comments after visits that mention the name"), _("The name is removed from their text.")),
)


erased(
    CheckInMark, loses=(_("Check-ins you recorded at the door"), _("They are part of the group's attendance figures."))
)


def added_by(subject: Subject) -> QuerySet[VisitPhotograph]:
    rows = VisitPhotograph.objects.all()
    return rows.filter(added_by=subject.user_id) if subject.user_id else rows.none()


def only_added_by(subject: Subject) -> QuerySet[VisitPhotograph]:
    return added_by(subject).exclude(pk__in=own_rows(VisitPhotograph, subject).values("pk"))


FACTS = ("booking", "field_trip=booking.session.field_trip", ("added", _("Added"), "added_at"))


told(
    VisitPhotograph,
    Kind(
        code="visit_photographs",
        label=_("Photographs of visits in which you can be recognised"),
        purpose=_("For the report about the visit, and only while everyone whose consent is needed agrees."),
        source=_("The teacher who led the group, or the centre."),
        kept="visits.photographs",
    ),
    *FACTS,
)


told(
    VisitPhotograph,
    Kind(
        code="added_photographs",
        label=_("Photographs of visits that you added"),
        purpose=_("For the report about the visit."),
        source=_("You."),
        kept="visits.photographs",
    ),
    *FACTS,
    of=added_by,
    only=True,
)


speaks_for(TOLD, "visit_photographs", "visit_days.VisitPhotograph_pupils")


speaks_for(FORGOTTEN, "visit_photographs", "visit_days.VisitPhotograph_pupils")


@hands_over
def photograph_files(subject: Subject) -> Iterator[StoredFile]:
    """Only pictures that show nobody else: those of others are theirs too."""
    alone = VisitPhotograph.objects.alias(faces=Count("pupils")).filter(faces=1)
    for row in own_rows(VisitPhotograph, subject).filter(pk__in=alone).select_related("booking"):
        yield stored_file(f"visits/{row.booking.reference}", f"{row.pk}.jpg", row.storage_key)


erased(
    VisitPhotograph,
    removed=(
        _("Photographs of visits in which the person can be recognised"),
        _("A picture cannot be kept without the face in it."),
    ),
)


erased(
    VisitPhotograph,
    of=only_added_by,
    kept=(_("Photographs of visits that the person added"), RECORD.why),
)


@retention_rule(
    "visits.marks",
    label=_("Check-in records from devices at the door"),
    days=30,
    basis=_("They were only needed to combine the attendance figures; the attendance itself stays with the visit."),
)
def marks_over(limit: datetime) -> QuerySet[CheckInMark]:
    return CheckInMark.objects.filter(booking__session__ends_at__lt=limit).exclude(booking__state__in=LIVE)


@retention_rule(
    "visits.photographs",
    label=_("Photographs of visits"),
    days=365,
    basis=_("They are used for the school year's report."),
)
def photographs_over(limit: datetime) -> QuerySet[VisitPhotograph]:
    return VisitPhotograph.objects.filter(booking__session__ends_at__lt=limit)


@retention_rule(
    "visits.photographs_withdrawn",
    label=_("Photographs in which someone no longer wants to be seen"),
    days=1,
    basis=_("They are hidden at once; the files are deleted within the fifteen days set by Decree 356/2025/ND-CP."),
)
def photographs_withdrawn(limit: datetime) -> QuerySet[VisitPhotograph]:
    withdrawn = Consent.objects.filter(
        pupil__visit_photographs=OuterRef("pk"),
        purpose=ConsentPurpose.PHOTO,
        state=ConsentState.WITHDRAWN,
        withdrawn_at__lt=limit,
        withdrawn_at__gt=OuterRef("added_at"),  # what was agreed to again, with a newer text, came in after that
    )
    return VisitPhotograph.objects.filter(Exists(withdrawn))
