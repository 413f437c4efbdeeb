"""A post of the department that is cut to an area reaches nothing outside it, and nothing that is one for all.

Anh Hòa has the whole province, chị Vân only the ward Phú Lợi. Each row of the table says what is asked of a place.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

import pytest
from django.db.models import Model
from django.urls import reverse
from django.utils import timezone

from programs.ballots import policy as ballot_policy
from programs.ballots.models import Ballot
from programs.ballots.queries import ballots_visible_to, seasons_to_offer, sessions_to_offer
from programs.bookings.policy import may_make_exception
from programs.bookings.queries import bookings_visible_to
from programs.centres.models import Centre, Session
from programs.centres.policy import may_edit_seasons, may_furnish
from programs.centres.queries.schedule import centres_run_by, planned_visible_to
from programs.claims.models import SchoolClaim
from programs.claims.policy import may_decide
from programs.claims.queries import claims_visible_to
from programs.core.choices import Level
from programs.data_rights.choices import Requester, RequestKind
from programs.data_rights.models import DataRequest
from programs.data_rights.policy import may_handle
from programs.data_rights.queries import handlers_of
from programs.reviews.policy import may_freeze
from programs.schools.models import School
from programs.schools.policy import may_keep
from programs.schools.queries.schools import schools_in_scope, schools_to_keep, schools_visible_to
from stem_portal.administration.roles import may_read_the_log
from tests.ballots.make import make_season
from tests.centres.make import book, local, make_session, make_trip
from tests.people import make_class, make_cluster, make_officer, make_outsider, make_school, make_teacher, make_ward

pytestmark = pytest.mark.django_db


@dataclass
class Place:
    school: School
    centre: Centre
    session: Session
    booking: Model
    ballot: Ballot
    claim: SchoolClaim
    request: DataRequest


def make_place(number: int, ward) -> Place:
    school = make_school(f"Trường THPT số {number}", ward=ward, levels=(Level.UPPER_SECONDARY,))
    trip = make_trip(f"Xưởng {number}", grade_to=12)
    Centre.objects.filter(pk=trip.centre_id).update(ward=ward)
    trip.centre.refresh_from_db()
    drawn, today = make_session(trip=trip), timezone.localdate()
    suspended = make_school(f"Trường THCS tạm dừng số {number}", ward=ward, state="suspended")
    claim = SchoolClaim.objects.create(
        school=school, full_name="Ai", position="?", email="a@example.vn", phone="+84912345678", key_hash=str(number),
        state="submitted",
    )  # fmt: skip
    request = DataRequest.objects.create(
        reference=f"YC-{number}", kind=RequestKind.ACCESS, requester=Requester.PERSON, school=suspended,
        person=make_outsider(), answer_by=today, due_on=today,
    )  # fmt: skip
    teacher = make_teacher(f"Cô giáo {number}", school=school)
    booking = book(make_session(trip=trip, starts_at=local(15)), make_class("10A1", grade=10, school=school), teacher)
    ballot = Ballot.objects.create(
        reference=f"BT-{number}", session=drawn, closes_at=timezone.now() + timedelta(days=1), source="Xổ số",
        source_date=today + timedelta(days=3),
    )  # fmt: skip
    return Place(school, trip.centre, make_session(trip=trip, starts_at=local(20)), booking, ballot, claim, request)


@pytest.fixture
def places() -> tuple[Place, Place]:
    return make_place(1, make_ward("Phường Phú Lợi")), make_place(2, make_ward("Phường Dĩ An"))


OF_A_PLACE = {
    "the list of schools": lambda who, place: place.school in schools_in_scope(who),
    "a school's page": lambda who, place: place.school in schools_visible_to(who),
    "schools to keep": lambda who, place: place.school in schools_to_keep(who),
    "suspend, close, rename a school": lambda who, place: may_keep(who, place.school),
    "registrations": lambda who, place: place.claim in claims_visible_to(who),
    "decide on a registration": lambda who, place: may_decide(who, place.claim),
    "a centre's calendar": lambda who, place: place.centre in centres_run_by(who),
    "sessions as planners see them": lambda who, place: place.session in planned_visible_to(who),
    "hours, closed days and rooms of a centre": lambda who, place: may_furnish(who, place.centre),
    "bookings": lambda who, place: place.booking in bookings_visible_to(who),
    "an exception for a booking": lambda who, place: may_make_exception(who, place.booking),
    "draws": lambda who, place: place.ballot in ballots_visible_to(who),
    "draw the lots": lambda who, place: ballot_policy.may_run(who, place.ballot),
    "sessions to be drawn": lambda who, place: place.session in sessions_to_offer(who, now=timezone.now()),
    "take a session out of a draw": lambda who, place: ballot_policy.may_take_out(who, place.session),
    "requests about data": lambda who, place: may_handle(who, place.request),
    "who is told of a request": lambda who, place: who in handlers_of(place.request),
}
OF_THE_PROVINCE = {
    "the seasons": may_edit_seasons,
    "the draw of a season": lambda who: ballot_policy.may_open(who, None),
    "seasons to be drawn": lambda who: seasons_to_offer(who, now=timezone.now()).exists(),
    "freezing a report": may_freeze,
    "the log": may_read_the_log,
    "requests of people without a school": lambda who: may_handle(who, DataRequest(person=make_outsider())),
}


@pytest.mark.parametrize("question", OF_A_PLACE)
def test_a_post_of_the_department_reaches_its_own_area_only(places, question):
    here, there = places
    asks = OF_A_PLACE[question]
    van, hoa = make_officer("Trần Thị Vân", areas=(here.school.ward,)), make_officer("Nguyễn Văn Hòa")
    nobody = make_officer("Lê Văn Không", areas=(make_cluster("Cụm không có trường", code="X9"),))
    assert (asks(van, here), asks(van, there)) == (True, False)
    assert (asks(hoa, here), asks(hoa, there)) == (True, True)
    assert (asks(nobody, here), asks(nobody, there)) == (False, False)
    assert not asks(make_outsider("Ngoài Cuộc"), here)


@pytest.mark.parametrize("question", OF_THE_PROVINCE)
def test_what_is_one_for_the_province_is_for_a_post_without_areas(places, question):
    make_season()
    asks = OF_THE_PROVINCE[question]
    assert asks(make_officer("Nguyễn Văn Hòa"))
    assert not asks(make_officer("Trần Thị Vân", areas=(places[0].school.ward,)))
    assert not asks(make_outsider("Ngoài Cuộc"))


def test_the_pages_answer_the_same(client, places):
    here, there = places
    client.force_login(make_officer("Trần Thị Vân", areas=(here.school.ward,)))
    for place, status in ((here, 200), (there, 404)):
        assert client.get(reverse("ballot_run", args=[place.ballot.reference])).status_code == status
        assert client.get(reverse("school_detail", args=[place.school.code])).status_code == status
