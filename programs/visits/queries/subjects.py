"""By which school subjects a field trip is found.

Editors name the subjects on a trip's page. The pages stand above this wing, so the website says at the start how
to ask them; where nobody did, there is no subject to choose.
"""

from __future__ import annotations

from abc import ABC, abstractmethod

from django.db.models import Q, QuerySet


class SubjectSource(ABC):
    """Who knows the subjects of trips."""

    @abstractmethod
    def choices(self) -> list[tuple[str, str]]:
        """Codes with the names in the reader's language."""

    @abstractmethod
    def trips(self, code: str) -> QuerySet:
        """The keys of the trips that this subject is named for."""


SOURCES: list[SubjectSource] = []


def subject_choices() -> list[tuple[str, str]]:
    return [choice for source in SOURCES for choice in source.choices()]


def of_subject(code: str) -> Q:
    """Sessions of the trips of this subject."""
    found = Q(pk__in=())
    for source in SOURCES:
        found |= Q(field_trip__in=source.trips(code))
    return found
