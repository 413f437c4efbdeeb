"""What may be done with a letter that perhaps reached nobody."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from programs.core.refusals import Refusal
from programs.notices.choices import SECRET_KINDS, UNDELIVERED
from programs.notices.models import Message


def settle_refusal(message: Message) -> Refusal | None:
    """Why there is nothing to decide about this letter any more."""
    if message.state in UNDELIVERED:
        return None
    return Refusal("settled_meanwhile", _("Someone has already dealt with this letter. Go back to the list."))


def again_refusal(message: Message) -> Refusal | None:
    """Why the letter cannot be sent once more."""
    if refusal := settle_refusal(message):
        return refusal
    if message.kind.startswith(SECRET_KINDS):
        text = _("This letter held a link or a code that is no longer kept. The person asks the portal for a new one.")
        return Refusal("secret_gone", text)
    if not message.body_text:
        text = _("The text of this letter is no longer kept. Write to the person yourself, then settle the letter.")
        return Refusal("text_gone", text)
    return None
