"""The back office of the schools wing and of the calendar: plain lists for the operator.

Registrations, invitations and memberships change through their actions only, so here they are read.
"""

from __future__ import annotations

from datetime import date

from django import forms
from django.contrib import admin
from django.utils import timezone

from programs.core.forms import CleanFormMixin
from programs.core.models import Holiday, SchoolYear, Term
from programs.schools.actions.consent_texts import publish_text
from programs.schools.models import (
    Area,
    ClassGroup,
    ConsentText,
    Membership,
    OfficerPost,
    Pupil,
    School,
    SchoolAlias,
    SchoolClaim,
    SchoolLevel,
)
from programs.schools.rules.consents import text_refusal


class TermInline(admin.TabularInline):
    model = Term
    extra = 0


@admin.register(SchoolYear)
class SchoolYearAdmin(admin.ModelAdmin):
    list_display = ["name", "starts_on", "ends_on"]
    inlines = [TermInline]


@admin.register(Holiday)
class HolidayAdmin(admin.ModelAdmin):
    list_display = ["name", "starts_on", "ends_on"]
    date_hierarchy = "starts_on"


@admin.register(Area)
class AreaAdmin(admin.ModelAdmin):
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
class SchoolAdmin(admin.ModelAdmin):
    list_display = ["name", "code", "ward", "authority", "ownership", "state"]
    list_filter = ["state", "authority", "ownership", "levels__level"]
    list_select_related = ["ward"]
    search_fields = ["search_key", "name", "code"]
    raw_id_fields = ["ward", "cluster", "merged_into"]
    readonly_fields = ["state"]  # moves only through the registration's actions
    inlines = [SchoolLevelInline, SchoolAliasInline]


@admin.register(OfficerPost)
class OfficerPostAdmin(admin.ModelAdmin):
    list_display = ["user", "role"]
    list_filter = ["role"]
    list_select_related = ["user"]
    raw_id_fields = ["user"]
    filter_horizontal = ["areas"]


@admin.register(ClassGroup)
class ClassGroupAdmin(admin.ModelAdmin):
    list_display = ["name", "grade", "school", "school_year"]
    list_filter = ["school_year", "grade"]
    list_select_related = ["school", "school_year"]
    search_fields = ["name", "school__search_key"]
    raw_id_fields = ["school", "homeroom_teacher"]


class ReadOnlyAdmin(admin.ModelAdmin):
    def has_add_permission(self, request) -> bool:
        return False

    def has_change_permission(self, request, obj=None) -> bool:
        return False

    def has_delete_permission(self, request, obj=None) -> bool:
        return False


@admin.register(SchoolClaim)
class SchoolClaimAdmin(ReadOnlyAdmin):
    list_display = ["school", "full_name", "state", "created_at", "decided_by"]
    list_filter = ["state"]
    list_select_related = ["school", "decided_by"]
    exclude = ["token"]


@admin.register(Membership)
class MembershipAdmin(ReadOnlyAdmin):
    list_display = ["user", "school", "role", "started_on", "ended_on"]
    list_filter = ["role"]
    list_select_related = ["school", "user"]
    search_fields = ["user__full_name", "school__search_key"]


@admin.register(Pupil)
class PupilAdmin(ReadOnlyAdmin):
    """Found by the school's identifier, never by browsing names."""

    list_display = ["external_id", "school", "source", "left_on"]
    list_select_related = ["school"]
    search_fields = ["external_id"]
    show_full_result_count = False


class ConsentTextForm(CleanFormMixin, forms.ModelForm):
    """The next version of a text; the action gives it its number."""

    class Meta:
        model = ConsentText
        fields = ["purpose", "title", "title_en", "body", "body_en", "in_force_from"]

    def clean_in_force_from(self) -> date:
        day = self.cleaned_data["in_force_from"]
        if refusal := text_refusal(may=True, in_force_from=day, today=timezone.localdate()):
            raise forms.ValidationError(refusal.message)
        return day


@admin.register(ConsentText)
class ConsentTextAdmin(admin.ModelAdmin):
    """A published text is never changed and never deleted: a new version is added, from a day on."""

    form = ConsentTextForm
    list_display = ["purpose", "version", "title", "in_force_from"]
    list_filter = ["purpose"]

    def has_change_permission(self, request, obj=None) -> bool:
        return False

    def has_delete_permission(self, request, obj=None) -> bool:
        return False

    def has_add_permission(self, request) -> bool:
        return request.user.is_superuser

    def save_model(self, request, obj, form, change) -> None:
        published = publish_text(**form.cleaned_data, by=request.user)
        obj.pk, obj.version = published.pk, published.version
