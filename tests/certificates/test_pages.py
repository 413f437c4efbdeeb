"""Certificates through the front door: cô Hạnh issues, em Minh downloads, anybody verifies, thầy Lâm sees nothing."""

from __future__ import annotations

from io import BytesIO

import pytest
from django.urls import reverse
from django.utils import timezone, translation
from pypdf import PdfReader

from programs.bookings.choices import BookingState
from programs.certificates import views
from programs.certificates.desk import links, sections, tasks
from programs.certificates.models import Certificate
from programs.core.models import Job
from tests.certificates.make import issue, make_centre_staff, make_visit
from tests.pages import main_of
from tests.people import make_coordinator, make_officer, make_outsider, make_principal, make_pupil, make_user

pytestmark = pytest.mark.django_db
LIST = "/desk/certificates/"


@pytest.fixture
def visit():
    return make_visit()


def issue_page(visit) -> str:
    return reverse("certificate_issue", args=[visit.reference])


def text_of(response) -> str:
    return "".join(page.extract_text() for page in PdfReader(BytesIO(b"".join(response))).pages)


def test_co_hanh_confirms_names_and_issues(client, visit):
    client.force_login(visit.leader)
    page = client.get(issue_page(visit))
    key = page.context["form"]["idempotency_key"].value()
    assert "Nguyễn Nhật Minh" in page.content.decode()
    response = client.post(issue_page(visit), {"idempotency_key": key, "language": "vi"}, follow=True)
    assert Certificate.objects.count() == 2
    assert "Đã cấp 2 giấy chứng nhận." in response.content.decode()


def test_the_confirmation_names_who_is_left_out_and_why(client, visit):
    visit.roster.filter(pupil__full_name="Nguyễn Nhật Minh").update(attended=False)
    client.force_login(visit.leader)
    page = client.get(issue_page(visit)).content.decode()
    assert "Không được cấp" in page
    assert "Không tham gia" in page


def test_before_the_visit_the_page_says_why_not(client):
    visit = make_visit(state=BookingState.CONFIRMED)
    client.force_login(visit.leader)
    assert "sau khi trung tâm điểm danh lớp" in client.get(issue_page(visit)).content.decode()


def test_the_outsider_finds_nothing(client, visit):
    certificate = issue(visit)[0]
    client.force_login(make_outsider())
    for url in (
        issue_page(visit),
        reverse("certificate_pdf", args=[certificate.serial]),
        reverse("certificates_pdf", args=[visit.reference]),
        reverse("certificate_revoke", args=[certificate.serial]),
        f"{LIST}?booking={visit.reference}",
    ):
        assert client.get(url).status_code == 404, url
    assert certificate.serial not in client.get(LIST).content.decode()


def test_an_officer_may_see_the_booking_but_not_issue(client, visit):
    client.force_login(make_officer())
    assert client.get(issue_page(visit)).status_code == 403
    assert client.post(issue_page(visit), {"idempotency_key": "k", "language": "vi"}).status_code == 403
    issue(visit)
    assert client.get(reverse("certificates_pdf", args=[visit.reference])).status_code == 404


def test_a_stranger_is_led_to_sign_in(client, visit):
    assert client.get(issue_page(visit)).status_code == 302
    assert client.get(LIST).status_code == 302


def test_em_minh_sees_and_downloads_only_his_own(client, visit):
    mine, other = sorted(issue(visit), key=lambda row: row.printed_name != "Nguyễn Nhật Minh")
    mine.pupil.user = make_user("Nguyễn Nhật Minh", email=None)
    mine.pupil.save()
    client.force_login(mine.pupil.user)
    page = client.get(LIST).content.decode()
    assert mine.serial in page
    assert other.serial not in page
    response = client.get(reverse("certificate_pdf", args=[mine.serial]))
    assert response["Content-Type"] == "application/pdf"
    assert response["Content-Disposition"].startswith("attachment")
    assert "no-store" in response["Cache-Control"]
    assert "Nguyễn Nhật Minh" in text_of(response)
    assert client.get(reverse("certificate_pdf", args=[other.serial])).status_code == 404


def test_one_pdf_for_the_class(client, visit):
    issue(visit)
    client.force_login(visit.leader)
    response = client.get(reverse("certificates_pdf", args=[visit.reference]))
    assert len(PdfReader(BytesIO(response.content)).pages) == 2


def test_a_large_batch_is_printed_in_the_background(client, visit, monkeypatch):
    from programs.core.jobs import run_job

    monkeypatch.setattr(views, "LARGE_BATCH", 1)
    issue(visit)
    client.force_login(visit.leader)
    url = reverse("certificates_pdf", args=[visit.reference])
    assert "Đang gộp 2 giấy chứng nhận" in client.get(url).content.decode()
    assert client.get(url).status_code == 200
    job = Job.objects.get()
    run_job.func(job.pk)
    job.refresh_from_db()
    assert (job.state, job.steps_done) == ("done", 2)
    assert "Nguyễn Nhật Minh" in text_of(client.get(url).streaming_content)


def test_anybody_verifies_and_learns_no_more_than_the_page(client, visit, django_assert_num_queries):
    certificate = issue(visit)[0]
    with translation.override("vi"):
        url = reverse("certificate_verify", args=[certificate.verify_code])
    page = client.get(url)
    body = main_of(page)
    assert page.status_code == 200
    assert "Giấy chứng nhận này có hiệu lực" in body
    assert certificate.printed_name in body
    assert certificate.class_name not in body
    assert page["Cache-Control"] == "no-store"
    assert "noindex" in page["X-Robots-Tag"]


