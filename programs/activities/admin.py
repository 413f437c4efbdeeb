"""Taught lessons in the back office."""

from __future__ import annotations

from django.contrib import admin

from programs.activities.models import TaughtActivity
from programs.core.fates import hidden_columns


@admin.register(TaughtActivity)
class TaughtActivityAdmin(admin.ModelAdmin):
    """Read only: a school's own report."""

    exclude = hidden_columns(TaughtActivity)
    list_display = ["curriculum", "school", "grade", "taught_on", "pupils", "girls"]
    list_select_related = ["curriculum", "school"]
    date_hierarchy = "taught_on"

    def has_add_permission(self, request) -> bool:
        return False

    def has_change_permission(self, request, obj=None) -> bool:
        return False

    def has_delete_permission(self, request, obj=None) -> bool:
        return False
