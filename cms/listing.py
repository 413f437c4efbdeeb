"""What the lists ask and how a page answers: the values of the filters."""

from __future__ import annotations

from django.core.paginator import Page as ListPage
from django.core.paginator import Paginator
from django.utils.translation import gettext as _

from cms.filters import Question, Row
from programs.centres.models import Centre
from programs.core.choices import Grade, Level
from programs.curricula.models import Curriculum
from programs.topics.models import Subject, Topic

PER_PAGE = 12
SCHOOL_LEVELS = [Level.PRIMARY, Level.LOWER_SECONDARY, Level.UPPER_SECONDARY]


def page_of(items: list, number: str | None) -> ListPage:
    """One page of a list; a number that makes no sense gives the nearest page."""
    return Paginator(items, PER_PAGE).get_page(number)


def _grades(record) -> dict[str, frozenset[str]]:
    return {
        "level": frozenset(str(level.value) for level in record.levels),
        "grade": frozenset(str(grade) for grade in range(record.grade_from, record.grade_to + 1)),
    }


def curriculum_row(pk: int, curriculum: Curriculum) -> Row:
    labels = {
        "subject": frozenset(subject.code for subject in curriculum.subjects.all()),
        "topic": frozenset(topic.code for topic in curriculum.topics.all()),
    }
    return Row(pk, _grades(curriculum) | labels)


def field_trip_row(page) -> Row:
    labels = {
        "subject": frozenset(subject.code for subject in page.subjects.all()),
        "centre": frozenset([page.field_trip.centre.code]),
    }
    return Row(page.pk, _grades(page.field_trip) | labels)


def _level_and_grade() -> list[Question]:
    return [
        Question("level", _("Level"), _("All levels"), {level.value: level.label for level in SCHOOL_LEVELS}),
        Question("grade", _("Grade"), _("All grades"), {str(grade.value): grade.label for grade in Grade}),
    ]


def _subjects() -> Question:
    return Question(
        "subject", _("Subject"), _("All subjects"), {subject.code: str(subject) for subject in Subject.objects.all()}
    )


def curriculum_questions() -> list[Question]:
    topics = {topic.code: str(topic) for topic in Topic.objects.all()}
    return [*_level_and_grade(), _subjects(), Question("topic", _("Topic"), _("All topics"), topics)]


def field_trip_questions() -> list[Question]:
    centres = {centre.code: centre.local_name for centre in Centre.objects.filter(is_active=True)}
    return [*_level_and_grade(), _subjects(), Question("centre", _("Centre"), _("All centres"), centres)]
