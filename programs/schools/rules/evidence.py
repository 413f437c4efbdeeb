"""The proof of a consent that was given on a page: what was shown and chosen, in words that an auditor can recompute.

The record is not kept a second time. It is put together again from the consent's row (pupil, purpose, text version,
giver, name, relation, way, moment), the text of that version, and the audit row of the act (link or account, language,
answer). Canonical JSON (keys sorted, no spaces, UTF-8) under SHA-256 must give the ``evidence_hash`` of both rows.
"""

from __future__ import annotations

import hashlib
import json
from datetime import UTC, datetime

from programs.schools.models import ConsentText

FORMAT = 1


def text_hash(text: ConsentText) -> str:
    """Of both languages: whoever changes a word of a published text breaks every proof that rests on it."""
    return _sha256([text.purpose, text.version, text.title, text.title_en, text.body, text.body_en])


def evidence_hash(
    *,
    pupil_id: int,
    text: ConsentText,
    giver: str,
    answer: str,
    name: str,
    relation: str,
    channel: str,
    door: str,
    language: str,
    at: datetime,
) -> str:
    """``door`` is ``link:12`` or ``user:34``: through which the answer came."""
    return _sha256(
        {
            "format": FORMAT,
            "pupil": pupil_id,
            "purpose": text.purpose,
            "text_version": text.version,
            "text": text_hash(text),
            "giver": giver,
            "answer": answer,
            "name": name,
            "relation": relation,
            "channel": channel,
            "door": door,
            "language": language,
            "at": at.astimezone(UTC).isoformat(timespec="microseconds"),
        }
    )


def _sha256(value: object) -> str:
    canonical = json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(canonical.encode()).hexdigest()
