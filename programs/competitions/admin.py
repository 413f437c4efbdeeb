"""Competitions and rule sets in the back office."""

from __future__ import annotations

from django.contrib import admin

from programs.competitions.models import Competition, Criterion, ProjectField, Round, RuleSet


class CriterionInline(admin.TabularInline):
    model = Criterion
    extra = 0


@admin.register(RuleSet)
class RuleSetAdmin(admin.ModelAdmin):
    list_display = ["code", "version", "source", "grade_from", "grade_to", "team_max"]
    inlines = [CriterionInline]


@admin.register(ProjectField)
class ProjectFieldAdmin(admin.ModelAdmin):
    list_display = ["name", "name_en", "position"]


class RoundInline(admin.TabularInline):
    model = Round
    extra = 0


@admin.register(Competition)
class CompetitionAdmin(admin.ModelAdmin):
    list_display = ["name", "school_year", "state", "opens_at", "closes_at"]
    list_filter = ["state", "school_year"]
    search_fields = ["name", "code"]
    prepopulated_fields = {"slug": ["name_en"]}
    inlines = [RoundInline]
