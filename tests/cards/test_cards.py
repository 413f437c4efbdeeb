"""A teacher hands out sign-in cards and class codes; codes appear in plain text only on paper."""

from __future__ import annotations

import re
import unicodedata
from datetime import timedelta
from io import BytesIO

import pytest
import time_machine
from django.core.exceptions import PermissionDenied
from django.core.management import call_command
from django.db import connection
from django.urls import reverse
from django.utils import timezone
from pypdf import PdfReader
from wagtail.models import ModelLogEntry

from programs.accounts.models import SignInCard, User
from programs.accounts.queries import hash_of_code
from programs.cards.actions import issue_cards, join_class, set_class_code, void_card
from programs.cards.pdf import render
from programs.cards.print_words import cards_of, words_of
from programs.core import paper
from programs.core.references import read_code
from programs.core.refusals import Refused
from programs.pupils.models import Enrolment, Pupil
from tests.people import (
    make_class,
    make_coordinator,
    make_outsider,
    make_principal,
    make_pupil,
    make_school,
    make_teacher,
    make_user,
)

pytestmark = pytest.mark.django_db
LONG_NAME = "Công Tằng Tôn Nữ Hoàng Phương Nguyệt Quế Anh"


@pytest.fixture
def hanh():
    return make_teacher("Trần Thị Hạnh")


@pytest.fixture
def class_8a1(hanh):
    return make_class("8A1", homeroom_teacher=hanh)


@pytest.fixture
def minh(class_8a1):
    return make_pupil("Nguyễn Nhật Minh", class_group=class_8a1)


def issue(class_group, *pupils, by, key="k"):
    return issue_cards(class_group=class_group, pupil_ids=[pupil.pk for pupil in pupils], by=by, key=key)


def ask(client, class_group, *pupils, key="k"):
    data = {"pupils": [pupil.pk for pupil in pupils], "idempotency_key": key}
    return client.post(reverse("cards_issue", args=[class_group.pk]), data)


def text_of(pdf: bytes) -> str:
    pages = PdfReader(BytesIO(pdf)).pages
    return " ".join(unicodedata.normalize("NFC", " ".join(page.extract_text() for page in pages)).split())


# --- Issuing ------------------------------------------------------------------------------------
def test_the_homeroom_teacher_gets_a_sheet_and_the_pupil_an_account_without_a_password(client, hanh, class_8a1, minh):
    client.force_login(hanh)
    answer = ask(client, class_8a1, minh)
    assert answer.headers["Content-Type"] == "application/pdf"
    assert answer.headers["Content-Disposition"].startswith("attachment")
    assert answer.headers["Cache-Control"] == "private, no-store"
    minh.refresh_from_db()
    assert re.fullmatch(r"minh\.[2-9a-z]{5}", minh.user.username)
    assert not minh.user.has_usable_password()
    assert minh.user.email is None
    words = text_of(answer.content)
    assert all(part in words for part in ("Nguyễn Nhật Minh", "8A1", "Trường THCS Chu Văn An", minh.user.username))


def test_a_code_is_plain_text_on_paper_and_nowhere_in_the_database(client, hanh, class_8a1, minh, tmp_path):
    client.force_login(hanh)
    words = text_of(ask(client, class_8a1, minh).content)
    code = re.search(r"\b[2-9B-Z]{5}-[2-9B-Z]{5}\b", words)[0]
    card = SignInCard.objects.get()
    assert card.code_hash == hash_of_code(read_code(code))
    dump = tmp_path / "everything.json"
    call_command("dumpdata", output=str(dump), verbosity=0)
    everything = dump.read_text(encoding="utf-8")
    assert card.code_hash in everything
    assert code not in everything
    assert read_code(code) not in everything


def test_nothing_on_a_card_says_more_of_a_child_than_it_must(hanh, class_8a1):
    minh = make_pupil("Nguyễn Nhật Minh", class_group=class_8a1, birth_date="2013-03-09", external_id="7912345678")
    issued = issue(class_8a1, minh, by=hanh)
    words = text_of(render(cards_of(issued), words_of(issued)))
    assert "2013" not in words
    assert "7912345678" not in words


