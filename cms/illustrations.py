"""The drawings that come with the portal; an uploaded picture takes their place."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from django.conf import settings

FOLDER = Path(settings.BASE_DIR) / "stem_portal" / "static" / "illustrations"


@cache
def illustration_names() -> tuple[str, ...]:
    return tuple(sorted(path.stem for path in FOLDER.glob("*.svg")))


def illustration_choices() -> list[tuple[str, str]]:
    return [(name, name.replace("-", " ").capitalize()) for name in illustration_names()]
