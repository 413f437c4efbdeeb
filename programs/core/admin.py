"""The core in the back office: what ran in the background; how long data is kept (what a rule removes is code)."""

from __future__ import annotations

from django.contrib import admin
from django.db import transaction
from django.db.models import Model
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from programs.core import retention
from programs.core.audit import record
from programs.core.models import Job, RetentionRule


class ReadOnlyAdmin(admin.ModelAdmin):
    """A table to look things up in. What changes it is an act with a page of its own, a reason and an audit row."""

    def has_add_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False


@admin.register(Job)
class JobAdmin(ReadOnlyAdmin):
    """What ran in the background and what it left behind."""

    list_display = ["name", "state", "finished_at", "attempts", "error"]
    list_filter = ["state", "name"]
    fields = ("name", "state", "created_at", "finished_at", "attempts", "result", "error")


@admin.register(RetentionRule)
class RetentionRuleAdmin(admin.ModelAdmin):
    list_display = ["what", "days", "is_active", "last_run_at", "last_count"]
    list_display_links = ["what"]
    fields = ["name", "what", "basis", "doubt", "days", "is_active", "last_run_at", "last_count"]
    readonly_fields = ["name", "what", "basis", "doubt", "last_run_at", "last_count"]
    change_list_template = "core/retention_rules.html"

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: RetentionRule | None = None) -> bool:
        return False

    def get_queryset(self, request: HttpRequest):
        retention.rule_rows()
        return super().get_queryset(request).filter(name__in=retention.RULES)

    @admin.display(description=gettext_lazy("what it removes"))
    def what(self, row: RetentionRule) -> str:
        return str(retention.RULES[row.name].label)

    @admin.display(description=gettext_lazy("why so long"))
    def basis(self, row: RetentionRule) -> str:
        return str(retention.RULES[row.name].basis)

    @admin.display(description=gettext_lazy("what the law leaves open"))
    def doubt(self, row: RetentionRule) -> str:
        return str(retention.RULES[row.name].doubt) or "–"

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(self.dry_run)
        return [path("dry-run/", view, name="retention_dry_run"), *super().get_urls()]

    def dry_run(self, request: HttpRequest) -> HttpResponse:
        """What the next nightly run would remove: counts and row numbers, no names."""
        context = self.admin_site.each_context(request) | {
            "title": _("What will be removed tonight"),
            "rows": retention.outlook(),
        }
        return TemplateResponse(request, "core/retention_dry_run.html", context)

    @transaction.atomic
    def save_model(self, request: HttpRequest, obj: RetentionRule, form, change: bool) -> None:
        before = RetentionRule.objects.get(pk=obj.pk)
        super().save_model(request, obj, form, change)
        record(
            by=request.user,
            action="retention.change",
            obj=obj,
            before={"days": before.days, "active": before.is_active},
            after={"days": obj.days, "active": obj.is_active},
        )