def test_a_card_lasts_to_the_end_of_the_day_that_is_printed_on_it(hanh, class_8a1, minh):
    with time_machine.travel("2026-10-05T09:00:00+07:00", tick=False):
        issued = issue(class_8a1, minh, by=hanh)
        assert "04/11/2026" in words_of(issued).expires
    assert SignInCard.objects.get().expires_at.isoformat() == "2026-11-04T16:59:59+00:00"


def test_one_open_card_a_person_the_new_one_replaces_the_old(hanh, class_8a1, minh):
    issue(class_8a1, minh, by=hanh)
    issue(class_8a1, minh, by=hanh, key="again")
    old, new = SignInCard.objects.order_by("pk")
    assert old.voided_at is not None
    assert (new.voided_at, new.used_at) == (None, None)
    assert User.objects.filter(username__startswith="minh.").count() == 1


def test_a_form_sent_twice_makes_no_second_sheet_and_says_what_to_do(client, hanh, class_8a1, minh):
    client.force_login(hanh)
    assert ask(client, class_8a1, minh).status_code == 200
    page = ask(client, class_8a1, minh)
    assert page.headers["Content-Type"].startswith("text/html")
    assert "tạo lại" in page.content.decode()
    assert SignInCard.objects.count() == 1
    assert page.context["form"]["idempotency_key"].value() != "k", "to make it once more is a new act"


def test_those_who_sign_in_already_are_not_ticked(client, hanh, class_8a1, minh):
    active = make_pupil("Lê An", class_group=class_8a1, with_account=True)
    closed = make_pupil("Lê Bình", class_group=class_8a1, with_account=True)
    User.objects.filter(pk=closed.user_id).update(is_active=False)
    client.force_login(hanh)
    form = client.get(reverse("cards_issue", args=[class_8a1.pk])).context["form"]
    assert form["pupils"].value() == [minh.pk]
    issue(class_8a1, minh, by=hanh)
    again = client.get(reverse("cards_issue", args=[class_8a1.pk])).context["form"]
    assert again["pupils"].value() == [minh.pk], "all have a card: a sheet was lost"
    new = make_pupil("Lê Mới", class_group=class_8a1)
    later = client.get(reverse("cards_issue", args=[class_8a1.pk])).context["form"]
    assert later["pupils"].value() == [new.pk], "a card in a pocket does not die by oversight"
    offered = [value for value, _ in form.fields["pupils"].choices]
    assert active.pk in offered
    assert closed.pk not in offered
    one = client.get(reverse("cards_issue", args=[class_8a1.pk]) + f"?pupil={active.pk}").context["form"]
    assert one["pupils"].value() == [active.pk]


def test_a_forgotten_password_works_until_the_new_card_is_used(hanh, class_8a1):
    an = make_pupil("Lê An", class_group=class_8a1, with_account=True)
    before = an.user.password
    issue(class_8a1, an, by=hanh)
    an.user.refresh_from_db()
    assert an.user.password == before


@pytest.mark.parametrize("chosen", [[], [987654]])
def test_pupils_outside_the_class_get_no_card(client, hanh, class_8a1, minh, chosen):
    client.force_login(hanh)
    data = {"pupils": chosen, "idempotency_key": "k"}
    page = client.post(reverse("cards_issue", args=[class_8a1.pk]), data)
    assert page.status_code == 200
    assert page.context["form"].errors
    other = make_pupil("Lê Khách", class_group=make_class("8A2"))
    with pytest.raises(Refused) as refused:
        issue(class_8a1, minh, other, by=hanh)
    assert refused.value.refusal.code == "not_in_class"
    assert not SignInCard.objects.exists()


