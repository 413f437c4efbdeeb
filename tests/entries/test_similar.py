"""Equal files and alike texts of different entries: found in the background, one list, for officers alone."""

from __future__ import annotations

from datetime import date, timedelta
from subprocess import run
from sys import executable

import pytest
import time_machine
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from programs.core.choices import JobState
from programs.core.jobs import reap
from programs.core.models import Job
from programs.core.personal import carry_out, plan_erasure
from programs.core.refusals import Refused
from programs.core.worker import run_due_jobs
from programs.data_rights.queries import subject_of
from programs.documents.queries import PURPOSE, current_files
from programs.entries import actions, queries
from programs.entries.choices import Likeness, Reading, Verdict
from programs.entries.models import Band, FilePrint, Look, Similarity
from programs.entries.reading import BANDS, bands_of, minima_of, percent_alike, words_of
from programs.entries.tasks import compare_the_rest
from programs.projects.actions import decisions
from programs.projects.actions.reopening import reopen_project
from programs.projects.choices import ProjectState
from programs.projects.models import Project
from programs.pupils.models import Pupil
from tests.entries.papers import FORM, copied, report, scanned, written
from tests.people import make_class, make_officer, make_outsider, make_school, make_teacher
from tests.projects.make import (
    answer,
    approve,
    attach,
    document_of,
    jpeg,
    make_competition,
    make_minh,
    make_project,
    pdf,
    state,
    submit,
)
from tests.uploads.tus import Sender

pytestmark = pytest.mark.django_db


@pytest.fixture
def competition():
    return make_competition()


@pytest.fixture
def nam():
    return make_officer("Phan Hoàng Nam")


@pytest.fixture
def worker(django_capture_on_commit_callbacks):
    """Everything that waits is done; only the jobs of the comparing are looked at here."""

    def work() -> None:
        with django_capture_on_commit_callbacks(execute=True):
            compare_the_rest(None)
        with django_capture_on_commit_callbacks(execute=True):
            run_due_jobs()

    return work


_shade = iter(range(1, 10_000))


def entry(school: str, competition, paper: bytes, **fields) -> Project:
    """Of a school of its own, with a picture of its own and ``paper`` as its report."""
    minh = make_minh(class_group=make_class("8A1", school=make_school(school)))
    project = make_project(minh=minh, competition=competition, **fields)
    attach(project, "photographs", jpeg((320, 200 + next(_shade))))
    attach(project, "report", paper)
    return approve(submit(state(project)))


def two(competition, worker) -> tuple[Project, Project]:
    """Lan's report, and Tùng's, who copied it and changed some words."""
    lan = entry("Trường THCS Phú Lợi", competition, report(written(1)), title="Máy lọc nước của Lan")
    tung = entry("Trường THCS Dĩ An", competition, report(copied(written(1))), title="Bình nước sạch của Tùng")
    worker()
    return lan, tung


def similar(client, competition, **chosen) -> str:
    return client.get(reverse("entry_similar", args=[competition.slug]), chosen).content.decode()


def references(client, competition, **chosen) -> set[str]:
    body = similar(client, competition, **chosen)
    return {project.reference for project in Project.objects.all() if project.reference in body}


def refused_with(call) -> str:
    with pytest.raises(Refused) as refused:
        call()
    return refused.value.refusal.code


# --- What is found --------------------------------------------------------------------------------
def test_a_report_copied_with_small_changes_is_on_the_list_of_officers(client, competition, nam, worker):
    lan, tung = two(competition, worker)
    third = entry("Trường THCS Tân Uyên", competition, report(written(2)), title="Gậy dẫn đường")
    worker()
    pair = Similarity.objects.get()
    assert pair.ground == Likeness.TEXT and 60 <= pair.percent <= 90
    client.force_login(nam)
    page = client.get(reverse("entry_board", args=[competition.slug]))
    assert page.context["similar"] == {lan.pk, tung.pk} and "Tệp giống nhau (1)" in page.content.decode()
    assert references(client, competition) == {lan.reference, tung.reference}
    for mine, other in ((lan, tung), (tung, lan)):
        body = client.get(reverse("entry_check", args=[mine.reference])).content.decode()
        assert other.title in body and other.reference in body and f"{pair.percent} %" in body
        for file in current_files(mine).filter(kind="pdf"):
            assert reverse("project_file", args=[file.pk]) in body
        assert tung.state == lan.state == ProjectState.ENDORSED, "never refused by itself"
    alone = client.get(reverse("entry_check", args=[third.reference])).content.decode()
    assert lan.reference not in alone and tung.reference not in alone


