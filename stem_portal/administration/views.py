"""Pages for administrators; for everybody else they do not exist."""

from __future__ import annotations

from functools import wraps

from django.contrib import messages
from django.core.paginator import Paginator
from django.db import transaction
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse_lazy
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from programs.accounts.models import User
from programs.accounts.queries import has_factor
from programs.core.acting import Act
from programs.core.audit import history_of, record
from programs.core.finding import keep_search, search_of
from programs.core.gates import View, not_found_unless, signed_in
from programs.core.permissions import EVERYBODY, SIGNED_IN, Role
from programs.notices.models import Message
from programs.spreadsheets.xlsx import XLSX_TYPE
from stem_portal.administration import queries
from stem_portal.administration.actions import begin_view, end_view
from stem_portal.administration.exports import role_review
from stem_portal.administration.forms import ViewAsForm
from stem_portal.administration.roles import may_administer
from stem_portal.administration.rules import LONGEST, view_as_refusal
from stem_portal.view_as import forget, remember

PAGE_SIZE = 25
HISTORY_SHOWN = 20


def for_administrators(view: View) -> View:
    @signed_in
    @wraps(view)
    def inner(request: HttpRequest, *args, **kwargs) -> HttpResponse:
        not_found_unless(may_administer(request.user))
        return view(request, *args, **kwargs)

    return inner


@require_http_methods(["GET", "HEAD", "POST"])
@for_administrators
def role_list(request: HttpRequest) -> HttpResponse:
    """Every role in words, and the people found by name."""
    if request.method == "POST":
        return keep_search(request)
    search = search_of(request)
    found = queries.people_named(search.text)
    context = {
        "search": search,
        "page_obj": Paginator(found, PAGE_SIZE).get_page(request.GET.get("page")),
        "cards": queries.cards(),
        "everybody": queries.meaning_of_all(EVERYBODY),
        "signed_in": queries.meaning_of_all(SIGNED_IN),
    }
    return render(request, "administration/role_list.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@for_administrators
def role_detail(request: HttpRequest, role: str) -> HttpResponse:
    """Who holds one role now."""
    source = not_found_unless(queries.source_of(Role(role)) if role in Role.values else None)
    if request.method == "POST":
        return keep_search(request)
    search = search_of(request)
    page = Paginator(queries.rows_of(source, search.text), PAGE_SIZE).get_page(request.GET.get("page"))
    context = {
        "role": source.role,
        "search": search,
        "page_obj": page,
        "holdings": queries.as_holdings(source, page.object_list),
        "meaning": queries.meaning_of(source.role),
    }
    return render(request, "administration/role_detail.html", context)


@require_GET
@for_administrators
def person_roles(request: HttpRequest, pk: int) -> HttpResponse:
    """All that one person holds, and what it means."""
    person = get_object_or_404(queries.people_visible_to(request.user), pk=pk)
    holdings = queries.holdings_of(person)
    context = {
        "person": person,
        "holdings": holdings,
        "meanings": [(role.label, queries.meaning_of(role)) for role in queries.roles_of(holdings)],
        "everybody": queries.meaning_of_all(EVERYBODY),
        "signed_in": queries.meaning_of_all(SIGNED_IN),
        "posts": queries.posts_visible_to(request.user).filter(user=person),
        "has_factor": has_factor(person),
        "refusal": view_as_refusal(person, by=request.user),
        "minutes": LONGEST.seconds // 60,
        "ended": request.GET.get("ended", ""),
        "history": history_of(person)[:HISTORY_SHOWN],
    }
    return render(request, "administration/person_roles.html", context)


@require_GET
@for_administrators
def role_review_xlsx(request: HttpRequest) -> HttpResponse:
    moment = timezone.now()
    with transaction.atomic():
        record(by=request.user, action="roles.export", obj=request.user)
    name = _("Role review") + f" {timezone.localtime(moment):%Y-%m-%d}.xlsx"
    review = role_review(queries.cards(), moment=moment)
    return FileResponse(review, as_attachment=True, filename=name, content_type=XLSX_TYPE)


class ViewAsStart(Act):
    form_class = ViewAsForm
    template_name = "administration/view_as_start.html"
    context_object_name = "person"
    back_url = reverse_lazy("desk")

    def get_target(self, pk: int) -> User:
        return get_object_or_404(queries.people_visible_to(self.user), pk=pk)

    def get_context_data(self, **kwargs) -> dict:
        refusal = view_as_refusal(self.target, by=self.user)
        return super().get_context_data(refusal=refusal, minutes=LONGEST.seconds // 60, **kwargs)

    def act(self, form: ViewAsForm) -> Message:
        return begin_view(person=self.target, by=self.user, key=form.key, **form.values)

    def answer(self, message: Message) -> HttpResponse:
        remember(self.request, person=self.target, until=message.created_at + LONGEST)
        return super().answer(message)


@require_POST
@for_administrators
def view_as_end(request: HttpRequest) -> HttpResponse:
    """The button in the band that marks every page."""
    person = forget(request)
    if person is None:
        return redirect("desk")
    end_view(person=person, by=request.user, because="button")
    messages.success(request, _("You are back to viewing as yourself."))
    return redirect("person_roles", pk=person.pk)
