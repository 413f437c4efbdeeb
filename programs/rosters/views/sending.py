"""A list of pupils is sent, and its columns are matched."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext as _

from programs.core.models import SchoolYear
from programs.core.private_files import hash_of_file, local_copy
from programs.core.refusals import Refused
from programs.pupils.views import SchoolAct
from programs.rosters import queries as roster_queries
from programs.rosters import rules
from programs.rosters.actions import rosters as actions
from programs.rosters.forms import MappingForm, RosterUploadForm
from programs.rosters.models import RosterImport
from programs.rosters.reading.columns import VOCABULARY
from programs.rosters.views.rosters import RosterAct, steps_at
from programs.spreadsheets import Header, SheetInfo, Workbook, header_at, open_table, suggest_header, suggest_sheet
from programs.spreadsheets.forms import SheetForm, column_letter
from programs.spreadsheets.headers import words
from programs.uploads.reading.cleaning import display_name

SAMPLE = 6


class RosterNew(SchoolAct):
    form_class = RosterUploadForm
    template_name = "rosters/roster_new.html"
    earlier: RosterImport | None = None  # the same file, sent before

    @cached_property
    def years(self) -> list[SchoolYear]:
        return roster_queries.years_to_import(timezone.localdate())

    def instead(self) -> HttpResponse | None:
        return None if self.years else render(self.request, "rosters/roster_no_year.html", {"school": self.target})

    def get_form_kwargs(self) -> dict:
        return super().get_form_kwargs() | {"school": self.target, "years": self.years}

    def get_context_data(self, **kwargs) -> dict:
        more = {"earlier": self.earlier, "steps": steps_at("file")}
        return super().get_context_data(**more, **kwargs)

    def act(self, form: RosterUploadForm) -> RosterImport:
        name = form.cleaned_data["upload"].name or ""
        file_name = display_name(name, extension=name.rpartition(".")[2][:5].lower())
        return actions.upload_roster(school=self.target, file_name=file_name, by=self.user, key=form.key, **form.values)

    def refused(self, form: RosterUploadForm, refused: Refused) -> HttpResponse:
        if refused.refusal.code in ("file_known", "file_applied"):
            self.earlier = roster_queries.same_file(self.target, hash_of_file(form.cleaned_data["upload"]))
        if refused.refusal.code == "file_known":
            form.offer_once_more()
        return super().refused(form, refused)

    def way_back(self, roster: RosterImport) -> str:
        return reverse("roster_map", args=[roster.reference])


# --- Columns --------------------------------------------------------------------------------------
class RosterMap(RosterAct):
    form_class = MappingForm
    template_name = "rosters/roster_map.html"

    def instead(self) -> HttpResponse | None:
        roster = self.target
        may_map = roster.state in rules.OPEN_STATES or roster.is_stalled
        return None if may_map and not roster.applied_at and roster.file_path else redirect(self.back_url)

    @cached_property
    def book(self) -> Workbook:
        with local_copy(self.target.file_path) as path:
            return open_table(path, file_name=self.target.file_name)

    @cached_property
    def sheet(self) -> SheetInfo:
        return _chosen_sheet(self.request, self.target, self.book)

    @cached_property
    def header(self) -> Header | None:
        return _chosen_header(self.request, self.target, self.sheet)

    @property
    def columns(self) -> list:
        return self.header.columns if self.header else []

    @property
    def sensitive(self) -> list:
        return [column for column in self.columns if column.sensitive]

    @cached_property
    def others(self) -> list[tuple[SheetInfo, Header | None]]:
        """The other sheets of the file, each with its own header."""
        sheets = [sheet for sheet in self.book.sheets if sheet is not self.sheet and sheet.sample]
        return [(sheet, _alike(suggest_header(sheet.sample, VOCABULARY))) for sheet in sheets]

    def get_form_kwargs(self) -> dict:
        offered = [(sheet.name, _sheet_label(sheet)) for sheet, header in self.others if header]
        return super().get_form_kwargs() | {"columns": self.columns, "others": offered}

    def get_initial(self) -> dict:
        chosen = {"more_sheets": [sheet.name for sheet, header in self.others if header and not sheet.hidden]}
        return chosen | _earlier_choices(self.target, self.sheet, self.header)

    def get_context_data(self, **kwargs) -> dict:
        context = super().get_context_data(**kwargs)
        sheet, header = self.sheet, self.header
        return context | {
            "sheet_form": SheetForm(
                initial={"sheet": sheet.name, "header": header.first_line if header else None},
                sheets=[(one.name, _sheet_label(one)) for one in self.book.sheets],
            ),
            "sheet": sheet,
            "header": header,
            "sensitive": self.sensitive,
            "columns": _columns_shown(context["form"], sheet, header) if header else [],
            "unreadable": [sheet.name for sheet, header in self.others if not header],
            "steps": steps_at("map"),
        }

    def act(self, form: MappingForm) -> RosterImport:
        return actions.map_roster(
            roster=self.target,
            sheet=self.sheet.name,
            header_line=self.header.line if self.header else 0,
            mapping=form.mapping,
            other_sheets=self.other_sheets(form),
            dropped_columns=[column.title for column in self.sensitive],
            title_case=form.cleaned_data["title_case"],
            mode=form.cleaned_data["mode"],
            by=self.user,
            key=form.key,
        )

    def other_sheets(self, form: MappingForm) -> list[dict]:
        """The chosen ones with their columns: those of the same title feed the same field as on the first sheet."""
        chosen = form.cleaned_data.get("more_sheets", [])
        by_title = {words(column.title): form.mapping.get(str(column.index), "") for column in form.columns}
        found = []
        for sheet, header in self.others:
            is_read = header is not None and sheet.name in chosen
            fields = {
                str(column.index): by_title.get(words(column.title), column.field or "")
                for column in (header.columns if is_read and header else ())
                if column.title and not column.sensitive
            }
            mapping = {index: name for index, name in fields.items() if name}
            if is_read and header:
                mapping |= {
                    str(column.index): column.field
                    for column in header.columns
                    if not column.title and column.field in mapping.values()
                }
            found.append({"name": sheet.name, "header_line": header.line if header else None, "mapping": mapping})
        return found


def _alike(header: Header | None) -> Header | None:
    """A header of pupils, with a name and an identifier."""
    names = {"full_name", "given_name"}
    return header if header and "external_id" in header.fields and names & header.fields else None


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
    if roster.other_sheets and roster.sheet == sheet.name:
        chosen["more_sheets"] = [other["name"] for other in roster.other_sheets if other["mapping"]]
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
