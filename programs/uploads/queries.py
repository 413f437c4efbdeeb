"""Reads of files on their way."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db.models import Count, Q, QuerySet, Sum
from django.utils import timezone

from programs.accounts.models import User
from programs.uploads.choices import BEING_CHECKED, TELLS_ADMINISTRATORS_AT, UploadState
from programs.uploads.hooks import PURPOSES, Terms
from programs.uploads.models import Upload
from programs.uploads.rules import Sent


def uploads_visible_to(user: User) -> QuerySet[Upload]:
    """A file on its way is its sender's alone."""
    return Upload.objects.filter(owner=user) if user.is_authenticated else Upload.objects.none()


def unfinished_visible_to(user: User, *, now: datetime | None = None) -> QuerySet[Upload]:
    """What this person may go on with, the latest first."""
    return uploads_visible_to(user).filter(state=UploadState.RECEIVING, expires_at__gt=now or timezone.now())


def terms_seen_by(user: User, purpose: str, target: int) -> Terms | None:
    """What this person may send into the target now, or None where there is nothing for them.

    Raises what the purpose raises: ``PermissionDenied``, ``Refused``.
    """
    found = PURPOSES.get(purpose)
    return found.terms(user, target) if found else None


def sent_by(user: User, *, now: datetime) -> Sent:
    """What counts for the limits of the account."""
    day = Q(created_at__gt=now - timedelta(days=1))
    open_now = Q(state=UploadState.RECEIVING, expires_at__gt=now)
    figures = Upload.objects.filter(owner=user).aggregate(
        unfinished=Count("pk", filter=open_now), files=Count("pk", filter=day), size=Sum("declared", filter=day)
    )
    return Sent(unfinished=figures["unfinished"], files=figures["files"], bytes=figures["size"] or 0)


def bytes_under_way(purpose: str, *targets: int) -> int:
    """What is on its way into ``targets`` and not kept yet: a purpose adds it to what its quota holds."""
    return under_way_in(purpose, *targets).aggregate(size=Sum("declared"))["size"] or 0


def under_way_in(purpose: str, *targets: int) -> QuerySet[Upload]:
    """The files that are on their way into ``targets`` or being checked, of anybody."""
    waiting = Upload.objects.filter(purpose=purpose, target__in=targets)
    return waiting.filter(state__in=[UploadState.RECEIVING, *BEING_CHECKED])


def waiting_for_scanner() -> int:
    """How many files the virus scanner gave no answer about, again and again."""
    return Upload.objects.filter(state=UploadState.SCANNING, scans__gte=TELLS_ADMINISTRATORS_AT).count()
