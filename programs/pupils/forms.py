"""The shape of a class, of a leaving and of a promotion."""

from __future__ import annotations

from django import forms
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from programs.core.choices import GRADES_OF_LEVEL, Level
from programs.core.forms import CleanCharField, CleanFormMixin, DateField
from programs.core.idempotency import IdempotentFormMixin
from programs.core.versions import VersionedFormMixin
from programs.pupils.models import Pupil
from programs.pupils.queries import Suggestion
from programs.pupils.rules import Move, Plan, grade_of_class
from programs.schools.forms import StaffChoice, reason_field, staff_people
from programs.schools.models import School


class LeavingForm(forms.Form):
    pupil = forms.ModelMultipleChoiceField(label=_("Pupils"), queryset=None, widget=forms.MultipleHiddenInput)
    left_on = DateField(label=_("Left the school on"), initial=timezone.localdate)

    def __init__(self, *args, pupils, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.fields["pupil"].queryset = pupils if pupils is not None else Pupil.objects.none()


class AccountFormMixin(forms.Form):
    """Asks with which account the child signs in, where both of two records have one."""

    def __init__(self, *args, kept: Pupil, dropped: Pupil, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        if kept.user and dropped.user:
            self.fields["account"] = forms.TypedChoiceField(
                label=_("With which account does the child sign in?"),
                help_text=_("The other account is closed. Ask the child which of the two it uses."),
                choices=[(pupil.user_id, _account_of(pupil)) for pupil in (kept, dropped)],
                coerce=int,
                empty_value=None,
                required=False,
                widget=forms.RadioSelect,
            )

    @property
    def account(self) -> int | None:
        return self.cleaned_data.get("account")


def _account_of(pupil: Pupil) -> str:
    words = _("{username} ({name}, {number})")
    return words.format(username=pupil.user.username, name=pupil.full_name, number=pupil.external_id)


class JoinForm(AccountFormMixin, IdempotentFormMixin):
    """Two records become one."""


class PartForm(CleanFormMixin, forms.Form):
    """One record becomes two again; its state says that it is done once."""

    reason = reason_field()


UP, LEAVE = "up", "leave"


class PromotionForm(CleanFormMixin, IdempotentFormMixin):
    """Three fields a class, and two lists of pupils; without JavaScript all of it is one page."""

    def __init__(self, *args, suggestions: list[Suggestion], **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.suggestions = suggestions
        for one in suggestions:
            self._add_class(one)
        pupils = [(place.pupil_id, place.pupil.full_name) for one in suggestions for place in one.group.places]
        for name, label in (("repeating", _("Repeats the year")), ("leaving", _("Has left the school"))):
            self.fields[name] = forms.MultipleChoiceField(
                label=label,
                choices=pupils,
                required=False,
                widget=forms.MultipleHiddenInput,
                initial=[str(pk) for one in suggestions for pk in getattr(one, name)],
            )

    def _add_class(self, one: Suggestion) -> None:
        pk, name = one.group.pk, one.group.name
        self.fields[f"fate_{pk}"] = forms.ChoiceField(
            label=_("Class {name}").format(name=name),
            choices=[(UP, capfirst(_("moves up"))), (LEAVE, capfirst(_("leaves the school")))],
            initial=LEAVE if one.leaves else UP,
        )
        self.fields[f"name_{pk}"] = CleanCharField(
            label=_("Name of class {name} in the new year").format(name=name),
            max_length=20,
            required=False,
            initial=one.next_name,
        )
        self.fields[f"teacher_{pk}"] = forms.BooleanField(
            label=capfirst(_("keeps {teacher} as class teacher").format(teacher=one.group.homeroom_teacher)),
            required=False,
            initial=True,
        )

    def clean(self) -> dict:
        found = super().clean()
        names: dict[str, str] = {}
        for one in self.suggestions:
            if found.get(f"fate_{one.group.pk}") == UP:
                self._check_name(one, found.get(f"name_{one.group.pk}") or "", names)
        both = set(found.get("repeating", [])) & set(found.get("leaving", []))
        if both:
            self.add_error(None, _("A pupil can either repeat the year or have left, not both."))
        return found

    def _check_name(self, one: Suggestion, name: str, names: dict[str, str]) -> None:
        field = f"name_{one.group.pk}"
        if not name:
            self.add_error(field, _("Enter the new year's name for class {name}.").format(name=one.group.name))
        elif name in names:
            self.add_error(field, _("Class {other} would also be called {name}.").format(other=names[name], name=name))
        elif (grade_of_class(name) or one.group.grade + 1) != one.group.grade + 1:
            self.add_error(
                field,
                _("Class {name} moves up to grade {grade}; start the new name with that number.").format(
                    name=one.group.name, grade=one.group.grade + 1
                ),
            )
        names[name] = one.group.name

    @property
    def plan(self) -> Plan:
        found = self.cleaned_data
        return Plan(
            moves=tuple(self._move(one.group.pk) for one in self.suggestions),
            repeating=frozenset(map(int, found["repeating"])),
            leaving=frozenset(map(int, found["leaving"])),
        )

    def _move(self, pk: int) -> Move:
        found = self.cleaned_data
        name = found[f"name_{pk}"] if found[f"fate_{pk}"] == UP else ""
        return Move(class_id=pk, next_name=name, keeps_teacher=found[f"teacher_{pk}"])

    def rows(self) -> list[dict]:
        """What the page shows for each class: its fields and its pupils with their ticks."""
        return [
            {
                "group": one.group,
                "fate": self[f"fate_{one.group.pk}"],
                "name": self[f"name_{one.group.pk}"],
                "teacher": self[f"teacher_{one.group.pk}"] if one.group.homeroom_teacher_id else None,
                "pupils": [self._pupil(place.pupil) for place in one.group.places],
            }
            for one in self.suggestions
        ]

    def _pupil(self, pupil) -> dict:
        ticked = {name: str(pupil.pk) in (self[name].value() or []) for name in ("repeating", "leaving")}
        return {"pupil": pupil, **ticked}


class ClassForm(CleanFormMixin, forms.Form):
    name = CleanCharField(label=_("Name of the class"), help_text=_("For example 8A1"), max_length=20)
    grade = forms.TypedChoiceField(label=_("Grade"), coerce=int)
    teacher = StaffChoice(label=_("Class teacher"), queryset=None, required=False, empty_label=_("Not known yet"))

    def __init__(self, *args, school: School, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        levels = [Level(row.level) for row in school.levels.all()]
        grades = sorted({grade for level in levels for grade in GRADES_OF_LEVEL.get(level, ())})
        self.fields["grade"].choices = [(grade, _("Grade {grade}").format(grade=grade)) for grade in grades]
        self.fields["teacher"].queryset = staff_people(school)


class AddClassForm(ClassForm, IdempotentFormMixin):
    pass


class ChangeClassForm(ClassForm, VersionedFormMixin):
    pass
