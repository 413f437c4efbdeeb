"""Consents as the school sees them: by class, by pupil, on paper."""

from __future__ import annotations

from typing import Any

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.http import content_disposition_header
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_safe

from programs.consents import policy, rules
from programs.consents.actions import consents as actions
from programs.consents.actions import links, settling
from programs.consents.choices import ConsentGiver, ConsentPurpose
from programs.consents.forms import MOST_MEGABYTES, LinkForm, MoverForm, PaperForm, SettleForm, WithdrawAtSchoolForm
from programs.consents.models import Consent
from programs.consents.pdf import render_forms, render_slips
from programs.consents.print_words import forms_of, slips_of
from programs.consents.queries.answers import guardians_of
from programs.consents.queries.history import history_of_pupil, lines_by_consent, mark_fresh_accounts, proof_holds
from programs.consents.queries.in_force import current_texts
from programs.consents.queries.overviews import (
    Figures,
    disputes_of,
    figures_of_school,
    overview_of_class,
    overview_of_pupils,
    withdrawn_lately,
)
from programs.consents.queries.visible import consents_seen_by, pupils_asked_by, scans_of_movers, scans_seen_by
from programs.core.acting import Act
from programs.core.calendar import current_school_year
from programs.core.gates import not_found_unless, signed_in
from programs.core.idempotency import IdempotentFormMixin
from programs.core.policy import must
from programs.core.private_files import private_response
from programs.pupils.models import ClassGroup, Pupil
from programs.pupils.policy import may_lead_class
from programs.pupils.queries import class_now_of, classes_of, classes_to_act_for, classes_visible_to, pupils_of_class
from programs.schools.queries.roles import roles_of
from programs.schools.queries.schools import schools_visible_to
from programs.uploads.reading.cleaning import clean_scan, clean_upload

PAGE_SIZE = 25
SIGNED_FORMS = {"pdf": "application/pdf", "jpg": "image/jpeg"}


# --- Overviews ----------------------------------------------------------------------------------
@signed_in
@require_safe
def consent_overview(request: HttpRequest, code: str) -> HttpResponse:
    """The school's classes in figures; an officer reads the school's figures and no class."""
    school = get_object_or_404(schools_visible_to(request.user), code=code)
    year = current_school_year(timezone.localdate())
    whole, by_class = figures_of_school(school, year)
    is_staff = policy.may_collect(request.user, school)
    classes = []
    for class_group in classes_of(school, year) if is_staff else []:
        class_group.figures = by_class.get(class_group.pk, Figures())
        classes.append(class_group)
    context = {
        "school": school,
        "school_year": year,
        "whole": whole,
        "classes": classes,
        "purposes": list(ConsentPurpose),
        "is_staff": is_staff,
        "disputes": disputes_of(request.user).filter(pupil__school=school),
        "finds_scans": policy.may_find_scans(request.user, school),
        "withdrawn": _with_clock(withdrawn_lately(request.user).filter(pupil__school=school)),
    }
    return render(request, "consents/overview.html", context)


def _with_clock(withdrawn) -> list:
    rows = list(withdrawn.order_by("-withdrawn_at"))
    for consent in rows:
        consent.stop_by = rules.stop_by(consent.purpose, timezone.localdate(consent.withdrawn_at))
    return rows


@signed_in
@require_safe
def consent_class(request: HttpRequest, pk: int) -> HttpResponse:
    class_group = _class(request, pk)
    every_row = overview_of_class(class_group)
    only_missing = request.GET.get("show") == "missing"
    missing = [row for row in every_row if not row.may_take_part]
    context = {
        "class_group": class_group,
        "rows": missing if only_missing else every_row,
        "total": len(every_row),
        "missing": len(missing),
        "only_missing": only_missing,
        "may_print": may_lead_class(request.user, class_group),
        "purposes": list(ConsentPurpose),
    }
    return render(request, "consents/class.html", context)


def _class(request: HttpRequest, pk: int) -> ClassGroup:
    return get_object_or_404(classes_visible_to(request.user).select_related("school", "school_year"), pk=pk)


class ClassAct(Act):
    """What is collected from the families of a class."""

    context_object_name = "class_group"

    def get_target(self, pk: int) -> ClassGroup:
        return _class_to_work_on(self.user, pk)

    def may(self, user, class_group: ClassGroup) -> bool:
        return policy.may_collect(user, class_group.school)

    @cached_property
    def pupils(self) -> list[Pupil]:
        return list(pupils_of_class(self.target))

    @property
    def back_url(self) -> str:
        return reverse("consent_class", args=[self.target.pk])


def _class_to_work_on(user, pk: int) -> ClassGroup:
    return get_object_or_404(classes_to_act_for(user).select_related("school", "school_year"), pk=pk)


