"""Labels in the back office."""

from __future__ import annotations

from django.contrib import admin

from programs.topics.models import Subject, Topic


@admin.register(Subject, Topic)
class LabelledAdmin(admin.ModelAdmin):
    list_display = ["name", "name_en", "code", "position"]
    list_editable = ["position"]
