"""What waits for approval; each role's own page to approve or return; statements; the safety committee."""

from __future__ import annotations

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from programs.competitions.models import Competition
from programs.competitions.queries import competitions_visible_to
from programs.core.acting import Act
from programs.core.dates import short_moment
from programs.core.gates import signed_in
from programs.core.refusals import Refused
from programs.core.text import clean_text
from programs.documents.queries import tiles_of
from programs.endorsements import actions, policy, queries, words
from programs.endorsements.choices import Kind, Part
from programs.endorsements.forms import ApproveForm, EndForm, MentorForm, ReturnForm, SafetyForm, TextForm
from programs.endorsements.models import SafetyMember
from programs.projects.models import Project
from programs.projects.queries.deadlines import approve_by
from programs.projects.queries.submissions import receipt_of
from programs.projects.queries.team import members_of
from programs.projects.queries.visible import projects_visible_to
from programs.projects.words import parts_of

PAGE_SIZE = 20


# --- The queue ----------------------------------------------------------------------------------
@signed_in
@require_safe
def endorsement_queue(request: HttpRequest) -> HttpResponse:
    waiting = queries.projects_to_approve(request.user)
    chosen = clean_text(request.GET.get("competition", ""))
    shown = waiting.filter(competition__slug=chosen) if chosen else waiting
    page = Paginator(shown, PAGE_SIZE).get_page(request.GET.get("page"))
    rows = queries.rows_of(request.user, list(page.object_list))
    competitions = queries.competitions_of(waiting)
    context = {"page_obj": page, "rows": rows, "competitions": competitions, "chosen": chosen}
    return render(request, "endorsements/endorsement_queue.html", context)


# --- Approving and returning --------------------------------------------------------------------
class EndorsementAct(Act):
    """404 where it is not this person's to see, 403 where another gives this approval."""

    kind: Kind
    context_object_name = "project"

    def get_target(self, reference: str) -> Project:
        return get_object_or_404(projects_visible_to(self.user), reference=reference)

    def get_initial(self) -> dict:
        return self.marks

    @property
    def marks(self) -> dict[str, int]:
        """What is on the page now: the number of the submission, for a mentor the version of the text."""
        submission = receipt_of(self.target)
        return {"submission": submission.number if submission else 0}

    def refused(self, form, refused: Refused) -> HttpResponse:
        """The page shows what is new: the next press decides about that."""
        form.data = form.data.copy()
        for name, mark in self.marks.items():
            form.data[name] = str(mark)
        return super().refused(form, refused)

    def may(self, user, project: Project) -> bool:
        return policy.may_approve(user, project, self.kind)

    @property
    def back_url(self) -> str:
        return reverse("project_detail", args=[self.target.reference])

    def way_back(self, result) -> str:
        return reverse("endorsement_queue")


class Endorse(EndorsementAct):
    template_name = "endorsements/endorse.html"
    form_class: type = ApproveForm
    done = _("You have approved the project. Those whom it concerns have been told.")

    @property
    def title(self) -> str:
        return _("Approve “{title}”").format(title=self.target.title)

    def get_context_data(self, **kwargs) -> dict:
        return super().get_context_data(
            confirms=words.confirmed_by(self.kind, self.target),
            members=members_of(self.target),
            tiles=tiles_of(self.target),
            statements=queries.statements_of(self.target),
            until=approve_by(self.target),
            return_url=reverse(f"return_{self.kind}", args=[self.target.reference]),
            **kwargs,
        )

    def act(self, form) -> Project:
        typed = {name: value for name, value in form.cleaned_data.items() if name != "agreed"}
        return actions.approve_project(project_id=self.target.pk, kind=self.kind, by=self.user, **typed)


class EndorseMentor(Endorse):
    kind = Kind.MENTOR
    form_class = MentorForm

    @property
    def marks(self) -> dict[str, int]:
        return super().marks | {"text_version": words.newest_text(Part.MENTOR).version}

    def get_context_data(self, **kwargs) -> dict:
        return super().get_context_data(points=words.newest_text(Part.MENTOR).points, **kwargs)


