"""The test world with a city around it: everything that the portal keeps, thousands of times, in other schools.

A row of the foreign place is copied by the database itself, so that a column that a model gets later is filled, too.
"""

from __future__ import annotations

from datetime import timedelta

from django.db import connection, models
from django.db.models import Min
from django.utils import timezone

from programs.activities.models import TaughtActivity
from programs.bookings.models import RosterEntry
from programs.consents.models import Consent
from programs.curricula.models import Curriculum
from programs.projects.models import ProjectMember
from programs.pupils.models import Enrolment
from tests.world import World, build_world

SCHOOLS, CLASSES, PEOPLE, PUPILS, SESSIONS, BOOKINGS, CERTIFICATES, LETTERS = (
    400, 4_000, 4_000, 20_000, 6_000, 8_000, 20_000, 5_000,
)  # fmt: skip
MANY, FEW = 4_000, 400
BIG = 1_000  # a table with more rows than this is never read from end to end for somebody who sees few of them


def build_city() -> World:
    world = build_world()
    far = world.places["foreign"]
    schools = grow(far.school, SCHOOLS)
    school = f"{schools} + n % {SCHOOLS}"
    people = grow(far.teacher, PEOPLE)
    person = f"{people} + n % {PEOPLE}"
    grow(far.membership, PEOPLE, user_id=f"{people} + n - 1", school_id=school)
    grow(far.invitation, MANY, school_id=school, email="n || '@example.vn'")
    grow(far.claim, FEW, school_id=f"{schools} + n - 1")
    classes = grow(far.class_group, CLASSES, school_id=school, name="'8B' || n")
    pupils = grow(far.pupil, PUPILS, school_id=school, user_id="NULL", external_id="'HS' || n")
    pupil = f"{pupils} + n % {PUPILS}"
    grow(Enrolment.objects.get(pupil=far.pupil), PUPILS, pupil_id=pupil, class_group_id=f"{classes} + n % {CLASSES}")
    _visits(far, school=school, classes=classes, person=person, pupil=pupil)
    _work(world, school=school, person=person, pupils=pupils)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    return world


def _visits(far, *, school: str, classes: int, person: str, pupil: str) -> None:
    centres = grow(far.centre, 20, code="'C' || n")
    trips = grow(far.session.field_trip, 100, centre_id=f"{centres} + n % 20", code="'DI-' || n")
    moment = {name: f"{name} - n * interval '3 hours'" for name in ("starts_at", "ends_at")}
    sessions = grow(far.past_session, SESSIONS, field_trip_id=f"{trips} + n % 100", **moment)
    bookings = grow(
        far.past_booking,
        BOOKINGS,
        reference="'XX-' || n",
        session_id=f"{sessions} + n % {SESSIONS}",
        school_id=school,
        class_group_id=f"{classes} + n % {CLASSES}",
        leader_id=person,
    )
    booking = f"{bookings} + n % {BOOKINGS}"
    grow(RosterEntry.objects.get(booking=far.past_booking), PUPILS, booking_id=booking, pupil_id=pupil)
    grow(far.certificate, CERTIFICATES, booking_id=booking, pupil_id=pupil, school_id=school)
    grow(far.photograph, MANY, booking_id=booking)
    grow(far.late_mark, MANY, booking_id=booking)
    grow(far.paper, MANY, booking_id=booking)
    grow(far.approval_ward, MANY, booking_id=booking)
    grow(far.entry, MANY, number="n + 10", school_id=school, class_group_id=f"{classes} + n % {CLASSES}")


def _work(world: World, *, school: str, person: str, pupils: int) -> None:
    far, pupil = world.places["foreign"], f"{pupils} + n % {PUPILS}"
    projects = grow(far.project, MANY, reference="'DB-' || n", school_id=school, supervisor_id=person)
    project = f"{projects} + n % {MANY}"
    grow(ProjectMember.objects.get(project=far.project), MANY, project_id=project, pupil_id=pupil)
    for file in (far.file, far.image):
        documents = grow(file.document, MANY, project_id=project)
        grow(file, MANY, document_id=f"{documents} + n % {MANY}", storage_key=f"'{file.pk}-' || n")
    grow(far.message, LETTERS, recipient_id=person)
    grow(far.letter, MANY, recipient_id=person)
    grow(far.job, MANY, owner_id=person)
    grow(far.roster, MANY, school_id=school)
    grow(far.school_list, MANY, uploaded_by_id=person)
    grow(far.data_request, MANY, school_id=school, pupil_id=pupil)
    mergers = grow(far.merger, FEW, target_id=school)
    alike = {"first_id": pupil, "second_id": f"{pupils} + (n + 1) % {PUPILS}"}
    grow(far.pair, MANY, merger_id=f"{mergers} + n % {FEW}", **alike)
    grow(far.joining, MANY, kept_id=pupil, dropped_id=f"{pupils} + (n + 1) % {PUPILS}")
    grow(Consent.objects.get(pk=far.consent.pk), PUPILS, pupil_id=pupil)
    lesson = Curriculum.objects.create(code="MACH-DIEN", title="Mạch điện", grade_from=6, grade_to=9, minutes=45)
    for place in world.places.values():
        place.taught = TaughtActivity.objects.create(
            school=place.school, curriculum=lesson, grade=8, taught_on=timezone.localdate() - timedelta(days=1),
            pupils=30, girls=14,
        )  # fmt: skip
    grow(far.taught, 10_000, school_id=school)


def grow(row: models.Model, count: int, **columns: str) -> int:
    """Copy ``row`` ``count`` times; ``columns`` say in SQL what differs, by the number ``n`` of the copy.

    What must be unique by itself gets a word of its own. Returns the key of the first copy; the others follow it.
    """
    model, table = type(row), connection.ops.quote_name(row._meta.db_table)
    fields = [field for field in model._meta.local_concrete_fields if not isinstance(field, models.AutoField)]
    values = [columns.pop(field.attname, None) or _unlike_others(field, table) for field in fields]
    assert not columns, f"{model}: {columns}"
    names = ", ".join(connection.ops.quote_name(field.column) for field in fields)
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {table} ({names}) SELECT {', '.join(values)} FROM {table}"
            f" CROSS JOIN generate_series(1, {count}) AS n WHERE {table}.id = {row.pk}"
        )
    return model._base_manager.filter(pk__gt=row.pk).order_by("-pk")[:count].aggregate(first=Min("pk"))["first"]


def _unlike_others(field: models.Field, table: str) -> str:
    if not field.unique:
        return f"{table}.{connection.ops.quote_name(field.column)}"
    if isinstance(field, models.UUIDField):
        return "gen_random_uuid()"
    if field.is_relation:
        return "NULL"
    text = f"substr(md5({table}.id || '-' || n), 1, {min(field.max_length or 32, 32)})"
    return f"{text} || '@example.vn'" if isinstance(field, models.EmailField) else text
