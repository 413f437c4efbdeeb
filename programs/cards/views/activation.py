"""A pupil opens the account with a card, and joins a class with its code."""

from __future__ import annotations

import time

from allauth.account.utils import perform_login
from django import forms
from django.contrib import messages
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from programs.accounts.models import SignInCard, User
from programs.cards.actions import activate_account, join_class
from programs.cards.forms import ActivationCodeForm, JoinClassForm, OwnPasswordForm, ThreeWordsForm
from programs.cards.policy import may_join_class
from programs.cards.queries import card_at_school, pupil_of_card, usable_card
from programs.cards.rules import CARD_OPENS_NOTHING
from programs.core.acting import Act
from programs.core.gates import not_found_unless
from programs.core.refusals import Refused, show_refusal
from programs.core.throttle import Throttle
from programs.pupils.models import ClassGroup, Pupil
from programs.pupils.queries import class_now_of
from programs.schools.models import School
from programs.schools.queries.roles import roles_of
from programs.schools.queries.schools import public_schools

# Only wrong codes count: 300 pupils of a school behind one address may mistype one in three and still get in. Behind
# 46 bits even all guesses that these let through in a year would be hopeless (docs/decisions/006-sign-in-cards.md).
WRONG_CODES = Throttle("card-code", allowed=100, seconds=600)  # by address and school
WRONG_ANYWHERE = Throttle("card-code-anywhere", allowed=600, seconds=3600)  # by address, at all schools together
WRONG_CLASS_CODES = Throttle("class-code", allowed=10, seconds=600)  # by address and pupil
BEGUN = "activation"
BEGUN_LASTS = 20 * 60


@never_cache
@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
def school_activate(request: HttpRequest, code: str) -> HttpResponse:
    """The first step: the code. It comes typed, or behind the # of the card's QR code, which reaches no log."""
    school = get_object_or_404(public_schools(), code=code)
    if request.method == "POST" and _too_many(request, school):
        return render(request, "cards/activation/limited.html", {"school": school}, status=429)
    form = ActivationCodeForm(request.POST or None)
    if form.is_bound and form.is_valid():
        found = card_at_school(school, form.cleaned_data["code"], now=timezone.now())
        if found:
            _begin(request, school, found[0])
            return redirect("school_activate_password", code=code)
        WRONG_CODES.count(request, at=school.code)
        WRONG_ANYWHERE.count(request)
        show_refusal(form, CARD_OPENS_NOTHING)
    return render(request, "cards/activation/code.html", {"school": school, "form": form})


def _too_many(request: HttpRequest, school: School) -> bool:
    return WRONG_CODES.is_exhausted(request, at=school.code) or WRONG_ANYWHERE.is_exhausted(request)


def _begin(request: HttpRequest, school: School, card: SignInCard) -> None:
    """Start a new session that nobody could know before the code was typed."""
    if request.user.is_authenticated:
        logout(request)
    else:
        request.session.cycle_key()
    request.session[BEGUN] = {"card": card.pk, "school": school.code, "at": int(time.time())}


def _begun(request: HttpRequest, school: School) -> tuple[SignInCard, Pupil] | None:
    begun = request.session.get(BEGUN) or {}
    if begun.get("school") != school.code or time.time() - begun["at"] > BEGUN_LASTS:
        return None
    card = usable_card(begun["card"], now=timezone.now())
    pupil = pupil_of_card(school, card) if card else None
    return (card, pupil) if pupil else None


@method_decorator([never_cache, sensitive_post_parameters()], name="dispatch")
class ChoosePassword(Act):
    """The second step: three words, or a password of one's own; "three other words" sends neither form."""

    public = True
    template_name = "cards/activation/password.html"
    context_object_name = "school"

    def get_target(self, code: str) -> School:
        return get_object_or_404(public_schools(), code=code)

    @cached_property
    def begun(self) -> tuple[SignInCard, Pupil] | None:
        return _begun(self.request, self.target)

    def instead(self) -> HttpResponse | None:
        if self.begun:
            return None
        if self.request.method == "POST":
            messages.warning(
                self.request, _("Too much time has passed, or this has already been done. Please type the code again.")
            )
        return redirect("school_activate", code=self.target.code)

    @cached_property
    def forms(self) -> dict[str, forms.Form]:
        typed, way = self.request.POST, self.request.POST.get("way")
        return {
            "words": ThreeWordsForm(typed if way == "words" else None),
            "own": OwnPasswordForm(typed if way == "own" else None, person=self.begun[0].user),
        }

    def get_form(self, form_class=None) -> forms.Form:
        return self.forms["own" if self.request.POST.get("way") == "own" else "words"]

    def get_context_data(self, **kwargs) -> dict:
        card, pupil = self.begun
        return super().get_context_data(
            pupil=pupil,
            class_group=class_now_of(pupil),
            username=card.user.username,
            again=card.user.has_usable_password(),
            words_form=self.forms["words"],
            own_form=self.forms["own"],
            **kwargs,
        )

    def act(self, form: forms.Form) -> User:
        card, _pupil = self.begun
        return activate_account(school=self.target, card_id=card.pk, password=form.cleaned_data["password"])

    def answer(self, user: User) -> HttpResponse:
        """Through allauth, so that a second factor that somebody has set up is asked for here too."""
        self.request.session.pop(BEGUN, None)
        response = perform_login(self.request, user, email_verification="none", redirect_url=reverse("desk"))
        list(messages.get_messages(self.request))  # allauth's own greeting says less than ours
        words = _("Your account is open. From now on, sign in with {username} and the password you have just chosen.")
        messages.success(self.request, words.format(username=user.username))
        return response


class ClassJoin(Act):
    """For pupils only; the code enrols and never signs anybody in."""

    form_class = JoinClassForm
    template_name = "cards/activation/join.html"

    def get_target(self) -> Pupil:
        not_found_unless(may_join_class(self.user))
        return roles_of(self.user).pupil

    @property
    def at(self) -> str:
        return str(self.target.pk)

    def instead(self) -> HttpResponse | None:
        if self.request.method == "POST" and WRONG_CLASS_CODES.is_exhausted(self.request, at=self.at):
            return render(self.request, "429.html", status=429)
        return None

    def get_context_data(self, **kwargs) -> dict:
        return super().get_context_data(class_group=class_now_of(self.target), **kwargs)

    def act(self, form: JoinClassForm) -> ClassGroup:
        return join_class(by=self.user, key=form.key, **form.values)

    def refused(self, form: JoinClassForm, refused: Refused) -> HttpResponse:
        WRONG_CLASS_CODES.count(self.request, at=self.at)
        return super().refused(form, refused)

    def said(self, joined: ClassGroup) -> str:
        return _("You are now in class {name}.").format(name=joined.name)

    def way_back(self, result: ClassGroup) -> str:
        return reverse("desk")
