"""The shape of a booking, its papers, its exception."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import groupby

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from programs.bookings.models import GROUP, Group
from programs.core.forms import CleanCharField, CleanFormMixin, PhoneField, WholeNumberField
from programs.core.idempotency import IdempotentFormMixin
from programs.core.versions import VersionedFormMixin
from programs.pupils.models import ClassGroup, Pupil


class ClassSelect(forms.Select):
    """Each option knows its number of pupils and of adults, so that a script may fill the numbers in."""

    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.pupil_counts: dict[str, int] = {}
        self.ratios: dict[str, int] = {}

    def create_option(self, name, value, *args, **kwargs) -> dict:
        option = super().create_option(name, value, *args, **kwargs)
        if str(value) in self.pupil_counts:
            option["attrs"]["data-pupils"] = self.pupil_counts[str(value)]
            option["attrs"]["data-pupils-per-adult"] = self.ratios[str(value)]
        return option


def needs_field() -> CleanCharField:
    return CleanCharField(
        label=_("Access and medical needs"),
        required=False,
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Only the centre reads this. Say what to prepare, not a pupil's diagnosis."),
    )


class NeedsForm(CleanFormMixin, VersionedFormMixin, forms.Form):
    needs = needs_field()


class BookingForm(CleanFormMixin, IdempotentFormMixin, forms.Form):
    class_group = forms.TypedChoiceField(label=_("Class"), widget=ClassSelect)
    pupils = WholeNumberField(label=_("Pupils"), min_value=1, max_value=9999)
    adults = WholeNumberField(label=_("Accompanying adults"), min_value=0, max_value=999)
    contact_phone = PhoneField(
        label=_("Phone number on the day"), help_text=_("The centre will call this number if the bus is late.")
    )
    needs = needs_field()
    note = CleanCharField(
        label=_("Note to the centre"), required=False, max_length=1000, widget=forms.Textarea(attrs={"rows": 2})
    )
    wait_if_full = forms.BooleanField(
        label=_("If there are no places left, put us on the waiting list"),
        required=False,
        help_text=_("We will email you as soon as places become available."),
    )

    def __init__(
        self, *args, classes: Sequence[ClassGroup], ratio_of: Callable[[int], int], largest: int, **kwargs
    ) -> None:
        """``ratio_of`` says of a grade how many pupils one adult may accompany, ``largest`` how many a group may have.

        Of a larger class as many are filled in as may come, and the form says so.
        """
        super().__init__(*args, **kwargs)
        self.classes = {str(class_group.pk): class_group for class_group in classes}
        ratios = {key: ratio_of(each.grade) for key, each in self.classes.items()}
        field = self.fields["class_group"]
        field.choices = [("", _("Choose a class")), *_choices_by_school(classes)]
        field.coerce = self.classes.get
        field.widget.pupil_counts = {key: min(each.pupil_count, largest) for key, each in self.classes.items()}
        if any(each.pupil_count > largest for each in classes):
            self.fields["pupils"].help_text = _largest_words(largest)
        field.widget.ratios = ratios
        strictest = min(ratios.values(), default=1)
        self.fields["adults"].help_text = ratio_words(sorted(set(ratios.values())))
        self.fields["adults"].widget.attrs["data-pupils-per-adult"] = strictest

    @property
    def group(self) -> Group:
        """What a valid form says of the group."""
        return Group(**{name: self.cleaned_data[name] for name in ("class_group", *GROUP)})


def _largest_words(largest: int) -> str:
    return ngettext(
        "A group can have up to {count} pupil: for a larger class, no more than this are filled in.",
        "A group can have up to {count} pupils: for a larger class, no more than this are filled in.",
        largest,
    ).format(count=largest)


def ratio_words(ratios: Sequence[int]) -> str:
    if len(ratios) != 1:
        return _("How many depends on the level of the class; you cannot book with too few.") if ratios else ""
    return ngettext(
        "At least one adult for every {count} pupil.", "At least one adult for every {count} pupils.", ratios[0]
    ).format(count=ratios[0])


def _choices_by_school(classes: Sequence[ClassGroup]) -> list[tuple]:
    """Classes with their size; under the school's name when the person works in several schools."""
    schools = [
        (school, [(str(each.pk), _class_label(each)) for each in group])
        for school, group in groupby(classes, key=lambda each: each.school)
    ]
    if len(schools) == 1:
        return schools[0][1]
    return [(school.name, options) for school, options in schools]


def _class_label(class_group: ClassGroup) -> str:
    if not class_group.pupil_count:
        return class_group.name
    return ngettext("{name} · {count} pupil", "{name} · {count} pupils", class_group.pupil_count).format(
        name=class_group.name, count=class_group.pupil_count
    )


class CancelForm(CleanFormMixin, forms.Form):
    reason = CleanCharField(
        label=_("Reason"),
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("The other side will read this, so that they can make new plans."),
    )


class RosterForm(VersionedFormMixin, forms.Form):
    pupils = forms.TypedMultipleChoiceField(
        label=_("Participants"),
        coerce=int,
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": _("Tick at least one pupil.")},
    )

    def __init__(self, *args, pupils: Sequence[Pupil], most: int, **kwargs) -> None:
        """An empty list begins with the class, ``most`` pupils of it: the usual case is one press of the button."""
        super().__init__(*args, **kwargs)
        self.fields["pupils"].choices = [(pupil.pk, pupil.full_name) for pupil in pupils]
        self.fields["pupils"].initial = [pupil.pk for pupil in pupils[:most]]


class ExceptionForm(CleanFormMixin, forms.Form):
    reason = CleanCharField(
        label=_("Reason for the exception"),
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("It is recorded with your name. Other schools that are waiting may ask about it."),
    )


class AnswerForm(forms.Form):
    """The button that was pressed takes the places, or lets the next group have them."""

    answer = forms.ChoiceField(choices=[("accept", ""), ("leave", "")])

    @property
    def accepts(self) -> bool:
        return self.cleaned_data["answer"] == "accept"
