from __future__ import annotations

from django.db import models
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel, FieldRowPanel, MultiFieldPanel
from wagtail.documents import get_document_model_string
from wagtail.fields import StreamField
from wagtail.search import index
from wagtail_localize.fields import SynchronizedField

from cms.blocks import BodyBlock
from cms.choices import PolicyState
from cms.pages.base import PICTURE_PANEL, TITLE_PANELS, PortalPage, SectionPage


class PolicyIndexPage(SectionPage):
    NO_PII = True
    template = "cms/policy_index.html"
    parent_page_types = ["cms.HomePage"]
    subpage_types = ["cms.PolicyPage"]

    class Meta:
        verbose_name = _("list of policies")

    def get_context(self, request: HttpRequest, *args, **kwargs) -> dict:
        policies = PolicyPage.objects.child_of(self).live().defer_streamfields().order_by("-issued_on", "title")
        return super().get_context(request, *args, **kwargs) | {"policies": list(policies)}


class PolicyPage(PortalPage):
    """An official document: its number, who issued it, and whether it is still in force."""

    NO_PII = True
    template = "cms/policy.html"
    parent_page_types = ["cms.PolicyIndexPage"]
    subpage_types = []
    searched = ["number", "issuer", "body"]
    search_fields = [*PortalPage.search_fields, index.FilterField("state")]

    number = models.CharField(_("document number"), max_length=60)
    issuer = models.CharField(_("issued by"), max_length=150)
    issued_on = models.DateField(_("issued on"))
    effective_on = models.DateField(_("in force from"), null=True, blank=True)
    state = models.CharField(_("status"), max_length=10, choices=PolicyState, default=PolicyState.IN_FORCE)
    replaces = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.SET_NULL, related_name="replaced_by", verbose_name=_("replaces")
    )
    document = models.ForeignKey(
        get_document_model_string(),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
        verbose_name=_("the document itself"),
    )
    body = StreamField(BodyBlock(), blank=True, verbose_name=_("what it says and what schools do"))

    override_translatable_fields = [
        *PortalPage.override_translatable_fields,
        SynchronizedField("number", overridable=False),
        SynchronizedField("state", overridable=False),
    ]
    content_panels = [
        *TITLE_PANELS,
        MultiFieldPanel(
            [
                FieldRowPanel([FieldPanel("number"), FieldPanel("issuer")]),
                FieldRowPanel([FieldPanel("issued_on"), FieldPanel("effective_on"), FieldPanel("state")]),
                FieldPanel("replaces"),
                FieldPanel("document"),
            ],
            heading=_("The document"),
        ),
        PICTURE_PANEL,
        FieldPanel("body"),
    ]

    class Meta:
        verbose_name = _("policy")
        verbose_name_plural = _("policies")

    def get_context(self, request: HttpRequest, *args, **kwargs) -> dict:
        successors = self.replaced_by.live().defer_streamfields().order_by("-issued_on")
        return super().get_context(request, *args, **kwargs) | {"successors": list(successors)}
