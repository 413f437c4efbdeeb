"""The back office of the schools wing and of the calendar: plain lists for the operator, to be read only."""

from __future__ import annotations

from django.contrib import admin

from programs.core.admin import ReadOnlyAdmin
from programs.core.fates import hidden_columns
from programs.core.models import Holiday, SchoolYear, Term
from programs.schools.models import Area, Membership, OfficerPost, School, SchoolAlias, SchoolLevel


class TermInline(admin.TabularInline):
    model = Term
    extra = 0


@admin.register(SchoolYear)
class SchoolYearAdmin(ReadOnlyAdmin):
    list_display = ["name", "starts_on", "ends_on"]
    inlines = [TermInline]


admin.site.register(Holiday, ReadOnlyAdmin, list_display=["name", "starts_on", "ends_on"], date_hierarchy="starts_on")


@admin.register(Area)
class AreaAdmin(ReadOnlyAdmin):
    list_display = ["name", "code", "kind", "former_province", "in_jurisdiction"]
    list_filter = ["tree", "kind", "in_jurisdiction", "former_province"]
    search_fields = ["name", "code"]
    raw_id_fields = ["parent"]


class SchoolLevelInline(admin.TabularInline):
    model = SchoolLevel
    extra = 0


class SchoolAliasInline(admin.TabularInline):
    model = SchoolAlias
    extra = 0


@admin.register(School)
class SchoolAdmin(ReadOnlyAdmin):
    list_display = ["name", "code", "ward", "authority", "ownership", "state"]
    list_filter = ["state", "authority", "ownership", "levels__level"]
    list_select_related = ["ward"]
    search_fields = ["search_key", "name", "code"]
    raw_id_fields = ["ward", "cluster", "merged_into"]
    inlines = [SchoolLevelInline, SchoolAliasInline]


@admin.register(OfficerPost)
class OfficerPostAdmin(ReadOnlyAdmin):
    exclude = hidden_columns(OfficerPost)
    list_display = ["user", "role"]
    list_filter = ["role"]
    list_select_related = ["user"]
    raw_id_fields = ["user"]
    filter_horizontal = ["areas"]


@admin.register(Membership)
class MembershipAdmin(ReadOnlyAdmin):
    exclude = hidden_columns(Membership)
    list_display = ["user", "school", "role", "started_on", "ended_on"]
    list_filter = ["role"]
    list_select_related = ["school", "user"]
    search_fields = ["user__full_name", "school__search_key"]
