"""The shape of requests about personal data and of each step with them."""

from __future__ import annotations

from datetime import date

from django import forms
from django.utils import timezone
from django.utils.crypto import constant_time_compare
from django.utils.translation import gettext_lazy as _

from programs.consents.models import GuardianLink
from programs.consents.rules import proof_of
from programs.core.forms import CleanCharField, CleanFormMixin, DateField, NameField, PhoneField
from programs.core.idempotency import IdempotentFormMixin
from programs.core.references import read_code
from programs.core.throttle import Guess, forget_guesses, may_guess
from programs.core.versions import VersionedFormMixin
from programs.data_rights.choices import RefusalGround, RequestKind
from programs.data_rights.models import DataRequest
from programs.pupils.choices import Gender

WORDS = forms.Textarea(attrs={"rows": 4})


class AskForm(CleanFormMixin, IdempotentFormMixin):
    """A person's data request. Nothing is preselected."""

    kind = forms.ChoiceField(label=_("What are you asking for?"), choices=RequestKind.choices, widget=forms.RadioSelect)
    text = CleanCharField(
        label=_("In your own words"),
        help_text=_("For a correction: what is wrong, and what is right. You do not need to give reasons."),
        max_length=2000,
        required=False,
        widget=WORDS,
    )

    def clean(self) -> dict:
        found = super().clean()
        if found.get("kind") == RequestKind.CORRECT and not found.get("text"):
            self.add_error("text", _("Say what is wrong, and what is right."))
        return found


class ProofForm(CleanFormMixin, forms.Form):
    """A guardian's second proof: an address that was sent on or found does not hand over or erase a child's data."""

    birth_date = DateField(label=_("Your child's date of birth"))
    letter_code = CleanCharField(
        label=_("Code from the part of the letter that you keep"),
        help_text=_("Eight letters and digits. No longer at hand? Ask the class teacher for a new letter."),
        max_length=30,
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false"}),
    )

    def __init__(self, *args, link: GuardianLink, token: str, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.link, self.token = link, token
        if link.pupil.birth_date is None:
            del self.fields["birth_date"]

    def asks_proof(self, found: dict) -> bool:
        return True

    def clean(self) -> dict:
        found = super().clean()
        if not self.errors and self.asks_proof(found):
            self._check(found)
        return {name: value for name, value in found.items() if name not in ProofForm.base_fields}

    def _check(self, found: dict) -> None:
        guess = Guess(account=f"guardian-link:{self.link.pk}")
        if not may_guess("guardian_proof", guess):
            raise forms.ValidationError(_("Too many tries. Wait a quarter of an hour, then try again."))
        is_birthday = found.get("birth_date") == self.link.pupil.birth_date
        is_code = constant_time_compare(read_code(found.get("letter_code") or ""), proof_of(self.token))
        if not (is_birthday and is_code):
            message = _("The date of birth and the code do not both match. Type both as they are on your papers.")
            self.add_error("letter_code", message)
            return
        forget_guesses("guardian_proof", guess)


class ChildAskForm(ProofForm, AskForm):
    """A guardian's request: erasing is asked for with the second proof, everything else with the link alone."""

    field_order = ["kind", "text", "birth_date", "letter_code"]

    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.fields["letter_code"].help_text = _("Only needed to have the data erased, with the date of birth.")
        for name in self.fields.keys() & ProofForm.base_fields:
            self.fields[name].required = False

    def asks_proof(self, found: dict) -> bool:
        return found.get("kind") == RequestKind.ERASE


class PaperAskForm(AskForm):
    """A request made on paper or orally, recorded by the school."""

    requester_name = NameField(
        label=_("Person asking"), help_text=_("The full name of the guardian or the pupil."), max_length=150
    )
    received_on = DateField(label=_("Received on"), help_text=_("The legal deadline is counted from this day."))
    field_order = ["requester_name", "received_on", "kind", "text"]

    def clean_received_on(self) -> date:
        day = self.cleaned_data["received_on"]
        if day > timezone.localdate():
            raise forms.ValidationError(_("This day is still in the future."))
        return day


class IdentifyForm(CleanFormMixin, forms.Form):
    how = CleanCharField(
        label=_("How you checked who is asking"),
        help_text=_(
            "For example: came to the school office and is known to the class teacher. Do not write names or numbers."
        ),
        max_length=300,
    )


class AgreementForm(CleanFormMixin, forms.Form):
    how = CleanCharField(
        label=_("How the guardian agreed"),
        help_text=_("For example: signed letter of 05/09/2026, kept at school. Do not write names or numbers."),
        max_length=300,
    )


class AnswerForm(CleanFormMixin, forms.Form):
    words = CleanCharField(
        label=_("Your answer"),
        help_text=_("The person asking will read this: what will be done, and by when."),
        max_length=2000,
        widget=WORDS,
    )


class RefuseRequestForm(CleanFormMixin, forms.Form):
    ground = forms.ChoiceField(label=_("Legal grounds"), choices=RefusalGround.choices, widget=forms.RadioSelect)
    words = CleanCharField(
        label=_("Why they apply here"), help_text=_("The person asking will read this."), max_length=2000, widget=WORDS
    )


class ExtendForm(CleanFormMixin, forms.Form):
    reason = CleanCharField(
        label=_("Why more time is needed"), help_text=_("Kept in the history. Do not write names."), max_length=300
    )


class FinishForm(CleanFormMixin, forms.Form):
    words = CleanCharField(
        label=_("What was done"), help_text=_("The person asking will read this."), max_length=2000, widget=WORDS
    )


class FinishAndStopForm(FinishForm):
    """For a restriction or an objection: the portal itself stops every use that rests on a consent."""

    withdraw = forms.BooleanField(
        label=_("Withdraw every consent of this pupil now"),
        help_text=_(
            "Pictures, showcase and sharing stop at once. Leave this unticked if the request is only about one of them."
        ),
        required=False,
    )


class CorrectForm(CleanFormMixin, VersionedFormMixin):
    """The pupil's current record; the school corrects it."""

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
    guardian_phone = PhoneField(label=_("Guardian's phone number"), max_length=30, required=False)
    told_source = forms.BooleanField(
        label=_("It has also been corrected in the school's own register"),
        help_text=_(
            "The data does not originate on the portal: otherwise the next import will bring the mistake back."
        ),
        required=False,
    )
    words = CleanCharField(
        label=_("What was done"), help_text=_("The person asking will read this."), max_length=2000, widget=WORDS
    )


class CorrectPersonForm(CleanFormMixin, VersionedFormMixin):
    full_name = NameField(label=_("Full name"), min_length=2, max_length=150)
    words = CleanCharField(
        label=_("What was done"), help_text=_("The person asking will read this."), max_length=2000, widget=WORDS
    )


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
