"""Classes and pupils, for the staff of their school."""

from __future__ import annotations

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET

from programs.core.acting import Act
from programs.core.audit import history_of
from programs.core.calendar import current_school_year
from programs.core.gates import not_found_unless, signed_in
from programs.core.models import SchoolYear
from programs.core.phones import show_phone
from programs.core.policy import must
from programs.pupils import policy
from programs.pupils import queries as pupil_queries
from programs.pupils.actions import joining, promotion, roll
from programs.pupils.choices import Gender
from programs.pupils.forms import AddClassForm, ChangeClassForm, JoinForm, LeavingForm, PartForm, PromotionForm
from programs.pupils.models import ClassGroup, Joining, Pupil
from programs.pupils.queries import accounts_of
from programs.pupils.rules import can_be_parted_until, part_refusal, promotion_days, promotion_refusal
from programs.schools.choices import SchoolState
from programs.schools.models import School
from programs.schools.queries.schools import schools_visible_to
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
        "may_issue": policy.may_lead_class(request.user, class_group),
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
    places = pupil_queries.classes_over_the_years(pupil)
    now = next((place.class_group for place in places if place.is_in_force), None)
    may_keep = policy.may_keep_pupil(request.user, pupil)
    context = {
        "pupil": pupil,
        "places": places,
        "class_now": now,
        "may_keep": may_keep,
        "may_see_guardian": policy.may_see_guardian(request.user, pupil, now),
        "guardian_phone": show_phone(pupil.guardian_phone),
        "alike": list(pupil_queries.records_alike(pupil)) if may_keep else [],
        "joinings": pupil_queries.joinings_of(pupil, now=timezone.now()) if may_keep else [],
        "history": history_of(pupil) if may_keep else [],
    }
    return render(request, "pupils/pupil.html", context)


class PupilReturn(Act):
    submit = _("Put back on the roll")
    text = _("The pupil is back on the roll. The class will come with the next list.")
    may = staticmethod(policy.may_keep_pupil)

    def get_target(self, pk: int) -> Pupil:
        return get_object_or_404(pupil_queries.pupils_of_staff(self.user), pk=pk)

    @property
    def title(self) -> str:
        return _("Is {name} back at the school?").format(name=self.target.full_name)

    def act(self, form) -> Pupil:
        return roll.take_back(pupil=self.target, by=self.user)

    def said(self, pupil: Pupil) -> str:
        return _("{name} is back on the roll.").format(name=pupil.full_name)

    @property
    def back_url(self) -> str:
        return reverse("pupil_detail", args=[self.target.pk])


class PupilMerge(Act):
    """Both records side by side; the one of the address stays."""

    form_class = JoinForm
    template_name = "pupils/pupil_merge.html"
    context_object_name = "keep"
    may = staticmethod(policy.may_keep_pupil)
    done = _("The two records have been merged. The old address leads here.")

    def get_target(self, pk: int, other: int) -> Pupil:
        return get_object_or_404(pupil_queries.pupils_of_staff(self.user), pk=pk)

    @cached_property
    def drop(self) -> Pupil:
        alike = pupil_queries.records_alike(self.target).select_related("school", "user")
        return get_object_or_404(alike, pk=self.kwargs["other"])

    def get_context_data(self, **kwargs) -> dict:
        records = [
            {
                "pupil": pupil,
                "places": pupil_queries.classes_over_the_years(pupil),
                "things": pupil_queries.belongings_of(pupil),
            }
            for pupil in (self.target, self.drop)
        ]
        return super().get_context_data(drop=self.drop, records=records, **kwargs)

    def get_form_kwargs(self) -> dict:
        return super().get_form_kwargs() | {"kept": self.target, "dropped": self.drop}

    def act(self, form: JoinForm) -> Pupil:
        return joining.merge_pupils(keep=self.target, drop=self.drop, by=self.user, key=form.key, account=form.account)

    @property
    def back_url(self) -> str:
        return reverse("pupil_detail", args=[self.target.pk])


