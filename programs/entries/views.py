"""The organiser's board: entries by field, school and status; one entry is checked against the rules."""

from __future__ import annotations

from urllib.parse import urlencode

from django.core.paginator import Paginator
from django.db.models import Q
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
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
from programs.core.text import clean_text, fold
from programs.entries import actions, policy, queries
from programs.entries.choices import Verdict
from programs.entries.forms import CheckForm, LookForm
from programs.entries.models import Similarity
from programs.entries.words import facts_of
from programs.entries.xlsx import entries_sheet
from programs.projects.choices import ProjectState
from programs.projects.models import Project
from programs.projects.queries.visible import projects_visible_to
from programs.spreadsheets.xlsx import XLSX_TYPE, write_xlsx

PAGE_SIZE = 20
MOST_UNSEARCHED = 100  # files that somebody has to look at, on one page


@signed_in
@require_safe
def entry_board(request: HttpRequest, slug: str) -> HttpResponse:
    competition = _competition(request, slug)
    chosen = _asked(request)
    entries = _chosen(queries.entries_of(request.user, competition), chosen)
    page = Paginator(entries, PAGE_SIZE).get_page(request.GET.get("page"))
    pairs, similar = queries.flagged(request.user, competition)
    context = {
        "competition": competition,
        "by_field": queries.numbers_of(competition, "field"),
        "by_school": queries.numbers_of(competition, "school"),
        "page_obj": page,
        "pairs": pairs,
        "similar": similar,
        "chosen": chosen,
        "states": [
            (state, ProjectState(state).label) for state in ("endorsed", "eligible", "ineligible", "in_judging")
        ],
        "not_submitted": queries.not_submitted(competition).count(),
        "asked": urlencode({name: value for name, value in chosen.items() if value}),
    }
    return render(request, "entries/entry_board.html", context)


@signed_in
@require_safe
def entry_unfinished(request: HttpRequest, slug: str) -> HttpResponse:
    """Who has not submitted, and how far each team is."""
    competition = _competition(request, slug)
    waiting, chosen = queries.not_submitted(competition), clean_text(request.GET.get("q", ""))
    if chosen:
        waiting = waiting.filter(Q(school__search_key__contains=fold(chosen)) | Q(institution__icontains=chosen))
    page = Paginator(waiting, PAGE_SIZE).get_page(request.GET.get("page"))
    context = {
        "competition": competition,
        "page_obj": page,
        "rows": queries.unfinished(list(page)),
        "chosen": chosen,
    }
    return render(request, "entries/entry_unfinished.html", context)


@signed_in
@require_safe
def entry_export(request: HttpRequest, slug: str) -> FileResponse:
    competition = _competition(request, slug)
    entries = _chosen(queries.entries_of(request.user, competition), _asked(request))
    content = write_xlsx([entries_sheet(entries, competition=competition.local_name)], moment=timezone.now())
    name = f"{competition.slug}-{timezone.localdate():%Y-%m-%d}.xlsx"
    return FileResponse(content, as_attachment=True, filename=name, content_type=XLSX_TYPE)


@signed_in
@require_safe
def entry_similar(request: HttpRequest, slug: str) -> HttpResponse:
    """One list of equal files and of alike texts: what waits for a look, or with ``looked`` what was set aside."""
    competition = _competition(request, slug)
    looked = bool(request.GET.get("looked"))
    pairs = queries.similarities_of(request.user, competition).filter(set_aside_at__isnull=not looked)
    context = {
        "competition": competition,
        "looked": looked,
        "page_obj": Paginator(pairs, PAGE_SIZE).get_page(request.GET.get("page")),
        "unsearched": queries.unsearched_in(request.user, competition)[:MOST_UNSEARCHED],
    }
    return render(request, "entries/entry_similar.html", context)


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


class _Look(Act):
    """An officer says what the look at two similar files showed."""

    form_class = LookForm
    template_name = "entries/similarity.html"
    context_object_name = "pair"
    may = staticmethod(policy.may_look)
    verdict: Verdict
    other_address: str

    def get_target(self, pk: int) -> Similarity:
        return get_object_or_404(queries.similarities_visible_to(self.user, Q(pk=pk)).prefetch_related("looks__by"))

    def instead(self) -> HttpResponse | None:
        """A page that was open while a colleague looked leads on; what was typed is answered in words."""
        is_aside = self.target.set_aside_at is not None
        if self.request.method == "POST" or is_aside == (self.verdict == Verdict.REOPENED):
            return None
        return redirect(self.other_address, self.target.pk)

    def act(self, form: LookForm) -> Similarity:
        return actions.look_at_similar(
            similarity_id=self.target.pk, verdict=self.verdict, by=self.user, **form.cleaned_data
        )

    @property
    def back_url(self) -> str:
        return reverse("entry_similar", args=[self.target.competition.slug])


class SetAside(_Look):
    title, submit, done = _("Two similar files"), _("Looked at"), _("Set aside. It stays readable under “Looked at”.")
    verdict, other_address = Verdict.SET_ASIDE, "similarity_reopen"


class PutBack(_Look):
    title, submit, done = _("Two similar files"), _("Put back on the list"), _("It is on the list again.")
    verdict, other_address = Verdict.REOPENED, "similarity_aside"
