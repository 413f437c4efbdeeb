"""Who gets a certificate, once, with a number that nobody else has."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.urls import reverse
from django.utils import timezone

from programs.bookings.choices import BookingState
from programs.bookings.models import Booking
from programs.certificates.actions import CODE_BYTES, _take_serials, issue_certificates, revoke_certificate
from programs.certificates.choices import CertificateState
from programs.certificates.models import Certificate, SerialCounter
from programs.certificates.queries import plan_of
from programs.core.audit import history_of
from programs.core.refusals import Refused
from programs.notices.models import Message
from programs.pupils.actions.places import place
from programs.pupils.models import Enrolment
from tests.certificates.make import LONG_NAME, issue, make_centre_staff, make_visit
from tests.people import make_class, make_coordinator, make_officer, make_outsider, make_pupil

pytestmark = pytest.mark.django_db


def test_each_pupil_who_came_gets_one_with_frozen_words():
    visit = make_visit()
    first, second = sorted(issue(visit), key=lambda row: row.serial)
    assert {first.printed_name, second.printed_name} == {"Nguyễn Nhật Minh", LONG_NAME}
    assert first.serial.startswith("GCN-20")
    assert int(second.serial[-6:]) == int(first.serial[-6:]) + 1
    assert len(first.verify_code) == 28
    assert CODE_BYTES * 8 >= 128
    pupil = first.pupil
    pupil.full_name = "Tên Đã Đổi"
    pupil.save()
    first.refresh_from_db()
    assert first.printed_name != "Tên Đã Đổi"
    assert first.activity_title == "Một ngày ở xưởng chế tạo số"


def test_a_pupil_who_did_not_come_gets_none():
    visit = make_visit()
    absent = visit.roster.get(pupil__full_name="Nguyễn Nhật Minh")
    absent.attended = False
    absent.save()
    assert [row.printed_name for row in issue(visit)] == [LONG_NAME]
    assert [left.name for left in plan_of(visit).left_out] == ["Nguyễn Nhật Minh"]


def test_a_second_call_issues_only_what_is_missing():
    visit = make_visit()
    assert len(issue(visit)) == 2
    assert issue(visit) == []
    visit.roster.create(pupil=make_pupil("Trần Văn Ơn", class_group=visit.class_group), attended=True)
    assert [row.printed_name for row in issue(visit)] == ["Trần Văn Ơn"]


def test_the_same_form_sent_twice_issues_once():
    visit = make_visit()
    first = issue(visit, key="once")
    assert issue(visit, key="once") == first
    assert Certificate.objects.count() == 2
    assert Message.objects.filter(kind="certificates_issued").count() == 1


def test_before_the_class_was_checked_in_it_is_refused():
    visit = make_visit(state=BookingState.CONFIRMED)
    with pytest.raises(Refused) as refused:
        issue(visit)
    assert refused.value.refusal.code == "not_held"
    assert Certificate.objects.count() == 0


def test_without_names_it_is_refused():
    with pytest.raises(Refused) as refused:
        issue(make_visit(names=()))
    assert refused.value.refusal.code == "nobody_named"


def test_leader_coordinator_and_centre_may_and_nobody_else():
    visit = make_visit()
    allowed = [visit.leader, make_coordinator(school=visit.school), make_centre_staff(visit.session.field_trip.centre)]
    for number, person in enumerate(allowed):
        issue_certificates(booking_id=visit.pk, by=person, key=f"k{number}")
    certificate = Certificate.objects.first()
    for person in (make_outsider(), make_officer()):
        with pytest.raises(PermissionDenied):
            issue_certificates(booking_id=visit.pk, by=person, key="x")
        with pytest.raises(PermissionDenied):
            revoke_certificate(serial=certificate.serial, reason="issued_in_error", by=person)


def test_an_english_certificate_is_frozen_in_english():
    certificate = issue(make_visit(), language="en")[0]
    assert (certificate.language, certificate.activity_title) == ("en", "A day at the digital workshop")
    assert certificate.issuer_name == "Thu Dau Mot Innovation Centre"


def test_audit_and_message_are_written_with_the_act():
    visit = make_visit()
    issue(visit)
    entry = history_of(visit).get(action="certificate.issue")
    assert entry.data["after"]["count"] == 2
    assert Message.objects.get(kind="certificates_issued").recipient == visit.leader


def test_serials_of_two_batches_never_meet():
    one, two = issue(make_visit()), issue(make_visit(names=("Lê An", "Lê Ba", "Lê Tư")))
    serials = [row.serial for row in one + two]
    assert len(set(serials)) == 5
    assert SerialCounter.objects.get().last_number == 5


def test_serials_are_taken_from_the_counter_even_if_the_last_certificate_is_gone():
    year = timezone.localdate().year
    issue(make_visit())
    Certificate.objects.all().delete()
    assert _take_serials(year=year, count=2) == [f"GCN-{year}-000003", f"GCN-{year}-000004"]


def test_a_name_corrected_gets_a_new_certificate_and_the_old_one_names_it():
    visit = make_visit(names=("Nguyễn Nhật Minh",))
    old = issue(visit)[0]
    revoke_certificate(serial=old.serial, reason="name_corrected", by=visit.leader)
    new = issue(visit)[0]
    old.refresh_from_db()
    assert (old.state, old.replaced_by) == (CertificateState.REPLACED, new)
    assert history_of(old).get().action == "certificate.revoke"


def test_after_any_other_revocation_no_second_one_is_issued():
    visit = make_visit(names=("Nguyễn Nhật Minh",))
    old = issue(visit)[0]
    revoke_certificate(serial=old.serial, reason="issued_in_error", by=visit.leader)
    with pytest.raises(Refused):
        issue(visit)
    with pytest.raises(Refused) as refused:
        revoke_certificate(serial=old.serial, reason="issued_in_error", by=visit.leader)
    assert refused.value.refusal.code == "not_valid"


def test_a_name_that_cannot_be_printed_is_left_out_and_said_so():
    visit = make_visit(names=("Nguyễn ภ", "Lê An"))
    assert [row.printed_name for row in issue(visit)] == ["Lê An"]
    left_out = plan_of(visit).left_out
    assert [left.name for left in left_out] == ["Nguyễn ภ"]
    assert "ภ" in str(left_out[0].reason), "who issues reads which letter it is"


@pytest.mark.parametrize("what", ["trip", "school", "centre", "class"])
def test_what_no_typeface_can_print_is_said_before_anything_is_issued(client, what):
    """The words are frozen with the certificate: one that is issued so could never be printed."""
    visit = make_visit()
    trip = visit.session.field_trip
    row, column = {
        "trip": (trip, "title"), "school": (visit.school, "name"), "centre": (trip.centre, "name"),
        "class": (visit.class_group, "name"),
    }[what]  # fmt: skip
    setattr(row, column, "Robot 🤖")
    row.save()
    with pytest.raises(Refused, match="unprintable") as refused:
        issue(visit)
    assert "🤖" in str(refused.value.refusal.message)
    assert not Certificate.objects.exists()


def test_a_paper_that_cannot_be_made_says_why(client):
    visit = make_visit()
    first = issue(visit)[0]
    Certificate.objects.filter(pk=first.pk).update(activity_title="Robot 🤖")
    client.force_login(make_coordinator(school=visit.school))
    page = client.get(reverse("certificate_pdf", args=[first.serial]))
    assert page.status_code == 409 and "🤖" in page.content.decode()


def test_a_group_of_several_classes_has_the_classes_of_the_day_of_the_visit():
    """Issued after the classes moved up; whom a list named only since has the class of today."""
    visit = make_visit(names=("Nguyễn Nhật Minh", "Trần Văn Ơn"))
    was, day = visit.class_group, timezone.localdate(visit.session.starts_at)
    now = make_class("9A7", school=visit.school)
    Enrolment.objects.filter(class_group=was).update(started_on=day - timedelta(days=90))
    minh, on = (entry.pupil for entry in visit.roster.order_by("pk"))
    for pupil in (minh, on):
        place(wanted={pupil.pk: now})
    Enrolment.objects.filter(pupil=on, class_group=was).delete()
    Booking.objects.filter(pk=visit.pk).update(class_group=None)
    assert {row.pupil_id: row.class_name for row in issue(visit)} == {minh.pk: was.name, on.pk: "9A7"}
