"""Schema.org facts for search engines, as plain dictionaries."""

from __future__ import annotations

import json

from django.utils.safestring import SafeString, mark_safe

# What could end the script element early, or start another.
_ESCAPES = {ord(">"): "\\u003E", ord("<"): "\\u003C", ord("&"): "\\u0026"}


def in_script(data: dict) -> SafeString:
    """``data`` as JSON that is safe inside a script element."""
    return mark_safe(json.dumps(data, ensure_ascii=False).translate(_ESCAPES))


def minutes_as_duration(minutes: int) -> str:
    return f"PT{minutes}M"


def learning_resource(*, page, record, subjects: list, url: str, organisation: str) -> dict:
    return {
        "@context": "https://schema.org",
        "@type": "LearningResource",
        "name": page.title,
        "description": page.summary,
        "url": url,
        "inLanguage": page.locale.language_code,
        "learningResourceType": str(record.get_form_display()),
        "educationalLevel": f"{record.grade_from}-{record.grade_to}",
        "timeRequired": minutes_as_duration(record.minutes),
        "teaches": [str(subject) for subject in subjects],
        "isAccessibleForFree": True,
        "provider": {"@type": "Organization", "name": organisation},
    }
