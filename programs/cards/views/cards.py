"""Sign-in cards and class codes, for who looks after a class."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from programs.cards.actions import IssuedCards, issue_cards, set_class_code, void_card
from programs.cards.forms import CardsForm, ClassCodeForm, VoidCardForm
from programs.cards.pdf import render as render_cards
from programs.cards.print_words import cards_of, words_of
from programs.cards.rules import CARD_LASTS
from programs.core.audit import history_of
from programs.core.gates import signed_in
from programs.core.policy import must
from programs.core.references import in_groups
from programs.core.refusals import Refused, show_refusal
from programs.pupils import queries as pupil_queries
from programs.pupils.models import ClassGroup
from programs.pupils.policy import may_issue_cards
from programs.pupils.queries import accounts_of


def _class_or_404(request: HttpRequest, pk: int) -> ClassGroup:
    """404 outside the school, 403 for its other teachers."""
    classes = pupil_queries.classes_visible_to(request.user).select_related("school", "school_year", "homeroom_teacher")
    class_group = get_object_or_404(classes, pk=pk)
    must(may_issue_cards(request.user, class_group))
    return class_group


@signed_in
@require_http_methods(["GET", "POST"])
def cards_issue(request: HttpRequest, pk: int) -> HttpResponse:
    """The answer is the sheet itself: the codes on it are kept nowhere (docs/decisions/006-sign-in-cards.md)."""
    class_group = _class_or_404(request, pk)
    accounts = accounts_of(class_group, now=timezone.now())
    asked = {account.pupil.pk for account in accounts if str(account.pupil.pk) == request.GET.get("pupil")}
    form = CardsForm(request.POST or None, accounts=accounts, chosen=asked)
    if form.is_bound and form.is_valid():
        try:
            issued = issue_cards(
                class_group=class_group,
                pupil_ids=form.cleaned_data["pupils"],
                by=request.user,
                key=form.cleaned_data["idempotency_key"],
            )
        except Refused as refused:
            if refused.refusal.code == "sheet_made":
                # with a new key: to make it once more is a new act
                form = CardsForm(accounts=accounts, chosen=form.cleaned_data["pupils"])
                messages.warning(request, str(refused.refusal.message))
            else:
                show_refusal(form, refused.refusal)
        else:
            return _sheet(issued)
    context = {
        "class_group": class_group,
        "form": form,
        "days": CARD_LASTS.days,
        "any_active": any(account.is_active for account in accounts),
        "history": history_of(class_group).filter(action="cards.issue")[:5],
    }
    return render(request, "cards/issue.html", context)


def _sheet(issued: IssuedCards) -> HttpResponse:
    response = HttpResponse(render_cards(cards_of(issued), words_of(issued)), content_type="application/pdf")
    name = _("Sign-in cards of class {name}").format(name=issued.class_group.name) + ".pdf"
    response.headers["Content-Disposition"] = content_disposition_header(as_attachment=True, filename=name)
    response.headers["Cache-Control"] = "private, no-store"
    return response


@signed_in
@require_http_methods(["GET", "POST"])
def card_void(request: HttpRequest, pk: int, pupil_pk: int) -> HttpResponse:
    class_group = _class_or_404(request, pk)
    pupil = get_object_or_404(pupil_queries.pupils_of_class(class_group), pk=pupil_pk)
    form = VoidCardForm(request.POST or None)
    if form.is_bound and form.is_valid():
        try:
            void_card(class_group=class_group, pupil=pupil, by=request.user, reason=form.cleaned_data["reason"])
        except Refused as refused:
            show_refusal(form, refused.refusal)
        else:
            messages.success(request, _("The card of {name} opens nothing any more.").format(name=pupil))
            return redirect("class_detail", pk=pk)
    context = {
        "title": _("Void this card?"),
        "text": _(
            "The printed card of {name} stops working. A password that was set before stays. You can make a new card "
            "at any time."
        ).format(name=pupil),
        "form": form,
        "submit": _("Void the card"),
        "back_url": reverse("class_detail", args=[pk]),
        "danger": True,
    }
    return render(request, "components/confirm.html", context)


@signed_in
@require_http_methods(["GET", "POST"])
def class_code(request: HttpRequest, pk: int) -> HttpResponse:
    class_group = _class_or_404(request, pk)
    form = ClassCodeForm(request.POST or None)
    if form.is_bound and form.is_valid():
        on = form.cleaned_data["do"] == "on"
        try:
            set_class_code(class_group=class_group, on=on, by=request.user, key=form.cleaned_data["idempotency_key"])
        except Refused as refused:
            show_refusal(form, refused.refusal)
        else:
            messages.success(request, _("The class has a new code.") if on else _("The class code is switched off."))
            return redirect("class_code", pk=pk)
    shown = in_groups(class_group.join_code, 4) if class_group.join_code else ""
    return render(request, "cards/class_code.html", {"class_group": class_group, "form": form, "code": shown})
