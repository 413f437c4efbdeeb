"""The shape of what people type in the schools wing."""

from __future__ import annotations

import re
from dataclasses import dataclass

from django import forms
from django.core.validators import RegexValidator, validate_email
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from programs.accounts.forms import NewPasswordForm
from programs.accounts.models import User
from programs.core.choices import Level
from programs.core.forms import CleanCharField, CleanFormMixin, NameField
from programs.core.idempotency import IdempotentFormMixin
from programs.core.text import clean_name
from programs.schools.choices import SchoolRole, SchoolState
from programs.schools.models import Membership, School
from programs.schools.queries.schools import areas_in_jurisdiction
from programs.schools.reading import FIELD_NAMES
from programs.schools.rules import INVITED_ROLES
from programs.spreadsheets import Column
from programs.spreadsheets.forms import ENDINGS, column_letter

CODE = RegexValidator(r"^[0-9A-Za-z_-]{1,20}$", _("Only letters without accents, digits and hyphens."))
MANY = 60
_ADDRESS = re.compile(r"[^\s<>;,:\"()\[\]]+@[^\s<>;,:\"()\[\]]+")


def reason_field() -> forms.CharField:
    return CleanCharField(
        label=_("Reason"),
        help_text=_("For example the number and date of the decision. It is kept in the history."),
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
    )


# --- Finding a school -----------------------------------------------------------------------------
class SchoolSearchForm(CleanFormMixin, forms.Form):
    """A GET form: invalid values are ignored."""

    q = CleanCharField(label=_("School's name or code"), required=False, max_length=100)
    ward = forms.ModelChoiceField(
        label=_("Ward or commune"),
        queryset=None,
        required=False,
        to_field_name="code",
        empty_label=_("All wards and communes"),
    )
    level = forms.ChoiceField(label=_("Level"), required=False)

    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.fields["ward"].queryset = areas_in_jurisdiction()
        self.fields["level"].choices = [("", pgettext_lazy("school levels", "All levels")), *Level.choices]

    def narrowing(self) -> dict:
        self.is_valid()
        found = self.cleaned_data
        return {"text": found.get("q", ""), "ward": found.get("ward"), "level": found.get("level", "")}


