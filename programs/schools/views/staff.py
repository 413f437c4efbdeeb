"""A school's own page and its people."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from programs.accounts.models import User
from programs.core.audit import history_of
from programs.core.calendar import current_school_year
from programs.core.gates import signed_in
from programs.core.policy import must
from programs.core.refusals import Refused, show_refusal
from programs.schools import policy, rules
from programs.schools.actions import staff
from programs.schools.actions.staff import change_role, hand_over, replace_coordinator
from programs.schools.choices import SchoolState
from programs.schools.desk import parts_of, waiting_at
from programs.schools.forms.registration import ConfirmForm, EndMembershipForm, InviteForm, NewMemberForm
from programs.schools.forms.staff import HandOverForm, InviteManyForm, ReplaceForm, RoleForm
from programs.schools.models import Invitation, School
from programs.schools.policy import can_change_role, can_hand_over, keeps
from programs.schools.queries import roles as role_queries
from programs.schools.queries import schools as school_queries
from programs.schools.queries import staff as staff_queries
from programs.schools.queries.staff import past_of, possible_moves
from programs.schools.views.states import follows_moved_schools, kept_or_404

HISTORY_SHOWN = 10


@signed_in
@require_GET
@follows_moved_schools
def school_detail(request: HttpRequest, code: str) -> HttpResponse:
    """The school's staff see everything here, the coordinator may act; an officer sees no pupil and no class."""
    school = school_or_404(request, code)
    standing = role_queries.standing_of(request.user)
    today = timezone.localdate()
    year = current_school_year(today)
    may_coordinate = policy.can_coordinate(standing, school)
    is_staff = standing.is_staff_of(school)
    members = list(staff_queries.staff_of(school))
    for member in members:
        member.may_end = policy.can_end_membership(standing, member)
        member.may_change = can_change_role(standing, member)
    kept = standing.is_officer and keeps(request.user, school)
    invitations = list(staff_queries.open_invitations_of(school)) if may_coordinate else []
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
    must(policy.can_coordinate(role_queries.standing_of(request.user), school))
    form = InviteForm(request.POST or None)
    if form.is_bound and form.is_valid():
        typed = form.cleaned_data
        try:
            invitation = staff.invite_staff(
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
    invitation = get_object_or_404(staff_queries.invitations_visible_to(request.user), pk=pk)
    form = ConfirmForm(request.POST or None)
    if form.is_bound and form.is_valid():
        try:
            staff.withdraw_invitation(invitation=invitation, by=request.user)
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
    membership = get_object_or_404(staff_queries.memberships_visible_to(request.user), pk=pk)
    must(policy.can_end_membership(role_queries.standing_of(request.user), membership))
    form = EndMembershipForm(request.POST or None)
    if form.is_bound and form.is_valid():
        try:
            staff.end_membership(membership=membership, by=request.user, reason=form.cleaned_data["reason"])
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


def school_or_404(request: HttpRequest, code: str) -> School:
    """A school whose desk the person may open; a merged one is found under the school that took it over."""
    schools = school_queries.schools_visible_to(request.user).exclude(state=SchoolState.MERGED)
    return get_object_or_404(schools.select_related("ward", "cluster").prefetch_related("levels"), code=code)


def coordinated_or_404(request: HttpRequest, code: str) -> School:
    school = school_or_404(request, code)
    must(policy.can_coordinate(role_queries.standing_of(request.user), school))
    return school


# --- The coordinator's role -------------------------------------------------------------------------------
@signed_in
@require_http_methods(["GET", "POST"])
@follows_moved_schools
def coordinator_hand_over(request: HttpRequest, code: str) -> HttpResponse:
    school = school_or_404(request, code)
    must(can_hand_over(role_queries.standing_of(request.user), school))
    form = HandOverForm(request.POST or None, school=school, by=request.user)
    if form.is_bound and form.is_valid():
        typed = form.cleaned_data
        try:
            hand_over(
                school=school,
                to=typed["to"],
                stays=typed["stays"] == "yes",
                by=request.user,
                key=typed["idempotency_key"],
            )
        except Refused as refused:
            show_refusal(form, refused.refusal)
        else:
            messages.success(request, _("{name} is the coordinator now; both of you get a message.").format(
                name=typed["to"]
            ))  # fmt: skip
            return redirect("school_detail" if typed["stays"] == "yes" else "desk", **_code_if(typed["stays"], code))
    context = {
        "title": _("Hand over the coordinator's role"),
        "text": _(
            "From then on your colleague invites the staff and looks after classes and certificates; you cannot take "
            "the role back yourself."
        ),
        "form": form,
        "submit": _("Hand over the role"),
        "back_url": reverse("school_detail", args=[code]),
        "danger": True,
    }
    return render(request, "components/confirm.html", context)


def _code_if(stays: str, code: str) -> dict[str, str]:
    return {"code": code} if stays == "yes" else {}


@signed_in
@require_http_methods(["GET", "POST"])
@follows_moved_schools
def coordinator_replace(request: HttpRequest, code: str) -> HttpResponse:
    """The authority's way when a coordinator is gone."""
    school = kept_or_404(request, code)
    form = ReplaceForm(request.POST or None, school=school)
    if form.is_bound and form.is_valid():
        typed = form.cleaned_data
        try:
            replace_coordinator(
                school=school, to=typed["to"], reason=typed["reason"], by=request.user, key=typed["idempotency_key"]
            )
        except Refused as refused:
            show_refusal(form, refused.refusal)
        else:
            messages.success(request, _("Done; the people concerned get a message."))
            return redirect("school_detail", code=code)
    context = {
        "title": _("Replace the coordinator"),
        "text": _("For a coordinator who has left or cannot be reached. The old role ends today."),
        "form": form,
        "submit": _("Replace the coordinator"),
        "back_url": reverse("school_detail", args=[code]),
        "danger": True,
    }
    return render(request, "components/confirm.html", context)


@signed_in
@require_http_methods(["GET", "POST"])
def membership_role(request: HttpRequest, pk: int) -> HttpResponse:
    membership = get_object_or_404(staff_queries.memberships_visible_to(request.user), pk=pk)
    must(can_change_role(role_queries.standing_of(request.user), membership))
    form = RoleForm(request.POST or None, initial={"role": membership.role})
    if form.is_bound and form.is_valid():
        typed = form.cleaned_data
        try:
            change_role(membership=membership, role=typed["role"], by=request.user, key=typed["idempotency_key"])
        except Refused as refused:
            show_refusal(form, refused.refusal)
        else:
            messages.success(request, _("{name} has a new role.").format(name=membership.user))
            return redirect("school_detail", code=membership.school.code)
    context = {
        "title": _("Change the role"),
        "text": _("{name} is {role} at {school}.").format(
            name=membership.user, role=membership.get_role_display(), school=membership.school
        ),
        "form": form,
        "submit": _("Change the role"),
        "back_url": reverse("school_detail", args=[membership.school.code]),
    }
    return render(request, "components/confirm.html", context)


# --- Many invitations ---------------------------------------------------------------------------------------
@signed_in
@require_http_methods(["GET", "POST"])
@follows_moved_schools
def staff_invite_many(request: HttpRequest, code: str) -> HttpResponse:
    """Each line is an invitation of its own: one that is refused does not hold up the others."""
    school = coordinated_or_404(request, code)
    form = InviteManyForm(request.POST or None)
    refused_people = []
    if form.is_bound and form.is_valid():
        refused_people = _invite_all(school, form.cleaned_data, by=request.user)
        invited = len(form.cleaned_data["people"]) - len(refused_people)
        if invited:
            words = ngettext("{count} invitation goes out.", "{count} invitations go out.", invited)
            messages.success(request, words.format(count=invited))
        if not refused_people:
            return redirect("school_detail", code=code)
    context = {"school": school, "form": form, "refused_people": refused_people}
    return render(request, "schools/invite_many.html", context)


def _invite_all(school: School, typed: dict, *, by: User) -> list[tuple]:
    """Those who could not be invited, with the reason."""
    refused_people = []
    for person in typed["people"]:
        try:
            staff.invite_staff(
                school=school,
                full_name=person.full_name,
                email=person.email,
                role=typed["role"],
                by=by,
                key=f"{typed['idempotency_key'][:24]}:{staff_queries.hash_of_token(person.email)[:32]}",
            )
        except Refused as refused:
            refused_people.append((person, refused.refusal.message))
    return refused_people


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def invitation_accept(request: HttpRequest, token: str) -> HttpResponse:
    """Opening the link changes nothing; only the button joins the school."""
    invitation = staff_queries.invitation_with_token(token)
    refusal = rules.acceptance_refusal(invitation, now=timezone.now())
    if refusal:
        status = 404 if invitation is None else 410
        return render(request, "schools/invitation_closed.html", {"refusal": refusal}, status=status)
    user = request.user if request.user.is_authenticated else None
    acceptor = rules.acceptor_refusal(
        invited=invitation.email,
        signed_in=user.email or "" if user else None,
        is_known=staff_queries.person_with_email(invitation.email) is not None,
    )
    if acceptor:
        context = {"invitation": invitation, "refusal": acceptor, "here": request.path}
        return render(request, "schools/invitation_other.html", context)
    return _join(request, invitation, token)


def _join(request: HttpRequest, invitation: Invitation, token: str) -> HttpResponse:
    is_known = request.user.is_authenticated
    if is_known:
        form = ConfirmForm(request.POST or None)
    else:
        form = NewMemberForm(request.POST or None, email=invitation.email, initial={"full_name": invitation.full_name})
    if form.is_bound and form.is_valid():
        try:
            staff.accept_invitation(
                token=token,
                user=request.user if is_known else None,
                full_name=form.cleaned_data.get("full_name", ""),
                password=form.cleaned_data.get("password", ""),
                language=get_language(),
            )
        except Refused as refused:
            show_refusal(form, refused.refusal)
        else:
            return _after_joining(request, invitation, is_known)
    return render(request, "schools/invitation.html", {"invitation": invitation, "form": form, "is_known": is_known})


def _after_joining(request: HttpRequest, invitation: Invitation, is_known: bool) -> HttpResponse:
    if is_known:
        messages.success(request, _("You now belong to {school}.").format(school=invitation.school))
        return redirect("desk")
    messages.success(request, _("Your account is ready. Sign in with {email}.").format(email=invitation.email))
    return redirect(f"{reverse('account_login')}?next={reverse('desk')}")
