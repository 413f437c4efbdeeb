"""Pages for guardians: a personal link instead of an account, and everything works without JavaScript."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.cache import add_never_cache_headers
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from programs.consents import queries, rules
from programs.consents.actions import consents as actions
from programs.consents.choices import ConsentGiver
from programs.consents.forms import GuardianAnswersForm, GuardianCodeForm
from programs.consents.models import GuardianLink
from programs.core.acting import Act
from programs.core.gates import not_found_unless
from programs.core.refusals import Refused, show_refusal
from programs.core.throttle import Throttle
from programs.pupils.queries import class_now_of

# Stops floods, not guesses: 138 bits are not guessed. A right link opens all the same, for the parents of a whole
# school sit behind one router, and one who mistypes must not shut the others out.
GUESSES = Throttle("guardian-link-failed", allowed=30, seconds=600)
View = Callable[..., HttpResponse]


def guardians_page(view: View) -> View:
    """Not cached or indexed; the address, which is the key, is never sent to another site.

    Not ``no-referrer``: browsers then send forms with ``Origin: null``, which no check against forgery can accept.
    """

    @wraps(view)
    def guarded(request: HttpRequest, *args, **kwargs) -> HttpResponse:
        response = view(request, *args, **kwargs)
        add_never_cache_headers(response)
        response["X-Robots-Tag"] = "noindex, nofollow"
        response["Referrer-Policy"] = "same-origin"
        return response

    return guarded


def with_open_door(view: View) -> View:
    """Pass the guardian's link to the view; an invalid link says why and shows nothing about the pupil."""

    @guardians_page
    @wraps(view)
    def opened(request: HttpRequest, token: str, **kwargs) -> HttpResponse:
        link, closed = _through_door(request, token)
        return closed or view(request, link=link, token=token, **kwargs)

    return opened


def _through_door(request: HttpRequest, token: str) -> tuple[GuardianLink | None, HttpResponse | None]:
    """The link, and the page that says why it opens nothing."""
    link = queries.link_with_token(token)
    if link is None and GUESSES.is_exhausted(request):
        return None, render(request, "consents/guardian/closed.html", {"limited": True}, status=429)
    refusal = rules.door_refusal(link, now=timezone.now(), today=timezone.localdate())
    if refusal is None:
        return link, None
    if link is None:
        GUESSES.count(request)
    return link, render(request, "consents/guardian/closed.html", {"refusal": refusal}, status=410 if link else 404)


class GuardianAct(Act):
    """An act of a guardian: its target is the link, behind the same door as every other page of theirs."""

    public = True
    context_object_name = "link"
    closed: HttpResponse | None = None

    @classmethod
    def as_view(cls, **options):
        return guardians_page(super().as_view(**options))

    def get_target(self, token: str) -> GuardianLink | None:
        link, self.closed = _through_door(self.request, token)
        return link

    def instead(self) -> HttpResponse | None:
        return self.closed

    @property
    def token(self) -> str:
        return self.kwargs["token"]

    def get_context_data(self, **kwargs) -> dict[str, Any]:
        pupil = self.target.pupil
        return super().get_context_data(pupil=pupil, school=pupil.school, token=self.token, **kwargs)


@guardians_page
@require_http_methods(["GET", "HEAD", "POST"])
def guardian_code(request: HttpRequest) -> HttpResponse:
    """For typing the code from the printed letter. Sent by POST, because addresses end up in logs."""
    form = GuardianCodeForm(request.POST or None)
    if form.is_bound and form.is_valid():
        return redirect("guardian_door", token=form.cleaned_data["code"].replace("/", "") or "-")
    return render(request, "consents/guardian/code.html", {"form": form})


@with_open_door
@require_http_methods(["GET", "HEAD", "POST"])
def guardian_door(request: HttpRequest, link: GuardianLink, token: str) -> HttpResponse:
    """The open questions, and the state of the others."""
    questions = queries.questions_for(link.pupil, ConsentGiver.GUARDIAN)
    return _ask(
        request,
        link,
        token,
        queries.to_ask(questions, request.POST),
        others=[each for each in questions if not each.is_open],
    )


@with_open_door
@require_http_methods(["GET", "HEAD", "POST"])
def guardian_purpose(request: HttpRequest, link: GuardianLink, token: str, purpose: str) -> HttpResponse:
    """One question again: a consent is withdrawn here, a refused or withdrawn one may be answered otherwise."""
    questions = {each.purpose: each for each in queries.questions_for(link.pupil, ConsentGiver.GUARDIAN)}
    question = not_found_unless(questions.get(purpose))
    if not question.is_given:
        return _ask(request, link, token, [question], others=[], again=True)
    if request.method == "POST":
        actions.withdraw_as_guardian(link_id=link.pk, purpose=purpose)
        messages.success(request, _("Your consent has been withdrawn, and its use on the portal has stopped."))
        return redirect("guardian_door", token=token)
    return render(request, "consents/guardian/withdraw.html", _context(link, token) | {"question": question})


def _ask(request: HttpRequest, link: GuardianLink, token: str, questions: list, *, others: list, again=False):
    """Three steps at one address: the questions, a review of the answers, and sending."""
    seen = queries.fingerprint(queries.answers_of(link.pupil, ConsentGiver.GUARDIAN))
    before = {"seen": seen, "name": link.guardian_name, "relation": link.relation}
    form = GuardianAnswersForm(request.POST or None, questions=questions, initial=before)
    context = _context(link, token) | {"form": form, "others": others, "again": again}
    step = request.POST.get("step", "")
    if not form.is_bound or not questions or step == "change":
        return render(request, "consents/guardian/door.html", context)
    if not form.is_valid():
        return render(request, "consents/guardian/door.html", context)
    if step != "send":
        return render(request, "consents/guardian/review.html", context)
    try:
        actions.answer_as_guardian(
            link_id=link.pk,
            answered=form.answered(),
            name=form.cleaned_data["name"],
            relation=form.cleaned_data["relation"],
            seen=form.cleaned_data["seen"],
            language=get_language(),
        )
    except Refused as refused:
        show_refusal(form, refused.refusal)
        return render(request, "consents/guardian/door.html", context)
    messages.success(request, _("Thank you. Your answers have been saved; you can change them here at any time."))
    return redirect("guardian_door", token=token)


def _context(link: GuardianLink, token: str) -> dict:
    class_group = class_now_of(link.pupil)
    return {"link": link, "pupil": link.pupil, "school": link.pupil.school, "class_group": class_group, "token": token}
