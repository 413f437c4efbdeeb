"""A pupil without email opens the account with a card (CASES A06)."""

from __future__ import annotations

import unicodedata
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from programs.accounts.models import SignInCard, User
from programs.cards.actions import issue_cards, void_card
from programs.cards.views.activation import WRONG_CODES
from programs.centres.models import CentreStaff
from programs.core.refusals import Refused
from programs.schools.choices import SchoolState
from programs.schools.models import Membership, OfficerPost
from tests.centres.make import make_centre
from tests.people import PASSWORD, make_class, make_outsider, make_pupil, make_school, make_teacher

pytestmark = pytest.mark.django_db
OPENS_NOTHING = "không mở được"
OWN = "Trăng rằm trên đồi 58"


@pytest.fixture
def hanh():
    return make_teacher("Trần Thị Hạnh")


@pytest.fixture
def class_8a1(hanh):
    return make_class("8A1", homeroom_teacher=hanh)


@pytest.fixture
def minh(class_8a1):
    return make_pupil("Nguyễn Nhật Minh", class_group=class_8a1)


@pytest.fixture
def code(hanh, class_8a1, minh):
    code = issue_cards(class_group=class_8a1, pupil_ids=[minh.pk], by=hanh, key="k").cards[0].code
    minh.refresh_from_db()
    return code


@pytest.fixture
def door(class_8a1):
    return reverse("school_activate", args=[class_8a1.school.code])


def choose(client: Client, door: str, password: str = OWN):
    return client.post(f"{door}password/", {"way": "own", "password": password, "password_again": password})


def is_in(client: Client) -> bool:
    return "_auth_user_id" in client.session


def test_a_pupil_opens_the_account_and_lands_on_their_own_page(client, door, code, minh):
    assert client.get(door).status_code == 200
    answer = client.post(door, {"code": code})
    assert answer.url == f"{door}password/"
    html = client.get(answer.url).content.decode()
    assert "Minh" in html
    assert "8A1" in html
    assert minh.user.username in html
    assert not is_in(client), "the code alone signs nobody in"
    assert choose(client, door).url == reverse("desk")
    assert client.session["_auth_user_id"] == str(minh.user_id)
    assert SignInCard.objects.get().used_at is not None
    later = Client()
    later.post(reverse("account_login"), {"login": minh.user.username, "password": OWN})
    assert is_in(later)


def test_three_words_are_suggested_and_typed_back_without_accents(client, door, code, minh):
    client.post(door, {"code": code})
    form = client.get(f"{door}password/").context["words_form"]
    words = " ".join(form.words)
    sent = {
        "way": "words",
        "suggested": form["suggested"].value(),
        "typed": unicodedata.normalize("NFD", words.upper()),
    }
    assert client.post(f"{door}password/", sent).url == reverse("desk")
    assert is_in(client)
    later = Client()
    later.post(reverse("account_login"), {"login": minh.user.username, "password": words.replace(" ", "-")})
    assert is_in(later)


def test_other_words_and_words_that_the_portal_did_not_choose(client, door, code):
    client.post(door, {"code": code})
    first = client.get(f"{door}password/").context["words_form"]
    other = client.post(f"{door}password/", {"way": "another"}).context["words_form"]
    assert first.words != other.words
    wrong = {"way": "words", "suggested": first["suggested"].value(), "typed": "hạt gạo xe đạp tiếng hát"}
    refused = client.post(f"{door}password/", wrong)
    assert refused.context["words_form"].errors["typed"]
    assert refused.context["words_form"].words == first.words, "the words stay while they are typed"
    invented = {"way": "words", "suggested": "hạt gạo, xe đạp, tiếng hát", "typed": "hạt gạo xe đạp tiếng hát"}
    assert client.post(f"{door}password/", invented).context["words_form"].errors
    assert not is_in(client)


@pytest.mark.parametrize("typed", ["lower", "plain", "wide", "spaced"])
def test_the_code_may_be_typed_in_any_way(client, door, code, typed):
    ways = {
        "lower": code.lower(),
        "plain": code.replace("-", ""),
        "wide": "".join(chr(ord(c) + 0xFEE0) for c in code),
        "spaced": f" {code[:3]} {code[3:]}\u200b ",
    }
    assert client.post(door, {"code": ways[typed]}).status_code == 302


@pytest.mark.parametrize("password", ["ngan", "1234567890", "nguyennhatminh", "password123"])
def test_a_weak_password_is_refused_and_the_card_stays_open(client, door, code, password):
    client.post(door, {"code": code})
    assert choose(client, door, password).context["own_form"].errors
    assert SignInCard.objects.open().exists()
    assert choose(client, door).status_code == 302


