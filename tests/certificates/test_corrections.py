"""Who came is corrected after certificates were issued: whoever corrects is asked, and nothing is revoked silently."""

from __future__ import annotations

import pytest
from django.urls import reverse
from django.utils import timezone, translation

from programs.bookings.choices import BookingState
from programs.centres.choices import SessionState
from programs.centres.models import Session
from programs.certificates.actions import revoke_of_absent
from programs.certificates.choices import CertificateState, RevocationReason
from programs.certificates.desk import tasks
from programs.certificates.models import Certificate
from programs.core.refusals import Refused
from programs.notices.models import Message
from programs.visit_days.actions.closing import reopen_session
from tests.centres.make import make_manager
from tests.certificates.make import issue, make_centre, make_centre_staff, make_visit
from tests.pages import main_of
from tests.people import enrol_second_factor, give_consent

pytestmark = pytest.mark.django_db
NAMES = ("Nguyễn Nhật Minh", "Trần Bảo An", "Lê Thu Hà")


@pytest.fixture
def certified():
    """8A1 came with three pupils, the session is closed, and all three have their certificates; anh Trung manages."""
    visit = make_visit(names=NAMES, arrived_pupils=3, arrived_girls=1, arrived_adults=2)
    visit.trung = enrol_second_factor(make_manager(visit.session.field_trip.centre))
    visit.issued = issue(visit, by=visit.leader)
    now = timezone.now()
    Session.objects.filter(pk=visit.session_id).update(state=SessionState.CLOSED, closed_at=now, closed_by=visit.trung)
    give_consent(*(entry.pupil for entry in visit.roster.select_related("pupil")))
    return visit


def correct(client, visit, *, absent: str):
    """Reopened, and checked in again without one pupil, as the page does it."""
    reopen_session(session_id=visit.session_id, reason="Điểm danh nhầm", by=visit.trung)
    address = reverse("booking_check_in", args=[visit.reference])
    version = client.get(address).context["form"]["version"].value()
    present = list(visit.roster.exclude(pupil__full_name=absent).values_list("pupil", flat=True))
    figures = {"pupils": 2, "girls": 1, "adults": 2, "present": present, "version": version}
    return client.post(address, figures)


def states_of(visit) -> dict[str, str]:
    return dict(Certificate.objects.filter(booking=visit).values_list("printed_name", "state"))


def test_after_the_correction_the_person_is_shown_whose_certificates_and_revokes_with_the_reason_filled_in(
    client, certified
):
    client.force_login(certified.trung)
    assert "cổng sẽ hỏi" in main_of(client.get(reverse("session_reopen", args=[certified.session_id])))
    answer = correct(client, certified, absent="Trần Bảo An")
    page = reverse("certificates_absent", args=[certified.reference])
    assert answer.url == page
    assert set(states_of(certified).values()) == {CertificateState.ISSUED}, "nothing is revoked silently"
    shown = client.get(page)
    assert "Trần Bảo An" in main_of(shown) and "Lê Thu Hà" not in main_of(shown)
    form = shown.context["form"]
    assert form["reason"].value() == RevocationReason.ABSENT
    with translation.override("vi"):
        [task] = [each for each in tasks(certified.trung) if each.url == page]
        assert "1 học sinh vắng mặt" in task.title
    assert client.post(page, {"reason": "absent"}).context["form"].errors["serials"]
    assert client.post(page, {"serials": form["serials"].value(), "reason": "absent"}).status_code == 302
    assert states_of(certified) == {
        "Nguyễn Nhật Minh": CertificateState.ISSUED,
        "Trần Bảo An": CertificateState.REVOKED,
        "Lê Thu Hà": CertificateState.ISSUED,
    }
    letter = Message.objects.get(kind="certificates_revoked")
    assert letter.recipient == certified.leader and "Trần Bảo An" not in letter.body_text
    assert not [each for each in tasks(certified.trung) if each.url == page]
    assert client.get(page).url == reverse("certificate_list", query={"booking": certified.reference})


def test_a_correction_that_touches_no_certificate_leads_back_to_the_day(client, certified):
    client.force_login(certified.trung)
    Certificate.objects.filter(printed_name="Trần Bảo An").update(state=CertificateState.REVOKED)
    assert reverse("centre_day") in correct(client, certified, absent="Trần Bảo An").url


def test_the_single_page_too_begins_with_the_reason_where_the_pupil_is_absent(client, certified):
    client.force_login(certified.leader)
    certified.roster.filter(pupil__full_name="Trần Bảo An").update(attended=False)
    reasons = {
        row.printed_name: client.get(reverse("certificate_revoke", args=[row.serial])).context["form"]["reason"].value()
        for row in Certificate.objects.filter(booking=certified)
    }
    assert [reasons[name] for name in NAMES] == [None, RevocationReason.ABSENT, None]


def test_only_those_who_may_revoke_see_it_and_only_managers_have_it_on_their_desk(client, certified):
    certified.roster.filter(pupil__full_name="Trần Bảo An").update(attended=False)
    page = reverse("certificates_absent", args=[certified.reference])
    staff = make_centre_staff(certified.session.field_trip.centre)
    stranger = enrol_second_factor(make_manager(make_centre("Trung tâm Dĩ An"), "Đỗ Minh Quân"))
    for person, status in ((certified.leader, 200), (staff, 200), (stranger, 404)):
        client.force_login(person)
        assert client.get(page).status_code == status
        assert not [task for task in tasks(person) if task.url == page]


def test_what_somebody_decided_meanwhile_is_left_alone_and_who_came_after_all_gets_a_new_one(certified):
    entry = certified.roster.filter(pupil__full_name="Trần Bảo An")
    serials = [row.serial for row in certified.issued]
    with pytest.raises(Refused, match="not_in_doubt"):  # everybody came: nobody's certificate can go this way
        revoke_of_absent(booking_id=certified.pk, serials=serials, by=certified.trung)
    entry.update(attended=False)
    [revoked] = revoke_of_absent(booking_id=certified.pk, serials=serials, by=certified.trung)
    with pytest.raises(Refused, match="not_in_doubt"):
        revoke_of_absent(booking_id=certified.pk, serials=serials, by=certified.trung)
    entry.update(attended=True)
    [new] = issue(certified)
    revoked.refresh_from_db()
    assert (revoked.state, revoked.replaced_by) == (CertificateState.REPLACED, new)
    assert certified.state == BookingState.CLOSED
