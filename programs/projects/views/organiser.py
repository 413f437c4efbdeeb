"""What the organiser does with one project: opens it for a correction, or withdraws it from judging."""

from __future__ import annotations

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from programs.projects import policy
from programs.projects.actions import decisions, reopening
from programs.projects.forms import ReasonForm, ReopenForm
from programs.projects.models import Project
from programs.projects.views.projects import ProjectAct


class ProjectReopen(ProjectAct):
    """The team reads the reason, changes only what is opened, and submits again."""

    form_class = ReopenForm
    may = staticmethod(policy.may_reopen)
    question = _("Reopen “{title}”")
    text = _(
        "The team and the teacher read your reason. What is not submitted again by the end is as it was before. "
        "After a new submission everybody who approved is asked again."
    )
    submit = _("Reopen the project")
    done = _("The project is open. Its team has been told.")

    def get_form_kwargs(self) -> dict:
        return super().get_form_kwargs() | {"project": self.target}

    def act(self, form: ReopenForm) -> Project:
        return reopening.reopen_project(project_id=self.target.pk, by=self.user, **form.cleaned_data)

    def way_back(self, result) -> str:
        return reverse("project_list")


class ProjectTakeOut(ProjectAct):
    """The organiser's: from then on only the team and its school read the project."""

    form_class = ReasonForm
    may = staticmethod(policy.may_take_out)
    question = _("Withdraw “{title}” from judging")
    text = _("This cannot be undone. The team and the teacher read your reason.")
    submit = _("Withdraw the project")
    danger = True
    done = _("The project has been withdrawn.")

    def act(self, form: ReasonForm) -> Project:
        return decisions.take_out(project_id=self.target.pk, by=self.user, **form.cleaned_data)

    def way_back(self, result) -> str:
        return reverse("project_list")
