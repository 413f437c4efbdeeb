from __future__ import annotations

from django.db import models
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel
from wagtail.fields import StreamField

from cms.blocks import BodyBlock
from cms.listing import page_of
from cms.pages.base import PICTURE_PANEL, TITLE_PANELS, PortalPage, SectionPage


class NewsIndexPage(SectionPage):
    NO_PII = True
    template = "cms/news_index.html"
    parent_page_types = ["cms.HomePage"]
    subpage_types = ["cms.NewsPage"]

    class Meta:
        verbose_name = _("list of news")

    def news(self) -> models.QuerySet[NewsPage]:
        return NewsPage.objects.child_of(self).live().defer_streamfields().order_by("-date", "-pk")

    def get_context(self, request: HttpRequest, *args, **kwargs) -> dict:
        found = page_of(self.news(), request.GET.get("page"))
        return super().get_context(request, *args, **kwargs) | {"page_obj": found}


class NewsPage(PortalPage):
    NO_PII = True
    template = "cms/news.html"
    parent_page_types = ["cms.NewsIndexPage"]
    subpage_types = []
    searched = ["body"]

    date = models.DateField(_("date"), default=timezone.localdate)
    body = StreamField(BodyBlock(), blank=True, verbose_name=_("text of the news item"))

    content_panels = [*TITLE_PANELS, FieldPanel("date"), PICTURE_PANEL, FieldPanel("body")]

    class Meta:
        verbose_name = _("news item")
        verbose_name_plural = _("news items")

    def get_context(self, request: HttpRequest, *args, **kwargs) -> dict:
        others = NewsPage.objects.sibling_of(self, inclusive=False).live().defer_streamfields().order_by("-date", "-pk")
        return super().get_context(request, *args, **kwargs) | {"others": list(others[:3])}
