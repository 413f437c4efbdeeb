"""A list of pupils on its way into the portal, as the coordinator meets it."""

from __future__ import annotations

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import pgettext_lazy
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from programs.core.audit import history_of
from programs.core.gates import signed_in
from programs.core.idempotency import new_key
from programs.core.private_files import local_copy
from programs.core.refusals import Refused, show_refusal
from programs.core.uploads import display_name
from programs.pupils.views import school_to_keep
from programs.rosters import queries as roster_queries
from programs.rosters import rules
from programs.rosters.actions import rosters as actions
from programs.rosters.choices import RowOutcome
from programs.rosters.forms import SOURCES, MappingForm, RosterUploadForm, RowsForm
from programs.rosters.models import RosterImport, RosterRow
from programs.rosters.reading import VOCABULARY
from programs.rosters.words import QUESTIONS, answers_of, changes_of, facts_shown, remarks_of, stale_notice
from programs.rosters.xlsx import left_out_sheet
from programs.schools.choices import ImportState
from programs.schools.forms.registration import ConfirmForm
from programs.spreadsheets import Header, SheetInfo, Workbook, header_at, open_table, suggest_header, suggest_sheet
from programs.spreadsheets.forms import SheetForm, column_letter
from programs.spreadsheets.xlsx import XLSX_TYPE, write_xlsx

PAGE_SIZE, SAMPLE = 50, 6
OUTCOMES_DONE = {
    RowOutcome.DECIDE: pgettext_lazy("roster row", "Still waiting"),
    RowOutcome.ADD: pgettext_lazy("roster row", "Added"),
    RowOutcome.CHANGE: pgettext_lazy("roster row", "Changed"),
}
TABS = [RowOutcome.DECIDE, RowOutcome.REFUSED, RowOutcome.ADD, RowOutcome.CHANGE, RowOutcome.SAME]


def _roster_or_404(request: HttpRequest, reference: str) -> RosterImport:
    return get_object_or_404(roster_queries.rosters_visible_to(request.user), reference=reference)


STEPS = ("file", "map", "look", "done")


def steps_at(now: str) -> list[dict]:
    """The four steps of an import; everything before ``now`` is done."""
    labels = {"file": _("File"), "map": _("Columns"), "look": _("Look through"), "done": _("Imported")}
    place = STEPS.index(now)
    return [
        {
            "label": labels[name],
            "state": "done" if number < place or now == "done" else "now" if number == place else "",
        }
        for number, name in enumerate(STEPS)
    ]


# --- List and upload ------------------------------------------------------------------------------
@signed_in
@require_GET
def roster_list(request: HttpRequest, code: str) -> HttpResponse:
    school = school_to_keep(request, code)
    imports = roster_queries.rosters_visible_to(request.user).filter(school=school).order_by("-created_at", "-pk")
    page = Paginator(imports, PAGE_SIZE).get_page(request.GET.get("page"))
    asked = roster_queries.pupils_asked_for(school).count()
    return render(request, "rosters/roster_list.html", {"school": school, "page_obj": page, "asked": asked})


@signed_in
@require_http_methods(["GET", "POST"])
def roster_new(request: HttpRequest, code: str) -> HttpResponse:
    school = school_to_keep(request, code)
    years = roster_queries.years_to_import(timezone.localdate())
    if not years:
        return render(request, "rosters/roster_no_year.html", {"school": school})
    form = RosterUploadForm(request.POST or None, request.FILES or None, school=school, years=years)
    earlier = None
    if form.is_bound and form.is_valid():
        typed = form.cleaned_data
        upload = typed["upload"]
        extension = (upload.name or "").rpartition(".")[2][:5].lower()
        try:
            roster = actions.upload_roster(
                school=school,
                school_year=typed["school_year"],
                upload=upload,
                file_name=display_name(upload.name or "", extension=extension),
                source=typed["source"],
                class_group=typed["class_group"],
                once_more=typed["once_more"],
                by=request.user,
                key=typed["idempotency_key"],
            )
        except Refused as refused:
            show_refusal(form, refused.refusal)
            if refused.refusal.code in ("file_known", "file_applied"):
                earlier = roster_queries.same_file(school, actions.hash_of_file(upload))
            if refused.refusal.code == "file_known":
                form.offer_once_more()
        else:
            return redirect("roster_map", reference=roster.reference)
    context = {"school": school, "form": form, "sources": SOURCES, "earlier": earlier, "steps": steps_at("file")}
    return render(request, "rosters/roster_new.html", context)


