"""The officer's own part of the official list: to search, to download, to find what stands there twice."""

from __future__ import annotations

from django.conf import settings
from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_safe

from programs.core.gates import not_found_unless, signed_in
from programs.core.refusals import Refused, show_refusal
from programs.core.text import slugify_vi
from programs.core.xlsx import XLSX_TYPE, write_xlsx
from programs.schools.actions.lists import note_download
from programs.schools.actions.merging import tell_apart
from programs.schools.choices import OfficeRole
from programs.schools.forms import ConfirmForm
from programs.schools.forms.life import RegisterFilter
from programs.schools.models import School
from programs.schools.queries import matching, schools_in_scope, standing_of
from programs.schools.queries.life import schools_to_keep
from programs.schools.queries.twins import likely_twins
from programs.schools.tables import schools_sheet

PAGE_SIZE = 25
PAIRS_AT_ONCE = 10


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
    standing = standing_of(request.user)
    not_found_unless(standing.is_officer)
    form, schools = _asked(request)
    page = Paginator(schools, PAGE_SIZE).get_page(request.GET.get("page"))
    context = {
        "form": form,
        "page_obj": page,
        "query": request.GET.urlencode(),
        "keeps": standing.is_department or standing.is_ward_officer,
        "imports": standing.is_department,
    }
    return render(request, "schools/register.html", context)


@signed_in
@require_safe
def school_register_xlsx(request: HttpRequest) -> FileResponse:
    """The same rows as a file; schools that nobody has registered yet with the link by which they can."""
    not_found_unless(standing_of(request.user).is_officer)
    form, schools = _asked(request)
    rows, asked = list(schools), form.narrowing()
    sheet = schools_sheet(rows, site=settings.SITE_URL, narrowed=request.GET.urlencode())
    content = write_xlsx([sheet], moment=timezone.now())
    note_download(by=request.user, filters=asked | {"ward": asked["ward"] and asked["ward"].pk}, rows=len(rows))
    name = f"{slugify_vi(_('schools'))}-{timezone.localdate():%Y-%m-%d}.xlsx"
    response = FileResponse(content, as_attachment=True, filename=name, content_type=XLSX_TYPE)
    response["Cache-Control"] = "private, no-store"
    return response


def _keeper_or_404(request: HttpRequest) -> None:
    posts = standing_of(request.user).posts
    not_found_unless(OfficeRole.DEPARTMENT in posts or OfficeRole.WARD in posts)


@signed_in
@require_GET
def school_twins(request: HttpRequest) -> HttpResponse:
    """Likely duplicates side by side; the officer says whether they are one school or two."""
    _keeper_or_404(request)
    page = Paginator(likely_twins(request.user), PAIRS_AT_ONCE).get_page(request.GET.get("page"))
    return render(request, "schools/twins.html", {"page_obj": page})


@signed_in
@require_http_methods(["GET", "POST"])
def school_tell_apart(request: HttpRequest, code: str, other: str) -> HttpResponse:
    kept = schools_to_keep(request.user)
    one, twin = get_object_or_404(kept, code=code), get_object_or_404(kept, code=other)
    not_found_unless(one != twin)
    form = ConfirmForm(request.POST or None)
    if form.is_bound and form.is_valid():
        try:
            tell_apart(one=one, other=twin, by=request.user)
        except Refused as refused:
            show_refusal(form, refused.refusal)
        else:
            messages.success(request, _("Noted: they are two schools."))
            return redirect("school_twins")
    context = {
        "title": _("Two different schools?"),
        "text": _(
            "{one} ({code}) and {other} ({other_code}) are two schools; they are not shown together again."
        ).format(one=one, code=one.code, other=twin, other_code=twin.code),
        "form": form,
        "submit": _("They are two schools"),
        "back_url": reverse("school_twins"),
    }
    return render(request, "components/confirm.html", context)
