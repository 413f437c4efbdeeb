"""A class and its pupils: for the staff of its own school only."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_GET

from programs.core.gates import signed_in
from programs.schools import queries
from programs.schools.choices import Gender


@signed_in
@require_GET
def class_detail(request: HttpRequest, pk: int) -> HttpResponse:
    visible = queries.classes_visible_to(request.user)
    class_group = get_object_or_404(visible.select_related("school", "school_year", "homeroom_teacher"), pk=pk)
    pupils = list(queries.pupils_of_class(class_group))
    context = {
        "class_group": class_group,
        "pupils": pupils,
        "girls": sum(pupil.gender == Gender.FEMALE for pupil in pupils),
        "boys": sum(pupil.gender == Gender.MALE for pupil in pupils),
    }
    return render(request, "schools/class.html", context)
