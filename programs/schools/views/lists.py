"""Importing the official list of schools, on the department's desk."""

from __future__ import annotations

from django import forms
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET

from programs.core.acting import Act
from programs.core.audit import history_of
from programs.core.gates import not_found_unless, signed_in
from programs.core.idempotency import IdempotentFormMixin
from programs.core.text import clean_text
from programs.schools.actions import lists
from programs.schools.choices import ImportState
from programs.schools.forms import ListMappingForm, ListUploadForm
from programs.schools.models import SchoolListImport
from programs.schools.policy import may_import_list
from programs.schools.queries import lists as list_queries
from programs.spreadsheets.forms import SheetForm

PAGE_SIZE = 25
SAMPLE_ROWS = 4
OPEN = (ImportState.UPLOADED, ImportState.READY)


class UploadList(Act):
    """Upload a list, and see those that came before."""

    form_class = ListUploadForm
    template_name = "schools/list_imports.html"

    def get_target(self) -> None:
        not_found_unless(may_import_list(self.user))

    def get_context_data(self, **kwargs) -> dict:
        imports = list_queries.list_imports_visible_to(self.user)
        page = Paginator(imports, PAGE_SIZE).get_page(self.request.GET.get("page"))
        return super().get_context_data(page_obj=page, **kwargs)

    def act(self, form: ListUploadForm) -> SchoolListImport:
        upload = form.cleaned_data["upload"]
        name = clean_text(upload.name)[:200]
        return lists.upload_list(upload=upload, file_name=name, by=self.user, key=form.key)

    def way_back(self, kept: SchoolListImport) -> str:
        return reverse("school_list_columns", args=[kept.reference])


def _kept_or_404(user, reference: str) -> SchoolListImport:
    return get_object_or_404(list_queries.list_imports_visible_to(user), reference=reference)


class ListAct(Act):
    """An act on one list."""

    def get_target(self, reference: str) -> SchoolListImport:
        return _kept_or_404(self.user, reference)

    @property
    def back_url(self) -> str:
        return reverse("school_list_detail", args=[self.target.reference])


class MatchColumns(ListAct):
    """Which sheet, where the table begins, and which column is what."""

    template_name = "schools/list_columns.html"
    context_object_name = "kept"

    def instead(self) -> HttpResponse | None:
        return None if self.target.state in OPEN else redirect(self.back_url)

    @cached_property
    def workbook(self):
        return list_queries.workbook_of(self.target)

    @cached_property
    def chosen(self):
        """The sheet and its header, as asked for or as they look likeliest; the header may be None."""
        kept, query = self.target, self.request.GET
        chooser = SheetForm(query, sheets=self.sheets)
        chooser.is_valid()  # what cannot be read is not asked for
        asked = chooser.cleaned_data
        line = asked.get("header") or (None if query else kept.header_line)
        return list_queries.suggested(kept, self.workbook, sheet=asked.get("sheet") or kept.sheet, line=line)

    @property
    def sheets(self) -> list[tuple[str, str]]:
        return [(each.name, each.name) for each in self.workbook.visible]

    def get_form(self, form_class=None) -> ListMappingForm:
        _sheet, header = self.chosen
        columns = [column for column in header.columns if column.title or column.field] if header else []
        return ListMappingForm(**self.get_form_kwargs(), columns=columns)

    def get_context_data(self, **kwargs) -> dict:
        sheet, header = self.chosen
        form = kwargs.pop("form", None) or self.get_form()
        body = [row for row in sheet.sample if header and row.line > header.line][:SAMPLE_ROWS]
        initial = {"sheet": sheet.name, "header": header.first_line if header else None}
        samples = [
            (form[f"column_{column.index}"], [row.cell(column.index).text for row in body]) for column in form.columns
        ]
        more = {"sheets": SheetForm(initial=initial, sheets=self.sheets), "samples": samples}
        return super().get_context_data(form=form if header else None, **more, **kwargs)

    def act(self, form: ListMappingForm) -> None:
        sheet, header = self.chosen
        line = header.first_line
        lists.map_list(kept=self.target, sheet=sheet.name, header_line=line, mapping=form.mapping, by=self.user)


@signed_in
@require_GET
def school_list_detail(request: HttpRequest, reference: str) -> HttpResponse:
    """The preview, or what was done."""
    kept = _kept_or_404(request.user, reference)
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


class ApplyList(ListAct):
    form_class = IdempotentFormMixin
    title = _("Apply this list?")
    text = _(
        "New schools are added and changed ones updated. Rows with a problem are left out; schools not on the "
        "list stay unchanged. The file is deleted afterwards."
    )
    submit = _("Apply the list")
    done = _("The list has been applied.")

    def act(self, form: IdempotentFormMixin) -> SchoolListImport:
        return lists.apply_list(kept=self.target, by=self.user, key=form.key)


class DropList(ListAct):
    title = _("Discard this list?")
    text = _("The file will be deleted. Nothing on the portal changes.")
    submit = _("Discard the list")
    danger = True
    done = _("The list was discarded; nothing was changed.")

    def act(self, form: forms.Form) -> None:
        lists.drop_list(kept=self.target, by=self.user)

    @property
    def back_url(self) -> str:
        return reverse("school_list_imports")
