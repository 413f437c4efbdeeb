"""Papers and approvals of visits: told, erased, purged."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from programs.approvals.models import BookingApproval, BookingPaper
from programs.bookings.choices import LIVE
from programs.core.personal import StoredFile, Subject, hands_over, stored_file
from programs.core.personal_tables import Kind, erased, own_rows, told
from programs.core.retention import retention_rule


@retention_rule(
    "visits.papers",
    label=_("Papers for visits with their files"),
    days=365,
    basis=_("For one school year, they are evidence that the visit was planned and safe."),
)
def papers_over(limit: datetime) -> QuerySet[BookingPaper]:
    return BookingPaper.objects.exclude(booking__state__in=LIVE).filter(booking__session__ends_at__lt=limit)


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
