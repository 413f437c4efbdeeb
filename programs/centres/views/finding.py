"""Sessions as a teacher looks for them."""

from __future__ import annotations

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from programs.centres.forms import SessionSearchForm
from programs.centres.queries import finding as queries
from programs.centres.queries.finding import subject_choices
from programs.schools.queries.schools import areas_in_jurisdiction

PER_PAGE = 20


@require_safe
def session_search(request: HttpRequest) -> HttpResponse:
    """Every session that takes bookings, narrowed; what is full says when the next chance is."""
    now = timezone.now()
    asked = request.GET.copy()
    if "ward" not in asked and (ward := queries.ward_of(request.user)):
        asked["ward"] = ward.code
    form = SessionSearchForm(
        asked, subjects=subject_choices(), trips=queries.offered_trips(), wards=areas_in_jurisdiction()
    )
    wish = queries.Wish(**form.wish())
    page = Paginator(queries.find_sessions(wish, now=now), PER_PAGE).get_page(request.GET.get("page"))
    chances = queries.next_chances(page.object_list, seats=wish.seats, now=now)
    for session in page.object_list:
        session.next_chance = chances.get(session.pk)
    context = {"form": form, "page_obj": page, "wish": wish, "now": now}
    return render(request, "centres/session_search.html", context)
