"""A team by invitation: who is in it, who is asked, joining, declining, leaving."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse, reverse_lazy
from django.utils import timezone
from django.utils.cache import add_never_cache_headers
from django.utils.translation import gettext_lazy as _

from programs.core.acting import Act
from programs.core.idempotency import IdempotentFormMixin
from programs.core.references import in_groups
from programs.core.refusals import Refused
from programs.core.throttle import Throttle
from programs.projects import policy
from programs.projects.actions import team
from programs.projects.forms import InviteForm, JoinForm
from programs.projects.models import Project, TeamInvitation
from programs.projects.queries.team import members_of, seats_taken, to_invite, waiting_invitations
from programs.projects.queries.visible import invitations_visible_to
from programs.projects.rules import invitation_refusal, inviting_refusal, leaving_refusal, team_refusal
from programs.projects.views.projects import ProjectAct
from programs.schools.queries.roles import roles_of

WRONG_CODES = Throttle("team-code", allowed=20, seconds=600)  # by address and pupil


class ProjectTeam(ProjectAct):
    """Who is in it, who is asked, and what can be done about it; sending invites a classmate by name."""

    form_class = InviteForm
    template_name = "projects/team.html"

    def get_form_kwargs(self) -> dict:
        own = roles_of(self.user).pupil
        return super().get_form_kwargs() | {"classmates": to_invite(own, self.target, now=timezone.now())}

    def get_context_data(self, **kwargs) -> dict:
        now, project = timezone.now(), self.target
        members, waiting = members_of(project), list(waiting_invitations(project, now=now))
        return super().get_context_data(
            members=members,
            waiting=waiting,
            locked=team_refusal(project),
            refusal=inviting_refusal(project, team=len(members), waiting=len(waiting), now=now),
            may_leave=leaving_refusal(project, team=len(members)) is None,
            by_name=roles_of(self.user).pupil is not None,
            code_form=IdempotentFormMixin(),
            **kwargs,
        )

    def act(self, form: InviteForm) -> TeamInvitation:
        return team.invite_classmate(project_id=self.target.pk, by=self.user, key=form.key, **form.values)

    def said(self, invitation: TeamInvitation) -> str:
        return _("{name} has been invited.").format(name=invitation.pupil.full_name)

    def way_back(self, result) -> str:
        return reverse("project_team", args=[self.target.reference])


class TeamCode(ProjectAct):
    """The answer shows the code, which is kept nowhere."""

    form_class = IdempotentFormMixin
    question = _("Invite with a code")
    text = _("You get a code of eight letters and digits for one person. It is valid for seven days.")
    submit = _("Make a code")

    def act(self, form: IdempotentFormMixin) -> team.IssuedCode:
        return team.issue_code(project_id=self.target.pk, by=self.user, key=form.key)

    @property
    def back_url(self) -> str:
        return reverse("project_team", args=[self.target.reference])

    def answer(self, issued: team.IssuedCode) -> HttpResponse:
        context = {"project": self.target, "code": in_groups(issued.code, 4), "invitation": issued.invitation}
        answer = render(self.request, "projects/team_code.html", context)
        add_never_cache_headers(answer)
        return answer


class TeamLeave(ProjectAct):
    question = _("Leave the team of “{title}”")
    text = _("You no longer see this project. Until the deadline you can join another team or enter by yourself.")
    submit = _("Leave the team")
    danger = True
    done = _("You have left the team.")

    @property
    def back_url(self) -> str:
        return reverse("project_team", args=[self.target.reference])

    def act(self, form) -> Project:
        return team.leave_team(project_id=self.target.pk, by=self.user)

    def way_back(self, result) -> str:
        return reverse("project_list")


class TeamJoin(Act):
    """A code leads to the invitation; too many wrong ones, and whoever types has to wait."""

    form_class = JoinForm
    title = _("Join a team")
    text = _("Type the code that a teammate gave you. You see who invites you before you join.")
    submit = _("Show the invitation")
    back_url = reverse_lazy("project_list")
    may = staticmethod(policy.may_join_teams)

    def act(self, form: JoinForm) -> TeamInvitation:
        at = str(self.user.pk)
        if WRONG_CODES.is_exhausted(self.request, at=at):
            raise Refused.because(
                "too_many_codes", _("Too many wrong codes. Wait ten minutes, then try again."), "code"
            )
        try:
            return team.open_invitation(by=self.user, **form.cleaned_data)
        except Refused as refused:
            if refused.refusal.code == "no_such_code":
                WRONG_CODES.count(self.request, at=at)
            raise

    def way_back(self, invitation: TeamInvitation) -> str:
        return reverse("team_accept", args=[invitation.pk])


class InvitationAct(Act):
    context_object_name = "invitation"
    may = staticmethod(policy.may_answer)
    back_url = reverse_lazy("desk")

    def get_target(self, pk: int) -> TeamInvitation:
        return get_object_or_404(invitations_visible_to(self.user), pk=pk)


class TeamAccept(InvitationAct):
    template_name = "projects/team_accept.html"
    title = _("An invitation to a team")
    submit = _("Join the team")
    done = _("You are in the team.")

    def get_context_data(self, **kwargs) -> dict:
        refusal = invitation_refusal(self.target, now=timezone.now())
        team_size = len(seats_taken(self.target.project))
        return super().get_context_data(refusal=refusal, team_size=team_size, **kwargs)

    def act(self, form) -> Project:
        return team.accept_invitation(invitation_id=self.target.pk, by=self.user)

    def way_back(self, project: Project) -> str:
        return reverse("project_team", args=[project.reference])


class TeamDecline(InvitationAct):
    title = _("Decline the invitation")
    text = _("The team is told. If you change your mind, ask for another invitation.")
    submit = _("Decline")
    danger = True
    done = _("You have declined the invitation.")

    @property
    def back_url(self) -> str:
        return reverse("team_accept", args=[self.target.pk])

    def act(self, form) -> TeamInvitation:
        return team.decline_invitation(invitation_id=self.target.pk, by=self.user)

    def way_back(self, result) -> str:
        return reverse("desk")


class TeamTakeBack(InvitationAct):
    may = staticmethod(policy.may_take_back)
    title = _("Take the invitation back")
    text = _("Nobody can join with it any more. You can invite again at any time until you submit.")
    submit = _("Take the invitation back")
    danger = True
    done = _("The invitation has been taken back.")

    @property
    def back_url(self) -> str:
        return reverse("project_team", args=[self.target.project.reference])

    def act(self, form) -> TeamInvitation:
        return team.take_back(invitation_id=self.target.pk, by=self.user)
