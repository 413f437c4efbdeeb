"""A report is frozen once and never changes; later corrections appear in a new version."""

from __future__ import annotations

from datetime import timedelta
from io import BytesIO

import pytest
from django.core.exceptions import PermissionDenied
from django.urls import reverse
from django.utils import timezone, translation
from openpyxl import load_workbook

from programs.activities.actions import correct_activity, withdraw_own
from programs.activities.models import OwnActivity, TaughtActivity
from programs.core.audit import history_of
from programs.core.idempotency import new_key
from programs.core.models import Term
from programs.core.refusals import Refused
from programs.core.versions import version_of
from programs.reviews.actions import freeze_report
from programs.reviews.choices import ReportState
from programs.reviews.models import ParticipationReport
from programs.reviews.policy import may_freeze
from programs.reviews.queries.differences import differences
from programs.reviews.queries.reports import participation_in
from programs.schools.choices import Authority, OfficeRole, SchoolState
from programs.schools.models import OfficerPost, School
from tests.participation.make import class_of, make_current_term, make_lesson, make_own, make_terms, make_visit
from tests.people import make_cluster, make_officer, make_outsider, make_school, make_ward, make_ward_officer

pytestmark = pytest.mark.django_db


@pytest.fixture
def term():
    return make_terms()[0]


@pytest.fixture
def visit(term):
    make_school("Trường THCS Dĩ An", ward=make_ward("Phường Dĩ An"))
    school = make_school("Trường THCS Phú Lợi", ward=make_ward("Phường Phú Lợi"))
    make_lesson(school, term.starts_on)
    make_own(school, term.starts_on)
    return make_visit(school, term.starts_on + timedelta(days=9), pupils=38, girls=18)


@pytest.fixture
def nam():
    return make_officer("Phan Hoàng Nam")


def test_ba_nam_freezes_the_term(client, visit, term, nam):
    client.force_login(nam)
    assert "Chốt số liệu" in client.get(reverse("report_list")).content.decode()
    page = client.get(reverse("report_freeze", args=[term.pk]))
    sent = {"idempotency_key": page.context["form"]["idempotency_key"].value()}
    assert ParticipationReport.objects.count() == 0
    response = client.post(reverse("report_freeze", args=[term.pk]), sent, follow=True)
    report = ParticipationReport.objects.get()
    assert (report.state, report.version, report.frozen_by) == (ReportState.FROZEN, 1, nam)
    content = response.content.decode()
    assert f"{term}: 1 trên 2 trường chưa có hoạt động nào" in content
    assert "Đã chốt số liệu" in content
    assert [entry.action for entry in history_of(report)] == ["report.freeze"]
    again = client.post(reverse("report_freeze", args=[term.pk]), sent)
    assert again["Location"] == reverse("report_detail", args=[report.pk])
    assert ParticipationReport.objects.count() == 1


def test_a_frozen_report_never_changes(visit, term, nam):
    report = freeze_report(term_id=term.pk, by=nam, key=new_key())
    before = participation_in(report, nam)
    visit.arrived_pupils, visit.arrived_girls = 12, 3
    visit.save()
    make_lesson(visit.school, term.starts_on)
    visit.school.ward = make_ward("Phường Dĩ An")
    visit.school.state = SchoolState.CLOSED
    visit.school.save()
    make_school("Trường THCS mới mở")
    after = participation_in(ParticipationReport.objects.get(), nam)
    assert after.total() == before.total()
    assert after.by_ward() == before.by_ward()
    assert after.by_level() == before.by_level()
    assert (after.total().pupils, after.total().schools, after.total().taking) == (38, 2, 1)


def test_a_line_stands_where_its_school_stood_and_is_read_by_whose_it_was(visit, term, nam):
    """The school moves to Dĩ An, is renamed, and comes under the department: the frozen term stays Phú Lợi's."""
    mai = make_ward_officer("Đặng Thị Mai", ward=make_ward("Phường Phú Lợi"))
    tam = make_ward_officer("Ngô Văn Tâm", ward=make_ward("Phường Dĩ An"))
    school, cluster = visit.school, make_cluster()
    School.objects.filter(pk=school.pk).update(cluster=cluster)
    report = freeze_report(term_id=term.pk, by=nam, key=new_key())
    school.refresh_from_db()
    school.ward, school.cluster, school.name = make_ward("Phường Dĩ An"), None, "Trường THCS Tên Mới"
    school.save()

    def read(officer):
        return participation_in(ParticipationReport.objects.get(pk=report.pk), officer)

    assert [(each.name, each.cluster) for each in read(mai).schools] == [("Trường THCS Phú Lợi", cluster.name)]
    assert read(mai).total().pupils == 38
    assert "Trường THCS Phú Lợi" not in {each.name for each in read(tam).schools}
    head = make_officer("Tô Thanh Nga", areas=(cluster,))
    assert read(head).total().pupils == 38, "the cluster of that day"
    School.objects.filter(pk=school.pk).update(authority=Authority.DEPARTMENT)
    assert read(mai).total().pupils == 38
    assert read(mai).total().schools + read(tam).total().schools == read(nam).total().schools
    assert read(make_outsider()).schools == []


