"""The official list: as anyone reads it, and the officer's own part of it to search and download."""

from __future__ import annotations

from django.conf import settings
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from programs.core.gates import not_found_unless, signed_in
from programs.core.text import slugify_vi
from programs.schools import policy
from programs.schools.actions.lists import note_download
from programs.schools.forms import RegisterFilter, SchoolSearchForm
from programs.schools.models import School
from programs.schools.queries.schools import matching, schools_in_scope, search_schools
from programs.schools.xlsx import schools_sheet
from programs.spreadsheets.xlsx import XLSX_TYPE, write_xlsx

PAGE_SIZE, LISTED = 25, 20


def _asked(request: HttpRequest) -> tuple[RegisterFilter, QuerySet[School]]:
    """The schools of this officer's scope, narrowed as asked."""
    scope = schools_in_scope(request.user)
    form = RegisterFilter(request.GET, schools=scope)
    asked = form.narrowing()
    found = matching(scope, asked["q"])
    if asked["ward"]:
        found = found.filter(ward=asked["ward"])
    if asked["level"]:
        found = found.filter(levels__level=asked["level"])
    if asked["state"]:
        found = found.filter(state=asked["state"])
    return form, found.select_related("ward", "cluster").prefetch_related("levels").order_by("sort_key", "pk")


@signed_in
@require_safe
def school_register(request: HttpRequest) -> HttpResponse:
    not_found_unless(policy.may_see_register(request.user))
    form, schools = _asked(request)
    page = Paginator(schools, PAGE_SIZE).get_page(request.GET.get("page"))
    context = {
        "form": form,
        "page_obj": page,
        "query": request.GET.urlencode(),
        "keeps": policy.may_keep_schools(request.user),
        "imports": policy.may_import_list(request.user),
    }
    return render(request, "schools/register.html", context)


@signed_in
@require_safe
def school_register_xlsx(request: HttpRequest) -> FileResponse:
    """The same rows as a file; schools that nobody has registered yet with the link by which they can."""
    not_found_unless(policy.may_see_register(request.user))
    form, schools = _asked(request)
    rows, asked = list(schools), form.narrowing()
    sheet = schools_sheet(rows, site=settings.SITE_URL, narrowed=request.GET.urlencode())
    content = write_xlsx([sheet], moment=timezone.now())
    note_download(by=request.user, filters=asked | {"ward": asked["ward"] and asked["ward"].pk}, rows=len(rows))
    name = f"{slugify_vi(_('schools'))}-{timezone.localdate():%Y-%m-%d}.xlsx"
    response = FileResponse(content, as_attachment=True, filename=name, content_type=XLSX_TYPE)
    response["Cache-Control"] = "private, no-store"
    return response


@require_safe
def school_list(request: HttpRequest) -> HttpResponse:
    """The official list, with what a school's own people can do next."""
    form = SchoolSearchForm(request.GET)
    narrowing = form.narrowing()
    page = Paginator(search_schools(**narrowing), LISTED).get_page(request.GET.get("page"))
    context = {"form": form, "page_obj": page, "narrowed": any(narrowing.values())}
    return render(request, "schools/list.html", context)
