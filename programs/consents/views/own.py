"""A pupil's own answers."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from programs.consents import queries, rules
from programs.consents.actions import consents as actions
from programs.consents.choices import ConsentGiver
from programs.consents.forms import AnswersForm
from programs.core.gates import not_found_unless, signed_in
from programs.core.refusals import Refused, show_refusal
from programs.pupils.models import Pupil
from programs.schools.forms import ConfirmForm
from programs.schools.queries.roles import roles_of


def _myself(request: HttpRequest) -> Pupil:
    return not_found_unless(roles_of(request.user).pupil)


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def my_consents(request: HttpRequest) -> HttpResponse:
    """What the pupil is asked, from the age of 7; somebody of 18 or more answers alone."""
    pupil = _myself(request)
    questions = queries.questions_for(pupil, ConsentGiver.PUPIL)
    return _ask_pupil(
        request, pupil, queries.to_ask(questions, request.POST), others=[each for each in questions if not each.is_open]
    )


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def my_consent(request: HttpRequest, purpose: str) -> HttpResponse:
    """One question again: withdraw what was given, or answer otherwise what was not."""
    pupil = _myself(request)
    questions = {each.purpose: each for each in queries.questions_for(pupil, ConsentGiver.PUPIL)}
    question = not_found_unless(questions.get(purpose))
    if not question.is_given:
        return _ask_pupil(request, pupil, [question], others=[], again=True)
    form = ConfirmForm(request.POST or None)
    if form.is_bound and form.is_valid():
        actions.withdraw_as_pupil(pupil_id=pupil.pk, purpose=purpose, by=request.user)
        messages.success(request, _("Your consent has been withdrawn, and its use on the portal has stopped."))
        return redirect("my_consents")
    context = {
        "title": _("Withdraw your consent?"),
        "text": question.text.local_title,
        "form": form,
        "submit": _("Yes, withdraw"),
        "back_url": reverse("my_consents"),
    }
    return render(request, "components/confirm.html", context)


def _ask_pupil(request: HttpRequest, pupil: Pupil, questions: list, *, others: list, again: bool = False):
    seen = queries.fingerprint(queries.answers_of(pupil, ConsentGiver.PUPIL))
    form = AnswersForm(request.POST or None, questions=questions, initial={"seen": seen})
    context = {
        "pupil": pupil,
        "form": form,
        "others": others,
        "again": again,
        "adult": rules.is_adult(pupil.birth_date, timezone.localdate()),
    }
    if form.is_bound and questions and form.is_valid():
        try:
            actions.answer_as_pupil(
                pupil_id=pupil.pk,
                answered=form.answered(),
                seen=form.cleaned_data["seen"],
                language=get_language(),
                by=request.user,
            )
        except Refused as refused:
            show_refusal(form, refused.refusal)
        else:
            messages.success(request, _("Thank you. Your answers have been saved; you can change them at any time."))
            return redirect("my_consents")
    return render(request, "consents/mine.html", context)
