"""Schools of every type in every ward, their staff, classes and pupils."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import cache
from random import Random

from allauth.account.models import EmailAddress
from django.conf import settings
from django.contrib.auth.hashers import make_password

from programs.accounts.models import User
from programs.core.choices import GRADES_OF_LEVEL, Level
from programs.core.models import SchoolYear
from programs.core.text import fold, name_sort_key, slugify_vi, text_sort_key
from programs.pupils.choices import Gender
from programs.pupils.models import ClassGroup, Enrolment, Pupil
from programs.schools.choices import Ownership, SchoolRole, SchoolState, Tree
from programs.schools.models import Area, Membership, School, SchoolLevel
from programs.schools.rules import authority_of
from stem_portal.demo.names import full_name

SOURCE = "CSDL ngành"
PRESCHOOL, PRIMARY, LOWER, UPPER, CONTINUING = (
    Level.PRESCHOOL,
    Level.PRIMARY,
    Level.LOWER_SECONDARY,
    Level.UPPER_SECONDARY,
    Level.CONTINUING,
)
PUBLIC, PRIVATE, FOREIGN = Ownership.PUBLIC, Ownership.PRIVATE, Ownership.FOREIGN

# Name, levels, ownership; the ward's own name fills {}.
EVERY_WARD = [("Trường Tiểu học {}", [PRIMARY], PUBLIC), ("Trường THCS {}", [LOWER], PUBLIC)]
SOME_WARDS = [
    ("Trường THPT {}", [UPPER], PUBLIC),
    ("Trường Mầm non {}", [PRESCHOOL], PUBLIC),
    ("Trường Tiểu học {} 2", [PRIMARY], PUBLIC),
    ("Trường TH - THCS {}", [PRIMARY, LOWER], PUBLIC),
    ("Trung tâm GDNN - GDTX {}", [CONTINUING], PUBLIC),
    ("Trường THPT {} 2", [UPPER], PUBLIC),
    ("Trường THCS - THPT {}", [LOWER, UPPER], PUBLIC),
    ("Trường Mầm non Hoa Sen {}", [PRESCHOOL], PRIVATE),
    ("Trường THCS {} 2", [LOWER], PUBLIC),
    ("Trường TH - THCS - THPT Ngôi Sao {}", [PRIMARY, LOWER, UPPER], PRIVATE),
    ("Trường THPT chuyên {}", [UPPER], PUBLIC),
    ("Trường Quốc tế Bình Minh {}", [PRIMARY, LOWER, UPPER], FOREIGN),
]
ROLL = {PRESCHOOL: (180, 420), PRIMARY: (620, 1650), LOWER: (540, 1480), UPPER: (680, 1560), CONTINUING: (160, 520)}


@dataclass(frozen=True)
class Scale:
    """How much to build."""

    schools: int
    years_back: int
    classes_with_pupils: int
    teachers: int
    every_room: bool  # sessions twice a day in every room, or some days a week in the trip's own
    jurisdiction_only: bool


PROVINCE = Scale(
    schools=120,
    years_back=1,
    classes_with_pupils=12,
    teachers=60,
    every_room=False,
    jurisdiction_only=True,
)
CITY = Scale(
    schools=3500,
    years_back=5,
    classes_with_pupils=600,
    teachers=2500,
    every_room=True,
    jurisdiction_only=False,
)


@cache
def demo_password_hash() -> str:
    """One hash for everybody: hashing thousands of times would take minutes."""
    return make_password(settings.DEMO_PASSWORD)


def new_person(name: str, username: str, *, email: str | None, password: str) -> User:
    """An unsaved person, ready for ``bulk_create`` (which does not call ``save``)."""
    return User(username=username, email=email, full_name=name, sort_key=name_sort_key(name), password=password)


def trust_addresses(people: list[User]) -> None:
    """The addresses of the demonstration were all confirmed once, as an invitation would have done."""
    EmailAddress.objects.bulk_create(
        (
            EmailAddress(user=person, email=person.email, verified=True, primary=True)
            for person in people
            if person.email
        ),
        batch_size=500,
    )


def _plan(wards: list[Area], wanted: int) -> list[tuple[Area, str, list[Level], Ownership]]:
    plan = [(ward, name, levels, owner) for ward in wards for name, levels, owner in EVERY_WARD]
    step = 0
    while len(plan) < wanted:
        name, levels, owner = SOME_WARDS[step % len(SOME_WARDS)]
        round_number = step // (len(SOME_WARDS) * len(wards)) + 1
        ward = wards[(step * 7) % len(wards)]
        plan.append((ward, name if round_number == 1 else f"{name} số {round_number}", levels, owner))
        step += 1
    return plan[:wanted]


def _ward_word(ward: Area) -> str:
    return ward.name.split(" ", 1)[1]


def _state(index: int) -> SchoolState:
    """About three schools in five take part; the others are in every other state."""
    if index % 40 == 39:
        return SchoolState.CLOSED
    if index % 40 == 19:
        return SchoolState.SUSPENDED
    if index % 10 in {6, 7}:
        return SchoolState.INVITED
    return SchoolState.ACTIVE


def build_schools(*, random: Random, scale: Scale) -> list[School]:
    """Schools with their levels, a cluster and an authority; the caller has loaded the areas."""
    wards = Area.objects.filter(tree=Tree.ADMINISTRATIVE, parent__isnull=False)
    if scale.jurisdiction_only:
        wards = wards.filter(in_jurisdiction=True)
    wards = list(wards.order_by("code"))
    clusters = list(Area.objects.filter(tree=Tree.PROFESSIONAL).order_by("code"))
    schools, levels_of, used = [], {}, set()
    for index, (ward, pattern, levels, owner) in enumerate(_plan(wards, scale.schools)):
        name = base = pattern.format(_ward_word(ward))
        number = 2
        while name in used:
            name, number = f"{base} {number}", number + 1
        used.add(name)
        code = (
            f"74{wards.index(ward) + 101:03d}{index % 900 + 101:03d}" if scale.jurisdiction_only else f"79{index:06d}"
        )
        roll = sum(random.randint(*ROLL[level]) for level in levels)
        schools.append(
            School(
                code=code,
                name=name,
                sort_key=text_sort_key(name),
                search_key=fold(f"{name} {code}")[:300],
                ward=ward,
                cluster=clusters[wards.index(ward) * len(clusters) // len(wards)] if clusters else None,
                ownership=owner,
                authority=authority_of(levels),
                address=f"{random.randint(2, 480)} đường số {random.randint(1, 40)}, {ward.name}",
                phone=f"+84274{random.randint(3500000, 3999999)}",
                pupil_count=roll,
                state=_state(index),
            )
        )
        levels_of[code] = levels
    School.objects.bulk_create(schools, batch_size=500)
    SchoolLevel.objects.bulk_create(
        (SchoolLevel(school=school, level=level) for school in schools for level in levels_of[school.code]),
        batch_size=1000,
    )
    return schools


def build_staff(*, random: Random, schools: list[School], scale: Scale, since: date) -> None:
    """A coordinator for every active school, and teachers spread over them."""
    password = demo_password_hash()
    active = [school for school in schools if school.state == SchoolState.ACTIVE]
    people, posts = [], []

    def add(school: School, role: SchoolRole, number: int) -> None:
        name = full_name(random, female=random.random() < 0.68)
        username = f"{slugify_vi(name)}-{number}"
        person = new_person(name, username, email=f"{username}@truong.example.vn", password=password)
        people.append(person)
        posts.append((school, person, role))

    number = 100
    led = set(Membership.objects.filter(role=SchoolRole.COORDINATOR).values_list("school_id", flat=True))
    without_leaders = [school for school in active if school.pk not in led]  # the cast leads its own school
    for school in without_leaders:
        add(school, SchoolRole.COORDINATOR, number := number + 1)
    for index in range(scale.teachers):
        add(active[index % len(active)], SchoolRole.TEACHER, number := number + 1)
    for school in without_leaders[:12]:
        add(school, SchoolRole.PRINCIPAL, number := number + 1)
    User.objects.bulk_create(people, batch_size=500)
    trust_addresses(people)
    Membership.objects.bulk_create(
        (Membership(school=school, user=person, role=role, started_on=since) for school, person, role in posts),
        batch_size=500,
    )


def _grades(school: School, levels: list[str]) -> list[int]:
    return sorted({grade for level in levels for grade in GRADES_OF_LEVEL.get(Level(level), ())})


def build_classes(*, school_year: SchoolYear, schools: list[School]) -> list[ClassGroup]:
    """Two classes of every grade in every active school, each with a class teacher where there is one."""
    levels: dict[int, list[str]] = {}
    for row in SchoolLevel.objects.values("school_id", "level"):
        levels.setdefault(row["school_id"], []).append(row["level"])
    teachers: dict[int, list[int]] = {}
    for row in Membership.objects.filter(role=SchoolRole.TEACHER).values("school_id", "user_id").order_by("id"):
        teachers.setdefault(row["school_id"], []).append(row["user_id"])
    classes = []
    for school in schools:
        if school.state != SchoolState.ACTIVE:
            continue
        staff = teachers.get(school.pk, [])
        for place, grade in enumerate(_grades(school, levels.get(school.pk, []))):
            for number in (1, 2):
                name = f"{grade}A{number}" if grade >= 6 else f"{grade}/{number}"
                teacher = staff[(place + number) % len(staff)] if staff else None
                classes.append(
                    ClassGroup(
                        school=school, school_year=school_year, name=name, grade=grade, homeroom_teacher_id=teacher
                    )
                )
    return ClassGroup.objects.bulk_create(classes, batch_size=1000)


def build_pupils(*, random: Random, classes: list[ClassGroup], today: date, sizes: list[int]) -> list[Pupil]:
    """Named pupils for ``classes`` (one size each), enrolled since the school year began."""
    pupils, places = [], []
    for class_group, size in zip(classes, sizes, strict=True):
        for number in range(1, size + 1):
            female = random.random() < 0.49
            name = full_name(random, female=female)
            pupil = Pupil(
                school_id=class_group.school_id,
                full_name=name,
                sort_key=name_sort_key(name),
                search_key=fold(name)[:200],
                birth_date=date(today.year - class_group.grade - 5, random.randint(1, 12), random.randint(1, 28)),
                gender=Gender.FEMALE if female else Gender.MALE,
                external_id=f"{class_group.pk:05d}{number:03d}",
                source=SOURCE,
            )
            pupils.append(pupil)
            places.append((pupil, class_group))
    Pupil.objects.bulk_create(pupils, batch_size=1000)
    Enrolment.objects.bulk_create(
        (
            Enrolment(pupil=pupil, class_group=class_group, started_on=min(class_group.school_year.starts_on, today))
            for pupil, class_group in places
        ),
        batch_size=1000,
    )
    return pupils
