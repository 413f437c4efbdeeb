"""The shape of what teachers report."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from programs.activities.queries import curricula_to_report
from programs.core.forms import CleanCharField, CleanFormMixin, DateField, WholeNumberField
from programs.core.idempotency import IdempotentFormMixin
from programs.core.versions import VersionedFormMixin
from programs.pupils.models import ClassGroup


class ClassField(forms.ModelChoiceField):
    """A class with its school's name where the teacher works at several."""

    with_school = False

    def label_from_instance(self, class_group: ClassGroup) -> str:
        return f"{class_group.name} · {class_group.school}" if self.with_school else class_group.name


class LessonFields(forms.Form):
    """The five questions about a lesson."""

    curriculum = forms.ModelChoiceField(
        label=_("Curriculum"), queryset=None, empty_label=_("Choose the curriculum that was taught")
    )
    class_group = ClassField(label=_("Class"), queryset=None, empty_label=_("Choose the class"))
    taught_on = DateField(
        label=_("Day of the lesson"), help_text=_("Day/month/year. The last day, if it took several.")
    )
    pupils = WholeNumberField(label=_("Pupils who took part"), min_value=1, max_value=200)
    girls = WholeNumberField(label=_("Number of girls"), min_value=0, max_value=200)

    def __init__(self, *args, classes, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.fields["curriculum"].queryset = curricula_to_report()
        self.fields["class_group"].queryset = classes
        schools = set(classes.order_by().values_list("school_id", flat=True).distinct()[:2])
        self.fields["class_group"].with_school = len(schools) > 1


class ActivityForm(LessonFields, IdempotentFormMixin):
    """A lesson that is reported."""


class CorrectForm(LessonFields, VersionedFormMixin):
    """A report that is mended."""


class WithdrawForm(CleanFormMixin, forms.Form):
    reason = CleanCharField(
        label=_("Reason"),
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("It stays with the report, for whoever asks later."),
    )
