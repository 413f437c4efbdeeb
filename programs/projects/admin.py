"""Projects in the back office."""

from __future__ import annotations

from django.contrib import admin

from programs.core.fates import hidden_columns
from programs.projects.models import Project


@admin.register(Project)
class ProjectAdmin(admin.ModelAdmin):
    """Read only: a project changes through its actions."""

    exclude = hidden_columns(Project)
    list_display = ["reference", "title", "school", "competition", "state"]
    list_filter = ["state", "competition"]
    search_fields = ["reference", "title", "school__name"]
    list_select_related = ["school", "competition"]

    def has_add_permission(self, request) -> bool:
        return False

    def has_change_permission(self, request, obj=None) -> bool:
        return False

    def has_delete_permission(self, request, obj=None) -> bool:
        return False
