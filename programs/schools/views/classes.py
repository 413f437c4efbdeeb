"""A class and its pupils: for the staff of its own school only."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.http import require_GET

from programs.core.gates import signed_in
from programs.schools import queries
from programs.schools.choices import Gender
from programs.schools.queries.cards import accounts_of
from programs.schools.rules.cards import can_issue_cards


@signed_in
@require_GET
def class_detail(request: HttpRequest, pk: int) -> HttpResponse:
    visible = queries.classes_visible_to(request.user)
    class_group = get_object_or_404(visible.select_related("school", "school_year", "homeroom_teacher"), pk=pk)
    accounts = accounts_of(class_group, now=timezone.now())
    genders = [account.pupil.gender for account in accounts]
    context = {
        "class_group": class_group,
        "accounts": accounts,
        "girls": genders.count(Gender.FEMALE),
        "boys": genders.count(Gender.MALE),
        "may_issue": can_issue_cards(queries.standing_of(request.user), class_group),
    }
    return render(request, "schools/class.html", context)
