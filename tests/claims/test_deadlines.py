"""Registrations that wait: reminders to the authority and to the claimant, and an end after a long silence."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
import time_machine
from django.urls import reverse
from django.utils import timezone

from programs.claims.actions.chasing import chase_registrations
from programs.claims.choices import ClaimState
from programs.claims.models import SchoolClaim
from programs.claims.rules import Waiting
from programs.core.audit import history_of
from programs.core.calendar import working_days_between
from programs.core.models import Holiday
from programs.notices.models import Message
from programs.schools.choices import SchoolState
from programs.schools.models import School
from tests.people import make_officer, make_school, make_ward, make_ward_officer

pytestmark = pytest.mark.django_db
MONDAY = datetime(2026, 9, 7, 9, 0, tzinfo=timezone.get_fixed_timezone(7 * 60))


@pytest.fixture(autouse=True)
def _our_own_numbers(settings):
    numbers = {"remind_authority_after": 3, "remind_authority_again": 5, "remind_claimant_after": 7,
               "remind_claimant_again": 7, "expire_after": 30}  # fmt: skip
    settings.JURISDICTION = settings.JURISDICTION | {"registration": numbers}


def make_claim(*, state: str = ClaimState.SUBMITTED, at: datetime = MONDAY, name: str = "Chu Văn An") -> SchoolClaim:
    school = make_school(f"Trường THCS {name}", state=SchoolState.CLAIMED)
    returned = {"decided_at": at, "reason": "Ghi đúng chức vụ"} if state == ClaimState.RETURNED else {}
    return SchoolClaim.objects.create(
        school=school, full_name="Đinh Thị Thu", position="Phó Hiệu trưởng", email="thu@example.vn",
        phone="+84912345678", state=state, sent_at=at, key_hash=f"key-{name}", **returned,
    )  # fmt: skip


def letters(kind: str) -> int:
    return Message.objects.filter(kind=kind).count()


def on_day(days: int) -> dict[str, int]:
    with time_machine.travel(MONDAY + timedelta(days=days), tick=False):
        return chase_registrations()


def test_the_authority_is_reminded_after_three_working_days_then_every_five():
    claim = make_claim()
    mai, other = make_ward_officer(ward=claim.school.ward), make_ward_officer("Tâm", ward=make_ward("Phường Dĩ An"))
    department = make_officer()
    assert on_day(2)["authority"] == 0
    assert on_day(3)["authority"] == 1  # Thursday
    assert on_day(3)["authority"] == 0  # the same day again
    assert on_day(9)["authority"] == 0
    assert on_day(10)["authority"] == 1
    told = Message.objects.filter(kind="claims_wait").values_list("recipient", flat=True)
    assert set(told) == {mai.pk}
    assert {other.pk, department.pk}.isdisjoint(told)
    assert "Chu Văn An" in Message.objects.filter(kind="claims_wait").first().body_text
    assert [entry.action for entry in history_of(claim)] == ["claim.remind", "claim.remind"]


def test_holidays_do_not_count_and_one_letter_names_all():
    Holiday.objects.create(
        name="Nghỉ", starts_on=MONDAY.date() + timedelta(days=1), ends_on=MONDAY.date() + timedelta(days=2)
    )
    claim = make_claim()
    make_claim(name="Trần Phú")
    make_ward_officer(ward=claim.school.ward)
    assert on_day(3)["authority"] == 0
    assert on_day(7)["authority"] == 2
    assert letters("claims_wait") == 1


def test_a_corrected_registration_starts_waiting_again():
    claim = make_claim()
    make_ward_officer(ward=claim.school.ward)
    on_day(3)
    SchoolClaim.objects.filter(pk=claim.pk).update(sent_at=MONDAY + timedelta(days=4))
    assert on_day(8)["authority"] == 0
    assert on_day(9)["authority"] == 1


def test_the_claimant_is_reminded_weekly_and_after_a_month_the_school_is_free(client, outbox_sent):
    claim = make_claim(state=ClaimState.RETURNED)
    assert on_day(6)["claimant"] == 0
    for day, sent in ((7, 1), (7, 0), (13, 0), (14, 1), (21, 1), (28, 1)):
        assert on_day(day)["claimant"] == sent, day
    assert SchoolClaim.objects.get().state == ClaimState.RETURNED
    first = Message.objects.filter(kind="claim_reminder").order_by("pk").first()
    assert "07/10/2026" in first.body_text
    assert "Ghi đúng chức vụ" in first.body_text
    assert on_day(30) == {"authority": 0, "claimant": 0, "expired": 1}
    assert on_day(30)["expired"] == 0
    claim.refresh_from_db()
    assert claim.state == ClaimState.EXPIRED
    assert School.objects.get().state == SchoolState.INVITED
    entry = history_of(claim).first()
    assert (entry.action, entry.user) == ("claim.expire", None)
    assert "30" in entry.reason.text
    assert letters("claim_expired") == 1

    page = client.get(reverse("claim_status", args=[claim.link_token]))
    assert page.status_code == 200
    late = client.post(reverse("claim_status", args=[claim.link_token]), {
        "full_name": "Đinh Thị Thu", "position": "Hiệu trưởng", "email": "thu@example.vn", "phone": "0912345678",
    })  # fmt: skip
    assert late.context["form"].non_field_errors()
    client.force_login(make_ward_officer(ward=claim.school.ward))
    refused = client.get(reverse("claim_queue"), {"show": "refused"})
    assert claim in refused.context["page_obj"].object_list  # a ward officer finds what has ended, too
    assert client.get(reverse("claim_detail", args=[claim.pk])).status_code == 200


def test_the_numbers_are_data():
    assert Waiting.from_settings({}) == Waiting()
    assert Waiting.from_settings({"registration": {"expire_after": 14}}).expire_after == 14


def test_working_days():
    friday, monday = MONDAY.date() - timedelta(days=3), MONDAY.date()
    assert working_days_between(friday, monday, off=set()) == 1
    assert working_days_between(friday, monday, off={monday}) == 0
    assert working_days_between(monday, monday, off=set()) == 0


def test_the_queue_tells_how_long_each_has_waited(client):
    claim = make_claim()
    client.force_login(make_ward_officer(ward=claim.school.ward))
    with time_machine.travel(MONDAY + timedelta(days=8), tick=False):
        client.force_login(make_ward_officer("Võ Thị Lan", ward=claim.school.ward))
        page = client.get(reverse("claim_queue"))
    shown = page.context["page_obj"][0]
    assert (shown.age, shown.is_late) == (6, True)


@pytest.mark.parametrize("rows", [1, 3])
def test_the_queue_costs_the_same_for_one_row_and_three(client, django_assert_num_queries, rows):
    for number in range(rows):
        make_claim(name=f"Số {number}", at=timezone.now())
    client.force_login(make_ward_officer())
    client.get(reverse("claim_queue"))
    # session, person, second factor, roles (2), count, page, levels, holidays; the frame 3
    with django_assert_num_queries(11):
        assert len(client.get(reverse("claim_queue")).context["page_obj"]) == rows