class PartPupils(Act):
    """Two records that were joined become two again: what goes back and what stays is said first."""

    form_class = PartForm
    template_name = "pupils/pupil_part.html"
    context_object_name = "joining"
    done = _("They are two records again.")

    def get_target(self, pk: int) -> Joining:
        return get_object_or_404(pupil_queries.joinings_visible_to(self.user), pk=pk)

    def may(self, user, joining: Joining) -> bool:
        return policy.may_keep_pupil(user, joining.kept)

    def get_context_data(self, **kwargs) -> dict:
        done = self.target
        refusal = part_refusal(done, done.kept, done.dropped, now=timezone.now())
        since = pupil_queries.belongings_of(done.kept, after=done.parts.get("newest", {}))
        until = can_be_parted_until(done.joined_at)
        return super().get_context_data(refusal=refusal, since=since, until=until, **kwargs)

    def act(self, form: PartForm) -> Joining:
        return joining.part_pupils(joining=self.target, by=self.user, **form.cleaned_data)

    @property
    def back_url(self) -> str:
        return reverse("pupil_detail", args=[self.target.kept_id])


# --- Several pupils -------------------------------------------------------------------------------
class SchoolAct(Act):
    """What is done with a school's roll. Its teachers see the school, but not its lists."""

    context_object_name = "school"
    may = staticmethod(policy.may_keep_roll)

    def get_target(self, code: str) -> School:
        return get_object_or_404(schools_visible_to(self.user), code=code)

    @property
    def back_url(self) -> str:
        return reverse("school_detail", args=[self.target.code])


class PupilsLeave(SchoolAct):
    """``?pupil=…&pupil=…`` from a list; confirmed with the names before anything happens."""

    form_class = LeavingForm
    template_name = "pupils/pupils_leave.html"

    def instead(self) -> HttpResponse | None:
        if self.chosen:
            return None
        messages.error(self.request, _("First tick the pupils who have left."))
        return redirect("roster_list", code=self.target.code)

    @property
    def chosen(self) -> list[str]:
        asked = (self.request.POST or self.request.GET).getlist("pupil")
        return [pk for pk in asked if pk.isdecimal() and len(pk) <= LONGEST_NUMBER]

    @cached_property
    def pupils(self) -> QuerySet[Pupil]:
        return pupil_queries.pupils_on_roll(self.target).filter(pk__in=self.chosen).order_by("sort_key", "pk")

    def get_form_kwargs(self) -> dict:
        return super().get_form_kwargs() | {"pupils": pupil_queries.pupils_on_roll(self.target)}

    def get_initial(self) -> dict:
        return {"pupil": self.pupils}

    def get_context_data(self, **kwargs) -> dict:
        return super().get_context_data(pupils=list(self.pupils), **kwargs)

    def act(self, form: LeavingForm) -> list[Pupil]:
        typed = form.cleaned_data
        return roll.mark_left(school=self.target, pupils=list(typed["pupil"]), left_on=typed["left_on"], by=self.user)

    def said(self, left: list[Pupil]) -> str:
        number = len(left)
        words = ngettext("{number} pupil has been marked as left.", "{number} pupils have been marked as left.", number)
        return words.format(number=number)


