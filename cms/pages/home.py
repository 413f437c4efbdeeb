from __future__ import annotations

from django.db import models
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel

from cms.pages.base import PortalPage
from cms.pages.curricula import CurriculumPage
from cms.pages.field_trips import FieldTripPage
from cms.pages.news import NewsPage
from cms.pages.policies import PolicyPage
from cms.queries import most_taught, open_competition, sessions_soon
from programs.centres.models import in_language


class HomePage(PortalPage):
    NO_PII = True
    template = "cms/home.html"
    parent_page_types = ["wagtailcore.Page"]
    subpage_types = [
        "cms.CurriculumIndexPage",
        "cms.FieldTripIndexPage",
        "cms.PolicyIndexPage",
        "cms.NewsIndexPage",
        "cms.StandardPage",
    ]

    slogan = models.CharField(_("slogan"), max_length=120, blank=True)

    content_panels = [FieldPanel("title"), FieldPanel("slogan"), FieldPanel("summary")]

    class Meta:
        verbose_name = _("home page")

    def get_context(self, request: HttpRequest, *args, **kwargs) -> dict:
        now = timezone.now()
        return (
            super().get_context(request, *args, **kwargs)
            | {
                "trips": self._trips_with_places(now),
                "curricula": self._taught_curricula(),
                "news": list(self._here(NewsPage).select_related("image").order_by("-date", "-pk")[:3]),
                "policies": list(self._here(PolicyPage).order_by("-issued_on")[:3]),
            }
            | self._competition(now)
        )

    @staticmethod
    def _competition(now) -> dict:
        competition = open_competition(now)
        if competition is None:
            return {}
        return {
            "competition": competition,
            "competition_name": in_language(competition.name, competition.name_en),
            "competition_summary": in_language(competition.summary, competition.summary_en),
            "competition_picture": f"illustrations/{competition.illustration or 'competition-ideas'}.svg",
        }

    def _here(self, model: type[PortalPage]) -> models.QuerySet:
        return model.objects.live().filter(locale_id=self.locale_id).defer_streamfields()

    def _trips_with_places(self, now) -> list[FieldTripPage]:
        sessions = {session.field_trip_id: session for session in sessions_soon(now=now)}
        pages = self._here(FieldTripPage).filter(field_trip_id__in=sessions).select_related("field_trip__centre")
        for page in (found := list(pages)):
            page.next_session = sessions[page.field_trip_id]
        return sorted(found, key=lambda page: page.next_session.starts_at)

    def _taught_curricula(self) -> list[CurriculumPage]:
        rank = {pk: place for place, pk in enumerate(most_taught())}
        pages = self._here(CurriculumPage).filter(curriculum_id__in=rank).select_related("curriculum")
        return sorted(pages.prefetch_related("curriculum__subjects"), key=lambda page: rank[page.curriculum_id])
