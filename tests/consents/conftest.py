"""Em Minh of 8A1, cô Hạnh who teaches the class, and the letter with a link for the guardian."""

from __future__ import annotations

import pytest

from programs.consents.actions.links import issue_link
from programs.consents.actions.texts import load_consent_texts
from tests.consents.family import years_ago
from tests.people import (
    make_class,
    make_pupil,
    make_school,
    make_teacher,
)


@pytest.fixture
def school(db):
    load_consent_texts()
    return make_school()


@pytest.fixture
def hanh(school):
    return make_teacher(school=school)


@pytest.fixture
def class_8a1(school, hanh):
    return make_class("8A1", school=school, homeroom_teacher=hanh)


@pytest.fixture
def minh(class_8a1):
    return make_pupil(class_group=class_8a1, with_account=True, birth_date=years_ago(13))


@pytest.fixture
def issued(minh, hanh):
    return issue_link(pupil=minh, by=hanh, key="mot-la-thu")


@pytest.fixture
def as_user(client):
    def sign_in(user):
        client.force_login(user)
        return client

    return sign_in
