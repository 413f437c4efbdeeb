"""The shape of what is typed at the door and after a visit."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import UTC, date, datetime

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from programs.bookings.models import Booking
from programs.core.forms import CleanCharField, CleanFormMixin, DateField, PhoneField, WholeNumberField
from programs.core.idempotency import IdempotentFormMixin
from programs.core.versions import LENGTH as VERSION
from programs.core.versions import VersionedFormMixin, version_of
from programs.pupils.models import ClassGroup, Pupil
from programs.visit_days.choices import MarkKind, Rating
from programs.visit_days.queries.month import KINDS
from programs.visit_days.reading import Mark, right_time


class CheckInForm(CleanFormMixin, VersionedFormMixin, forms.Form):
    pupils = WholeNumberField(label=_("Pupils who came"), min_value=1, max_value=9999)
    girls = WholeNumberField(label=_("Number of girls"), min_value=0, max_value=9999)
    adults = WholeNumberField(label=_("Adults who came"), min_value=0, max_value=999)
    present = forms.TypedMultipleChoiceField(
        label=_("Pupils present"),
        required=False,
        coerce=int,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("Untick those who did not come. Only pupils who came get a certificate."),
    )

    def __init__(self, *args, booking: Booking, staying: set[int], stored: dict, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.fields["version"].initial = version_of(stored)  # the form begins with a guess
        self.roster = [(entry.pupil_id, entry.pupil.full_name) for entry in booking.roster_entries]
        # Pupils without consent stay at school: there is nothing to tick.
        going = [(pupil_id, name) for pupil_id, name in self.roster if pupil_id not in staying]
        self.fields["present"].choices = going
        if not going:
            del self.fields["present"]

    @property
    def absent(self) -> set[int]:
        """Pupils of the list of participants whose tick was taken away."""
        return {pupil_id for pupil_id, _name in self.roster} - set(self.cleaned_data.get("present", []))


def sure_field() -> forms.BooleanField:
    return forms.BooleanField(
        label=_("I have read what will be recorded, and I want to close all the same"), required=False
    )


class CloseForm(VersionedFormMixin, forms.Form):
    """With the tick only where closing is asked for twice."""

    sure = sure_field()

    def __init__(self, *args, ask: bool, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        if not ask:
            del self.fields["sure"]


class ReadSessionsField(forms.MultipleChoiceField):
    """Ticked sessions, each with the version of what the page said of it: ``12-0a1b2c3d``.

    One that is not offered any more is no fault of whoever ticked it: the action says of each what became of it.
    """

    def valid_value(self, value: str) -> bool:
        return re.fullmatch(rf"[0-9]{{1,18}}-[0-9a-f]{{{VERSION}}}", value) is not None

    def clean(self, value: list[str]) -> dict[int, str]:
        return {int(pk): version for pk, _dash, version in (each.partition("-") for each in super().clean(value))}


class CloseDayForm(forms.Form):
    """All finished sessions of a day; who has doubts about one takes its tick away."""

    sessions = ReadSessionsField(
        label=_("Sessions to close"),
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": _("Tick at least one session.")},
    )
    sure = sure_field()

    def __init__(self, *args, sessions: Sequence[tuple[int, str, str]], ask: bool, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        choices = [(f"{pk}-{version}", label) for pk, version, label in sessions]
        self.fields["sessions"].choices = choices
        self.fields["sessions"].initial = [value for value, _label in choices]
        if not ask:
            del self.fields["sure"]


class ReopenForm(CleanFormMixin, forms.Form):
    reason = CleanCharField(
        label=_("Why is the session reopened?"),
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("It is recorded with your name. Do not write pupils' names."),
    )


class DisputeForm(VersionedFormMixin, forms.Form):
    """Nothing is chosen before: ``word`` is the identifier of a record, or empty for what is recorded now."""

    word = forms.ChoiceField(label=_("What is right?"), widget=forms.RadioSelect)

    def __init__(self, *args, words: Sequence[tuple[str, str]], **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.fields["word"].choices = [*words, ("now", _("What is recorded now: everyone whom one of them saw came"))]

    @property
    def mark_id(self) -> str:
        word = self.cleaned_data["word"]
        return "" if word == "now" else word


class LateMarkForm(forms.Form):
    """The button that was pressed says which."""

    decision = forms.ChoiceField(
        choices=[("accept", _("Accept this check-in")), ("leave", _("Leave what is recorded"))],
        widget=forms.HiddenInput,
        error_messages={"required": _("Press one of the two buttons.")},
    )

    @property
    def accepted(self) -> bool:
        return self.cleaned_data["decision"] == "accept"


class SchoolForm(CleanFormMixin, forms.Form):
    """A GET form: whose group is at the door."""

    q = CleanCharField(label=_("School's name or code"), required=False, max_length=100)
    school = forms.CharField(required=False, max_length=20, widget=forms.HiddenInput)


class UnannouncedForm(CleanFormMixin, IdempotentFormMixin, forms.Form):
    """``reason`` is asked only of those who may let in more pupils than there are places."""

    class_group = forms.TypedChoiceField(label=_("Class"), required=False, empty_value=None)
    pupils = WholeNumberField(label=_("Pupils who came"), min_value=1, max_value=9999)
    girls = WholeNumberField(label=_("Number of girls"), min_value=0, max_value=9999)
    adults = WholeNumberField(label=_("Adults who came"), min_value=0, max_value=999)
    contact_phone = PhoneField(
        label=_("Phone number of the adult with the group"), help_text=_("Ask the adult who is with the group.")
    )
    reason = CleanCharField(
        label=_("If there are too few places: why the group may come in all the same"),
        required=False,
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("It is recorded with your name."),
    )

    def __init__(self, *args, classes: Sequence[ClassGroup], may_enlarge: bool, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["class_group"]
        field.choices = [("", _("Not known")), *((str(each.pk), each.name) for each in classes)]
        field.coerce = {str(each.pk): each for each in classes}.get
        if not may_enlarge:
            del self.fields["reason"]


class DayForm(forms.Form):
    date = DateField(label=_("Day"), required=False)


MOST_MARKS = 200  # of one sending; a device with more sends them in several
MOST_NAMES = 500
IDENTIFIER = re.compile(r"[0-9a-f-]{36}")
FIRST, LAST = 0, 9_999_999_999_999  # milliseconds; a clock without a battery begins in 1970


def moment(milliseconds: int) -> datetime:
    return datetime.fromtimestamp(milliseconds / 1000, tz=UTC)


class ListField(forms.JSONField):
    """A list of plain values of one type; anything else is refused."""

    def __init__(self, *, of: type, **kwargs) -> None:
        self.of = of
        super().__init__(required=False, **kwargs)

    def to_python(self, value: object) -> list:
        values = value or []
        if not isinstance(values, list) or len(values) > MOST_NAMES or not all(type(v) is self.of for v in values):
            raise ValidationError(self.error_messages["invalid"], code="invalid")
        return values

    def bound_data(self, data: object, initial: object) -> object:
        return data


class SendingForm(forms.Form):
    """The head of a sending: which device, and what its clock reads."""

    device = forms.RegexField(regex=r"^[0-9a-f-]{8,40}$")
    sent_at = WholeNumberField(min_value=FIRST, max_value=LAST)


class MarkForm(forms.Form):
    """One mark. ``booking`` is the group's reference."""

    id = forms.UUIDField()
    booking = forms.RegexField(regex=r"^[A-Za-z0-9-]{1,12}$")  # JSON can hold text that no database takes
    kind = forms.ChoiceField(choices=MarkKind)
    made_at = WholeNumberField(min_value=FIRST, max_value=LAST)
    maker = forms.RegexField(regex=r"^[A-Za-z0-9:_-]*$", max_length=200, required=False)  # of another user's mark
    pupils = WholeNumberField(min_value=0, max_value=9999)
    girls = WholeNumberField(min_value=0, max_value=9999)
    adults = WholeNumberField(min_value=0, max_value=999)
    present = ListField(of=int)
    replaces = ListField(of=str)

    def mark(self, *, sent_at: datetime, now: datetime) -> Mark:
        data = self.cleaned_data
        return Mark(
            mark_id=str(data["id"]),
            made_at=right_time(made_at=moment(data["made_at"]), sent_at=sent_at, now=now),
            kind=data["kind"],
            pupils=data["pupils"],
            girls=data["girls"],
            adults=data["adults"],
            present=frozenset(data["present"]) if data["kind"] == MarkKind.NAMES else frozenset(),
            # Only what can be a mark's identifier: PostgreSQL keeps no NUL and no half of a pair in JSON.
            replaces=frozenset(each for each in data["replaces"] if IDENTIFIER.fullmatch(each)),
        )


