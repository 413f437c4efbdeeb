"""Term reports: frozen once, always readable, replaced only by a newer version."""

from __future__ import annotations

from django.core.paginator import Paginator
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse, reverse_lazy
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from programs.core.acting import Act
from programs.core.audit import history_of
from programs.core.gates import not_found_unless, signed_in
from programs.core.idempotency import IdempotentFormMixin
from programs.core.models import Term
from programs.core.policy import must
from programs.participation import queries as participation_queries
from programs.participation import xlsx
from programs.participation.actions import note_download
from programs.participation.choices import Activity, GroupBy
from programs.participation.forms import ParticipationForm
from programs.participation.queries import Filters
from programs.participation.rules import Participation
from programs.participation.views.common import PER_PAGE, as_file, bars, described, grouped, lines
from programs.participation.views.participation import headline
from programs.participation.words import percent
from programs.reviews import policy, rules
from programs.reviews.actions import freeze_report
from programs.reviews.choices import ReportState
from programs.reviews.models import ParticipationReport
from programs.reviews.queries import reports as queries
from programs.reviews.queries.differences import differences, earlier_version
from programs.spreadsheets.xlsx import write_xlsx

GROUPS = (GroupBy.WARD, GroupBy.FORMER, GroupBy.LEVEL)


@signed_in
@require_safe
def report_list(request: HttpRequest) -> HttpResponse:
    must(policy.may_see_reports(request.user))
    today = timezone.localdate()
    terms = queries.terms_with_reports(request.user, today)
    rows = [
        {
            "term": term,
            "versions": term.versions,
            "is_over": rules.term_is_over(term, today=today),
            "frozen": any(report.state == ReportState.FROZEN for report in term.versions),
        }
        for term in terms
    ]
    return render(request, "reviews/list.html", {"rows": rows, "may_freeze": policy.may_freeze(request.user)})


def _report(request: HttpRequest, pk: int) -> ParticipationReport:
    return get_object_or_404(queries.reports_visible_to(request.user), pk=pk)


def _question(request: HttpRequest, report: ParticipationReport) -> tuple[ParticipationForm, Filters, Participation]:
    """What is asked of a report, within the reader's scope."""
    scope = queries.participation_in(report, request.user)
    form = ParticipationForm(
        request.GET.dict() | {"term": str(report.term_id)}, terms=[report.term], schools=scope.schools
    )
    not_found_unless(form.is_valid())
    return form, form.filters, scope.narrowed(**form.filters.narrowing())


@signed_in
@require_safe
def report_detail(request: HttpRequest, pk: int) -> HttpResponse:
    report = _report(request, pk)
    _form, filters, participation = _question(request, report)
    not_found_unless(filters.by in GROUPS)
    today = timezone.localdate()
    total = participation.total()
    figures = grouped(participation, filters.by, [report.term])
    rows_address = reverse("report_rows", args=[report.pk])
    context = {
        "report": report,
        "headline": headline(report.term, total),
        "steps": _steps(report, today),
        "total": total,
        "share": percent(total.share),
        "girls_share": percent(total.girls_share),
        "query": filters.query(),
        "lines": lines(figures, filters),
        "by": filters.by,
        "group_heading": xlsx.group_heading(filters.by),
        "bars": bars(figures, filters, address=rows_address),
        "tabs": [(group, group.label, f"by={group}") for group in GROUPS],
        "newest": _newest(report),
        "earlier": earlier_version(report) if report.frozen_at else None,
        "may_freeze": policy.may_freeze(request.user) and rules.term_is_over(report.term, today=today),
        "history": history_of(report),
        "indicators": participation_queries.indicators(),
    }
    return render(request, "reviews/detail.html", context)


def _newest(report: ParticipationReport) -> ParticipationReport | None:
    """The version that replaced this one."""
    return queries.report_frozen_for(report.term) if report.state == ReportState.SUPERSEDED else None


