"""Questions with two equal answers and nothing chosen before; the school's paper forms."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from programs.consents.choices import ConsentGiver, ConsentPurpose, ConsentState
from programs.consents.queries.answers import Guardian, Question
from programs.consents.rules import EARLIER, LATER, Answered, Paper, SignedForms, parent_of
from programs.core.forms import CleanCharField, CleanFormMixin, CodeField, DateField, NameField, WholeNumberField
from programs.core.idempotency import IdempotentFormMixin
from programs.pupils.models import Pupil

AGREE = pgettext_lazy("answer", "I agree")
DO_NOT_AGREE = pgettext_lazy("answer", "I do not agree")
ANSWERS = [(ConsentState.GIVEN.value, AGREE), (ConsentState.REFUSED.value, DO_NOT_AGREE)]
MOST_MEGABYTES = 20
SCANS = "application/pdf,image/jpeg,image/png,image/heic"
ORDER = [
    (LATER, _("This paper was signed after what is recorded")),
    (EARLIER, _("This paper was signed before what is recorded")),
]


class WithdrawForm(forms.Form):
    """Says that it withdraws: the same address takes the answer that gave the consent."""

    withdraw = forms.BooleanField(initial=True, widget=forms.HiddenInput)


class AnswersForm(CleanFormMixin, forms.Form):
    """One question a purpose, each by itself. What is left open stays open; no address can choose an answer.

    ``seen`` is the fingerprint of the answers that the page showed: it is this form's key.
    """

    seen = forms.CharField(max_length=64, widget=forms.HiddenInput)

    def __init__(self, *args, questions: Sequence[Question], **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.questions = list(questions)
        for question in self.questions:
            self.fields[question.purpose] = forms.ChoiceField(
                choices=ANSWERS, required=False, widget=forms.RadioSelect, label=question.text.local_title
            )
            self.fields[f"{question.purpose}_version"] = WholeNumberField(
                widget=forms.HiddenInput, initial=question.text.version
            )

    @property
    def asked(self) -> list[tuple[Question, forms.BoundField]]:
        return [(question, self[question.purpose]) for question in self.questions]

    @property
    def chosen(self) -> list[tuple[Question, str]]:
        """Each question with the answer in words, empty for one that was left open."""
        words = dict(ANSWERS)
        return [(question, words.get(self.cleaned_data.get(question.purpose), "")) for question in self.questions]

    @property
    def typed(self) -> dict[str, Any]:
        """What the action takes."""
        found = self.cleaned_data
        given = {each.purpose: found[each.purpose] for each in self.questions if found.get(each.purpose)}
        answered = Answered(answers=given, versions={purpose: found[f"{purpose}_version"] for purpose in given})
        return {"answered": answered, "seen": found["seen"]}

    def clean(self) -> dict:
        found = super().clean()
        if not any(found.get(question.purpose) for question in self.questions):
            self.add_error(None, _("No question was answered, so nothing changes. Choose at least one answer."))
        return found


class GuardianAnswersForm(AnswersForm):
    name = NameField(
        label=_("Your full name"), min_length=2, max_length=150, widget=forms.TextInput(attrs={"autocomplete": "name"})
    )
    relation = CleanCharField(
        label=_("Your relation to the pupil"),
        help_text=_("For example: mother, father, grandmother, guardian"),
        max_length=60,
    )

    def __init__(self, *args, made_for: str = "", **kwargs) -> None:
        """``made_for``: the parent whose own link it is; nobody else speaks there."""
        super().__init__(*args, **kwargs)
        if made_for:
            self.fields["relation"].disabled = True
            self.fields["relation"].help_text = _("This link was made for this parent alone.")
            self.initial["relation"] = made_for

    @property
    def typed(self) -> dict[str, Any]:
        return super().typed | {name: self.cleaned_data[name] for name in ("name", "relation")}


class GuardianCodeForm(CleanFormMixin, forms.Form):
    code = CodeField(
        label=_("Code from the letter"),
        help_text=_("28 letters and digits in groups of four. Capitals and hyphens do not matter."),
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "none", "spellcheck": "false"}),
    )


class LinkForm(IdempotentFormMixin):
    """Mother and father each have their own link."""

    relation = forms.ChoiceField(
        label=_("Who the link is for"),
        choices=[("", _("Whoever the school reaches")), ("mẹ", _("The mother")), ("cha", _("The father"))],
        widget=forms.RadioSelect,
        required=False,
    )


class SettleForm(CleanFormMixin, forms.Form):
    answer = forms.ChoiceField(label=_("What they agreed on"), choices=ANSWERS, widget=forms.RadioSelect)
    signed_on = DateField(label=_("Day of the paper"), help_text=_("The date on the paper, such as 05/09/2026"))
    scan = forms.FileField(
        label=_("Scan or photograph of the paper"),
        help_text=_("Signed by both guardians, or a decision of a court or an authority. PDF, JPEG, PNG or HEIC."),
        widget=forms.FileInput(attrs={"accept": SCANS}),
    )
    reason = CleanCharField(
        label=_("How it was settled (kept in the history)"),
        help_text=_("For example: both parents came to school. Do not write names."),
        max_length=300,
    )


class PaperForm(CleanFormMixin, IdempotentFormMixin, forms.Form):
    """Signed forms of one class on one scan: whose they are, what they say, who signed."""

    scan = forms.FileField(
        label=_("Scan or photograph of the signed forms"),
        help_text=_("PDF, JPEG, PNG or HEIC, up to 20 MB. It must show every form you record."),
        widget=forms.FileInput(attrs={"accept": SCANS}),
    )
    signed_on = DateField(label=_("Day of the signature"), help_text=_("The date on the form, such as 05/09/2026"))
    is_later = forms.ChoiceField(
        label=_("Which came last that day"), choices=ORDER, widget=forms.RadioSelect, required=False
    )
    signed_by = forms.MultipleChoiceField(
        label=_("Who signed"), choices=ConsentGiver.choices, widget=forms.CheckboxSelectMultiple, required=False
    )

    def __init__(
        self, *args, pupils: Sequence[Pupil], chosen: int | None = None, named: bool = False, **kwargs
    ) -> None:
        super().__init__(*args, **kwargs)
        self.pupils = list(pupils)
        for purpose in ConsentPurpose:
            self.fields[purpose.value] = forms.ChoiceField(
                label=purpose.label,
                choices=[*ANSWERS, ("", pgettext_lazy("answer", "Not answered on the form"))],
                required=False,
                widget=forms.RadioSelect,
            )
        for pupil in self.pupils:
            self.fields[f"pupil_{pupil.pk}"] = forms.BooleanField(
                label=pupil.full_name, required=False, initial=pupil.pk == chosen
            )
            self.fields[f"name_{pupil.pk}"] = NameField(
                label=_("Guardian who signed"),
                required=False,
                max_length=150,
                initial=pupil.guardian_name if named else "",
            )
            self.fields[f"relation_{pupil.pk}"] = CleanCharField(label=_("Relation"), required=False, max_length=60)

    @property
    def questions(self) -> list[forms.BoundField]:
        return [self[purpose] for purpose in ConsentPurpose.values]

    @property
    def lines(self) -> list[tuple[Pupil, forms.BoundField, forms.BoundField, forms.BoundField]]:
        return [
            (pupil, self[f"pupil_{pupil.pk}"], self[f"name_{pupil.pk}"], self[f"relation_{pupil.pk}"])
            for pupil in self.pupils
        ]

    @property
    def signed(self) -> SignedForms:
        """What the forms on the scan say, of each pupil who was ticked."""
        found = self.cleaned_data
        return SignedForms(
            papers=[
                Paper(pupil.pk, found[f"name_{pupil.pk}"], found[f"relation_{pupil.pk}"])
                for pupil in self.pupils
                if found[f"pupil_{pupil.pk}"]
            ],
            signed_by=found["signed_by"],
            answers={purpose: found[purpose] for purpose in ConsentPurpose.values if found[purpose]},
            signed_on=found["signed_on"],
            is_later=found["is_later"],
        )

    def clean(self) -> dict:
        found = super().clean()
        if not any(found.get(f"pupil_{pupil.pk}") for pupil in self.pupils):
            self.add_error(None, _("Tick the pupils whose forms are on the scan."))
        return found


class WithdrawAtSchoolForm(CleanFormMixin, forms.Form):
    """How the school was told, and by which guardian. Names are offered to those who know the guardians already."""

    OTHER = "other"
    guardian = forms.ChoiceField(label=_("Who withdrew the consent"), widget=forms.RadioSelect)
    name = NameField(label=_("Name, if it is somebody else"), max_length=150, required=False)
    relation = CleanCharField(
        label=_("Relation to the pupil, if it is somebody else"),
        help_text=_("For example: mother, father, grandmother, guardian"),
        max_length=60,
        required=False,
    )
    reason = CleanCharField(
        label=_("How you were told (kept in the history)"),
        help_text=_("For example: by phone, letter of 05/09/2026. No reason is needed to withdraw."),
        max_length=300,
        required=False,
    )

    def __init__(self, *args, guardians: Sequence[Guardian] | None, named: bool, **kwargs) -> None:
        """``guardians`` is None where the pupil alone can have withdrawn."""
        super().__init__(*args, **kwargs)
        if guardians is None:
            for name in ("guardian", "name", "relation"):
                del self.fields[name]
            return
        shown = [each for each in guardians if named or parent_of(each.relation)]
        self.known = {each.key: each for each in shown}
        offered = [(each.key, self._words(each) if named else each.relation.capitalize()) for each in shown]
        self.fields["guardian"].choices = [*offered, (self.OTHER, _("Somebody else"))]
        if not offered:
            self.initial["guardian"] = self.OTHER

    @staticmethod
    def _words(guardian: Guardian) -> str:
        if not guardian.name:
            return guardian.relation.capitalize()
        return f"{guardian.name}, {guardian.relation}" if guardian.relation else guardian.name

    def clean(self) -> dict:
        found = super().clean()
        if found.get("guardian") == self.OTHER:
            for name in ("name", "relation"):
                if not found.get(name) and name not in self.errors:
                    self.add_error(
                        name, _("Type who withdrew the consent: their name, and what they are to the pupil.")
                    )
        return found

    @property
    def told(self) -> dict[str, str]:
        """What the action takes: how the school was told, and by whom."""
        found = self.cleaned_data
        known = self.known.get(found["guardian"]) if "guardian" in found else None
        named = {"name": found.get("name", ""), "relation": found.get("relation", "")}
        return {"reason": found["reason"]} | ({"name": known.name, "relation": known.relation} if known else named)


class MoverForm(CleanFormMixin, forms.Form):
    """Whose form is looked for. It is sent by POST, so that no name stands in an address."""

    name = NameField(label=_("Name of the pupil"), max_length=150)
