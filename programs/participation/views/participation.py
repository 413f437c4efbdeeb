"""Participation as it is now: figures, the rows behind each of them, and both as files."""

from __future__ import annotations

from dataclasses import dataclass

from django.core.paginator import Paginator
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe

from programs.core.acting import Act
from programs.core.gates import not_found_unless, signed_in
from programs.core.models import Term
from programs.core.policy import must
from programs.participation import policy, queries, rules, xlsx
from programs.participation.actions import note_download, remind_idle
from programs.participation.choices import Activity, GroupBy, Show
from programs.participation.forms import ParticipationForm, RemindForm
from programs.participation.queries import Filters
from programs.participation.rules import Figures, Participation
from programs.participation.views.common import PER_PAGE, as_file, bars, described, grouped, lines
from programs.participation.words import percent
from programs.spreadsheets.xlsx import Sheet, write_xlsx

NAMED_AT_ONCE = 6


@dataclass(frozen=True)
class Asked:
    """One reader's question: who asks, for what, and what there is in the reader's scope."""

    user: object
    terms: list[Term]
    form: ParticipationForm
    filters: Filters
    scope: Participation

    @property
    def participation(self) -> Participation:
        return self.scope.narrowed(**self.filters.narrowing())


def _asked(request: HttpRequest) -> Asked:
    """Read the question; 403 for those who answer for no school and no area."""
    must(policy.may_see_participation(request.user))
    terms = queries.terms_so_far(timezone.localdate())
    schools = queries.schools_reported_to(request.user)
    facts = queries.school_facts(schools)
    # A school compares itself over time, an officer compares places.
    by = GroupBy.WARD if policy.may_compare_schools(request.user) else GroupBy.TERM
    form = ParticipationForm(request.GET.dict(), terms=terms, schools=facts, by=by)
    filters = form.filters
    scope = Participation(facts, queries.cells_of(schools, [filters.term] if filters.term else terms))
    return Asked(request.user, terms, form, filters, scope)


def _exactly(request: HttpRequest) -> Asked:
    """For rows and files: a filter outside the scope is 404, like a thing that does not exist."""
    asked = _asked(request)
    not_found_unless(asked.form.is_valid())
    not_found_unless(asked.terms)
    return asked


@signed_in
@require_safe
def participation(request: HttpRequest) -> HttpResponse:
    asked = _asked(request)
    filters, narrowed = asked.filters, asked.participation
    is_officer = policy.may_compare_schools(request.user)
    total = narrowed.total()
    figures = grouped(narrowed, filters.by, asked.terms)
    wards = figures if filters.by == GroupBy.WARD else narrowed.by_ward()
    idle = narrowed.by_school(Activity.WITHOUT)
    context = {
        "asked": asked,
        "is_officer": is_officer,
        "own": not is_officer,
        "headline": headline(filters.term, total) if is_officer else _own_headline(asked, total),
        "described": described(asked.form, filters)[1:],
        "total": total,
        "share": percent(total.share),
        "girls_share": percent(total.girls_share),
        "query": filters.query(),
        "lines": lines(figures, filters),
        "group_heading": xlsx.group_heading(filters.by),
        "bars": bars(figures, filters, address=reverse("participation_rows"))
        if is_officer and len(figures) > 1
        else [],
        "tabs": [
            (value, label, _tab_query(asked, value))
            for value, label in GroupBy.choices
            if is_officer or value not in (GroupBy.WARD, GroupBy.FORMER)
        ],
        "idle_wards": [line for line in wards if line.schools and not line.taking],
        "idle_schools": idle[:NAMED_AT_ONCE],
        "may_remind": policy.may_remind(request.user),
        "report": queries.frozen_report_of(filters.term) if filters.term and is_officer else None,
        "indicators": queries.indicators(),
    }
    return render(request, "participation/participation.html", context)


def _tab_query(asked: Asked, by: str) -> str:
    """The same question, put together otherwise; comparing terms needs all of them."""
    changes = {"term": "all"} if by == GroupBy.TERM else {}
    return f"{asked.filters.query(**changes)}&by={by}"


def headline(term: Term | None, total: Figures) -> str:
    """The finding in words."""
    term_name = str(term) if term else _("All terms")
    if not total.schools:
        return _("{term}: no school to count").format(term=term_name)
    if not total.without:
        return ngettext(
            "{term}: the only school has taken part", "{term}: all {schools} schools have taken part", total.schools
        ).format(term=term_name, schools=total.schools)
    return ngettext(
        "{term}: {count} of {schools} schools has no activity yet",
        "{term}: {count} of {schools} schools have no activity yet",
        total.without,
    ).format(term=term_name, count=total.without, schools=total.schools)


def _own_headline(asked: Asked, total: Figures) -> str:
    schools = asked.scope.schools
    name = schools[0].name if len(schools) == 1 else _("Your schools")
    return ngettext("{school}: {count} pupil visit", "{school}: {count} pupil visits", total.pupils).format(
        school=name, count=total.pupils
    )


