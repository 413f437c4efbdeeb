"""A pupil's page for the school's staff; leaving, coming back, two records of one child; the end of a school year."""

from __future__ import annotations

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods

from programs.core.audit import history_of
from programs.core.gates import forbidden_unless, signed_in
from programs.core.phones import show_phone
from programs.core.refusals import Refused, show_refusal
from programs.schools import queries
from programs.schools.actions import promotion as promotion_actions
from programs.schools.actions import pupils as actions
from programs.schools.forms import ConfirmForm
from programs.schools.forms.promotion import PromotionForm
from programs.schools.forms.pupils import LeavingForm
from programs.schools.models import Pupil
from programs.schools.queries import promotion as promotion_queries
from programs.schools.queries import pupils as pupil_queries
from programs.schools.queries import rosters as roster_queries
from programs.schools.rules import pupils as rules
from programs.schools.rules.promotion import promotion_refusal
from programs.schools.views.rosters import school_to_keep

PAGE_SIZE = 100
LONGEST_NUMBER = 18  # digits that every database can read as a number


# --- One pupil ------------------------------------------------------------------------------------
@signed_in
@require_GET
def pupil_detail(request: HttpRequest, pk: int) -> HttpResponse:
    pupil = get_object_or_404(pupil_queries.pupils_of_staff(request.user), pk=pk)
    if pupil.merged_into_id:
        return redirect("pupil_detail", pk=pupil.merged_into_id)
    standing = queries.standing_of(request.user)
    places = pupil_queries.classes_over_the_years(pupil)
    now = next((place.class_group for place in places if place.ended_on is None), None)
    may_keep = rules.can_keep_roll(standing, pupil.school)
    context = {
        "pupil": pupil,
        "places": places,
        "class_now": now,
        "may_keep": may_keep,
        "may_see_guardian": rules.can_see_guardian(standing, pupil, now),
        "guardian_phone": show_phone(pupil.guardian_phone),
        "alike": list(pupil_queries.records_alike(pupil)) if may_keep else [],
        "history": history_of(pupil) if may_keep else [],
    }
    return render(request, "schools/pupil.html", context)


def _pupil_to_keep(request: HttpRequest, pk: int) -> Pupil:
    pupil = get_object_or_404(pupil_queries.pupils_of_staff(request.user), pk=pk)
    forbidden_unless(rules.can_keep_roll(queries.standing_of(request.user), pupil.school))
    return pupil


@signed_in
@require_http_methods(["GET", "POST"])
def pupil_return(request: HttpRequest, pk: int) -> HttpResponse:
    pupil = _pupil_to_keep(request, pk)
    form = ConfirmForm(request.POST or None)
    if form.is_bound and form.is_valid():
        try:
            actions.take_back(pupil=pupil, by=request.user, key=form.cleaned_data["idempotency_key"])
        except Refused as refused:
            show_refusal(form, refused.refusal)
        else:
            messages.success(request, _("{name} is on the roll again.").format(name=pupil.full_name))
            return redirect("pupil_detail", pk=pupil.pk)
    context = {
        "title": _("Is {name} at the school again?").format(name=pupil.full_name),
        "text": _("The pupil is on the roll again. The class comes with the next list."),
        "form": form,
        "submit": _("Take back onto the roll"),
        "back_url": reverse("pupil_detail", args=[pupil.pk]),
    }
    return render(request, "components/confirm.html", context)


@signed_in
@require_http_methods(["GET", "POST"])
def pupil_merge(request: HttpRequest, pk: int, other: int) -> HttpResponse:
    """Both records side by side; the one of the address stays."""
    keep = _pupil_to_keep(request, pk)
    alike = pupil_queries.records_alike(keep).select_related("school")
    drop = get_object_or_404(alike, pk=other)
    form = ConfirmForm(request.POST or None)
    if form.is_bound and form.is_valid():
        try:
            actions.merge_pupils(keep=keep, drop=drop, by=request.user, key=form.cleaned_data["idempotency_key"])
        except Refused as refused:
            show_refusal(form, refused.refusal)
        else:
            messages.success(request, _("The two records are one now. The old address leads here."))
            return redirect("pupil_detail", pk=keep.pk)
    records = [
        {
            "pupil": pupil,
            "places": pupil_queries.classes_over_the_years(pupil),
            "things": pupil_queries.belongings_of(pupil),
        }
        for pupil in (keep, drop)
    ]
    context = {"keep": keep, "drop": drop, "records": records, "form": form}
    return render(request, "schools/pupil_merge.html", context)


