"""6K of a school that the portal hardly knows came without a booking: who led it and who came is said afterwards."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from django.core.exceptions import PermissionDenied
from django.urls import reverse
from django.utils import timezone

from programs.bookings.models import Booking
from programs.bookings.queries import listed
from programs.certificates.actions import list_who_came
from programs.certificates.models import Certificate
from programs.core.audit import history_of
from programs.core.refusals import Refused
from programs.core.versions import version_of
from programs.notices.models import Message
from programs.pupils.queries import pupils_of_class
from programs.visit_days.actions.afterwards import name_teacher
from programs.visit_days.actions.closing import close_session
from tests.certificates.make import issue
from tests.pages import version_at
from tests.people import give_consent, make_class, make_coordinator, make_school, make_teacher
from tests.visit_days.conftest import today  # noqa: F401
from tests.visit_days.make import over
from tests.visit_days.test_unannounced import said

pytestmark = pytest.mark.django_db


@pytest.fixture
def unknown(today):  # noqa: F811
    """Three pupils and nobody of the staff are in the portal on the day; chị Sen lets the class in."""
    today.school = make_school("Trường THCS Vùng Xa")
    today.six = make_class("6K", school=today.school, pupils=3)
    today.pupils = list(pupils_of_class(today.six))
    give_consent(*today.pupils[:2])
    return today


@pytest.fixture
def let_in(unknown, as_user):
    address = f"{reverse('session_unannounced', args=[unknown.session.pk])}?school={unknown.school.code}"
    assert as_user(unknown.sen).post(address, said(class_group=unknown.six.pk)).status_code == 302
    unknown.came = Booking.objects.get(unannounced=True)
    assert unknown.came.leader == unknown.sen
    unknown.phuc = make_coordinator("Thầy Phúc Vùng Xa", school=unknown.school)
    unknown.nga = make_teacher("Cô Nga", school=unknown.school)
    return unknown


def asked() -> list:
    return [letter.recipient for letter in Message.objects.filter(kind="visit_feedback").order_by("pk")]


def close(world) -> None:
    over(world.session)
    close_session(session_id=world.session.pk, sure=True, by=world.sen)


def test_the_centre_does_not_ask_itself_how_it_was(let_in):
    close(let_in)
    assert let_in.sen not in asked()


def test_the_coordinator_names_the_teacher_and_only_then_somebody_is_asked(let_in, as_user):
    close(let_in)
    client, address = as_user(let_in.phuc), reverse("booking_teacher", args=[let_in.came.reference])
    assert address in client.get(reverse("booking_detail", args=[let_in.came.reference])).content.decode()
    stranger = client.post(address, {"email": let_in.lam.email, "version": version_at(client, address)})
    assert stranger.context["form"].errors["email"]
    for _again in range(2):
        sent = client.post(address, {"email": let_in.nga.email.upper(), "version": version_at(client, address)})
        assert sent.status_code == 302
    let_in.came.refresh_from_db()
    assert let_in.came.leader == let_in.nga and asked().count(let_in.nga) == 1
    assert Message.objects.filter(kind="group_let_in", recipient=let_in.nga).count() == 1
    [line] = history_of(let_in.came).filter(action="booking.teacher")
    assert line.user == let_in.phuc
    assert as_user(let_in.nga).get(reverse("booking_feedback", args=[let_in.came.reference])).status_code == 200


def test_the_centre_may_name_the_teacher_too_and_nobody_else(let_in, as_user):
    address = reverse("booking_teacher", args=[let_in.came.reference])
    client = as_user(let_in.sen)
    assert client.post(address, {"email": let_in.nga.email, "version": version_at(client, address)}).status_code == 302
    let_in.came.refresh_from_db()
    assert let_in.came.leader == let_in.nga
    for outsider, status in ((let_in.hanh, 404), (make_teacher("Cô Khác", school=let_in.school), 403)):
        assert as_user(outsider).get(address).status_code == status
    with pytest.raises(PermissionDenied):
        name_teacher(booking_id=let_in.came.pk, email=let_in.hanh.email, version="", by=let_in.hanh)
    expected = reverse("booking_teacher", args=[let_in.booking.reference])
    assert as_user(let_in.sen).get(expected).status_code == 404  # it has a booking, and a leader with it


def test_a_class_that_nobody_named_at_the_door_is_named_later(unknown, as_user):
    address = f"{reverse('session_unannounced', args=[unknown.session.pk])}?school={unknown.school.code}"
    as_user(unknown.sen).post(address, said())
    came = Booking.objects.get(unannounced=True)
    phuc = make_coordinator("Thầy Phúc Vùng Xa", school=unknown.school)
    client, address = as_user(phuc), reverse("booking_teacher", args=[came.reference])
    foreign = {"email": phuc.email, "class_group": unknown.class_8a1.pk, "version": version_at(client, address)}
    assert client.post(address, foreign).context["form"].errors["class_group"]
    client.post(address, foreign | {"class_group": unknown.six.pk})
    came.refresh_from_db()
    assert (came.leader, came.class_group) == (phuc, unknown.six)


def write_list(world, *pupils, by=None) -> Booking:
    version = version_of(listed(world.came))
    return list_who_came(
        booking_id=world.came.pk, pupils=[each.pk for each in pupils], version=version, by=by or world.phuc
    )


def test_the_school_lists_who_came_and_they_get_their_certificates(let_in, as_user):
    close(let_in)
    client, address = as_user(let_in.phuc), reverse("booking_came", args=[let_in.came.reference])
    assert address in client.get(reverse("booking_detail", args=[let_in.came.reference])).content.decode()
    agreed = [each.pk for each in let_in.pupils[:2]]
    sent = {"pupils": [let_in.pupils[2].pk], "version": version_at(client, address)}
    assert "đồng ý" in str(client.post(address, sent).context["form"].errors["pupils"])
    assert client.post(address, sent | {"pupils": agreed}).status_code == 302
    assert set(let_in.came.roster.filter(attended=True).values_list("pupil_id", flat=True)) == set(agreed)
    assert len(issue(let_in.came, by=let_in.phuc)) == 2
    with pytest.raises(Refused) as refused:
        write_list(let_in, let_in.pupils[0])
    assert refused.value.refusal.code == "list_used"
    assert Certificate.objects.filter(booking=let_in.came).count() == 2


def test_not_more_than_came_and_not_for_ever_and_not_by_the_centre(let_in):
    close(let_in)
    give_consent(*let_in.pupils)
    with pytest.raises(Refused) as refused:
        write_list(let_in, *let_in.pupils)  # the centre counted two
    assert refused.value.refusal.code == "too_many_names"
    for outsider in (let_in.sen, let_in.hanh):
        with pytest.raises(PermissionDenied):
            write_list(let_in, let_in.pupils[0], by=outsider)
    with time_machine.travel(timezone.now() + timedelta(days=60)), pytest.raises(Refused) as refused:
        write_list(let_in, let_in.pupils[0])
    assert refused.value.refusal.code == "too_late"
    let_in.came = let_in.booking
    with pytest.raises(Refused) as refused:
        write_list(let_in, let_in.pupils[0], by=let_in.hanh)
    assert refused.value.refusal.code == "not_unannounced"
