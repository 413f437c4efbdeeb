"""The shape of what changes a timetable."""

from __future__ import annotations

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from programs.centres.choices import WaitingPolicy
from programs.centres.forms import MomentField
from programs.centres.models import Centre, Season, Session
from programs.core.dates import short_moment
from programs.core.forms import CleanFormMixin, WholeNumberField
from programs.core.versions import VersionedFormMixin, version_of
from programs.timetables.rules import SeriesChange, Terms, TermsChange

MOST_DAYS, MOST_MINUTES = 366, 24 * 60


class WeekForm(forms.Form):
    """A day of the week that a timetable shows, from its address; nonsense shows this week."""

    day = forms.DateField(required=False, input_formats=["%Y-%m-%d"])


class SignedField(WholeNumberField):
    """A number that may be below zero: the keyboard of digits has no minus sign."""

    widget = forms.TextInput(attrs={"autocomplete": "off", "class": "number"})


class SeriesChangeForm(CleanFormMixin, forms.Form):
    days = SignedField(
        label=_("Days later"),
        required=False,
        min_value=-MOST_DAYS,
        max_value=MOST_DAYS,
        help_text=_("For example 7: a week later; −1: a day earlier. If left empty: the same day."),
    )
    minutes = SignedField(
        label=_("Minutes later"),
        required=False,
        min_value=-MOST_MINUTES,
        max_value=MOST_MINUTES,
        help_text=_("For example 60: an hour later; −30: half an hour earlier. If left empty: the same hour."),
    )
    room = forms.ModelChoiceField(label=_("Room"), queryset=None, required=False, empty_label=_("As it is"))
    capacity = WholeNumberField(
        label=_("Places"), required=False, min_value=1, max_value=1000, help_text=_("If left empty: as it is.")
    )

    def __init__(self, *args, centre: Centre, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.fields["room"].queryset = centre.rooms.all()
        self.fields["room"].label_from_instance = lambda room: f"{room.name} ({room.capacity})"

    @property
    def change(self) -> SeriesChange:
        typed = self.cleaned_data
        return SeriesChange(typed["days"] or 0, typed["minutes"] or 0, typed["room"], typed["capacity"])


class SeenSessionField(forms.ModelChoiceField):
    """A session that is chosen as it is shown: ``seen`` is the version of when and where it was."""

    default_error_messages = {"invalid_choice": _("This session is no longer where it was shown. Choose again.")}

    def prepare_value(self, value: object) -> object:
        return f"{value.pk}-{version_of(value.place)}" if isinstance(value, Session) else value

    def to_python(self, value: object) -> Session | None:
        key, _dash, seen = str(value or "").partition("-")
        session = super().to_python(key)
        if session is not None:
            session.seen = seen
        return session

    def label_from_instance(self, session: Session) -> str:
        room, title = session.room, session.field_trip.local_title
        return f"{room.name} ({room.capacity}): {title}, {short_moment(session.starts_at)}"


class SwapForm(VersionedFormMixin):
    other = SeenSessionField(label=_("Swap rooms with"), queryset=None)

    def __init__(self, *args, others: QuerySet[Session], **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.fields["other"].queryset = others


class TermsForm(CleanFormMixin, VersionedFormMixin, forms.Form):
    waiting_policy = forms.ChoiceField(label=_("Waiting list"), choices=WaitingPolicy)
    turn_after_passes = WholeNumberField(label=_("Passes before a turn"), min_value=1, max_value=99)
    turn_after_days = WholeNumberField(
        label=_("Or days of waiting"),
        min_value=1,
        max_value=365,
        help_text=_("A larger group that smaller ones pass over: for groups that wait now, its turn is counted anew."),
    )
    one_group = forms.BooleanField(label=_("One group only, whatever its size"), required=False)
    season = forms.ModelChoiceField(
        label=_("Season"),
        queryset=None,
        required=False,
        empty_label=_("No season"),
        help_text=_("The season sets when booking opens and how places are allocated."),
    )
    booking_opens_at = MomentField(label=_("Booking opens"))
    booking_closes_at = MomentField(label=_("Booking closes"))

    def __init__(self, *args, seasons: QuerySet[Season], **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.fields["season"].queryset = seasons

    @property
    def terms(self) -> Terms:
        return Terms(**{name: value for name, value in self.cleaned_data.items() if name != "version"})


AS_IT_IS = ("", _("As it is"))
NO_SEASON = "none"


class SeriesTermsForm(CleanFormMixin, forms.Form):
    waiting_policy = forms.ChoiceField(
        label=_("Waiting list"), choices=[AS_IT_IS, *WaitingPolicy.choices], required=False
    )
    one_group = forms.TypedChoiceField(
        label=_("Groups in a session"),
        choices=[AS_IT_IS, ("one", _("One group only, whatever its size")), ("more", _("As many as fit"))],
        coerce=lambda said: said == "one",
        empty_value=None,
        required=False,
    )
    season = forms.ChoiceField(
        label=_("Season"),
        required=False,
        help_text=_("The season sets when booking opens and how places are allocated."),
    )
    booking_opens_at = MomentField(
        label=_("Booking opens"),
        required=False,
        help_text=_("Only for sessions without a season. If left empty: as it is."),
    )
    closes_days = WholeNumberField(
        label=_("Days before the session when booking closes"),
        required=False,
        min_value=0,
        max_value=60,
        help_text=_("If left empty: as it is."),
    )

    def __init__(self, *args, seasons: QuerySet[Season], **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.seasons = {str(season.pk): season for season in seasons}
        named = [(key, season.local_name) for key, season in self.seasons.items()]
        self.fields["season"].choices = [AS_IT_IS, (NO_SEASON, _("No season")), *named]

    @property
    def change(self) -> TermsChange:
        typed = self.cleaned_data
        return TermsChange(
            waiting_policy=typed["waiting_policy"] or None,
            one_group=typed["one_group"],
            season=self.seasons.get(typed["season"]),
            leave_season=typed["season"] == NO_SEASON,
            booking_opens_at=typed["booking_opens_at"],
            closes_days=typed["closes_days"],
        )
