"""The portal's scripts run in every browser that docs/operations.md promises: Chrome and Edge 80, Firefox 74, Safari 13.1.

No word that came later stands in a script, unless the script asks first whether it is there.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.conf import settings

ROOT = Path(settings.BASE_DIR)
# What came later, and with which browsers everybody had it.
NEWER = {
    r"\.replaceChildren\b": "Chrome 86, Safari 14",
    r"\bstructuredClone\b": "Chrome 98, Safari 15.4",
    r"\.replaceAll\(": "Chrome 85, Safari 13.1, Firefox 77",
    r"\.at\(": "Chrome 92, Safari 15.4",
    r"(\?\?|\|\||&&)=": "Chrome 85, Safari 14",
    r"\bPromise\.any\b|\bAggregateError\b": "Chrome 85, Safari 14",
    r"\bObject\.(hasOwn|groupBy)\b": "Chrome 93, Safari 15.4",
    r"\.(findLast|findLastIndex|toSorted|toReversed|toSpliced)\(": "Chrome 97, Safari 15.4",
    r"\bArray\.fromAsync\b": "Chrome 121",
    r"\bAbortSignal\.(timeout|any|abort)\b": "Chrome 103, Safari 16",
    r"\.(showModal|showPopover|hidePopover|togglePopover)\(": "Safari 15.4, Chrome 114",
    r"\.requestSubmit\(": "Safari 16",
    r"\.(inert|popover)\b": "Chrome 102, Safari 15.5",
    r"\b(timeStyle|dateStyle)\b": "Safari 14.1, Firefox 79",
    r"\bnew (WeakRef|FinalizationRegistry|BroadcastChannel|CompressionStream)\b": "Safari 14.1 and later",
    r"\bnavigator\.locks\b": "Safari 15.4",
    r"\bIntl\.(ListFormat|Segmenter|DisplayNames)\b": "Safari 14.1 and later",
    r"\(\?<[=!]": "Safari 16.4: the whole script would not be read",
    r"/[a-z]*[dv][a-z]*\.(test|exec)\(": "flags of Chrome 90 and later",
    r"\bthis\.#|(^|[{;])\s*#[a-zA-Z_]\w*\s*[=(;]": "Safari 14.1: private members",
    r"\bstatic\s*\{": "Chrome 94, Safari 16.4",
    r"\bscrollend\b|\bstartViewTransition\b": "Chrome 111 and later",
}
# Newer too, and allowed in a script that asks before: what must stand there.
ASKED = {
    "randomUUID": "if (crypto.randomUUID)",
    "submitter": "if (event.submitter)",
    "clipboard": "if (!navigator.clipboard)",
    "storage.persist": "navigator.storage?.persist",
    "serviceWorker.register": '"serviceWorker" in navigator',
}
SCRIPT = re.compile(r"<script(?![^>]*\bsrc=)(?![^>]*ld\+json)[^>]*>(.*?)</script>", re.DOTALL)


def scripts() -> dict[str, str]:
    """Every script of our own: files, the worker, what stands in a template; without its comments."""
    files = [*ROOT.glob("*/static/**/*.js"), *ROOT.glob("programs/*/static/**/*.js"), *ROOT.glob("templates/**/*.js")]
    found = {str(path.relative_to(ROOT)): path.read_text(encoding="utf-8") for path in files}
    for path in ROOT.glob("templates/**/*.html"):
        if inside := "\n".join(SCRIPT.findall(path.read_text(encoding="utf-8"))).strip():
            found[str(path.relative_to(ROOT))] = inside
    return {name: without_comments(text) for name, text in found.items()}


def without_comments(text: str) -> str:
    return re.sub(r"/\*.*?\*/|(?<![:\"'])//[^\n]*", "", text, flags=re.DOTALL)


def too_new(text: str) -> list[str]:
    newer = [f"{found[0].strip()} ({since})" for word, since in NEWER.items() if (found := re.search(word, text, re.M))]
    return newer + [f"{word}: ask first" for word, asks in ASKED.items() if word in text and asks not in text]


def test_every_script_is_looked_at():
    names = scripts()
    assert {"stem_portal/static/js/door.js", "stem_portal/static/js/kept.js", "stem_portal/static/js/portal.js"} <= {
        *names
    }
    assert "templates/visit_days/door_worker.js" in names


@pytest.mark.parametrize("name", sorted(scripts()))
def test_no_script_uses_a_word_that_an_old_browser_does_not_know(name):
    assert too_new(scripts()[name]) == []


@pytest.mark.parametrize(
    "line",
    [
        "box.replaceChildren(row);",
        "const copy = structuredClone(mark);",
        "last = marks.at(-1);",
        "waiting ??= 0;",
        "class Kept { #list = null; }",
        "/(?<=a)b/.test(text);",
        "new Intl.DateTimeFormat('vi', { timeStyle: 'medium' });",
        "crypto.randomUUID();",
        "navigator.serviceWorker.register(url);",
    ],
)
def test_such_a_word_is_found(line):
    assert too_new(line)


@pytest.mark.parametrize(
    "line", ["at('list').hidden = true;", "row?.name ?? '';", "link.href = `#${name}`;", "a || b;"]
)
def test_what_the_promised_browsers_know_is_allowed(line):
    assert too_new(line) == []


def test_the_promise_is_written_down():
    text = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")
    for browser in ("Chrome and Edge 80", "Firefox 74", "Safari 13.1"):
        assert browser in text
