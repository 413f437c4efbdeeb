"""The back office of visits. Places and states are read-only here: only actions change them."""

from django import forms
from django.contrib import admin
from django.db.models import QuerySet

from programs.centres.hooks import kept_refusal
from programs.centres.models import AdultRatio, Centre, CentreStaff, FieldTrip, RequiredPaper, Room, Session
from programs.core.fates import hidden_columns
from programs.core.refusals import show_refusal


class KeptForm(forms.ModelForm):
    """What a published list of a draw rests on (``kept``) stays until its results are sent."""

    kept: tuple[str, ...] = ()

    def sessions(self) -> QuerySet[Session]:
        raise NotImplementedError

    def clean(self) -> dict | None:
        cleaned = super().clean()
        for name in self.kept:
            if name in self.changed_data and (refusal := kept_refusal(self.sessions(), field=name)):
                show_refusal(self, refusal)
        return cleaned


class CentreForm(KeptForm):
    kept = ("is_active", "bookings_per_school")

    def sessions(self) -> QuerySet[Session]:
        return Session.objects.filter(field_trip__centre=self.instance.pk)


class FieldTripForm(KeptForm):
    kept = ("is_active", "centre")

    def sessions(self) -> QuerySet[Session]:
        return Session.objects.filter(field_trip=self.instance.pk)


class RoomInline(admin.TabularInline):
    model = Room
    extra = 0


class StaffInline(admin.TabularInline):
    model = CentreStaff
    extra = 0
    exclude = hidden_columns(CentreStaff)
    raw_id_fields = ["user"]


@admin.register(Centre)
class CentreAdmin(admin.ModelAdmin):
    form = CentreForm
    list_display = ["name", "code", "ward", "bookings_per_school", "confirm_days", "is_active"]
    list_select_related = ["ward"]
    search_fields = ["name", "code"]
    raw_id_fields = ["ward"]
    inlines = [RoomInline, StaffInline]


class RatioInline(admin.TabularInline):
    model = AdultRatio
    extra = 0


class RequiredPaperInline(admin.TabularInline):
    model = RequiredPaper
    extra = 0


@admin.register(FieldTrip)
class FieldTripAdmin(admin.ModelAdmin):
    form = FieldTripForm
    list_display = ["title", "centre", "grade_from", "grade_to", "minutes", "max_pupils", "is_active"]
    list_select_related = ["centre"]
    list_filter = ["centre", "is_active"]
    search_fields = ["title", "title_en", "code"]
    inlines = [RatioInline, RequiredPaperInline]


@admin.register(Session)
class SessionAdmin(admin.ModelAdmin):
    list_display = ["field_trip", "room", "starts_at", "capacity", "seats_taken", "state"]
    list_select_related = ["field_trip", "room"]
    list_filter = ["state", "field_trip"]
    date_hierarchy = "starts_at"

    def has_add_permission(self, request) -> bool:
        return False  # scheduling happens in a centre's calendar, with all its checks

    def has_change_permission(self, request, obj=None) -> bool:
        return False

    def has_delete_permission(self, request, obj=None) -> bool:
        return False