def test_who_may_issue_cards(client, hanh, class_8a1, minh):
    """Homeroom teacher, coordinator: yes. Another teacher, the principal: may see the class, not this. Others: 404."""
    url = reverse("cards_issue", args=[class_8a1.pk])
    for person, status in (
        (hanh, 200),
        (make_coordinator(), 200),
        (make_teacher("Lê Văn Tám"), 403),
        (make_principal(), 403),
        (make_outsider(), 404),
        (make_pupil("Lê An", class_group=class_8a1, with_account=True).user, 404),
    ):
        client.force_login(person)
        assert client.get(url).status_code == status, person
        assert ask(client, class_8a1, key=f"k{person.pk}").status_code == status, person
    assert not SignInCard.objects.exists()


def test_the_action_refuses_by_itself(class_8a1, minh):
    for by in (make_outsider(), make_teacher("Lê Văn Tám")):
        with pytest.raises(PermissionDenied):
            issue(class_8a1, minh, by=by)
        with pytest.raises(PermissionDenied):
            void_card(class_group=class_8a1, pupil=minh, by=by)
        with pytest.raises(PermissionDenied):
            set_class_code(class_group=class_8a1, on=True, by=by, key="k")


def test_a_homeroom_teacher_who_left_the_school_issues_no_more_cards(client, hanh, class_8a1, minh):
    hanh.memberships.update(ended_on=timezone.localdate())
    client.force_login(hanh)
    assert client.get(reverse("cards_issue", args=[class_8a1.pk])).status_code == 404


def test_a_lost_card_is_voided_with_a_reason(client, hanh, class_8a1, minh):
    issue(class_8a1, minh, by=hanh)
    client.force_login(hanh)
    url = reverse("card_void", args=[class_8a1.pk, minh.pk])
    assert client.get(url).status_code == 200
    assert SignInCard.objects.open().exists(), "asking changes nothing"
    client.post(url, {"reason": "Mất thẻ"})
    assert not SignInCard.objects.open().exists()
    entry = ModelLogEntry.objects.get(action="card.void")
    assert (entry.user, entry.reason.text) == (hanh, "Mất thẻ")


def test_every_card_and_every_sheet_is_written_down(hanh, class_8a1, minh):
    issue(class_8a1, minh, by=hanh)
    actions = list(ModelLogEntry.objects.order_by("pk").values_list("action", flat=True))
    assert actions == ["person.create", "card.issue", "cards.issue"]


def test_a_name_that_cannot_be_printed_makes_no_card(hanh, class_8a1):
    somchai = make_pupil("Vương ภ", class_group=class_8a1)
    with pytest.raises(Refused) as refused:
        issue(class_8a1, somchai, by=hanh)
    assert refused.value.refusal.code == "unprintable"
    assert not SignInCard.objects.exists()


# --- The page of the class ------------------------------------------------------------------------
def test_the_class_shows_how_far_each_account_has_come(client, hanh, class_8a1):
    none, waiting, lapsed = (make_pupil(f"Lê {given}", class_group=class_8a1) for given in ("An", "Bình", "Châu"))
    active = make_pupil("Lê Dũng", class_group=class_8a1, with_account=True)
    closed = make_pupil("Lê Giang", class_group=class_8a1, with_account=True)
    User.objects.filter(pk=closed.user_id).update(is_active=False)
    issue(class_8a1, waiting, lapsed, by=hanh)
    SignInCard.objects.filter(user__pupil=lapsed).update(expires_at=timezone.now() - timedelta(days=1))
    client.force_login(hanh)
    page = client.get(reverse("class_detail", args=[class_8a1.pk]))
    found = {account.pupil: str(account.state) for account in page.context["accounts"]}
    assert found == {none: "none", waiting: "waiting", lapsed: "lapsed", active: "active", closed: "closed"}


def test_another_teacher_sees_the_class_and_nothing_of_its_accounts(client, hanh, class_8a1, minh):
    issue(class_8a1, minh, by=hanh)
    minh.refresh_from_db()
    client.force_login(make_teacher("Lê Văn Tám"))
    html = client.get(reverse("class_detail", args=[class_8a1.pk])).content.decode()
    assert "Nguyễn Nhật Minh" in html
    assert minh.user.username not in html
    assert reverse("cards_issue", args=[class_8a1.pk]) not in html


