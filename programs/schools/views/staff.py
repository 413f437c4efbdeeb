"""A school's own page: its staff, its open invitations, its classes."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from programs.core.audit import history_of
from programs.core.calendar import current_school_year
from programs.core.gates import forbidden_unless, signed_in
from programs.core.refusals import Refused, show_refusal
from programs.schools import actions, queries, rules
from programs.schools.forms import ConfirmForm, EndMembershipForm, InviteForm
from programs.schools.queries.life import keeps
from programs.schools.queries.school_desk import past_of, possible_moves
from programs.schools.rules.handover import can_change_role, can_hand_over
from programs.schools.school_desk import parts_of, waiting_at
from programs.schools.views.desk import school_or_404
from programs.schools.views.moved import follows_moved_schools

HISTORY_SHOWN = 10


@signed_in
@require_GET
@follows_moved_schools
def school_detail(request: HttpRequest, code: str) -> HttpResponse:
    """The school's staff see everything here, the coordinator may act; an officer sees no pupil and no class."""
    school = school_or_404(request, code)
    standing = queries.standing_of(request.user)
    today = timezone.localdate()
    year = current_school_year(today)
    may_coordinate = rules.can_coordinate(standing, school)
    is_staff = standing.is_staff_of(school)
    members = list(queries.staff_of(school))
    for member in members:
        member.may_end = rules.can_end_membership(standing, member)
        member.may_change = can_change_role(standing, member)
    kept = standing.is_officer and keeps(request.user, school)
    invitations = list(queries.open_invitations_of(school)) if may_coordinate else []
    now = timezone.now()
    context = {
        "school": school,
        "members": members,
        "may_coordinate": may_coordinate,
        "may_hand_over": can_hand_over(standing, school),
        "is_staff": is_staff,
        "is_officer": standing.is_officer,
        "keeps": kept,
        "life": possible_moves(school) if kept else [],
        "school_year": year,
        "invitations": invitations,
        "past": past_of(school, with_people=may_coordinate or standing.is_officer),
        "history": history_of(school)[:HISTORY_SHOWN] if may_coordinate or standing.is_officer else [],
        "now": now,
    }
    if is_staff:
        context |= parts_of(school, context)
    context["waiting"] = waiting_at(school, context, today=today, now=now) if may_coordinate else []
    return render(request, "schools/detail.html", context)


@signed_in
@require_http_methods(["GET", "POST"])
@follows_moved_schools
def staff_invite(request: HttpRequest, code: str) -> HttpResponse:
    school = school_or_404(request, code)
    forbidden_unless(rules.can_coordinate(queries.standing_of(request.user), school))
    form = InviteForm(request.POST or None)
    if form.is_bound and form.is_valid():
        typed = form.cleaned_data
        try:
            invitation = actions.invite_staff(
                school=school,
                full_name=typed["full_name"],
                email=typed["email"],
                role=typed["role"],
                by=request.user,
                key=typed["idempotency_key"],
            )
        except Refused as refused:
            show_refusal(form, refused.refusal)
        else:
            messages.success(request, _("The invitation goes to {email}.").format(email=invitation.email))
            return redirect("school_detail", code=code)
    return render(request, "schools/invite.html", {"school": school, "form": form})


@signed_in
@require_http_methods(["GET", "POST"])
def invitation_withdraw(request: HttpRequest, pk: int) -> HttpResponse:
    invitation = get_object_or_404(queries.invitations_visible_to(request.user), pk=pk)
    form = ConfirmForm(request.POST or None)
    if form.is_bound and form.is_valid():
        try:
            actions.withdraw_invitation(invitation=invitation, by=request.user)
        except Refused as refused:
            show_refusal(form, refused.refusal)
        else:
            messages.success(request, _("The invitation was withdrawn; its link no longer works."))
            return redirect("school_detail", code=invitation.school.code)
    context = {
        "title": _("Withdraw this invitation?"),
        "text": _("The link in the letter to {name} ({email}) stops working.").format(
            name=invitation.full_name, email=invitation.email
        ),
        "form": form,
        "submit": _("Withdraw the invitation"),
        "back_url": reverse("school_detail", args=[invitation.school.code]),
        "danger": True,
    }
    return render(request, "components/confirm.html", context)


@signed_in
@require_http_methods(["GET", "POST"])
def membership_end(request: HttpRequest, pk: int) -> HttpResponse:
    membership = get_object_or_404(queries.memberships_visible_to(request.user), pk=pk)
    forbidden_unless(rules.can_end_membership(queries.standing_of(request.user), membership))
    form = EndMembershipForm(request.POST or None)
    if form.is_bound and form.is_valid():
        try:
            actions.end_membership(membership=membership, by=request.user, reason=form.cleaned_data["reason"])
        except Refused as refused:
            show_refusal(form, refused.refusal)
        else:
            messages.success(request, _("{name} no longer has this role.").format(name=membership.user))
            return redirect("school_detail", code=membership.school.code)
    context = {
        "title": _("End this role?"),
        "text": _("{name} ({role}) can no longer act for {school}. The account and the history remain.").format(
            name=membership.user, role=membership.get_role_display(), school=membership.school
        ),
        "form": form,
        "submit": _("End the role"),
        "back_url": reverse("school_detail", args=[membership.school.code]),
        "danger": True,
    }
    return render(request, "components/confirm.html", context)
