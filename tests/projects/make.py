"""An open competition, em Minh's project in it, and files of every kind, made in code."""

from __future__ import annotations

from datetime import timedelta
from io import BytesIO
from itertools import count

from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone
from PIL import Image
from pypdf import PdfWriter

from programs.competitions.actions import seeds
from programs.competitions.choices import CompetitionState, ProjectKind
from programs.competitions.models import Competition, ProjectField
from programs.projects.actions import decisions, entries, files, team
from programs.projects.choices import FileKind
from programs.projects.models import Project
from programs.pupils.models import Pupil
from tests.people import make_class, make_pupil, make_teacher, make_year

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
    """With a picture and a report, ready to be submitted."""
    attach(project, FileKind.IMAGE, jpeg())
    attach(project, FileKind.DOCUMENT, pdf())
    return project


def attach(project: Project, kind: str, data: bytes, name: str = ""):
    name = name or ("anh.jpg" if kind == FileKind.IMAGE else "Báo cáo.pdf")
    return files.attach_file(
        project_id=project.pk, kind=kind, upload=SimpleUploadedFile(name, data), by=project.created_by
    )


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