def _steps(report: ParticipationReport, today) -> list[dict]:
    over = rules.term_is_over(report.term, today=today)
    frozen_on = f"{timezone.localdate(report.frozen_at):%d/%m/%Y}" if report.frozen_at else ""
    steps = [
        {"label": _("Term ends"), "state": "done" if over else "now", "detail": f"{report.term.ends_on:%d/%m/%Y}"},
        {
            "label": _("Figures frozen"),
            "state": "done" if report.is_frozen else "now" if over else "",
            "detail": frozen_on,
        },
    ]
    if report.state == ReportState.SUPERSEDED:
        steps.append({"label": _("Replaced by a newer version"), "state": "no", "detail": ""})
    return steps


@signed_in
@require_safe
def report_rows(request: HttpRequest, pk: int) -> HttpResponse:
    """The schools behind a figure of a report, as they were frozen."""
    report = _report(request, pk)
    form, filters, participation = _question(request, report)
    activity = form.cleaned_data["activity"]
    page = Paginator(participation.by_school(activity), PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "report": report,
        "described": described(form, filters)[1:],
        "page": page,
        "total": participation.total(),
        "activity": activity,
        "tabs": [(value, label, filters.query(activity=value)) for value, label in Activity.choices],
    }
    return render(request, "participation/schools.html", context)


@signed_in
@require_safe
def report_differences(request: HttpRequest, pk: int) -> HttpResponse:
    """What this version has otherwise than the one that it took the place of, and why."""
    report = _report(request, pk)
    earlier = earlier_version(report) if report.frozen_at else None
    found = differences(report, earlier, request.user) if earlier else []
    page = Paginator(found, PER_PAGE).get_page(request.GET.get("page"))
    return render(request, "reviews/differences.html", {"report": report, "earlier": earlier, "page": page})


@signed_in
@require_safe
def report_xlsx(request: HttpRequest, pk: int) -> FileResponse:
    report = _report(request, pk)
    form, filters, participation = _question(request, report)
    total = participation.total()
    titled = (
        _("Report on participation in STEM activities: {term}").format(term=report.term),
        [_freezing(report), *described(form, filters)[1:]],
    )
    schools = participation.by_school()
    sheets = [
        xlsx.figures_sheet(titled, by=group, lines=grouped(participation, group, []), total=total) for group in GROUPS
    ]
    sheets += [
        xlsx.schools_sheet(titled, schools=schools, total=total),
        xlsx.definitions_sheet(titled, indicators=participation_queries.indicators()),
    ]
    content = write_xlsx(sheets, moment=timezone.now())
    note_download(obj=report, by=request.user, filters=filters, rows=len(schools))
    return as_file(content, _("report"), report.term, f"v{report.version}")


def _freezing(report: ParticipationReport) -> str:
    if not report.frozen_at:
        return _("Version {version}, not frozen yet").format(version=report.version)
    day = f"{timezone.localdate(report.frozen_at):%d/%m/%Y}"
    return _("Version {version}, frozen on {day}").format(version=report.version, day=day)


class ReportFreeze(Act):
    """The address has the number of the term: its first report does not exist before it is frozen."""

    text = _(
        "The portal calculates them from the current records and stores them. Frozen figures never change: "
        "later corrections only appear in a new version, and this one can still be read."
    )
    form_class = IdempotentFormMixin
    submit = _("Freeze the figures")
    back_url = reverse_lazy("report_list")

    def get_target(self, pk: int) -> Term:
        return get_object_or_404(queries.terms_visible_to(self.user), pk=pk)

    def may(self, user, term: Term) -> bool:
        return policy.may_freeze(user)

    @property
    def title(self) -> str:
        return _("Freeze the figures for {term}?").format(term=self.target)

    def act(self, form) -> ParticipationReport:
        return freeze_report(term_id=self.target.pk, by=self.user, key=form.key)

    def said(self, report: ParticipationReport) -> str:
        return _("The figures for {term} have been frozen.").format(term=self.target)

    def way_back(self, report: ParticipationReport) -> str:
        return reverse("report_detail", args=[report.pk])
