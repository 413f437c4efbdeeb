"""Texts of consents in the back office."""

from __future__ import annotations

from datetime import date

from django import forms
from django.contrib import admin
from django.utils import timezone

from programs.consents.actions.texts import publish_text
from programs.consents.models import ConsentText
from programs.consents.policy import may_publish_texts
from programs.consents.rules import text_refusal
from programs.core.forms import CleanFormMixin


class ConsentTextForm(CleanFormMixin, forms.ModelForm):
    """The next version of a text; the action gives it its number."""

    class Meta:
        model = ConsentText
        fields = ["purpose", "title", "title_en", "body", "body_en", "in_force_from"]

    def clean_in_force_from(self) -> date:
        day = self.cleaned_data["in_force_from"]
        if refusal := text_refusal(in_force_from=day, today=timezone.localdate()):
            raise forms.ValidationError(refusal.message)
        return day


@admin.register(ConsentText)
class ConsentTextAdmin(admin.ModelAdmin):
    """A published text is never changed and never deleted: a new version is added, from a day on."""

    form = ConsentTextForm
    list_display = ["purpose", "version", "title", "in_force_from"]
    list_filter = ["purpose"]

    def has_change_permission(self, request, obj=None) -> bool:
        return False

    def has_delete_permission(self, request, obj=None) -> bool:
        return False

    def has_add_permission(self, request) -> bool:
        return may_publish_texts(request.user)

    def save_model(self, request, obj, form, change) -> None:
        published = publish_text(**form.cleaned_data, by=request.user)
        obj.pk, obj.version = published.pk, published.version
