"""University students in the back office."""

from __future__ import annotations

from django.contrib import admin

from programs.core.fates import hidden_columns
from programs.students.models import Student


@admin.register(Student)
class StudentAdmin(admin.ModelAdmin):
    """Read only: each says where the own studies are."""

    exclude = hidden_columns(Student)
    list_display = ["full_name", "institution", "signed_up_at"]
    list_filter = ["institution"]
    search_fields = ["user__full_name", "number"]
    list_select_related = ["user"]

    def has_add_permission(self, request) -> bool:
        return False

    def has_change_permission(self, request, obj=None) -> bool:
        return False

    def has_delete_permission(self, request, obj=None) -> bool:
        return False
