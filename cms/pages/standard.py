from __future__ import annotations

from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel
from wagtail.fields import StreamField

from cms.blocks import BodyBlock
from cms.pages.base import PICTURE_PANEL, TITLE_PANELS, PortalPage


class StandardPage(PortalPage):
    """Help, privacy, accessibility and other text pages."""

    NO_PII = True
    template = "cms/standard.html"
    parent_page_types = ["cms.HomePage", "cms.StandardPage"]
    subpage_types = ["cms.StandardPage"]
    searched = ["body"]

    body = StreamField(BodyBlock(), blank=True, verbose_name=_("text of the page"))

    content_panels = [*TITLE_PANELS, PICTURE_PANEL, FieldPanel("body")]

    class Meta:
        verbose_name = _("page")
        verbose_name_plural = _("pages")

    def get_context(self, request: HttpRequest, *args, **kwargs) -> dict:
        return super().get_context(request, *args, **kwargs) | {"children": list(self.get_children().live().in_menu())}
