"""Logging: never the secret in a URL, which would give access to anyone reading the log."""

from __future__ import annotations

import logging
import re
import sys
from collections.abc import Iterator
from functools import cache
from itertools import repeat
from typing import Any

from django.conf import settings
from django.urls import URLPattern, URLResolver, get_resolver

# What an address may say in a log. Any other parameter of an address of ours is a key to something and is left out:
# a new kind of link is masked until somebody decides that it may be read.
READABLE = {"pk", "reference", "serial", "slug", "role", "kind", "purpose", "other", "pupil_pk"}
# The codes of schools and centres are public; other codes are keys.
READABLE_CODES = ("desk/schools/", "desk/centres/", "schools/")
# Django's and Wagtail's own areas: only numbers and names of tables, but for the link to a new password.
OTHERS = ("cms/", "backoffice/", "documents/", "media/", "_util/")
OTHERS_SECRETS = {"token", "uidb64", "rest"}
# What a question behind an address may say; every other value may be a name, a telephone or a key.
READABLE_QUESTIONS = {
    "page", "find", "show", "state", "ward", "level", "kind", "term", "month", "day", "grade", "subject", "topic", "class",
    "trip", "booking", "sheet", "header", "before", "into", "remarks", "lang",
}  # fmt: skip
_QUESTION = re.compile(r"(?<=[\w/])\?([^\s\"'#<>]+)")
_PARAMETER = re.compile(r"<(?:\w+:)?(\w+)>|\(\?P<(\w+)>(?:\[[^\]]*\]|[^()\[])*\)")


def addresses(resolver: URLResolver | None = None, before: str = "") -> Iterator[str]:
    """Every address of the portal as it is written in the code, without its language."""
    for entry in (resolver or get_resolver()).url_patterns:
        written = f"{before}{_plain(str(entry.pattern))}"
        if isinstance(entry, URLResolver):
            yield from addresses(entry, "" if written in {"en/", "vi/"} else written)
        elif isinstance(entry, URLPattern):
            yield written


def _plain(pattern: str) -> str:
    return re.sub(r"^\^|\\Z$|(?<!\\)\$$", "", pattern)


def is_secret(parameter: str, address: str) -> bool:
    if address.startswith(OTHERS):
        return parameter in OTHERS_SECRETS
    if parameter == "code":
        return not address.startswith(READABLE_CODES)
    return parameter not in READABLE


@cache
def _masks() -> list[tuple[re.Pattern, str]]:
    """For each address with a secret: how it looks in a text, and what is written instead."""
    found = {}
    for address in addresses():
        names = [first or second for first, second in _PARAMETER.findall(address)]
        if any(is_secret(name, address) for name in names):
            found |= dict([_mask(address)])
    # The longest first: a shorter one may be its beginning.
    return [(re.compile(looks), instead) for looks, instead in sorted(found.items(), key=lambda pair: -len(pair[0]))]


def _mask(address: str) -> tuple[str, str]:
    """``/pass/<code>/`` looks like ``/pass/`` and what follows it up to the next ``/``."""
    start = address[: next(match.start() for match in _PARAMETER.finditer(address) if _hides(match, address))]
    looks, at = "", 0
    for match in _PARAMETER.finditer(start):
        looks += re.escape(start[at : match.start()]) + r"[^/\s\"'?#]+"
        at = match.end()
    hidden = sum(any(map(_hides, _PARAMETER.finditer(part), repeat(address))) for part in address.split("/"))
    part = r"[^\s\"'?#]+" if "<path:" in address else "/".join([r"[^/\s\"'?#]+"] * hidden)
    return f"(/{looks}{re.escape(start[at:])}){part}", r"\1…"


def _hides(match: re.Match, address: str) -> bool:
    return is_secret(match[1] or match[2], address)


def without_secrets(text: str) -> str:
    if not hasattr(sys.modules.get(settings.ROOT_URLCONF), "handler500"):
        return text  # the addresses are still being read: nobody has asked for one yet
    for looks, instead in _masks():
        text = looks.sub(instead, text)
    return _QUESTION.sub(_without_answers, text)


def _without_answers(question: re.Match) -> str:
    """``?page=2&q=…``: the names of the parameters, and only the values that may be read."""
    parts = [part.partition("=") for part in question[1].split("&")]
    return "?" + "&".join(
        name + equals + (value if name in READABLE_QUESTIONS else "…") if equals else "…"
        for name, equals, value in parts
    )


class LineFormatter(logging.Formatter):
    """One line, and the traceback under it, without secrets."""

    def format(self, record: logging.LogRecord) -> str:
        return without_secrets(super().format(record))


def event_without_secrets(event: dict, hint: dict) -> dict:
    """The same for what is reported to Sentry: no text of the event keeps one, wherever it stands."""
    event.get("request", {}).pop("query_string", None)
    return _cleaned(event)


def _cleaned(value: Any) -> Any:
    if isinstance(value, str):
        return without_secrets(value)
    if isinstance(value, dict):
        return {name: _cleaned(inner) for name, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_cleaned(inner) for inner in value]
    return value
