"""The subjects that editors name on a field trip's page, for those who look for a session."""

from __future__ import annotations

from django.db.models import QuerySet

from cms.pages.field_trips import FieldTripPage
from programs.centres.queries.finding import SOURCES, SubjectSource
from programs.topics.models import Subject


class SubjectsOfPages(SubjectSource):
    """Subjects from the published pages; translations have the same."""

    def choices(self) -> list[tuple[str, str]]:
        return [(subject.code, str(subject)) for subject in Subject.objects.all()]

    def trips(self, code: str) -> QuerySet:
        return FieldTripPage.objects.live().filter(subjects__code=code).order_by().values("field_trip")


SOURCES.append(SubjectsOfPages())
