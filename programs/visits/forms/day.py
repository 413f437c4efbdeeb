"""The forms of a day at the centre."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from programs.core.forms import CleanFormMixin, DateField
from programs.core.idempotency import IdempotentFormMixin
from programs.visits.forms.fields import number
from programs.visits.models import Booking


class CheckInForm(CleanFormMixin, IdempotentFormMixin, forms.Form):
    pupils = number(label=_("Pupils who came"), min_value=1, max_value=9999)
    girls = number(label=_("Girls among them"), min_value=0, max_value=9999)
    adults = number(label=_("Adults who came"), min_value=0, max_value=999)
    present = forms.TypedMultipleChoiceField(
        label=_("Pupils who are here"),
        required=False,
        coerce=int,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("Take the tick away from those who did not come. Only pupils who came get a certificate."),
    )

    def __init__(self, *args, booking: Booking, staying: set[int], **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.roster = [(entry.pupil_id, entry.pupil.full_name) for entry in booking.roster_entries]
        # Whoever has no consent stays at school: there is nothing to tick.
        going = [(pupil_id, name) for pupil_id, name in self.roster if pupil_id not in staying]
        self.fields["present"].choices = going
        if not going:
            del self.fields["present"]

    @property
    def absent(self) -> set[int]:
        """Pupils of the list of participants whose tick was taken away."""
        return {pupil_id for pupil_id, _name in self.roster} - set(self.cleaned_data.get("present", []))


class DayForm(forms.Form):
    date = DateField(label=_("Day"), required=False)
