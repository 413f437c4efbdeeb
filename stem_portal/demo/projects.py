"""Competitions of every kind, and projects in every state with real files."""

from __future__ import annotations

import hashlib
import io
import secrets
import textwrap
import tomllib
from datetime import datetime, timedelta
from pathlib import Path
from random import Random

from django.core.files.base import ContentFile
from django.core.files.storage import storages
from django.utils import timezone
from reportlab.lib.pagesizes import A4
from reportlab.lib.utils import ImageReader
from reportlab.pdfgen import canvas

from programs.accounts.models import User
from programs.competitions.actions.rule_sets import begin_version
from programs.competitions.choices import CompetitionState, Need, ProjectKind, SlotKind
from programs.competitions.models import Competition, ProjectField, RuleSet, Slot
from programs.core.dates import local_day
from programs.core.models import SchoolYear
from programs.core.paper import INK, REGULAR, draw_left
from programs.documents.models import ProjectDocument, ProjectFile
from programs.endorsements.choices import Decision, Part
from programs.endorsements.choices import Kind as Approver
from programs.endorsements.models import Approval, Statement
from programs.endorsements.queries import asked_for, must_state
from programs.entries.actions import compare_file, look_at_similar
from programs.entries.choices import Likeness, Verdict
from programs.entries.models import Similarity
from programs.entries.queries import to_compare
from programs.projects.actions.entries import create_project
from programs.projects.actions.team import invite_classmate, issue_code
from programs.projects.choices import ProjectState
from programs.projects.models import Project, ProjectMember, Submission
from programs.projects.queries.submissions import sealed_now
from programs.projects.queries.team import classmates_of
from programs.pupils.models import ClassGroup, Pupil
from programs.schools.choices import SchoolRole
from programs.schools.models import Membership
from programs.uploads.choices import FileKind
from stem_portal.demo.ideas import IDEAS
from stem_portal.demo.pictures import drawn_picture

P = ProjectState
CONTENT = Path(__file__).parent / "content" / "competitions.toml"
# What became of this year's entries, and of last term's.
THIS_YEAR = [
    P.DRAFT,
    P.SUBMITTED,
    P.ENDORSED,
    P.RETURNED,
    P.ELIGIBLE,
    P.IN_JUDGING,
    P.WITHDRAWN,
    P.INELIGIBLE,
    P.ENDORSED,
]
LAST_YEAR = [
    P.AWARDED,
    P.NOT_AWARDED,
    P.AWARDED,
    P.NOT_AWARDED,
    P.AWARDED,
    P.NOT_AWARDED,
    P.NOT_AWARDED,
    P.AWARDED,
    P.WITHDRAWN,
]
# Of this year's entries: what officers are shown as alike, and what cannot be searched.
SCANNED, SAME_FILE, SAME_TEXT = 2, 4, 8
COPIED = {SAME_FILE: 11, SAME_TEXT: 9}  # last year's ideas
REPORT = "Báo cáo kết quả nghiên cứu"  # what last year's rules call it
AWARDS = ["Giải Nhất", "Giải Nhì", "Giải Ba", "Giải Ba"]


def build_competitions(*, school_year: SchoolYear, now: datetime) -> list[Competition]:
    """One of every kind and state; first the one that is open now, then the one whose results are published."""
    data = tomllib.loads(CONTENT.read_text(encoding="utf-8"))["competitions"]
    last_year = SchoolYear.objects.exclude(pk=school_year.pk).first()
    return [
        _competition(entry, last_year if entry["state"] == CompetitionState.PUBLISHED else school_year, now)
        for entry in data
    ]


def begin_rules_of_next_year(*, by: User) -> None:
    """A version of the fair's rules that the department is writing."""
    begin_version(rule_set_id=RuleSet.objects.get(code="khkt").pk, by=by)


def _competition(entry: dict, school_year: SchoolYear, now: datetime) -> Competition:
    # A day begins for entries at eight and ends at five in the afternoon, as an office has it.
    morning, evening = (
        timezone.localtime(now).replace(hour=hour, minute=0, second=0, microsecond=0) for hour in (8, 17)
    )
    closes_at = evening + timedelta(days=entry["closes"])
    return Competition.objects.create(
        code=entry["code"],
        slug=entry["slug"],
        name=entry["vi"]["name"],
        name_en=entry["en"]["name"],
        summary=entry["vi"]["summary"],
        summary_en=entry["en"]["summary"],
        **_texts(entry),
        partner=entry.get("partner", ""),
        illustration=entry["illustration"],
        school_year=school_year,
        rule_set=RuleSet.objects.get(code=entry["rules"], version=1),
        opens_at=morning + timedelta(days=entry["opens"]),
        closes_at=closes_at,
        held_on=local_day(evening + timedelta(days=entry["held"])) if "held" in entry else None,
        state=entry["state"],
    )


