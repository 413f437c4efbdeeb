"""Pupils whom a list does not name, and pupils whom another school expects."""

from __future__ import annotations

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from programs.core.gates import signed_in
from programs.pupils import queries as pupil_queries
from programs.pupils.views import school_to_keep
from programs.rosters import queries as roster_queries

PAGE_SIZE = 100


@signed_in
@require_GET
def roster_missing(request: HttpRequest, reference: str) -> HttpResponse:
    """On the roll, but in no row of this file. They are never removed by an import."""
    roster = get_object_or_404(roster_queries.rosters_visible_to(request.user), reference=reference)
    pupils = pupil_queries.with_places(roster_queries.pupils_not_in_file(roster))
    context = {
        "school": roster.school,
        "title": _("Not in this file"),
        "text": _(
            "These pupils are on your roll, but not in the file, or it says that they have left. They stay "
            "unchanged. If any have left the school, tick them."
        ),
        "page": Paginator(pupils, PAGE_SIZE).get_page(request.GET.get("page")),
        "back_url": reverse("roster_detail", args=[reference]),
    }
    return render(request, "rosters/roster_missing.html", context)


@signed_in
@require_GET
def roster_asked(request: HttpRequest, code: str) -> HttpResponse:
    """The school's pupils for whom another school's import waits."""
    school = school_to_keep(request, code)
    pupils = pupil_queries.with_places(roster_queries.pupils_asked_for(school))
    context = {
        "school": school,
        "title": _("Pupils another school is expecting"),
        "text": _(
            "Another school has these pupils on its list. If they have left, tick them: the other school can "
            "then add them to its roll, and you will no longer see them. If they have not left, you do not need "
            "to do anything."
        ),
        "page": Paginator(pupils, PAGE_SIZE).get_page(request.GET.get("page")),
        "back_url": reverse("roster_list", args=[code]),
    }
    return render(request, "rosters/roster_missing.html", context)
