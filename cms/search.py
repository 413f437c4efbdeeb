"""Search over the public pages of one language, with and without accents."""

from __future__ import annotations

import re
import unicodedata

from rapidfuzz import fuzz, process
from wagtail.models import Locale, Page
from wagtail.search.query import PlainText, SearchQuery

from programs.competitions.choices import CompetitionState
from programs.competitions.models import Competition
from programs.core.text import fold

LONGEST_QUESTION = 100
NEAR_ENOUGH = 72


def question_of(text: str) -> SearchQuery:
    """The words as typed, or the same without accents."""
    return PlainText(unicodedata.normalize("NFC", text)) | PlainText(fold(text))


def words_of(text: str) -> str:
    """Without quotation marks: SQLite's index takes one for the end of the words, and what follows for its grammar."""
    return text.replace('"', " ").strip()


def search_pages(text: str, locale: Locale) -> list[Page]:
    """Live public pages of ``locale`` that hold the words, best first.

    The index alone cannot order them: without accents many words are alike, and a long page holds them all somewhere.
    """
    words = words_of(text)
    if not words:
        return []
    found = Page.objects.live().public().filter(locale=locale, depth__gt=2).search(question_of(words))
    phrase = re.compile(rf"\b{re.escape(fold(words))}\b")
    return sorted(found, key=lambda page: not phrase.search(fold(page.title)))


def specific_in_order(pages: list[Page]) -> list[Page]:
    """The specific pages of a slice of results, in the order of the results."""
    found = Page.objects.filter(pk__in=[page.pk for page in pages]).specific(defer=False)
    by_pk = {page.pk: page for page in found}
    return [by_pk[page.pk] for page in pages if page.pk in by_pk]


def search_competitions(text: str) -> list[Competition]:
    """Competitions are few: every word must appear in the name or the summary."""
    words = fold(text).split()
    shown = Competition.objects.exclude(state=CompetitionState.DRAFT)
    return [one for one in shown if all(word in fold(f"{one.name} {one.name_en} {one.summary}") for word in words)]


def did_you_mean(text: str, locale: Locale) -> Page | None:
    """The page whose title is nearest to what was typed, when nothing was found."""
    titles = {page.pk: fold(page.title) for page in Page.objects.live().public().filter(locale=locale, depth__gt=2)}
    nearest = process.extractOne(fold(text), titles, scorer=fuzz.token_set_ratio, score_cutoff=NEAR_ENOUGH)
    return Page.objects.get(pk=nearest[2]) if nearest else None
