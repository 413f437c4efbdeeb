"""A small province with one of everything in three places, for tests that ask who may see what.

``own`` is the place of the people in ``World.people``; ``sibling`` is another school of the same ward at the same
centre; ``foreign`` is a school of another ward at another centre.

What may be read of a place carries a mark (``xqpupilsibling``, see ``mark``) that stands nowhere else, so that a
test can find it in whatever the portal answers: tests/test_leaks.py looks for each of them in every answer.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cache
from types import SimpleNamespace

from django.contrib.auth.models import Group
from django.core.files.base import ContentFile
from django.core.files.storage import storages
from django.utils import timezone

from programs.accounts.models import User
from programs.activities.choices import OwnKind
from programs.activities.models import OwnActivity, TaughtActivity
from programs.approvals.models import BookingApproval, BookingPaper
from programs.authorities.choices import ApprovalKind
from programs.ballots.choices import BallotState, EntryOutcome
from programs.ballots.models import Ballot, BallotEntry, Wish
from programs.ballots.rules.fair import FACTORS, canonical, hash_of
from programs.bookings.choices import BookingState
from programs.bookings.emails import answer_token
from programs.bookings.models import Booking, RosterEntry
from programs.calendars.models import CalendarFeed
from programs.centres.choices import BookingMode, CentreRole, PaperKind
from programs.centres.models import Blackout, Centre, CentreStaff, FieldTrip, Room, Season, Session, SessionSeries
from programs.certificates.models import Certificate
from programs.claims.choices import ClaimState
from programs.claims.models import SchoolClaim
from programs.competitions.choices import CompetitionState, RuleSetState
from programs.competitions.models import Competition, Round, RuleSet, Slot
from programs.consents.actions import links
from programs.consents.models import Signature
from programs.core.choices import JobState, Level
from programs.core.models import Holiday, Job
from programs.curricula.models import Curriculum
from programs.data_rights.choices import Requester, RequestKind
from programs.data_rights.models import DataRequest
from programs.documents.models import ProjectDocument, ProjectFile
from programs.duplicates.choices import Ground
from programs.duplicates.models import PupilPair, SchoolMerger
from programs.endorsements.models import SafetyMember
from programs.entries.choices import Likeness, Reading
from programs.entries.models import FilePrint, Similarity
from programs.judging.models import ScoreSheet
from programs.notices.choices import MessageState
from programs.notices.models import Message
from programs.projects.choices import ProjectState
from programs.projects.models import Project, ProjectMember, Submission, TeamInvitation
from programs.pupils.models import Joining
from programs.reviews.models import ParticipationReport
from programs.rosters.choices import RowOutcome
from programs.rosters.models import RosterImport, RosterRow
from programs.schools.choices import ImportState, OfficeRole, SchoolState
from programs.schools.models import Invitation, Membership, OfficerPost, SchoolListImport
from programs.schools.queries.staff import hash_of_token
from programs.students.models import Student
from programs.students.queries import token_of
from programs.uploads.models import Upload
from programs.visit_days.choices import LateDecision, MarkKind
from programs.visit_days.models import CheckInMark, VisitPhotograph
from tests import people

ROLES = [
    "anonymous", "pupil", "university_student", "teacher", "coordinator", "principal",
    "centre_staff", "judge", "ward_officer", "department_officer", "editor", "administrator",
]  # fmt: skip
RELATIONS = ["own", "sibling", "foreign", "missing"]
PLACES = RELATIONS[:3]


def mark(kind: str, place: str) -> str:
    """A word that identifies one thing in one place, e.g. as a person's name; found folded, spaces or not."""
    return f"Xq{kind}{place}"


MARKED = (
    "school", "pupil", "guardian", "teacher", "coordinator", "claimant", "invited", "project", "file", "image", "message", "letter",
    "listed", "rosterfile", "requester", "request", "needs",
)  # fmt: skip


