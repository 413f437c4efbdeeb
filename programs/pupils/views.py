"""Classes and pupils, for the staff of their school."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods

from programs.core.audit import history_of
from programs.core.calendar import current_school_year
from programs.core.gates import not_found_unless, signed_in
from programs.core.phones import show_phone
from programs.core.policy import must
from programs.core.refusals import Refused, show_refusal
from programs.pupils import actions, policy
from programs.pupils import queries as pupil_queries
from programs.pupils.actions import add_class, change_class
from programs.pupils.choices import Gender
from programs.pupils.forms import ClassForm, LeavingForm, PromotionForm
from programs.pupils.models import Pupil
from programs.pupils.policy import can_issue_cards
from programs.pupils.queries import accounts_of
from programs.pupils.rules import promotion_refusal
from programs.schools import policy as school_policy
from programs.schools.forms.registration import ConfirmForm
from programs.schools.models import School
from programs.schools.queries import roles as role_queries
from programs.schools.queries import schools as school_queries
from programs.schools.views.staff import coordinated_or_404
from programs.schools.views.states import follows_moved_schools


@signed_in
@require_GET
def class_detail(request: HttpRequest, pk: int) -> HttpResponse:
    visible = pupil_queries.classes_visible_to(request.user)
    class_group = get_object_or_404(visible.select_related("school", "school_year", "homeroom_teacher"), pk=pk)
    accounts = accounts_of(class_group, now=timezone.now())
    genders = [account.pupil.gender for account in accounts]
    context = {
        "class_group": class_group,
        "accounts": accounts,
        "girls": genders.count(Gender.FEMALE),
        "boys": genders.count(Gender.MALE),
        "may_issue": can_issue_cards(role_queries.standing_of(request.user), class_group),
    }
    return render(request, "pupils/class.html", context)


LONGEST_NUMBER = 18  # digits that every database can read as a number


# --- One pupil ------------------------------------------------------------------------------------
@signed_in
@require_GET
def pupil_detail(request: HttpRequest, pk: int) -> HttpResponse:
    pupil = get_object_or_404(pupil_queries.pupils_of_staff(request.user), pk=pk)
    if pupil.merged_into_id:
        return redirect("pupil_detail", pk=pupil.merged_into_id)
    standing = role_queries.standing_of(request.user)
    places = pupil_queries.classes_over_the_years(pupil)
    now = next((place.class_group for place in places if place.ended_on is None), None)
    may_keep = policy.can_keep_roll(standing, pupil.school)
    context = {
        "pupil": pupil,
        "places": places,
        "class_now": now,
        "may_keep": may_keep,
        "may_see_guardian": policy.can_see_guardian(standing, pupil, now),
        "guardian_phone": show_phone(pupil.guardian_phone),
        "alike": list(pupil_queries.records_alike(pupil)) if may_keep else [],
        "history": history_of(pupil) if may_keep else [],
    }
    return render(request, "pupils/pupil.html", context)


def _pupil_to_keep(request: HttpRequest, pk: int) -> Pupil:
    pupil = get_object_or_404(pupil_queries.pupils_of_staff(request.user), pk=pk)
    must(policy.can_keep_roll(role_queries.standing_of(request.user), pupil.school))
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
    return render(request, "pupils/pupil_merge.html", context)


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
    return render(request, "pupils/pupils_leave.html", context)


# --- The end of a school year ---------------------------------------------------------------------
@signed_in
@require_http_methods(["GET", "POST"])
def promotion(request: HttpRequest, code: str) -> HttpResponse:
    """Choose, look at the figures, confirm: three steps of one form, which carries every choice along."""
    school = school_to_keep(request, code)
    year = pupil_queries.ending_year_of(school)
    next_year = pupil_queries.year_after(year)
    classes = list(pupil_queries.classes_to_move(school, year))
    refusal = promotion_refusal(
        may=True,
        ends_on=year.ends_on if year else None,
        next_year=next_year.name if next_year else "",
        today=timezone.localdate(),
        pupils=sum(group.pupils for group in classes),
    )
    context = {"school": school, "year": year, "next_year": next_year, "refusal": refusal}
    if refusal:
        return render(request, "pupils/promotion.html", context)
    form = PromotionForm(request.POST or None, suggestions=pupil_queries.suggestions_for(school, classes))
    context["form"] = form
    if not form.is_bound or not form.is_valid() or request.POST.get("step") == "change":
        return render(request, "pupils/promotion.html", context)
    if request.POST.get("step") != "confirm":
        context["outlook"] = pupil_queries.outlook(form.plan, classes)
        return render(request, "pupils/promotion_confirm.html", context)
    try:
        actions.promote_school(
            school=school, year=year, plan=form.plan, by=request.user, key=form.cleaned_data["idempotency_key"]
        )
    except Refused as refused:
        show_refusal(form, refused.refusal)
        return render(request, "pupils/promotion.html", context)
    messages.success(request, _("The classes of {year} have moved up.").format(year=year.name))
    return redirect("school_detail", code=code)


@signed_in
@require_http_methods(["GET", "POST"])
@follows_moved_schools
def class_add(request: HttpRequest, code: str) -> HttpResponse:
    school = coordinated_or_404(request, code)
    year = not_found_unless(current_school_year(timezone.localdate()))
    form = ClassForm(request.POST or None, school=school, levels=[row.level for row in school.levels.all()])
    if form.is_bound and form.is_valid():
        typed = dict(form.cleaned_data)
        key = typed.pop("idempotency_key")
        try:
            group = add_class(school=school, school_year=year, by=request.user, key=key, **typed)
        except Refused as refused:
            show_refusal(form, refused.refusal)
        else:
            messages.success(request, _("Class {name} was added.").format(name=group.name))
            return redirect("school_detail", code=code)
    title = _("Add a class of {year}").format(year=year.name)
    return _class_page(request, school, form, title, _("Add the class"))


@signed_in
@require_http_methods(["GET", "POST"])
def class_edit(request: HttpRequest, pk: int) -> HttpResponse:
    visible = pupil_queries.classes_visible_to(request.user).select_related("school", "homeroom_teacher")
    group = get_object_or_404(visible.prefetch_related("school__levels"), pk=pk)
    school = group.school
    must(school_policy.can_coordinate(role_queries.standing_of(request.user), school))
    form = ClassForm(
        request.POST or None,
        school=school,
        levels=[row.level for row in school.levels.all()],
        initial={"name": group.name, "grade": group.grade, "teacher": group.homeroom_teacher_id},
    )
    if form.is_bound and form.is_valid():
        typed = dict(form.cleaned_data)
        key = typed.pop("idempotency_key")
        try:
            change_class(class_group=group, by=request.user, key=key, **typed)
        except Refused as refused:
            show_refusal(form, refused.refusal)
        else:
            messages.success(request, _("The class was changed."))
            return redirect("school_detail", code=school.code)
    title = _("Change class {name}").format(name=group.name)
    return _class_page(request, school, form, title, _("Save"))


def _class_page(request: HttpRequest, school: School, form: ClassForm, title: str, submit: str) -> HttpResponse:
    back_url = reverse("school_detail", args=[school.code])
    context = {"school": school, "form": form, "title": title, "submit": submit, "back_url": back_url}
    return render(request, "components/confirm.html", context)


def school_to_keep(request: HttpRequest, code: str) -> School:
    """The school, if the person may see it; 403 for its teachers, who see the school but not its lists."""
    school = get_object_or_404(school_queries.schools_visible_to(request.user), code=code)
    must(policy.can_import(role_queries.standing_of(request.user), school))
    return school