def test_the_desk_of_the_homeroom_teacher_tells_of_pupils_without_a_card(client, hanh, class_8a1, minh):
    def words(person) -> str:
        client.force_login(person)
        return client.get(reverse("desk")).content.decode()

    assert "1 học sinh lớp 8A1 chưa có thẻ đăng nhập" in words(hanh)
    assert "chưa có thẻ đăng nhập" not in words(make_teacher("Lê Văn Tám"))
    issue(class_8a1, minh, by=hanh)
    assert "chưa có thẻ đăng nhập" not in words(hanh)


@pytest.mark.parametrize("rows", [1, 3])
def test_the_class_costs_the_same_for_one_card_and_three(client, django_assert_num_queries, hanh, class_8a1, rows):
    pupils = [make_pupil(f"Lê {given}", class_group=class_8a1) for given in ("An", "Bình", "Châu")[:rows]]
    issue(class_8a1, *pupils, by=hanh)
    client.force_login(hanh)
    client.get(reverse("class_detail", args=[class_8a1.pk]))
    # session, person, roles (2), class, pupils with account and card; the navigation of the desk
    with django_assert_num_queries(9):
        client.get(reverse("class_detail", args=[class_8a1.pk]))


# --- The paper ------------------------------------------------------------------------------------
def test_no_name_is_cut_and_all_are_written_in_nfc(hanh, class_8a1):
    names = [LONG_NAME, "H'Hen Niê", unicodedata.normalize("NFD", "Đặng Ưng Ỷ Ỵ"), f"{LONG_NAME} Đào Thị Ánh"]
    pupils = [make_pupil(name, class_group=class_8a1) for name in names]
    issued = issue(class_8a1, *pupils, by=hanh)
    words = text_of(render(cards_of(issued), words_of(issued)))
    for name in names:
        assert unicodedata.normalize("NFC", name) in words


def test_nine_pupils_need_two_pages(hanh):
    class_group = make_class("8A3", pupils=9, homeroom_teacher=hanh)
    issued = issue(class_group, *Pupil.objects.filter(school=class_group.school), by=hanh)
    reader = PdfReader(BytesIO(render(cards_of(issued), words_of(issued))))
    assert len(reader.pages) == 2
    assert [round(side) for side in reader.pages[0].mediabox[2:]] == [595, 842]


def drawn_qr(pdf: bytes) -> list[list[int]]:
    """The modules of the only QR code of a page, read from where its rectangles were drawn."""
    content = PdfReader(BytesIO(pdf)).pages[0].get_contents().get_data().decode("latin-1")
    path = max(re.findall(r"n ((?:[-\d. ]+ re )+)f", " ".join(content.split())), key=len)
    boxes = [[float(part) for part in box.split()] for box in re.findall(r"([-\d. ]+) re", path)]
    module = min(abs(box[3]) for box in boxes)
    left, top = min(box[0] for box in boxes), max(box[1] + box[3] for box in boxes)
    size = round((max(box[0] + box[2] for box in boxes) - left) / module)
    grid = [[0] * size for _ in range(size)]
    for x, y, width, height in boxes:
        row = round((top - y - height) / module)
        for step in range(round(width / module)):
            grid[row][round((x - left) / module) + step] = 1
    return grid


def test_the_qr_code_leads_to_the_schools_page_with_the_code_behind_the_fragment(hanh, class_8a1, minh):
    issued = issue(class_8a1, minh, by=hanh)
    code = issued.cards[0].code
    address = f"http://testserver/schools/{class_8a1.school.code}/activate/#{code}"
    assert cards_of(issued)[0].url == address
    drawn = drawn_qr(render(cards_of(issued), words_of(issued)))
    assert drawn == [list(row) for row in paper.qr_matrix(address)]


# --- The class code -------------------------------------------------------------------------------
@pytest.fixture
def code(hanh, class_8a1):
    return set_class_code(class_group=class_8a1, on=True, by=hanh, key="code").join_code


