"""Viewing the portal as someone else: what is recorded."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone

from programs.accounts.models import User
from programs.core.audit import Code, record
from programs.core.idempotency import once
from programs.core.policy import must
from programs.core.refusals import refuse_if
from programs.notices.actions import write_message
from programs.notices.models import Message
from stem_portal.administration.roles import may_administer
from stem_portal.administration.rules import LONGEST, view_as_refusal


@transaction.atomic
@once("support.view_as", returns=Message)
def begin_view(*, person: User, by: User, reason: str, key: str) -> Message:
    """Let ``by`` view the portal as ``person`` from now on; return the message that tells the person.

    A form sent twice gets the first message: it does not look longer. Raises PermissionDenied, and ``Refused`` with a
    code of ``view_as_refusal``.
    """
    must(may_administer(by))
    refuse_if(view_as_refusal(person, by=by))
    record(by=by, action="support.view_as", obj=person, after={"until": timezone.now() + LONGEST}, reason=reason)
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
