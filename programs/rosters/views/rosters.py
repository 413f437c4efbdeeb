"""A list of pupils on its way into the portal, as the coordinator meets it."""

from __future__ import annotations

from django.contrib import messages
from django.core.paginator import Paginator
from django.forms import Form
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy
from django.views.decorators.http import require_GET, require_http_methods

from programs.core.acting import Act
from programs.core.audit import history_of
from programs.core.finding import keep_search, search_of
from programs.core.gates import signed_in
from programs.core.idempotency import IdempotentFormMixin
from programs.core.refusals import Refused
from programs.pupils.views import school_to_keep
from programs.rosters import queries as roster_queries
from programs.rosters.actions import rosters as actions
from programs.rosters.choices import RowOutcome
from programs.rosters.forms import RowsForm
from programs.rosters.models import RosterImport, RosterRow
from programs.rosters.policy import may_import
from programs.rosters.words import (
    QUESTIONS,
    answers_of,
    changes_of,
    facts_shown,
    remarks_of,
    stale_notice,
    understanding_of,
)
from programs.rosters.xlsx import left_out_sheet
from programs.schools.choices import ImportState
from programs.spreadsheets.xlsx import XLSX_TYPE, write_xlsx

PAGE_SIZE = 50
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
    labels = {"file": _("File"), "map": _("Columns"), "look": _("Review"), "done": _("Imported")}
    place = STEPS.index(now)
    return [
        {
            "label": labels[name],
            "state": "done" if number < place or now == "done" else "now" if number == place else "",
        }
        for number, name in enumerate(STEPS)
    ]


# --- List ------------------------------------------------------------------------------
@signed_in
@require_GET
def roster_list(request: HttpRequest, code: str) -> HttpResponse:
    school = school_to_keep(request, code)
    imports = roster_queries.rosters_visible_to(request.user).filter(school=school).order_by("-created_at", "-pk")
    page = Paginator(imports, PAGE_SIZE).get_page(request.GET.get("page"))
    asked = roster_queries.pupils_asked_for(school).count()
    return render(request, "rosters/roster_list.html", {"school": school, "page_obj": page, "asked": asked})


# --- Preview, progress, result --------------------------------------------------------------------
@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def roster_detail(request: HttpRequest, reference: str) -> HttpResponse:
    """One address for the whole way: columns, progress, preview, result."""
    roster = _roster_or_404(request, reference)
    if request.method == "POST":
        return keep_search(request, also=("show", "remarks"))
    if roster.is_stalled or roster.state == ImportState.FAILED:
        return render(request, "rosters/roster_failed.html", {"roster": roster, "form": Form()})
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
            }
            for code, number in questions.items()
        ],
        "may_decide": True,
        "understood": understanding_of(roster),
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
        "confirm": Form(),
        "steps": steps_at("done") if roster.state == ImportState.APPLIED else [],
    }
    return render(request, "rosters/roster_result.html", context)


def _rows_context(request: HttpRequest, roster: RosterImport) -> dict:
    """The rows of one tab with their words, in pages."""
    counts = roster_queries.counts_of(roster)
    shown = request.GET.get("show", "")
    if shown not in RowOutcome.values:
        shown = next((outcome for outcome in TABS if counts[outcome]), "")
    search = search_of(request)
    form = RowsForm({"q": search.text, "remarks": request.GET.get("remarks")})
    form.is_valid()
    rows = roster_queries.rows_shown(
        roster,
        outcome=shown,
        text=form.cleaned_data.get("q", ""),
        remarks_only=form.cleaned_data.get("remarks", False),
    )
    page = Paginator(rows, PAGE_SIZE).get_page(request.GET.get("page"))
    for row in page.object_list:
        _dress(row, roster)
    labels = OUTCOMES_DONE if roster.state == ImportState.APPLIED else {}
    tabs = [{"value": value, "label": labels.get(value, value.label), "number": counts[value]} for value in TABS]
    return {
        "roster": roster,
        "tabs": tabs,
        "show": shown,
        "rows_form": form,
        "search": search,
        "page": page,
        "rows": sum(counts.values()),
    }


