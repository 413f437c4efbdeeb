from __future__ import annotations

from django.db import models
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel, FieldRowPanel, MultiFieldPanel
from wagtail.contrib.settings.models import BaseSiteSetting, register_setting


@register_setting(icon="site")
class SiteSettings(BaseSiteSetting):
    """The contact office, and a notice shown on every public page."""

    NO_PII = True
    office = models.CharField(_("contact office"), max_length=150, blank=True)
    office_en = models.CharField(_("contact office, in English"), max_length=150, blank=True)
    address = models.CharField(_("address"), max_length=250, blank=True)
    hotline = models.CharField(_("phone number"), max_length=30, blank=True)
    mailbox = models.EmailField(_("email"), blank=True)
    notice = models.CharField(_("notice"), max_length=300, blank=True)
    notice_en = models.CharField(_("notice in English"), max_length=300, blank=True)
    shows_notice = models.BooleanField(_("show the notice on every public page"), default=False)

    panels = [
        MultiFieldPanel(
            [FieldPanel("shows_notice"), FieldPanel("notice"), FieldPanel("notice_en")], heading=_("Notice")
        ),
        MultiFieldPanel(
            [
                FieldRowPanel([FieldPanel("office"), FieldPanel("office_en")]),
                FieldPanel("address"),
                FieldRowPanel([FieldPanel("hotline"), FieldPanel("mailbox")]),
            ],
            heading=_("Contact"),
        ),
    ]

    class Meta:
        verbose_name = _("contact and notice")

    @property
    def notice_to_show(self) -> str:
        if not self.shows_notice:
            return ""
        return self.notice_en if get_language() == "en" else self.notice

    @property
    def local_office(self) -> str:
        return self.office_en if get_language() == "en" and self.office_en else self.office
