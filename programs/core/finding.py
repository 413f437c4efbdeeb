"""What a person looked for among persons: kept in the session under a number, so that no address carries a name."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect

from programs.core.text import clean_text

KEY, NUMBER, TEXT = "searches", "find", "q"
MOST, LONGEST = 20, 100


@dataclass(frozen=True)
class Search:
    """``is_lost``: the address has a number that this session does not know, such as one that somebody sent on."""

    text: str = ""
    is_lost: bool = False


def search_of(request: HttpRequest) -> Search:
    number = request.GET.get(NUMBER, "")
    if not number:
        return Search()
    text = request.session.get(KEY, {}).get(number)
    return Search(is_lost=True) if text is None else Search(text)


def keep_search(request: HttpRequest, *, also: Collection[str] = ()) -> HttpResponse:
    """Answer the form of a search: keep its text and lead to the page that shows what it finds.

    ``also`` names other fields of the form that are no secret; they stand in the address.
    """
    text = clean_text(request.POST.get(TEXT, ""))[:LONGEST]
    address = request.GET.copy()
    for name in ("page", NUMBER, TEXT, *also):
        address.pop(name, None)
    for name in also:
        if value := request.POST.get(name):
            address[name] = value
    if text:
        address[NUMBER] = _keep(request, text)
    return HttpResponseRedirect(f"{request.path}?{address.urlencode()}" if address else request.path)


def _keep(request: HttpRequest, text: str) -> str:
    kept = request.session.get(KEY, {})
    number = next((number for number, known in kept.items() if known == text), None)
    if number is None:
        number = str(max(map(int, kept), default=0) + 1)
        request.session[KEY] = dict([*kept.items(), (number, text)][-MOST:])
    return number
