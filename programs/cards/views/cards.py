"""Sign-in cards and class codes, for who looks after a class."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.http import content_disposition_header
from django.utils.translation import gettext_lazy as _

from programs.cards.actions import IssuedCards, issue_cards, set_class_code, void_card
from programs.cards.forms import CardsForm, ClassCodeForm, VoidCardForm
from programs.cards.pdf import render as render_cards
from programs.cards.policy import may_issue_cards
from programs.cards.print_words import cards_of, words_of
from programs.cards.rules import CARD_LASTS
from programs.core.acting import Act
from programs.core.audit import history_of
from programs.core.gates import in_person
from programs.core.references import in_groups
from programs.core.refusals import Refused
from programs.pupils.models import ClassGroup, Pupil
from programs.pupils.queries import PupilAccount, accounts_of, classes_visible_to, pupils_of_class


class ClassAct(Act):
    """404 outside the school, 403 for its other teachers."""

    context_object_name = "class_group"
    may = staticmethod(may_issue_cards)

    def get_target(self, pk: int, **_others) -> ClassGroup:
        classes = classes_visible_to(self.user).select_related("school", "school_year", "homeroom_teacher")
        return get_object_or_404(classes, pk=pk)


class CardsIssue(ClassAct):
    """The answer is the sheet itself: the codes on it are kept nowhere (docs/decisions/006-sign-in-cards.md)."""

    form_class = CardsForm
    template_name = "cards/issue.html"

    @cached_property
    def accounts(self) -> list[PupilAccount]:
        return accounts_of(self.target, now=timezone.now())

    def get_form_kwargs(self) -> dict:
        asked = self.request.GET.get("pupil")
        chosen = {account.pupil.pk for account in self.accounts if str(account.pupil.pk) == asked}
        return super().get_form_kwargs() | {"accounts": self.accounts, "chosen": chosen}

    def get_context_data(self, **kwargs) -> dict:
        return super().get_context_data(
            days=CARD_LASTS.days,
            any_active=any(account.is_active for account in self.accounts),
            history=history_of(self.target).filter(action="cards.issue")[:5],
            **kwargs,
        )

    def act(self, form: CardsForm) -> IssuedCards:
        return issue_cards(class_group=self.target, pupil_ids=form.cleaned_data["pupils"], by=self.user, key=form.key)

    def refused(self, form: CardsForm, refused: Refused) -> HttpResponse:
        if refused.refusal.code != "sheet_made":
            return super().refused(form, refused)
        messages.warning(self.request, str(refused.refusal.message))
        # with a new key: creating it again is a new action
        anew = CardsForm(accounts=self.accounts, chosen=form.cleaned_data["pupils"])
        return self.render_to_response(self.get_context_data(form=anew))

    def answer(self, issued: IssuedCards) -> HttpResponse:
        response = HttpResponse(render_cards(cards_of(issued), words_of(issued)), content_type="application/pdf")
        name = _("Sign-in cards of class {name}").format(name=issued.class_group.name) + ".pdf"
        response.headers["Content-Disposition"] = content_disposition_header(as_attachment=True, filename=name)
        response.headers["Cache-Control"] = "private, no-store"
        return response


class CardVoid(ClassAct):
    form_class = VoidCardForm
    title = _("Void this card?")
    submit = _("Void the card")
    danger = True

    @cached_property
    def pupil(self) -> Pupil:
        return get_object_or_404(pupils_of_class(self.target), pk=self.kwargs["pupil_pk"])

    @property
    def text(self) -> str:
        return _(
            "The printed card of {name} will stop working. A password that was already set stays valid. You can "
            "make a new card at any time."
        ).format(name=self.pupil)

    def act(self, form: VoidCardForm) -> None:
        void_card(class_group=self.target, pupil=self.pupil, by=self.user, **form.cleaned_data)

    def said(self, result: None) -> str:
        return _("The card of {name} no longer works.").format(name=self.pupil)

    @property
    def back_url(self) -> str:
        return reverse("class_detail", args=[self.target.pk])


class ClassCode(ClassAct):
    form_class = ClassCodeForm
    template_name = "cards/class_code.html"

    def get_context_data(self, **kwargs) -> dict:
        """A code that lives is not for an administrator who views as this teacher: it lets pupils into the class."""
        code = self.target.join_code if in_person(self.request) else None
        shown = in_groups(code, 4) if code else ""
        return super().get_context_data(code=shown, hidden=not in_person(self.request), **kwargs)

    def act(self, form: ClassCodeForm) -> ClassGroup:
        on = form.cleaned_data["do"] == "on"
        return set_class_code(class_group=self.target, on=on, by=self.user, key=form.key)

    def said(self, class_group: ClassGroup) -> str:
        return _("The class has a new code.") if class_group.join_code else _("The class code has been switched off.")

    @property
    def back_url(self) -> str:
        return reverse("class_code", args=[self.target.pk])
