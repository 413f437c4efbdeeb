"""Consents as the school sees them: by class, by pupil, on paper."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_safe

from programs.consents import queries, rules
from programs.consents.actions import consents as actions
from programs.consents.actions import links
from programs.consents.choices import ConsentPurpose
from programs.consents.forms import MOST_MEGABYTES, PaperForm, WithdrawAtSchoolForm
from programs.consents.pdf import render_forms, render_slips
from programs.consents.print_words import forms_of, slips_of
from programs.core.calendar import current_school_year
from programs.core.gates import not_found_unless, signed_in
from programs.core.private_files import private_response
from programs.core.refusals import Refused, show_refusal
from programs.core.uploads import clean_scan, clean_upload
from programs.pupils.models import ClassGroup, Pupil
from programs.pupils.queries import class_now_of, classes_of, classes_to_act_for, classes_visible_to, pupils_of_class
from programs.schools import policy as school_policy
from programs.schools.forms import ConfirmForm
from programs.schools.queries.roles import roles_of
from programs.schools.queries.schools import schools_visible_to

SIGNED_FORMS = {"pdf": "application/pdf", "jpg": "image/jpeg"}


# --- Overviews ----------------------------------------------------------------------------------
@signed_in
@require_safe
def consent_overview(request: HttpRequest, code: str) -> HttpResponse:
    """The school's classes in figures; an officer reads the school's figures and no class."""
    school = get_object_or_404(schools_visible_to(request.user), code=code)
    year = current_school_year(timezone.localdate())
    whole, by_class = queries.figures_of_school(school, year)
    is_staff = school_policy.can_act_for(roles_of(request.user), school)
    classes = []
    for class_group in classes_of(school, year) if is_staff else []:
        class_group.figures = by_class.get(class_group.pk, queries.Figures())
        classes.append(class_group)
    context = {
        "school": school,
        "school_year": year,
        "whole": whole,
        "classes": classes,
        "purposes": list(ConsentPurpose),
        "is_staff": is_staff,
        "withdrawn": _with_clock(queries.withdrawn_lately(request.user).filter(pupil__school=school)),
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
    every_row = queries.overview_of_class(class_group)
    only_missing = request.GET.get("show") == "missing"
    missing = [row for row in every_row if not row.may_take_part]
    context = {
        "class_group": class_group,
        "rows": missing if only_missing else every_row,
        "total": len(every_row),
        "missing": len(missing),
        "only_missing": only_missing,
        "purposes": list(ConsentPurpose),
    }
    return render(request, "consents/class.html", context)


def _class(request: HttpRequest, pk: int) -> ClassGroup:
    return get_object_or_404(classes_visible_to(request.user).select_related("school", "school_year"), pk=pk)


def _class_to_act_for(request: HttpRequest, pk: int) -> ClassGroup:
    return get_object_or_404(classes_to_act_for(request.user).select_related("school", "school_year"), pk=pk)


# --- To give out --------------------------------------------------------------------------------
@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def consent_sheet(request: HttpRequest, pk: int) -> HttpResponse:
    """New links for the whole class, on paper: they are made as they are printed, and printed once."""
    class_group = _class_to_act_for(request, pk)
    form = ConfirmForm(request.POST or None)
    pupils = list(pupils_of_class(class_group))
    if form.is_bound and form.is_valid() and pupils:
        try:
            issued = links.issue_links(pupils=pupils, by=request.user, key=form.cleaned_data["idempotency_key"])
        except Refused as refused:
            show_refusal(form, refused.refusal)
        else:
            if issued:
                name = _("Letters to guardians {name}").format(name=class_group.name)
                return _pdf(render_slips(slips_of(issued, class_group)), name)
            form.add_error(None, _("Every pupil in this class is 18 or older and answers alone."))
    live = sum(1 for row in queries.overview_of_pupils(pupils) if row.link)
    context = {"class_group": class_group, "form": form, "pupils": len(pupils), "live": live}
    return render(request, "consents/sheet.html", context)


@signed_in
@require_safe
def consent_forms(request: HttpRequest, pk: int) -> HttpResponse:
    """Paper forms for the class, a page a pupil."""
    class_group = _class_to_act_for(request, pk)
    pupils = list(pupils_of_class(class_group))
    texts = queries.current_texts()
    not_found_unless(bool(pupils and texts))
    name = _("Consent forms {name}").format(name=class_group.name)
    return _pdf(render_forms(forms_of(pupils, class_group, texts)), name)


def _pdf(data: bytes, name: str) -> HttpResponse:
    response = HttpResponse(data, content_type="application/pdf")
    response["Content-Disposition"] = content_disposition_header(as_attachment=True, filename=f"{name}.pdf")
    response["Cache-Control"] = "private, no-store"
    return response


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def consent_link(request: HttpRequest, pk: int) -> HttpResponse:
    """A new link for one pupil's guardian, to be sent on: shown once."""
    pupil = _pupil(request, pk)
    form = ConfirmForm(request.POST or None)
    if form.is_bound and form.is_valid():
        try:
            issued = links.issue_link(pupil=pupil, by=request.user, key=form.cleaned_data["idempotency_key"])
        except Refused as refused:
            show_refusal(form, refused.refusal)
        else:
            address = request.build_absolute_uri(reverse("guardian_door", args=[issued.token]))
            context = {"pupil": pupil, "issued": issued, "address": address}
            return render(request, "consents/link.html", context)
    context = {
        "title": _("Create a new link for the guardian of {name}?").format(name=pupil.full_name),
        "text": _("Any link given out earlier will stop working at once."),
        "form": form,
        "submit": _("Create the link"),
        "back_url": reverse("consent_pupil", args=[pupil.pk]),
    }
    return render(request, "components/confirm.html", context)


