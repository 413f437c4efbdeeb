from __future__ import annotations

from django.contrib.syndication.views import Feed
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils.feedgenerator import Atom1Feed
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe
from wagtail.models import Locale

from cms import search
from cms.context import section_url
from cms.models import NewsPage
from programs.core.text import clean_text

RESULTS_PER_PAGE = 10


@require_safe
def search_view(request: HttpRequest) -> HttpResponse:
    """Pages and competitions of the reader's language that hold the words."""
    text = clean_text(request.GET.get("q", ""))[: search.LONGEST_QUESTION]
    context = {"text": text}
    if text:
        context |= _results(text, request.GET.get("page"))
    return render(request, "cms/search.html", context)


def _results(text: str, number: str | None) -> dict:
    locale = Locale.get_active()
    pages = Paginator(search.search_pages(text, locale), RESULTS_PER_PAGE).get_page(number)
    competitions = search.search_competitions(text) if pages.number == 1 else []
    found = pages.paginator.count + len(search.search_competitions(text))
    return {
        "page_obj": pages,
        "results": search.specific_in_order(list(pages)),
        "competitions": competitions,
        "found": found,
        "suggestion": None if found else search.did_you_mean(text, locale),
    }


@require_safe
def robots(request: HttpRequest) -> HttpResponse:
    return HttpResponse(render_to_string("cms/robots.txt", {}, request), content_type="text/plain")


class NewsFeed(Feed):
    """The latest news of the reader's language for feed readers."""

    feed_type = Atom1Feed

    def title(self) -> str:
        return _("News")

    def subtitle(self) -> str:
        return _("What is new on the portal and in schools.")

    def link(self) -> str:
        return section_url("news")

    def items(self) -> list[NewsPage]:
        news = NewsPage.objects.live().filter(locale__language_code=get_language()).defer_streamfields()
        return list(news.order_by("-date", "-pk")[:20])

    def item_title(self, item: NewsPage) -> str:
        return item.title

    def item_description(self, item: NewsPage) -> str:
        return item.summary

    def item_link(self, item: NewsPage) -> str:
        return item.full_url

    def item_updateddate(self, item: NewsPage):
        return item.last_published_at
