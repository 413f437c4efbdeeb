"""What a coordinator types on the desk of the school."""

from __future__ import annotations

import re
from dataclasses import dataclass

from django import forms
from django.core.validators import validate_email
from django.utils.translation import gettext_lazy as _

from programs.accounts.models import User
from programs.core.forms import CleanCharField, CleanFormMixin
from programs.core.idempotency import IdempotentFormMixin
from programs.core.text import clean_name
from programs.schools.choices import SchoolRole
from programs.schools.forms.states import reason_field
from programs.schools.models import Membership, School
from programs.schools.rules import INVITED_ROLES

MANY = 60
_ADDRESS = re.compile(r"[^\s<>;,\t]+@[^\s<>;,\t]+")


class StaffChoice(forms.ModelChoiceField):
    """A person of the school's current staff; the same name twice is told apart by the address."""

    def label_from_instance(self, person: User) -> str:
        return f"{person.full_name} ({person.email})" if person.email else person.full_name


def staff_people(school: School):
    current = Membership.objects.current().filter(school=school)
    return User.objects.filter(pk__in=current.values("user"), is_active=True).order_by("sort_key")


class HandOverForm(CleanFormMixin, IdempotentFormMixin):
    to = StaffChoice(label=_("The new coordinator"), queryset=None, empty_label=_("Choose a person"))
    stays = forms.TypedChoiceField(
        label=_("What about you?"),
        choices=[("yes", _("I will stay at the school as a teacher")), ("no", _("I am leaving the school"))],
        coerce=lambda chosen: chosen == "yes",
        initial="yes",
        widget=forms.RadioSelect,
    )

    def __init__(self, *args, school: School, by: User, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.fields["to"].queryset = staff_people(school).exclude(pk=by.pk)


class ReplaceForm(CleanFormMixin, IdempotentFormMixin):
    to = StaffChoice(
        label=_("The new coordinator"),
        queryset=None,
        required=False,
        empty_label=_("No one yet: the school can be registered again"),
        help_text=_("From the current staff. The school stays active in the meantime."),
    )
    reason = reason_field()

    def __init__(self, *args, school: School, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        coordinating = Membership.objects.current().filter(school=school, role=SchoolRole.COORDINATOR)
        self.fields["to"].queryset = staff_people(school).exclude(pk__in=coordinating.values("user"))


class RoleForm(CleanFormMixin, IdempotentFormMixin):
    role = forms.ChoiceField(
        label=_("New role"),
        choices=[(role, SchoolRole(role).label) for role in INVITED_ROLES],
        widget=forms.RadioSelect,
    )


@dataclass(frozen=True)
class Invited:
    full_name: str
    email: str


class InviteManyForm(CleanFormMixin, IdempotentFormMixin):
    people = CleanCharField(
        label=_("One person per line: name and email"),
        help_text=_("For example: Trần Thị Hạnh; hanh@truong.edu.vn. You can also paste from a spreadsheet."),
        max_length=10_000,
        widget=forms.Textarea(attrs={"rows": 10}),
    )
    role = forms.ChoiceField(
        label=_("Role"),
        choices=[(role, SchoolRole(role).label) for role in (SchoolRole.TEACHER, SchoolRole.PRINCIPAL)],
        initial=SchoolRole.TEACHER,
        widget=forms.RadioSelect,
    )

    def clean_people(self) -> list[Invited]:
        found, problems = [], []
        lines = [line for line in self.cleaned_data["people"].split("\n") if line.strip()]
        if len(lines) > MANY:
            raise forms.ValidationError(_("At most {count} people at once.").format(count=MANY))
        for number, line in enumerate(lines, start=1):
            person = _person_of(line)
            if person is None:
                problems.append(_("Line {number}: enter a name and an email address.").format(number=number))
            elif person.email in {each.email for each in found}:
                problems.append(_("Line {number}: this address appears twice.").format(number=number))
            else:
                found.append(person)
        if problems:
            raise forms.ValidationError(problems)
        return found


def _person_of(line: str) -> Invited | None:
    """``Name; address``, ``Name <address>``, or a name and an address with a tab or comma between them."""
    match = _ADDRESS.search(line)
    if match is None:
        return None
    name = clean_name(re.sub(r"[<>;,\t]+", " ", line[: match.start()] + " " + line[match.end() :]))
    try:
        validate_email(match.group())
    except forms.ValidationError:
        return None
    return Invited(name, match.group().lower()) if len(name) >= 3 else None