# --- Columns --------------------------------------------------------------------------------------
@signed_in
@require_http_methods(["GET", "POST"])
def roster_map(request: HttpRequest, reference: str) -> HttpResponse:
    roster = _roster_or_404(request, reference)
    may_map = roster.state in rules.OPEN_STATES or roster.is_stalled
    if not may_map or roster.applied_at or not roster.file_path:
        return redirect("roster_detail", reference=reference)
    with local_copy(roster.file_path) as path:
        book = open_table(path, file_name=roster.file_name)
    sheet = _chosen_sheet(request, roster, book)
    header = _chosen_header(request, roster, sheet)
    columns = header.columns if header else []
    form = MappingForm(request.POST or None, columns=columns, initial=_earlier_choices(roster, sheet, header))
    if form.is_bound and form.is_valid():
        try:
            actions.map_roster(
                roster=roster,
                sheet=sheet.name,
                header_line=header.line if header else 0,
                mapping=form.mapping,
                dropped_columns=[column.title for column in columns if column.sensitive],
                title_case=form.cleaned_data["title_case"],
                mode=form.cleaned_data["mode"],
                by=request.user,
                key=form.cleaned_data["idempotency_key"],
            )
        except Refused as refused:
            show_refusal(form, refused.refusal)
        else:
            return redirect("roster_detail", reference=reference)
    context = {
        "roster": roster,
        "form": form,
        "sheet_form": SheetForm(
            initial={"sheet": sheet.name, "header": header.first_line if header else None},
            sheets=[(one.name, _sheet_label(one)) for one in book.sheets],
        ),
        "sheet": sheet,
        "header": header,
        "sensitive": [column for column in columns if column.sensitive],
        "columns": _columns_shown(form, sheet, header) if header else [],
        "steps": steps_at("map"),
    }
    return render(request, "rosters/roster_map.html", context)


def _chosen_sheet(request: HttpRequest, roster: RosterImport, book: Workbook) -> SheetInfo:
    wanted = request.POST.get("sheet", request.GET.get("sheet", roster.sheet or None))
    named = [sheet for sheet in book.sheets if sheet.name == wanted]
    return named[0] if named else suggest_sheet([one for one in book.visible if one.sample] or book.sheets, VOCABULARY)


def _chosen_header(request: HttpRequest, roster: RosterImport, sheet: SheetInfo) -> Header | None:
    """The row that the person named; else the one of last time; else the likeliest one."""
    suggested = suggest_header(sheet.sample, VOCABULARY)
    wanted = request.POST.get("header", request.GET.get("header", ""))
    if not wanted and roster.header_line and "sheet" not in request.GET:
        wanted = str(roster.header_line)
    if suggested and wanted in ("", str(suggested.first_line), str(suggested.line)):
        return suggested
    places = [number for number, row in enumerate(sheet.sample) if str(row.line) == wanted]
    return header_at(sheet.sample, places[0], VOCABULARY) if places else suggested


def _sheet_label(sheet: SheetInfo) -> str:
    name = sheet.name or _("The only sheet")
    return _("{sheet} (hidden)").format(sheet=name) if sheet.hidden else name


def _earlier_choices(roster: RosterImport, sheet: SheetInfo, header) -> dict:
    """What was chosen for this file before; the suggestions otherwise."""
    chosen = {name: roster.options[name] for name in ("mode", "title_case") if name in roster.options}
    if roster.mapping and header and roster.sheet == sheet.name and roster.header_line == header.line:
        chosen |= {f"column_{column.index}": roster.mapping.get(str(column.index), "") for column in header.columns}
    return chosen


