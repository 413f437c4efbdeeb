"""The shape of sessions, series, seasons, rooms and hours, and of a search for places."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date, datetime, time
from itertools import pairwise
from typing import TypeVar

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from programs.centres.choices import BookingMode, WaitingPolicy, Weekday
from programs.centres.models import TURN, TURN_AFTER_DAYS, TURN_AFTER_PASSES, Centre, FieldTrip, Room, Season
from programs.centres.rules import Rhythm, SeasonTerms
from programs.core.choices import GRADES_OF_LEVEL, Grade, Level
from programs.core.forms import CleanCharField, CleanFormMixin, DateField, ReadField, WholeNumberField
from programs.core.idempotency import IdempotentFormMixin
from programs.core.models import SchoolYear
from programs.core.versions import VersionedFormMixin
from programs.schools.models import Area

FIRST_YEAR, LAST_YEAR = 2000, 2100
Day = TypeVar("Day", date, datetime)


def in_reach(field: forms.Field, day: Day | None) -> Day | None:
    """Near the ends of the calendar a day has no day before it, and nobody plans there."""
    if day is not None and not FIRST_YEAR <= day.year <= LAST_YEAR:
        raise ValidationError(field.error_messages["invalid"], code="invalid")
    return day


class DayField(DateField):
    """A day on which something can be planned."""

    def to_python(self, value: object) -> date | None:
        return in_reach(self, super().to_python(value))


MINUTE = "%d/%m/%Y %H:%M"
CLOCK = re.compile(r"^\s*(\d{1,2})\s*(?:[:hg.]\s*(\d{2})?)?\s*$", re.IGNORECASE)
NOT_A_CLOCK = _("Type the time as hours:minutes, such as 13:30.")


def read_clock(text: str) -> time:
    """``8:00``, ``8h``, ``13h30`` and ``13.30`` as people write the hour."""
    found = CLOCK.match(text)
    hour, minute = (int(found[1]), int(found[2] or 0)) if found else (24, 0)
    if hour > 23 or minute > 59:
        raise ValidationError(NOT_A_CLOCK, code="invalid")
    return time(hour, minute)


def show_clock(moment: time) -> str:
    return f"{moment.hour}:{moment:%M}"


class ClockField(ReadField):
    """One time of the day."""

    def __init__(self, **options) -> None:
        attributes = {"inputmode": "text", "placeholder": "8:00", "autocomplete": "off", "class": "number"}
        super().__init__(widget=forms.TextInput(attrs=attributes), max_length=10, **options)

    def read(self, text: str) -> time | None:
        return read_clock(text) if text else None

    def prepare_value(self, value: object) -> object:
        return show_clock(value) if isinstance(value, time) else value


class ClocksField(ReadField):
    """Several times of the day, apart by commas."""

    def read(self, text: str) -> list[time]:
        return sorted({read_clock(part) for part in re.split(r"[,;]", text) if part.strip()})


class SpansField(ReadField):
    """Time slots such as ``7:30-11:30, 13:00-17:00``; empty on a day on which nobody is received."""

    def read(self, text: str) -> list[tuple[time, time]]:
        spans = sorted(self._span(part) for part in re.split(r"[,;]", text) if part.strip())
        if any(first[1] > second[0] for first, second in pairwise(spans)):
            raise ValidationError(_("These time slots overlap."), code="overlap")
        return spans

    @staticmethod
    def _span(text: str) -> tuple[time, time]:
        ends = re.split(r"[-–—]", text)
        if len(ends) != 2:
            raise ValidationError(_("Type time slots, such as 7:30-11:30, 13:00-17:00."), code="invalid")
        first, last = read_clock(ends[0]), read_clock(ends[1])
        if last <= first:
            raise ValidationError(_("A time slot must end after it begins."), code="invalid")
        return first, last

    def prepare_value(self, value: object) -> object:
        return show_spans(value) if isinstance(value, list) else value


def show_spans(spans: list[tuple[time, time]]) -> str:
    return ", ".join(f"{show_clock(first)}-{show_clock(last)}" for first, last in spans)


class MomentField(forms.DateTimeField):
    """A day and a time in the portal's own zone."""

    default_error_messages = {"invalid": _("Type the day and time, such as 05/09/2026 07:00.")}

    def __init__(self, **options) -> None:
        attributes = {"placeholder": "dd/mm/yyyy hh:mm", "autocomplete": "off"}
        widget = forms.DateTimeInput(format=MINUTE, attrs=attributes)
        super().__init__(widget=widget, input_formats=[MINUTE, "%d/%m/%Y %Hh%M", "%Y-%m-%d %H:%M"], **options)

    def to_python(self, value: object) -> datetime | None:
        return in_reach(self, super().to_python(value))


