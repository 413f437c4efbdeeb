"""Every rule of the wing, with what an action reads for it."""

from __future__ import annotations

from functools import partial

from programs.notices import rules
from programs.notices.choices import MessageState
from programs.notices.models import Message


def calls() -> list[partial]:
    gone = Message(kind="account_changed", state=MessageState.FAILED, body_text="")
    return [partial(rules.settle_refusal, gone), partial(rules.again_refusal, gone)]