def _question(label: str) -> forms.TypedChoiceField:
    return forms.TypedChoiceField(label=label, choices=Rating, coerce=int, widget=forms.RadioSelect)


class FeedbackForm(CleanFormMixin, VersionedFormMixin, forms.Form):
    content = _question(_("The activity suited our lesson"))
    welcome = _question(_("The centre was well prepared for us"))
    pupils_liked = _question(_("The pupils were actively involved"))
    comment = forms.CharField(
        label=_("What should be better next time?"),
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("Do not write pupils' names."),
    )


class TeacherForm(CleanFormMixin, VersionedFormMixin, forms.Form):
    email = forms.EmailField(
        label=_("E-mail address of the teacher"),
        help_text=_("With which the teacher signs in to the portal."),
    )
    class_group = forms.ModelChoiceField(label=_("Class"), queryset=None, required=False, empty_label=_("Not known"))

    def __init__(self, *args, classes: QuerySet[ClassGroup], asks_class: bool, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.fields["class_group"].queryset = classes
        if not asks_class:
            del self.fields["class_group"]


SESSIONS = "sessions"


class MonthField(forms.RegexField):
    """2026-11"""

    def __init__(self, **kwargs) -> None:
        super().__init__(regex=r"^20[0-9]{2}-(0[1-9]|1[0-2])$", **kwargs)

    def clean(self, value: object) -> date | None:
        text = super().clean(value)
        return date(int(text[:4]), int(text[5:]), 1) if text else None


class MonthForm(forms.Form):
    month = MonthField(label=_("Month"), required=False)


class MonthRowsForm(MonthForm):
    kind = forms.ChoiceField(choices=[(kind, kind) for kind in (SESSIONS, *KINDS)], required=False)
    trip = WholeNumberField(required=False, min_value=1, max_value=2**31)
    school = WholeNumberField(required=False, min_value=1, max_value=2**31)

    def clean_kind(self) -> str:
        return self.cleaned_data["kind"] or "booked"


class PhotographForm(forms.Form):
    """Nothing is ticked before: each picture is looked at."""

    upload = forms.FileField(
        label=_("Photograph"),
        help_text=_("JPEG, PNG, WebP or HEIC, up to 12 MB. Information about where it was taken is removed."),
        widget=forms.FileInput(attrs={"accept": "image/*"}),
    )
    pupils = forms.TypedMultipleChoiceField(
        label=_("Who can be recognised?"), coerce=int, required=False, widget=forms.CheckboxSelectMultiple
    )
    nobody = forms.BooleanField(
        label=_("No pupil can be recognised: seen from behind, only hands, or only their work"), required=False
    )
    looked = forms.BooleanField(
        label=_("I have checked: nobody else can be recognised"),
        error_messages={"required": _("Look at the picture again, then tick this.")},
    )

    def __init__(self, *args, pupils: Sequence[Pupil], **kwargs) -> None:
        super().__init__(*args, **kwargs)
        if pupils:
            self.fields["pupils"].choices = [(pupil.pk, pupil.full_name) for pupil in pupils]
        else:
            del self.fields["pupils"]
