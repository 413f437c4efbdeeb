"""The papers that a person handed in, and the visits that they approved or refused."""

from __future__ import annotations

from collections.abc import Iterator

from django.core.files.storage import storages
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from programs.core.personal import (
    Erasure,
    Fact,
    Section,
    StoredFile,
    Subject,
    delete_files,
    forgets,
    hands_over,
    rows_of,
    tells,
)
from programs.core.retention import kept_for
from programs.schools.personal.telling import stored_file
from programs.visits.models import BookingApproval, BookingPaper


def _papers_of(subject: Subject) -> QuerySet[BookingPaper]:
    rows = BookingPaper.objects.select_related("booking").order_by("handed_in_at")
    return rows.filter(handed_in_by=subject.user_id) if subject.user_id else rows.none()


def _decisions_of(subject: Subject) -> QuerySet[BookingApproval]:
    rows = BookingApproval.objects.select_related("booking").order_by("decided_at")
    return rows.filter(decided_by=subject.user_id) if subject.user_id else rows.none()


@tells("programs.BookingPaper")
def papers(subject: Subject) -> Iterator[Section]:
    yield Section(
        code="visit_papers",
        label=_("Papers of visits that you handed in"),
        purpose=_("So that whoever approves, and the centre, know that the visit is safe."),
        source=_("Yourself."),
        kept=kept_for("visits.papers"),
        rows=rows_of(_papers_of(subject), _of_paper),
    )


def _of_paper(row: BookingPaper) -> list[Fact]:
    return [
        Fact("booking", _("Booking"), row.booking.reference),
        Fact("paper", _("Paper"), row.get_kind_display()),
        Fact("text", _("Text"), row.text),
        Fact("file", _("File"), row.file_name),
        Fact("handed_in", _("Handed in"), row.handed_in_at),
    ]


@hands_over
def paper_files(subject: Subject) -> Iterator[StoredFile]:
    for row in _papers_of(subject).exclude(storage_key=""):
        yield stored_file(f"visits/{row.booking.reference}", row.file_name, row.storage_key)


@tells("programs.BookingApproval")
def decisions(subject: Subject) -> Iterator[Section]:
    yield Section(
        code="visit_approvals",
        label=_("Visits that you approved or refused"),
        purpose=_("So that it stays known who answered for a visit."),
        source=_("Yourself."),
        kept=_("As long as the account exists: what was done in a role must stay traceable."),
        rows=rows_of(_decisions_of(subject), _of_decision),
    )


def _of_decision(row: BookingApproval) -> list[Fact]:
    return [
        Fact("booking", _("Booking"), row.booking.reference),
        Fact("approval", _("Approval"), row.get_kind_display()),
        Fact("state", _("State"), row.get_state_display()),
        Fact("reason", _("Reason"), row.reason),
        Fact("decided", _("Decided"), row.decided_at),
    ]


@forgets("programs.BookingPaper", "programs.BookingApproval")
def forget_papers(subject: Subject) -> Iterator[Erasure]:
    yield Erasure(
        label=_("Papers of visits, and approvals"),
        count=_papers_of(subject).count() + _decisions_of(subject).count(),
        outcome=Erasure.KEPT,
        why=_("They are the centre's and the school's records and point at an account without a name."),
    )
    texts = list(subject.mentioned_in(BookingPaper.objects.all(), "text", "file_name").values_list("pk", flat=True))
    reasons = list(subject.mentioned_in(BookingApproval.objects.all(), "reason").values_list("pk", flat=True))
    yield Erasure(
        label=_("Papers and reasons that mention the name"),
        count=len(texts) + len(reasons),
        outcome=Erasure.PSEUDONYMISED,
        why=_("The name is taken out of their text."),
        carry_out=lambda: _mask(texts, reasons, subject),
    )


def _mask(texts: list[int], reasons: list[int], subject: Subject) -> None:
    for paper in BookingPaper.objects.filter(pk__in=texts):
        paper.text, paper.file_name = subject.mask(paper.text), subject.mask(paper.file_name)
        paper.save(update_fields=["text", "file_name"])
    for approval in BookingApproval.objects.filter(pk__in=reasons):
        approval.reason = subject.mask(approval.reason)
        approval.save(update_fields=["reason"])


def delete_papers(rows: QuerySet[BookingPaper]) -> None:
    """The rows with their files."""
    delete_files(storages["private"], [key for key in rows.values_list("storage_key", flat=True) if key])
    rows.delete()