@cache
def marks() -> dict[str, tuple[str, str]]:
    """What to look for in lower case without spaces, and what it identifies."""
    known = {mark(kind, place).lower(): (kind, place) for kind in MARKED for place in PLACES}
    for number, place in enumerate(PLACES):
        known |= {
            phone_of(place)[3:]: ("telephone", place),
            f"98800000{number}": ("guardian's_phone", place),
            f"bd-ahd{number}2": ("booking", place),
            f"gcn-2026-00000{number + 1}": ("certificate", place),
        }
    return known


def kinds() -> list[str]:
    return list(dict.fromkeys(kind for kind, _ in marks().values()))


def phone_of(place: str) -> str:
    """The telephone that a booking of the place leaves; in an answer it is looked for without its country code."""
    return f"+8497700000{PLACES.index(place)}"


@dataclass
class World:
    places: dict[str, SimpleNamespace] = field(default_factory=dict)
    people: dict[str, User] = field(default_factory=dict)
    competition: Competition | None = None
    rules: SimpleNamespace | None = None


def build_world() -> World:
    world = World()
    now = timezone.now()
    year = people.make_year()
    report = ParticipationReport.objects.create(term=year.terms.first())
    rules = RuleSet.objects.create(code="y-tuong", name="Ý tưởng", grade_from=6, grade_to=12)
    Round.objects.create(rule_set=rules, number=1, name="Vòng 1")
    Slot.objects.create(rule_set=rules, code="report", name="Thuyết minh", kinds=["pdf", "link"])
    Slot.objects.create(
        rule_set=rules,
        code="photographs",
        asks_safety=True,
        name="Hình ảnh",
        kinds=["image"],
        need="condition",
        question="Có hình không?",
    )
    RuleSet.objects.filter(pk=rules.pk).update(state=RuleSetState.PUBLISHED, published_at=now)
    draft = RuleSet.objects.create(code="y-tuong", version=2, name="Ý tưởng")
    world.rules = SimpleNamespace(
        published=rules,
        draft=draft,
        part=Slot.objects.create(rule_set=draft, code="bao-cao", name="Báo cáo", kinds=["pdf"]),
    )
    world.competition = Competition.objects.create(
        code="Y-TUONG", slug="y-tuong", name="Ý tưởng", name_en="Ideas", summary="Thi ý tưởng", summary_en="Ideas",
        school_year=year, rule_set=rules, state=CompetitionState.OPEN,
        opens_at=now - timedelta(days=3), closes_at=now + timedelta(days=30),
    )  # fmt: skip
    wards = {"own": people.make_ward("Phường Phú Lợi"), "foreign": people.make_ward("Phường Dĩ An")}
    wards["sibling"] = wards["own"]
    centres = {name: _centre(code, wards[name]) for name, code in (("own", "CX"), ("foreign", "CY"))}
    centres["sibling"] = centres["own"]
    for number, name in enumerate(("own", "sibling", "foreign")):
        world.places[name] = _place(world, name, number, wards[name], centres[name], now)
        world.places[name].report = report
        world.places[name].school_year = year
        world.places[name].competition, world.places[name].rules = world.competition, world.rules
        world.places[name].holiday = Holiday.objects.create(
            name="Tết", starts_on=date(2020, 1, 23), ends_on=date(2020, 1, 29)
        )
        clerk = people.make_user("Đặng Văn Thư", is_active=False)
        world.places[name].officer_post = OfficerPost.objects.create(user=clerk, role=OfficeRole.WARD)
    _cast(world, wards["own"], centres["own"])
    for name in ("own", "sibling", "foreign"):
        _belongings(world, name, now)
    _similar_files(world)
    return world


def _similar_files(world: World) -> None:
    """The report of each place is like that of the next."""
    prints = {
        name: FilePrint.objects.create(file=place.file, project=place.project, reading=Reading.TEXT)
        for name, place in world.places.items()
    }
    for one, other in (("own", "sibling"), ("sibling", "foreign"), ("own", "foreign")):
        place = world.places[one if one != "own" or other == "sibling" else other]
        place.similarity = Similarity.objects.create(
            first=prints[one], second=prints[other], ground=Likeness.TEXT, percent=70
        )


