"""The shape of requests about personal data and of each step with them."""

from __future__ import annotations

from datetime import date

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from programs.core.forms import CleanCharField, CleanFormMixin, DateField, NameField, PhoneField
from programs.core.idempotency import IdempotentFormMixin
from programs.core.versions import VersionedFormMixin
from programs.data_rights.choices import RefusalGround, RequestKind
from programs.data_rights.models import DataRequest
from programs.pupils.choices import Gender

WORDS = forms.Textarea(attrs={"rows": 4})


class AskForm(CleanFormMixin, IdempotentFormMixin):
    """What a person asks about the data. Nothing is chosen beforehand."""

    kind = forms.ChoiceField(label=_("What do you ask for?"), choices=RequestKind.choices, widget=forms.RadioSelect)
    text = CleanCharField(
        label=_("In your own words"),
        help_text=_("For a correction: what is wrong, and what is right. You need not give reasons."),
        max_length=2000,
        required=False,
        widget=WORDS,
    )

    def clean(self) -> dict:
        found = super().clean()
        if found.get("kind") == RequestKind.CORRECT and not found.get("text"):
            self.add_error("text", _("Say what is wrong, and what is right."))
        return found


class PaperAskForm(AskForm):
    """A request that came on paper or by word of mouth, written down by the school."""

    requester_name = NameField(
        label=_("Who asks"), help_text=_("The guardian's or the pupil's full name."), max_length=150
    )
    received_on = DateField(label=_("Received on"), help_text=_("The clock of the law runs from this day."))
    field_order = ["requester_name", "received_on", "kind", "text"]

    def clean_received_on(self) -> date:
        day = self.cleaned_data["received_on"]
        if day > timezone.localdate():
            raise forms.ValidationError(_("This day has not come yet."))
        return day


class IdentifyForm(CleanFormMixin, forms.Form):
    how = CleanCharField(
        label=_("How you made sure who asks"),
        help_text=_(
            "For example: came to the school office and is known to the class teacher. Write no names or numbers."
        ),
        max_length=300,
    )


class AnswerForm(CleanFormMixin, forms.Form):
    words = CleanCharField(
        label=_("Your answer"),
        help_text=_("Who asked reads it: what will be done, and by when."),
        max_length=2000,
        widget=WORDS,
    )


class RefuseRequestForm(CleanFormMixin, forms.Form):
    ground = forms.ChoiceField(label=_("Ground of the law"), choices=RefusalGround.choices, widget=forms.RadioSelect)
    words = CleanCharField(
        label=_("Why it holds here"), help_text=_("Who asked reads it."), max_length=2000, widget=WORDS
    )


class ExtendForm(CleanFormMixin, forms.Form):
    reason = CleanCharField(
        label=_("Why more time is needed"), help_text=_("Kept in the history. Write no names."), max_length=300
    )


class FinishForm(CleanFormMixin, forms.Form):
    words = CleanCharField(label=_("What was done"), help_text=_("Who asked reads it."), max_length=2000, widget=WORDS)


class FinishAndStopForm(FinishForm):
    """For a restriction or an objection: the portal itself stops every use that rests on a consent."""

    withdraw = forms.BooleanField(
        label=_("Withdraw every consent of this pupil now"),
        help_text=_("Pictures, showcase and sharing stop at once. Leave it open if only one of them is meant."),
        required=False,
    )


class CorrectForm(CleanFormMixin, VersionedFormMixin):
    """The pupil's record as it stands; the school writes what is right."""

    full_name = NameField(label=_("Full name"), min_length=2, max_length=150)
    given_name = NameField(
        label=_("Given name"),
        help_text=_("Only if it is not the last word of the name."),
        max_length=60,
        required=False,
    )
    birth_date = DateField(label=_("Date of birth"), required=False)
    gender = forms.ChoiceField(label=_("Gender"), choices=Gender.choices, required=False)
    guardian_name = NameField(label=_("Guardian"), max_length=150, required=False)
    guardian_phone = PhoneField(label=_("Guardian's telephone"), max_length=30, required=False)
    told_source = forms.BooleanField(
        label=_("It is corrected in the school's own register, too"),
        help_text=_("The portal is not the origin: otherwise the next import brings the mistake back."),
        required=False,
    )
    words = CleanCharField(label=_("What was done"), help_text=_("Who asked reads it."), max_length=2000, widget=WORDS)


class CorrectPersonForm(CleanFormMixin, VersionedFormMixin):
    full_name = NameField(label=_("Full name"), min_length=2, max_length=150)
    words = CleanCharField(label=_("What was done"), help_text=_("Who asked reads it."), max_length=2000, widget=WORDS)


class EraseForm(CleanFormMixin, forms.Form):
    """An erasure is confirmed by copying the reference by hand."""

    typed = CleanCharField(label=_("Type the reference of the request"), max_length=16)

    def __init__(self, *args, request: DataRequest, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.fields["typed"].help_text = _("Exactly: {reference}").format(reference=request.reference)
        self.fields["typed"].widget.attrs = {
            "autocomplete": "off",
            "autocapitalize": "characters",
            "spellcheck": "false",
        }
