"""What the people of the random stories do, through the portal's own acts: a list, a paper, a request, a promotion."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from contextlib import contextmanager, redirect_stdout
from datetime import date, timedelta
from unittest import mock

from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from programs.accounts.models import User
from programs.consents.actions.consents import answer_as_guardian, answer_as_pupil, record_papers
from programs.consents.actions.links import issue_link
from programs.consents.models import GuardianLink
from programs.consents.queries.answers import fingerprint, shown_to
from programs.consents.rules import LATER, Answered, Paper, SignedForms
from programs.core.models import SchoolYear
from programs.core.private_files import local_copy
from programs.core.refusals import Refused
from programs.core.versions import version_of
from programs.data_rights.actions import requests
from programs.data_rights.actions.erasure import erase
from programs.data_rights.choices import Requester
from programs.data_rights.queries import correctable
from programs.pupils.actions.promotion import promote_school
from programs.pupils.models import Pupil
from programs.pupils.queries import classes_to_move
from programs.pupils.rules import Move, Plan
from programs.rosters import rules
from programs.rosters.actions.apply import apply_roster
from programs.rosters.actions.preview import make_preview
from programs.rosters.actions.rosters import LEAVE_OUT, decide_rows, map_roster, start_roster, upload_roster
from programs.rosters.choices import RowDecision, RowOutcome
from programs.rosters.models import RosterImport, RosterRow
from programs.schools.models import Membership, School
from programs.schools.queries.roles import forget_roles
from programs.schools.rules import COORDINATING
from programs.spreadsheets import child, open_table
from programs.uploads.reading.cleaning import CleanFile

COLUMNS = {"0": "external_id", "1": "full_name", "2": "birth_date", "3": "class_name"}
PARENTS = {"mother": ("Phan Thị Nga", "mẹ"), "father": ("Nguyễn Văn Long", "bố")}
SCAN = CleanFile(data=b"a signed paper", content_type="image/jpeg", extension="jpg")


@contextmanager
def files_read_here() -> Iterator[None]:
    """The child process that reads a list costs a third of a second: here the same program runs in this process."""

    def ask(order: str, path, *arguments: str, into) -> dict:
        printed = io.StringIO()
        with redirect_stdout(printed):
            answer = child.main(order, str(path), *arguments)
        if hasattr(into, "write"):
            into.write(printed.getvalue().encode())
        return answer

    with mock.patch("programs.spreadsheets.reading._ask", ask):
        yield


def must_be(refused: Refused, *codes: str) -> None:
    """Nothing else may have come in the way."""
    assert refused.refusal.code in codes, refused


def keeper_of(school: School) -> User:
    """Whoever keeps the roll of the school today."""
    member = Membership.objects.current().filter(school=school, role__in=COORDINATING).select_related("user").first()
    assert member, school
    forget_roles(member.user)
    return member.user


# --- Lists ----------------------------------------------------------------------------------------
Answer = Callable[[RosterRow], str]


def send_list(
    school: School,
    year: SchoolYear,
    rows: list[tuple[str, str, date | None, str]],
    source: str,
    answer: Answer,
    key: str,
) -> list[RosterRow]:
    """A list from the file to the roll; ``answer`` is what the person says to a row that asks. Gives what was done."""
    by = keeper_of(school)
    lines = [[number, name, f"{born:%d/%m/%Y}" if born else "", group] for number, name, born, group in rows]
    text = "\n".join(";".join(line) for line in [["Mã định danh", "Họ và tên", "Ngày sinh", "Lớp"], *lines])
    data = text.encode() + b"\n" * int(key.rpartition("-")[2])  # no two files are the same
    roster = upload_roster(
        school=school, school_year=year, upload=SimpleUploadedFile("ds.csv", data), file_name="ds.csv", source=source,
        class_group=None, once_more=True, by=by, key=key,
    )  # fmt: skip
    with local_copy(roster.file_path) as path:
        sheet = open_table(path, file_name="ds.csv").visible[0].name
    roster = map_roster(
        roster=roster, sheet=sheet, header_line=1, mapping=COLUMNS, other_sheets=[], dropped_columns=[],
        title_case=False, mode=LEAVE_OUT, by=by, key=key,
    )  # fmt: skip
    make_preview(roster_id=roster.pk, job_id=roster.job_id, progress=lambda *_done: None)
    _answer_all(roster, answer, by=by)
    try:
        roster = start_roster(roster=roster, by=by, key=key)
    except Refused as refused:
        must_be(refused, "nothing_to_do")
        return []
    apply_roster(roster_id=roster.pk, job_id=roster.job_id, progress=lambda *_done: None)
    return list(RosterRow.objects.filter(roster=roster).exclude(applied_at=None))


def _answer_all(roster: RosterImport, answer: Answer, *, by: User) -> None:
    """A row may ask one thing after the other."""
    for _round in range(8):
        asking = RosterRow.objects.filter(roster=roster, outcome=RowOutcome.DECIDE, decision="")
        answers = {row.pk: _of_a_person(row, answer) for row in asking}
        if not answers:
            return
        decide_rows(roster=roster, decisions=answers, by=by)


def _of_a_person(row: RosterRow, answer: Answer) -> str:
    """Doubts about the cells are no question of who it is."""
    return RowDecision.TAKE if row.question in rules.DOUBTS else answer(row)


# --- Families -------------------------------------------------------------------------------------
def link_for(pupil: Pupil, parent: str, key: str) -> GuardianLink:
    return issue_link(pupil=pupil, by=keeper_of(pupil.school), key=key, relation=PARENTS[parent][1]).link


def say_by_link(link: GuardianLink, parent: str, purpose: str, said: str) -> None:
    name, relation = PARENTS[parent]
    seen = fingerprint(shown_to(link.pupil, "guardian"))
    answered = Answered({purpose: said}, {purpose: 1})
    answer_as_guardian(link_id=link.pk, answered=answered, name=name, relation=relation, seen=seen, language="vi")


def say_by_account(pupil: Pupil, purpose: str, said: str) -> None:
    assert pupil.user
    seen = fingerprint(shown_to(pupil, "pupil"))
    answered = Answered({purpose: said}, {purpose: 1})
    answer_as_pupil(pupil_id=pupil.pk, answered=answered, seen=seen, language="vi", by=pupil.user)


def hand_in_paper(
    pupil: Pupil, parent: str, purpose: str, said: str, *, signed_by: list[str], on: date, is_later: str, key: str
) -> None:
    forms = SignedForms(
        [Paper(pupil.pk, *PARENTS[parent])], signed_by, {purpose: said}, signed_on=on, is_later=is_later
    )
    record_papers(school=pupil.school, signed=forms, scan=SCAN, by=keeper_of(pupil.school), key=key)


def moment_of_paper(on: date, others: list, *, is_later: str):
    """Noon of its day; right after, or right before, what the same person said otherwise on that day."""
    noon = timezone.make_aware(timezone.datetime(on.year, on.month, on.day, 12))
    instant = timedelta(microseconds=1)
    if not others:
        return min(noon, timezone.now())
    return max(others) + instant if is_later == LATER else min(others) - instant


# --- Rights ---------------------------------------------------------------------------------------
def _asked(pupil: Pupil, kind: str, key: str):
    by = keeper_of(pupil.school)
    request = requests.ask(
        kind=kind, pupil=pupil, person=None, requester=Requester.SCHOOL, requester_name="Phan Thị Nga", text="Xin",
        by=by, key=key,
    )  # fmt: skip
    requests.identify(request_id=request.pk, how="Căn cước", by=by)
    return requests.answer(request_id=request.pk, words="Nhà trường sẽ làm.", by=by), by


def erase_pupil(pupil: Pupil, key: str) -> None:
    request, by = _asked(pupil, "erase", key)
    erase(request_id=request.pk, by=by)


def correct_birthday(pupil: Pupil, born: date, key: str) -> None:
    request, by = _asked(pupil, "correct", key)
    stored = correctable(request)
    requests.correct(
        request_id=request.pk, facts={**stored, "birth_date": born}, version=version_of(stored), words="Đã sửa", by=by,
        told_source=True,
    )  # fmt: skip


# --- The end of the year --------------------------------------------------------------------------
def promote(school: School, year: SchoolYear, *, leaves: int, repeats: bool, key: str) -> None:
    """Every class moves up but the one of number ``leaves``, whose pupils leave; somebody may stay behind."""
    classes = list(classes_to_move(school, year))
    moves = tuple(
        Move(group.pk, "" if number == leaves else f"{group.grade + 1}{group.name[1:]}")
        for number, group in enumerate(classes)
    )
    behind = frozenset(place.pupil_id for group in classes for place in group.places[:1]) if repeats else frozenset()
    promote_school(school=school, year=year, plan=Plan(moves, repeating=behind), by=keeper_of(school), key=key)
