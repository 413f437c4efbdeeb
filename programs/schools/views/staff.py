"""A school's own page and its people."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from programs.accounts.models import User
from programs.accounts.queries import person_with_email
from programs.core.acting import Act
from programs.core.audit import history_of
from programs.core.calendar import current_school_year
from programs.core.gates import signed_in
from programs.core.refusals import Refusal, Refused
from programs.schools import policy, rules
from programs.schools.actions import staff
from programs.schools.desk import parts_of, waiting_at
from programs.schools.forms import (
    EndMembershipForm,
    HandOverForm,
    InviteForm,
    InviteManyForm,
    NewMemberForm,
    ReplaceForm,
    RoleForm,
)
from programs.schools.models import Invitation, Membership, School
from programs.schools.queries import staff as staff_queries
from programs.schools.queries.roles import roles_of
from programs.schools.queries.staff import past_of, possible_moves
from programs.schools.views.states import SchoolAct, follows_moved_schools, school_or_404

HISTORY_SHOWN = 10


@signed_in
@require_GET
@follows_moved_schools
def school_detail(request: HttpRequest, code: str) -> HttpResponse:
    """The staff see everything here, the coordinator may act; officers see no pupil and no class, viewers no person."""
    school = school_or_404(request.user, code)
    roles = roles_of(request.user)
    today = timezone.localdate()
    year = current_school_year(today)
    may_coordinate = policy.may_coordinate(request.user, school)
    is_staff = roles.is_staff_of(school)
    kept = policy.may_keep(request.user, school)
    members = list(staff_queries.staff_of(school)) if is_staff or kept else []
    for member in members:
        member.may_end = policy.may_end_membership(request.user, member)
        member.may_change = policy.may_change_role(request.user, member)
    invitations = list(staff_queries.open_invitations_of(school)) if may_coordinate else []
    now = timezone.now()
    context = {
        "school": school,
        "members": members,
        "may_coordinate": may_coordinate,
        "may_hand_over": policy.may_hand_over(request.user, school),
        "is_staff": is_staff,
        "is_officer": roles.is_officer,
        "keeps": kept,
        "life": possible_moves(school) if kept else [],
        "school_year": year,
        "invitations": invitations,
        "past": past_of(school, with_people=may_coordinate or kept),
        "history": history_of(school)[:HISTORY_SHOWN] if may_coordinate or kept else [],
        "now": now,
    }
    if is_staff:
        context |= parts_of(school, context)
    context["waiting"] = waiting_at(school, context, today=today, now=now) if may_coordinate else []
    return render(request, "schools/detail.html", context)


class InviteStaff(SchoolAct):
    form_class = InviteForm
    template_name = "schools/invite.html"
    may = staticmethod(policy.may_coordinate)

    def act(self, form: InviteForm) -> Invitation:
        return staff.invite_staff(school=self.target, by=self.user, key=form.key, **form.values)

    def said(self, invitation: Invitation) -> str:
        return _("The invitation is being sent to {email}.").format(email=invitation.email)


class WithdrawInvitation(Act):
    title = _("Withdraw this invitation?")
    submit = _("Withdraw the invitation")
    danger = True
    done = _("The invitation has been withdrawn; its link no longer works.")

    def get_target(self, pk: int) -> Invitation:
        return get_object_or_404(staff_queries.invitations_visible_to(self.user), pk=pk)

    def may(self, user, invitation: Invitation) -> bool:
        return policy.may_coordinate(user, invitation.school)

    def act(self, form: forms.Form) -> Invitation:
        return staff.withdraw_invitation(invitation=self.target, by=self.user)

    @property
    def text(self) -> str:
        words = _("The link in the email to {name} ({email}) will stop working.")
        return words.format(name=self.target.full_name, email=self.target.email)

    @property
    def back_url(self) -> str:
        return reverse("school_detail", args=[self.target.school.code])


class MembershipAct(Act):
    """An act on one person's role in a school."""

    def get_target(self, pk: int) -> Membership:
        return get_object_or_404(staff_queries.memberships_visible_to(self.user), pk=pk)

    @property
    def back_url(self) -> str:
        return reverse("school_detail", args=[self.target.school.code])


class EndMembership(MembershipAct):
    form_class = EndMembershipForm
    may = staticmethod(policy.may_end_membership)
    title = _("End this role?")
    submit = _("End the role")
    danger = True

    def act(self, form: EndMembershipForm) -> Membership:
        return staff.end_membership(membership=self.target, by=self.user, **form.cleaned_data)

    @property
    def text(self) -> str:
        words = _("{name} ({role}) will no longer act for {school}. The account and the history remain.")
        member = self.target
        return words.format(name=member.user, role=member.get_role_display(), school=member.school)

    def said(self, membership: Membership) -> str:
        return _("{name} no longer has this role.").format(name=self.target.user)


class ChangeRole(MembershipAct):
    form_class = RoleForm
    may = staticmethod(policy.may_change_role)
    title = submit = _("Change the role")

    def get_initial(self) -> dict:
        return {"role": self.target.role}

    def act(self, form: RoleForm) -> Membership:
        return staff.change_role(membership=self.target, by=self.user, key=form.key, **form.values)

    @property
    def text(self) -> str:
        member = self.target
        words = _("{name} is {role} at {school}.")
        return words.format(name=member.user, role=member.get_role_display(), school=member.school)

    def said(self, membership: Membership) -> str:
        return _("{name} has a new role.").format(name=self.target.user)