def test_a_pupil_of_the_school_moves_to_the_class_and_the_history_stays(code, class_8a1):
    old = make_class("8A2")
    an = make_pupil("Lê An", class_group=old, with_account=True)
    assert join_class(code=f" {code[:4].lower()}-{code[4:]} ", by=an.user, key="k") == class_8a1
    places = Enrolment.objects.filter(pupil=an).order_by("pk")
    assert [(place.class_group.name, place.ended_on is None) for place in places] == [("8A2", False), ("8A1", True)]
    join_class(code=code, by=an.user, key="k2")
    assert Enrolment.objects.filter(pupil=an).count() == 2, "who is in the class already stays"


def test_a_class_code_gives_no_other_access(client, code, class_8a1, hanh):
    elsewhere = make_pupil("Lê Xa", school=make_school("Trường THCS Xa"), with_account=True).user
    for stranger, answer in (
        (elsewhere, Refused),
        (hanh, PermissionDenied),
        (make_user("Sinh Viên"), PermissionDenied),
    ):
        with pytest.raises(answer):
            join_class(code=code, by=stranger, key="k")
    assert client.post(reverse("class_join"), {"code": code, "idempotency_key": "k"}).status_code == 302
    activate = reverse("school_activate", args=[class_8a1.school.code])
    assert client.post(activate, {"code": code}).status_code == 200
    assert "_auth_user_id" not in client.session


def test_a_renewed_or_switched_off_code_is_dead(hanh, class_8a1, code):
    an = make_pupil("Lê An", class_group=make_class("8A2"), with_account=True)
    renewed = set_class_code(class_group=class_8a1, on=True, by=hanh, key="renew").join_code
    assert renewed != code
    with pytest.raises(Refused):
        join_class(code=code, by=an.user, key="k")
    assert set_class_code(class_group=class_8a1, on=False, by=hanh, key="off").join_code is None
    for dead in (renewed, "", "None"):
        with pytest.raises(Refused):
            join_class(code=dead, by=an.user, key=f"k{dead}")


def test_last_years_class_cannot_be_joined(hanh, code, class_8a1):
    an = make_pupil("Lê An", class_group=make_class("8A2"), with_account=True)
    with time_machine.travel(class_8a1.school_year.ends_on + timedelta(days=40)):
        from tests.people import make_year

        make_year()
        with pytest.raises(Refused):
            join_class(code=code, by=an.user, key="k")


def test_guessing_class_codes_is_slowed_for_the_guesser_only(client, code, class_8a1):
    guesser, other = (
        make_pupil(name, class_group=make_class(f"8A{number}"), with_account=True).user
        for number, name in ((2, "Lê An"), (3, "Lê Bình"))
    )
    url = reverse("class_join")
    client.force_login(guesser)
    answers = [client.post(url, {"code": f"WRONG{i}", "idempotency_key": f"k{i}"}).status_code for i in range(12)]
    assert answers == [200] * 10 + [429] * 2
    client.force_login(other)
    assert client.post(url, {"code": code, "idempotency_key": "k"}).status_code == 302


def test_the_teacher_makes_shows_and_switches_off_the_code(client, hanh, class_8a1):
    client.force_login(hanh)
    url = reverse("class_code", args=[class_8a1.pk])
    client.post(url, {"do": "on", "idempotency_key": "a"})
    class_8a1.refresh_from_db()
    assert f"{class_8a1.join_code[:4]}-{class_8a1.join_code[4:]}" in client.get(url).content.decode()
    client.post(url, {"do": "off", "idempotency_key": "b"})
    class_8a1.refresh_from_db()
    assert class_8a1.join_code is None
    client.force_login(make_outsider())
    assert client.get(url).status_code == 404


def test_a_pupil_only_finds_the_page_for_joining(client, hanh, minh):
    client.force_login(hanh)
    assert client.get(reverse("class_join")).status_code == 404


@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite queues writers as a whole")
def test_the_lock_of_issuing_holds_on_postgresql(hanh, class_8a1, minh):
    """FOR UPDATE beside a nullable join must name the pupils' table alone."""
    assert issue(class_8a1, minh, by=hanh).cards
