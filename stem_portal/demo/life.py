"""Schools with a history: renamed, merged, suspended, closed, listed twice, handed over; registrations in every state.

Through the real actions, so that each has its audit rows; the cast's own schools and ward stay as they are.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta
from random import Random

from django.db.models import QuerySet
from django.utils import timezone

from programs.accounts.models import User
from programs.claims.choices import ClaimState
from programs.claims.models import SchoolClaim
from programs.duplicates.actions.merging import merge_schools
from programs.pupils.choices import Gender
from programs.pupils.models import Enrolment, Pupil
from programs.schools.actions.staff import hand_over
from programs.schools.actions.states import change_code, rename_school
from programs.schools.choices import SchoolRole, SchoolState
from programs.schools.models import Membership, School, SchoolLevel
from stem_portal.demo import cast

REASONS = {
    SchoolState.SUSPENDED: "Tạm dừng tuyển sinh từ đầu năm học theo thông báo của phường.",
    SchoolState.CLOSED: "Giải thể theo quyết định của UBND phường; học sinh chuyển sang các trường lân cận.",
}


def build_life(*, random: Random, people: dict[str, User], now: datetime) -> None:
    """After everything else: a merger moves bookings, classes and pupils."""
    _give_reasons(now)
    _rename(people["nam"])
    _merge(people["nam"])
    _hand_over()
    _list_twice()
    _finish_registrations(random, people, now)


def _others(state: str = SchoolState.ACTIVE) -> QuerySet[School]:
    """Schools far from the cast."""
    homes = (cast.HOME_SCHOOL, cast.OTHER_SCHOOL, cast.UPPER_SCHOOL)
    return School.objects.filter(state=state).exclude(name__in=homes).exclude(ward__name=cast.HOME_WARD).order_by("pk")


def _give_reasons(now: datetime) -> None:
    for state, reason in REASONS.items():
        School.objects.filter(state=state).update(state_reason=reason)
    School.objects.filter(state=SchoolState.CLOSED).update(ended_on=timezone.localdate(now - timedelta(days=80)))


def _rename(officer: User) -> None:
    school = _others().filter(name__startswith="Trường THCS").first()
    name, reason = "Trường THCS Nguyễn Thị Minh Khai", "Quyết định đổi tên trường, có hiệu lực từ năm học này."
    rename_school(school=school, name=name, reason=reason, by=officer, key="demo-rename")
    reason = "Mã cũ theo tỉnh Bình Dương trước ngày 01/7/2025."
    code = f"{'74' if school.code.startswith('79') else '79'}{school.code[2:]}"  # in the city all begin with 79
    change_code(school=school, code=code, reason=reason, by=officer, key="demo-recode")


def _merge(officer: User) -> None:
    """The second primary school of a ward becomes part of the first; two pupils of both may be one child."""
    for second in _others().filter(name__startswith="Trường Tiểu học", name__endswith=" 2"):
        first = School.objects.filter(name=second.name.removesuffix(" 2"), ward=second.ward).first()
        if first and first.state == SchoolState.ACTIVE:
            _two_who_may_be_one(second, first)
            reason = "Sáp nhập theo nghị quyết của HĐND phường về sắp xếp trường lớp."
            merge_schools(source=second, target=first, reason=reason, by=officer, key="demo-merge")
            return


def _two_who_may_be_one(second: School, first: School) -> None:
    """One name and one birthday, but each school has a number of its own for the child: its coordinator decides."""
    for number, school in enumerate((first, second), start=1):
        group = school.classes.filter(grade=5).order_by("-school_year__starts_on", "name").first()
        pupil = Pupil.objects.create(
            school=school, full_name="Lương Gia Hân", gender=Gender.FEMALE, external_id=f"05{number}",
            birth_date=date(group.school_year.starts_on.year - 10, 9, 14), source="Danh sách của trường",
        )  # fmt: skip
        Enrolment.objects.create(pupil=pupil, class_group=group, started_on=group.school_year.starts_on)


def _hand_over() -> None:
    teachers = Membership.objects.current().filter(role=SchoolRole.TEACHER, school__in=_others())
    teacher = teachers.select_related("user", "school").order_by("pk").first()
    coordinator = Membership.objects.current().get(school=teacher.school, role=SchoolRole.COORDINATOR).user
    hand_over(school=teacher.school, to=teacher.user, stays=True, by=coordinator, key="demo-hand-over")


def _list_twice() -> None:
    """Someone typed the long form of a name that is already on the list."""
    school = _others().filter(name__startswith="Trường THCS").last()
    twin = School.objects.create(
        code=f"{school.code[:-1]}X",
        name=school.name.replace("THCS", "Trung học cơ sở"),
        ward=school.ward,
        cluster=school.cluster,
        authority=school.authority,
        address=school.address,
        phone=school.phone,
        pupil_count=school.pupil_count,
    )
    SchoolLevel.objects.bulk_create(SchoolLevel(school=twin, level=row.level) for row in school.levels.all())


def _finish_registrations(random: Random, people: dict[str, User], now: datetime) -> None:
    """Waiting ones of different ages, and one each that was verified, refused and ended without an answer."""
    for number, claim in enumerate(SchoolClaim.objects.order_by("pk")):
        age = timedelta(days=number * 2, hours=3)
        decided = {"decided_at": now - age / 2} if claim.state == ClaimState.RETURNED else {}
        SchoolClaim.objects.filter(pk=claim.pk).update(created_at=now - age, sent_at=now - age, **decided)
    free = list(School.objects.claimable().exclude(ward__name=cast.HOME_WARD).order_by("pk")[:2])
    at_work = _others().filter(memberships__role=SchoolRole.COORDINATOR, memberships__ended_on=None).first()
    coordinator = Membership.objects.current().get(school=at_work, role=SchoolRole.COORDINATOR).user
    ends = [
        (at_work, ClaimState.VERIFIED, "", coordinator.full_name, coordinator),
        (free[0], ClaimState.REFUSED, "Nhà trường không biết người đăng ký này.", "Người Không Rõ", None),
        (free[1], ClaimState.EXPIRED, "Đề nghị ghi đúng chức vụ theo quyết định bổ nhiệm.", "Lê Minh Tâm", None),
    ]
    for number, (school, state, reason, name, person) in enumerate(ends):
        decided = now - timedelta(days=40 + number)
        claim = SchoolClaim.objects.create(
            school=school,
            full_name=name,
            position="Phó hiệu trưởng",
            email=person.email if person else f"vanthu.{school.code}@truong.example.vn",
            phone=f"+84274{3700000 + number}",
            state=state,
            reason=reason,
            sent_at=decided - timedelta(days=3),
            decided_at=decided,
            decided_by=people["nam"],
            coordinator=person,
            key_hash=f"{random.getrandbits(256):064x}",
        )
        SchoolClaim.objects.filter(pk=claim.pk).update(created_at=claim.sent_at)
    # Filled in an hour ago and not confirmed: the school is still free on the list.
    SchoolClaim.objects.create(
        school=free[0],
        full_name="Vũ Thị Hà",
        position="Tổ trưởng chuyên môn",
        email=f"tochuyenmon.{free[0].code}@truong.example.vn",
        phone="+842743700009",
        confirm_until=now + timedelta(hours=23),
        key_hash=f"{random.getrandbits(256):064x}",
    )
