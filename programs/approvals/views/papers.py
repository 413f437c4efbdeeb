"""What a booking needs before it is confirmed: its papers, its approvals, the right size."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET

from programs.approvals import policy
from programs.approvals.actions.approvals import ask_once_more, decide_approval
from programs.approvals.actions.group import change_group
from programs.approvals.actions.papers import hand_in_paper, take_papers
from programs.approvals.forms import DecisionForm, GroupForm, PaperForm
from programs.approvals.models import BookingApproval, BookingPaper
from programs.approvals.queries import approvals_visible_to, checklist_of, count_fixed_at, papers_visible_to
from programs.approvals.rules.group import is_resizable
from programs.approvals.rules.papers import WITH_APPROVALS, answer_until, are_papers_open, gave_yes, seen_mark
from programs.authorities.choices import ApprovalState
from programs.authorities.rules import approval_label, stands_in_for
from programs.bookings.choices import BookingState
from programs.bookings.models import Booking
from programs.bookings.queries import bookings_visible_to
from programs.bookings.views.bookings import BookingAct
from programs.bookings.words import parts_of
from programs.centres.choices import PaperKind
from programs.centres.queries.sessions import pupils_per_adult
from programs.core.acting import Act
from programs.core.gates import not_found_unless, signed_in
from programs.core.private_files import private_response


class HandInPaper(BookingAct):
    form_class = PaperForm
    template_name = "approvals/booking_paper.html"

    def get_target(self, reference: str, kind: str) -> Booking:
        not_found_unless(kind in PaperKind.values)
        return get_object_or_404(bookings_visible_to(self.user), reference=reference)

    @property
    def kind(self) -> PaperKind:
        return PaperKind(self.kwargs["kind"])

    @cached_property
    def paper(self) -> BookingPaper | None:
        return self.target.papers.filter(kind=self.kind).first()

    def get_initial(self) -> dict[str, str]:
        return (self.paper or BookingPaper()).contents

    def act(self, form: PaperForm) -> BookingPaper:
        return hand_in_paper(booking_id=self.target.pk, kind=self.kind, by=self.user, **form.cleaned_data)

    def said(self, paper: BookingPaper) -> str:
        return _("Submitted: {paper}.").format(paper=self.kind.label)

    def get_context_data(self, **kwargs) -> dict[str, Any]:
        return super().get_context_data(
            paper=self.paper,
            label=self.kind.label,
            may_change=are_papers_open(checklist_of(self.target)),
            was_approved=self.target.approvals.exclude(state=ApprovalState.ASKED).exists(),
            **kwargs,
        )


class TakePapers(BookingAct):
    """What a booking lacks, as another class of the school handed it in for the same trip."""

    text = _(
        "What is still missing here is submitted as that class has it: texts, and copies of its files. What you have "
        "submitted stays. Once nothing is missing, the approvals are requested."
    )
    submit = _("Take them over")

    def get_target(self, reference: str, source: str) -> Booking:
        self.source = get_object_or_404(bookings_visible_to(self.user), reference=source)
        return super().get_target(reference)

    def may(self, user, booking: Booking) -> bool:
        return policy.may_take_papers(user, booking, self.source)

    @property
    def title(self) -> str:
        return _("Take over the papers of {group}?").format(group=self.source.class_group or self.source.reference)

    def act(self, form) -> list[BookingPaper]:
        return take_papers(booking_id=self.target.pk, source_id=self.source.pk, by=self.user)

    def said(self, papers: list[BookingPaper]) -> str:
        names = ", ".join(str(paper) for paper in papers)
        return _("Submitted: {paper}. Read each, and change what is different for this class.").format(paper=names)


@signed_in
@require_GET
def paper_file(request: HttpRequest, pk: int) -> HttpResponse:
    """The file as a download: never shown inside the portal's own pages."""
    paper = get_object_or_404(papers_visible_to(request.user).exclude(storage_key=""), pk=pk)
    return private_response(paper.storage_key, name=paper.file_name)


SAID = {
    ApprovalState.APPROVED: _("Visit {reference} has been approved."),
    ApprovalState.RETURNED: _(
        "Visit {reference} has been sent back to the school. You are asked again once it is mended."
    ),
    ApprovalState.REFUSED: _("Visit {reference} has been refused."),
}


class DecideApproval(Act):
    form_class = DecisionForm
    template_name = "approvals/approval_decide.html"
    context_object_name = "approval"
    may = staticmethod(policy.may_decide)

    def get_target(self, pk: int, kind: str) -> BookingApproval:
        return get_object_or_404(approvals_visible_to(self.user), pk=pk, kind=kind)

    def act(self, form: DecisionForm) -> BookingApproval:
        return decide_approval(approval_id=self.target.pk, by=self.user, **form.answer)

    def said(self, approval: BookingApproval) -> str:
        return SAID[ApprovalState(approval.state)].format(reference=approval.booking.reference)

    @property
    def back_url(self) -> str:
        return reverse("booking_detail", args=[self.target.booking.reference])

    def get_context_data(self, **kwargs) -> dict[str, Any]:
        approval, booking = self.target, self.target.booking
        until = answer_until(approval, booking)
        return super().get_context_data(
            label=approval_label(approval.kind, booking.school),
            booking=booking,
            **parts_of(booking.session),
            checklist=checklist_of(booking),
            may_read=policy.may_read_papers(self.user, booking),
            is_open=approval.state == ApprovalState.ASKED and booking.state in WITH_APPROVALS,
            instead_of=stands_in_for(approval, booking.school),
            seen=seen_mark(booking),
            until=until,
            is_late=until <= timezone.now(),
            said_yes_to=approval if gave_yes(approval) else None,
            **kwargs,
        )


class AskAgain(BookingAct):
    """What was sent back is mended."""

    title = _("Ask for approval again?")
    text = _(
        "Mend first what was asked for: the papers, or the group. A changed paper, and a larger group, ask again by "
        "themselves."
    )
    submit = _("Ask again")
    done = _("The approval has been requested again.")

    def act(self, form) -> Booking:
        return ask_once_more(booking_id=self.target.pk, by=self.user)


class ResizeGroup(BookingAct):
    form_class = GroupForm
    template_name = "approvals/booking_resize.html"
    done = _("The size of the group has been changed.")

    def get_form_kwargs(self) -> dict[str, Any]:
        ratio = pupils_per_adult(self.target.session.field_trip, self.target.grade)
        return super().get_form_kwargs() | {"pupils_per_adult": ratio}

    def get_initial(self) -> dict[str, int | None]:
        return self.target.size_now

    def act(self, form: GroupForm) -> Booking:
        return change_group(booking_id=self.target.pk, by=self.user, **form.cleaned_data)

    def get_context_data(self, **kwargs) -> dict[str, Any]:
        booking, fixed_at = self.target, count_fixed_at(self.target.session)
        return super().get_context_data(
            fixed_at=fixed_at,
            confirmed=booking.state == BookingState.CONFIRMED,
            approved=booking.approvals.filter(state=ApprovalState.APPROVED).exists(),
            may_resize=is_resizable(booking, fixed_at=fixed_at, now=timezone.now()),
            **kwargs,
        )
