"""Bà Nam and cô Mai of the ward write to the schools that had nothing this term; thầy Lâm's school does not count."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from django.urls import reverse
from django.utils import timezone

from programs.core.audit import history_of
from programs.core.idempotency import new_key
from programs.notices.models import Message
from programs.participation import rules
from programs.schools.choices import OfficeRole
from tests.participation.make import make_own, make_terms
from tests.people import (
    make_coordinator,
    make_officer,
    make_outsider,
    make_principal,
    make_school,
    make_ward,
    make_ward_officer,
)

pytestmark = pytest.mark.django_db
REMIND = reverse("participation_remind")


@pytest.fixture
def term():
    return make_terms()[0]


@pytest.fixture
def schools(term):
    """Phú Lợi had nothing, Dĩ An held a festival, Tân Đông had nothing and has nobody on the portal."""
    idle = make_school("Trường THCS Phú Lợi", ward=make_ward("Phường Phú Lợi"))
    make_coordinator("Lê Quốc Bảo", school=idle, email="bao@example.vn")
    make_principal("Phạm Ngọc Yến", school=idle, email="yen@example.vn")
    busy = make_school("Trường THCS Dĩ An", ward=make_ward("Phường Dĩ An"))
    make_coordinator("Trần Văn Lâm", school=busy)
    make_own(busy, term.starts_on)
    make_school("Trường THCS Tân Đông", ward=make_ward("Phường Dĩ An"))
    return idle, busy


def send(client, term, **asked):
    address = f"{REMIND}?term={term.pk}" + "".join(f"&{name}={value}" for name, value in asked.items())
    return client.post(address, {"words": "Cần giúp, gọi cô Mai.", "idempotency_key": new_key()}, follow=True)


def letters() -> set[str]:
    return set(Message.objects.filter(kind="idle_reminder").values_list("to_address", flat=True))


def test_who_answers_for_a_school_without_activity_is_written_to_once_a_week(client, schools, term):
    client.force_login(make_officer("Phan Hoàng Nam"))
    page = client.get(f"{REMIND}?term={term.pk}").content.decode()
    assert "Trường THCS Phú Lợi" in page and "Trường THCS Dĩ An" not in page
    assert "Trường THCS Tân Đông" in page, "somebody must call them"
    assert not letters(), "looking sends nothing"
    body = send(client, term).content.decode()
    assert "Đã gửi thư cho 1 trường" in body
    assert letters() == {"bao@example.vn", "yen@example.vn"}
    letter = Message.objects.filter(to_address="bao@example.vn").get()
    assert "Cần giúp, gọi cô Mai." in letter.body_text and str(term) in letter.body_text
    assert history_of(term).first().action == "participation.remind"
    assert "Tuần này đã gửi trước đó: 1" in send(client, term).content.decode()
    assert Message.objects.filter(kind="idle_reminder").count() == 2
    with time_machine.travel(timezone.now() + timedelta(days=7)):
        send(client, term)
    assert Message.objects.filter(kind="idle_reminder").count() == 4


def test_a_ward_writes_to_its_own_schools_alone_and_only_officers_write(client, schools, term):
    client.force_login(make_ward_officer("Ngô Văn Tâm", ward=make_ward("Phường Dĩ An")))
    assert "Chưa có người nhận: 1" in send(client, term).content.decode()
    assert not letters()
    for person in (make_outsider(), make_officer("Bùi Thanh Hà", role=OfficeRole.STEERING)):
        client.force_login(person)
        assert client.get(f"{REMIND}?term={term.pk}").status_code == 403
        assert send(client, term).status_code == 403
    assert not letters()


def test_without_a_term_or_with_too_many_schools_it_says_what_to_do(client, schools, term, monkeypatch):
    client.force_login(make_officer("Phan Hoàng Nam"))
    assert "Hãy chọn một học kỳ" in client.get(f"{REMIND}?term=all").content.decode()
    monkeypatch.setattr(rules, "MOST_REMINDED", 1)
    assert "Có 2 trường" in client.get(f"{REMIND}?term={term.pk}").content.decode()
    assert "Có 2 trường" in send(client, term).content.decode()
    assert not letters()
    make_own(schools[0], term.starts_on)
    monkeypatch.setattr(rules, "MOST_REMINDED", 300)
    di_an = make_ward("Phường Phú Lợi").pk
    assert "cũng đã có hoạt động" in client.get(f"{REMIND}?term={term.pk}&ward={di_an}").content.decode()
