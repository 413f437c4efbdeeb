"""The public list and a class's pupils."""

import pytest
from django.urls import reverse

from programs.core.choices import Level
from programs.pupils.choices import Gender
from programs.schools.choices import OfficeRole, SchoolState
from tests.pages import main_of
from tests.people import (
    make_class,
    make_coordinator,
    make_officer,
    make_outsider,
    make_pupil,
    make_school,
    make_teacher,
    make_ward,
    make_ward_officer,
)

pytestmark = pytest.mark.django_db


def names(client, **query) -> list[str]:
    return [school.name for school in client.get(reverse("school_list"), query).context["page_obj"]]


def test_the_list_is_found_with_and_without_accents_by_name_and_code(client):
    make_school("Trường THPT Đặng Đình Đức", levels=(Level.UPPER_SECONDARY,), code="00740101")
    make_school("Trường Tiểu học Lê Lợi", levels=(Level.PRIMARY,), ward=make_ward("Phường Dĩ An"))
    assert names(client, q="dang dinh duc") == ["Trường THPT Đặng Đình Đức"]
    assert names(client, q="ĐÌNH  Đặng") == ["Trường THPT Đặng Đình Đức"]
    assert names(client, q="00740101") == ["Trường THPT Đặng Đình Đức"]
    assert names(client, ward=make_ward("Phường Dĩ An").code) == ["Trường Tiểu học Lê Lợi"]
    assert names(client, level="primary") == ["Trường Tiểu học Lê Lợi"]
    assert len(names(client, ward="nowhere", level="none", page="zzz")) == 2  # what cannot be read narrows nothing
    assert names(client, q="không có") == []


def test_the_list_says_what_can_be_done(client):
    open_one = make_school("Trường THCS Chưa Đăng Ký", state=SchoolState.INVITED)
    make_school("Trường THCS Đã Đóng", state=SchoolState.CLOSED)
    make_coordinator(school=make_school("Trường THCS Đang Hoạt Động"))
    page = client.get(reverse("school_list")).content.decode()
    assert page.count("/claim/") == 1
    assert reverse("school_claim", args=[open_one.code]) in page
    assert "Đã Đóng" not in page


def test_the_list_works_in_english(client):
    make_school(state=SchoolState.INVITED)
    assert "Register this school" in client.get("/en/schools/").content.decode()


@pytest.mark.parametrize("rows", [1, 3])
def test_the_list_costs_the_same_for_one_row_and_three(client, django_assert_num_queries, rows):
    for number in range(rows):
        make_school(f"Trường THCS số {number}")
    client.get(reverse("school_list"))  # site settings and content types are read once
    with django_assert_num_queries(4):  # wards of the filter, count, page, levels
        client.get(reverse("school_list"))


def test_pupils_of_a_class_by_given_name_in_vietnamese_order(client):
    class_group = make_class("8A1")
    for name, gender in [
        ("Đỗ Đức", Gender.MALE),
        ("Nguyễn Văn An", Gender.MALE),
        ("Phạm Dũng", Gender.MALE),
        ("Lê Thị Ánh", Gender.FEMALE),
        ("Nguyễn Thị An", Gender.FEMALE),
        ("Trần Bình", Gender.UNKNOWN),
        ("Đặng Anh", Gender.MALE),
    ]:
        make_pupil(name, class_group=class_group, gender=gender)
    client.force_login(make_teacher())
    page = client.get(reverse("class_detail", args=[class_group.pk]))
    assert [account.pupil.full_name for account in page.context["accounts"]] == [
        "Nguyễn Thị An",
        "Nguyễn Văn An",
        "Đặng Anh",
        "Lê Thị Ánh",
        "Trần Bình",
        "Phạm Dũng",
        "Đỗ Đức",
    ]
    assert (page.context["girls"], page.context["boys"]) == (2, 4)


def test_nobody_but_the_schools_staff_sees_a_class(client):
    class_group = make_class(pupils=1)
    minh = make_pupil(class_group=class_group, with_account=True)
    for reader in (
        make_outsider(),
        make_officer(),
        make_ward_officer(),
        make_officer(role=OfficeRole.STEERING),
        minh.user,
    ):
        client.force_login(reader)
        assert client.get(reverse("class_detail", args=[class_group.pk])).status_code == 404
    client.logout()
    assert client.get(reverse("class_detail", args=[class_group.pk])).status_code == 302


def test_a_ward_officer_sees_the_schools_page_without_classes(client):
    class_group = make_class("9A7", pupils=1)
    client.force_login(make_ward_officer())
    page = client.get(reverse("school_detail", args=[class_group.school.code]))
    assert page.status_code == 200
    assert "9A7" not in main_of(page)
    assert (
        f'href="{reverse("school_register")}">' in page.content.decode().partition("<h1>")[0].partition("desk-page")[2]
    )


@pytest.mark.parametrize("rows", [1, 3])
def test_a_class_costs_the_same_for_one_pupil_and_three(client, django_assert_num_queries, rows):
    class_group = make_class(pupils=rows)
    client.force_login(make_teacher())
    client.get(reverse("class_detail", args=[class_group.pk]))
    with django_assert_num_queries(9):  # session, person, roles (2), class, pupils; the frame 3
        client.get(reverse("class_detail", args=[class_group.pk]))


@pytest.mark.parametrize("rows", [1, 3])
def test_the_schools_page_costs_the_same_for_one_class_and_three(client, django_assert_num_queries, rows):
    for number in range(rows):
        make_class(f"8A{number}", pupils=2)
    client.force_login(make_teacher())
    url = reverse("school_detail", args=[make_school().code])
    client.get(url)
    # session, person, roles (2), school, levels, year, staff, classes, pupils, former names, codes, mergers
    with django_assert_num_queries(16):
        client.get(url)