# --- To give out --------------------------------------------------------------------------------
class LettersOfClass(ClassAct):
    """New links for the whole class, on paper: they are made as they are printed, and printed once."""

    may = staticmethod(may_lead_class)
    form_class = IdempotentFormMixin
    template_name = "consents/sheet.html"

    def get_context_data(self, **kwargs) -> dict[str, Any]:
        rows = overview_of_pupils(self.pupils)
        live = sum(1 for row in rows if row.link and not rules.parent_of(row.link.relation))
        return super().get_context_data(pupils=len(self.pupils), live=live, **kwargs)

    def act(self, form: IdempotentFormMixin) -> list[links.IssuedLink]:
        return links.issue_links(pupils=self.pupils, by=self.user, key=form.key)

    def answer(self, issued: list[links.IssuedLink]) -> HttpResponse:
        name = _("Letters to guardians {name}").format(name=self.target.name)
        return _letters(issued, self.target, name)


@signed_in
@require_safe
def consent_forms(request: HttpRequest, pk: int) -> HttpResponse:
    """Paper forms for the class, a page a pupil."""
    class_group = _class_to_work_on(request.user, pk)
    pupils = list(pupils_of_class(class_group))
    texts = current_texts()
    not_found_unless(bool(pupils and texts))
    name = _("Consent forms {name}").format(name=class_group.name)
    return _pdf(render_forms(forms_of(pupils, class_group, texts)), name)


def _pdf(data: bytes, name: str) -> HttpResponse:
    response = HttpResponse(data, content_type="application/pdf")
    response["Content-Disposition"] = content_disposition_header(as_attachment=True, filename=f"{name}.pdf")
    response["Cache-Control"] = "private, no-store"
    return response


class LinkOfPupil(Act):
    """A new letter for one pupil's guardian, to be handed over: no page shows the address to who works here."""

    form_class = LinkForm
    text = _("A letter to print and hand over. Only an earlier link of the same person will stop working at once.")
    submit = _("Create the letter")

    def get_target(self, pk: int) -> Pupil:
        return get_object_or_404(pupils_asked_by(self.user), pk=pk)

    def may(self, user, pupil: Pupil) -> bool:
        return policy.may_hand_links(user, [pupil])

    @property
    def title(self) -> str:
        return _("Create a new letter for the guardian of {name}?").format(name=self.target.full_name)

    @property
    def back_url(self) -> str:
        return reverse("consent_pupil", args=[self.target.pk])

    def act(self, form: LinkForm) -> links.IssuedLink:
        return links.issue_link(pupil=self.target, by=self.user, key=form.key, **form.values)

    def answer(self, issued: links.IssuedLink) -> HttpResponse:
        name = _("Letter to the guardian of {name}").format(name=self.target.full_name)
        return _letters([issued], class_now_of(self.target), name)


def _letters(issued: list[links.IssuedLink], class_group: ClassGroup | None, name: str) -> HttpResponse:
    return _pdf(render_slips(slips_of(issued, class_group)), name)


# --- One pupil ----------------------------------------------------------------------------------
@signed_in
@require_safe
def consent_pupil(request: HttpRequest, pk: int) -> HttpResponse:
    """What everybody answered about one pupil, with the proof and the history."""
    pupil = get_object_or_404(pupils_asked_by(request.user), pk=pk)
    row = overview_of_pupils([pupil])[0]
    answers = list(pupil.consents.order_by("purpose", "giver", "-text_version"))
    mark_fresh_accounts(pupil, answers)
    lines = lines_by_consent(pupil, request.user)
    for consent in answers:
        consent.lines = lines[consent.purpose, consent.giver, consent.text_version]
        consent.proof = proof_holds(consent) if consent.given_at else None
        if consent.withdrawn_at:
            consent.stop_by = rules.stop_by(consent.purpose, timezone.localdate(consent.withdrawn_at))
    context = {
        "pupil": pupil,
        "row": row,
        "answers": answers,
        "class_group": class_now_of(pupil),
        "may_collect": policy.may_collect(request.user, pupil.school),
        "sees_signer": policy.may_see_signer(request.user, pupil),
        "may_settle": policy.may_settle(request.user, pupil),
        "may_link": policy.may_hand_links(request.user, [pupil])
        and rules.link_refusal(pupil, today=timezone.localdate()) is None,
        "history": history_of_pupil(pupil),
    }
    return render(request, "consents/pupil.html", context)


