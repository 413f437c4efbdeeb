"""What a coordinator does for the school: the coordinator's role, roles, many invitations at once, classes."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from programs.accounts.models import User
from programs.core.calendar import current_school_year
from programs.core.gates import forbidden_unless, not_found_unless, signed_in
from programs.core.refusals import Refused, show_refusal
from programs.schools import actions, queries, rules
from programs.schools.actions.classes import add_class, change_class
from programs.schools.actions.handover import change_role, hand_over, replace_coordinator
from programs.schools.choices import SchoolState
from programs.schools.forms.desk import ClassForm, HandOverForm, InviteManyForm, ReplaceForm, RoleForm
from programs.schools.models import School
from programs.schools.rules.handover import can_change_role, can_hand_over
from programs.schools.views.life import kept_or_404
from programs.schools.views.moved import follows_moved_schools


def school_or_404(request: HttpRequest, code: str) -> School:
    """A school whose desk the person may open; a merged one is found under the school that took it over."""
    schools = queries.schools_visible_to(request.user).exclude(state=SchoolState.MERGED)
    return get_object_or_404(schools.select_related("ward", "cluster").prefetch_related("levels"), code=code)


def _coordinated_or_404(request: HttpRequest, code: str) -> School:
    school = school_or_404(request, code)
    forbidden_unless(rules.can_coordinate(queries.standing_of(request.user), school))
    return school


# --- The coordinator's role -------------------------------------------------------------------------------
@signed_in
@require_http_methods(["GET", "POST"])
@follows_moved_schools
def coordinator_hand_over(request: HttpRequest, code: str) -> HttpResponse:
    school = school_or_404(request, code)
    forbidden_unless(can_hand_over(queries.standing_of(request.user), school))
    form = HandOverForm(request.POST or None, school=school, by=request.user)
    if form.is_bound and form.is_valid():
        typed = form.cleaned_data
        try:
            hand_over(
                school=school,
                to=typed["to"],
                stays=typed["stays"] == "yes",
                by=request.user,
                key=typed["idempotency_key"],
            )
        except Refused as refused:
            show_refusal(form, refused.refusal)
        else:
            messages.success(request, _("{name} is the coordinator now; both of you get a message.").format(
                name=typed["to"]
            ))  # fmt: skip
            return redirect("school_detail" if typed["stays"] == "yes" else "desk", **_code_if(typed["stays"], code))
    context = {
        "title": _("Hand over the coordinator's role"),
        "text": _(
            "From then on your colleague invites the staff and looks after classes and certificates; you cannot take "
            "the role back yourself."
        ),
        "form": form,
        "submit": _("Hand over the role"),
        "back_url": reverse("school_detail", args=[code]),
        "danger": True,
    }
    return render(request, "components/confirm.html", context)


def _code_if(stays: str, code: str) -> dict[str, str]:
    return {"code": code} if stays == "yes" else {}


@signed_in
@require_http_methods(["GET", "POST"])
@follows_moved_schools
def coordinator_replace(request: HttpRequest, code: str) -> HttpResponse:
    """The authority's way when a coordinator is gone."""
    school = kept_or_404(request, code)
    form = ReplaceForm(request.POST or None, school=school)
    if form.is_bound and form.is_valid():
        typed = form.cleaned_data
        try:
            replace_coordinator(
                school=school, to=typed["to"], reason=typed["reason"], by=request.user, key=typed["idempotency_key"]
            )
        except Refused as refused:
            show_refusal(form, refused.refusal)
        else:
            messages.success(request, _("Done; the people concerned get a message."))
            return redirect("school_detail", code=code)
    context = {
        "title": _("Replace the coordinator"),
        "text": _("For a coordinator who has left or cannot be reached. The old role ends today."),
        "form": form,
        "submit": _("Replace the coordinator"),
        "back_url": reverse("school_detail", args=[code]),
        "danger": True,
    }
    return render(request, "components/confirm.html", context)


@signed_in
@require_http_methods(["GET", "POST"])
def membership_role(request: HttpRequest, pk: int) -> HttpResponse:
    membership = get_object_or_404(queries.memberships_visible_to(request.user), pk=pk)
    forbidden_unless(can_change_role(queries.standing_of(request.user), membership))
    form = RoleForm(request.POST or None, initial={"role": membership.role})
    if form.is_bound and form.is_valid():
        typed = form.cleaned_data
        try:
            change_role(membership=membership, role=typed["role"], by=request.user, key=typed["idempotency_key"])
        except Refused as refused:
            show_refusal(form, refused.refusal)
        else:
            messages.success(request, _("{name} has a new role.").format(name=membership.user))
            return redirect("school_detail", code=membership.school.code)
    context = {
        "title": _("Change the role"),
        "text": _("{name} is {role} at {school}.").format(
            name=membership.user, role=membership.get_role_display(), school=membership.school
        ),
        "form": form,
        "submit": _("Change the role"),
        "back_url": reverse("school_detail", args=[membership.school.code]),
    }
    return render(request, "components/confirm.html", context)


# --- Many invitations ---------------------------------------------------------------------------------------
@signed_in
@require_http_methods(["GET", "POST"])
@follows_moved_schools
def staff_invite_many(request: HttpRequest, code: str) -> HttpResponse:
    """Each line is an invitation of its own: one that is refused does not hold up the others."""
    school = _coordinated_or_404(request, code)
    form = InviteManyForm(request.POST or None)
    refused_people = []
    if form.is_bound and form.is_valid():
        refused_people = _invite_all(school, form.cleaned_data, by=request.user)
        invited = len(form.cleaned_data["people"]) - len(refused_people)
        if invited:
            words = ngettext("{count} invitation goes out.", "{count} invitations go out.", invited)
            messages.success(request, words.format(count=invited))
        if not refused_people:
            return redirect("school_detail", code=code)
    context = {"school": school, "form": form, "refused_people": refused_people}
    return render(request, "schools/invite_many.html", context)


def _invite_all(school: School, typed: dict, *, by: User) -> list[tuple]:
    """Those who could not be invited, with the reason."""
    refused_people = []
    for person in typed["people"]:
        try:
            actions.invite_staff(
                school=school,
                full_name=person.full_name,
                email=person.email,
                role=typed["role"],
                by=by,
                key=f"{typed['idempotency_key'][:24]}:{queries.hash_of_token(person.email)[:32]}",
            )
        except Refused as refused:
            refused_people.append((person, refused.refusal.message))
    return refused_people


# --- Classes ---------------------------------------------------------------------------------------------------
@signed_in
@require_http_methods(["GET", "POST"])
@follows_moved_schools
def class_add(request: HttpRequest, code: str) -> HttpResponse:
    school = _coordinated_or_404(request, code)
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
    visible = queries.classes_visible_to(request.user).select_related("school", "homeroom_teacher")
    group = get_object_or_404(visible.prefetch_related("school__levels"), pk=pk)
    school = group.school
    forbidden_unless(rules.can_coordinate(queries.standing_of(request.user), school))
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
