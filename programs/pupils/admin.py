"""Classes and pupils in the back office."""

from __future__ import annotations

from django.contrib import admin

from programs.core.admin import ReadOnlyAdmin
from programs.core.fates import hidden_columns
from programs.pupils.models import ClassGroup, Pupil


@admin.register(ClassGroup)
class ClassGroupAdmin(ReadOnlyAdmin):
    list_display = ["name", "grade", "school", "school_year"]
    list_filter = ["school_year", "grade"]
    list_select_related = ["school", "school_year"]
    search_fields = ["name", "school__search_key"]
    raw_id_fields = ["school", "homeroom_teacher"]


@admin.register(Pupil)
class PupilAdmin(ReadOnlyAdmin):
    """Found by the school's identifier, never by browsing names."""

    exclude = hidden_columns(Pupil)
    list_display = ["external_id", "school", "source", "left_on"]
    list_select_related = ["school"]
    search_fields = ["external_id"]
    show_full_result_count = False