def _columns_shown(form: MappingForm, sheet: SheetInfo, header) -> list[dict]:
    """Each column with its first cells beside the field that it is matched with."""
    body = [row for row in sheet.sample if row.line > header.line][:SAMPLE]
    titles = {column.index: column.title for column in header.columns}
    return [
        {
            "letter": column_letter(column.index),
            "title": column.title,
            "continues": titles.get(column.joined_with, "") if column.joined_with is not None else "",
            "field": form[f"column_{column.index}"],
            "cells": [text for row in body if (text := row.cell(column.index).text)][:3],
        }
        for column in form.columns
    ]


# --- Preview, progress, result --------------------------------------------------------------------
@signed_in
@require_GET
def roster_detail(request: HttpRequest, reference: str) -> HttpResponse:
    """One address for the whole way: columns, progress, preview, result."""
    roster = _roster_or_404(request, reference)
    if roster.is_stalled or roster.state == ImportState.FAILED:
        return render(request, "rosters/roster_failed.html", {"roster": roster, "form": ConfirmForm()})
    if roster.state in (ImportState.PREVIEWING, ImportState.APPLYING):
        return render(request, "rosters/roster_progress.html", {"roster": roster, "job": roster.job})
    if roster.state == ImportState.UPLOADED:
        return redirect("roster_map", reference=reference)
    if roster.state == ImportState.READY:
        return _preview(request, roster)
    return _result(request, roster)


def _preview(request: HttpRequest, roster: RosterImport) -> HttpResponse:
    figures = roster_queries.figures_of(roster)
    questions = roster_queries.questions_of(roster)
    context = _rows_context(request, roster) | {
        "figures": figures,
        "refusal": actions.start_refusal(roster=roster, figures=figures),
        "notice": stale_notice() if roster.error else "",
        "questions": [
            {
                "code": code,
                "label": QUESTIONS[code],
                "number": number,
                "answers": answers_of(code, for_all=True),
                "key": new_key(),
            }
            for code, number in questions.items()
        ],
        "may_decide": True,
        "confirm": ConfirmForm(),
        "steps": steps_at("look"),
    }
    return render(request, "rosters/roster_preview.html", context)


def _result(request: HttpRequest, roster: RosterImport) -> HttpResponse:
    left = roster_queries.left_out(roster)
    context = _rows_context(request, roster) | {
        "applied": roster.counts.get("applied", {}),
        "left_out": left.count(),
        "may_check": left.filter(outcome=RowOutcome.DECIDE).exists(),
        "history": history_of(roster),
        "confirm": ConfirmForm(),
        "steps": steps_at("done") if roster.state == ImportState.APPLIED else [],
    }
    return render(request, "rosters/roster_result.html", context)


def _rows_context(request: HttpRequest, roster: RosterImport) -> dict:
    """The rows of one tab with their words, in pages."""
    counts = roster_queries.counts_of(roster)
    shown = request.GET.get("show", "")
    if shown not in RowOutcome.values:
        shown = next((outcome for outcome in TABS if counts[outcome]), "")
    form = RowsForm(request.GET)
    form.is_valid()
    rows = roster_queries.rows_shown(
        roster,
        outcome=shown,
        text=form.cleaned_data.get("q", ""),
        remarks_only=form.cleaned_data.get("remarks", False),
    )
    page = Paginator(rows, PAGE_SIZE).get_page(request.GET.get("page"))
    for row in page.object_list:
        _dress(row)
    labels = OUTCOMES_DONE if roster.state == ImportState.APPLIED else {}
    tabs = [{"value": value, "label": labels.get(value, value.label), "number": counts[value]} for value in TABS]
    return {
        "roster": roster,
        "tabs": tabs,
        "show": shown,
        "rows_form": form,
        "page": page,
        "rows": sum(counts.values()),
    }