@pytest.mark.parametrize(
    "change",
    [
        str.lower, lambda code: code.replace("-", ""), lambda code: code.replace("-", "\u2011"),
        lambda code: code.replace("-", " — "), lambda code: " ".join(code), lambda code: f"({code}).",
        lambda code: "".join(chr(ord(each) + 0xFEE0) for each in code), lambda code: f"Mã: https://stem.example.vn/x/#{code}",
        lambda code: f"{code[0]}\u0301{code[1:]}",
    ],
)  # fmt: skip
def test_a_code_opens_the_card_however_it_is_typed_and_costs_no_try(client, door, code, change):
    for _ in range(WRONG_CODES.allowed + 1):
        assert client.post(door, {"code": change(code)}).status_code == 302
    assert "cards/activation/limited.html" not in [each.name for each in client.get(door).templates]


# --- What does not work, with always the same answer ---------------------------------------------------
def refusal_of(client, door, code) -> str:
    answer = client.post(door, {"code": code})
    assert answer.status_code == 200
    return answer.context["form"].errors["__all__"][0]


def test_used_voided_expired_foreign_and_invented_codes_are_refused_alike(client, door, code, hanh, class_8a1, minh):
    school_b = make_class("8A1", school=make_school("Trường THCS Trần Đại Nghĩa"))
    sentences = {
        "invented": refusal_of(client, door, "7K3Q9-BX2MT"),
        "of another school": refusal_of(client, reverse("school_activate", args=[school_b.school.code]), code),
        "empty of letters": refusal_of(client, door, "!!!"),
    }
    SignInCard.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    sentences["expired"] = refusal_of(client, door, code)
    SignInCard.objects.update(expires_at=timezone.now() + timedelta(days=1))
    void_card(class_group=class_8a1, pupil=minh, by=hanh)
    sentences["voided"] = refusal_of(client, door, code)
    SignInCard.objects.update(voided_at=None, used_at=timezone.now())
    sentences["used"] = refusal_of(client, door, code)
    assert len(set(sentences.values())) == 1, sentences
    assert OPENS_NOTHING in sentences["used"]
    assert not is_in(client)


def test_a_card_of_a_pupil_who_left_or_of_a_closed_account_does_not_work(client, door, code, minh):
    User.objects.filter(pk=minh.user_id).update(is_active=False)
    assert refusal_of(client, door, code)
    User.objects.filter(pk=minh.user_id).update(is_active=True)
    minh.left_on = timezone.localdate()
    minh.save()
    assert refusal_of(client, door, code)


def test_a_suspended_school_opens_no_accounts(client, door, code, class_8a1):
    class_8a1.school.state = SchoolState.SUSPENDED
    class_8a1.school.save()
    assert refusal_of(client, door, code)


def test_a_card_is_used_once(client, door, code):
    client.post(door, {"code": code})
    second = Client()
    second.post(door, {"code": code})
    assert choose(client, door).status_code == 302
    assert OPENS_NOTHING in refusal_of(Client(), door, code)
    assert choose(second, door, "Một mật khẩu khác 7").url == door, "whoever had begun meanwhile is sent back"
    assert not is_in(second)


def test_the_password_page_opens_for_nobody_without_a_code(client, door, code):
    assert client.get(f"{door}password/").url == door
    assert choose(client, door).url == door
    assert SignInCard.objects.open().exists()


def test_what_was_begun_at_one_school_does_not_continue_at_another(client, door, code):
    client.post(door, {"code": code})
    other = reverse("school_activate", args=[make_school("Trường THCS Trần Đại Nghĩa").code])
    assert choose(client, other).url == other
    assert SignInCard.objects.open().exists()


def test_what_was_begun_waits_for_twenty_minutes_only(client, door, code):
    client.post(door, {"code": code})
    session = client.session
    session["activation"] = session["activation"] | {"at": session["activation"]["at"] - 21 * 60}
    session.save()
    assert client.get(f"{door}password/").url == door


# --- Limits -----------------------------------------------------------------------------------------
def test_two_hundred_guesses_are_blocked_and_the_limit_says_so(client, door, code):
    answers = [client.post(door, {"code": f"BBBBB-{i:05}"}) for i in range(200)]
    assert [answer.status_code for answer in answers] == [200] * 100 + [429] * 100
    assert "mười phút" in answers[-1].content.decode()
    assert client.post(door, {"code": code}).status_code == 429, "nor does the right one tell itself from the others"


