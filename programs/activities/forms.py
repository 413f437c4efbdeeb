"""The shape of what teachers report."""

from __future__ import annotations

from collections.abc import Sequence

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from programs.activities.choices import OwnKind
from programs.activities.queries import curricula_to_report
from programs.core.forms import CleanCharField, CleanFormMixin, DateField, WholeNumberField
from programs.core.idempotency import IdempotentFormMixin
from programs.core.versions import VersionedFormMixin
from programs.pupils.models import ClassGroup
from programs.schools.models import SchoolLevel


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


class OwnFields(CleanFormMixin, forms.Form):
    """What a school did itself, in a minute on a phone."""

    kind = forms.ChoiceField(label=_("What was it?"), choices=[("", _("Choose the kind")), *OwnKind.choices])
    title = CleanCharField(label=_("Name of the activity"), max_length=150)
    where = forms.ChoiceField(label=_("For pupils of"))
    held_on = DateField(label=_("Day"), help_text=_("Day/month/year. The last day, if it took several."))
    minutes = WholeNumberField(
        label=_("How long, in minutes"), min_value=15, max_value=2880, help_text=_("A school day has about 240.")
    )
    pupils = WholeNumberField(label=_("Pupils who took part"), min_value=1, max_value=20000)
    girls = WholeNumberField(label=_("Number of girls"), min_value=0, max_value=20000)
    teachers = WholeNumberField(label=_("Teachers who worked on it"), min_value=1, max_value=500)
    evidence = CleanCharField(
        label=pgettext_lazy("of an activity", "Evidence"),
        required=False,
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Where it can be read or seen: a link, a plan, a decision. No names of pupils."),
    )

    def __init__(self, *args, levels: Sequence[SchoolLevel], **kwargs) -> None:
        super().__init__(*args, **kwargs)
        several = len({row.school_id for row in levels}) > 1
        choices = [(f"{row.school_id}:{row.level}", f"{row} · {row.school}" if several else str(row)) for row in levels]
        self.fields["where"].choices = choices if len(choices) == 1 else [("", _("Choose the level")), *choices]


class OwnForm(OwnFields, IdempotentFormMixin):
    """An own activity that is reported."""


class OwnCorrectForm(OwnFields, VersionedFormMixin):
    """An own activity that is mended."""


class WithdrawForm(CleanFormMixin, forms.Form):
    reason = CleanCharField(
        label=_("Reason"),
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("It stays with the report, for whoever asks later."),
    )
