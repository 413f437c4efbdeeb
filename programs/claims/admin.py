"""The back office of registrations: a plain list for the operator, to be read only."""

from __future__ import annotations

from django.contrib import admin

from programs.claims.models import SchoolClaim
from programs.core.admin import ReadOnlyAdmin
from programs.core.fates import hidden_columns


@admin.register(SchoolClaim)
class SchoolClaimAdmin(ReadOnlyAdmin):
    list_display = ["school", "full_name", "state", "created_at", "decided_by"]
    list_filter = ["state"]
    list_select_related = ["school", "decided_by"]
    exclude = hidden_columns(SchoolClaim)
