"""Build the whole province in order; each step is a function in its own file."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from datetime import datetime, timedelta
from random import Random

from django.db import connection, transaction
from django.utils import timezone

from cms.actions import set_up_site
from programs.accounts.models import User
from programs.activities.models import TaughtActivity
from programs.bookings.choices import BookingState
from programs.bookings.models import Booking
from programs.centres.choices import SessionState
from programs.centres.models import Session
from programs.certificates.actions import issue_certificates
from programs.claims.models import SchoolClaim
from programs.competitions.actions.seeds import load_rule_sets
from programs.core.models import SchoolYear, Term
from programs.curricula.models import Curriculum
from programs.participation.actions import load_indicators
from programs.pupils.models import ClassGroup, Pupil
from programs.reviews.actions import freeze_report
from programs.schools.actions.areas import import_areas
from programs.schools.choices import SchoolRole, SchoolState
from programs.schools.models import Invitation, School
from stem_portal.demo import (
    ballots,
    cards,
    cast,
    consents,
    day,
    letters,
    life,
    own,
    pages,
    papers,
    photographs,
    projects,
    rights,
    rosters,
    schools,
    students,
    visits,
)
from stem_portal.demo.calendar import load_calendar
from stem_portal.demo.names import full_name
from stem_portal.demo.schedule import load_schedule
from stem_portal.demo.schools import CITY, PROVINCE, Scale

SCALES = {"province": PROVINCE, "city": CITY}


def build(*, scale_name: str, seed: int, now: datetime, say: Callable[[str], None]) -> None:
    """Build everything in one transaction: a half-built province is useless. The database must not contain schools."""
    scale, random, today = SCALES[scale_name], Random(seed), timezone.localdate(now)
    with transaction.atomic():
        say("calendar, wards, pages")
        terms = load_calendar(today=today, years_back=scale.years_back)
        import_areas()
        people = cast.create_people()
        set_up_site()
        pages.load_content(today)
        load_rule_sets()
        load_indicators()
        cast.settle_editors(people)
        cast.settle_centre(people)

        say("schools, staff, classes, pupils")
        year_began = terms[-1].school_year.starts_on
        all_schools = schools.build_schools(random=random, scale=scale)
        cast.settle_schools(people, since=year_began)
        cast.settle_second_factors()
        all_schools = list(School.objects.order_by("pk"))
        schools.build_staff(random=random, schools=all_schools, scale=scale, since=year_began)
        classes_of = {
            year.pk: schools.build_classes(school_year=year, schools=all_schools) for year in SchoolYear.objects.all()
        }
        _put_hanh_in_charge(people)
        pupils_of, minh = _build_pupils(random, scale, today, terms[-1].school_year, people)
        _build_claims(random, now)

        _count_the_rows()
        say("sessions and bookings")
        bookings = _build_visits(random, scale, terms, now, pupils_of, people)

        _count_the_rows()
        say("projects, lessons taught, certificates, reports")
        competitions = projects.build_competitions(school_year=terms[-1].school_year, now=now)
        projects.begin_rules_of_next_year(by=people["nam"])
        projects.build_projects(random=Random(seed), competitions=competitions, people=people, now=now, keep_free=minh)
        projects.compare_entries(by=people["nam"])
        _build_taught_activities(random, classes_of[terms[-1].school_year_id], _current(terms, today), today)
        own.build_own_activities(random=Random(seed), schools=all_schools, term=_current(terms, today), today=today)
        _issue_certificates(pupils_of)
        consents.build_consents(random=Random(seed), pupils_of=pupils_of, minh=minh, now=now)
        photographs.build_photographs(random=Random(seed))
        day.build_undone(people=people, now=now)
        cards.build_cards(people=people, minh=minh, now=now)
        projects.build_invitations(minh=minh, teacher=people["hanh"], competition=competitions[projects.OPEN])
        open_challenge = next(row for row in competitions.values() if row.rule_set.students and row.is_open(now))
        students.build_students(random=Random(seed), vy=people["vy"], competition=open_challenge)
        rights.build_requests(people=people, minh=minh, now=now)
        rosters.build_rosters(random=Random(seed), people=people, now=now)
        life.build_life(random=Random(seed), people=people, now=now)
        ballots.build_ballots(random=Random(seed), people=people, school_year=terms[-1].school_year, now=now)
        letters.deliver_old_ones(now=now)
        letters.build_undelivered(people=people)
        past = [term for term in terms if term.ends_on < today][-2:]
        for term in past:
            freeze_report(term_id=term.pk, by=people["nam"], key=f"demo-{term.pk}")
    say(f"{len(all_schools)} schools, {Session.objects.count()} sessions, {len(bookings.rows)} bookings")


def _put_hanh_in_charge(people) -> None:
    ClassGroup.objects.filter(school__name=cast.HOME_SCHOOL, name="8A1").update(homeroom_teacher=people["hanh"])
    ClassGroup.objects.filter(school__name=cast.OTHER_SCHOOL, name="8A1").update(homeroom_teacher=people["lam"])


def _build_pupils(random: Random, scale: Scale, today, school_year, people):
    """The cast's classes, others of grade 4 and above, so that every trip has named visitors, and one of grade 11."""
    featured = [(cast.HOME_SCHOOL, "8A1", 38), (cast.HOME_SCHOOL, "9A1", 36), (cast.OTHER_SCHOOL, "8A1", 35)]
    current = ClassGroup.objects.filter(school_year=school_year).select_related("school_year")
    chosen = [current.get(school__name=school, name=name) for school, name, _ in featured]
    upper = current.get(school__name=cast.UPPER_SCHOOL, name="11A1")
    sizes = [size for _, _, size in featured]
    rest = (
        current.filter(homeroom_teacher__isnull=False, grade__gte=4)
        .exclude(pk__in=[upper.pk, *(group.pk for group in chosen)])
        .order_by("pk")
    )
    step = max(1, rest.count() // scale.classes_with_pupils)
    others = list(rest[::step])[: scale.classes_with_pupils - len(chosen)]
    pupils = schools.build_pupils(
        random=random, classes=chosen + others, today=today, sizes=sizes + [random.randint(34, 40) for _ in others]
    )
    pupils += schools.build_pupils(random=Random(upper.name), classes=[upper], today=today, sizes=[37])
    minh = cast.settle_pupils(people)
    pupils_of = defaultdict(list)
    for row in Pupil.objects.filter(pk__in=[pupil.pk for pupil in pupils]).values_list(
        "enrolments__class_group_id", "pk", "gender"
    ):
        pupils_of[row[0]].append((row[1], row[2]))
    return pupils_of, minh


def _build_claims(random: Random, now: datetime) -> None:
    """Some schools of the list wait for their authority's word, one was asked to correct its form."""
    waiting = list(
        School.objects.claimable().exclude(name__endswith=cast.HOME_WARD.split(" ", 1)[1]).order_by("pk")[::3]
    )
    for index, school in enumerate(waiting):
        name = full_name(random, female=index % 2 == 0)
        returned = index % 6 == 5
        SchoolClaim.objects.create(
            school=school,
            full_name=name,
            position="Phó hiệu trưởng" if index % 2 else "Tổng phụ trách Đội",
            email=f"vanthu.{school.code}@truong.example.vn",
            phone=f"+84274{3600000 + index}",
            message="Trường xin đăng ký sử dụng cổng để đặt buổi trải nghiệm cho học sinh.",
            state="returned" if returned else "submitted",
            reason="Số điện thoại không đúng với văn phòng nhà trường, đề nghị kiểm tra lại." if returned else "",
            key_hash=f"{random.getrandbits(256):064x}",
        )
    School.objects.filter(pk__in=[school.pk for school in waiting]).update(state=SchoolState.CLAIMED)
    home = School.objects.get(name=cast.HOME_SCHOOL)
    Invitation.objects.create(
        school=home,
        email="giaovien.moi@truong.example.vn",
        full_name=full_name(random, female=True),
        role=SchoolRole.TEACHER,
        token_hash=f"{random.getrandbits(256):064x}",
        expires_at=now + timedelta(days=9),
    )


def _build_visits(
    random: Random, scale: Scale, terms: list[Term], now: datetime, pupils_of, people: dict[str, User]
) -> visits.Bookings:
    sessions = visits.build_sessions(terms=terms, scale=scale, now=now)
    load_schedule(sessions=sessions, term=_current(terms, timezone.localdate(now)), by=people["trung"], now=now)
    bookings = visits.Bookings(random=random, now=now)
    # The cast's classes choose first and get nothing by chance: their calendar is the same on every day of the year.
    featured = _book_for_the_cast(bookings, sessions, now)
    for term in terms:
        classes = visits.classes_by_grade(term.school_year, without=featured)
        of_term = [session for session in sessions if term.covers(timezone.localdate(session.starts_at))]
        visits.build_bookings(bookings=bookings, random=random, sessions=of_term, now=now, classes=classes)
    papers.settle_trips()
    papers.book_for_approval(bookings=bookings, sessions=sessions, now=now)
    visits.show_rare_states(bookings=bookings, centre=cast.CENTRE)
    visits.show_a_list_that_stands_still(bookings=bookings, centre=cast.CENTRE, without=featured, now=now)
    papers.offer_places(bookings=bookings, now=now)
    bookings.save()
    visits.build_rosters(bookings=bookings, pupils_of=pupils_of)
    papers.build_papers(people=people, now=now)
    day.build_feedback(random=Random(12))
    day.build_dispute()
    return bookings


def _book_for_the_cast(bookings: visits.Bookings, sessions: list[Session], now: datetime) -> list[ClassGroup]:
    """Class 8A1 has come, comes today, is confirmed, and waits: each state is there to be seen."""
    group = (
        ClassGroup.objects.filter(school__name=cast.HOME_SCHOOL, name="8A1").order_by("-school_year__starts_on").first()
    )
    other = (
        ClassGroup.objects.filter(school__name=cast.OTHER_SCHOOL, name="8A1")
        .order_by("-school_year__starts_on")
        .first()
    )
    today = timezone.localdate(now)
    mine = sorted(
        (session for session in sessions if session.field_trip.grade_from <= 8 <= session.field_trip.grade_to),
        key=lambda session: session.starts_at,
    )
    # A class is in one place at a time: of every day the first session only.
    first_of_day = {timezone.localdate(session.starts_at): session for session in reversed(mine)}
    past = [
        first_of_day[day]
        for day in sorted(first_of_day)
        if group.school_year.starts_on <= day < today and first_of_day[day].state == SessionState.CLOSED
    ]
    ahead = [first_of_day[day] for day in sorted(first_of_day) if day > today + timedelta(days=4)]
    due_today = [
        session
        for session in mine
        if timezone.localdate(session.starts_at) == today and session.field_trip.centre.code == cast.CENTRE
    ]
    for session in past[-2:]:
        bookings.add(session, group, group.homeroom_teacher_id, BookingState.CLOSED, min(38, session.capacity))
    for session, who in zip(due_today[:2], (group, other), strict=False):
        bookings.add(session, who, who.homeroom_teacher_id, BookingState.CONFIRMED, min(35, session.capacity))
    if len(ahead) > 3:
        bookings.add(ahead[0], group, group.homeroom_teacher_id, BookingState.HELD, min(38, ahead[0].capacity))
        bookings.add(ahead[2], other, other.homeroom_teacher_id, BookingState.CONFIRMED, ahead[2].capacity)
        bookings.add(ahead[2], group, group.homeroom_teacher_id, BookingState.WAITLISTED, min(38, ahead[2].capacity))
    return [group, other]


def _count_the_rows() -> None:
    """PostgreSQL plans by what it knows of its tables, and counts them by itself only after the commit.

    Without it a question that takes a millisecond took minutes: the plan was one for empty tables.
    """
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")


def _current(terms: list[Term], today) -> Term:
    """The term that has begun last: the later ones of the year have no lessons yet."""
    return [term for term in terms if term.starts_on <= today][-1]


def _build_taught_activities(random: Random, classes: list[ClassGroup], term: Term, today) -> None:
    """Teachers reported lessons that they taught, on school days of this term."""
    by_grade = defaultdict(list)
    for curriculum in Curriculum.objects.all():
        for grade in range(curriculum.grade_from, curriculum.grade_to + 1):
            by_grade[grade].append(curriculum)
    days = max(1, (min(today, term.ends_on) - term.starts_on).days)
    rows = []
    for group in classes:
        if group.homeroom_teacher_id is None or random.random() < 0.55 or not by_grade[group.grade]:
            continue
        day = term.starts_on + timedelta(days=random.randrange(days))
        pupils = random.randint(28, 42)
        rows.append(
            TaughtActivity(
                school_id=group.school_id,
                curriculum=random.choice(by_grade[group.grade]),
                class_group=group,
                grade=group.grade,
                taught_on=day if day.weekday() != 6 else max(term.starts_on, day - timedelta(days=1)),
                pupils=pupils,
                girls=round(pupils * random.uniform(0.43, 0.55)),
                reported_by_id=group.homeroom_teacher_id,
            )
        )
    TaughtActivity.objects.bulk_create(rows, batch_size=1000)


def _issue_certificates(pupils_of) -> None:
    """Through the real action, for the latest closed visits of classes whose pupils have names."""
    booked = Booking.objects.filter(class_group_id__in=list(pupils_of), state=BookingState.CLOSED).select_related(
        "leader"
    )
    for booking in booked.order_by("-session__starts_at")[:6]:
        issue_certificates(booking_id=booking.pk, by=booking.leader, key=f"demo-{booking.reference}")