def test_the_same_title_page_and_form_are_not_enough(competition, worker):
    for number, school in enumerate(("Trường THCS Phú Lợi", "Trường THCS Dĩ An"), start=3):
        entry(school, competition, report(f"{FORM} {written(number, words=400)}"))
    worker()
    assert FilePrint.objects.filter(reading=Reading.TEXT).count() == 2
    assert not Similarity.objects.exists()


def test_the_same_bytes_are_100_percent_in_the_same_list(client, competition, nam, worker):
    for school in ("Trường THCS Phú Lợi", "Trường THCS Dĩ An"):
        entry(school, competition, report(written(1)))
    worker()
    pair = Similarity.objects.get()
    assert (pair.ground, pair.percent) == (Likeness.FILE, 100), "not once as a file and once as a text"
    client.force_login(nam)
    body = similar(client, competition)
    assert "100 %" in body and "cùng một tệp" in body


def test_another_layout_of_the_same_text_is_found(competition, worker):
    """In capitals, without accents, in other lines: as it comes out of another program."""
    text = written(1)
    entry("Trường THCS Phú Lợi", competition, report(text))
    entry("Trường THCS Dĩ An", competition, report(" ".join(text.upper().split()[3:])))
    worker()
    assert Similarity.objects.get().percent >= 95


def test_a_printed_form_is_compared_as_a_file_only(worker):
    competition, forms = make_competition(rules="khkt"), ("form-1a", "form-1b")
    for number, school in enumerate(("Trường THCS Phú Lợi", "Trường THCS Dĩ An")):
        minh = make_minh(class_group=make_class("9A1", grade=9, school=make_school(school)))
        work = {"started_on": date(2026, 9, 1), "finished_on": date(2026, 10, 20)}
        project = make_project(minh=minh, competition=competition, **work)
        for code in ("risk", "human", "institution"):
            answer(project, code, wanted=False)
        for code in forms:
            attach(project, code, report(f"{FORM} {FORM.lower()} phiếu {code} số {number}"))
        for place, code in enumerate(("plan", "report")):
            attach(project, code, report(written(10 * number + place)))
        attach(project, "photographs", jpeg((300, 200 + number)))
        approve(submit(state(project)))
    worker()
    read = FilePrint.objects.filter(file__document__slot__code__in=forms).values_list("reading", flat=True)
    assert set(read) == {Reading.NOT_ASKED} and len(read) == 4
    assert not Similarity.objects.exists()


def test_a_scanned_report_is_named_and_not_passed_over(client, competition, nam, worker):
    project = entry("Trường THCS Phú Lợi", competition, scanned())
    entry("Trường THCS Dĩ An", competition, scanned(pages=4))
    client.force_login(nam)
    url = reverse("entry_check", args=[project.reference])
    assert "đang được so sánh" in client.get(url).content.decode(), "until it is compared, that is said"
    worker()
    assert not Similarity.objects.exists(), "the mark of the scanning program is nobody's text"
    for body in (client.get(url).content.decode(), similar(client, competition)):
        assert "không tìm được trong văn bản" in body and "Thuyết minh dự án" in body
    assert "đang được so sánh" not in client.get(url).content.decode()


def test_a_file_that_cannot_be_opened_is_named_too(competition, worker, monkeypatch):
    monkeypatch.setattr(actions.CHECKER, "text_of", lambda path: {"refused": "too_heavy"})
    entry("Trường THCS Phú Lợi", competition, report(written(1)))
    worker()
    assert FilePrint.objects.get(file__kind="pdf").reading == Reading.UNREADABLE


@pytest.mark.parametrize(("years", "found"), [(4, 1), (6, 0)])
def test_five_years_are_looked_back(competition, worker, years, found):
    with time_machine.travel(timezone.now() - timedelta(days=365 * years)):
        entry("Trường THCS Phú Lợi", make_competition(days_left=20), report(written(1)))
    entry("Trường THCS Dĩ An", competition, report(copied(written(1))))
    worker()
    assert Similarity.objects.count() == found


