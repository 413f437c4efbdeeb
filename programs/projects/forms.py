from __future__ import annotations

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from programs.competitions.choices import ProjectKind
from programs.competitions.models import ProjectField, RuleSet
from programs.core.forms import CleanCharField, CodeField, DateField
from programs.core.idempotency import IdempotentFormMixin
from programs.core.versions import VersionedFormMixin
from programs.projects.choices import FileKind
from programs.projects.queries.entering import teachers_of
from programs.projects.rules import Opened, asks_dates
from programs.pupils.models import Pupil
from programs.schools.models import School

ACCEPT = {
    FileKind.IMAGE: "image/jpeg,image/png,image/webp,image/heic,.heic",
    FileKind.DOCUMENT: "application/pdf,.pdf",
}


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

    def __init__(self, *args, school: School, rule_set: RuleSet, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.fields["supervisor"].queryset = teachers_of(school)
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


class FileForm(forms.Form):
    """One file of one kind; whether it is really that is judged by its content."""

    upload = forms.FileField(allow_empty_file=True)

    def __init__(self, *args, kind: str, most_mb: int, **kwargs) -> None:
        kwargs.setdefault("auto_id", f"id_{kind}_%s")
        super().__init__(*args, **kwargs)
        self.kind = kind
        field = self.fields["upload"]
        field.widget.attrs["accept"] = ACCEPT[FileKind(kind)]
        if kind == FileKind.IMAGE:
            field.label = _("Picture")
            field.help_text = _("JPEG, PNG, WebP or HEIC, up to {size} MB. No faces, please.").format(size=most_mb)
        else:
            field.label = _("Report (PDF)")
            field.help_text = _("One PDF, up to {size} MB, without a password.").format(size=most_mb)


class ReasonForm(forms.Form):
    reason = CleanCharField(
        label=_("Reason"),
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 5}),
        help_text=_("The team and the teacher read this exactly as you write it."),
    )


class ReturnForm(forms.Form):
    reason = CleanCharField(
        label=_("What should the pupils correct?"),
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 5}),
        help_text=_("The pupils will read this exactly as you write it."),
    )