def _dress(row: RosterRow, roster: RosterImport) -> None:
    row.place = roster.place_of(row.sheet, row.line)
    row.shown, row.remarks, row.differences = facts_shown(row), remarks_of(row), changes_of(row)
    row.answers = answers_of(row.question) if row.outcome == RowOutcome.DECIDE and row.applied_at is None else []


# --- Acts -----------------------------------------------------------------------------------------
class RosterAct(Act):
    context_object_name = "roster"
    may = staticmethod(may_import)

    def get_target(self, reference: str) -> RosterImport:
        return get_object_or_404(roster_queries.rosters_visible_to(self.user), reference=reference)

    @property
    def back_url(self) -> str:
        return reverse("roster_detail", args=[self.target.reference])


class RosterDecide(RosterAct):
    """The preview sends it, and shows what came of it."""

    http_method_names = ["post"]
    done = gettext_lazy("Your decisions have been saved.")

    def act(self, form) -> RosterImport:
        """One answer for all rows of a question, or the answers row by row."""
        typed = self.request.POST
        if question := typed.get("question", ""):
            decision = typed.get("decision", "")
            return actions.decide_all(roster=self.target, question=question, decision=decision, by=self.user)
        rows = {name.removeprefix("row_"): value for name, value in typed.items() if name.startswith("row_")}
        decisions = {int(pk): value for pk, value in rows.items() if pk.isdecimal()}
        return actions.decide_rows(roster=self.target, decisions=decisions, by=self.user)

    def refused(self, form, refused: Refused) -> HttpResponse:
        messages.error(self.request, str(refused.refusal.message))
        return redirect(self.back_url)

    @property
    def back_url(self) -> str:
        return reverse("roster_detail", args=[self.target.reference], query={"show": RowOutcome.DECIDE})


class RosterApply(RosterAct):
    form_class = IdempotentFormMixin
    template_name = "rosters/roster_confirm.html"
    title = gettext_lazy("Import this list?")
    submit = gettext_lazy("Import")

    def get_context_data(self, **kwargs) -> dict:
        figures = roster_queries.figures_of(self.target)
        return super().get_context_data(figures=figures, steps=steps_at("look"), **kwargs)

    def act(self, form: IdempotentFormMixin) -> RosterImport:
        return actions.start_roster(roster=self.target, by=self.user, key=form.key)


class RosterDrop(RosterAct):
    title = gettext_lazy("Cancel this import?")
    text = gettext_lazy("The file and what was read from it will be deleted now. No one on your roll changes.")
    submit = gettext_lazy("Cancel the import")
    danger = True
    done = gettext_lazy("The import was cancelled.")

    def act(self, form) -> RosterImport:
        return actions.drop_roster(roster=self.target, by=self.user)


class RosterCheck(RosterAct):
    http_method_names = ["post"]
    title = gettext_lazy("Compare the rows again?")
    submit = gettext_lazy("Compare again")

    def act(self, form) -> RosterImport:
        return actions.check_again(roster=self.target, by=self.user)


class RosterRestart(RosterCheck):
    def act(self, form) -> RosterImport:
        return actions.restart_roster(roster=self.target, by=self.user)


@signed_in
@require_GET
def roster_left_out(request: HttpRequest, reference: str) -> FileResponse:
    """The rows that are not on the roll, with reasons, in columns that a next import knows again."""
    roster = _roster_or_404(request, reference)
    file = write_xlsx([left_out_sheet(roster, roster_queries.left_out(roster))], moment=timezone.now())
    name = f"{roster.reference}-{_('rows-left-out')}.xlsx"
    return FileResponse(file, as_attachment=True, filename=name, content_type=XLSX_TYPE)
