"""B14: who has nobody's consent stays at school, is listed, and has something equal to do."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from programs.approvals.actions.confirming import confirm_booking
from programs.bookings.choices import BookingState
from programs.consents.actions.consents import withdraw_at_school
from programs.consents.actions.links import issue_link
from programs.core.refusals import Refused
from programs.pupils.models import Pupil
from tests.centres.make import approve, book, move_session, set_roster
from tests.people import give_consent
from tests.visit_days.make import check_in

pytestmark = pytest.mark.django_db

PRESENT = {"pupils": 3, "girls": 1, "adults": 2}


@pytest.fixture
def group(world):
    """Three of 8A1 are named; the guardians of two have agreed."""
    world.booking = book(world.session, world.class_8a1, world.hanh, pupils=3)
    world.named = list(Pupil.objects.filter(enrolments__class_group=world.class_8a1).order_by("pk")[:3])
    set_roster(booking_id=world.booking.pk, pupil_ids=[pupil.pk for pupil in world.named], by=world.hanh)
    give_consent(*world.named[:2])
    approve(world.booking, world.phuc)
    return world


def test_the_booking_lists_who_lacks_a_consent_and_leads_to_the_reminders(group, as_user):
    page = as_user(group.hanh).get(reverse("booking_detail", args=[group.booking.reference]))
    assert page.context["staying"] == group.named[2:]
    assert reverse("consent_class", args=[group.class_8a1.pk]) in page.content.decode()
    centre = as_user(group.sen).get(reverse("booking_detail", args=[group.booking.reference]))
    assert reverse("consent_class", args=[group.class_8a1.pk]) not in centre.content.decode()


def test_confirming_takes_what_the_others_do_meanwhile(group, as_user):
    address = reverse("booking_confirm", args=[group.booking.reference])
    client = as_user(group.hanh)
    assert client.post(address, {}).context["form"].errors["alternative"]
    with pytest.raises(Refused) as refused:
        confirm_booking(booking_id=group.booking.pk, by=group.hanh)
    assert refused.value.refusal.code == "alternative_missing"
    words = "Học cùng bài ở xưởng của trường"
    assert client.post(address, {"alternative": words}).status_code == 302
    group.booking.refresh_from_db()
    assert (group.booking.state, group.booking.alternative) == (BookingState.CONFIRMED, words)
    assert words in client.get(reverse("booking_detail", args=[group.booking.reference])).content.decode()


def test_nothing_is_asked_where_all_agreed(group, as_user):
    give_consent(*group.named)
    page = as_user(group.hanh).get(reverse("booking_confirm", args=[group.booking.reference]))
    assert "alternative" not in page.context["form"].fields
    assert confirm_booking(booking_id=group.booking.pk, by=group.hanh).state == BookingState.CONFIRMED


def test_without_a_consent_nobody_is_checked_in(group, as_user):
    move_session(group.session, timezone.now() - timedelta(minutes=1))
    with pytest.raises(Refused) as refused:
        check_in(booking_id=group.booking.pk, by=group.sen, **PRESENT)
    assert refused.value.refusal.code == "no_consent"
    address = reverse("booking_check_in", args=[group.booking.reference])
    client = as_user(group.sen)
    page = client.get(address)
    assert [pk for pk, _name in page.context["form"].fields["present"].choices] == [p.pk for p in group.named[:2]]
    assert page.context["staying"] == group.named[2:]
    assert page.context["form"]["pupils"].value() == 2
    everybody = {"present": [pupil.pk for pupil in group.named], "version": page.context["form"]["version"].value()}
    assert client.post(address, PRESENT | everybody).status_code == 200
    assert client.post(address, PRESENT | everybody | {"pupils": 2, "present": everybody["present"][:2]})
    attended = dict(group.booking.roster.values_list("pupil_id", "attended"))
    assert [attended[pupil.pk] for pupil in group.named] == [True, True, False]


def test_a_consent_withdrawn_on_the_morning_counts(group):
    move_session(group.session, timezone.now() - timedelta(minutes=1))
    give_consent(*group.named)
    withdraw_at_school(
        pupil_id=group.named[0].pk, purpose="take_part", giver="guardian", reason="Gọi điện", by=group.hanh
    )
    with pytest.raises(Refused):
        check_in(booking_id=group.booking.pk, by=group.sen, **PRESENT)
    check_in(booking_id=group.booking.pk, pupils=2, girls=1, adults=2, absent={group.named[0].pk}, by=group.sen)


def test_a_withdrawal_by_phone_affects_pages_that_were_already_open(group, as_user):
    """From the link to every page that acts on it: at the next request, and no cache holds an older one."""
    move_session(group.session, timezone.now() - timedelta(minutes=1))
    give_consent(*group.named)
    anh = group.named[0]
    token = issue_link(pupil=anh, by=group.hanh, key="link").token
    teacher, centre, guardian = as_user(group.hanh), as_user(group.sen), Client()
    booking, gate = (reverse(name, args=[group.booking.reference]) for name in ("booking_detail", "booking_check_in"))
    assert teacher.get(booking).context["staying"] == []
    open_page = centre.get(gate)
    assert len(open_page.context["form"].fields["present"].choices) == 3

    assert (
        guardian.post(reverse("guardian_purpose", args=[token, "take_part"]), {"withdraw": "True"}).status_code == 302
    )

    answer = teacher.get(booking)
    assert answer.context["staying"] == [anh]
    assert "no-store" in answer["Cache-Control"]
    old = PRESENT | {"present": [pupil.pk for pupil in group.named], "idempotency_key": "old"}
    assert centre.post(gate, old).status_code == 200
    assert not group.booking.roster.filter(attended=True).exists()
    fresh = centre.get(gate)
    assert anh.pk not in [pk for pk, _name in fresh.context["form"].fields["present"].choices]
    assert "no-store" in fresh["Cache-Control"]