class RegisterFilter(SchoolSearchForm):
    """The officer's own list of schools, narrowed; what cannot be read narrows nothing."""

    q = CleanCharField(label=_("Name or code, including former ones"), required=False, max_length=100)
    state = forms.ChoiceField(label=_("Status"), required=False)

    def __init__(self, *args, schools, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.fields["ward"].queryset = areas_in_jurisdiction().filter(schools__in=schools).distinct()
        self.fields["state"].choices = [("", _("All statuses")), *SchoolState.choices]

    def narrowing(self) -> dict:
        self.is_valid()
        return {name: self.cleaned_data.get(name) or "" for name in ("q", "ward", "level", "state")}


# --- The school's staff ---------------------------------------------------------------------------
class EndMembershipForm(CleanFormMixin, forms.Form):
    reason = CleanCharField(label=_("Reason (kept in the history)"), required=False, max_length=300)


class InviteForm(CleanFormMixin, IdempotentFormMixin):
    full_name = NameField(label=_("Full name"), min_length=3, max_length=150)
    email = forms.EmailField(
        label=_("Email"),
        help_text=_("The invitation is sent to this address and is valid for 14 days."),
        max_length=254,
    )
    role = forms.ChoiceField(
        label=_("Role"),
        choices=[(role, SchoolRole(role).label) for role in INVITED_ROLES],
        initial=SchoolRole.TEACHER,
        widget=forms.RadioSelect,
    )


class NewMemberForm(NewPasswordForm):
    """A new person's name and password; the one-time link is its key."""

    full_name = NameField(
        label=_("Your full name"), min_length=3, max_length=150, widget=forms.TextInput(attrs={"autocomplete": "name"})
    )
    advice = _("At least 10 characters; three or four words that only you would put together are easy to remember.")
    field_order = ["full_name", "password", "password_again"]

    def __init__(self, *args, email: str, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.email = email

    def owner(self, typed: dict) -> User:
        return User(username=self.email, email=self.email, full_name=typed.get("full_name", ""))


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
            for person in _people_of(line):
                if person is None:
                    problems.append(_("Line {number}: enter a name and an email address.").format(number=number))
                elif person.email in {each.email for each in found}:
                    problems.append(_("Line {number}: this address appears twice.").format(number=number))
                else:
                    found.append(person)
        if len(found) > MANY:
            problems.append(_("At most {count} people at once.").format(count=MANY))
        if problems:
            raise forms.ValidationError(problems)
        return found


def _people_of(line: str) -> list[Invited | None]:
    """``Name; address``, ``Name <address>``, or a name and an address with a tab or comma between them.

    Mail programs write several people in one line; each name is before its address, or each behind it. None stands
    for an address without a name, or with one that cannot be read.
    """
    addresses = list(_ADDRESS.finditer(line))
    if not addresses:
        return [None]
    ends = [0, *(match.end() for match in addresses)]
    before = [_name_in(line[end : match.start()]) for end, match in zip(ends, addresses, strict=False)]
    starts = [*(match.start() for match in addresses[1:]), len(line)]
    behind = [_name_in(line[match.end() : start]) for match, start in zip(addresses, starts, strict=True)]
    names = before if before[0] else behind
    if len(addresses) == 1:
        names = [clean_name(f"{before[0]} {behind[0]}")]
    return [_invited(name, match.group()) for name, match in zip(names, addresses, strict=True)]


def _name_in(text: str) -> str:
    """A name without the signs that mail programs and lists put around it: quotes, brackets, ``1.``, ``-``."""
    bare = re.sub(r"mailto:|\(.*?\)|[<>;,\t\"“”„«»()\[\]]+", " ", text)
    return clean_name(re.sub(r"^[\s'‘’]*(?:\d+\s*[.)/:-]?|[-–•*+])?\s*['‘’]?|['‘’\s:–-]+$", "", bare.strip()))


def _invited(name: str, address: str) -> Invited | None:
    try:
        validate_email(address)
    except forms.ValidationError:
        return None
    return Invited(name, address.lower()) if len(name) >= 3 else None


# --- The life of a school -------------------------------------------------------------------------
class ReasonForm(CleanFormMixin, IdempotentFormMixin):
    reason = reason_field()


class RenameForm(CleanFormMixin, IdempotentFormMixin):
    name = NameField(label=_("New name"), min_length=3, max_length=200)
    reason = reason_field()


class RecodeForm(CleanFormMixin, IdempotentFormMixin):
    code = CleanCharField(label=_("New code"), max_length=20, validators=[CODE])
    reason = reason_field()


# --- The official list ----------------------------------------------------------------------------
class ListUploadForm(CleanFormMixin, IdempotentFormMixin):
    upload = forms.FileField(
        label=_("File with the list of schools"),
        help_text=_("XLSX, XLS, ODS or CSV, up to 20 MB. Nothing changes until you have seen the preview."),
        widget=forms.ClearableFileInput(attrs={"accept": ENDINGS}),
    )


class ListMappingForm(forms.Form):
    """Which column feeds which field."""

    def __init__(self, *args, columns: list[Column], **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.columns = columns
        choices = [("", _("Leave out")), *FIELD_NAMES.items()]
        for column in columns:
            self.fields[f"column_{column.index}"] = forms.ChoiceField(
                label=column.title or column_letter(column.index),
                choices=choices,
                required=False,
                initial=column.field or "",
            )

    @property
    def mapping(self) -> dict[str, str]:
        chosen = {column.index: self.cleaned_data.get(f"column_{column.index}") for column in self.columns}
        return {str(index): name for index, name in chosen.items() if name}

    def clean(self) -> dict:
        cleaned = super().clean()
        chosen = list(self.mapping.values())
        for name in sorted(set(chosen)):
            if chosen.count(name) > 1:
                message = _("Several columns are matched with “{field}”. Keep only one.")
                self.add_error(None, message.format(field=FIELD_NAMES[name]))
        if "code" not in chosen:
            self.add_error(None, _("Say which column contains the code: the portal recognises schools by it."))
        return cleaned