def _texts(entry: dict) -> dict[str, str]:
    """Theme, requirements and prizes in both languages; lists are one item a line."""
    texts = {}
    for language, ending in (("vi", ""), ("en", "_en")):
        texts[f"theme{ending}"] = entry[language]["theme"]
        texts[f"requirements{ending}"] = "\n".join(entry[language]["requirements"])
        texts[f"prizes{ending}"] = "\n".join(entry[language]["prizes"])
    return texts


def build_projects(
    *, random: Random, competitions: list[Competition], now: datetime, keep_free: Pupil
) -> list[Project]:
    """Each idea becomes the project of one or two classmates; ``keep_free`` enters nothing yet."""
    teams = _teams(keep_free)
    fields = {field.code: field for field in ProjectField.objects.all()}
    states = list(zip([competitions[0]] * 9, THIS_YEAR, strict=True)) + list(
        zip([competitions[1]] * 9, LAST_YEAR, strict=True)
    )
    projects, awarded = [], 0
    for index, (idea, (competition, state)) in enumerate(zip(IDEAS, states, strict=True)):
        team, teacher_id = teams[index]
        field, kind, title, summary = idea
        started = competition.opens_at + timedelta(days=random.randint(2, 12))
        project = Project.objects.create(
            reference=f"DA-{_code(random)}",
            competition=competition,
            school_id=team[0].school_id,
            field=fields[field],
            kind=kind,
            title=title,
            summary=summary,
            supervisor_id=teacher_id,
            state=state,
            submitted_at=None if state == P.DRAFT else started + timedelta(days=5),
            endorsed_at=started + timedelta(days=7)
            if state not in {P.DRAFT, P.SUBMITTED, P.RETURNED, P.WITHDRAWN}
            else None,
            return_reason="Em bổ sung số liệu của lần thử thứ hai và ghi rõ nguồn ảnh." if state == P.RETURNED else "",
            award=AWARDS[awarded % len(AWARDS)] if state == P.AWARDED else "",
            created_by_id=teacher_id,
        )
        awarded += state == P.AWARDED
        ProjectMember.objects.bulk_create(
            ProjectMember(project=project, competition=competition, pupil=pupil, seat=seat)
            for seat, pupil in enumerate(team, 1)
        )
        _attach_files(project, random, index, teacher_id)
        _submit_and_approve(project, team)
        projects.append(project)
    return projects


def build_invitations(*, minh: Pupil, teacher: User, competition: Competition) -> None:
    """A classmate has begun a project: the invitation waits on Minh's desk, and one with a code for anybody else."""
    taken = ProjectMember.objects.filter(competition=competition).values("pupil")
    classmates = classmates_of(minh, competition).exclude(pk__in=taken)
    classmate = classmates.filter(user__last_login__isnull=False).select_related("user").first()
    project = create_project(
        competition_id=competition.pk,
        title="Hộp nhắc uống nước cho cả lớp",
        kind=ProjectKind.ENGINEERING,
        field=competition.rule_set.fields.get(code="robotics"),
        summary="Lớp em có 42 bạn mà buổi trưa chỉ 15 bạn uống đủ nước. Chúng em thử một chiếc hộp đếm lượt rót.",
        supervisor=teacher,
        by=classmate.user,
        key="demo-team",
    )
    invite_classmate(project_id=project.pk, pupil=minh, by=classmate.user, key="demo-team")
    issue_code(project_id=project.pk, by=classmate.user, key="demo-team")


def _code(random: Random) -> str:
    return "".join(random.choice("23456789ABCDEFGHJKMNPQRSTUVWXYZ") for _ in range(5))


def _teams(keep_free: Pupil) -> list[tuple[list[Pupil], int]]:
    """Pairs and single pupils of grade 8 and above from the classes that have pupils, with a teacher of their school."""
    teams = []
    for group in ClassGroup.objects.filter(grade__gte=8, enrolments__isnull=False).distinct().order_by("pk"):
        teacher = (
            Membership.objects.filter(school_id=group.school_id, role=SchoolRole.TEACHER, ended_on__isnull=True)
            .order_by("id")
            .values_list("user_id", flat=True)
            .first()
        )
        pupils = list(Pupil.objects.filter(enrolments__class_group=group).exclude(pk=keep_free.pk).order_by("pk")[:12])
        if teacher is None:
            continue
        while pupils:
            size = 2 if len(teams) % 3 else 1
            teams.append((pupils[:size], teacher))
            pupils = pupils[size:]
    # One team of every class in turn would be fairer, but neighbours tell the same story.
    return teams[::2] + teams[1::2]


def _attach_files(project: Project, random: Random, index: int, teacher_id: int) -> None:
    """A picture and a PDF in every document that each project must hand in."""
    picture, preview = drawn_picture(random, index)
    for slot in project.competition.rule_set.slots.all():
        document = ProjectDocument.objects.create(
            project=project, slot=slot, wanted=False if slot.need == Need.CONDITION else None
        )
        if slot.need == Need.ALWAYS and SlotKind.IMAGE in slot.kinds:
            _store(document, "hinh-san-pham.jpg", FileKind.PHOTOGRAPH, picture, teacher_id, preview)
        elif slot.need == Need.ALWAYS:
            _store(document, f"{slot.code}.pdf", FileKind.PDF, _paper(project, slot, index), teacher_id)