# --- The coordinator's role -------------------------------------------------------------------------------
class HandOver(SchoolAct):
    form_class = HandOverForm
    may = staticmethod(policy.may_hand_over)
    title = _("Hand over the coordinator's role")
    text = _(
        "From then on your colleague invites the staff and looks after classes and certificates; you cannot take "
        "the role back yourself."
    )
    submit = _("Hand over the role")
    danger = True

    def get_form_kwargs(self) -> dict:
        return {**super().get_form_kwargs(), "school": self.target, "by": self.user}

    def act(self, form: HandOverForm) -> dict[str, Any]:
        staff.hand_over(school=self.target, by=self.user, key=form.key, **form.values)
        return form.values

    def said(self, typed: dict[str, Any]) -> str:
        return _("{name} is now the coordinator; you will both get a message.").format(name=typed["to"])

    def way_back(self, typed: dict[str, Any]) -> str:
        return self.back_url if typed["stays"] else reverse("desk")


class ReplaceCoordinator(SchoolAct):
    """The authority's way when a coordinator is gone."""

    form_class = ReplaceForm
    may = staticmethod(policy.may_keep)
    title = _("Replace the coordinator")
    text = _("For a coordinator who has left or cannot be reached. The old role ends today.")
    submit = _("Replace the coordinator")
    danger = True
    done = _("Done; the people concerned will get a message.")

    def get_form_kwargs(self) -> dict:
        return {**super().get_form_kwargs(), "school": self.target}

    def act(self, form: ReplaceForm) -> School:
        return staff.replace_coordinator(school=self.target, by=self.user, key=form.key, **form.values)


# --- Many invitations ---------------------------------------------------------------------------------------
class InviteMany(SchoolAct):
    """Each line is an invitation of its own: one that is refused does not hold up the others."""

    form_class = InviteManyForm
    template_name = "schools/invite_many.html"
    may = staticmethod(policy.may_coordinate)

    def act(self, form: InviteManyForm) -> tuple[InviteManyForm, list[tuple]]:
        return form, _invite_all(self.target, form, by=self.user)

    def answer(self, result: tuple[InviteManyForm, list[tuple]]) -> HttpResponse:
        form, refused_people = result
        if invited := len(form.cleaned_data["people"]) - len(refused_people):
            words = ngettext("{count} invitation is on its way.", "{count} invitations are on their way.", invited)
            messages.success(self.request, words.format(count=invited))
        if refused_people:
            return self.render_to_response(self.get_context_data(form=form, refused_people=refused_people))
        return super().answer(result)


def _invite_all(school: School, form: InviteManyForm, *, by: User) -> list[tuple]:
    """Those who could not be invited, with the reason."""
    refused_people = []
    for person in form.cleaned_data["people"]:
        try:
            staff.invite_staff(
                school=school,
                full_name=person.full_name,
                email=person.email,
                role=form.cleaned_data["role"],
                by=by,
                key=f"{form.key[:24]}:{staff_queries.hash_of_token(person.email)[:32]}",
            )
        except Refused as refused:
            refused_people.append((person, refused.refusal.message))
    return refused_people


# --- Joining ------------------------------------------------------------------------------------------------
@method_decorator(never_cache, name="dispatch")
class AcceptInvitation(Act):
    """Opening the link changes nothing; only the button joins the school."""

    public = True
    template_name = "schools/invitation.html"
    context_object_name = "invitation"

    def get_target(self, token: str) -> Invitation | None:
        return staff_queries.invitation_with_token(token)

    @property
    def is_known(self) -> bool:
        return self.user.is_authenticated

    def instead(self) -> HttpResponse | None:
        """A page that says why: the link opens nothing any more, or it is for somebody else."""
        invitation = self.target
        if invitation is None:
            return self.closed(rules.NO_INVITATION, status=404)
        if refusal := rules.acceptance_refusal(invitation, now=timezone.now()):
            return self.closed(refusal, status=410)
        acceptor = rules.acceptor_refusal(
            acceptor=self.user if self.is_known else None, owner=person_with_email(invitation.email)
        )
        if acceptor:
            context = {"invitation": invitation, "refusal": acceptor, "here": self.request.path}
            return render(self.request, "schools/invitation_other.html", context)
        return None

    def closed(self, refusal: Refusal, *, status: int) -> HttpResponse:
        return render(self.request, "schools/invitation_closed.html", {"refusal": refusal}, status=status)

    def get_form_class(self) -> type[forms.BaseForm]:
        return forms.Form if self.is_known else NewMemberForm

    def get_form_kwargs(self) -> dict:
        more = {} if self.is_known else {"email": self.target.email}
        return {**super().get_form_kwargs(), **more}

    def get_initial(self) -> dict:
        return {"full_name": self.target.full_name}

    def get_context_data(self, **kwargs) -> dict:
        return super().get_context_data(is_known=self.is_known, **kwargs)

    def act(self, form: forms.Form) -> Membership:
        typed = {name: form.cleaned_data.get(name, "") for name in ("full_name", "password")}
        user = self.user if self.is_known else None
        return staff.accept_invitation(token=self.kwargs["token"], user=user, language=get_language(), **typed)

    def said(self, membership: Membership) -> str:
        if self.is_known:
            return _("You have joined {school}.").format(school=self.target.school)
        return _("Your account is ready. Sign in with {email}.").format(email=self.target.email)

    def way_back(self, membership: Membership) -> str:
        desk = reverse("desk")
        return desk if self.is_known else reverse("account_login", query={"next": desk})
