"""Competitions and rule sets in the back office: to look things up; what changes them is an act of the department."""

from __future__ import annotations

from django.contrib import admin

from programs.competitions.models import Competition, Criterion, ProjectField, Round, RuleSet, Slot
from programs.core.admin import ReadOnlyAdmin


@admin.register(RuleSet)
class RuleSetAdmin(ReadOnlyAdmin):
    list_display = ["code", "version", "state", "school_year", "source", "published_at"]
    list_filter = ["code", "state"]


@admin.register(Slot)
class SlotAdmin(ReadOnlyAdmin):
    list_display = ["name", "rule_set", "code", "need", "most_mb", "most_pages"]


@admin.register(Round)
class RoundAdmin(ReadOnlyAdmin):
    list_display = ["name", "rule_set", "number", "kind", "blind"]


@admin.register(Criterion)
class CriterionAdmin(ReadOnlyAdmin):
    list_display = ["name", "round", "kind", "points"]


@admin.register(ProjectField)
class ProjectFieldAdmin(ReadOnlyAdmin):
    list_display = ["name", "name_en", "position"]


@admin.register(Competition)
class CompetitionAdmin(ReadOnlyAdmin):
    list_display = ["name", "school_year", "state", "opens_at", "closes_at"]
    list_filter = ["state", "school_year"]
    search_fields = ["name", "code"]
