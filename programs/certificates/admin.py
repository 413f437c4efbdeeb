from __future__ import annotations

from django.contrib import admin

from programs.certificates.models import Certificate, SerialCounter
from programs.core.fates import hidden_columns


class ReadOnlyAdmin(admin.ModelAdmin):
    """Certificates change only through their actions; the back office reads."""

    def has_add_permission(self, request) -> bool:
        return False

    def has_change_permission(self, request, obj=None) -> bool:
        return False

    def has_delete_permission(self, request, obj=None) -> bool:
        return False


@admin.register(Certificate)
class CertificateAdmin(ReadOnlyAdmin):
    exclude = hidden_columns(Certificate)
    list_display = ["serial", "printed_name", "school_name", "activity_title", "held_on", "state"]
    list_filter = ["state", "kind", "language"]
    search_fields = ["serial", "printed_name", "school_name"]
    date_hierarchy = "held_on"
    list_select_related = False


@admin.register(SerialCounter)
class SerialCounterAdmin(ReadOnlyAdmin):
    list_display = ["register", "last_number"]
