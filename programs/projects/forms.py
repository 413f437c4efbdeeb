from __future__ import annotations

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from programs.centres.forms import MomentField
from programs.competitions.choices import ProjectKind
from programs.competitions.models import ProjectField, RuleSet
from programs.core.forms import CleanCharField, CodeField, DateField
from programs.core.idempotency import IdempotentFormMixin
from programs.core.versions import VersionedFormMixin
from programs.projects.choices import OPEN_WORDS, ProjectState
from programs.projects.models import Project
from programs.projects.queries.entering import teachers_of
from programs.projects.rules import Opened, asks_dates
from programs.pupils.models import Pupil
from programs.schools.models import School


class ProjectFields(forms.Form):
    """The words of a project. The summary may wait until it is submitted."""

    title = CleanCharField(
        label=pgettext_lazy("of a project", "Title"),
        max_length=200,
        help_text=_("One line that says what it is, not a slogan."),
    )
    kind = forms.ChoiceField(
        label=_("Type"),
        choices=ProjectKind,
        widget=forms.RadioSelect,
        help_text=_("Scientific: you answer a question with data. Engineering: you build something and test it."),
    )
    field = forms.ModelChoiceField(
        label=_("Field"), queryset=ProjectField.objects.all(), empty_label=_("Choose a field")
    )
    supervisor = forms.ModelChoiceField(
        label=_("Supervising teacher"),
        queryset=None,
        empty_label=_("Choose a teacher from your school"),
        help_text=_("Your teacher reads the project and endorses it before it is entered."),
    )
    summary = CleanCharField(
        label=_("Summary"),
        max_length=2000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 8}),
        help_text=_(
            "The problem, what you did, what you found. Up to 2,000 characters; you can save now and finish it "
            "before you submit."
        ),
    )

    started_on = DateField(label=_("Work began on"), required=False)
    finished_on = DateField(
        label=_("Work ended on"), required=False, help_text=_("You can fill this in before you submit.")
    )

    def __init__(self, *args, school: School | None, rule_set: RuleSet, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.fields["supervisor"].queryset = teachers_of(school)
        if school is None:  # a team of adults answers for itself
            del self.fields["supervisor"]
        self.fields["field"].queryset = rule_set.fields.all()
        if not self.fields["field"].queryset.exists():
            del self.fields["field"]
        if not asks_dates(rule_set):
            del self.fields["started_on"], self.fields["finished_on"]


class ProjectForm(ProjectFields, VersionedFormMixin):
    """The words of a project that is still with its team; what is not open any more is only shown."""

    def __init__(self, *args, doors: Opened, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        for name, field in self.fields.items():
            field.disabled = name != "version" and not doors.allows(name)


class NewProjectForm(ProjectFields, IdempotentFormMixin):
    """The words of a new project; teammates are invited when it is there."""


class InviteForm(IdempotentFormMixin):
    pupil = forms.ModelChoiceField(
        label=_("Classmate"),
        queryset=None,
        empty_label=_("Choose a classmate"),
        help_text=_("Your classmate finds the invitation on the own page and decides."),
    )

    def __init__(self, *args, classmates: QuerySet[Pupil], **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.fields["pupil"].queryset = classmates


class JoinForm(forms.Form):
    code = CodeField(label=_("Invitation code"), help_text=_("Eight letters and digits that a teammate gave you."))


class ReasonForm(forms.Form):
    reason = CleanCharField(
        label=_("Reason"),
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 5}),
        help_text=_("The team and the teacher read this exactly as you write it."),
    )


class ReopenForm(ReasonForm):
    """``scope`` may be empty for a project that was not approved in time: then only the approvals are asked again."""

    scope = forms.MultipleChoiceField(
        label=_("What the team may change"), required=False, widget=forms.CheckboxSelectMultiple
    )
    ends_at = MomentField(label=_("Open until"))

    def __init__(self, *args, project: Project, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        slots = [(slot.code, slot.local_name) for slot in project.competition.rule_set.slots.all()]
        self.fields["scope"].choices = [*OPEN_WORDS.items(), *slots]
        if project.state == ProjectState.LAPSED:
            self.fields["scope"].help_text = _("Choose nothing to ask only for the approvals again.")