@pytest.mark.parametrize("change", [str.lower, lambda code: " ".join(code), lambda code: f"{code[:4]}-{code[4:]}"])
def test_a_code_typed_by_hand_works(client, visit, change):
    certificate = issue(visit)[0]
    response = client.get("/verify/", {"code": change(certificate.verify_code)}, follow=True)
    assert certificate.printed_name in response.content.decode()


def test_every_failure_is_the_same_page(client, visit):
    serial = issue(visit)[0].serial
    answers = [client.get(f"/verify/{code}/") for code in ("A" * 28, "x", serial, "A" * 500, "ế")]
    assert {answer.status_code for answer in answers} == {404}
    assert len({main_of(answer) for answer in answers}) == 1


def mistyped(code: str) -> list[str]:
    """As people read it off paper, hear it and send it on."""
    alike = code.translate(str.maketrans("OIB", "018"))
    return [
        alike, alike.lower(), code.replace("L", "1"), "\u2011".join([code[:9], code[9:]]), " — ".join([code[:9], alike[9:]]),
        f"({code})", f"{code.lower()}.", f"https://stem.example.vn/verify/{code}/", f"http://localhost:8000/en/verify/{alike}/),",
    ]  # fmt: skip


def test_a_retyped_code_is_found_and_does_not_count_as_a_guess(client, visit):
    certificate = issue(visit)[0]
    Certificate.objects.filter(pk=certificate.pk).update(verify_code="BOILBOILBOILBOIL234567ABCDEF")
    typed = mistyped("BOILBOILBOILBOIL234567ABCDEF")
    for _ in range(views.GUESSES.allowed // len(typed) + 2):
        for code in typed:
            answer = client.get("/verify/", {"code": code}, follow=True)
            assert certificate.printed_name in answer.content.decode(), code
    assert client.get("/verify/", {"code": "A" * 28}, follow=True).status_code == 404, "nothing was counted before it"


def test_guessing_is_stopped_by_address_and_good_codes_never_count(client, visit):
    certificate = issue(visit)[0]
    good = f"/verify/{certificate.verify_code}/"
    for _ in range(views.GUESSES.allowed + 5):
        assert client.get(good).status_code == 200
    for _ in range(views.GUESSES.allowed):
        assert client.get(f"/verify/{'B' * 28}/").status_code == 404
    assert client.get(good).status_code == 429
    assert client.get(good, REMOTE_ADDR="10.0.0.9").status_code == 200


def test_a_revoked_one_says_so_and_names_nobody(client, visit):
    certificate = issue(visit)[0]
    client.force_login(visit.leader)
    url = reverse("certificate_revoke", args=[certificate.serial])
    assert client.get(url).status_code == 200
    client.post(url, {"reason": "issued_in_error"})
    body = client.get(f"/verify/{certificate.verify_code}/").content.decode()
    assert "không có hiệu lực" in body
    assert "Cấp nhầm" in body
    assert f"{timezone.localdate():%d/%m/%Y}" in body  # it is read years later
    assert certificate.printed_name not in body
    assert client.get(reverse("certificate_pdf", args=[certificate.serial])).status_code == 404


def test_the_regulated_word_is_used_nowhere(client, visit):
    certificate = issue(visit)[0]
    client.force_login(visit.leader)
    for url in (LIST, issue_page(visit), "/verify/", f"/verify/{certificate.verify_code}/"):
        assert "chứng chỉ" not in client.get(url).content.decode().lower(), url


def test_the_english_site_speaks_english(client, visit):
    certificate = issue(visit)[0]
    assert "This certificate is valid" in client.get(f"/en/verify/{certificate.verify_code}/").content.decode()


def test_the_list_offers_to_issue_only_to_those_whose_part_it_is(client, visit):
    school, centre = visit.school, visit.session.field_trip.centre
    for person, offered in (
        (visit.leader, True),
        (make_coordinator(school=school), True),
        (make_centre_staff(centre), True),
        (make_principal(school=school), False),
        (make_outsider(), False),
    ):
        client.force_login(person)
        page = client.get(LIST)
        assert (issue_page(visit) in main_of(page)) is offered, person
        assert client.get(issue_page(visit)).status_code == 200 or not offered, person


def test_desks_say_what_waits(visit):
    with translation.override("vi"):
        assert [task.title for task in tasks(visit.leader)] == ["Cấp giấy chứng nhận: Một ngày ở xưởng chế tạo số"]
        assert len(tasks(make_centre_staff(visit.session.field_trip.centre))) == 1
        assert tasks(make_outsider()) == []
        issue(visit)
        assert tasks(visit.leader) == []
        pupil = make_pupil("Trần Ơn", with_account=True)
        assert [section.items for section in sections(pupil.user)] == [[]]
        assert len(links(pupil.user)) == 1


@pytest.mark.parametrize("names", [("Lê An",), ("Lê An", "Lê Ba", "Lê Tư")])
def test_the_list_costs_the_same_for_one_and_for_three(client, names, django_assert_num_queries):
    visit = make_visit(names=names)
    issue(visit)
    client.force_login(visit.leader)
    client.get(LIST)
    with django_assert_num_queries(10):
        client.get(LIST)