class EndorseSchool(Endorse):
    kind = Kind.SCHOOL


class EndorseSafety(Endorse):
    kind = Kind.SAFETY


class Return(EndorsementAct):
    form_class = ReturnForm
    submit = _("Return to the pupils")
    done = _("The project has been returned. The pupils have been told.")

    @property
    def title(self) -> str:
        return _("Return “{title}” for correction").format(title=self.target.title)

    @property
    def text(self) -> str:
        """What the team can still do then, and until when."""
        competition = self.target.competition
        if timezone.now() < competition.closes_at:
            words = _("The pupils can change everything and must submit again before {moment}.")
            return words.format(moment=short_moment(competition.closes_at))
        opened = competition.rule_set.open_after_close
        if not opened:
            return _(
                "The deadline is over and the rules open nothing afterwards: the pupils cannot mend it, and the project "
                "will not be entered. If it must be mended, ask the organiser to open it instead."
            )
        return _("The deadline is over. Until {moment} the pupils can still change: {parts}.").format(
            moment=short_moment(approve_by(self.target)), parts=parts_of(self.target, opened)
        )

    def act(self, form: ReturnForm) -> Project:
        return actions.return_project(project_id=self.target.pk, kind=self.kind, by=self.user, **form.cleaned_data)


class ReturnMentor(Return):
    kind = Kind.MENTOR


class ReturnSchool(Return):
    kind = Kind.SCHOOL


class ReturnSafety(Return):
    kind = Kind.SAFETY


# --- Statements ---------------------------------------------------------------------------------
class ProjectStatement(Act):
    """Each member reads and states for himself or herself."""

    form_class = TextForm
    template_name = "endorsements/statement.html"
    context_object_name = "project"
    may = staticmethod(policy.may_state)
    done = _("Thank you. Your statement is kept with the project.")

    def get_target(self, reference: str) -> Project:
        return get_object_or_404(projects_visible_to(self.user), reference=reference)

    def get_initial(self) -> dict:
        return {"text_version": words.newest_text(Part.MEMBER).version}

    def get_context_data(self, **kwargs) -> dict:
        stated = self.target.statements.filter(person=self.user).first()
        text = words.text_of(Part.MEMBER, stated.text_version) if stated else words.newest_text(Part.MEMBER)
        return super().get_context_data(points=text.points, stated=stated, **kwargs)

    def act(self, form: TextForm):
        return actions.state_honesty(
            project_id=self.target.pk, text_version=form.cleaned_data["text_version"], by=self.user
        )

    def way_back(self, result) -> str:
        return reverse("project_edit", args=[self.target.reference])


# --- The safety committee -----------------------------------------------------------------------
class SafetyCommittee(Act):
    form_class = SafetyForm
    template_name = "endorsements/safety_committee.html"
    context_object_name = "competition"
    may = staticmethod(policy.may_name)
    done = _("The person is in the safety committee and has been told.")

    def get_target(self, slug: str) -> Competition:
        return get_object_or_404(competitions_visible_to(self.user), slug=slug)

    def get_context_data(self, **kwargs) -> dict:
        return super().get_context_data(members=queries.safety_committee(self.target), **kwargs)

    def act(self, form: SafetyForm) -> SafetyMember:
        return actions.name_safety_member(competition_id=self.target.pk, by=self.user, **form.cleaned_data)

    def way_back(self, result) -> str:
        return reverse("safety_committee", args=[self.target.slug])


class SafetyEnd(Act):
    form_class = EndForm
    title = _("End this membership?")
    text = _("What the person has approved stays approved. They can be named again.")
    submit = _("End the membership")
    danger = True
    may = staticmethod(policy.may_name)
    done = _("The membership has ended.")

    def get_target(self, pk: int) -> SafetyMember:
        return get_object_or_404(queries.safety_members_visible_to(self.user), pk=pk)

    @property
    def back_url(self) -> str:
        return reverse("safety_committee", args=[self.target.competition.slug])

    def act(self, form: EndForm) -> SafetyMember:
        return actions.end_safety_member(member_id=self.target.pk, by=self.user, **form.cleaned_data)
