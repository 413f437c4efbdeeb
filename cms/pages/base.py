"""What every page of the portal has: a summary, a picture, a folded text for searching, its translation."""

from __future__ import annotations

import unicodedata
from typing import ClassVar

from django.db import models
from django.http import HttpRequest
from django.utils.functional import cached_property
from django.utils.html import strip_tags
from django.utils.translation import gettext_lazy as _
from wagtail.admin.forms import WagtailAdminPageForm
from wagtail.admin.panels import FieldPanel, MultiFieldPanel, PublishingPanel, TitleFieldPanel
from wagtail.fields import StreamField
from wagtail.images import get_image_model_string
from wagtail.models import Page
from wagtail.search import index
from wagtail_localize.fields import SynchronizedField

from cms.illustrations import illustration_choices
from programs.core.text import clean_text, fold

TITLE_PANELS = [TitleFieldPanel("title"), FieldPanel("summary")]
PICTURE_PANEL = MultiFieldPanel(
    [FieldPanel("illustration"), FieldPanel("image"), FieldPanel("image_alt")],
    heading=_("Picture"),
    classname="collapsed",
)


class PortalPageForm(WagtailAdminPageForm):
    """Clean what editors paste: NFC, without invisible characters."""

    def clean(self) -> dict:
        cleaned = super().clean()
        for name, value in cleaned.items():
            if isinstance(value, str) and name in self.plain_text_names:
                cleaned[name] = clean_text(value, multiline=True)
        if cleaned.get("image") and not cleaned.get("image_alt"):
            self.add_error("image_alt", _("Describe in words what the picture shows."))
        return cleaned

    @property
    def plain_text_names(self) -> set[str]:
        return {
            field.name
            for field in self._meta.model._meta.fields
            if isinstance(field, models.CharField | models.TextField)
        }


class PortalPage(Page):
    """Abstract parent of every page type."""

    summary = models.TextField(
        _("summary"), max_length=400, blank=True, help_text=_("One or two sentences for lists and search results.")
    )
    illustration = models.CharField(_("drawing"), max_length=60, blank=True, choices=illustration_choices)
    image = models.ForeignKey(
        get_image_model_string(),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
        verbose_name=_("picture"),
    )
    image_alt = models.CharField(_("what the picture shows"), max_length=200, blank=True)

    base_form_class = PortalPageForm
    content_panels = [*TITLE_PANELS, PICTURE_PANEL]
    promote_panels = [
        MultiFieldPanel(
            [FieldPanel("slug"), FieldPanel("seo_title"), FieldPanel("search_description")],
            _("Address and search engines"),
        )
    ]
    settings_panels = [PublishingPanel()]
    search_fields = [*Page.search_fields, index.SearchField("words"), index.SearchField("folded_words")]
    override_translatable_fields = [SynchronizedField("illustration", overridable=False), SynchronizedField("image")]

    private_page_options: ClassVar[list[str]] = []  # everything published here is public

    # Columns whose words a search should find besides title and summary.
    searched: ClassVar[list[str]] = []

    class Meta:
        abstract = True

    @property
    def words(self) -> str:
        """The page's own words in NFC, for the search index."""
        return unicodedata.normalize("NFC", " ".join([self.title, self.summary, *self._searched_texts()]))

    @property
    def folded_words(self) -> str:
        """The same without accents, so that ``doi moi`` finds ``đổi mới``."""
        return fold(self.words)

    def _searched_texts(self) -> list[str]:
        texts: list[str] = []
        for name in self.searched:
            field = self._meta.get_field(name)
            value = field.value_from_object(self)
            texts += field.get_searchable_content(value) if isinstance(field, StreamField) else [strip_tags(str(value))]
        return texts

    @cached_property
    def live_translations(self) -> list[Page]:
        """Public translations of this page."""
        return list(self.get_translations().live().select_related("locale"))

    def get_context(self, request: HttpRequest, *args, **kwargs) -> dict:
        request.portal_page = self  # the context processor makes the language switch from it
        return super().get_context(request, *args, **kwargs) | {"trail": self._trail()}

    def _trail(self) -> list[dict]:
        """The way from the home page to this page, which comes last and has no address."""
        above = self.get_ancestors().filter(depth__gte=2)
        return [{"label": page.title, "url": page.url} for page in above] + [{"label": self.title}] if above else []

    @property
    def illustration_path(self) -> str:
        return f"illustrations/{self.illustration}.svg"

    @property
    def kind_label(self) -> str:
        return self._meta.verbose_name


class SectionPage(PortalPage):
    """Abstract parent of the index pages: their address is fixed (``cms.choices.SECTION_SLUGS``)."""

    promote_panels = [MultiFieldPanel([FieldPanel("seo_title"), FieldPanel("search_description")], _("Search engines"))]
    max_count_per_parent = 1

    class Meta:
        abstract = True
