"""What a page says, without what is random in it."""

from __future__ import annotations

import re

_RANDOM = re.compile(r'<input type="hidden"[^>]*>|\bnonce="[^"]*"')


def main_of(response) -> str:
    """The <main> of a page without hidden fields and nonces: by chance those hold any short text sooner or later.

    Whether "8A1" or "Xa" is on a page, and which of two stands first, is asked of this.
    """
    _head, begins, rest = response.content.decode().partition("<main")
    assert begins, "the page has no <main>"
    return _RANDOM.sub("", rest.partition("</main>")[0])


def version_at(client, path: str) -> str:
    """The version that the form of the page carries."""
    return client.get(path).context["form"]["version"].value()
