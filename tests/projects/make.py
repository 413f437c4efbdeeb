"""An open competition, em Minh's project in it, and files of every kind, made in code."""

from __future__ import annotations

import hashlib
from datetime import datetime, timedelta
from io import BytesIO
from itertools import count

from django.core.files.base import ContentFile
from django.db import transaction
from django.utils import timezone
from PIL import Image
from pypdf import PdfReader, PdfWriter

from programs.accounts.models import User
from programs.competitions.actions import seeds
from programs.competitions.choices import CompetitionState, Need, ProjectKind, SlotKind
from programs.competitions.models import Competition, ProjectField, RuleSet
from programs.core.private_files import keep_file
from programs.documents import actions as documents
from programs.documents.models import ProjectDocument, ProjectFile
from programs.endorsements import actions as endorsements
from programs.endorsements.queries import awaited_by_kind, must_state
from programs.projects.actions import decisions, entries, team
from programs.projects.models import Project
from programs.projects.queries.submissions import receipt_of
from programs.pupils.models import Pupil
from programs.uploads.choices import FileKind
from programs.uploads.hooks import KeptFile
from programs.uploads.reading.cleaning import clean_document, clean_image
from tests.people import make_class, make_principal, make_pupil, make_teacher, make_year

_serial = count(1)
GPS_IFD = 0x8825


def make_competition(*, state: str = CompetitionState.OPEN, days_left: float = 20, **fields) -> Competition:
    wanted = fields.pop("rules", "ideas")
    rule_set = next(row for row in seeds.load_rule_sets() if row.code == wanted)
    number = next(_serial)
    now = timezone.now()
    return Competition.objects.create(
        code=f"Y-TUONG-{number}",
        slug=f"y-tuong-{number}",
        name="Ý tưởng sáng tạo học sinh",
        name_en="Pupils' ideas",
        summary="Tìm một vấn đề thật ở quanh em.",
        summary_en="Find a real problem near you.",
        school_year=make_year(),
        rule_set=rule_set,
        opens_at=fields.pop("opens_at", now - timedelta(days=30)),
        closes_at=now + timedelta(days=days_left),
        state=state,
        **fields,
    )


def with_rules(**limits) -> Competition:
    """A competition with rules of its own."""
    competition = make_competition()
    rules = {"name": "Có đội", "grade_from": 6, "source": "Thể lệ thử", "articles": {"team": "Điều 5"}}
    rule_set = RuleSet.objects.create(code=f"doi-{competition.pk}", **rules | limits)
    rule_set.fields.set(ProjectField.objects.all())
    Competition.objects.filter(pk=competition.pk).update(rule_set=rule_set)
    return Competition.objects.select_related("rule_set", "school_year").get(pk=competition.pk)


def make_minh(class_name: str = "", **fields) -> Pupil:
    """Em Minh of a class of grade 8, with an account and without an email."""
    class_group = fields.pop("class_group", None) or make_class(class_name or f"8B{next(_serial)}")
    return make_pupil(class_group=class_group, with_account=True, **fields)


def make_project(*, minh: Pupil | None = None, competition: Competition | None = None, **values) -> Project:
    minh = minh or make_minh()
    given = {
        "title": "Máy lọc nước từ than gáo dừa",
        "kind": ProjectKind.ENGINEERING,
        "summary": "Nước giếng ở nhà em đục sau mưa.",
        **values,
    }
    given.setdefault("supervisor", make_teacher(school=minh.school))
    competition = competition or make_competition()
    given.setdefault("field", ProjectField.objects.get(code="environmental-engineering"))
    return entries.create_project(competition_id=competition.pk, by=minh.user, key=f"new-{next(_serial)}", **given)


def complete(project: Project) -> Project:
    """With every document that the rules want, ready to be submitted."""
    for slot in project.competition.rule_set.slots.all():
        if slot.need == Need.CONDITION:
            answer(project, slot.code, wanted=False)
        elif slot.need == Need.ALWAYS:
            attach(project, slot.code, jpeg() if SlotKind.IMAGE in slot.kinds else pdf())
    return state(project)


def state(project: Project) -> Project:
    """Every member states that the work is the team's own."""
    for person in must_state(project):
        endorsements.state_honesty(project_id=project.pk, text_version=1, by=person)
    return project


