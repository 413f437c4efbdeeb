"""Mergers of schools that can still be undone."""

from __future__ import annotations

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET

from programs.core.acting import Act
from programs.core.gates import not_found_unless, signed_in
from programs.duplicates.actions.undoing import undo_merge
from programs.duplicates.forms import UndoForm
from programs.duplicates.models import SchoolMerger
from programs.duplicates.policy import may_see_twins, may_undo
from programs.duplicates.queries.merging import mergers_to_undo, mergers_visible_to, undoing_of
from programs.duplicates.queries.pairs import waiting_by_school
from programs.duplicates.rules import can_be_undone_until, undo_refusal
from programs.schools.models import School

MERGERS_AT_ONCE = 20


@signed_in
@require_GET
def school_mergers(request: HttpRequest) -> HttpResponse:
    not_found_unless(may_see_twins(request.user))
    mergers = mergers_to_undo(request.user, now=timezone.now())
    page = Paginator(mergers, MERGERS_AT_ONCE).get_page(request.GET.get("page"))
    waiting = waiting_by_school([merger.target for merger in page])
    rows = [
        {
            "merger": merger,
            "until": can_be_undone_until(merger.merged_at),
            "waiting": waiting.get(merger.target_id, 0),
        }
        for merger in page
    ]
    return render(request, "duplicates/mergers.html", {"page_obj": page, "rows": rows})


class UndoMerge(Act):
    """What returns, what stays and what has happened since is said before anything is undone."""

    form_class = UndoForm
    template_name = "duplicates/undo.html"
    context_object_name = "merger"
    may = staticmethod(may_undo)
    target: SchoolMerger

    def get_target(self, pk: int) -> SchoolMerger:
        return get_object_or_404(mergers_visible_to(self.user), pk=pk)

    def get_context_data(self, **kwargs) -> dict:
        merger = self.target
        refusal = undo_refusal(merger, source=merger.source, target=merger.target, now=timezone.now())
        until = can_be_undone_until(merger.merged_at)
        return super().get_context_data(undoing=undoing_of(merger), refusal=refusal, until=until, **kwargs)

    def act(self, form: UndoForm) -> School:
        return undo_merge(merger=self.target, by=self.user, **form.cleaned_data)

    def said(self, school: School) -> str:
        return _("{school} is a school of its own again.").format(school=school)

    def way_back(self, school: School) -> str:
        return reverse("school_detail", args=[school.code])

    @property
    def back_url(self) -> str:
        return reverse("school_mergers")
