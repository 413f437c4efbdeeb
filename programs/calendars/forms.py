"""Whose visits an address shows."""

from __future__ import annotations

from collections.abc import Sequence

from django import forms
from django.utils.translation import gettext_lazy as _

from programs.centres.models import Centre

OWN = "own"


class FeedForm(forms.Form):
    of = forms.ChoiceField(label=_("Which visits"), widget=forms.RadioSelect)

    def __init__(self, *args, leads: bool, centres: Sequence[Centre], **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.centres = {str(centre.pk): centre for centre in centres}
        choices = [(OWN, _("Visits I am leading"))] if leads else []
        choices += [(key, centre.local_name) for key, centre in self.centres.items()]
        self.fields["of"].choices = choices
        self.fields["of"].initial = choices[0][0]

    @property
    def centre(self) -> Centre | None:
        """The chosen centre; None for the person's own visits."""
        return self.centres.get(self.cleaned_data["of"])
