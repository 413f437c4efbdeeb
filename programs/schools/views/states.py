"""The acts of an officer on a school, and old addresses that lead to the new one."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.decorators import method_decorator
from django.utils.translation import gettext_lazy as _

from programs.core.acting import Act
from programs.core.refusals import Refusal
from programs.schools import policy
from programs.schools.actions import states
from programs.schools.choices import SchoolState
from programs.schools.forms import ReasonForm, RecodeForm, RenameForm
from programs.schools.models import School
from programs.schools.queries.schools import school_now, schools_visible_to, what_hangs_on
from programs.schools.rules import move_refusal

View = Callable[..., HttpResponse]


def follows_moved_schools(view: View) -> View:
    """For pages of one school, by its ``code``. The new address has the same gate, so nothing is given away."""

    @wraps(view)
    def page(request: HttpRequest, code: str, **kwargs) -> HttpResponse:
        try:
            return view(request, code=code, **kwargs)
        except Http404:
            now = school_now(code) if request.method in ("GET", "HEAD") else None
            if now is None or now.code == code:
                raise
            return redirect(request.resolver_match.view_name, code=now.code, **kwargs)

    return page


def school_or_404(user, code: str) -> School:
    """A school whose desk the person may open; a merged one is found under the school that took it over."""
    schools = schools_visible_to(user).exclude(state=SchoolState.MERGED)
    return get_object_or_404(schools.select_related("ward", "cluster").prefetch_related("levels"), code=code)


@method_decorator(follows_moved_schools, name="dispatch")
class SchoolAct(Act):
    """An act on the school of the address."""

    context_object_name = "school"

    def get_target(self, code: str) -> School:
        return school_or_404(self.user, code)

    @property
    def back_url(self) -> str:
        return reverse("school_detail", args=[self.target.code])


class LifeAct(SchoolAct):
    """What an officer writes down about a school, with a reason."""

    form_class = ReasonForm
    template_name = "schools/life.html"
    may = staticmethod(policy.may_keep)
    action: Callable[..., School]
    refusal: Refusal | None = None  # shown instead of the form

    def act(self, form: ReasonForm) -> School:
        return self.action(school=self.target, by=self.user, key=form.key, **form.values)

    def way_back(self, school: School) -> str:
        return reverse("school_detail", args=[school.code])  # its code may be another one now

    def get_context_data(self, **kwargs) -> dict:
        return super().get_context_data(refusal=self.refusal, **kwargs)


class RenameSchool(LifeAct):
    form_class = RenameForm
    action = staticmethod(states.rename_school)
    title = _("Rename the school")
    text = _(
        "It can be found under both names. Certificates and frozen reports keep the name that was valid at the time."
    )
    submit = _("Rename")
    done = _("The school has its new name.")

    def get_initial(self) -> dict:
        return {"name": self.target.name}


class ChangeCode(LifeAct):
    form_class = RecodeForm
    action = staticmethod(states.change_code)
    title = _("Change the school's code")
    submit = _("Change the code")
    done = _("The school has its new code.")

    @property
    def text(self) -> str:
        words = _("The old code {code} will always lead to the school: in lists, links and searches.")
        return words.format(code=self.target.code)


class SuspendSchool(LifeAct):
    action = staticmethod(states.suspend_school)
    title = _("Suspend this school?")
    text = _(
        "Its people can read everything, but cannot book, enter or change anything until the school is active again."
    )
    submit = _("Suspend")
    danger = True
    done = _("The school has been suspended.")

    @property
    def refusal(self) -> Refusal | None:
        return move_refusal(self.target.state, to=SchoolState.SUSPENDED)


class ResumeSchool(LifeAct):
    action = staticmethod(states.resume_school)
    title = _("Reactivate this school?")
    text = _("From now on its people can book, enter and change things again.")
    submit = _("End the suspension")
    done = _("The school is active again.")

    @property
    def refusal(self) -> Refusal | None:
        if self.target.state == SchoolState.SUSPENDED:
            return None
        return move_refusal(SchoolState.CLOSED, to=SchoolState.ACTIVE)


class CloseSchool(LifeAct):
    action = staticmethod(states.close_school)
    title = _("Close this school permanently?")
    text = _(
        "All roles end today, its pupils are marked as having left, and open invitations are withdrawn. "
        "Upcoming visits are cancelled and projects not yet entered are withdrawn. Everything that has happened "
        "can still be read. This cannot be undone."
    )
    submit = _("Close the school")
    danger = True
    done = _("The school has been closed.")

    @property
    def refusal(self) -> Refusal | None:
        return move_refusal(self.target.state, to=SchoolState.CLOSED)

    def get_context_data(self, **kwargs) -> dict:
        return super().get_context_data(hanging=what_hangs_on(self.target), **kwargs)