def _centre(code: str, ward) -> Centre:
    centre = Centre.objects.create(
        code=code,
        name=f"Trung tâm {code}",
        ward=ward,
        address="1 Yersin",
        phone="+842743000001",
        email=f"{code}@example.vn",
    )
    Room.objects.create(centre=centre, name="Xưởng", capacity=60)
    return centre


def _place(world: World, name: str, number: int, ward, centre, now) -> SimpleNamespace:
    school = people.make_school(f"Trường THCS {mark('school', name)}", ward=ward)
    class_group = people.make_class("8A1", school=school)
    pupil = people.make_pupil(
        f"Nguyễn Nhật {mark('pupil', name)}",
        class_group=class_group,
        with_account=True,
        guardian_name=f"Nguyễn Văn {mark('guardian', name)}",
        guardian_phone=f"+8498800000{number}",
    )
    teacher = people.make_teacher(f"Trần Thị {mark('teacher', name)}", school=school)
    class_group.homeroom_teacher = teacher
    class_group.save()
    coordinator = people.make_coordinator(f"Lê Văn {mark('coordinator', name)}", school=school)
    claimed = people.make_school(
        f"Trường Tiểu học {name}", ward=ward, levels=(Level.PRIMARY,), state=SchoolState.CLAIMED
    )
    free = people.make_school(
        f"Trường Tiểu học {name} 2", ward=ward, levels=(Level.PRIMARY,), state=SchoolState.INVITED
    )
    claim = SchoolClaim.objects.create(
        school=claimed, full_name=f"Đinh Thị {mark('claimant', name)}", position="Phó hiệu trưởng", email=f"thu{number}@example.vn",
        phone="+84912345678", state=ClaimState.SUBMITTED, key_hash=hash_of_token(f"key-{name}"),
    )  # fmt: skip
    trip = FieldTrip.objects.create(
        code=f"TRIP-{name}", title="Xưởng chế tạo số", centre=centre, grade_from=6, grade_to=9, minutes=120
    )
    room = centre.rooms.first()
    ahead = _session(trip, room, now + timedelta(days=9 + number))
    over = _session(trip, room, now - timedelta(days=5 + number))
    place = SimpleNamespace(
        name=name, school=school, class_group=class_group, pupil=pupil, teacher=teacher, coordinator=coordinator,
        claim=claim, free_school=free, session=ahead, past_session=over,
    )  # fmt: skip
    _planned(place, number, room=room, now=now)
    place.booking = _booking(f"BD-AHD{number}2", ahead, place, BookingState.HELD)
    _papers(place)
    place.past_booking = _booking(f"BD-PST{number}2", over, place, BookingState.CLOSED)
    Booking.objects.filter(pk=place.past_booking.pk).update(unannounced=True, certified_at=now)
    RosterEntry.objects.create(booking=place.past_booking, pupil=pupil, attended=True)
    _photograph(place)
    _late_mark(place, now=now)
    place.certificate = Certificate.objects.create(
        serial=f"GCN-2026-00000{number + 1}", verify_code=f"ABCDEFGHJKMNPQRSTUVWXYZ23{number + 4}", kind="visit",
        printed_name=pupil.full_name, school_name=school.name, activity_title=trip.title, place=centre.name,
        issuer_name=centre.name, held_on=now.date(), pupil=pupil, school=school, booking=place.past_booking,
        issued_at=now,
    )  # fmt: skip
    place.invitation = Invitation.objects.create(
        school=school, email=f"moi{number}@example.vn", full_name=f"Mời {mark('invited', name)}", token_hash=hash_of_token(f"moi-{name}"),
        expires_at=now + timedelta(days=5),
    )  # fmt: skip
    place.invitation.token = f"moi-{name}"
    place.feed = CalendarFeed.objects.create(user=teacher, token_hash=hash_of_token(f"lich-{name}"))
    place.feed.token = f"lich-{name}"
    _drawn(place, number, room=room, now=now)
    place.school_list = _school_list(place, number)
    _consents(place, name)
    place.twin = people.make_pupil(pupil.full_name, class_group=class_group)
    _alike(place)
    place.roster = _roster(place, number)
    place.data_request = _data_request(place, number)
    place.membership = Membership.objects.get(school=school, user=teacher)
    return place


