"""The organiser's board: entries by field, school and status; one entry is checked against the rules."""

from __future__ import annotations

from urllib.parse import urlencode

from django.core.paginator import Paginator
from django.db.models import Q
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from programs.competitions.models import Competition
from programs.competitions.queries import competitions_visible_to
from programs.core.acting import Act
from programs.core.gates import signed_in
from programs.core.policy import must
from programs.core.refusals import Refused
from programs.core.text import clean_text
from programs.entries import actions, policy, queries
from programs.entries.forms import CheckForm
from programs.entries.words import facts_of
from programs.entries.xlsx import entries_sheet
from programs.projects.choices import ProjectState
from programs.projects.models import Project
from programs.projects.queries.visible import projects_visible_to
from programs.spreadsheets.xlsx import XLSX_TYPE, write_xlsx

PAGE_SIZE = 20
MOST_OPEN = 100  # rows of projects that are still with their teams; their number is in the tables


@signed_in
@require_safe
def entry_board(request: HttpRequest, slug: str) -> HttpResponse:
    competition = _competition(request, slug)
    chosen = _asked(request)
    entries = _chosen(queries.entries_of(request.user, competition), chosen)
    page = Paginator(entries, PAGE_SIZE).get_page(request.GET.get("page"))
    context = {
        "competition": competition,
        "by_field": queries.numbers_of(competition, "field"),
        "by_school": queries.numbers_of(competition, "school"),
        "page_obj": page,
        "chosen": chosen,
        "states": [
            (state, ProjectState(state).label) for state in ("endorsed", "eligible", "ineligible", "in_judging")
        ],
        "not_submitted": queries.not_submitted(competition)[:MOST_OPEN],
        "asked": urlencode({name: value for name, value in chosen.items() if value}),
    }
    return render(request, "entries/entry_board.html", context)


@signed_in
@require_safe
def entry_export(request: HttpRequest, slug: str) -> FileResponse:
    competition = _competition(request, slug)
    entries = _chosen(queries.entries_of(request.user, competition), _asked(request))
    content = write_xlsx([entries_sheet(entries, competition=competition.local_name)], moment=timezone.now())
    name = f"{competition.slug}-{timezone.localdate():%Y-%m-%d}.xlsx"
    return FileResponse(content, as_attachment=True, filename=name, content_type=XLSX_TYPE)


def _competition(request: HttpRequest, slug: str) -> Competition:
    competition = get_object_or_404(competitions_visible_to(request.user), slug=slug)
    must(policy.may_see_board(request.user))
    return competition


def _asked(request: HttpRequest) -> dict[str, str]:
    return {name: clean_text(request.GET.get(name, "")) for name in ("field", "school", "state", "q")}


def _chosen(entries, chosen: dict[str, str]):
    wanted = {"field": "field__code", "school": "school__code", "state": "state"}
    narrowed = entries.filter(**{wanted[name]: value for name, value in chosen.items() if name in wanted and value})
    if not (words := chosen["q"]):
        return narrowed
    return narrowed.filter(Q(title__icontains=words) | Q(reference__icontains=words))


class EntryCheck(Act):
    form_class = CheckForm
    template_name = "entries/entry_check.html"
    context_object_name = "project"
    may = staticmethod(policy.may_check)
    done = _("Kept. The team and its teacher have been told.")

    def get_target(self, reference: str) -> Project:
        return get_object_or_404(projects_visible_to(self.user), reference=reference)

    def get_context_data(self, **kwargs) -> dict:
        return super().get_context_data(
            facts=facts_of(self.target),
            alike=queries.alike(self.user, self.target),
            checks=self.target.checks.all(),
            **kwargs,
        )

    def get_initial(self) -> dict:
        return {"seen": self.target.checks.count()}

    def refused(self, form: CheckForm, refused: Refused) -> HttpResponse:
        """The page shows what is new: the next press decides about that."""
        form.data = form.data.copy()
        form.data["seen"] = str(self.target.checks.count())
        return super().refused(form, refused)

    def act(self, form: CheckForm) -> Project:
        return actions.check_entry(project_id=self.target.pk, by=self.user, **form.cleaned_data)

    def way_back(self, project: Project) -> str:
        return reverse("entry_board", args=[project.competition.slug])
