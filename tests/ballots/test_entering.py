"""A school enters its classes with wishes, changes and withdraws them."""

from __future__ import annotations

import pytest
from django.core.exceptions import PermissionDenied
from django.urls import reverse

from programs.ballots.actions import entries
from programs.ballots.choices import EntryOutcome
from programs.ballots.models import BallotEntry
from programs.centres.choices import SessionState
from programs.centres.models import Session
from programs.core.versions import version_of
from tests.ballots.make import (
    change,
    enter,
    group,
    opened,
    refusal,
    sent,
    time_is_over,
)  # fmt: skip
from tests.centres.make import (
    local,
    make_session,
)
from tests.pages import main_of
from tests.people import (
    make_class,
    make_coordinator,
    make_school,
    make_teacher,
)  # fmt: skip

pytestmark = pytest.mark.django_db


def test_a_class_has_one_entry_in_a_ballot_with_its_wishes_in_order(world):
    ballot = opened(world)
    first = enter(ballot, world.sessions[:2], world.class_8a1, world.hanh)
    assert enter(ballot, world.sessions[:2], world.class_8a1, world.hanh).pk == first.pk
    assert first.wished == [each.pk for each in world.sessions[:2]]
    again = refusal(lambda: enter(ballot, world.sessions[2], world.class_8a1, world.hanh))
    assert again == ("entered_twice", "class_group")
    wishes = [world.sessions[2].pk, world.session.pk]
    version = version_of(BallotEntry.objects.get().said)
    how = {"entry_id": first.pk, "group": group(world.class_8a1), "version": version, "by": world.hanh}
    entries.change_entry(wishes=wishes, **how)
    assert BallotEntry.objects.get().wished == wishes
    assert refusal(lambda: entries.change_entry(wishes=wishes[:1], **how))[0] == "changed_meanwhile"


@pytest.mark.parametrize(
    ("places", "expected"),
    [([], ("no_wishes", "wish_1")), ([0, 0], ("wished_twice", "wish_2")), ([0, 3], ("not_in_ballot", "wish_2"))],
)
def test_wishes_that_cannot_be(world, places, expected):
    ballot = opened(world)
    sessions = [*world.sessions, make_session(trip=world.session.field_trip, starts_at=local(30))]
    wishes = [sessions[place] for place in places]
    assert refusal(lambda: enter(ballot, wishes, world.class_8a1, world.hanh)) == expected


@pytest.mark.parametrize(
    ("code", "arrange", "fields"),
    [
        ("entries_closed", lambda world, ballot: time_is_over(ballot), {}),
        ("session_cancelled", lambda world, ballot: None, {}),
        ("group_too_big", lambda world, ballot: None, {"pupils": 41}),
        ("no_pupils", lambda world, ballot: None, {"pupils": 0}),
    ],
)
def test_what_cannot_be_entered(world, code, arrange, fields):
    ballot = opened(world)
    arrange(world, ballot)
    if code == "session_cancelled":
        Session.objects.filter(pk=world.session.pk).update(state=SessionState.CANCELLED)
        code = "not_in_ballot"
    assert refusal(lambda: enter(ballot, world.session, world.class_8a1, world.hanh, **fields))[0] == code


def test_entering_needs_ones_own_school_and_a_session_of_this_ballot(world):
    ballot = opened(world)
    with pytest.raises(PermissionDenied):
        enter(ballot, world.session, world.class_8a1, world.lam)
    other = make_session(trip=world.session.field_trip, starts_at=local(30))
    assert refusal(lambda: enter(ballot, other, world.class_8a1, world.hanh))[0] == "not_in_ballot"


def test_an_entry_is_changed_and_withdrawn_until_the_closing_time_and_not_after(world):
    ballot = opened(world)
    entry = enter(ballot, world.session, world.class_8a1, world.hanh, needs="Một em dùng xe lăn")
    change(entry, group(world.class_8a1, 35), world.phuc)
    entry.refresh_from_db()
    assert entry.pupils == 35
    with pytest.raises(PermissionDenied):
        entries.withdraw_entry(entry_id=entry.pk, by=world.lam)
    entries.withdraw_entry(entry_id=entry.pk, by=world.hanh)
    for again in (
        lambda: entries.withdraw_entry(entry_id=entry.pk, by=world.hanh),
        lambda: change(entry, group(world.class_8a1, 30), world.hanh),
    ):
        assert refusal(again)[0] == "already_withdrawn"
    entry.refresh_from_db()
    assert (entry.outcome, entry.needs, entry.contact_phone) == (EntryOutcome.WITHDRAWN, "", "")
    second = enter(ballot, world.session, world.class_8a1, world.phuc)
    assert second.number == 2
    time_is_over(ballot)
    assert refusal(lambda: entries.withdraw_entry(entry_id=second.pk, by=world.phuc))[0] == "entries_closed"
    assert refusal(lambda: change(second, group(world.class_8a1, 1), world.phuc))[0] == "entries_closed"


