"""Collects the page types and the site's settings."""

from cms.pages.curricula import CurriculumIndexPage, CurriculumPage, LessonPage
from cms.pages.field_trips import FieldTripIndexPage, FieldTripPage
from cms.pages.home import HomePage
from cms.pages.news import NewsIndexPage, NewsPage
from cms.pages.policies import PolicyIndexPage, PolicyPage
from cms.pages.standard import StandardPage
from cms.site_settings import SiteSettings

__all__ = [
    "CurriculumIndexPage",
    "CurriculumPage",
    "FieldTripIndexPage",
    "FieldTripPage",
    "HomePage",
    "LessonPage",
    "NewsIndexPage",
    "NewsPage",
    "PolicyIndexPage",
    "PolicyPage",
    "SiteSettings",
    "StandardPage",
]