def _school_list(place: SimpleNamespace, number: int) -> SchoolListImport:
    """An official list whose columns are matched: the department's own, wherever the schools lie."""
    content = f"Mã trường,Tên trường\n{place.school.code},{place.school.name}\n".encode()
    path = storages["private"].save(f"school-lists/{place.name}-{place.school.code}", ContentFile(content))
    return SchoolListImport.objects.create(
        reference=f"DT-LST{number}2", uploaded_by=place.coordinator, file_name="Danh sách.csv", file_path=path,
        file_hash="0" * 64, header_line=1, mapping={"0": "code", "1": "name"}, state=ImportState.READY,
    )  # fmt: skip


def _alike(place: SimpleNamespace) -> None:
    """Two records of whom nobody has said whether they are one child, and two that were joined."""
    ends = {"merged_by": place.coordinator, "was": "active", "target_was": "active"}
    place.merger = SchoolMerger.objects.create(source=place.free_school, target=place.school, **ends)
    pair = {"first": place.twin, "second": place.pupil, "ground": Ground.NAME}
    place.pair = PupilPair.objects.create(merger=place.merger, **pair)
    joined = people.make_pupil(
        place.pupil.full_name, school=place.school, merged_into=place.pupil, left_on="2026-09-01"
    )
    was = {"left_on": None, "user": None}
    place.joining = Joining.objects.create(kept=place.pupil, dropped=joined, parts={"kept": was, "dropped": was})


def _roster(place: SimpleNamespace, number: int) -> RosterImport:
    """A list of pupils that was looked through and waits for its coordinator."""
    content = f"Mã định danh,Họ và tên,Lớp\n74{number},{mark('listed', place.name)},8A1\n".encode()
    path = f"rosters/{place.name}.csv"
    storages["private"].delete(path)
    storages["private"].save(path, ContentFile(content))
    roster = RosterImport.objects.create(
        reference=f"DS-RST{number}2", school=place.school, school_year=place.class_group.school_year,
        uploaded_by=place.coordinator, source="test", file_name=f"{mark('rosterfile', place.name)}.csv", file_path=path,
        file_hash=f"{number}" * 64, sheet="", header_line=1, mapping={"0": "external_id", "1": "full_name", "2": "class"},
        state=ImportState.READY, counts={"add": 1},
    )  # fmt: skip
    name = f"Nguyễn Thị {mark('listed', place.name)}"
    RosterRow.objects.create(
        roster=roster, line=2, values={"full_name": name}, facts={"full_name": name}, outcome=RowOutcome.ADD
    )
    return roster


def _data_request(place: SimpleNamespace, number: int) -> DataRequest:
    """A guardian asks to see what is stored about the pupil."""
    today = timezone.localdate()
    return DataRequest.objects.create(
        reference=f"YC-REQ{number}2", kind=RequestKind.ACCESS, pupil=place.pupil, school=place.school,
        requester=Requester.GUARDIAN, requester_name=f"Nguyễn Văn {mark('requester', place.name)}",
        text=mark("request", place.name), answer_by=today + timedelta(days=2), due_on=today + timedelta(days=10),
    )  # fmt: skip


def _consents(place: SimpleNamespace, name: str) -> None:
    """A guardian's link, and a paper form with its scan."""
    place.consent = people.give_consent(place.pupil)[0]
    path = f"consents/{name}.jpg"
    place.scan = Signature.objects.create(
        pupil=place.pupil, purpose="take_part", text_version=1, giver="guardian", said="given", channel="paper",
        signed_at=timezone.now(), school=place.school, evidence_path=path,
    )  # fmt: skip
    storages["private"].delete(path)
    storages["private"].save(path, ContentFile(b"anh"))
    place.guardian = links.issue_link(pupil=place.pupil, by=place.teacher, key=f"guardian-{name}")


def _session(trip: FieldTrip, room: Room, starts_at) -> Session:
    return Session.objects.create(
        field_trip=trip, room=room, starts_at=starts_at, ends_at=starts_at + timedelta(hours=2), capacity=40, seats_taken=10,
        booking_opens_at=starts_at - timedelta(days=60), booking_closes_at=starts_at - timedelta(days=1),
    )  # fmt: skip