def approve(project: Project, kind: str = "", by: User | None = None) -> Project:
    """In the role ``kind``, else in every role that still waits, by the first who may."""
    fresh = Project.objects.select_related("school", "competition__rule_set", "supervisor").get(pk=project.pk)
    for each, asked in awaited_by_kind(fresh).items():
        if kind in ("", each):
            person = by or next(iter(asked.people), None) or make_principal(school=project.school)
            endorsements.approve_project(
                project_id=project.pk, kind=each, submission=number_of(project), by=person, text_version=1
            )
    return Project.objects.get(pk=project.pk)


def number_of(project: Project) -> int:
    """Of the submission that is in; 0 when there is none."""
    newest = receipt_of(project)
    return newest.number if newest else 0


def give_back(project: Project, reason: str, by: User | None = None, kind: str = "mentor") -> Project:
    return endorsements.return_project(
        project_id=project.pk, kind=kind, submission=number_of(project), reason=reason, by=by or project.supervisor
    )


def document_of(project: Project, code: str) -> ProjectDocument:
    return ProjectDocument.objects.get(project=project, slot__code=code)


def answer(project: Project, code: str, *, wanted: bool) -> ProjectDocument:
    return documents.answer_question(document_id=document_of(project, code).pk, wanted=wanted, by=project.created_by)


def attach(
    project: Project,
    code: str,
    data: bytes,
    name: str = "",
    by: User | None = None,
    received_at: datetime | None = None,
    begun_at: datetime | None = None,
) -> ProjectFile:
    """A file that has passed its checks comes in, as the wing of the uploads hands it over."""
    is_pdf = data.startswith(b"%PDF")
    clean = clean_document(data) if is_pdf else clean_image(data)
    file = KeptFile(
        key=keep_file(ContentFile(clean.data), folder="uploads", ending=f".{clean.extension}"),
        name=name or ("Báo cáo.pdf" if is_pdf else "anh.jpg"),
        kind=FileKind.PDF if is_pdf else FileKind.PHOTOGRAPH,
        content_type=clean.content_type,
        size=len(clean.data),
        sha256=hashlib.sha256(data).hexdigest(),
        kept_sha256=hashlib.sha256(clean.data).hexdigest(),
        preview_key=keep_file(ContentFile(clean.preview), folder="uploads") if clean.preview else "",
        pages=len(PdfReader(BytesIO(data)).pages) if is_pdf else None,
        received_at=received_at or timezone.now(),
    )
    document, sender = document_of(project, code), by or project.created_by
    with transaction.atomic():
        return documents.keep_in_document(document_id=document.pk, file=file, by=sender, begun_at=begun_at)


def submit(project: Project) -> Project:
    return decisions.submit_project(project_id=project.pk, by=project.created_by)


def join(project: Project, pupil: Pupil) -> Project:
    """Invited with a code, and joined on the own desk."""
    issued = team.issue_code(project_id=project.pk, by=project.created_by, key=f"code-{next(_serial)}")
    invitation = team.open_invitation(code=issued.code, by=pupil.user)
    return team.accept_invitation(invitation_id=invitation.pk, by=pupil.user)


# --- Files --------------------------------------------------------------------------------------
def jpeg(size: tuple[int, int] = (640, 480), **options) -> bytes:
    return picture("JPEG", size, **options)


def picture(format_name: str, size: tuple[int, int] = (640, 480), mode: str = "RGB", **options) -> bytes:
    buffer = BytesIO()
    Image.new(mode, size, "navy").save(buffer, format_name, **options)
    return buffer.getvalue()


def jpeg_with_place() -> bytes:
    """Lying on its side, with the place where it was taken and a comment."""
    exif = Image.Exif()
    exif[0x0112] = 6  # turn right to see it upright
    exif[0x010E] = "Nhà em Minh"
    exif[GPS_IFD] = {1: "N", 2: (10.0, 58.0, 49.0), 3: "E", 4: (106.0, 39.0, 8.0)}
    return jpeg((640, 480), exif=exif, comment=b"<script>alert(1)</script>")


def png_bomb() -> bytes:
    """A few kilobytes that claim 144 million pixels."""
    return picture("PNG", (12000, 12000), mode="1")


def pdf(pages: int = 2, change=None) -> bytes:
    writer = PdfWriter()
    for _ in range(pages):
        writer.add_blank_page(595, 842)
    if change:
        change(writer)
    buffer = BytesIO()
    writer.write(buffer)
    return buffer.getvalue()