# --- The end of a school year ---------------------------------------------------------------------
class Promotion(SchoolAct):
    """Choose, look at the figures, confirm: three steps of one form, which carries every choice along."""

    form_class = PromotionForm
    template_name = "pupils/promotion.html"

    @cached_property
    def year(self) -> SchoolYear | None:
        return pupil_queries.ending_year_of(self.target)

    @cached_property
    def next_year(self) -> SchoolYear | None:
        return pupil_queries.year_after(self.year)

    @cached_property
    def classes(self) -> list[ClassGroup]:
        return list(pupil_queries.classes_to_move(self.target, self.year))

    def instead(self) -> HttpResponse | None:
        pupils = sum(group.pupils for group in self.classes)
        refusal = promotion_refusal(self.year, self.next_year, pupils=pupils, today=timezone.localdate())
        context = {"school": self.target, "refusal": refusal}
        return render(self.request, self.template_name, context) if refusal else None

    def get_form_kwargs(self) -> dict:
        suggestions = pupil_queries.suggestions_for(self.target, self.classes)
        return super().get_form_kwargs() | {"suggestions": suggestions}

    def get_context_data(self, **kwargs) -> dict:
        days = promotion_days(self.year, self.next_year, today=timezone.localdate())
        prepared = any(group.moves_on for group in self.classes)
        return super().get_context_data(
            year=self.year, next_year=self.next_year, days=days, prepared=prepared, at_once=self.at_once, **kwargs
        )

    @property
    def at_once(self) -> bool:
        return self.next_year.starts_on <= timezone.localdate()

    def form_valid(self, form: PromotionForm) -> HttpResponse:
        match self.request.POST.get("step"):
            case "confirm":
                return super().form_valid(form)
            case "change":
                return self.render_to_response(self.get_context_data(form=form))
        outlook = pupil_queries.outlook(form.plan, self.classes)
        context = self.get_context_data(form=form, outlook=outlook)
        return render(self.request, "pupils/promotion_confirm.html", context)

    def act(self, form: PromotionForm) -> School:
        return promotion.promote_school(school=self.target, year=self.year, plan=form.plan, by=self.user, key=form.key)

    def said(self, school: School) -> str:
        if self.at_once:
            return _("The classes of {year} have moved up.").format(year=self.year.name)
        words = _("It is prepared: the classes move up on {date}. Until then nothing changes.")
        return words.format(date=f"{self.next_year.starts_on:%d/%m/%Y}")


class PromotionBack(SchoolAct):
    """What is prepared is taken back before it takes effect."""

    title = _("Take back what is prepared?")
    submit = _("Take back what is prepared")
    danger = True
    text = _(
        "The classes then stay as they are now, and nobody moves up or leaves on the days to come. "
        "You can prepare it again at any time."
    )
    done = _("Nothing is prepared any more. Every class stays as it is.")

    def act(self, form) -> School:
        return promotion.take_promotion_back(school=self.target, by=self.user)

    @property
    def back_url(self) -> str:
        return reverse("promotion", args=[self.target.code])


# --- Classes --------------------------------------------------------------------------------------
@method_decorator(follows_moved_schools, name="dispatch")
class ClassAdd(SchoolAct):
    form_class = AddClassForm
    submit = _("Add the class")

    def get_target(self, code: str) -> School:
        schools = schools_visible_to(self.user).exclude(state=SchoolState.MERGED)
        return get_object_or_404(schools.prefetch_related("levels"), code=code)

    @cached_property
    def year(self) -> SchoolYear:
        return not_found_unless(current_school_year(timezone.localdate()))

    @property
    def title(self) -> str:
        return _("Add a class of {year}").format(year=self.year.name)

    def get_form_kwargs(self) -> dict:
        return super().get_form_kwargs() | {"school": self.target}

    def act(self, form: AddClassForm) -> ClassGroup:
        return roll.add_class(school=self.target, school_year=self.year, by=self.user, key=form.key, **form.values)

    def said(self, group: ClassGroup) -> str:
        return _("Class {name} was added.").format(name=group.name)


class ClassEdit(Act):
    form_class = ChangeClassForm
    submit = _("Save")
    may = staticmethod(policy.may_keep_class)
    done = _("The class was changed.")

    def get_target(self, pk: int) -> ClassGroup:
        classes = pupil_queries.classes_visible_to(self.user).select_related("school")
        return get_object_or_404(classes.prefetch_related("school__levels"), pk=pk)

    @property
    def title(self) -> str:
        return _("Change class {name}").format(name=self.target.name)

    def get_form_kwargs(self) -> dict:
        return super().get_form_kwargs() | {"school": self.target.school}

    def get_initial(self) -> dict:
        group = self.target
        return {"name": group.name, "grade": group.grade, "teacher": group.homeroom_teacher_id}

    def act(self, form: ChangeClassForm) -> ClassGroup:
        return roll.change_class(class_group=self.target, by=self.user, **form.cleaned_data)

    @property
    def back_url(self) -> str:
        return reverse("school_detail", args=[self.target.school.code])


def school_to_keep(request: HttpRequest, code: str) -> School:
    """The school, if the person may see it; 403 for its teachers, who see the school but not its lists."""
    school = get_object_or_404(schools_visible_to(request.user), code=code)
    must(policy.may_keep_roll(request.user, school))
    return school