def test_a_new_version_holds_the_correction_and_supersedes(client, visit, term, nam):
    first = freeze_report(term_id=term.pk, by=nam, key=new_key())
    visit.arrived_pupils = 40
    visit.save()
    second = freeze_report(term_id=term.pk, by=nam, key=new_key())
    first.refresh_from_db()
    assert (first.state, second.state, second.version) == (ReportState.SUPERSEDED, ReportState.FROZEN, 2)
    assert participation_in(first, nam).total().pupils == 38
    assert participation_in(second, nam).total().pupils == 40
    client.force_login(nam)
    assert (
        reverse("report_detail", args=[second.pk])
        in client.get(reverse("report_detail", args=[first.pk])).content.decode()
    )
    assert {entry.action for entry in history_of(first)} == {"report.freeze", "report.supersede"}


def test_a_new_version_lists_its_differences_with_what_was_done(client, visit, term, nam):
    """Between both a lesson is mended, a festival withdrawn, and the school moves; thầy Lâm reads nothing."""
    mai = make_ward_officer("Đặng Thị Mai", ward=make_ward("Phường Phú Lợi"))
    tam = make_ward_officer("Ngô Văn Tâm", ward=make_ward("Phường Dĩ An"))
    first = freeze_report(term_id=term.pk, by=nam, key=new_key())
    lesson, festival = TaughtActivity.objects.get(), OwnActivity.objects.get()
    lesson.class_group = class_of(lesson.school, "8A1", term.starts_on)
    lesson.save()
    typed = lesson.reported | {"pupils": 31, "girls": 15}
    correct_activity(activity_id=lesson.pk, version=version_of(lesson.reported), by=lesson.reported_by, **typed)
    withdraw_own(activity_id=festival.pk, reason="Nhập trùng", by=festival.reported_by)
    second = freeze_report(term_id=term.pk, by=nam, key=new_key())
    found = {str(each.label): (each.before, each.after) for each in differences(second, first, nam)}
    assert found["Học sinh dự bài học"] == (35, 31)
    assert (found["Hoạt động của trường"], found["Học sinh trong các hoạt động này"]) == ((1, 0), (120, 0))
    assert len(found) == 5, "girls of both, too; nothing else"
    [row, *_rest] = differences(second, first, mai)
    assert {entry.action for entry in row.causes} == {"activity.correct", "own_activity.withdraw"}
    assert differences(second, first, tam) == []
    client.force_login(mai)
    page = client.get(reverse("report_differences", args=[second.pk])).content.decode()
    assert "Sửa báo cáo tiết dạy" in page and "Trường THCS Phú Lợi" in page
    assert "không có gì để so sánh" in client.get(reverse("report_differences", args=[first.pk])).content.decode()
    client.force_login(tam)
    assert "Sửa báo cáo" not in client.get(reverse("report_differences", args=[second.pk])).content.decode()
    client.force_login(make_outsider())
    assert client.get(reverse("report_differences", args=[second.pk])).status_code == 404


def test_a_school_that_moved_is_a_difference_in_words(visit, term, nam):
    first = freeze_report(term_id=term.pk, by=nam, key=new_key())
    School.objects.filter(pk=visit.school_id).update(ward=make_ward("Phường Dĩ An"), name="Trường THCS Tên Mới")
    second = freeze_report(term_id=term.pk, by=nam, key=new_key())
    found = {str(each.label): (each.before, each.after) for each in differences(second, first, nam)}
    assert ("Phường Phú Lợi", "Phường Dĩ An") in found.values()
    assert ("Trường THCS Phú Lợi", "Trường THCS Tên Mới") in found.values()


@pytest.mark.parametrize("rows", [1, 3])
def test_differences_cost_the_same_for_one_school_and_for_three(term, nam, rows, django_assert_num_queries):
    schools = [make_school(f"Trường THCS Số {number}") for number in range(3)]
    first = freeze_report(term_id=term.pk, by=nam, key=new_key())
    for school in schools[:rows]:
        make_own(school, term.starts_on)
    second = freeze_report(term_id=term.pk, by=nam, key=new_key())
    with django_assert_num_queries(6):
        assert len({each.school_id for each in differences(second, first, nam)}) == rows


def test_an_open_report_is_computed_and_then_frozen_as_itself(client, visit, term, nam):
    report = ParticipationReport.objects.create(term=term)
    client.force_login(nam)
    assert "chưa chốt" in client.get(reverse("report_detail", args=[report.pk])).content.decode()
    assert freeze_report(term_id=term.pk, by=nam, key=new_key()).pk == report.pk


