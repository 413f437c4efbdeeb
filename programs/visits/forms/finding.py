"""What a teacher looks for."""

from __future__ import annotations

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from programs.core.choices import GRADES_OF_LEVEL, Grade, Level
from programs.schools.models import Area
from programs.visits.forms.fields import DayField, number
from programs.visits.models import FieldTrip

Choices = list[tuple[str, str]]


class SessionSearchForm(forms.Form):
    """A GET form: whatever cannot be read narrows nothing."""

    grade = forms.ChoiceField(label=_("Level or grade"), required=False)
    subject = forms.ChoiceField(label=pgettext_lazy("school subject", "Subject"), required=False)
    trip = forms.ModelChoiceField(
        label=_("Field trip"), queryset=None, required=False, to_field_name="code", empty_label=_("All field trips")
    )
    first = DayField(label=_("From"), required=False)
    last = DayField(label=_("To"), required=False)
    seats = number(label=_("Places for my group"), required=False, min_value=1, max_value=1000)
    ward = forms.ModelChoiceField(
        label=_("My school's ward"), queryset=None, required=False, to_field_name="code", empty_label=_("Any ward")
    )
    order = forms.ChoiceField(
        label=_("Order"), required=False, choices=[("", _("Soonest first")), ("near", _("Nearest first"))]
    )

    def __init__(self, *args, subjects: Choices, trips: QuerySet[FieldTrip], wards: QuerySet[Area], **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.fields["subject"].choices = [("", _("All subjects")), *subjects]
        self.fields["trip"].queryset = trips
        self.fields["trip"].label_from_instance = lambda trip: trip.local_title
        self.fields["ward"].queryset = wards
        levels = [(level.value, level.label) for level in GRADES_OF_LEVEL]
        self.fields["grade"].choices = [("", _("All grades")), (_("Level"), levels), (_("Grade"), Grade.choices)]

    def wish(self) -> dict:
        """What was asked for, in the words of ``queries.finding.Wish``."""
        self.is_valid()
        found = self.cleaned_data
        return {
            "grades": _span(found.get("grade", "")),
            "subject": found.get("subject", ""),
            "first": found.get("first"),
            "last": found.get("last"),
            "seats": found.get("seats"),
            "trip": found.get("trip"),
            "ward": found.get("ward"),
            "nearest_first": found.get("order") == "near",
        }


def _span(asked: str) -> tuple[int, int] | None:
    """First and last grade of a level, or of one grade."""
    if not asked:
        return None
    grades = [int(asked)] if asked.isdigit() else GRADES_OF_LEVEL[Level(asked)]
    return grades[0], grades[-1]
