"""The people a newcomer can sign in as, one for each role."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from allauth.mfa.models import Authenticator
from allauth.mfa.utils import encrypt
from django.conf import settings
from django.contrib.auth.models import Group

from programs.accounts.choices import KEPT
from programs.accounts.models import User
from programs.accounts.queries import second_factor_needed
from programs.accounts.totp import app_data
from programs.centres.choices import CentreRole
from programs.centres.models import Centre, CentreStaff
from programs.pupils.choices import Gender
from programs.pupils.models import Pupil
from programs.schools.choices import OfficeRole, SchoolRole, SchoolState, Tree
from programs.schools.models import Area, Membership, OfficerPost, School
from stem_portal.demo.schools import demo_password_hash, new_person, trust_addresses

HOME_SCHOOL = "Trường THCS Phú Lợi"
OTHER_SCHOOL = "Trường THCS Thuận Giao"
UPPER_SCHOOL = "Trường THPT Thủ Dầu Một"
HOME_WARD = "Phường Phú Lợi"
NEW_OFFICERS_WARD = "Phường Thủ Dầu Một"
CENTRE = "TDM"


@dataclass(frozen=True)
class Person:
    """``key`` is the username; email people may sign in with their address too."""

    key: str
    name: str
    role_vi: str
    role_en: str
    has_email: bool = True
    has_second_factor: bool = True  # where one is needed

    @property
    def email(self) -> str | None:
        return f"{self.key}@example.vn" if self.has_email else None


CAST = [
    Person(
        "hanh",
        "Nguyễn Thị Hạnh",
        "Giáo viên, THCS Phú Lợi, chủ nhiệm 8A1",
        "Teacher, Phú Lợi lower secondary, class 8A1",
    ),
    Person("lam", "Trần Văn Lâm", "Giáo viên, THCS Thuận Giao", "Teacher, Thuận Giao lower secondary"),
    Person("bao", "Lê Quốc Bảo", "Đầu mối nhà trường, THCS Phú Lợi", "School coordinator, Phú Lợi lower secondary"),
    Person("yen", "Phạm Ngọc Yến", "Hiệu trưởng, THCS Phú Lợi", "Principal, Phú Lợi lower secondary"),
    Person(
        "minh.8a1",
        "Đỗ Gia Minh",
        "Học sinh lớp 8A1, không có e-mail",
        "Pupil of class 8A1, without e-mail",
        has_email=False,
    ),
    Person(
        "khang.9a1",
        "Bùi Minh Khang",
        "Học sinh lớp 9A1, THCS Phú Lợi: đã nộp dự án, đoạn phim còn đang gửi",
        "Pupil of class 9A1: submitted, the film is still on its way",
        has_email=False,
    ),
    Person(
        "nhi.9a1",
        "Trương Uyên Nhi",
        "Học sinh lớp 9A1, THCS Phú Lợi: dự án được trả lại để bổ sung",
        "Pupil of class 9A1: the project was returned for correction",
        has_email=False,
    ),
    Person(
        "phat.8a1",
        "Lâm Tấn Phát",
        "Học sinh lớp 8A1, THCS Thuận Giao: bạn cùng nhóm muốn rút dự án",
        "Pupil of class 8A1, Thuận Giao: the team mate wants to withdraw",
        has_email=False,
    ),
    Person(
        "tam.11a1",
        "Đinh Ngọc Băng Tâm",
        "Học sinh lớp 11A1, THPT Thủ Dầu Một: Ban tổ chức mở lại phần báo cáo",
        "Pupil of class 11A1, upper secondary: the organiser reopened the report",
        has_email=False,
    ),
    Person("vy", "Huỳnh Khánh Vy", "Sinh viên", "University student"),
    Person("trung", "Võ Thành Trung", "Quản lý Trung tâm Sáng tạo Thủ Dầu Một", "Manager of the Thủ Dầu Một centre"),
    Person("tram", "Lý Thu Trâm", "Nhân viên Trung tâm Sáng tạo Thủ Dầu Một", "Staff of the Thủ Dầu Một centre"),
    Person("duyen", "Châu Mỹ Duyên", "Giám khảo", "Judge"),
    Person("mai", "Đặng Thị Mai", "Chuyên viên phường Phú Lợi", "Ward officer, Phú Lợi"),
    Person(
        "thu",
        "Trịnh Minh Thư",
        "Chuyên viên phường Thủ Dầu Một, mới nhận việc, chưa có bước xác thực thứ hai",
        "Ward officer, Thủ Dầu Một, newly appointed: has no second step yet",
        has_second_factor=False,
    ),
    Person("nam", "Phan Hoàng Nam", "Chuyên viên Sở Giáo dục và Đào tạo", "Department officer"),
    Person("nga", "Tô Thanh Nga", "Phó phòng, Sở Giáo dục và Đào tạo", "Deputy head of a unit, department"),
    Person("ha", "Bùi Thanh Hà", "Thành viên Ban Chỉ đạo", "Steering committee viewer"),
    Person("linh", "Ngô Thùy Linh", "Biên tập viên", "Editor"),
    Person("khoi", "Dương Minh Khôi", "Duyệt nội dung", "Moderator"),
    Person("admin", "Hồ Anh Quân", "Quản trị hệ thống", "Administrator"),
]


def create_people() -> dict[str, User]:
    """The cast's accounts, before anybody else's."""
    password = demo_password_hash()
    people = [new_person(person.name, person.key, email=person.email, password=password) for person in CAST]
    User.objects.bulk_create(people)
    trust_addresses(people)
    User.objects.filter(username="admin").update(is_staff=True, is_superuser=True)
    return {user.username: user for user in User.objects.filter(username__in=[person.key for person in CAST])}


def settle_second_factors() -> None:
    """One known secret for all; runs after everyone has their role, because the role decides who needs it."""
    newcomers = [person.key for person in CAST if not person.has_second_factor]
    cast = User.objects.filter(username__in=[person.key for person in CAST]).exclude(username__in=newcomers)
    Authenticator.objects.bulk_create(
        row for user in cast if second_factor_needed(user) for row in demo_second_factor(user)
    )


def demo_second_factor(user: User) -> list[Authenticator]:
    """An app with the known secret, and saved recovery codes."""
    codes = {"seed": encrypt(f"demonstration of {user.username}"), "used_mask": 0, KEPT: True}
    return [
        Authenticator(user=user, type=Authenticator.Type.TOTP, data=app_data(settings.DEMO_TOTP_SECRET)),
        Authenticator(user=user, type=Authenticator.Type.RECOVERY_CODES, data=codes),
    ]


def settle_schools(people: dict[str, User], *, since: date) -> None:
    """The cast's schools take part, and the cast belongs to them; the wards' officers have their wards."""
    homes = {name: School.objects.get(name=name) for name in (HOME_SCHOOL, OTHER_SCHOOL, UPPER_SCHOOL)}
    School.objects.filter(pk__in=[school.pk for school in homes.values()]).update(state=SchoolState.ACTIVE)
    # Two schools stay on the list, so that a newcomer can claim one at the ward and one at the department.
    School.objects.filter(name__in=[f"Trường Tiểu học {HOME_WARD.split(' ', 1)[1]}"]).update(state=SchoolState.INVITED)
    posts = [
        (HOME_SCHOOL, "hanh", SchoolRole.TEACHER),
        (HOME_SCHOOL, "bao", SchoolRole.COORDINATOR),
        (HOME_SCHOOL, "yen", SchoolRole.PRINCIPAL),
        (OTHER_SCHOOL, "lam", SchoolRole.TEACHER),
    ]
    Membership.objects.bulk_create(
        Membership(school=homes[name], user=people[key], role=role, started_on=since) for name, key, role in posts
    )
    for key in ("nam", "nga"):  # a draw takes two people
        OfficerPost.objects.create(user=people[key], role=OfficeRole.DEPARTMENT)
    OfficerPost.objects.create(user=people["ha"], role=OfficeRole.STEERING)
    ward_post = OfficerPost.objects.create(user=people["mai"], role=OfficeRole.WARD)
    ward_post.areas.add(Area.objects.get(tree=Tree.ADMINISTRATIVE, name=HOME_WARD))
    new_post = OfficerPost.objects.create(user=people["thu"], role=OfficeRole.WARD)
    new_post.areas.add(Area.objects.get(tree=Tree.ADMINISTRATIVE, name=NEW_OFFICERS_WARD))


def settle_centre(people: dict[str, User]) -> None:
    centre = Centre.objects.get(code=CENTRE)
    CentreStaff.objects.create(centre=centre, user=people["trung"], role=CentreRole.MANAGER)
    CentreStaff.objects.create(centre=centre, user=people["tram"], role=CentreRole.STAFF)


def settle_editors(people: dict[str, User]) -> None:
    """The groups are made by ``cms.actions.set_up_site``."""
    people["linh"].groups.add(Group.objects.get(name="Editors"))
    people["khoi"].groups.add(Group.objects.get(name="Moderators"))


# The classes of the pupils who sign in.
PUPILS = {
    "minh.8a1": (HOME_SCHOOL, "8A1", Gender.MALE),
    "khang.9a1": (HOME_SCHOOL, "9A1", Gender.MALE),
    "nhi.9a1": (HOME_SCHOOL, "9A1", Gender.FEMALE),
    "phat.8a1": (OTHER_SCHOOL, "8A1", Gender.MALE),
    "tam.11a1": (UPPER_SCHOOL, "11A1", Gender.FEMALE),
}


def settle_pupils(people: dict[str, User]) -> Pupil:
    """Each is the first on the list of the class who has no account yet. Returns em Minh of 8A1."""
    for key, (school, class_name, gender) in PUPILS.items():
        listed = Pupil.objects.filter(
            school__name=school, enrolments__class_group__name=class_name, enrolments__ended_on__isnull=True
        )
        pupil = listed.filter(user__isnull=True).first()
        pupil.full_name, pupil.gender, pupil.user = people[key].full_name, gender, people[key]
        pupil.save()
    return Pupil.objects.get(user=people["minh.8a1"])
