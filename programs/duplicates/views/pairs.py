"""Pupils who may be one child, side by side, for the coordinator."""

from __future__ import annotations

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET

from programs.core.acting import Act
from programs.core.gates import signed_in
from programs.duplicates.actions.pairs import decide_pair, reopen_pair
from programs.duplicates.choices import PairState
from programs.duplicates.forms import PairForm
from programs.duplicates.models import PupilPair
from programs.duplicates.policy import may_decide_pair
from programs.duplicates.queries.pairs import both_with_class, pairs_visible_to, pairs_waiting
from programs.duplicates.rules import pair_refusal
from programs.pupils.models import Pupil
from programs.pupils.queries import belongings_of
from programs.pupils.rules import PARTED_WITHIN
from programs.pupils.views import school_to_keep

PAIRS_AT_ONCE = 20


@signed_in
@require_GET
def pupil_pairs(request: HttpRequest, code: str) -> HttpResponse:
    """What waits first; below, what was decided and can be changed."""
    school = school_to_keep(request, code)
    pairs = pairs_visible_to(request.user).filter(second__school=school)
    page = Paginator(pairs_waiting(pairs), PAIRS_AT_ONCE).get_page(request.GET.get("page"))
    recent = timezone.now() - PARTED_WITHIN
    context = {
        "school": school,
        "page_obj": page,
        "apart": pairs.filter(state=PairState.APART).order_by("-decided_at")[:PAIRS_AT_ONCE],
        "same": pairs.filter(state=PairState.SAME, decided_at__gte=recent, joining__parted_at=None)[:PAIRS_AT_ONCE],
    }
    return render(request, "duplicates/pairs.html", context)


class PairAct(Act):
    target: PupilPair
    may = staticmethod(may_decide_pair)

    def get_target(self, pk: int) -> PupilPair:
        return get_object_or_404(pairs_visible_to(self.user), pk=pk)

    @property
    def back_url(self) -> str:
        return reverse("pupil_pairs", args=[self.target.second.school.code])


class DecidePair(PairAct):
    form_class = PairForm
    template_name = "duplicates/pair.html"
    context_object_name = "pair"

    @cached_property
    def both(self) -> list[Pupil]:
        return list(both_with_class(self.target))

    def get_form_kwargs(self) -> dict:
        kept, dropped = self.both
        return super().get_form_kwargs() | {"kept": kept, "dropped": dropped}

    def get_context_data(self, **kwargs) -> dict:
        records = [{"pupil": pupil, "things": belongings_of(pupil)} for pupil in self.both]
        refusal = pair_refusal(self.target)
        return super().get_context_data(records=records, refusal=refusal, **kwargs)

    def act(self, form: PairForm) -> PupilPair:
        answer = form.cleaned_data["answer"]
        return decide_pair(pair=self.target, answer=answer, account=form.account, by=self.user)

    def said(self, pair: PupilPair) -> str:
        if pair.state == PairState.APART:
            return _("Recorded: they are two children.")
        return _("The two records have been merged. They can be separated again for two weeks.")


class ReopenPair(PairAct):
    title = _("Decide again?")
    text = _("The two pupils are put back among those to be compared. Nothing else changes.")
    submit = _("Compare them again")
    done = _("The two pupils wait for a decision again.")

    def act(self, form) -> PupilPair:
        return reopen_pair(pair=self.target, by=self.user)
