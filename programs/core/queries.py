"""Reads of the core."""

from __future__ import annotations

from django.db.models import QuerySet

from programs.core.models import Job


def jobs_visible_to(user) -> QuerySet[Job]:
    """A person sees the progress of what they asked for themselves."""
    return Job.objects.filter(owner=user) if user.is_authenticated else Job.objects.none()
