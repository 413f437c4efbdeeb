"""The shape of an answer about two pupils, and of an undone merger."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from programs.core.forms import CleanFormMixin
from programs.duplicates.choices import Answer
from programs.pupils.forms import AccountFormMixin
from programs.pupils.models import Pupil
from programs.schools.forms import reason_field


class PairForm(AccountFormMixin):
    """``kept`` is the record that was there, ``dropped`` the one that came: the answer may turn them round."""

    answer = forms.ChoiceField(label=_("One child or two?"), widget=forms.RadioSelect)
    field_order = ["answer", "account"]

    def __init__(self, *args, kept: Pupil, dropped: Pupil, **kwargs) -> None:
        super().__init__(*args, kept=kept, dropped=dropped, **kwargs)
        words = _("One child: keep the record {name}, {number}")
        self.fields["answer"].choices = [
            (Answer.SECOND, words.format(name=kept.full_name, number=kept.external_id)),
            (Answer.FIRST, words.format(name=dropped.full_name, number=dropped.external_id)),
            (Answer.APART, Answer.APART.label),
        ]


class UndoForm(CleanFormMixin, forms.Form):
    """Done once by the state of the merger."""

    reason = reason_field()
