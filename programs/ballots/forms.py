"""Opening a ballot, entering it with wishes in order, typing the digits of its source."""

from __future__ import annotations

from collections.abc import Sequence
from copy import deepcopy
from dataclasses import replace

from django import forms
from django.utils.translation import gettext_lazy as _

from programs.ballots.models import BallotEntry
from programs.ballots.rules.fair import FACTOR_WORDS, FACTORS
from programs.ballots.rules.steps import Terms
from programs.bookings.forms import BookingForm
from programs.bookings.models import GROUP, Group
from programs.centres.forms import DayField, MomentField
from programs.centres.models import Season, Session
from programs.core.dates import short_moment
from programs.core.forms import CleanCharField, CleanFormMixin, WholeNumberField
from programs.core.idempotency import IdempotentFormMixin
from programs.core.versions import VersionedFormMixin


class BallotForm(CleanFormMixin, IdempotentFormMixin, forms.Form):
    """What is drawn, until when schools enter, and how many points are given for what."""

    target = forms.TypedChoiceField(label=_("Places for"))
    closes_at = MomentField(label=_("Entries until"))
    source = CleanCharField(
        label=_("Public source of the digits"),
        max_length=200,
        help_text=_("Anybody can look it up, such as the special prize of the Hồ Chí Minh City lottery."),
    )
    source_date = DayField(
        label=_("Day of the source"),
        help_text=_("After entries close: nobody may know the digits while one can still enter."),
    )
    digit_count = WholeNumberField(
        label=_("Number of digits"),
        min_value=4,
        max_value=40,
        initial=6,
        help_text=_("How many digits the source gives, so that there is only one way to write them."),
    )

    def __init__(self, *args, seasons: Sequence[Season], sessions: Sequence[Session], **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.targets = {f"season-{each.pk}": each for each in seasons} | {
            f"session-{each.pk}": each for each in sessions
        }
        self.fields["target"].coerce = self.targets.get
        self.fields["target"].choices = [
            ("", _("Choose")),
            (_("Seasons"), [(f"season-{each.pk}", each.local_name) for each in seasons]),
            (_("Single sessions"), [(f"session-{each.pk}", _session_label(each)) for each in sessions]),
        ]
        for name, points in FACTORS.items():
            self.fields[name] = WholeNumberField(label=FACTOR_WORDS[name], min_value=0, max_value=1000, initial=points)

    def own_fields(self) -> list:
        return [self[name] for name in ("target", "closes_at", "source", "source_date", "digit_count")]

    def factor_fields(self) -> list:
        return [self[name] for name in FACTORS]

    @property
    def terms(self) -> Terms:
        names = ("closes_at", "source", "source_date", "digit_count")
        factors = {name: self.cleaned_data[name] for name in FACTORS}
        return Terms(**{name: self.cleaned_data[name] for name in names}, factors=factors)

    @property
    def season(self) -> Season | None:
        target = self.cleaned_data["target"]
        return target if isinstance(target, Season) else None

    @property
    def session(self) -> Session | None:
        target = self.cleaned_data["target"]
        return target if isinstance(target, Session) else None


def _session_label(session: Session) -> str:
    return f"{short_moment(session.starts_at)} · {session.field_trip.local_title}"


# --- Wishes in order ----------------------------------------------------------------------------
MOST_WISHES = 5
WISH_LABELS = (_("First wish"), _("Second wish"), _("Third wish"), _("Fourth wish"), _("Fifth wish"))


class WishesMixin(forms.Form):
    """As many wishes as there are sessions, at most five, each a list to choose from: it needs no script.

    Where the ballot has one session only there is nothing to choose.
    """

    sessions: Sequence[Session] = ()

    def add_wishes(self, sessions: Sequence[Session]) -> None:
        self.sessions = sessions
        choices = [(str(each.pk), _session_label(each)) for each in sessions]
        names = [f"wish_{place}" for place, _each in enumerate(sessions[:MOST_WISHES], 1)] if len(sessions) > 1 else []
        for name, label in zip(names, WISH_LABELS, strict=False):
            first = name == "wish_1"
            self.fields[name] = forms.ChoiceField(
                label=label,
                required=first,
                choices=[("", _("Choose a session") if first else _("No further wish")), *choices],
                help_text=_("The session that the class would like most.") if first else "",
            )
        self.order_fields(names)

    @property
    def wishes(self) -> list[int]:
        """The chosen sessions, the best first; a gap closes by itself."""
        if len(self.sessions) == 1:
            return [self.sessions[0].pk]
        chosen = (self.cleaned_data.get(f"wish_{place}") for place in range(1, MOST_WISHES + 1))
        return [int(each) for each in chosen if each]


class EntryForm(WishesMixin, BookingForm):
    """The group that would come, if it is drawn, and which sessions it would like."""

    wait_if_full = None
    wait_if_lost = forms.BooleanField(
        label=_("If we are not drawn, put us on the waiting list"),
        required=False,
        help_text=_("Of your best wish that has one, in the order of the draw."),
    )

    def __init__(self, *args, sessions: Sequence[Session], **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.add_wishes(sessions)


class EntryChangeForm(WishesMixin, CleanFormMixin, VersionedFormMixin, forms.Form):
    """The same class with other wishes or another size; the needs only for the person who wrote them (``own``)."""

    def __init__(self, *args, entry: BallotEntry, own: bool, sessions: Sequence[Session], **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.entry = entry
        names = [name for name in (*GROUP, "wait_if_lost") if own or name != "needs"]
        self.fields |= {name: deepcopy(EntryForm.base_fields[name]) for name in names}
        self.add_wishes(sessions)

    @property
    def group(self) -> Group:
        """The entry's group as it was, but for what was asked."""
        said = {name: self.cleaned_data[name] for name in GROUP if name in self.fields}
        return replace(self.entry.group, **said)


class DigitsForm(CleanFormMixin, forms.Form):
    """What the announced source said, in the one way it can be spelled."""

    digits = CleanCharField(label=_("Digits of the source"), max_length=40)

    def __init__(self, *args, count: int, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        words = _("All {count} digits, with zeros at the front and nothing between them.")
        self.fields["digits"].help_text = words.format(count=count)
        self.fields["digits"].widget.attrs |= {"inputmode": "numeric", "autocomplete": "off"}