def _submit_and_approve(project: Project, team: list[Pupil]) -> None:
    """What was stated, submitted, approved or returned, so far as the project has come."""
    members = [pupil.user for pupil in team if pupil.user_id]
    mentor = project.supervisor
    states = [(person, Part.MEMBER) for person in members]
    if project.endorsed_at and mentor:
        states.append((mentor, Part.MENTOR))
    if project.state != P.DRAFT:
        Statement.objects.bulk_create(
            Statement(project=project, person=person, part=part, text_version=1) for person, part in states
        )
    if not project.submitted_at:
        return
    submission = Submission.objects.create(
        project=project,
        number=1,
        pressed_at=project.submitted_at,
        complete_at=project.submitted_at,
        due_at=project.competition.closes_at,
        pressed_by=members[0] if members else project.created_by,
        seals=sealed_now(project),
        **project.columns,
    )
    decided = {P.SUBMITTED: {}, P.WITHDRAWN: {}, P.RETURNED: {Approver.MENTOR: Decision.RETURNED}}
    given = {Approver.MENTOR: Decision.GIVEN, Approver.SCHOOL: Decision.GIVEN}
    for kind, decision in decided.get(P(project.state), given).items():
        people = asked_for(project, kind).people
        if people:
            Approval.objects.create(submission=submission, kind=kind, decision=decision, by=people[0])
    submission.approvals.update(at=project.endorsed_at or project.submitted_at)


def state_for_members() -> None:
    """Members got their accounts after the projects were made: what is submitted holds their statements too."""
    for project in Project.objects.exclude(submitted_at=None):
        Statement.objects.bulk_create(
            Statement(project=project, person=person, part=Part.MEMBER, text_version=1)
            for person in must_state(project)
        )


def _store(document, name: str, kind: FileKind, body: bytes, user_id: int, preview: bytes = b"") -> None:
    private = storages["private"]
    key = private.save(f"projects/{secrets.token_hex(16)}", ContentFile(body))
    preview_key = private.save(f"projects/{secrets.token_hex(16)}", ContentFile(preview)) if preview else ""
    digest = hashlib.sha256(body).hexdigest()
    ProjectFile.objects.create(
        document=document,
        kind=kind,
        name=name,
        storage_key=key,
        preview_key=preview_key,
        content_type="image/jpeg" if kind == FileKind.PHOTOGRAPH else "application/pdf",
        size=len(body),
        sha256=digest,
        kept_sha256=digest,
        pages=1 if kind == FileKind.PDF else None,
        uploaded_by_id=user_id,
    )


def _paper(project: Project, slot: Slot, index: int) -> bytes:
    """As the team wrote it; but one sent last year's report of others, one its text, and one a scan."""
    if slot.code == "report" and index in COPIED:
        _field, _kind, title, summary = IDEAS[COPIED[index]]
        return _document(REPORT if index == SAME_FILE else slot.name, title, summary)
    if slot.code == "report" and index == SCANNED:
        return _scan()
    return _document(slot.name, project.title, project.summary)


def _scan() -> bytes:
    buffer = io.BytesIO()
    page = canvas.Canvas(buffer, pagesize=A4, invariant=1)
    picture = drawn_picture(Random(SCANNED), SCANNED)[0]
    page.drawImage(ImageReader(io.BytesIO(picture)), 70, 420, 455, 340)
    page.save()
    return buffer.getvalue()


def compare_entries(*, by: User) -> None:
    """What is alike is found; of one pair an officer has heard from the school why it is so."""
    for pk in to_compare().values_list("pk", flat=True):
        compare_file(file_id=pk)
    same = Similarity.objects.filter(ground=Likeness.FILE).first()
    if same:
        note = "Nhà trường cho biết hai nhóm cùng câu lạc bộ, năm nay nộp nhầm báo cáo của năm trước và đã xin nộp lại."
        look_at_similar(similarity_id=same.pk, verdict=Verdict.SET_ASIDE, note=note, by=by)


def _document(heading: str, title: str, summary: str) -> bytes:
    """One page in Vietnamese type."""
    buffer = io.BytesIO()
    page = canvas.Canvas(buffer, pagesize=A4, invariant=1)
    page.setTitle(f"{heading}: {title}")
    y = 760.0
    for text, size, width in ((heading, 11, 80), (title, 15, 56), (summary, 11, 80)):
        for line in textwrap.wrap(text, width):
            draw_left(page, 70, y, line, REGULAR, size, INK)
            y -= size * 1.4
        y -= 12
    page.save()
    return buffer.getvalue()
