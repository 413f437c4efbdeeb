"""Em Minh leaves and comes back, turns out to be two records, and is seen by the staff of his school only. P02, P08."""

from datetime import date, timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from programs.accounts.models import User
from programs.bookings.models import Booking, RosterEntry
from programs.centres.models import Centre, FieldTrip, Room, Session
from programs.certificates.models import Certificate
from programs.competitions.models import Competition, RuleSet
from programs.consents.choices import ConsentGiver, ConsentPurpose, ConsentState
from programs.consents.models import Consent
from programs.core.audit import history_of
from programs.core.refusals import Refused
from programs.data_rights.queries import subject_of_record
from programs.projects.models import Project, ProjectMember
from programs.pupils.actions.joining import merge_pupils
from programs.pupils.models import Enrolment, Joining, Pupil
from programs.pupils.queries import belongings
from programs.schools.models import Membership
from tests.people import (
    make_class,
    make_coordinator,
    make_officer,
    make_outsider,
    make_pupil,
    make_school,
    make_teacher,
    make_user,
    make_ward,
    make_year,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def school():
    make_year()
    return make_school()


@pytest.fixture
def phuc(client, school):
    coordinator = make_coordinator(school=school)
    client.force_login(coordinator)
    return coordinator


@pytest.fixture
def minh(school):
    return make_pupil(
        class_group=make_class("8A1", school=school), birth_date=date(2012, 5, 9), guardian_phone="+84912345678"
    )


def leave(client, *pupils: Pupil, day: str | None = None):
    address = reverse("pupils_leave", args=[pupils[0].school.code])
    page = client.get(address, {"pupil": [pupil.pk for pupil in pupils]})
    form = page.context["form"]
    fields = {
        "pupil": [pupil.pk for pupil in pupils],
        "left_on": day or form["left_on"].value().strftime("%d/%m/%Y"),
    }
    return client.post(address, fields)


# --- The page -------------------------------------------------------------------------------------
def test_the_page_shows_what_the_register_says(client, phuc, minh):
    page = client.get(reverse("pupil_detail", args=[minh.pk])).content.decode()
    for words in (minh.full_name, "09/05/2012", minh.external_id, "8A1", "0912 345 678"):
        assert words in page


def test_a_teacher_sees_the_pupil_but_not_the_guardian(client, school, minh):
    client.force_login(make_teacher(school=school))
    response = client.get(reverse("pupil_detail", args=[minh.pk]))
    assert response.status_code == 200
    assert "0912 345 678" not in response.content.decode()


def test_the_homeroom_teacher_reaches_the_guardian(client, school, minh):
    hanh = make_teacher(school=school)
    minh.enrolments.get().class_group.__class__.objects.update(homeroom_teacher=hanh)
    client.force_login(hanh)
    assert "0912 345 678" in client.get(reverse("pupil_detail", args=[minh.pk])).content.decode()


def test_p02_the_outsider_the_officer_and_the_pupils_of_others_find_nothing(client, school, minh):
    lan = make_pupil("Lê Thị Lan", school=school)
    for person in (make_outsider(), make_officer(), make_user("Huỳnh Khánh Vy")):
        client.force_login(person)
        for name, arguments in (
            ("pupil_detail", [minh.pk]),
            ("pupil_return", [minh.pk]),
            ("pupil_merge", [minh.pk, lan.pk]),
        ):
            assert client.get(reverse(name, args=arguments)).status_code == 404, (person, name)
    client.force_login(make_outsider("Đỗ Văn Lân"))
    assert client.get(reverse("pupils_leave", args=[school.code]), {"pupil": minh.pk}).status_code == 404
    client.force_login(make_teacher(school=school))
    assert client.get(reverse("pupil_return", args=[minh.pk])).status_code == 403
    assert client.get(reverse("pupils_leave", args=[school.code]), {"pupil": minh.pk}).status_code == 403


# --- Leaving and coming back ----------------------------------------------------------------------
def test_leaving_is_asked_with_the_name_and_deletes_nothing(client, phuc, minh):
    asked = client.get(reverse("pupils_leave", args=[minh.school.code]), {"pupil": minh.pk})
    assert minh.full_name in asked.content.decode()
    minh.refresh_from_db()
    assert minh.left_on is None
    assert leave(client, minh).status_code == 302
    minh.refresh_from_db()
    assert minh.left_on == timezone.localdate()
    assert minh.enrolments.get().ended_on == timezone.localdate()
    assert [entry.action for entry in history_of(minh)] == ["pupil.leave"]


def test_leaving_twice_is_one_leaving(client, phuc, minh):
    leave(client, minh)
    before = Pupil.objects.get(pk=minh.pk).left_on
    again = client.post(
        reverse("pupils_leave", args=[minh.school.code]),
        {"pupil": minh.pk, "left_on": "01/01/2026"},
    )
    assert again.status_code == 200  # nobody of that name is on the roll any more
    assert Pupil.objects.get(pk=minh.pk).left_on == before


def test_nobody_leaves_tomorrow(client, phuc, minh):
    tomorrow = timezone.localdate() + timedelta(days=1)
    response = leave(client, minh, day=f"{tomorrow:%d/%m/%Y}")
    assert response.context["form"].errors["left_on"]


def test_a_pupil_of_another_school_cannot_be_slipped_in(client, phuc, minh):
    stranger = make_pupil(
        "Trần Văn Xa", school=make_school("Trường THCS Trần Đại Nghĩa", ward=make_ward("Phường Dĩ An"))
    )
    response = client.post(
        reverse("pupils_leave", args=[minh.school.code]),
        {"pupil": [minh.pk, stranger.pk], "left_on": "01/09/2026"},
    )
    assert response.status_code == 200
    stranger.refresh_from_db()
    assert stranger.left_on is None


def test_coming_back(client, phuc, minh):
    leave(client, minh)
    client.post(reverse("pupil_return", args=[minh.pk]))
    minh.refresh_from_db()
    assert minh.left_on is None
    assert [entry.action for entry in history_of(minh)] == ["pupil.return", "pupil.leave"]


# --- Two records of one child ---------------------------------------------------------------------
@pytest.fixture
def twin(minh):
    return make_pupil(minh.full_name, class_group=make_class("8A2", school=minh.school), birth_date=minh.birth_date)


def a_certificate(pupil: Pupil, booking: Booking, number: int = 1) -> Certificate:
    return Certificate.objects.create(
        serial=f"GCN-2026-00000{number}", verify_code=f"ABCDEFGHJKMNPQRSTUVWXYZ23{number}", booking=booking, kind="visit", pupil=pupil,
        printed_name=pupil.full_name, school_name=pupil.school.name, activity_title="Xưởng", place="Trung tâm",
        issuer_name="Trung tâm", held_on=timezone.localdate(), school=pupil.school, issued_at=timezone.now(),
    )  # fmt: skip


def a_project(pupil: Pupil) -> Project:
    now = timezone.now()
    competition = Competition.objects.create(
        code="Y", slug="y", name="Ý tưởng", school_year=make_year(), opens_at=now, closes_at=now + timedelta(days=9),
        rule_set=RuleSet.objects.create(code="y", grade_from=6, grade_to=12),
    )  # fmt: skip
    project = Project.objects.create(
        reference="DA-Y2345",
        competition=competition,
        school=pupil.school,
        title="Trạm đo",
        created_by=make_user("Em Khoa"),
    )
    ProjectMember.objects.create(project=project, competition=competition, pupil=pupil)
    return project


def two_visits(minh: Pupil, twin: Pupil, teacher) -> tuple[Booking, Booking]:
    """Both records are on the first visit, only the second record on the other."""
    centre = Centre.objects.create(
        code="CX", name="Trung tâm", ward=minh.school.ward, address="1", phone="+842743000001"
    )
    room = Room.objects.create(centre=centre, name="Xưởng", capacity=60)
    trip = FieldTrip.objects.create(code="T", title="Xưởng", centre=centre, grade_from=6, grade_to=9, minutes=60)
    bookings = []
    for number in (1, 2):
        start = timezone.now() + timedelta(days=number)
        session = Session.objects.create(
            field_trip=trip, room=room, starts_at=start, ends_at=start + timedelta(hours=1), capacity=40, seats_taken=2,
            booking_opens_at=start - timedelta(days=9), booking_closes_at=start - timedelta(hours=1),
        )  # fmt: skip
        bookings.append(
            Booking.objects.create(
                reference=f"BD-0000{number}", session=session, school=minh.school, leader=teacher, pupils=2, adults=1,
                contact_phone="+84912345678", class_group=minh.enrolments.get().class_group,
            )
        )  # fmt: skip
    RosterEntry.objects.create(booking=bookings[0], pupil=minh)
    RosterEntry.objects.create(booking=bookings[0], pupil=twin)
    RosterEntry.objects.create(booking=bookings[1], pupil=twin)
    return bookings[0], bookings[1]


def test_records_alike_are_offered_and_never_joined_by_themselves(client, phuc, minh, twin):
    page = client.get(reverse("pupil_detail", args=[minh.pk]))
    assert page.context["alike"] == [twin]
    assert f"{twin.birth_date:%d/%m/%Y}" in page.content.decode()
    preview = client.get(reverse("pupil_merge", args=[minh.pk, twin.pk]))
    assert twin.external_id in preview.content.decode()
    twin.refresh_from_db()
    assert twin.merged_into is None


def test_everything_follows_the_record_that_is_merged_away(client, phuc, minh, twin):
    shared, other = two_visits(minh, twin, phuc)
    certificate, project = a_certificate(twin, other), a_project(twin)
    client.post(reverse("pupil_merge", args=[minh.pk, twin.pk]), {"idempotency_key": "m"})
    twin.refresh_from_db()
    assert twin.merged_into == minh
    certificate.refresh_from_db()
    assert certificate.pupil == minh
    assert project.members.get().pupil == minh
    assert RosterEntry.objects.get(booking=other).pupil == minh
    assert {entry.pupil_id for entry in RosterEntry.objects.filter(booking=shared)} == {minh.pk, twin.pk}
    assert Enrolment.objects.filter(pupil=minh, ended_on=None).get().class_group.name == "8A1"  # in one class
    assert "pupil.merge" in [entry.action for entry in history_of(minh)]


def test_p08_the_old_address_leads_to_the_record_that_stays(client, phuc, minh, twin):
    client.post(reverse("pupil_merge", args=[minh.pk, twin.pk]), {"idempotency_key": "m"})
    response = client.get(reverse("pupil_detail", args=[twin.pk]))
    assert response.status_code == 302
    assert response.url == reverse("pupil_detail", args=[minh.pk])


def test_a_withdrawn_consent_of_either_record_holds(client, phuc, minh, twin):
    common = {"purpose": ConsentPurpose.SHOWCASE, "text_version": 1, "giver": ConsentGiver.GUARDIAN}
    given = Consent.objects.create(
        pupil=minh, state=ConsentState.GIVEN, given_at=timezone.now(), evidence_hash="0" * 64, **common
    )
    Consent.objects.create(pupil=twin, state=ConsentState.WITHDRAWN, withdrawn_at=timezone.now(), **common)
    client.post(reverse("pupil_merge", args=[minh.pk, twin.pk]), {"idempotency_key": "m"})
    given.refresh_from_db()
    assert given.state == ConsentState.WITHDRAWN


def test_one_account_stays(client, phuc, minh, twin):
    twin.user = make_user(twin.full_name, email=None)
    twin.save()
    client.post(reverse("pupil_merge", args=[minh.pk, twin.pk]), {"idempotency_key": "m"})
    minh.refresh_from_db()
    assert minh.user_id
    assert minh.user.is_active


def two_accounts(minh: Pupil, twin: Pupil) -> tuple[User, User]:
    minh.user, twin.user = make_user("Minh Một", email=None), make_user("Minh Hai", email=None)
    minh.save()
    twin.save()
    return minh.user, twin.user


@pytest.mark.parametrize("stays", [0, 1])
def test_of_two_accounts_a_person_says_which_one_the_child_keeps(client, phuc, minh, twin, stays):
    accounts = two_accounts(minh, twin)
    address = reverse("pupil_merge", args=[minh.pk, twin.pk])
    page = client.post(address, {"idempotency_key": "m"})
    assert "account" in page.context["form"].errors
    assert Pupil.objects.get(pk=twin.pk).merged_into is None
    client.post(address, {"idempotency_key": "m", "account": accounts[stays].pk})
    assert Pupil.objects.get(pk=minh.pk).user == accounts[stays]
    assert Pupil.objects.get(pk=twin.pk).user is None
    assert [User.objects.get(pk=each.pk).is_active for each in accounts] == [stays == 0, stays == 1]


def test_another_childs_account_cannot_be_chosen(client, phuc, minh, twin):
    two_accounts(minh, twin)
    stranger = make_pupil("Lê Thị Bình", school=minh.school, with_account=True)
    posted = {"idempotency_key": "m", "account": stranger.user_id}
    assert client.post(reverse("pupil_merge", args=[minh.pk, twin.pk]), posted).status_code == 200
    assert Pupil.objects.get(pk=twin.pk).merged_into is None


def test_an_account_with_another_role_is_not_the_schools_to_close(client, phuc, minh, twin):
    """A learner of continuing education may teach somewhere else."""
    first, second = two_accounts(minh, twin)
    Membership.objects.create(school=make_school("Trường THCS Trần Đại Nghĩa"), user=second, role="teacher")
    client.post(reverse("pupil_merge", args=[minh.pk, twin.pk]), {"idempotency_key": "m", "account": first.pk})
    second.refresh_from_db()
    assert second.is_active


@pytest.mark.parametrize("dropped_said_no", [True, False])
def test_a_no_is_kept_whatever_version_of_the_text_it_was_said_to(client, phuc, minh, twin, dropped_said_no):
    yes, no = (minh, twin) if dropped_said_no else (twin, minh)
    common = {"purpose": ConsentPurpose.PHOTO, "giver": ConsentGiver.GUARDIAN}
    given = Consent.objects.create(
        pupil=yes, state=ConsentState.GIVEN, given_at=timezone.now(), evidence_hash="0" * 64, text_version=2, **common
    )
    refused = Consent.objects.create(pupil=no, state=ConsentState.REFUSED, text_version=1, **common)
    client.post(reverse("pupil_merge", args=[minh.pk, twin.pk]), {"idempotency_key": "m"})
    given.refresh_from_db()
    refused.refresh_from_db()
    assert (given.pupil, given.state) == (minh, ConsentState.WITHDRAWN)
    assert (refused.pupil, refused.state) == (minh, ConsentState.REFUSED)


def part(client, joining: Joining):
    return client.post(reverse("pupil_part", args=[joining.pk]), {"reason": "Hai em khác nhau, đã hỏi gia đình"})


def test_joined_records_can_be_parted_for_two_weeks(client, phuc, minh, twin):
    shared, other = two_visits(minh, twin, phuc)
    certificate, project = a_certificate(twin, other), a_project(twin)
    first, second = two_accounts(minh, twin)
    address = reverse("pupil_merge", args=[minh.pk, twin.pk])
    client.post(address, {"idempotency_key": "m", "account": second.pk})
    since = a_certificate(Pupil.objects.get(pk=minh.pk), shared, 2)
    joining = Joining.objects.get()
    link = reverse("pupil_part", args=[joining.pk])
    assert link in client.get(reverse("pupil_detail", args=[minh.pk])).content.decode()
    page = client.get(link)  # what can and cannot be undone is said first
    assert dict(page.context["since"]) == {str(Certificate._meta.verbose_name_plural): 1}
    assert part(client, joining).status_code == 302

    minh.refresh_from_db()
    twin.refresh_from_db()
    certificate.refresh_from_db()
    since.refresh_from_db()
    assert (twin.merged_into, twin.left_on, twin.user, minh.user) == (None, None, second, first)
    assert User.objects.get(pk=first.pk).is_active
    assert (certificate.pupil, since.pupil, project.members.get().pupil) == (twin, minh, twin)
    assert RosterEntry.objects.get(booking=other).pupil == twin
    assert part(client, joining).context["refusal"].code == "already_parted"
    assert "pupil.part" in [entry.action for entry in history_of(twin)]


def test_parting_has_an_end_and_does_not_give_a_stopped_consent_again(client, phuc, minh, twin):
    common = {"purpose": ConsentPurpose.PHOTO, "giver": ConsentGiver.GUARDIAN, "text_version": 1}
    given = Consent.objects.create(
        pupil=minh, state=ConsentState.GIVEN, given_at=timezone.now(), evidence_hash="0" * 64, **common
    )
    Consent.objects.create(pupil=twin, state=ConsentState.REFUSED, **common)
    client.post(reverse("pupil_merge", args=[minh.pk, twin.pk]), {"idempotency_key": "m"})
    joining = Joining.objects.get()
    Joining.objects.update(joined_at=timezone.now() - timedelta(days=15))
    assert part(client, joining).context["refusal"].code == "too_late"
    assert Pupil.objects.get(pk=twin.pk).merged_into == minh
    Joining.objects.update(joined_at=timezone.now() - timedelta(days=13))
    assert part(client, joining).status_code == 302
    given.refresh_from_db()
    assert given.state == ConsentState.WITHDRAWN


def test_nobody_else_parts_them(client, phuc, minh, twin):
    client.post(reverse("pupil_merge", args=[minh.pk, twin.pk]), {"idempotency_key": "m"})
    joining = Joining.objects.get()
    for person, status in ((make_teacher("Hồ Thị Ngân", school=minh.school), 403), (make_outsider(), 404)):
        client.force_login(person)
        assert part(client, joining).status_code == status
    assert Joining.objects.get().parted_at is None


def test_the_end_of_a_merged_records_time_takes_no_name_from_the_living_child(client, phuc, minh, twin):
    client.post(reverse("pupil_merge", args=[minh.pk, twin.pk]), {"idempotency_key": "m"})
    twin.refresh_from_db()
    assert subject_of_record(twin).names == ()
    assert subject_of_record(minh).names == (minh.full_name,)


def test_joining_twice_is_one_joining_and_a_joined_record_is_refused(phuc, minh, twin):
    for _press in range(2):
        merge_pupils(keep=minh, drop=twin, by=phuc, key="one")
    assert len([entry for entry in history_of(minh) if entry.action == "pupil.merge"]) == 1
    with pytest.raises(Refused) as refused:
        merge_pupils(keep=twin, drop=minh, by=phuc, key="two")
    assert refused.value.refusal.code == "already_merged"


def test_records_of_two_schools_are_not_joined(phuc, minh):
    stranger = make_pupil(minh.full_name, school=make_school("Trường THCS Trần Đại Nghĩa"), birth_date=minh.birth_date)
    with pytest.raises(Refused) as refused:
        merge_pupils(keep=minh, drop=stranger, by=phuc, key="k")
    assert refused.value.refusal.code == "other_school"


def test_every_table_that_points_at_a_pupil_follows(minh):
    """A new wing need not think of it: the tables are found, not listed."""
    tables = {column.model.__name__ for column in belongings()}
    assert {
        "Enrolment",
        "Consent",
        "RosterEntry",
        "ProjectMember",
        "Certificate",
        "RosterRow",
        "GuardianLink",
    } <= tables


@pytest.mark.parametrize("number", [1, 3])
def test_the_page_at_one_class_and_three(client, phuc, minh, number, django_assert_num_queries):
    for index in range(number - 1):
        group = make_class(f"7A{index + 1}", school=minh.school)
        Enrolment.objects.create(pupil=minh, class_group=group, ended_on=timezone.localdate())
    client.get(reverse("pupil_detail", args=[minh.pk]))  # content types are read once by each process
    with django_assert_num_queries(13):
        client.get(reverse("pupil_detail", args=[minh.pk]))


@pytest.mark.parametrize("number", ["9" * 30, "9" * 6000, "²", "-1", "1 OR 1"])
def test_an_unknown_number_selects_nobody(client, school, phuc, number):
    address = reverse("pupils_leave", args=[school.code])
    assert client.post(address, {"pupil": number}).status_code == 302
    assert client.get(address, {"pupil": number[:500]}).status_code == 302