# --- One pupil ----------------------------------------------------------------------------------
def _pupil(request: HttpRequest, pk: int) -> Pupil:
    return get_object_or_404(queries.pupils_asked_by(request.user), pk=pk)


@signed_in
@require_safe
def consent_pupil(request: HttpRequest, pk: int) -> HttpResponse:
    """What everybody answered about one pupil, with the proof and the history."""
    pupil = _pupil(request, pk)
    row = queries.overview_of_pupils([pupil])[0]
    answers = list(pupil.consents.order_by("purpose", "giver", "-text_version").select_related("recorded_by"))
    for consent in answers:
        consent.proof = queries.proof_holds(consent) if consent.given_at else None
        if consent.withdrawn_at:
            consent.stop_by = rules.stop_by(consent.purpose, timezone.localdate(consent.withdrawn_at))
    context = {
        "pupil": pupil,
        "row": row,
        "answers": answers,
        "class_group": class_now_of(pupil),
        "may_link": rules.link_refusal(may=True, pupil=pupil, today=timezone.localdate()) is None,
        "history": queries.history_of_pupil(pupil),
    }
    return render(request, "consents/pupil.html", context)


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def consent_withdraw(request: HttpRequest, pk: int) -> HttpResponse:
    """The school was told that a consent is withdrawn."""
    consent = get_object_or_404(queries.consents_seen_by(request.user), pk=pk)
    form = WithdrawAtSchoolForm(request.POST or None)
    if form.is_bound and form.is_valid():
        actions.withdraw_at_school(
            pupil_id=consent.pupil_id,
            purpose=consent.purpose,
            giver=consent.giver,
            reason=form.cleaned_data["reason"],
            by=request.user,
        )
        messages.success(request, _("The withdrawal has been recorded; the portal has stopped using it."))
        return redirect("consent_pupil", pk=consent.pupil_id)
    context = {
        "title": _("Record that this consent has been withdrawn?"),
        "text": _("{purpose} · {name}: its use stops at once, and consent can be given again later.").format(
            purpose=consent.get_purpose_display(), name=consent.pupil.full_name
        ),
        "form": form,
        "submit": _("Record it"),
        "back_url": reverse("consent_pupil", args=[consent.pupil_id]),
        "danger": True,
    }
    return render(request, "components/confirm.html", context)


@signed_in
@require_safe
def consent_scan(request: HttpRequest, pk: int) -> HttpResponse:
    """The scanned paper form, as a download for the school's own staff."""
    seen = queries.consents_seen_by(request.user).exclude(evidence_path="")
    consent = get_object_or_404(seen, pk=pk)
    ending = consent.evidence_path.rpartition(".")[2]
    name = _("Consent form of {name}").format(name=consent.pupil.full_name)
    return private_response(consent.evidence_path, name=f"{name}.{ending}", content_type=SIGNED_FORMS[ending])


# --- On paper -----------------------------------------------------------------------------------
@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def consent_paper(request: HttpRequest, pk: int) -> HttpResponse:
    """Record signed forms; every one of them must be on the scan."""
    class_group = _class_to_act_for(request, pk)
    pupils = list(pupils_of_class(class_group))
    asked = request.GET.get("pupil", "")
    chosen = int(asked) if asked.isdecimal() else None
    form = PaperForm(request.POST or None, request.FILES or None, pupils=pupils, chosen=chosen)
    if form.is_bound and form.is_valid():
        try:
            written = _record_papers(request, class_group, form)
        except Refused as refused:
            show_refusal(form, refused.refusal)
        else:
            said = ngettext(
                "The form of {count} pupil has been recorded.",
                "The forms of {count} pupils have been recorded.",
                written,
            )
            messages.success(request, said.format(count=written))
            return redirect("consent_class", pk=class_group.pk)
    return render(request, "consents/paper.html", {"class_group": class_group, "form": form, "pupils": pupils})


def _record_papers(request: HttpRequest, class_group: ClassGroup, form: PaperForm) -> int:
    scan = clean_upload(form.cleaned_data["scan"], clean=clean_scan, most_megabytes=MOST_MEGABYTES)
    actions.record_papers(
        school=class_group.school,
        papers=[actions.PaperForm(*ticked) for ticked in form.ticked],
        signed_by=form.cleaned_data["signed_by"],
        answers=form.answers,
        signed_on=form.cleaned_data["signed_on"],
        scan=scan,
        by=request.user,
        key=form.cleaned_data["idempotency_key"],
    )
    return len(form.ticked)
