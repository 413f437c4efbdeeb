"""The consent texts: each version is published once and never changed."""

from __future__ import annotations

import tomllib
from datetime import date
from pathlib import Path

from django.db import transaction
from django.db.models import Max
from django.utils import timezone

from programs.accounts.models import User
from programs.consents.models import ConsentText
from programs.consents.policy import may_publish_texts
from programs.consents.rules import text_refusal
from programs.core.audit import record
from programs.core.policy import must
from programs.core.refusals import refuse_if
from programs.core.text import clean_text

TEXTS = Path(__file__).resolve().parent.parent / "data" / "consent_texts.toml"


@transaction.atomic
def load_consent_texts() -> int:
    """Add the texts of the project's own file that are not there yet; the number of them."""
    added = 0
    for entry in tomllib.loads(TEXTS.read_text(encoding="utf-8"))["texts"]:
        words = {name: clean_text(entry[name], multiline=True) for name in ("title", "title_en", "body", "body_en")}
        _text, created = ConsentText.objects.get_or_create(
            purpose=entry["purpose"],
            version=entry["version"],
            defaults={**words, "in_force_from": entry["in_force_from"]},
        )
        added += created
    return added


@transaction.atomic
def publish_text(
    *, purpose: str, title: str, title_en: str, body: str, body_en: str, in_force_from: date, by: User
) -> ConsentText:
    """Publish the next version of a purpose's text: from its start date everyone is asked again.

    Raises PermissionDenied, and ``Refused("in_the_past")``.
    """
    must(may_publish_texts(by))
    refuse_if(text_refusal(in_force_from=in_force_from, today=timezone.localdate()))
    newest = ConsentText.objects.filter(purpose=purpose).aggregate(Max("version"))["version__max"] or 0
    text = ConsentText.objects.create(
        purpose=purpose,
        version=newest + 1,  # the unique constraint stops the slower of two
        title=title,
        title_en=title_en,
        body=body,
        body_en=body_en,
        in_force_from=in_force_from,
    )
    after = {"version": text.version, "in_force_from": in_force_from}
    record(by=by, action="consent_text.publish", obj=text, after=after)
    return text
