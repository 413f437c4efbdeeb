"""Competitions for everybody; a project for its team, its teacher and other readers."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET

from programs.competitions.models import Competition
from programs.competitions.queries import competitions_visible_to, contents_of
from programs.competitions.words import rounds_of, who_enters
from programs.core.acting import Act
from programs.core.audit import history_of
from programs.core.gates import not_found_unless, signed_in
from programs.core.refusals import Refusal, Refused
from programs.core.text import clean_text
from programs.core.versions import version_of
from programs.projects import policy, words
from programs.projects.actions import decisions, drafts, entries
from programs.projects.choices import REOPENABLE, WITHDRAWN_BY_TEAM, ProjectState
from programs.projects.forms import NewProjectForm, ProjectForm
from programs.projects.hooks import PAGE_PARTS
from programs.projects.models import Project
from programs.projects.queries.contents import missing_in
from programs.projects.queries.deadlines import opened_now
from programs.projects.queries.entering import entrant_in, project_of
from programs.projects.queries.submissions import arrives_until, receipt_of
from programs.projects.queries.team import agreed_to_withdraw, entrant_of, members_of, must_still_agree
from programs.projects.queries.visible import projects_visible_to
from programs.projects.queries.waiting import invitations_to_answer
from programs.projects.rules import (
    edit_refusal,
    entry_refusal,
    holding_up,
    taking_out_refusal,
    team_refusal,
    window_refusal,
    withdrawal_refusal,
)
from programs.schools.queries.roles import roles_of

PAGE_SIZE = 20


# --- What the team does ---------------------------------------------------------------------------
class ProjectNew(Act):
    form_class = NewProjectForm
    template_name = "projects/project_new.html"
    context_object_name = "competition"
    may = staticmethod(policy.may_enter)
    done = _("Your project has been created. Invite your teammates, add a picture and your report, then submit it.")

    def get_target(self, slug: str) -> Competition:
        return get_object_or_404(competitions_visible_to(self.user), slug=slug)

    def instead(self) -> HttpResponse | None:
        own = project_of(entrant_of(self.user), self.target)
        return redirect("project_detail", own.reference) if own else None

    def get_form_kwargs(self) -> dict:
        pupil = roles_of(self.user).pupil
        return super().get_form_kwargs() | {"school": pupil and pupil.school, "rule_set": self.target.rule_set}

    def get_context_data(self, **kwargs) -> dict:
        entrant = entrant_in(self.target, entrant_of(self.user))
        refusal = entry_refusal(self.target, entrant, now=timezone.now())
        return super().get_context_data(refusal=refusal, **kwargs)

    def act(self, form: NewProjectForm) -> Project:
        return entries.create_project(competition_id=self.target.pk, by=self.user, key=form.key, **form.values)

    def way_back(self, project: Project) -> str:
        return reverse("project_edit", args=[project.reference])


class ProjectAct(Act):
    """404 for strangers, 403 for those who may read the project but are not of its team."""

    context_object_name = "project"
    may = staticmethod(policy.may_work_on)
    question = ""

    def get_target(self, reference: str) -> Project:
        return get_object_or_404(projects_visible_to(self.user), reference=reference)

    @property
    def title(self) -> str:
        return self.question.format(title=self.target.title)

    @property
    def back_url(self) -> str:
        return reverse("project_detail", args=[self.target.reference])


class ProjectEdit(ProjectAct):
    """The words of a draft; its team and its documents have pages of their own."""

    form_class = ProjectForm
    template_name = "projects/project_edit.html"
    back_url = ""
    done = _("Saved.")

    def instead(self) -> HttpResponse | None:
        """What is over is read on the page of the project; whoever had typed already sees it here, beside the words."""
        typed = self.request.method == "POST" and self.target.is_editable
        return None if typed or not frozen(self.target) else redirect("project_detail", self.target.reference)

    def get_form_kwargs(self) -> dict:
        rule_set = self.target.competition.rule_set
        doors = opened_now(self.target, now=timezone.now())
        words = {"initial": self.target.draft, "school": self.target.school, "rule_set": rule_set, "doors": doors}
        return super().get_form_kwargs() | words

    def get_context_data(self, **kwargs) -> dict:
        context = super().get_context_data(**kwargs)
        for part in PAGE_PARTS:
            context |= part(self.user, self.target, member=True)
        several = self.target.competition.rule_set.team_max > 1
        context |= {
            "may_see_team": several and team_refusal(self.target) is None,
            "versions": {name: version_of({name: value}) for name, value in self.target.draft.items()},
            "over": frozen(self.target),
            "next": words.next_of(self.target, member=True),
        }
        return context | lacks_of(self.target) | words.correction_of(self.target)

    def act(self, form: ProjectForm) -> Project:
        return entries.save_draft(project_id=self.target.pk, by=self.user, **form.cleaned_data)

    def way_back(self, result) -> str:
        return reverse("project_edit", args=[self.target.reference])


class ProjectField(ProjectAct):
    """For the script of the draft: one field, answered in JSON. 409 carries what is stored meanwhile."""

    http_method_names = ["post"]

    def get_target(self, reference: str, name: str) -> Project:
        project = get_object_or_404(projects_visible_to(self.user), reference=reference)
        not_found_unless(name in project.draft)
        return project

    def post(self, request: HttpRequest, *args, **kwargs) -> HttpResponse:
        name = self.kwargs["name"]
        field = not_found_unless(draft_form(self.target).fields.get(name))
        try:
            value = field.clean(field.widget.value_from_datadict(request.POST, request.FILES, "value"))
            saved = drafts.save_field(
                project_id=self.target.pk, name=name, value=value, version=request.POST.get("version", ""), by=self.user
            )
        except ValidationError as error:
            return JsonResponse({"errors": error.messages}, status=422)
        except Refused as refused:
            return self._refused(name, refused)
        versions = {"version": version_of({name: saved.draft[name]}), "form_version": version_of(saved.draft)}
        return JsonResponse(versions | {"saved_at": f"{timezone.localtime():%H:%M:%S}"})

    def _refused(self, name: str, refused: Refused) -> JsonResponse:
        message = str(refused.refusal.message)
        if refused.stored is None:
            return JsonResponse({"errors": [message]}, status=422)
        stored = self.get_target(**self.kwargs)
        shown = draft_form(stored)[name]
        found = {"errors": [message], "version": version_of(refused.stored), "form_version": version_of(stored.draft)}
        value = shown.field.prepare_value(stored.draft[name])
        return JsonResponse(
            found | {"stored": shown.field.widget.format_value(value) if value is not None else ""}, status=409
        )


def draft_form(project: Project, **kwargs) -> ProjectForm:
    """The words of the project as its team may change them now."""
    doors = opened_now(project, now=timezone.now())
    rule_set = project.competition.rule_set
    return ProjectForm(initial=project.draft, school=project.school, rule_set=rule_set, doors=doors, **kwargs)


def frozen(project: Project) -> Refusal | None:
    """Why its team cannot change the project now."""
    now = timezone.now()
    return edit_refusal(project, opened_now(project, now=now), now=now)


def lacks_of(project: Project) -> dict:
    """What holds the project up, what is on its way, and until when that may arrive."""
    found, doors = missing_in(project), opened_now(project, now=timezone.now())
    coming = [lack for lack in found if lack.on_its_way]
    return {
        "missing": holding_up(found),
        "coming": coming,
        "until": doors.until,
        "files_until": arrives_until(project, doors.until) if coming else None,
    }


class ProjectSubmit(ProjectAct):
    template_name = "projects/project_submit.html"
    question = _("Submit “{title}”")
    text = _("After this you cannot change the text or the files, unless your teacher returns the project.")
    submit = _("Submit")

    def instead(self) -> HttpResponse | None:
        pressed = self.request.method == "POST"
        return None if pressed or not frozen(self.target) else redirect("project_detail", self.target.reference)

    def get_context_data(self, **kwargs) -> dict:
        over = {"over": frozen(self.target), "next": words.next_of(self.target, member=True)}
        return super().get_context_data(**over, **lacks_of(self.target), **kwargs)

    def act(self, form) -> Project:
        return decisions.submit_project(project_id=self.target.pk, by=self.user)

    def said(self, project: Project) -> str:
        return {
            ProjectState.ARRIVING: _("Submitted in time. The last files may still arrive."),
            ProjectState.SUBMITTED: _("Submitted. Those who must approve it have been told."),
        }.get(ProjectState(project.state), _("Submitted and entered."))


class ProjectWithdraw(ProjectAct):
    question = _("Withdraw “{title}”")
    FINAL = _("This cannot be undone. Until the deadline each of you can enter again with another project.")
    ASKED = _(
        "The project is withdrawn for good when {names} agree too; they are told now. Until then you can keep it."
    )
    submit = _("Withdraw the project")
    danger = True

    @property
    def text(self) -> str:
        others = [member.person for member in must_still_agree(self.target)]
        names = ", ".join(person.full_name for person in others if person.user != self.user)
        return self.ASKED.format(names=names) if names else self.FINAL

    def act(self, form) -> Project:
        return decisions.withdraw_project(project_id=self.target.pk, by=self.user)

    def said(self, project: Project) -> str:
        if project.state == ProjectState.WITHDRAWN:
            return _("The project has been withdrawn.")
        return _("You have agreed. The project is withdrawn when the others agree too.")


class ProjectKeep(ProjectAct):
    question = _("Keep “{title}”")
    text = _("You no longer agree to withdraw the project; it goes on as before.")
    submit = _("Keep the project")
    done = _("The project goes on.")

    def act(self, form) -> Project:
        return decisions.keep_project(project_id=self.target.pk, by=self.user)


# --- What is read ---------------------------------------------------------------------------------
@signed_in
@require_GET
def project_list(request: HttpRequest) -> HttpResponse:
    asked = clean_text(request.GET.get("state", ""))
    state = asked if asked in ProjectState.values else ""
    projects = projects_visible_to(request.user)
    if state:
        projects = projects.filter(state=state)
    page = Paginator(projects.order_by("-updated_at", "pk"), PAGE_SIZE).get_page(request.GET.get("page"))
    own = entrant_of(request.user) is not None  # few: each says what happens next
    context = {
        "page_obj": page,
        "rows": [(project, words.next_words(project, member=True) if own else "") for project in page],
        "state": state,
        "states": ProjectState.choices,
        "own": own,
        "roles": roles_of(request.user),
        "invitations": invitations_to_answer(request.user, now=timezone.now()),
    }
    return render(request, "projects/project_list.html", context)


@signed_in
@require_GET
def project_detail(request: HttpRequest, reference: str) -> HttpResponse:
    project = get_object_or_404(projects_visible_to(request.user), reference=reference)
    member = policy.may_work_on(request.user, project)
    roles = roles_of(request.user)
    reads_history = project.supervisor_id == request.user.pk or (
        project.school is not None and roles.coordinates(project.school)
    )
    agreed = agreed_to_withdraw(project) if project.state in WITHDRAWN_BY_TEAM else []
    still = [row.person for row in must_still_agree(project)] if agreed else []
    has_agreed = request.user in [person.user for person in agreed]
    others = [person for person in still if person.user != request.user]
    own_withdrawal = withdrawal_refusal(project, agreed=has_agreed, waiting=len(others))
    context = {
        "project": project,
        "steps": words.steps_of(project),
        "next": words.next_of(project, member=member),
        "members": members_of(project),
        "may_edit": member and not frozen(project),
        "may_see_team": member and team_refusal(project) is None and project.competition.rule_set.team_max > 1,
        "may_withdraw": member and own_withdrawal is None,
        "agreed": agreed,
        "still": still,
        "may_keep": has_agreed,
        "may_take_out": policy.may_take_out(request.user, project) and not taking_out_refusal(project),
        "receipt": receipt_of(project),
        "may_reopen": policy.may_reopen(request.user, project) and project.state in REOPENABLE,
        "history": history_of(project) if member or reads_history else [],
    }
    context |= words.correction_of(project)
    for part in PAGE_PARTS:
        context |= part(request.user, project, member=member)
    return render(request, "projects/project_detail.html", context)


@require_GET
def competition_list(request: HttpRequest) -> HttpResponse:
    now = timezone.now()
    competitions = list(competitions_visible_to(request.user))
    opened = sorted((row for row in competitions if row.is_open(now)), key=lambda row: row.closes_at)
    context = {"open": opened, "others": [row for row in competitions if row not in opened]}
    return render(request, "competitions/competition_list.html", context)


@require_GET
def competition_detail(request: HttpRequest, slug: str) -> HttpResponse:
    competition = get_object_or_404(competitions_visible_to(request.user), slug=slug)
    contents = contents_of(competition.rule_set)
    context = {
        "competition": competition,
        "rule_set": competition.rule_set,
        "refusal": window_refusal(competition, now=timezone.now()),
        "may_enter": not request.user.is_authenticated or policy.may_enter(request.user, competition),
        "own_project": project_of(entrant_of(request.user), competition),
        "who": who_enters(competition.rule_set),
        "rounds": rounds_of(contents),
        "slots": contents.slots,
    }
    return render(request, "projects/competition_detail.html", context)
