"""One act of a person on one page: gate, form, action, refusal beside its field, message, way back.

    class WithdrawEntry(Act):
        title = _("Withdraw this entry?")
        submit = _("Withdraw")
        danger = True
        done = _("The class does not take part in the draw any more.")
        may = staticmethod(policy.may_withdraw)

        def get_target(self, pk: int) -> BallotEntry:
            return get_object_or_404(entries_visible_to(self.user), pk=pk)

        def act(self, form) -> BallotEntry:
            return withdraw_entry(entry_id=self.target.pk, by=self.user)

        @property
        def back_url(self) -> str:
            return reverse("entry_detail", args=[self.target.pk])

Whatever depends on the object or the person is a property or a method of the same name.
"""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.views.generic import FormView

from programs.core.gates import signed_in
from programs.core.idempotency import IdempotentFormMixin
from programs.core.policy import must
from programs.core.refusals import Refused, show_refusal

WORDS = ("title", "text", "submit", "danger", "back_url")


class Act(FormView):
    """For those who signed in, unless it is ``public``. Without a form of its own it asks only whether.

    The way is: ``get_target`` (or 404), ``may`` (or 403), ``instead``, form, ``act``, ``answer``. All of Django's
    ``FormView`` works as usual: ``form_class``, ``get_form_kwargs``, ``get_initial``, ``get_context_data``.
    """

    http_method_names = ["get", "head", "post"]
    public = False
    form_class: type[forms.BaseForm] = forms.Form
    template_name = "components/confirm.html"
    context_object_name = ""  # how the template calls the target
    title = text = submit = ""  # words of the page and of its button
    danger = False
    back_url = ""
    done = ""  # said when it is done
    user: Any
    target: Any = None

    @classmethod
    def as_view(cls, **options):
        view = super().as_view(**options)
        return view if cls.public else signed_in(view)

    def dispatch(self, request: HttpRequest, *args, **kwargs) -> HttpResponseBase:
        if (request.method or "").lower() not in self.http_method_names:
            return self.http_method_not_allowed(request)
        self.user = request.user
        self.target = self.get_target(**kwargs)
        must(self.may(self.user, self.target))
        return self.instead() or super().dispatch(request, *args, **kwargs)

    # --- What a view says ------------------------------------------------------------------------
    def get_target(self, **kwargs) -> Any:
        """The object of the address through a ``*_visible_to(self.user)``; raises Http404."""
        return None

    def may(self, user, target) -> bool:
        """As a rule ``may = staticmethod(policy.may_x)``."""
        return True

    def instead(self) -> HttpResponse | None:
        """Another answer than the page and the act, such as a page that says why there is nothing to do."""
        return None

    def act(self, form) -> Any:
        """Call the action with what was typed; its result goes to ``said``, ``way_back`` and ``answer``."""
        raise NotImplementedError

    def said(self, result: Any) -> str:
        return self.done

    def way_back(self, result: Any) -> str:
        """Where the result is seen."""
        return self.back_url

    def answer(self, result: Any) -> HttpResponse:
        """After the act; one that answers with a file says so here."""
        if said := self.said(result):
            messages.success(self.request, said)
        return redirect(self.way_back(result))

    # --- How it runs -----------------------------------------------------------------------------
    def form_valid(self, form) -> HttpResponse:
        try:
            result = self.act(form)
        except Refused as refused:
            return self.refused(form, refused)
        return self.answer(result)

    def refused(self, form, refused: Refused) -> HttpResponse:
        """The page once more with everything that was typed, and with the reason why not."""
        show_refusal(form, refused.refusal)
        if isinstance(form, IdempotentFormMixin):
            form.renew_key()
        if refused.earlier is not None:
            form.earlier_url = self.way_back(refused.earlier)
        if refused.stored is not None:
            form.show_stored(refused.stored)
        return self.form_invalid(form)

    def get_context_data(self, **kwargs) -> dict[str, Any]:
        named = {self.context_object_name: self.target} if self.context_object_name else {}
        words = {name: getattr(self, name) for name in WORDS}
        return super().get_context_data(**{**words, **named, **kwargs})
