"""The back office of the curricula wing; an editor makes the page of a curriculum in the CMS."""

from __future__ import annotations

from django.contrib import admin

from programs.curricula.models import Curriculum, Subject, TaughtActivity, Topic


@admin.register(Subject, Topic)
class LabelledAdmin(admin.ModelAdmin):
    list_display = ["name", "name_en", "code", "position"]
    list_editable = ["position"]


@admin.register(Curriculum)
class CurriculumAdmin(admin.ModelAdmin):
    list_display = ["title", "code", "form", "grade_from", "grade_to", "minutes"]
    list_filter = ["form", "subjects", "topics"]
    search_fields = ["title", "code"]
    filter_horizontal = ["subjects", "topics"]


@admin.register(TaughtActivity)
class TaughtActivityAdmin(admin.ModelAdmin):
    """Read only: a school's own report."""

    list_display = ["curriculum", "school", "grade", "taught_on", "pupils", "girls"]
    list_select_related = ["curriculum", "school"]
    date_hierarchy = "taught_on"

    def has_add_permission(self, request) -> bool:
        return False

    def has_change_permission(self, request, obj=None) -> bool:
        return False

    def has_delete_permission(self, request, obj=None) -> bool:
        return False
