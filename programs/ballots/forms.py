"""Opening a ballot, entering it, typing its seed."""

from __future__ import annotations

from collections.abc import Sequence
from copy import deepcopy
from dataclasses import replace

from django import forms
from django.utils.translation import gettext_lazy as _

from programs.ballots.models import BallotEntry
from programs.ballots.rules import FACTOR_WORDS, FACTORS
from programs.bookings.forms import BookingForm
from programs.bookings.models import GROUP, Group
from programs.centres.forms import MomentField, number
from programs.centres.models import Season, Session
from programs.core.dates import short_moment
from programs.core.forms import CleanCharField, CleanFormMixin
from programs.core.idempotency import IdempotentFormMixin
from programs.core.versions import VersionedFormMixin


class BallotForm(CleanFormMixin, IdempotentFormMixin, forms.Form):
    """What is drawn, until when schools enter, and how many points are given for what."""

    target = forms.TypedChoiceField(label=_("Places for"))
    closes_at = MomentField(label=_("Entries until"))
    seed_source = CleanCharField(
        label=_("Where the seed will come from"),
        required=False,
        max_length=300,
        help_text=_(
            "A public number from a day after entries close, such as the first prize in that day's lottery. It "
            "is shown to everyone at once. If left empty, the portal uses a random number at the time of the "
            "draw."
        ),
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
            self.fields[name] = number(label=FACTOR_WORDS[name], min_value=0, max_value=1000, initial=points)

    def own_fields(self) -> list:
        return [self[name] for name in ("target", "closes_at", "seed_source")]

    def factor_fields(self) -> list:
        return [self[name] for name in FACTORS]

    @property
    def factors(self) -> dict[str, int]:
        return {name: self.cleaned_data[name] for name in FACTORS}

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


class EntryForm(BookingForm):
    """The group that would come, if it is drawn."""

    wait_if_full = None
    wait_if_lost = forms.BooleanField(
        label=_("If we are not drawn, put us on the waiting list"),
        required=False,
        help_text=_("In the order of the draw. We will email you as soon as places become available."),
    )


class EntryChangeForm(CleanFormMixin, VersionedFormMixin, forms.Form):
    """The same class for the same session; the needs only for the person who wrote them (``own``)."""

    def __init__(self, *args, entry: BallotEntry, own: bool, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.entry = entry
        names = [name for name in (*GROUP, "wait_if_lost") if own or name != "needs"]
        self.fields |= {name: deepcopy(EntryForm.base_fields[name]) for name in names}

    @property
    def group(self) -> Group:
        """The entry's group as it was, but for what was asked."""
        said = {name: self.cleaned_data[name] for name in GROUP if name in self.fields}
        return replace(self.entry.group, **said)


class SeedForm(CleanFormMixin, forms.Form):
    """Only where a source was announced is there a seed to type."""

    seed = CleanCharField(
        label=_("Seed"),
        max_length=120,
        help_text=_("Exactly what the announced source gave. It cannot be changed after the draw."),
    )

    def __init__(self, *args, announced: str, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        if not announced:
            del self.fields["seed"]