def test_versions_of_one_project_are_never_a_pair_but_an_earlier_one_may_be_the_source(
    client, competition, nam, worker
):
    lan, tung = two(competition, worker)
    until = timezone.now() + timedelta(days=2)
    reopen_project(project_id=lan.pk, reason="Nộp lại báo cáo.", scope=["report"], ends_at=until, by=nam)
    attach(lan, "report", report(copied(written(1), every=60) + written(9, words=900)))
    approve(submit(lan))
    worker()
    pair = Similarity.objects.get()
    assert {each.project_id for each in pair.prints} == {lan.pk, tung.pk}
    client.force_login(nam)
    assert "phiên bản cũ" in client.get(reverse("entry_check", args=[tung.reference])).content.decode()


def test_a_project_that_is_with_its_team_again_is_not_shown(client, competition, nam, worker):
    lan, tung = two(competition, worker)
    until = timezone.now() + timedelta(days=2)
    reopen_project(project_id=lan.pk, reason="Nộp lại báo cáo.", scope=["report"], ends_at=until, by=nam)
    client.force_login(nam)
    assert references(client, competition) == set()
    assert lan.reference not in client.get(reverse("entry_check", args=[tung.reference])).content.decode()


# --- Through the front door -----------------------------------------------------------------------
def test_from_the_upload_to_the_officers_list(settings, competition, nam, django_capture_on_commit_callbacks):
    settings.CLAMAV_URL = ""
    sent = []
    for school, text in (("Trường THCS Phú Lợi", written(1)), ("Trường THCS Dĩ An", copied(written(1)))):
        minh = make_minh(class_group=make_class("8A1", school=make_school(school)))
        project = make_project(minh=minh, competition=competition)
        attach(project, "photographs", jpeg((320, 200 + next(_shade))))
        browser, data = Client(), report(text)
        browser.force_login(project.created_by)
        with django_capture_on_commit_callbacks(execute=True):
            target = document_of(project, "report").pk
            url = Sender(browser).begin(len(data), purpose=PURPOSE, target=target, name="Bao cao.pdf")
            Sender(browser).patch(url, data)
        with django_capture_on_commit_callbacks(execute=True):
            run_due_jobs()
        with django_capture_on_commit_callbacks(execute=True):
            sent.append(approve(submit(state(project))))
    with django_capture_on_commit_callbacks(execute=True):
        run_due_jobs()
    officer = Client()
    officer.force_login(nam)
    assert references(officer, competition) == {project.reference for project in sent}


def test_nobody_else_reads_any_of_it(client, competition, worker):
    lan, tung = two(competition, worker)
    pair = Similarity.objects.get()
    addresses = [
        reverse("entry_similar", args=[competition.slug]),
        reverse("similarity_aside", args=[pair.pk]),
        reverse("entry_check", args=[lan.reference]),
    ]
    for person in (lan.created_by, lan.supervisor, tung.created_by, make_outsider(), make_teacher()):
        client.force_login(person)
        assert [client.get(url).status_code for url in addresses[1:2]] == [404]
        assert all(client.get(url).status_code in (403, 404) for url in addresses)
        assert tung.reference not in client.get(reverse("project_detail", args=[lan.reference])).content.decode()
        assert not queries.similarities_visible_to(person).exists()
        with pytest.raises(PermissionDenied):
            actions.look_at_similar(similarity_id=pair.pk, verdict=Verdict.SET_ASIDE, note="Đã xem.", by=person)