def test_freezing_the_same_figures_twice_is_refused(visit, term, nam):
    freeze_report(term_id=term.pk, by=nam, key=new_key())
    with pytest.raises(Refused) as refused, translation.override("en"):
        freeze_report(term_id=term.pk, by=nam, key=new_key())
    assert refused.value.refusal.code == "unchanged"
    message = "Nothing has changed since version 1 was frozen; that version remains valid."
    assert refused.value.refusal.message == message


def test_a_running_term_is_not_frozen(client, visit, nam):
    running = make_current_term()
    with pytest.raises(Refused) as refused:
        freeze_report(term_id=running.pk, by=nam, key=new_key())
    assert refused.value.refusal.code == "term_running"
    client.force_login(nam)
    page = client.post(reverse("report_freeze", args=[running.pk]), {"idempotency_key": new_key()})
    assert "Học kỳ kéo dài đến hết ngày" in page.content.decode()
    assert not ParticipationReport.objects.exists()


def test_only_the_department_freezes(client, visit, term):
    ward_officer = make_ward_officer(ward=make_ward("Phường Phú Lợi"))
    viewer = make_officer("Bùi Thanh Hà", role=OfficeRole.STEERING)
    part = make_officer("Lê Thị Thu", areas=(make_ward("Phường Phú Lợi"),))
    for person in (ward_officer, viewer, part):
        with pytest.raises(PermissionDenied):
            freeze_report(term_id=term.pk, by=person, key=new_key())
        client.force_login(person)
        assert client.post(reverse("report_freeze", args=[term.pk])).status_code == 403
    assert not ParticipationReport.objects.exists()


def test_chi_mai_reads_her_ward_in_the_report_and_thay_lam_nothing(client, visit, term, nam):
    report = freeze_report(term_id=term.pk, by=nam, key=new_key())
    client.force_login(make_ward_officer(ward=make_ward("Phường Phú Lợi")))
    for name in ("report_detail", "report_rows"):
        page = client.get(reverse(name, args=[report.pk])).content.decode()
        assert "Phú Lợi" in page
        assert "Dĩ An" not in page
        assert client.get(reverse(name, args=[report.pk]), {"ward": make_ward("Phường Dĩ An").pk}).status_code == 404
    client.force_login(make_outsider())
    for name in ("report_detail", "report_rows", "report_xlsx"):
        assert client.get(reverse(name, args=[report.pk])).status_code == 404
        assert client.get(reverse(name, args=[999999])).status_code == 404


def test_on_its_last_day_a_term_still_runs(client, nam):
    term, today = make_current_term(), timezone.localdate()
    Term.objects.filter(pk=term.pk).update(ends_on=today)
    with pytest.raises(Refused) as refused:
        freeze_report(term_id=term.pk, by=nam, key=new_key())
    assert refused.value.refusal.code == "term_running"
    client.force_login(nam)
    page = client.post(reverse("report_freeze", args=[term.pk]), {"idempotency_key": new_key()})
    assert f"{today:%d/%m/%Y}" in page.context["form"].non_field_errors()[0]
    Term.objects.filter(pk=term.pk).update(ends_on=today - timedelta(days=1))
    assert freeze_report(term_id=term.pk, by=nam, key=new_key()).state == ReportState.FROZEN


def test_frozen_figures_open_to_schools_and_download(client, visit, term, nam):
    report = freeze_report(term_id=term.pk, by=nam, key=new_key())
    client.force_login(nam)
    page = client.get(reverse("report_rows", args=[report.pk]), {"activity": "without"}).content.decode()
    rows = " ".join(page.split())
    assert "1 trường chưa có hoạt động" in rows
    assert "Trường THCS Dĩ An" in rows
    response = client.get(reverse("report_xlsx", args=[report.pk]))
    book = load_workbook(BytesIO(b"".join(response)))
    lines = list(book.worksheets[0].iter_rows(values_only=True))
    assert str(term) in lines[0][0]
    assert f"Bản 1, chốt số liệu ngày {timezone.localdate():%d/%m/%Y}" == lines[1][0]
    assert lines[-1][1:] == (2, 1, 0.5, 1, 38, 18, 1, 35, 17, 1, 120, 66)
    assert len({sheet.title for sheet in book}) == len(book.worksheets) == 5
    assert "report.download" in {entry.action for entry in history_of(report)}


@pytest.mark.parametrize("count", [1, 3])
def test_the_list_costs_the_same_for_one_and_for_three(client, term, nam, count, django_assert_num_queries):
    school = make_school("Trường THCS Phú Lợi")
    for number in range(count):
        make_visit(school, term.starts_on, class_name=f"8A{number}")
        freeze_report(term_id=term.pk, by=nam, key=new_key())
    client.force_login(nam)
    client.get(reverse("report_list"))
    with django_assert_num_queries(10):
        client.get(reverse("report_list"))


def test_a_post_that_sees_everything_lends_one_that_holds_a_part_no_right_to_freeze():
    part = make_officer("Bùi Văn Hẹp", areas=(make_cluster(),))
    OfficerPost.objects.create(user=part, role=OfficeRole.STEERING)
    assert not may_freeze(part)
    assert may_freeze(make_officer())
