"""Marking pupils who left."""

from __future__ import annotations

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from programs.core.forms import DateField
from programs.core.idempotency import IdempotentFormMixin
from programs.schools.models import Pupil


class LeavingForm(IdempotentFormMixin):
    pupil = forms.ModelMultipleChoiceField(label=_("Pupils"), queryset=None, widget=forms.MultipleHiddenInput)
    left_on = DateField(label=_("Left the school on"), initial=timezone.localdate)

    def __init__(self, *args, pupils, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.fields["pupil"].queryset = pupils if pupils is not None else Pupil.objects.none()
