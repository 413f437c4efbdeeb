"""Signing up as a university student, and the own studies."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse, reverse_lazy
from django.utils.crypto import salted_hmac
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from programs.accounts.queries import person_with_email
from programs.core.acting import Act
from programs.core.refusals import refuse_if
from programs.core.throttle import Throttle
from programs.students import actions, policy, queries, rules
from programs.students.forms import JoinForm, SignUpForm, StudiesForm
from programs.students.models import Student

# A university's network serves thousands; each signing up is a letter to an address that nobody proved.
SIGN_UPS = Throttle("student-sign-up", allowed=60, seconds=24 * 3600)
LETTERS = Throttle("student-letter", allowed=5, seconds=24 * 3600, everywhere=True)


class StudentSignUp(Act):
    """The answer is the same whether the address has an account or not."""

    public = True
    form_class = SignUpForm
    template_name = "students/sign_up.html"

    def instead(self) -> HttpResponse | None:
        return redirect("student_studies") if self.user.is_authenticated else None

    def act(self, form: SignUpForm) -> str:
        email = form.cleaned_data["email"]
        letters = salted_hmac("programs.students.letters", email, algorithm="sha256").hexdigest()
        refuse_if(rules.flood_refusal(is_exhausted=SIGN_UPS.is_exhausted(self.request)))
        refuse_if(rules.letter_refusal(is_exhausted=LETTERS.is_exhausted(self.request, at=letters)))
        actions.ask_to_join(email=email)
        SIGN_UPS.count(self.request)
        LETTERS.count(self.request, at=letters)
        return email

    def said(self, email: str) -> str:
        return _("We have written to {email}. Open the link in the letter within three days.").format(email=email)

    def way_back(self, email: str) -> str:
        return reverse("account_login")


class StudentJoin(Act):
    """Opening the link changes nothing; only the button opens the account. The target is the letter's address."""

    public = True
    form_class = JoinForm
    template_name = "students/join.html"
    context_object_name = "email"

    def get_target(self, token: str) -> str | None:
        return queries.address_with_token(token)

    def instead(self) -> HttpResponse | None:
        if self.target is None:
            return render(self.request, "students/join_over.html", {"refusal": rules.LINK_OVER}, status=410)
        if person_with_email(self.target):
            messages.info(self.request, _("There is an account with {email}. Sign in.").format(email=self.target))
            return redirect("account_login")
        return None

    def get_form_kwargs(self) -> dict:
        return {**super().get_form_kwargs(), "email": self.target}

    def act(self, form: JoinForm) -> Student:
        return actions.join(token=self.kwargs["token"], language=get_language() or "vi", **form.typed)

    def said(self, student: Student) -> str:
        return _("Your account is ready. Sign in with {email}.").format(email=self.target)

    def way_back(self, student: Student) -> str:
        return reverse("account_login", query={"next": reverse("competition_list")})


class StudentStudies(Act):
    form_class = StudiesForm
    template_name = "students/studies.html"
    back_url = reverse_lazy("desk")
    may = staticmethod(policy.may_state_studies)
    done = _("Saved. You can enter competitions that are open to university students.")

    def get_initial(self) -> dict:
        student = queries.student_of(self.user)
        return {"institution": student.institution, "number": student.number} if student else {}

    def get_context_data(self, **kwargs) -> dict:
        return super().get_context_data(refusal=queries.studies_refusal_of(self.user), **kwargs)

    def act(self, form: StudiesForm) -> Student:
        return actions.state_studies(by=self.user, **form.cleaned_data)

    def way_back(self, student: Student) -> str:
        return reverse("competition_list")
