"""What every template knows."""

from django.conf import settings
from django.http import HttpRequest
from django.urls import translate_url
from django.utils.functional import SimpleLazyObject
from django.utils.translation import get_language


def portal(request: HttpRequest) -> dict:
    language = get_language() or settings.LANGUAGE_CODE
    other = "en" if language == "vi" else "vi"
    return {
        "jurisdiction": settings.JURISDICTION,
        "current_language": language,
        "other_language": other,
        "other_language_url": SimpleLazyObject(lambda: translate_url(request.get_full_path(), other)),
        "desk_links": SimpleLazyObject(lambda: _desk_links(request)),
    }


def _desk_links(request: HttpRequest) -> list:
    """Asked for by desk pages only: a public page costs no query for it."""
    from stem_portal.desk import links_of  # the wings' desks need their models loaded

    return links_of(request.user) if hasattr(request, "user") else []
