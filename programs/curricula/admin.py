"""The back office of the curricula wing; an editor makes the page of a curriculum in the CMS."""

from __future__ import annotations

from django.contrib import admin

from programs.curricula.models import Curriculum


@admin.register(Curriculum)
class CurriculumAdmin(admin.ModelAdmin):
    list_display = ["title", "code", "form", "grade_from", "grade_to", "minutes"]
    list_filter = ["form", "subjects", "topics"]
    search_fields = ["title", "code"]
    filter_horizontal = ["subjects", "topics"]