@pytest.mark.parametrize("side", ["lan", "tung"])
def test_an_officer_with_the_name_of_a_guardian_is_told_nothing_of_either_side(client, competition, nam, worker, side):
    projects = dict(zip(("lan", "tung"), two(competition, worker), strict=True))
    Pupil.objects.filter(user=projects[side].created_by).update(guardian_name="PHAN HOÀNG NAM")
    client.force_login(nam)
    page = client.get(reverse("entry_board", args=[competition.slug]))
    assert (page.context["pairs"], page.context["similar"]) == (0, set())
    assert references(client, competition) == set()
    for mine, other in (("lan", "tung"), ("tung", "lan")):
        body = client.get(reverse("entry_check", args=[projects[mine].reference])).content.decode()
        assert projects[other].reference not in body
    pair = Similarity.objects.get()
    assert client.get(reverse("similarity_aside", args=[pair.pk])).status_code == 404
    with pytest.raises(PermissionDenied):
        actions.look_at_similar(similarity_id=pair.pk, verdict=Verdict.SET_ASIDE, note="Đã xem.", by=nam)
    client.force_login(make_officer("Tô Thanh Nga"))
    assert len(references(client, competition)) == 2, "a colleague reads it"


# --- What an officer does about it ------------------------------------------------------------------
def test_a_pair_is_set_aside_with_a_note_stays_readable_and_is_put_back(client, competition, nam, worker):
    lan, tung = two(competition, worker)
    pair = Similarity.objects.get()
    client.force_login(nam)
    aside, back = (reverse(f"similarity_{act}", args=[pair.pk]) for act in ("aside", "reopen"))
    assert client.post(aside, {"note": " "}).context["form"].errors["note"], "not without a word"
    silent = {"similarity_id": pair.pk, "verdict": Verdict.SET_ASIDE, "note": "", "by": nam}
    assert refused_with(lambda: actions.look_at_similar(**silent)) == "no_note"
    answer = client.post(aside, {"note": "Hai nhóm cùng trích sách giáo khoa."}, follow=True)
    assert answer.redirect_chain[-1][0] == reverse("entry_similar", args=[competition.slug])
    assert references(client, competition) == set()
    assert client.get(reverse("entry_board", args=[competition.slug])).context["similar"] == set()
    for body in (similar(client, competition, looked=1), check_page(client, lan), client.get(back).content.decode()):
        assert "Hai nhóm cùng trích sách giáo khoa." in body and nam.full_name in body
    assert client.get(aside).status_code == 302 and client.get(aside)["Location"] == back
    nga = make_officer("Tô Thanh Nga")
    again = {"similarity_id": pair.pk, "verdict": Verdict.SET_ASIDE, "note": "Tôi cũng đã xem.", "by": nga}
    assert refused_with(lambda: actions.look_at_similar(**again)) == "done_already"
    client.force_login(nga)
    client.post(back, {"note": "Trường báo hai nhóm chép nhau."})
    assert references(client, competition) == {lan.reference, tung.reference}
    said = list(Look.objects.values_list("verdict", "by__full_name"))
    assert said == [("reopened", "Tô Thanh Nga"), ("set_aside", "Phan Hoàng Nam")]
    assert "Hai nhóm cùng trích sách giáo khoa." in client.get(aside).content.decode()


def check_page(client, project: Project) -> str:
    return client.get(reverse("entry_check", args=[project.reference])).content.decode()


def test_what_was_set_aside_stays_so_when_files_are_compared_again(competition, nam, worker):
    two(competition, worker)
    pair = Similarity.objects.get()
    actions.look_at_similar(similarity_id=pair.pk, verdict=Verdict.SET_ASIDE, note="Đã xem.", by=nam)
    for file in FilePrint.objects.values_list("file", flat=True):
        actions.compare_file(file_id=file)
    assert Similarity.objects.get().set_aside_at


# --- The list costs the same -----------------------------------------------------------------------
@pytest.mark.parametrize("count", [1, 3])
def test_the_list_costs_the_same_for_one_pair_and_three(
    client, competition, nam, worker, count, django_assert_num_queries
):
    for number in range(count):
        for place, text in enumerate((written(number), copied(written(number)))):
            entry(f"Trường THCS Số {number}{place}", competition, report(text))
    worker()
    assert Similarity.objects.count() == count
    client.force_login(nam)
    similar(client, competition)
    with django_assert_num_queries(LIST_QUERIES):
        similar(client, competition)


LIST_QUERIES = 16


