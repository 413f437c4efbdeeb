"""University students in the open challenge: one entry that is in, and a team with a pupil that still works."""

from __future__ import annotations

from datetime import timedelta
from random import Random

from django.utils import timezone

from programs.accounts.models import User
from programs.competitions.choices import Need, ProjectKind
from programs.competitions.models import Competition
from programs.documents.actions import answer_question, keep_in_document
from programs.endorsements.actions import state_honesty
from programs.projects.actions.decisions import submit_project
from programs.projects.actions.entries import create_project
from programs.projects.actions.team import accept_invitation, issue_code, open_invitation
from programs.projects.models import Project
from programs.pupils.models import Pupil
from programs.students.models import Student
from stem_portal.demo.handouts import drawn_file
from stem_portal.demo.schools import demo_password_hash, new_person

THU_DAU_MOT, EASTERN = "Trường Đại học Thủ Dầu Một", "Trường Đại học Quốc tế Miền Đông"


def build_students(*, random: Random, vy: User, competition: Competition) -> None:
    """Vy's entry has been entered; Huy has begun one with a pupil of an upper secondary school, and waits for one more."""
    Student.objects.create(user=vy, institution=THU_DAU_MOT, number="2124801040123")
    entered = _begin(
        vy,
        competition,
        "Nghe tiếng nước rò trong hẻm bằng cảm biến 40.000 đồng",
        "Một micrô áp điện ghi âm đường ống lúc 2 giờ sáng; chương trình so phổ với hẻm không rò. "
        "Thử ở hẻm 118 Yersin trong ba tuần: phát hiện hai chỗ rò, một chỗ thợ đã xác nhận.",
    )
    _fill(entered, random)
    state_honesty(project_id=entered.pk, text_version=1, by=vy)
    submit_project(project_id=entered.pk, by=vy)
    huy = new_person("Đặng Quốc Huy", "huy", email="huy@example.vn", password=demo_password_hash())
    huy.save()
    Student.objects.create(user=huy, institution=EASTERN, number="2131200087")
    begun = _begin(
        huy,
        competition,
        "Bản đồ áp lực nước của một khu trọ",
        "Hai mươi đồng hồ áp lực in 3D, gửi số liệu qua sóng LoRa mỗi mười phút; chỗ tụt áp là chỗ cần tìm.",
    )
    _let_join(begun, _pupil_of_upper_school())
    issue_code(project_id=begun.pk, by=huy, key="demo-students")


def _begin(student: User, competition: Competition, title: str, summary: str) -> Project:
    today = timezone.localdate()
    return create_project(
        competition_id=competition.pk,
        title=title,
        kind=ProjectKind.ENGINEERING,
        summary=summary,
        started_on=today - timedelta(days=100),
        finished_on=today - timedelta(days=20),
        by=student,
        key=f"demo-{student.username}",
    )


def _fill(project: Project, random: Random) -> None:
    """What every entry must hand in; the questions of the others are answered with no."""
    for document in project.documents.select_related("slot"):
        if document.slot.need == Need.CONDITION:
            answer_question(document_id=document.pk, wanted=False, by=project.created_by)
        elif document.slot.need == Need.ALWAYS:
            file = drawn_file(project, document.slot, random)
            keep_in_document(document_id=document.pk, file=file, by=project.created_by)


def _let_join(project: Project, pupil: Pupil) -> None:
    issued = issue_code(project_id=project.pk, by=project.created_by, key="demo-mixed")
    invitation = open_invitation(code=issued.code, by=pupil.user)
    accept_invitation(invitation_id=invitation.pk, by=pupil.user)


def _pupil_of_upper_school() -> Pupil:
    """With an account of the demonstration."""
    in_grade = {"enrolments__class_group__grade__gte": 10, "enrolments__ended_on": None}
    pupil = Pupil.objects.filter(left_on=None, **in_grade).order_by("pk").last()
    if pupil.user is None:
        pupil.user = new_person(pupil.full_name, "phong.11a1", email=None, password=demo_password_hash())
        pupil.user.save()
        pupil.save()
    return pupil