def _planned(place: SimpleNamespace, number: int, *, room: Room, now) -> None:
    """The framework of a centre's sessions: a room, closed days, a season, a series."""
    today = timezone.localdate(now)
    place.centre, place.room = room.centre, room
    place.closed_days = Blackout.objects.create(
        centre=room.centre, starts_on=today + timedelta(days=40), ends_on=today + timedelta(days=41), reason="Bảo trì"
    )
    place.season = Season.objects.create(
        code=f"MUA-{number}", name=f"Mùa {number}", school_year=place.class_group.school_year,
        opens_at=now - timedelta(days=3), closes_at=now + timedelta(days=60),
    )  # fmt: skip
    place.series = SessionSeries.objects.create(
        field_trip=place.session.field_trip, room=room, starts_on=today, ends_on=today + timedelta(days=30),
        weekdays=[1, 3], times=["08:00"],
    )  # fmt: skip
    Session.objects.filter(pk=place.session.pk).update(series=place.series)


def _drawn(place: SimpleNamespace, number: int, *, room: Room, now) -> None:
    """A session whose ballot takes entries, and another whose ballot was drawn and sent."""
    trip = place.session.field_trip
    place.drawn_session, sent = (_session(trip, room, now + timedelta(days=days + number)) for days in (30, 40))
    Session.objects.filter(pk=place.drawn_session.pk).update(mode=BookingMode.BALLOT)
    running = Ballot.objects.create(
        reference=f"BT-RUN{number}2", session=place.drawn_session, closes_at=now + timedelta(days=5), factors=FACTORS,
        source="Xổ số", source_date=timezone.localdate(now) + timedelta(days=6),
    )  # fmt: skip
    place.entry = BallotEntry.objects.create(
        ballot=running, number=1, school=place.school, class_group=place.class_group,
        leader=place.teacher, contact_phone=phone_of(place.name), pupils=10, adults=1, needs=mark("needs", place.name),
    )  # fmt: skip
    Wish.objects.create(entry=place.entry, position=1, session=place.drawn_session)
    school = {
        "school": place.school.code, "name": place.school.name, "ward": "", "cluster": "", "may_win": None,
        "may_win_at": {},
        "points": {"base": 100}, "weight": "1.0000",
        "facts": {"roll": 900, "visits": 0, "never": True, "distance": "", "kind": "ward"},
    }  # fmt: skip
    row = {"number": 1, "school": place.school.code, "pupils": 10, "wishes": [sent.pk], "busy": []}
    sessions = [
        {
            "session": sent.pk, "places": 30, "largest": 30, "one_group": False, "trip": "", "centre": "", "centre_code": "",
            "starts_at": sent.starts_at.isoformat(),
        }
    ]  # fmt: skip
    published = canonical({"entries": [row], "schools": [school], "sessions": sessions})
    place.ballot = Ballot.objects.create(
        reference=f"BT-SNT{number}2", session=sent, closes_at=now - timedelta(days=1), factors=FACTORS, published=published,
        entries_hash=hash_of(published), state=BallotState.SENT, seed="7", closed_at=now, drawn_at=now, sent_at=now,
        source="Xổ số", source_date=timezone.localdate(now), digits="738201",
    )  # fmt: skip
    BallotEntry.objects.create(
        ballot=place.ballot, number=1, drew=sent, session=sent, school=place.school, class_group=place.class_group, leader=place.teacher,
        contact_phone="", pupils=10, adults=1, place=1, ticket="0" * 64, outcome=EntryOutcome.WON, weight="1.0000",
    )  # fmt: skip


def _booking(reference: str, session: Session, place: SimpleNamespace, state: str) -> Booking:
    came = {"arrived_pupils": 10, "arrived_girls": 4, "arrived_adults": 1} if state == BookingState.CLOSED else {}
    return Booking.objects.create(
        reference=reference, session=session, school=place.school, class_group=place.class_group, leader=place.teacher,
        contact_phone=phone_of(place.name), pupils=10, adults=1, needs=mark("needs", place.name), state=state, **came,
    )  # fmt: skip