def moment_of(day: date, clock: time) -> datetime:
    return timezone.make_aware(datetime.combine(day, clock))


class OfferForm(CleanFormMixin, IdempotentFormMixin, forms.Form):
    """What a single session and a series have in common."""

    field_trip = forms.ModelChoiceField(label=_("Field trip"), queryset=None)
    room = forms.ModelChoiceField(label=_("Room"), queryset=None)
    capacity = WholeNumberField(label=_("Places"), min_value=1, max_value=1000)
    one_group = forms.BooleanField(label=_("One group only, whatever its size"), required=False)
    waiting_policy = forms.ChoiceField(
        label=_("Who moves up from the waiting list"), choices=WaitingPolicy, initial=WaitingPolicy.FIRST_FIT
    )
    turn_after_passes = WholeNumberField(
        label=_("Passes before a turn"), min_value=1, max_value=99, initial=TURN_AFTER_PASSES
    )
    turn_after_days = WholeNumberField(
        label=_("Or days of waiting"), min_value=1, max_value=365, initial=TURN_AFTER_DAYS
    )
    season = forms.ModelChoiceField(
        label=_("Season"),
        queryset=None,
        required=False,
        empty_label=_("No season"),
        help_text=_("A season sets when booking opens and how places are allocated."),
    )
    opens_on = DayField(
        label=_("Booking opens on"),
        required=False,
        help_text=_("At 7:00. If left empty: at once. Not used when the session belongs to a season."),
    )
    closes_days = WholeNumberField(
        label=_("Days before the session when booking closes"),
        min_value=0,
        max_value=60,
        initial=1,
        help_text=_("Places that become available after that still go to the waiting list."),
    )

    def __init__(self, *args, centre: Centre, seasons: QuerySet[Season], **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.fields["field_trip"].queryset = centre.field_trips.filter(is_active=True)
        self.fields["room"].queryset = centre.rooms.all()
        self.fields["season"].queryset = seasons
        self.fields["room"].label_from_instance = _room_label

    def offer(self) -> dict:
        """What was typed, in the words of ``actions.schedule.Offer``."""
        names = ("field_trip", "room", "capacity", "season", "one_group", "waiting_policy", *TURN, "closes_days")
        opens_on = self.cleaned_data["opens_on"]
        return {name: self.cleaned_data[name] for name in names} | {
            "opens_at": moment_of(opens_on, time(7)) if opens_on else None
        }


def _room_label(room: Room) -> str:
    return f"{room.name} ({room.capacity})"


class SessionForm(OfferForm):
    field_order = ["field_trip", "day", "clock", "room", "capacity"]
    day = DayField(label=_("Day"))
    clock = ClockField(label=_("Begins at"))

    @property
    def starts_at(self) -> datetime:
        return moment_of(self.cleaned_data["day"], self.cleaned_data["clock"])


class SeriesForm(OfferForm):
    field_order = ["field_trip", "starts_on", "ends_on", "weekdays", "clocks", "room", "capacity"]
    starts_on = DayField(label=_("First day"))
    ends_on = DayField(label=_("Last day"))
    weekdays = forms.TypedMultipleChoiceField(
        label=_("On these days of the week"), coerce=int, choices=Weekday, widget=forms.CheckboxSelectMultiple
    )
    clocks = ClocksField(
        label=_("Begins at"), max_length=100, help_text=_("Separate several times with commas: 8:00, 13:30.")
    )

    @property
    def rhythm(self) -> Rhythm:
        names = ("starts_on", "ends_on", "weekdays", "clocks")
        return Rhythm(**{name: self.cleaned_data[name] for name in names})


class PlaceForm(CleanFormMixin, forms.Form):
    """Where and when a session is put."""

    day = DayField(label=_("Day"))
    clock = ClockField(label=_("Begins at"))
    room = forms.ModelChoiceField(label=_("Room"), queryset=None)

    def __init__(self, *args, centre: Centre, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.fields["room"].queryset = centre.rooms.all()
        self.fields["room"].label_from_instance = _room_label

    @property
    def starts_at(self) -> datetime:
        return moment_of(self.cleaned_data["day"], self.cleaned_data["clock"])


class MoveForm(PlaceForm, VersionedFormMixin):
    pass


class CopyForm(PlaceForm, IdempotentFormMixin):
    pass


class CapacityForm(VersionedFormMixin):
    capacity = WholeNumberField(label=_("Places"), min_value=1, max_value=1000)


class ReasonForm(CleanFormMixin, forms.Form):
    reason = CleanCharField(
        label=_("Reason"),
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Every group will read this in its message."),
    )


class HoursForm(CleanFormMixin, VersionedFormMixin):
    """One line for each day of the week."""

    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        for weekday in Weekday:
            self.fields[weekday.field] = SpansField(label=weekday.label, required=False, max_length=100)

    @property
    def hours(self) -> dict[int, list]:
        return {weekday.value: self.cleaned_data[weekday.field] for weekday in Weekday}


class ClosedDaysForm(CleanFormMixin, IdempotentFormMixin, forms.Form):
    starts_on = DayField(label=_("First day"))
    ends_on = DayField(label=_("Last day"), required=False, help_text=_("If left empty: this one day only."))
    room = forms.ModelChoiceField(label=_("Room"), queryset=None, required=False, empty_label=_("The whole centre"))
    reason = CleanCharField(label=_("Reason"), max_length=200)

    def __init__(self, *args, centre: Centre, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.fields["room"].queryset = centre.rooms.all()

    def clean(self) -> dict:
        cleaned = super().clean()
        first = cleaned.get("starts_on")
        cleaned["ends_on"] = cleaned.get("ends_on") or first
        if first and cleaned["ends_on"] < first:
            self.add_error("ends_on", _("The last day is before the first."))
        return cleaned


class RoomForm(CleanFormMixin, forms.Form):
    name = CleanCharField(label=_("Name of the room"), max_length=80)
    capacity = WholeNumberField(label=_("Places"), min_value=1, max_value=1000)


class AddRoomForm(RoomForm, IdempotentFormMixin):
    pass


class ChangeRoomForm(RoomForm, VersionedFormMixin):
    pass


class SeasonForm(CleanFormMixin, forms.Form):
    name = CleanCharField(label=_("Name of the season"), max_length=150)
    name_en = CleanCharField(label=_("Name in English"), max_length=150, required=False)
    school_year = forms.ModelChoiceField(label=_("School year"), queryset=SchoolYear.objects.all())
    mode = forms.ChoiceField(label=_("How places are allocated"), choices=BookingMode)
    opens_at = MomentField(label=_("Opens"))
    closes_at = MomentField(
        label=_("Closes"),
        help_text=_(
            "Until then you can plan its sessions and open a ballot. Each session stops taking bookings the set "
            "number of days before it begins."
        ),
    )
    bookings_per_school = WholeNumberField(
        label=_("Maximum bookings per school"), min_value=1, max_value=500, initial=6
    )

    def __init__(self, *args, clusters: Iterable[Area], **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.own_fields = [self[name] for name in SeasonForm.base_fields]
        self.clusters = {f"cluster_{cluster.pk}": cluster for cluster in clusters}
        self.fields |= {
            name: MomentField(label=cluster.name, required=False) for name, cluster in self.clusters.items()
        }

    def cluster_fields(self) -> list:
        return [self[name] for name in self.clusters]

    @property
    def terms(self) -> SeasonTerms:
        typed = self.cleaned_data
        openings = {cluster.pk: typed[name] for name, cluster in self.clusters.items()}
        return SeasonTerms(**{name: typed[name] for name in SeasonForm.base_fields}, openings=openings)


class AddSeasonForm(SeasonForm, IdempotentFormMixin):
    pass


class ChangeSeasonForm(SeasonForm, VersionedFormMixin):
    pass


class MonthForm(forms.Form):
    """Which month a calendar shows, from its address; nonsense shows this month."""

    month = forms.DateField(required=False, input_formats=["%Y-%m"])


Choices = list[tuple[str, str]]


class SessionSearchForm(forms.Form):
    """A GET form: invalid values are ignored."""

    grade = forms.ChoiceField(label=_("Level or grade"), required=False)
    subject = forms.ChoiceField(label=pgettext_lazy("school subject", "Subject"), required=False)
    trip = forms.ModelChoiceField(
        label=_("Field trip"), queryset=None, required=False, to_field_name="code", empty_label=_("All field trips")
    )
    first = DayField(label=_("From"), required=False)
    last = DayField(label=_("To"), required=False)
    seats = WholeNumberField(label=_("Places for my group"), required=False, min_value=1, max_value=1000)
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
        """What was asked for, in terms of ``queries.finding.Wish``."""
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
