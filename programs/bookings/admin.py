"""Bookings in the back office."""

from django.contrib import admin

from programs.bookings.models import Booking
from programs.core.fates import hidden_columns


@admin.register(Booking)
class BookingAdmin(admin.ModelAdmin):
    list_display = ["reference", "session", "school", "class_group", "pupils", "state"]
    list_select_related = ["session__field_trip", "school", "class_group"]
    list_filter = ["state"]
    search_fields = ["reference", "school__name"]
    # Access and medical needs are for the centre and the leader; the code of the pass opens doors.
    exclude = hidden_columns(Booking)

    def has_add_permission(self, request) -> bool:
        return False

    def has_change_permission(self, request, obj=None) -> bool:
        return False

    def has_delete_permission(self, request, obj=None) -> bool:
        return False