def form(world, **changes) -> dict:
    usual = {
        "wish_1": str(world.session.pk),
        "class_group": world.class_8a1.pk,
        "pupils": "38",
        "adults": "2",
        "contact_phone": "0912345678",
    }
    return usual | {"idempotency_key": "vao", "wait_if_lost": "on"} | changes


def test_of_a_class_larger_than_a_group_may_be_as_many_are_entered_as_may_come(world, as_user):
    opened(world)
    world.class_8a1.enrolments.all().delete()
    large = make_class("8A2", school=world.school, pupils=45, homeroom_teacher=world.hanh)
    hanh, address = as_user(world.hanh), reverse("session_enter", args=[world.session.pk])
    page = hanh.get(address)
    guess = page.context["form"].initial
    assert (guess["class_group"], guess["pupils"], guess["adults"]) == (large.pk, 40, 2)
    assert "Mỗi đoàn có tối đa 40 học sinh" in page.content.decode()
    assert hanh.post(address, form(world, class_group=large.pk, pupils="40")).status_code == 302
    large.enrolments.filter(pk__in=[each.pk for each in large.enrolments.all()[:10]]).delete()
    page = hanh.get(address)
    assert page.context["form"].initial["pupils"] == 35
    assert "Mỗi đoàn có tối đa" not in page.content.decode()


def test_a_teacher_is_led_from_the_session_to_the_entry_and_back_to_its_result(world, as_user):
    ballot = opened(world)
    hanh = as_user(world.hanh)
    page = hanh.get(reverse("session_detail", args=[world.session.pk])).content.decode()
    address = reverse("session_enter", args=[world.session.pk])
    assert address in page
    assert reverse("session_book", args=[world.session.pk]) not in page
    assert hanh.get(reverse("session_book", args=[world.session.pk])).url == address
    assert hanh.get(address).context["form"].initial["pupils"] == 38
    answer = hanh.post(address, form(world, adults="0"))
    assert "adults" in answer.context["form"].errors
    answer = hanh.post(address, form(world))
    entry = BallotEntry.objects.get()
    assert answer.url == reverse("entry_detail", args=[entry.pk])
    assert reverse("entry_withdraw", args=[entry.pk]) in hanh.get(answer.url).content.decode()
    version = version_of(entry.said)
    edit, phuc = reverse("entry_edit", args=[entry.pk]), as_user(world.phuc)
    assert hanh.post(edit, form(world, pupils="36", version=version)).status_code == 302
    page = phuc.post(edit, form(world, pupils="34", version=version))  # both had the page open
    assert [(each.stored, each.typed) for each in page.context["form"].differences] == [("36", "34")]
    assert "36" in main_of(hanh.get(reverse("entry_list")))
    sent(world, ballot)
    page = hanh.get(answer.url).content.decode()
    entry.refresh_from_db()
    assert entry.booking.reference in page
    assert reverse("entry_withdraw", args=[entry.pk]) not in page
    assert hanh.get(reverse("entry_edit", args=[entry.pk])).status_code == 404


def test_another_schools_entry_does_not_exist(world, as_user):
    entry = enter(opened(world), world.session, world.class_8a1, world.hanh)
    for name in ("entry_detail", "entry_edit", "entry_withdraw"):
        assert as_user(world.lam).get(reverse(name, args=[entry.pk])).status_code == 404
        assert as_user(world.phuc).get(reverse(name, args=[entry.pk])).status_code == 200
    colleague = make_teacher("Võ Thị Bạn", school=world.school)
    assert as_user(colleague).get(reverse("entry_detail", args=[entry.pk])).status_code == 200
    assert as_user(colleague).post(reverse("entry_withdraw", args=[entry.pk])).status_code == 403


def test_the_coordinator_of_another_school_changes_nothing(world):
    ballot = opened(world)
    entry = enter(ballot, world.session, world.class_8a1, world.hanh)
    deputy = make_coordinator("Lê Thị Phó", school=make_school("Trường THCS Khác"))
    with pytest.raises(PermissionDenied):
        change(entry, group(world.class_8a1, 20), deputy)


ENTERING = 9


@pytest.mark.parametrize("names", [("8A1",), ("8A1", "8B1", "6B2")])
def test_the_page_costs_the_same_for_one_class_and_for_three(world, as_user, names, django_assert_num_queries):
    opened(world)
    for name in names[1:]:
        make_class(name, school=world.school, pupils=2)
    hanh, page = as_user(world.hanh), reverse("session_enter", args=[world.session.pk])
    hanh.get(page)
    with django_assert_num_queries(ENTERING):
        assert hanh.get(page).status_code == 200
