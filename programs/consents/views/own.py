"""A pupil's own answers: from the age of 7, and alone from 18 on."""

from __future__ import annotations

from typing import Any

from allauth.account.internal.flows.reauthentication import did_recently_reauthenticate, suspend_request
from django.http import HttpResponse
from django.urls import reverse, reverse_lazy
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from programs.consents import rules
from programs.consents.actions import consents as actions
from programs.consents.choices import ConsentGiver, ConsentState
from programs.consents.forms import AnswersForm, WithdrawForm
from programs.consents.models import Consent
from programs.consents.views.answering import AboutQuestions, Answer
from programs.core.gates import not_found_unless
from programs.pupils.models import Pupil
from programs.schools.queries.roles import roles_of

STOPS = _(
    "The portal stops using it at once, and your school is told. You do not need to give a reason, and you can agree "
    "again later."
)


class OwnAct(AboutQuestions):
    context_object_name = "pupil"
    giver = ConsentGiver.PUPIL
    back_url = reverse_lazy("my_consents")

    def get_target(self, **kwargs) -> Pupil:
        return not_found_unless(roles_of(self.user).pupil)

    @property
    def pupil(self) -> Pupil:
        return self.target


class WithdrawOwn(OwnAct):
    form_class = WithdrawForm
    title = _("Withdraw your consent?")
    submit = _("Yes, withdraw")
    done = _("Your consent has been withdrawn, and its use on the portal has stopped.")

    @property
    def text(self) -> str:
        return f"{self.question.text.local_title}. {STOPS}"

    def act(self, form) -> list[Consent]:
        return actions.withdraw_as_pupil(pupil_id=self.pupil.pk, purpose=self.question.purpose, by=self.user)


class AnswerOwn(OwnAct, Answer):
    form_class = AnswersForm
    template_name = "consents/mine.html"
    done = _("Thank you. Your answers have been saved; you can change them at any time.")
    withdraw = WithdrawOwn

    def get_context_data(self, **kwargs) -> dict[str, Any]:
        adult = rules.is_adult(self.pupil.birth_date, timezone.localdate())
        return super().get_context_data(adult=adult, **kwargs)

    def form_valid(self, form: AnswersForm) -> HttpResponse:
        """A yes asks for the pupil's own secret once more: a computer left open cannot give it. A no never waits."""
        agrees = ConsentState.GIVEN in form.typed["answered"].answers.values()
        if agrees and not did_recently_reauthenticate(self.request):
            return suspend_request(self.request, reverse("account_reauthenticate"))
        return super().form_valid(form)

    def act(self, form: AnswersForm) -> list[Consent]:
        language = get_language()
        return actions.answer_as_pupil(pupil_id=self.pupil.pk, by=self.user, language=language, **form.typed)
