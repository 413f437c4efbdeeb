"""What is asked in a roundabout way so that little is read gives the rows of the plain sentence, for every role."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import AnonymousUser
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from programs.accounts.models import User
from programs.activities.models import TaughtActivity
from programs.activities.queries import activities_visible_to
from programs.approvals.models import BookingApproval, BookingPaper
from programs.approvals.queries import answered_by, approvals_visible_to, papers_visible_to
from programs.bookings.choices import CAME, SEAT_HOLDING
from programs.bookings.models import Booking, RosterEntry
from programs.bookings.queries import bookings_visible_to
from programs.centres.queries.sessions import centre_ids_of
from programs.certificates.models import Certificate
from programs.certificates.queries import bookings_to_certify, certificates_visible_to
from programs.curricula.models import Curriculum
from programs.duplicates.models import PupilPair
from programs.duplicates.queries.pairs import pairs_visible_to
from programs.endorsements.models import SafetyMember
from programs.projects.choices import ProjectState
from programs.projects.models import Project
from programs.projects.queries.visible import ORGANISER_SEES, projects_visible_to
from programs.pupils.models import Enrolment, Joining
from programs.pupils.queries import joinings_visible_to, pupils_of_staff
from programs.schools.queries.roles import roles_of
from programs.schools.queries.schools import schools_in_scope
from programs.schools.rules import COORDINATING, LEADING
from programs.visit_days.models import VisitPhotograph
from programs.visit_days.queries.day import visits_of_pupil
from programs.visit_days.queries.photographs import photographs_visible_to
from tests.world import build_world

pytestmark = pytest.mark.django_db


def bookings(user) -> QuerySet:
    seen = Q(school__in=roles_of(user).school_ids) | Q(session__field_trip__centre__in=centre_ids_of(user))
    return Booking.objects.filter(seen | Q(school__in=schools_in_scope(user)))


def papers(user) -> QuerySet:
    heads = roles_of(user).schools_as(*LEADING)
    read = Q(leader=user.pk) | Q(school__in=heads) | Q(session__field_trip__centre__in=centre_ids_of(user))
    asked = BookingApproval.objects.filter(answered_by(user)) if roles_of(user).is_officer else None
    read |= Q(pk__in=asked.values("booking")) if asked is not None else Q(pk__in=[])
    return BookingPaper.objects.filter(booking__in=bookings(user).filter(read))


def certificates(user) -> QuerySet:
    seen = Q(pupil__user=user.pk, pupil__user__isnull=False) | Q(school__in=roles_of(user).school_ids)
    return Certificate.objects.filter(seen | Q(booking__session__field_trip__centre__in=centre_ids_of(user)))


def to_certify(user) -> QuerySet:
    part = Q(leader=user.pk) | Q(school__in=roles_of(user).schools_as(*COORDINATING))
    part |= Q(session__field_trip__centre__in=centre_ids_of(user))
    came = RosterEntry.objects.filter(booking=OuterRef("pk")).exclude(attended=False)
    certified = Certificate.objects.filter(booking=OuterRef("pk"))
    return bookings(user).filter(part, Exists(came), ~Exists(certified), state__in=CAME)


def projects(user) -> QuerySet:
    roles = roles_of(user)
    seen = Q(members__pupil__user=user.pk, members__pupil__user__isnull=False) | Q(school__in=roles.school_ids)
    seen |= Q(members__student__user=user.pk, members__student__isnull=False)
    if roles.is_department:
        seen |= Q(state__in=ORGANISER_SEES, school__in=schools_in_scope(user)) | Q(
            state__in=ORGANISER_SEES, school=None
        )
    committees = SafetyMember.objects.filter(user=user.pk, ended_at=None).values("competition")
    risky = Q(competition__in=committees, documents__slot__asks_safety=True, documents__files__superseded_at=None)
    seen |= risky & Q(documents__files__isnull=False, state=ProjectState.SUBMITTED)
    return Project.objects.filter(seen).distinct()


def activities(user) -> QuerySet:
    seen = Q(school__in=roles_of(user).school_ids) | Q(school__in=schools_in_scope(user))
    return TaughtActivity.objects.filter(seen)


def of_own_pupils(rows: QuerySet, user, *names: str) -> QuerySet:
    return rows.filter(**{f"{name}__in": pupils_of_staff(user) for name in names})


def visits(user) -> QuerySet:
    pupil, now = roles_of(user).pupil, timezone.now()
    anybody = RosterEntry.objects.filter(booking=OuterRef("pk"))
    classes = Enrolment.objects.in_force().filter(pupil=pupil).values("class_group")
    of_class = Q(class_group__in=classes, session__ends_at__gt=now) & ~Exists(anybody)
    named = Exists(anybody.filter(pupil=pupil))
    return Booking.objects.filter(named | of_class, state__in=(*SEAT_HOLDING, *CAME)) if pupil else bookings(user)


SENTENCES = {
    "bookings": (bookings_visible_to, bookings),
    "approvals": (approvals_visible_to, lambda user: BookingApproval.objects.filter(booking__in=bookings(user))),
    "papers": (papers_visible_to, papers),
    "photographs": (photographs_visible_to, lambda user: VisitPhotograph.objects.filter(booking__in=bookings(user))),
    "certificates": (certificates_visible_to, certificates),
    "to certify": (bookings_to_certify, to_certify),
    "projects": (projects_visible_to, projects),
    "activities": (activities_visible_to, activities),
    "joinings": (joinings_visible_to, lambda user: of_own_pupils(Joining.objects.all(), user, "kept")),
    "pairs": (pairs_visible_to, lambda user: of_own_pupils(PupilPair.objects.all(), user, "first", "second")),
    "visits": (
        lambda user: (
            visits_of_pupil(roles_of(user).pupil, now=timezone.now()) if roles_of(user).pupil else bookings(user)
        ),
        visits,
    ),
}


def keys(rows: QuerySet) -> list[int]:
    return sorted(rows.order_by().values_list("pk", flat=True))


def test_the_rows_are_those_of_the_plain_sentence():
    world = build_world()
    lesson = Curriculum.objects.create(code="MACH-DIEN", title="Mạch điện", grade_from=6, grade_to=9, minutes=45)
    for place in world.places.values():
        about = {"grade": 8, "taught_on": timezone.localdate(), "pupils": 30, "girls": 14}
        TaughtActivity.objects.create(school=place.school, curriculum=lesson, **about)
    # At a neighbour's nobody has certificates yet; somebody works at a school and at a centre.
    held = world.places["sibling"].past_booking
    Certificate.objects.filter(booking=held).delete()
    Booking.objects.filter(pk=held.pk).update(certified_at=None)
    both = world.people["centre_staff"]
    world.places["foreign"].membership.pk, world.places["foreign"].membership.user = None, both
    world.places["foreign"].membership.save()
    people = [AnonymousUser, *(lambda pk=user.pk: User.objects.get(pk=pk) for user in world.people.values())]
    seen = 0
    for name, (asked, plain) in SENTENCES.items():
        for person in people:
            found = keys(asked(person()))
            assert found == keys(plain(person())), f"{name}: {person()}"
            seen += len(found)
    assert seen > 50, "Nobody sees anything: nothing was compared"