# --- The rows behind a figure -------------------------------------------------------------------
@signed_in
@require_safe
def participation_rows(request: HttpRequest) -> HttpResponse:
    asked = _exactly(request)
    show = asked.form.cleaned_data["show"] or Show.VISITS
    activity = asked.form.cleaned_data["activity"]
    found, totals = _rows(asked, show, activity)
    page = Paginator(found, PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "asked": asked,
        "show": show,
        "activity": activity,
        "activities": Activity.choices,
        "described": described(asked.form, asked.filters),
        "school": next((each for each in asked.scope.schools if each.code == asked.filters.school), None),
        "page": page,
        "rows": _school_lines(asked.filters, page) if show == Show.SCHOOLS else page,
        "totals": totals,
        "query": asked.filters.query(),
        "row_query": asked.filters.query(show=show, activity=activity),
        "tabs": [(value, label, asked.filters.query(show=value)) for value, label in Show.choices],
    }
    return render(request, "participation/rows.html", context)


def _rows(asked: Asked, show: str, activity: str) -> tuple:
    """The rows of one kind and their totals."""
    if show == Show.SCHOOLS:
        schools = asked.participation.by_school(activity)
        return schools, {"schools": len(schools)}
    if show == Show.LESSONS:
        rows = queries.lesson_rows(asked.user, asked.filters, asked.terms)
        return rows, queries.totals_of_reports(rows)
    if show == Show.OWN:
        rows = queries.own_activity_rows(asked.user, asked.filters, asked.terms)
        return rows, queries.totals_of_reports(rows)
    rows = queries.visit_rows(asked.user, asked.filters, asked.terms)
    return rows, queries.totals_of_visits(rows)


def _school_lines(filters: Filters, schools) -> list[dict]:
    return [
        {"school": school, "figures": figures, "query": filters.query(school=school.code)}
        for school, figures in schools
    ]


# --- Files --------------------------------------------------------------------------------------
@signed_in
@require_safe
def participation_xlsx(request: HttpRequest) -> FileResponse:
    asked = _exactly(request)
    filters, narrowed = asked.filters, asked.participation
    titled = (_("Participation in STEM activities"), [" · ".join(described(asked.form, filters))])
    figures = grouped(narrowed, filters.by, asked.terms)
    sheets = [
        xlsx.figures_sheet(titled, by=filters.by, lines=figures, total=narrowed.total()),
        xlsx.schools_sheet(titled, schools=narrowed.by_school(), total=narrowed.total()),
        xlsx.definitions_sheet(titled, indicators=queries.indicators()),
    ]
    return _file(asked, sheets, _("participation"), rows=len(figures))


@signed_in
@require_safe
def participation_rows_xlsx(request: HttpRequest) -> FileResponse:
    asked = _exactly(request)
    show = asked.form.cleaned_data["show"] or Show.VISITS
    rows, totals = _rows(asked, show, asked.form.cleaned_data["activity"])
    titled = (str(Show(show).label), [" · ".join(described(asked.form, asked.filters))])
    return _file(
        asked,
        [_row_sheet(asked, show, titled, rows, totals)],
        Show(show).label,
        rows=len(rows) if show == Show.SCHOOLS else totals["visits"],
    )


def _row_sheet(asked: Asked, show: str, titled: xlsx.Titled, rows, totals: dict) -> Sheet:
    if show == Show.SCHOOLS:
        return xlsx.schools_sheet(titled, schools=rows, total=asked.participation.total())
    sheets = {Show.LESSONS: xlsx.lessons_sheet, Show.OWN: xlsx.own_activities_sheet}
    return sheets.get(Show(show), xlsx.visits_sheet)(titled, rows=rows.iterator(chunk_size=2000), totals=totals)


def _file(asked: Asked, sheets: list[Sheet], name: str, *, rows: int) -> FileResponse:
    content = write_xlsx(sheets, moment=timezone.now())
    note_download(obj=asked.filters.term or asked.terms[0], by=asked.user, filters=asked.filters, rows=rows)
    return as_file(content, name, asked.filters.term or _("All terms"), asked.filters.school)


# --- Schools without any activity ---------------------------------------------------------------
class Remind(Act):
    """A letter to the schools of the question in the address that had nothing in its term."""

    form_class = RemindForm
    template_name = "participation/remind.html"
    may = staticmethod(policy.may_remind)

    @cached_property
    def asked(self) -> Asked:
        return _exactly(self.request)

    @property
    def back_url(self) -> str:
        return f"{reverse('participation')}?{self.asked.filters.query()}"

    def get_context_data(self, **kwargs) -> dict:
        idle = queries.idle_schools(self.user, self.asked.filters)
        leaders, term = queries.leaders_to_remind(idle), self.asked.filters.term
        before = queries.reminded_this_week(term) if term else set()
        return super().get_context_data(
            described=described(self.asked.form, self.asked.filters),
            refusal=rules.remind_refusal(term is not None, len(idle)),
            written=[school for school in idle if leaders[school.pk] and school.pk not in before],
            before=[school for school in idle if school.pk in before],
            nobody=[school for school in idle if not leaders[school.pk] and school.pk not in before],
            **kwargs,
        )

    def act(self, form: RemindForm) -> dict[str, int]:
        return remind_idle(filters=self.asked.filters, by=self.user, key=form.key, **form.values)

    def said(self, counts: dict[str, int]) -> str:
        words = _(
            "Schools written to: {written}. Written to this week already: {before}. Nobody to write to: {nobody}."
        )
        return words.format(**counts)
