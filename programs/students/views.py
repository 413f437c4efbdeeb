"""Signing up as a university student, and the own studies."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse, reverse_lazy
from django.utils.crypto import salted_hmac
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from programs.core.acting import Act
from programs.core.refusals import refuse_if
from programs.core.throttle import Throttle
from programs.students import actions, policy, queries, rules
from programs.students.forms import SignUpForm, StudiesForm
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
        email = form.typed["email"]
        letters = salted_hmac("programs.students.letters", email, algorithm="sha256").hexdigest()
        refuse_if(rules.flood_refusal(is_exhausted=SIGN_UPS.is_exhausted(self.request)))
        refuse_if(rules.letter_refusal(is_exhausted=LETTERS.is_exhausted(self.request, at=letters)))
        actions.sign_up(language=get_language() or "vi", **form.typed)
        SIGN_UPS.count(self.request)
        LETTERS.count(self.request, at=letters)
        return email

    def said(self, email: str) -> str:
        return _("We have written to {email}. Open the link in the letter within three days.").format(email=email)

    def way_back(self, email: str) -> str:
        return reverse("account_login")


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
