"""Who a person is, and what follows from it."""

import pytest
from django.contrib.auth.models import AnonymousUser

from programs.accounts.models import User
from programs.core.choices import Level
from programs.pupils import queries as pupil_queries
from programs.schools import policy
from programs.schools.choices import OfficeRole, SchoolState
from programs.schools.queries import roles as role_queries
from programs.schools.queries import schools as school_queries
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
    make_ward_officer,
)

pytestmark = pytest.mark.django_db


def test_reading_roles_costs_two_queries_and_then_none(django_assert_num_queries):
    hanh = User.objects.get(pk=make_teacher().pk)
    with django_assert_num_queries(2):
        roles = role_queries.roles_of(hanh)
    with django_assert_num_queries(0):
        assert role_queries.roles_of(hanh) is roles
        assert roles.is_staff_of(roles.schools[0])
        assert roles.pupil is None
        assert not roles.is_officer


def test_a_visitor_has_no_roles_and_costs_nothing(django_assert_num_queries):
    with django_assert_num_queries(0):
        roles = role_queries.roles_of(AnonymousUser())
    assert not roles.is_school_staff
    assert not roles.is_officer


def test_a_pupil_sees_only_their_own_record():
    minh = make_pupil(with_account=True)
    make_pupil("Trần Thị Lan", school=minh.school)
    user = User.objects.get(pk=minh.user_id)
    assert role_queries.roles_of(user).pupil == minh
    assert list(pupil_queries.pupils_visible_to(user)) == [minh]
    assert not pupil_queries.classes_visible_to(user).exists()


def test_staff_see_their_own_pupils_and_classes_and_the_outsider_none():
    class_group = make_class(pupils=2)
    hanh, lam = make_teacher(school=class_group.school), make_outsider()
    assert pupil_queries.pupils_visible_to(hanh).count() == 2
    assert list(pupil_queries.classes_visible_to(hanh)) == [class_group]
    assert not pupil_queries.pupils_visible_to(lam).exists()
    assert not pupil_queries.classes_visible_to(lam).exists()


def test_officers_see_no_pupil_at_all():
    make_class(pupils=1)
    for officer in (make_officer(), make_ward_officer(), make_officer(role=OfficeRole.STEERING)):
        assert not pupil_queries.pupils_visible_to(officer).exists()
        assert not pupil_queries.classes_visible_to(officer).exists()


def test_a_ward_officer_is_kept_to_the_ward_and_to_its_levels():
    ward = make_ward()
    ours = make_school("Trường Tiểu học Phú Hòa", ward=ward, levels=(Level.PRIMARY,))
    make_school("Trường THPT Võ Minh Đức", ward=ward, levels=(Level.UPPER_SECONDARY,))
    make_school("Trường Tiểu học Đông Hòa", ward=make_ward("Phường Đông Hòa"), levels=(Level.PRIMARY,))
    assert list(school_queries.schools_in_scope(make_ward_officer(ward=ward))) == [ours]
    assert school_queries.schools_in_scope(make_officer()).count() == 3


def test_a_ward_post_without_a_ward_sees_nothing():
    make_school()
    lost = make_officer(role=OfficeRole.WARD)
    assert not school_queries.schools_in_scope(lost).exists()


def test_nobody_acts_for_a_school_that_is_not_verified():
    waiting = make_school("Trường THCS Chờ Duyệt", state=SchoolState.CLAIMED)
    early = make_coordinator(school=waiting)
    assert not policy.may_act_for(early, waiting)
    assert not policy.may_act_for(make_user("Người Lạ"), make_school())
    hanh = make_teacher()
    assert policy.may_act_for(hanh, make_school())
    assert not policy.may_coordinate(hanh, make_school())
