"""Pages for guardians: a personal link instead of an account, and everything works without JavaScript."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.cache import add_never_cache_headers
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from programs.accounts.models import User
from programs.consents import policy, rules
from programs.consents.actions import consents as actions
from programs.consents.actions.links import note_stopped
from programs.consents.choices import ConsentGiver
from programs.consents.forms import GuardianAnswersForm, GuardianCodeForm, WithdrawForm
from programs.consents.models import Consent, GuardianLink
from programs.consents.queries.visible import link_with_token
from programs.consents.views.answering import AboutQuestions, Answer
from programs.core.acting import Act
from programs.core.throttle import Throttle
from programs.pupils.models import Pupil
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
    link = link_with_token(token)
    if link is None and GUESSES.is_exhausted(request):
        return None, render(request, "consents/guardian/closed.html", {"limited": True}, status=429)
    refusal = rules.door_refusal(link, now=timezone.now(), today=timezone.localdate())
    if refusal is None:
        return link, _stopped(request, link)
    if link is None:
        GUESSES.count(request)
    return link, render(request, "consents/guardian/closed.html", {"refusal": refusal}, status=410 if link else 404)


def _stopped(request: HttpRequest, link: GuardianLink) -> HttpResponse | None:
    """The school hands links over; a session of those who work for it can neither read nor answer there."""
    person = signed_in_person(request)
    if person is None or not policy.acts_for_families(person, link.pupil):
        return None
    note_stopped(link=link, by=person)
    return render(request, "consents/guardian/stopped.html", {"back_url": reverse("desk")}, status=403)


def signed_in_person(request: HttpRequest) -> User | None:
    """Who is signed in in the browser in which a guardian's link is open."""
    person = getattr(request, "real_user", request.user)
    return person if person.is_authenticated else None


class GuardianAct(Act):
    """An act of a guardian: its target is the link, behind the same door as every other page of theirs."""

    public = True
    context_object_name = "link"
    closed: HttpResponse | None = None

    @classmethod
    def as_view(cls, **options):
        return guardians_page(super().as_view(**options))

    def get_target(self, token: str, **kwargs) -> GuardianLink | None:
        link, self.closed = _through_door(self.request, token)
        return link

    def instead(self) -> HttpResponse | None:
        return self.closed or super().instead()

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
        return redirect("guardian_door", token=form.cleaned_data["code"].lower())
    return render(request, "consents/guardian/code.html", {"form": form})


class ChildAct(GuardianAct, AboutQuestions):
    giver = ConsentGiver.GUARDIAN

    @property
    def pupil(self) -> Pupil:
        return self.target.pupil

    def get_context_data(self, **kwargs) -> dict[str, Any]:
        return super().get_context_data(class_group=class_now_of(self.pupil), question=self.question, **kwargs)

    @property
    def back_url(self) -> str:
        return reverse("guardian_door", args=[self.token])


class WithdrawForChild(ChildAct):
    form_class = WithdrawForm
    template_name = "consents/guardian/withdraw.html"
    done = _("Your consent has been withdrawn, and its use on the portal has stopped.")

    def act(self, form) -> list[Consent]:
        who = signed_in_person(self.request)
        return actions.withdraw_as_guardian(link_id=self.target.pk, purpose=self.question.purpose, by=who)


class AnswerForChild(ChildAct, Answer):
    """Three steps at one address: the questions, a review of the answers, and sending."""

    form_class = GuardianAnswersForm
    template_name = "consents/guardian/door.html"
    done = _("Thank you. Your answers have been saved; you can change them here at any time.")
    withdraw = WithdrawForChild

    def get_form_kwargs(self) -> dict[str, Any]:
        return super().get_form_kwargs() | {"made_for": self.target.made_for}

    def get_initial(self) -> dict[str, Any]:
        return super().get_initial() | {"name": self.target.guardian_name, "relation": self.target.relation}

    def form_valid(self, form: GuardianAnswersForm) -> HttpResponse:
        match self.request.POST.get("step"):
            case "send":
                return super().form_valid(form)
            case "change":
                return self.render_to_response(self.get_context_data(form=form))
        return render(self.request, "consents/guardian/review.html", self.get_context_data(form=form))

    def act(self, form: GuardianAnswersForm) -> list[Consent]:
        who = signed_in_person(self.request)
        return actions.answer_as_guardian(link_id=self.target.pk, language=get_language(), by=who, **form.typed)
