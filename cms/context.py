"""Template context of the website: its section URLs, and this page in the other language."""

from __future__ import annotations

from dataclasses import dataclass

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse
from django.utils.functional import SimpleLazyObject
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from cms.choices import SECTION_SLUGS
from cms.site_settings import SiteSettings


@dataclass(frozen=True)
class NavigationLink:
    label: str
    url: str
    current: bool = False


def section_url(key: str, language: str | None = None) -> str:
    """The address of a section; it costs no query because the addresses are fixed."""
    language = language or get_language() or settings.LANGUAGE_CODE
    prefix = "" if language == settings.LANGUAGE_CODE else f"/{language}"
    return f"{prefix}/{SECTION_SLUGS[key][language]}/"


def home_url(language: str) -> str:
    return "/" if language == settings.LANGUAGE_CODE else f"/{language}/"


def _links(request: HttpRequest, places: list[tuple[str, str]]) -> list[NavigationLink]:
    return [NavigationLink(label, url, request.path.startswith(url)) for label, url in places]


def site(request: HttpRequest) -> dict:
    words = {
        "main_navigation": SimpleLazyObject(lambda: _main_navigation(request)),
        "footer_navigation": SimpleLazyObject(lambda: _footer_navigation(request)),
        "home_url": home_url(get_language() or settings.LANGUAGE_CODE),
        "section_urls": SimpleLazyObject(lambda: {key: section_url(key) for key in SECTION_SLUGS}),
        "site_settings": SimpleLazyObject(lambda: SiteSettings.for_request(request)),
    }
    return words | _other_language(request)


def _main_navigation(request: HttpRequest) -> list[NavigationLink]:
    places = [
        (_("STEM lessons"), section_url("curricula")),
        (_("Field trips"), section_url("field_trips")),
        (_("Competitions"), reverse("competition_list")),
        (_("News"), section_url("news")),
        (_("Policies"), section_url("policies")),
    ]
    return _links(request, places)


def _footer_navigation(request: HttpRequest) -> list[NavigationLink]:
    places = [
        (_("About us"), section_url("about")),
        (_("Help"), section_url("help")),
        (_("Privacy"), section_url("privacy")),
        (_("Accessibility"), section_url("accessibility")),
        (_("Terms of use"), section_url("terms")),
    ]
    return _links(request, places)


def _other_language(request: HttpRequest) -> dict:
    page = getattr(request, "portal_page", None)
    if page is None:
        return {}
    # Relative, so that switching the language never leaves the host and port that the reader came by.
    twins = {twin.locale.language_code: twin.get_url(request) for twin in page.live_translations}
    other = "en" if get_language() == "vi" else "vi"
    alternates = {page.locale.language_code: page.get_url(request), **twins} if twins else {}
    return {
        "canonical_url": request.build_absolute_uri(page.get_url(request)),
        "other_language_url": twins.get(other) or home_url(other),
        "language_alternates": {code: request.build_absolute_uri(url) for code, url in alternates.items() if url},
    }