def _dress(row: RosterRow) -> None:
    row.shown, row.remarks, row.differences = facts_shown(row), remarks_of(row), changes_of(row)
    row.answers = answers_of(row.question) if row.outcome == RowOutcome.DECIDE and row.applied_at is None else []


# --- Acts -----------------------------------------------------------------------------------------
@signed_in
@require_POST
def roster_decide(request: HttpRequest, reference: str) -> HttpResponse:
    roster = _roster_or_404(request, reference)
    form = ConfirmForm(request.POST)
    if form.is_valid():
        try:
            _decide(request, roster, form.cleaned_data["idempotency_key"])
        except Refused as refused:
            messages.error(request, str(refused.refusal.message))
        else:
            messages.success(request, _("Your decisions are kept."))
    return redirect(f"{reverse('roster_detail', args=[reference])}?show={RowOutcome.DECIDE}")


def _decide(request: HttpRequest, roster: RosterImport, key: str) -> None:
    """One answer for all rows of a question, or the answers row by row."""
    if question := request.POST.get("question", ""):
        actions.decide_all(
            roster=roster, question=question, decision=request.POST.get("decision", ""), by=request.user, key=key
        )
        return
    decisions = {
        int(name.removeprefix("row_")): value
        for name, value in request.POST.items()
        if name.startswith("row_") and name.removeprefix("row_").isdecimal()
    }
    actions.decide_rows(roster=roster, decisions=decisions, by=request.user, key=key)


def _confirm(request: HttpRequest, roster: RosterImport, act, words: dict, done: str = "") -> HttpResponse:
    form = ConfirmForm(request.POST or None)
    if form.is_bound and form.is_valid():
        try:
            act(roster=roster, by=request.user, key=form.cleaned_data["idempotency_key"])
        except Refused as refused:
            show_refusal(form, refused.refusal)
        else:
            if done:
                messages.success(request, done)
            return redirect("roster_detail", reference=roster.reference)
    context = {**words, "form": form, "roster": roster, "back_url": reverse("roster_detail", args=[roster.reference])}
    return render(request, words.get("template", "components/confirm.html"), context)


@signed_in
@require_http_methods(["GET", "POST"])
def roster_apply(request: HttpRequest, reference: str) -> HttpResponse:
    roster = _roster_or_404(request, reference)
    words = {
        "title": _("Import this list?"),
        "submit": _("Import"),
        "figures": roster_queries.figures_of(roster),
        "template": "rosters/roster_confirm.html",
        "steps": steps_at("look"),
    }
    return _confirm(request, roster, actions.start_roster, words)


@signed_in
@require_http_methods(["GET", "POST"])
def roster_drop(request: HttpRequest, reference: str) -> HttpResponse:
    roster = _roster_or_404(request, reference)
    words = {
        "title": _("Drop this import?"),
        "text": _("The file and what was read from it are deleted now. Nobody on your roll changes."),
        "submit": _("Drop the import"),
        "danger": True,
    }
    return _confirm(request, roster, actions.drop_roster, words, _("The import was dropped."))


@signed_in
@require_POST
def roster_check(request: HttpRequest, reference: str) -> HttpResponse:
    return _confirm(request, _roster_or_404(request, reference), actions.check_again, _again_words())


@signed_in
@require_POST
def roster_restart(request: HttpRequest, reference: str) -> HttpResponse:
    return _confirm(request, _roster_or_404(request, reference), actions.restart_roster, _again_words())


def _again_words() -> dict:
    return {"title": _("Compare the rows anew?"), "submit": _("Compare anew")}


@signed_in
@require_GET
def roster_left_out(request: HttpRequest, reference: str) -> FileResponse:
    """The rows that are not on the roll, with reasons, in columns that a next import knows again."""
    roster = _roster_or_404(request, reference)
    file = write_xlsx([left_out_sheet(roster, roster_queries.left_out(roster))], moment=timezone.now())
    name = f"{roster.reference}-{_('rows-left-out')}.xlsx"
    return FileResponse(file, as_attachment=True, filename=name, content_type=XLSX_TYPE)
