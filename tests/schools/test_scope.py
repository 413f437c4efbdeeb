"""An officer's scope is a set of nodes of either tree; every list, search, count and file is cut to it (P07)."""

from __future__ import annotations

import io

import openpyxl
import pytest
from django.core.exceptions import PermissionDenied
from django.urls import reverse
from django.utils import timezone

from programs.claims.actions.deciding import verify_claim
from programs.claims.models import SchoolClaim
from programs.claims.queries import claims_to_decide, claims_visible_to
from programs.core.choices import Level
from programs.core.text import fold
from programs.data_rights.choices import Requester, RequestKind
from programs.data_rights.models import DataRequest
from programs.data_rights.queries import requests_to_handle
from programs.schools.choices import OfficeRole, SchoolState, Tree
from programs.schools.models import Area, Membership, OfficerPost, School
from programs.schools.queries.roles import forget_roles
from programs.schools.queries.schools import registration_figures, schools_in_scope
from tests.people import (
    make_city,
    make_cluster,
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


@pytest.fixture
def province() -> dict[str, School]:
    cluster, part = make_cluster(), make_cluster("Cụm nhỏ", code="BD1a")
    Area.objects.filter(pk=part.pk).update(parent=cluster)
    here, there = make_ward("Phường Phú Lợi"), make_ward("Phường Dĩ An")
    primary = (Level.PRIMARY,)
    return {
        "here": make_school("Trường TH Ở Đây", ward=here, levels=primary, cluster=part),
        "here upper": make_school("Trường THPT Ở Đây", ward=here, levels=(Level.UPPER_SECONDARY,), cluster=cluster),
        "there": make_school("Trường TH Ở Kia", ward=there, levels=primary),
    }


def seen(officer, province) -> set[str]:
    pks = set(schools_in_scope(officer).values_list("pk", flat=True))
    return {name for name, school in province.items() if school.pk in pks}


def test_nodes_of_both_trees_at_any_depth(province):
    ward, cluster = province["here"].ward, make_cluster()
    everything = set(province)
    assert seen(make_officer(), province) == everything
    assert seen(make_officer(areas=(make_city(),)), province) == everything
    assert seen(make_officer(areas=(ward,)), province) == {"here", "here upper"}
    assert seen(make_officer(areas=(cluster,)), province) == {"here", "here upper"}  # also through the smaller one
    assert seen(make_officer(role=OfficeRole.STEERING, areas=(make_city(),)), province) == everything
    assert seen(make_ward_officer(ward=ward), province) == {"here"}
    assert seen(make_officer(role=OfficeRole.WARD), province) == set()  # without a ward: nothing, not everything
    assert seen(make_officer(role=OfficeRole.WARD, areas=(cluster,)), province) == {"here"}
    assert seen(make_officer(role=OfficeRole.WARD, areas=(province["there"].ward, cluster)), province) == {
        "here", "there",
    }  # fmt: skip
    assert seen(make_outsider(), province) == set()
    assert seen(make_coordinator(school=province["here"]), province) == set()


def test_a_node_three_floors_up_still_holds_its_schools(province):
    region = Area.objects.create(tree=Tree.ADMINISTRATIVE, kind="city", code="R1", name="Vùng Đông Nam Bộ")
    Area.objects.filter(pk=make_city().pk).update(parent=region)
    assert seen(make_officer(areas=(region,)), province) == set(province)


def rows_of(response) -> list[list]:
    sheet = openpyxl.load_workbook(io.BytesIO(b"".join(response.streaming_content))).active
    return [list(row) for row in sheet.iter_rows(values_only=True)]


@pytest.mark.parametrize("text", ["", "truong", "o kia", "th"])
def test_list_search_count_and_file_are_cut(client, province, text):
    for officer in (
        make_ward_officer(ward=province["here"].ward),
        make_officer("Cụm Trưởng", areas=(make_cluster(),)),
        make_officer("Bùi Thanh Hà", role=OfficeRole.STEERING, areas=(province["there"].ward,)),
    ):
        client.force_login(officer)
        scope = list(schools_in_scope(officer))
        words = fold(text).split()
        wanted = {school.name for school in scope if all(word in school.search_key for word in words)}
        page = client.get(reverse("school_register"), {"q": text})
        assert {school.name for school in page.context["page_obj"]} == wanted
        assert set(page.context["form"].fields["ward"].queryset) == {school.ward for school in scope}
        names = {row[1] for row in rows_of(client.get(reverse("school_register_xlsx"), {"q": text}))}
        assert names & {school.name for school in province.values()} == wanted
        assert registration_figures(officer)["total"] == len(scope)


def test_the_file_has_the_link_of_a_school_that_is_free(client, province):
    School.objects.filter(pk=province["there"].pk).update(state=SchoolState.INVITED)
    client.force_login(make_officer())
    found = {row[1]: row[-1] for row in rows_of(client.get(reverse("school_register_xlsx")))}
    assert found["Trường TH Ở Kia"].endswith(reverse("school_claim", args=[province["there"].code]))
    assert found["Trường TH Ở Đây"] is None


def test_registrations_are_cut_too_and_viewers_see_no_persons(client, province):
    for number, school in enumerate(province.values()):
        SchoolClaim.objects.create(
            school=school, full_name="Ai", position="?", email="a@example.vn", phone="+8491234567", key_hash=str(number),
            state="submitted",
        )  # fmt: skip
    here = make_ward_officer(ward=province["here"].ward)
    assert [claim.school for claim in claims_visible_to(here)] == [province["here"]]
    assert claims_visible_to(make_officer()).count() == 3
    assert not claims_visible_to(make_officer(role=OfficeRole.STEERING)).exists()
    client.force_login(here)
    assert not list(client.post(reverse("claim_queue"), {"q": "o kia"}, follow=True).context["page_obj"])
    assert len(client.post(reverse("claim_queue"), {"q": "o day"}, follow=True).context["page_obj"]) == 1


def test_a_viewer_reads_no_person_on_a_schools_page_and_its_officers_do(client, province):
    school = province["here"]
    phuc, lam = make_coordinator(school=school), make_teacher("Vũ Văn Lâm", school=school)
    Membership.objects.filter(user=lam).update(ended_on=timezone.localdate())
    address = reverse("school_detail", args=[school.code])
    everywhere = make_officer("Bùi Thanh Hà", role=OfficeRole.STEERING)
    # A viewer of the whole province who also has an office elsewhere reads persons there only.
    both = make_officer("Đỗ Thị Ngân", areas=(make_cluster("Cụm khác", code="BD9"),))
    OfficerPost.objects.create(user=both, role=OfficeRole.STEERING)
    for person, sees in ((everywhere, False), (both, False), (make_officer(), True), (phuc, True)):
        client.force_login(person)
        page = client.get(address)
        text = page.content.decode()
        assert page.status_code == 200
        assert [name in text for name in (phuc.email, lam.full_name)] == [sees, sees]
        assert bool(page.context["members"]) is sees


def test_requests_of_people_without_a_school_are_for_the_whole_department(client, province):
    DataRequest.objects.create(
        reference="YC-NOBODY", kind=RequestKind.ACCESS, person=make_outsider(), requester=Requester.PERSON,
        requester_name="Lâm", text="Xem", answer_by=timezone.localdate(), due_on=timezone.localdate(),
    )  # fmt: skip
    address = reverse("data_request_identify", args=["YC-NOBODY"])
    for officer, status in ((make_officer(), 200), (make_officer("Cụm Trưởng", areas=(make_cluster(),)), 404)):
        client.force_login(officer)
        assert client.get(address).status_code == status


def test_the_register_is_for_officers(client, province):
    for person in (make_coordinator(school=province["here"]), make_outsider()):
        client.force_login(person)
        for name in ("school_register", "school_register_xlsx", "school_twins"):
            assert client.get(reverse(name)).status_code == 404, name


@pytest.mark.parametrize("rows", [1, 3])
def test_the_register_costs_the_same_for_one_row_and_three(client, django_assert_num_queries, rows):
    for number in range(rows):
        make_school(f"Trường THCS số {number}", ward=make_ward(f"Phường số {number}"))
    client.force_login(make_officer())
    client.get(reverse("school_register"))
    # session, person, second factor, roles (2), wards, count, page, levels; the frame 4
    with django_assert_num_queries(12):
        client.get(reverse("school_register"))


# --- Several posts: each reaches as far as it reaches alone ---------------------------------------
def with_post(officer, *, role: str, areas: tuple = ()):
    post = OfficerPost.objects.create(user=officer, role=role)
    post.areas.set(areas)
    forget_roles(officer)
    return officer


def test_two_posts_do_not_lend_each_other_their_reach(client, province):
    """A ward officer who also works for the department only handles their own ward as a ward officer."""
    for number, name in enumerate(("here", "there")):
        SchoolClaim.objects.create(
            school=province[name], full_name="Ai", position="?", email="a@example.vn", phone="+8491234567",
            key_hash=str(number), state="submitted",
        )  # fmt: skip
    officer = with_post(make_ward_officer(ward=province["here"].ward), role=OfficeRole.DEPARTMENT)
    assert claims_visible_to(officer).count() == 2
    assert [claim.school for claim in claims_to_decide(officer)] == [province["here"]]
    client.force_login(officer)
    theirs = SchoolClaim.objects.get(school=province["there"])
    for name in ("claim_verify", "claim_return", "claim_refuse"):
        assert client.get(reverse(name, args=[theirs.pk])).status_code == 403, name
    with pytest.raises(PermissionDenied):
        verify_claim(claim=theirs, by=officer, key="k")


@pytest.mark.parametrize("other", [OfficeRole.STEERING, OfficeRole.DEPARTMENT])
def test_to_see_a_school_by_one_post_is_not_to_keep_it_by_another(client, province, other):
    areas = () if other == OfficeRole.STEERING else (make_cluster("Cụm khác", code="BD9"),)
    officer = with_post(make_ward_officer(ward=province["here"].ward), role=other, areas=areas)
    client.force_login(officer)
    seen_not_kept = 403 if other == OfficeRole.STEERING else 404
    for name in ("school_close", "school_rename", "school_suspend", "coordinator_replace"):
        assert client.get(reverse(name, args=[province["here"].code])).status_code == 200
        assert client.get(reverse(name, args=[province["there"].code])).status_code == seen_not_kept, name


def test_an_officer_who_teaches_elsewhere_does_not_keep_that_school(client, province):
    officer = make_officer(areas=(make_cluster(),))
    Membership.objects.create(school=province["there"], user=officer, role="teacher")
    forget_roles(officer)
    client.force_login(officer)
    page = client.get(reverse("school_detail", args=[province["there"].code]))
    assert (
        page.status_code == 200 and reverse("school_close", args=[province["there"].code]) not in page.content.decode()
    )
    assert client.get(reverse("school_close", args=[province["there"].code])).status_code == 403


def test_a_suspended_schools_data_requests_come_to_the_department_in_whose_area_it_lies(client, province):
    """The law's clock goes on; the school may not act."""
    for name in ("here", "there"):
        DataRequest.objects.create(
            reference=f"YC-{name.upper()}", kind=RequestKind.ACCESS, pupil=make_pupil(school=province[name]),
            school=province[name], requester=Requester.SCHOOL, requester_name="Mẹ", text="Xem",
            answer_by=timezone.localdate(), due_on=timezone.localdate(),
        )  # fmt: skip
    everywhere, cluster = make_officer(), make_officer("Cụm Trưởng", areas=(make_cluster(),))
    coordinator = make_coordinator(school=province["here"])
    assert not requests_to_handle(everywhere).exists()
    School.objects.update(state=SchoolState.SUSPENDED)
    for person in (everywhere, cluster, coordinator):
        forget_roles(person)
    assert requests_to_handle(everywhere).count() == 2
    assert [row.school for row in requests_to_handle(cluster)] == [province["here"]]
    assert not requests_to_handle(coordinator).exists()
    client.force_login(cluster)
    assert client.get(reverse("data_request_identify", args=["YC-HERE"])).status_code == 200
    assert client.get(reverse("data_request_identify", args=["YC-THERE"])).status_code == 404