# --- Several pupils -------------------------------------------------------------------------------
@signed_in
@require_http_methods(["GET", "POST"])
def pupils_leave(request: HttpRequest, code: str) -> HttpResponse:
    """``?pupil=…&pupil=…`` from a list; asked once more, with the names, before anything happens."""
    school = school_to_keep(request, code)
    on_roll = pupil_queries.pupils_on_roll(school)
    asked = (request.POST or request.GET).getlist("pupil")
    chosen = [pk for pk in asked if pk.isdecimal() and len(pk) <= LONGEST_NUMBER]
    pupils = on_roll.filter(pk__in=chosen).order_by("sort_key", "pk")
    if not chosen:
        messages.error(request, _("Tick the pupils who have left first."))
        return redirect("roster_list", code=code)
    form = LeavingForm(request.POST or None, pupils=on_roll, initial={"pupil": pupils})
    if form.is_bound and form.is_valid():
        typed = form.cleaned_data
        try:
            actions.mark_left(
                school=school,
                pupils=list(typed["pupil"]),
                left_on=typed["left_on"],
                by=request.user,
                key=typed["idempotency_key"],
            )
        except Refused as refused:
            show_refusal(form, refused.refusal)
        else:
            number = len(typed["pupil"])
            words = ngettext("{number} pupil is marked as left.", "{number} pupils are marked as left.", number)
            messages.success(request, words.format(number=number))
            return redirect("school_detail", code=code)
    context = {
        "school": school,
        "pupils": list(pupils),
        "form": form,
        "back_url": reverse("school_detail", args=[code]),
    }
    return render(request, "schools/pupils_leave.html", context)


@signed_in
@require_GET
def roster_missing(request: HttpRequest, reference: str) -> HttpResponse:
    """On the roll, but in no row of this file. They are never removed by an import."""
    roster = get_object_or_404(roster_queries.rosters_visible_to(request.user), reference=reference)
    pupils = pupil_queries.with_places(roster_queries.pupils_not_in_file(roster))
    context = {
        "school": roster.school,
        "title": _("Not in this file"),
        "text": _(
            "These pupils are on your roll and in no row of the file. They stay as they are. "
            "If some have left the school, tick them."
        ),
        "page": Paginator(pupils, PAGE_SIZE).get_page(request.GET.get("page")),
        "back_url": reverse("roster_detail", args=[reference]),
    }
    return render(request, "schools/roster_missing.html", context)


@signed_in
@require_GET
def roster_asked(request: HttpRequest, code: str) -> HttpResponse:
    """The school's pupils for whom another school's import waits."""
    school = school_to_keep(request, code)
    pupils = pupil_queries.with_places(roster_queries.pupils_asked_for(school))
    context = {
        "school": school,
        "title": _("Pupils whom another school expects"),
        "text": _(
            "Another school has these pupils on its list. If they have left, tick them: the other school can then "
            "take them onto its roll, and you no longer see them. If they have not, do nothing."
        ),
        "page": Paginator(pupils, PAGE_SIZE).get_page(request.GET.get("page")),
        "back_url": reverse("roster_list", args=[code]),
    }
    return render(request, "schools/roster_missing.html", context)


# --- The end of a school year ---------------------------------------------------------------------
@signed_in
@require_http_methods(["GET", "POST"])
def promotion(request: HttpRequest, code: str) -> HttpResponse:
    """Choose, look at the figures, confirm: three steps of one form, which carries every choice along."""
    school = school_to_keep(request, code)
    year = promotion_queries.ending_year_of(school)
    next_year = promotion_queries.year_after(year)
    classes = list(promotion_queries.classes_to_move(school, year))
    refusal = promotion_refusal(
        may=True,
        ends_on=year.ends_on if year else None,
        next_year=next_year.name if next_year else "",
        today=timezone.localdate(),
        pupils=sum(group.pupils for group in classes),
    )
    context = {"school": school, "year": year, "next_year": next_year, "refusal": refusal}
    if refusal:
        return render(request, "schools/promotion.html", context)
    form = PromotionForm(request.POST or None, suggestions=promotion_queries.suggestions_for(school, classes))
    context["form"] = form
    if not form.is_bound or not form.is_valid() or request.POST.get("step") == "change":
        return render(request, "schools/promotion.html", context)
    if request.POST.get("step") != "confirm":
        context["outlook"] = promotion_queries.outlook(form.plan, classes)
        return render(request, "schools/promotion_confirm.html", context)
    try:
        promotion_actions.promote_school(
            school=school, year=year, plan=form.plan, by=request.user, key=form.cleaned_data["idempotency_key"]
        )
    except Refused as refused:
        show_refusal(form, refused.refusal)
        return render(request, "schools/promotion.html", context)
    messages.success(request, _("The classes of {year} have moved up.").format(year=year.name))
    return redirect("school_detail", code=code)
