"""Viewing the portal as someone else: what is recorded."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils import timezone

from programs.accounts.models import User
from programs.core.audit import Code, record
from programs.core.idempotency import perform_once
from programs.core.refusals import refuse_if
from programs.notices.actions import write_message
from programs.notices.models import Message
from stem_portal.administration.rules import LONGEST, view_as_refusal


@transaction.atomic
def begin_view(*, person: User, by: User, reason: str, key: str) -> datetime:
    """Let ``by`` view the portal as ``person``; return until when. The person is notified at once.

    Raises ``Refused`` with a code of ``view_as_refusal``.
    """
    refuse_if(
        view_as_refusal(
            is_self=person.pk == by.pk,
            is_active=person.is_active,
            runs_the_portal=person.is_superuser or person.is_staff,
        )
    )
    until = timezone.now() + LONGEST
    message = perform_once(
        user=by,
        action="support.view_as",
        key=key,
        body={"person": person.pk, "reason": reason},
        perform=lambda: _begun(person=person, by=by, reason=reason, key=key, until=until),
        find=lambda pk: Message.objects.get(pk=pk),
    )
    # The form sent twice does not look longer.
    return min(until, message.created_at + LONGEST)


def _begun(*, person: User, by: User, reason: str, key: str, until: datetime) -> Message:
    record(by=by, action="support.view_as", obj=person, after={"until": until}, reason=reason)
    dedupe_key = f"support-view:{by.pk}:{key}"[:150]
    context = {"by": by, "reason": reason, "minutes": LONGEST.seconds // 60}
    write_message(kind="support_view", to=person, dedupe_key=dedupe_key, context=context)
    return Message.objects.get(dedupe_key=dedupe_key)


@transaction.atomic
def note_page(*, person: User, by: User, path: str) -> None:
    """Write one audit row for a page opened as someone else, before it is shown."""
    record(by=by, action="support.view_page", obj=person, after={"path": Code(path)})


@transaction.atomic
def end_view(*, person: User, by: User, because: str) -> None:
    """End viewing: ``button``, ``time``, or ``lost`` if either account is no longer allowed."""
    record(by=by, action="support.view_end", obj=person, after={"because": Code(because)})