def test_a_guesser_blocks_neither_another_address_nor_another_school(client, door, code, hanh):
    for i in range(101):
        client.post(door, {"code": f"BBBBB-{i:05}"})
    assert Client(REMOTE_ADDR="203.0.113.9").post(door, {"code": code}).status_code == 302
    other = make_class("6A1", school=make_school("Trường THCS Trần Đại Nghĩa"), pupils=1)
    lam = make_outsider()
    other.homeroom_teacher = lam
    other.save()
    pupil = other.enrolments.get().pupil
    theirs = issue_cards(class_group=other, pupil_ids=[pupil.pk], by=lam, key="k").cards[0].code
    assert client.post(reverse("school_activate", args=[other.school.code]), {"code": theirs}).status_code == 302


def test_moving_from_school_to_school_does_not_help_a_guesser(client):
    pages = [reverse("school_activate", args=[make_school(f"Trường THCS số {n}").code]) for n in range(8)]
    answers = [client.post(pages[i % 8], {"code": f"BBBBB-{i:05}"}).status_code for i in range(602)]
    assert answers == [200] * 600 + [429] * 2


def test_three_hundred_pupils_behind_one_address_get_in_with_their_slips(hanh, class_8a1, door):
    pupils = [make_pupil(f"Lê Văn {number}", class_group=class_8a1) for number in range(300)]
    issued = issue_cards(class_group=class_8a1, pupil_ids=[pupil.pk for pupil in pupils], by=hanh, key="many")
    for number, card in enumerate(issued.cards):
        phone = Client()
        if number % 4 == 0:
            phone.post(door, {"code": card.code[:-1]})  # one in four leaves out the last letter
        assert phone.post(door, {"code": card.code}).status_code == 302, number


# --- Sessions -----------------------------------------------------------------------------------------
def test_session_keys_change_at_both_steps(client, door, code):
    client.get(reverse("account_login"))
    session = client.session
    session["set"] = "before"
    session.save()
    keys = [session.session_key]
    client.post(door, {"code": code})
    keys.append(client.session.session_key)
    choose(client, door)
    keys.append(client.session.session_key)
    assert len(set(keys)) == 3


def test_a_new_card_for_a_forgotten_password_ends_the_sessions_of_the_old_one(client, hanh, class_8a1, door):
    an = make_pupil("Lê An", class_group=class_8a1, with_account=True)
    at_home = Client()
    at_home.post(reverse("account_login"), {"login": an.user.username, "password": PASSWORD})
    code = issue_cards(class_group=class_8a1, pupil_ids=[an.pk], by=hanh, key="k").cards[0].code
    assert at_home.get(reverse("desk")).status_code == 200, "the old password works until the card is used"
    client.post(door, {"code": code})
    choose(client, door)
    assert at_home.get(reverse("desk")).status_code == 302
    an.user.refresh_from_db()
    assert not an.user.check_password(PASSWORD)


def test_a_teacher_who_tries_a_card_is_signed_out_first(client, hanh, door, code):
    client.force_login(hanh)
    assert hanh.full_name in client.get(door).content.decode()
    client.post(door, {"code": code})
    assert not is_in(client)


def test_the_pages_are_kept_by_no_cache_and_found_by_no_search_engine(client, door):
    answer = client.get(door)
    assert "no-store" in answer.headers["Cache-Control"]
    assert 'content="noindex"' in answer.content.decode()
    assert client.get("/en" + door).status_code == 200


def test_the_identifier_and_the_birthday_open_nothing(client, door, code, minh):
    """A07: neither is a way in, anywhere."""
    minh.birth_date = "2013-03-09"
    minh.save()
    for password in ("2013-03-09", "09032013", "09/03/2013"):
        client.post(reverse("account_login"), {"login": minh.external_id, "password": password})
        client.post(reverse("account_login"), {"login": minh.user.username, "password": password})
    assert not is_in(client)
    assert OPENS_NOTHING in refusal_of(client, door, minh.external_id)


# --- Accounts that are more than a pupil's ------------------------------------------------------------
@pytest.mark.parametrize("office", ["teacher of another school", "officer", "centre staff"])
def test_a_card_opens_no_account_that_has_another_role(client, hanh, class_8a1, door, office):
    """A class teacher must not come to another school's or an office's desk by printing a card."""
    an = make_pupil("Lê An", class_group=class_8a1, with_account=True)
    code = issue_cards(class_group=class_8a1, pupil_ids=[an.pk], by=hanh, key="before").cards[0].code
    if office == "officer":
        OfficerPost.objects.create(user=an.user, role="department")
    elif office == "centre staff":
        CentreStaff.objects.create(centre=make_centre(), user=an.user)
    else:
        Membership.objects.create(school=make_school("Trường THCS Trần Đại Nghĩa"), user=an.user, role="teacher")
    assert OPENS_NOTHING in refusal_of(client, door, code)
    with pytest.raises(Refused) as refused:
        issue_cards(class_group=class_8a1, pupil_ids=[an.pk], by=hanh, key="after")
    assert refused.value.refusal.code == "account_in_office"