# --- Once, whatever breaks -------------------------------------------------------------------------
@pytest.mark.parametrize("step", ["_read", "_keep_print", "_note_similar"])
def test_a_worker_killed_in_the_middle_is_followed_by_another_and_each_row_is_there_once(
    competition, worker, monkeypatch, step, django_capture_on_commit_callbacks
):
    class Killed(BaseException):
        """Nothing in the portal catches it, as nothing catches SIGKILL."""

    def die(*_arguments, **_named):
        raise Killed

    lan = entry("Trường THCS Phú Lợi", competition, report(written(1)))
    worker()
    tung = entry("Trường THCS Dĩ An", competition, report(copied(written(1))))
    with django_capture_on_commit_callbacks(execute=True):
        compare_the_rest(None)
    file = current_files(tung).get(kind="pdf")
    with monkeypatch.context() as patched:
        patched.setattr(actions, step, die)
        with pytest.raises(Killed):
            actions.compare_file(file_id=file.pk)
    silent = timezone.now() - timedelta(minutes=11)
    job = Job.objects.filter(name=actions.COMPARE_JOB, arguments={"file": file.pk})
    job.update(state=JobState.RUNNING, attempts=1, heartbeat_at=silent)
    with django_capture_on_commit_callbacks(execute=True):
        assert reap() == 1
    worker()
    assert job.get().state == JobState.DONE
    assert FilePrint.objects.filter(project__in=[lan, tung]).count() == 4
    assert Band.objects.count() == 2 * BANDS and Similarity.objects.count() == 1
    assert not queries.to_compare().exists()


def test_a_comparison_that_failed_for_good_is_begun_anew_every_hour(competition, worker):
    entry("Trường THCS Phú Lợi", competition, report(written(1)))
    compare_the_rest(None)
    Job.objects.filter(name=actions.COMPARE_JOB).update(state=JobState.FAILED, attempts=5)
    worker()
    assert not queries.to_compare().exists()


def test_the_numbers_are_the_same_in_every_process():
    """They are stored for years; Python's own hash would be another one tomorrow."""
    code = "from programs.entries.reading import *; print(minima_of(words_of('Nước giếng ở nhà em đục sau mưa')).hex())"
    told = run([executable, "-c", code], capture_output=True, text=True, check=True).stdout.strip()
    minima = minima_of(words_of("NUOC GIENG o nha em, duc sau mua!"))
    assert told == minima.hex() and told.startswith(FIRST_MINIMA)
    assert len(set(bands_of(minima))) == BANDS and percent_alike(minima, minima) == 100


FIRST_MINIMA = "317f79fa525342b455fa6bcc09865e65"  # never to be changed: what is stored was made with them


def test_a_pair_is_stored_once_and_in_one_order(competition, worker):
    two(competition, worker)
    pair = Similarity.objects.get()
    for first, second in ((pair.first, pair.second), (pair.second, pair.first)):
        with pytest.raises(IntegrityError), transaction.atomic():
            Similarity.objects.create(first=first, second=second, ground=Likeness.TEXT, percent=60)


# --- What goes ---------------------------------------------------------------------------------------
def test_with_a_withdrawn_project_goes_what_its_files_were_compared_by(competition, worker):
    lan, tung = two(competition, worker)
    decisions.withdraw_project(project_id=lan.pk, by=lan.created_by)
    assert set(FilePrint.objects.values_list("project", flat=True)) == {tung.pk}
    assert not Similarity.objects.exists() and Band.objects.count() == BANDS
    actions.compare_file(file_id=current_files(lan).get(kind="pdf").pk)
    assert not FilePrint.objects.filter(project=lan).exists(), "a job that comes late brings nothing back"


def test_with_an_erased_pupil_go_the_prints_the_pairs_and_the_notes(competition, nam, worker):
    lan, tung = two(competition, worker)
    pair = Similarity.objects.get()
    actions.look_at_similar(similarity_id=pair.pk, verdict=Verdict.SET_ASIDE, note="Đã hỏi em Minh.", by=nam)
    with transaction.atomic():
        carry_out(plan_erasure(subject_of(pupil=Pupil.objects.get(user=lan.created_by))))
    assert not FilePrint.objects.filter(project=lan).exists()
    assert not Similarity.objects.exists() and not Look.objects.exists()


def test_blank_pages_are_not_text(competition, worker):
    entry("Trường THCS Phú Lợi", competition, pdf(pages=3))
    worker()
    assert FilePrint.objects.get(file__kind="pdf").reading == Reading.NO_TEXT