def _photograph(place: SimpleNamespace) -> None:
    """One of the visit that was held, in which nobody can be recognised."""
    key = f"photographs/{place.name}"
    storages["private"].delete(key)
    storages["private"].save(key, ContentFile(b"anh"))
    place.photograph = VisitPhotograph.objects.create(
        booking=place.past_booking, storage_key=key, preview_key=key, file_hash="f" * 64, added_by=place.teacher
    )


def _late_mark(place: SimpleNamespace, *, now) -> None:
    """A phone noted the group of the visit that was held, and sent it after its session was closed."""
    place.late_mark = CheckInMark.objects.create(
        mark_id=uuid.uuid4(), booking=place.past_booking, device="0a0a0a0a", kind=MarkKind.FIGURES, made_at=now,
        payload={"pupils": 9, "girls": 4, "adults": 1}, decision=LateDecision.WAITS,
    )  # fmt: skip


def _papers(place: SimpleNamespace) -> None:
    """A plan that was handed in as a file, everybody who may be asked for an approval, and the leader's letter."""
    key = f"visits/{place.name}"
    storages["private"].delete(key)
    storages["private"].save(key, ContentFile(b"ke hoach"))
    place.paper = BookingPaper.objects.create(
        booking=place.booking,
        kind=PaperKind.PLAN,
        storage_key=key,
        file_name="Kế hoạch.pdf",
        handed_in_by=place.teacher,
    )
    for kind in ApprovalKind:
        approval = BookingApproval.objects.create(booking=place.booking, kind=kind)
        setattr(place, f"approval_{kind}", approval)
    place.activity = _lesson(place)
    place.own_activity = OwnActivity.objects.create(
        school=place.school, level=Level.LOWER_SECONDARY, kind=OwnKind.CLUB, title=mark("own", place.name), pupils=20,
        held_on=timezone.localdate(), minutes=90, girls=9, teachers=1, reported_by=place.teacher,
    )  # fmt: skip
    place.waiting_token = answer_token(place.booking)
    place.joining_student = SimpleNamespace(token=token_of(f"sv-{place.booking.pk}@example.vn"))


def _lesson(place: SimpleNamespace) -> TaughtActivity:
    about = {"title": "Bình lọc nước", "grade_from": 1, "grade_to": 12, "minutes": 90}
    curriculum, _is_new = Curriculum.objects.get_or_create(code="binh-loc-nuoc", defaults=about)
    lesson = {"school": place.school, "class_group": place.class_group, "grade": 8, "taught_on": timezone.localdate()}
    return TaughtActivity.objects.create(curriculum=curriculum, pupils=2, girls=1, reported_by=place.teacher, **lesson)


def _cast(world: World, ward, centre) -> None:
    own = world.places["own"]
    own.student = Student.objects.create(
        user=people.make_user("Huỳnh Khánh Vy"), institution="Trường Đại học Thủ Dầu Một", number="2124801040123"
    )
    staff = people.make_user("Lý Thu Trâm")
    CentreStaff.objects.create(centre=centre, user=people.enrol_second_factor(staff), role=CentreRole.MANAGER)
    editor = people.make_user("Ngô Thùy Linh")
    editor.groups.add(Group.objects.get(name="Editors"))
    world.people = {
        "pupil": own.pupil.user,
        "university_student": own.student.user,
        "teacher": own.teacher,
        "coordinator": own.coordinator,
        "principal": people.make_principal("Phạm Ngọc Yến", school=own.school),
        "centre_staff": staff,
        "judge": people.make_user("Châu Mỹ Duyên"),
        "ward_officer": people.make_ward_officer("Đặng Thị Mai", ward=ward),
        "department_officer": people.make_officer("Phan Hoàng Nam", role=OfficeRole.DEPARTMENT),
        "editor": editor,
        "administrator": people.make_administrator("Hồ Anh Quân"),
    }


