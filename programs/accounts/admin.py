"""People in the back office. Passwords are set by their owners, through a link."""

from django.contrib import admin
from django.http import HttpRequest

from programs.accounts.models import User


@admin.register(User)
class UserAdmin(admin.ModelAdmin):
    list_display = ["full_name", "username", "email", "is_active", "is_staff", "last_login"]
    list_filter = ["is_active", "is_staff", "is_superuser", "groups"]
    search_fields = ["full_name", "username", "email"]
    fields = [
        "full_name", "username", "email", "language", "is_active", "is_staff", "is_superuser", "groups",
        "date_joined", "last_login",
    ]  # fmt: skip
    readonly_fields = ["date_joined", "last_login"]
    filter_horizontal = ["groups"]

    def has_delete_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        """An account is closed, not deleted: what its owner did keeps its author."""
        return False
