"""The official list of schools comes in, on the desk of the department."""

from __future__ import annotations

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from programs.core.audit import history_of
from programs.core.gates import not_found_unless, signed_in
from programs.core.refusals import Refused, refuse_if, show_refusal
from programs.core.text import clean_text
from programs.schools.actions import lists
from programs.schools.choices import ImportState
from programs.schools.forms.lists import ListMappingForm, ListUploadForm
from programs.schools.forms.registration import ConfirmForm
from programs.schools.models import SchoolListImport
from programs.schools.policy import may_import_list
from programs.schools.queries import lists as list_queries
from programs.schools.rules import list_refusal
from programs.spreadsheets.forms import SheetForm

PAGE_SIZE = 25
SAMPLE_ROWS = 4
OPEN = (ImportState.UPLOADED, ImportState.READY)


@signed_in
@require_http_methods(["GET", "POST"])
def school_list_imports(request: HttpRequest) -> HttpResponse:
    """Upload a list, and see those that came before."""
    not_found_unless(may_import_list(request.user))
    form = ListUploadForm(request.POST or None, request.FILES or None)
    if form.is_bound and form.is_valid():
        upload = form.cleaned_data["upload"]
        try:
            kept = lists.upload_list(
                upload=upload,
                file_name=clean_text(upload.name)[:200],
                by=request.user,
                key=form.cleaned_data["idempotency_key"],
            )
        except Refused as refused:
            show_refusal(form, refused.refusal)
        else:
            return redirect("school_list_columns", reference=kept.reference)
    page = Paginator(list_queries.list_imports_visible_to(request.user), PAGE_SIZE).get_page(request.GET.get("page"))
    return render(request, "schools/list_imports.html", {"form": form, "page_obj": page})


def _kept_or_404(request: HttpRequest, reference: str) -> SchoolListImport:
    return get_object_or_404(list_queries.list_imports_visible_to(request.user), reference=reference)


@signed_in
@require_http_methods(["GET", "POST"])
def school_list_columns(request: HttpRequest, reference: str) -> HttpResponse:
    """Which sheet, where the table begins, and which column is what."""
    kept = _kept_or_404(request, reference)
    if kept.state not in OPEN:
        return redirect("school_list_detail", reference=reference)
    workbook = list_queries.workbook_of(kept)
    chooser = SheetForm(request.GET or None, sheets=[(each.name, each.name) for each in workbook.visible])
    chooser.is_valid()
    asked = getattr(chooser, "cleaned_data", {})
    line = asked.get("header") or (None if request.GET else kept.header_line)
    sheet, header = list_queries.suggested(kept, workbook, sheet=asked.get("sheet") or kept.sheet, line=line)
    columns = [column for column in header.columns if column.title or column.field] if header else []
    form = ListMappingForm(request.POST or None, columns=columns) if header else None
    if form and form.is_bound and form.is_valid():
        try:
            lists.map_list(
                kept=kept, sheet=sheet.name, header_line=header.first_line, mapping=form.mapping, by=request.user
            )
        except Refused as refused:
            show_refusal(form, refused.refusal)
        else:
            return redirect("school_list_detail", reference=reference)
    body = [row for row in sheet.sample if header and row.line > header.line][:SAMPLE_ROWS]
    context = {
        "kept": kept,
        "sheets": SheetForm(
            initial={"sheet": sheet.name, "header": header.first_line if header else None},
            sheets=[(each.name, each.name) for each in workbook.visible],
        ),
        "form": form,
        "samples": [
            (form[f"column_{column.index}"], [row.cell(column.index).text for row in body]) for column in columns
        ]
        if form
        else [],
    }
    return render(request, "schools/list_columns.html", context)


@signed_in
@require_GET
def school_list_detail(request: HttpRequest, reference: str) -> HttpResponse:
    """The preview, or what was done."""
    kept = _kept_or_404(request, reference)
    if kept.state == ImportState.UPLOADED:
        return redirect("school_list_columns", reference=reference)
    if kept.state != ImportState.READY:
        context = {"kept": kept, "history": history_of(kept)}
        return render(request, "schools/list_done.html", context)
    preview = list_queries.preview_of(kept, request.user)
    counts = preview.counts
    tab = request.GET.get("show", "")
    if tab not in list_queries.TABS:
        tab = next((each for each in list_queries.TABS if counts[each]), "new")
    labels = {
        "new": _("New"),
        "changed": _("Changed"),
        "problem": _("With a problem"),
        "same": _("Unchanged"),
        "missing": _("Not in this list"),
    }
    context = {
        "kept": kept,
        "tab": tab,
        "tabs": [(each, labels[each], counts[each]) for each in list_queries.TABS],
        "counts": counts,
        "page_obj": Paginator(preview.of(tab), PAGE_SIZE).get_page(request.GET.get("page")),
        "useful": counts["new"] + counts["changed"],
    }
    return render(request, "schools/list_preview.html", context)


@signed_in
@require_http_methods(["GET", "POST"])
def school_list_apply(request: HttpRequest, reference: str) -> HttpResponse:
    kept = _kept_or_404(request, reference)
    form = ConfirmForm(request.POST or None)
    if form.is_bound and form.is_valid():
        try:
            lists.apply_list(kept=kept, by=request.user, key=form.cleaned_data["idempotency_key"])
        except Refused as refused:
            show_refusal(form, refused.refusal)
        else:
            messages.success(request, _("The list was applied."))
            return redirect("school_list_detail", reference=reference)
    context = {
        "title": _("Apply this list?"),
        "text": _(
            "New schools are added and changed ones updated. Rows with a problem are left out; schools that the "
            "list does not name stay as they are. The file is deleted afterwards."
        ),
        "form": form,
        "submit": _("Apply the list"),
        "back_url": reverse("school_list_detail", args=[reference]),
    }
    return render(request, "components/confirm.html", context)


@signed_in
@require_http_methods(["GET", "POST"])
def school_list_drop(request: HttpRequest, reference: str) -> HttpResponse:
    kept = _kept_or_404(request, reference)
    form = ConfirmForm(request.POST or None)
    if form.is_bound and form.is_valid():
        try:
            refuse_if(list_refusal(kept.state))
            lists.drop_list(kept=kept, by=request.user)
        except Refused as refused:
            show_refusal(form, refused.refusal)
        else:
            messages.success(request, _("The list was dropped; nothing was changed."))
            return redirect("school_list_imports")
    context = {
        "title": _("Drop this list?"),
        "text": _("The file is deleted. Nothing in the portal changes."),
        "form": form,
        "submit": _("Drop the list"),
        "back_url": reverse("school_list_imports"),
        "danger": True,
    }
    return render(request, "components/confirm.html", context)
