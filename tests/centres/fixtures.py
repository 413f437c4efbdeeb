from __future__ import annotations

from types import SimpleNamespace

import pytest

from tests.centres.make import make_centre_staff, make_session
from tests.people import make_class, make_coordinator, make_outsider, make_school, make_teacher


@pytest.fixture
def world(db) -> SimpleNamespace:
    """Cô Hạnh with class 8A1 of 38, the coordinator thầy Phúc, thầy Lâm from elsewhere, chị Sen at the centre."""
    session = make_session()
    school = make_school()
    hanh = make_teacher(school=school)
    lam = make_outsider()
    lams_school = lam.memberships.get().school
    return SimpleNamespace(
        session=session,
        centre=session.field_trip.centre,
        school=school,
        hanh=hanh,
        phuc=make_coordinator(school=school),
        class_8a1=make_class("8A1", school=school, pupils=38, homeroom_teacher=hanh),
        lam=lam,
        lams_class=make_class("8B", school=lams_school, pupils=3),
        sen=make_centre_staff(session.field_trip.centre),
    )


@pytest.fixture
def as_user(client):
    """The test client, signed in as somebody."""

    def sign_in(user):
        client.force_login(user)
        return client

    return sign_in