def _belongings(world: World, name: str, now) -> None:
    """A project with its files, a message and a job of the place's own people."""
    place = world.places[name]
    for key in (f"projects/{name}", f"projects/{name}-anh", f"projects/{name}-nho"):
        storages["private"].delete(key)
        storages["private"].save(key, ContentFile(b"tep"))
    place.project = Project.objects.create(
        reference=f"DA-{name.upper()[:4]}2", competition=world.competition, school=place.school, title=f"Trạm đo bụi mịn {mark('project', name)}",
        summary="Đo bụi ở cổng trường", supervisor=place.teacher, state=ProjectState.ENDORSED, created_by=place.pupil.user,
        submitted_at=now, endorsed_at=now,
    )  # fmt: skip
    ProjectMember.objects.create(project=place.project, competition=world.competition, pupil=place.pupil)
    if name == "own":
        ProjectMember.objects.create(
            project=place.project, competition=world.competition, student=place.student, seat=2
        )
    place.team_invitation = TeamInvitation.objects.create(
        project=place.project, pupil=place.pupil, invited_by=place.pupil.user, expires_at=now + timedelta(days=7)
    )
    slots = {slot.code: slot for slot in world.competition.rule_set.slots.all()}
    place.document = ProjectDocument.objects.create(project=place.project, slot=slots["report"])
    place.file = ProjectFile.objects.create(
        document=place.document, kind="pdf", name=f"Báo cáo {mark('file', name)}.pdf", storage_key=f"projects/{name}", size=3,
        content_type="application/pdf", sha256="0" * 64,
    )  # fmt: skip
    pictures = ProjectDocument.objects.create(project=place.project, slot=slots["photographs"])
    place.image = ProjectFile.objects.create(
        document=pictures, kind="photograph", name=f"Ảnh {mark('image', name)}.jpg", storage_key=f"projects/{name}-anh", size=3,
        preview_key=f"projects/{name}-nho", content_type="image/jpeg", sha256="0" * 64,
    )  # fmt: skip
    place.waiting_project = Project.objects.create(
        reference=f"DA-{name.upper()[:4]}3", competition=world.competition, school=place.school, title=f"Đèn cảm biến {mark('project', name)}",
        summary="Đèn tự tắt", supervisor=place.teacher, state=ProjectState.SUBMITTED, created_by=place.pupil.user, submitted_at=now,
    )  # fmt: skip
    Submission.objects.create(
        project=place.waiting_project, number=1, title=place.waiting_project.title, pressed_at=now, complete_at=now,
        due_at=world.competition.closes_at, pressed_by=place.pupil.user,
    )  # fmt: skip
    place.safety_member = SafetyMember.objects.create(
        competition=world.competition,
        named_by=place.teacher,
        user=world.people["judge"] if name == "own" else place.teacher,
    )
    risks = ProjectDocument.objects.create(project=place.waiting_project, slot=slots["photographs"])
    ProjectFile.objects.create(document=risks, kind="pdf", name="Rủi ro.pdf", storage_key=f"projects/{name}-rui-ro")
    Submission.objects.create(
        project=place.project, number=1, title=place.project.title, pressed_at=now, due_at=world.competition.closes_at,
        pressed_by=place.pupil.user, complete_at=now,
    )  # fmt: skip
    place.message = Message.objects.create(
        kind="test",
        recipient=place.teacher,
        subject=f"Thư {mark('message', name)}",
        body_text="Nội dung",
        dedupe_key=f"test-{name}",
        next_attempt_at=now,
    )
    place.letter = Message.objects.create(
        kind="test",
        to_address="khong-toi@truong.example.vn",
        subject=f"Thư {mark('letter', name)}",
        body_text="Nội dung",
        dedupe_key=f"letter-{name}",
        next_attempt_at=now,
        state=MessageState.FAILED,
    )
    place.job = Job.objects.create(name="test", owner=place.teacher, state=JobState.DONE)
    place.upload = Upload.objects.create(
        owner=place.teacher, purpose="nobody", target=1, name="phim.mp4", kinds="video", declared=10,
        expires_at=now + timedelta(days=7),
    )  # fmt: skip
    if name == "own":
        round_one = Round.objects.get(rule_set=world.competition.rule_set)
        ScoreSheet.objects.create(round=round_one, project=place.project, judge=world.people["judge"])
