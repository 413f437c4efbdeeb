"""Pages that represent a record: editors fill in both in one form; the facts stay in the draft until published."""

from __future__ import annotations

from typing import ClassVar

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel
from wagtail_localize.fields import SynchronizedField

from cms.pages.base import PortalPage, PortalPageForm
from programs.core.choices import Grade


class FactPanel(FieldPanel):
    """The panel of a form field that has no column on the page, so that revisions compare without it."""

    class BoundPanel(FieldPanel.BoundPanel):
        def get_comparison(self) -> list:
            return []


class GradesField(forms.TypedChoiceField):
    def __init__(self, **kwargs) -> None:
        super().__init__(choices=Grade.choices, coerce=int, empty_value=None, **kwargs)


class RecordPageForm(PortalPageForm):
    """Adds the record's facts to the page's form. Subclasses declare them as fields."""

    fact_names: ClassVar[list[str]] = []

    code = forms.CharField(
        label=_("Code"),
        max_length=40,
        help_text=_("A short code shown in reports; it stays the same when the title changes."),
    )
    grade_from = GradesField(label=_("From grade"))
    grade_to = GradesField(label=_("To grade"))

    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.owns_record:
            for name, value in self.instance.facts_for_editing().items():
                self.fields[name].initial = value
                self.initial[name] = value
        else:
            for name in self.fact_names:
                self.fields.pop(name, None)

    def clean_code(self) -> str:
        code = self.cleaned_data["code"].strip().upper()
        records = self.instance.record_model.objects.filter(code=code)
        if code and records.exclude(pk=self.instance.record_id).exists():
            raise ValidationError(_("Another page already uses this code."))
        return code

    def clean(self) -> dict:
        cleaned = super().clean()
        if (cleaned.get("grade_from") or 0) > (cleaned.get("grade_to") or 12):
            self.add_error("grade_to", _("The last grade comes before the first."))
        return cleaned

    def save(self, commit: bool = True):
        if self.instance.owns_record:
            self.instance.facts_draft = {name: self._plain(name) for name in self.fact_names}
        return super().save(commit=commit)

    def _plain(self, name: str):
        value = self.cleaned_data.get(name)
        if isinstance(value, models.QuerySet):
            return sorted(value.values_list("pk", flat=True))
        return value.pk if isinstance(value, models.Model) else value


class RecordPage(PortalPage):
    """Abstract: ``record_field`` names the foreign key to the record."""

    record_field: ClassVar[str]
    record_model: ClassVar[type[models.Model]]
    facts_draft = models.JSONField(default=dict, blank=True, editable=False, encoder=DjangoJSONEncoder)

    override_translatable_fields = [
        *PortalPage.override_translatable_fields,
        SynchronizedField("facts_draft", overridable=False),
    ]

    class Meta:
        abstract = True

    @property
    def record_id(self) -> int | None:
        return getattr(self, f"{self.record_field}_id")

    @property
    def saved_record(self) -> models.Model | None:
        return getattr(self, self.record_field)

    @property
    def owns_record(self) -> bool:
        """Only the page in the main language edits the facts; its translation shows the same record."""
        return self.record_id is None or self.locale_id is None or self.locale.language_code == settings.LANGUAGE_CODE

    def facts_for_editing(self) -> dict:
        """Initial form data: the pending draft, or else the current record."""
        if self.facts_draft and (self.has_unpublished_changes or not self.saved_record):
            return self.facts_draft
        return self.facts_of(self.saved_record) if self.saved_record else {}

    def with_content_json(self, content: dict):
        """A revision never decides which record the page represents."""
        page = super().with_content_json(content)
        setattr(page, f"{self.record_field}_id", self.record_id)
        return page

    def serve_preview(self, request, mode_name: str):
        self.shows_draft = True
        return super().serve_preview(request, mode_name)

    shows_draft = False

    @property
    def has_draft_facts(self) -> bool:
        return bool(self.facts_draft) and (self.shows_draft or self.record_id is None)

    @staticmethod
    def facts_of(record: models.Model) -> dict:
        raise NotImplementedError

    def keep_record(self, *, by) -> models.Model:
        """Update the record to match the published page."""
        raise NotImplementedError

    def refresh_record(self, *, by) -> None:
        """After publication: the facts of the draft reach the record, and the page points at it."""
        if self.locale.language_code != settings.LANGUAGE_CODE:
            self._follow_source()
        elif self.facts_draft:
            self._point_at(self.keep_record(by=by))

    def _follow_source(self) -> None:
        source = (
            type(self).objects.filter(translation_key=self.translation_key).exclude(**{self.record_field: None}).first()
        )
        if source and self.record_id != source.record_id:
            self._point_at(source.saved_record)

    def _point_at(self, record: models.Model) -> None:
        setattr(self, self.record_field, record)
        type(self).objects.filter(pk=self.pk).update(**{self.record_field: record})