class WithdrawAtSchool(Act):
    """The school was told that a consent is withdrawn."""

    form_class = WithdrawAtSchoolForm
    title = _("Record that this consent has been withdrawn?")
    submit = _("Record it")
    danger = True
    done = _("The withdrawal has been recorded; the portal has stopped using it.")

    def get_target(self, pk: int) -> Consent:
        return get_object_or_404(consents_seen_by(self.user), pk=pk)

    def may(self, user, consent: Consent) -> bool:
        return policy.may_record_withdrawal(user, consent.pupil)

    @property
    def text(self) -> str:
        return _("{purpose} · {name}: its use stops at once, and consent can be given again later.").format(
            purpose=self.target.get_purpose_display(), name=self.target.pupil.full_name
        )

    @property
    def back_url(self) -> str:
        return reverse("consent_pupil", args=[self.target.pupil_id])

    def get_form_kwargs(self) -> dict[str, Any]:
        pupil = self.target.pupil
        guardians = guardians_of(pupil) if self.target.giver == ConsentGiver.GUARDIAN else None
        named = policy.may_see_signer(self.user, pupil)
        return super().get_form_kwargs() | {"guardians": guardians, "named": named}

    def act(self, form: WithdrawAtSchoolForm) -> list[Consent]:
        about = {name: getattr(self.target, name) for name in ("pupil_id", "purpose", "giver")}
        return actions.withdraw_at_school(by=self.user, **about, **form.told)


class Settle(Act):
    """A paper ends the disagreement of two guardians."""

    form_class = SettleForm
    title = _("Record how the guardians settled it")
    submit = _("Record it")
    done = _("Recorded. Both guardians see it on their pages.")

    def get_target(self, pk: int) -> Consent:
        return get_object_or_404(consents_seen_by(self.user), pk=pk)

    def may(self, user, consent: Consent) -> bool:
        return policy.may_settle(user, consent.pupil)

    @property
    def text(self) -> str:
        words = _("{purpose} · {name}. From the day of the paper both are taken to have given this answer.")
        return words.format(purpose=self.target.get_purpose_display(), name=self.target.pupil.full_name)

    @property
    def back_url(self) -> str:
        return reverse("consent_pupil", args=[self.target.pupil_id])

    def act(self, form: SettleForm) -> Consent:
        scan = clean_upload(form.cleaned_data["scan"], clean=clean_scan, most_megabytes=MOST_MEGABYTES)
        typed = {name: form.cleaned_data[name] for name in ("answer", "signed_on", "reason")}
        return settling.settle(consent_id=self.target.pk, scan=scan, by=self.user, **typed)


@signed_in
@require_safe
def consent_scan(request: HttpRequest, pk: int) -> HttpResponse:
    """The scanned paper form, as a download for the staff of the school that took it."""
    line = get_object_or_404(scans_seen_by(request.user), pk=pk)
    must(policy.may_open_scan(request.user, line))
    ending = line.evidence_path.rpartition(".")[2]
    name = _("Consent form of {name}").format(name=line.pupil.full_name)
    return private_response(line.evidence_path, name=f"{name}.{ending}", content_type=SIGNED_FORMS[ending])


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def consent_scans(request: HttpRequest, code: str) -> HttpResponse:
    """The forms of pupils who have moved to another school since; a name to look for comes by POST."""
    school = not_found_unless(next((each for each in roles_of(request.user).schools if each.code == code), None))
    must(policy.may_find_scans(request.user, school))
    form = MoverForm(request.POST or None)
    looked_for = form.cleaned_data["name"] if form.is_bound and form.is_valid() else ""
    page = Paginator(scans_of_movers(school, name=looked_for), PAGE_SIZE).get_page(request.GET.get("page"))
    context = {"school": school, "form": form, "page_obj": page, "looked_for": looked_for}
    return render(request, "consents/scans.html", context)


# --- On paper -----------------------------------------------------------------------------------
class RecordPapers(ClassAct):
    """Record signed forms; every one of them must be on the scan."""

    form_class = PaperForm
    template_name = "consents/paper.html"

    def get_form_kwargs(self) -> dict[str, Any]:
        asked = self.request.GET.get("pupil", "")
        chosen = int(asked) if asked.isdecimal() else None
        named = may_lead_class(self.user, self.target)
        return super().get_form_kwargs() | {"pupils": self.pupils, "chosen": chosen, "named": named}

    def get_context_data(self, **kwargs) -> dict[str, Any]:
        return super().get_context_data(pupils=self.pupils, **kwargs)

    def act(self, form: PaperForm) -> int:
        scan = clean_upload(form.cleaned_data["scan"], clean=clean_scan, most_megabytes=MOST_MEGABYTES)
        school = self.target.school
        return actions.record_papers(school=school, signed=form.signed, scan=scan, by=self.user, key=form.key)

    def said(self, written: int) -> str:
        words = ngettext(
            "The form of {count} pupil has been recorded.", "The forms of {count} pupils have been recorded.", written
        )
        return words.format(count=written)
