"""A photograph of a visit, and who can be recognised in it."""

from __future__ import annotations

from collections.abc import Sequence

from django import forms
from django.utils.translation import gettext_lazy as _

from programs.schools.models import Pupil


class PhotographForm(forms.Form):
    """Nothing is ticked before: each picture is looked at."""

    upload = forms.FileField(
        label=_("Photograph"),
        help_text=_("JPEG, PNG, WebP or HEIC, 12 MB at most. The place where it was taken is removed."),
        widget=forms.FileInput(attrs={"accept": "image/*"}),
    )
    pupils = forms.TypedMultipleChoiceField(
        label=_("Who can be recognised?"), coerce=int, required=False, widget=forms.CheckboxSelectMultiple
    )
    nobody = forms.BooleanField(
        label=_("No pupil can be recognised: from behind, hands, the work alone"), required=False
    )
    looked = forms.BooleanField(
        label=_("I looked: nobody else can be recognised"),
        error_messages={"required": _("Look at the picture once more, then tick this.")},
    )

    def __init__(self, *args, pupils: Sequence[Pupil], **kwargs) -> None:
        super().__init__(*args, **kwargs)
        if pupils:
            self.fields["pupils"].choices = [(pupil.pk, pupil.full_name) for pupil in pupils]
        else:
            del self.fields["pupils"]
