"""Letters and forms as they leave the printer: read back from the PDF, nothing cut, every code its own."""

from __future__ import annotations

from io import BytesIO

import pytest
from django.urls import reverse
from django.utils import timezone, translation
from pypdf import PdfReader

from programs.consents.actions.links import issue_links
from programs.consents.actions.texts import load_consent_texts
from programs.consents.pdf import render_forms, render_slips
from programs.consents.print_words import forms_of, grouped, slips_of
from programs.consents.queries.in_force import current_texts
from programs.consents.queries.visible import guardian_for_token
from programs.core.refusals import Refused
from tests.people import make_class, make_coordinator, make_pupil, make_school, make_teacher

pytestmark = pytest.mark.django_db

LONGEST = "Lê Hoàng Hiếu Nghĩa Đệ Nhất Thương Tâm Nhân"
NAMES = [LONGEST, "Nguyễn Nhật Minh", "H'Hen Niê", "Đặng Đình Đức"]


@pytest.fixture
def class_8a1():
    load_consent_texts()
    school = make_school("Trường Tiểu học - Trung học cơ sở - Trung học phổ thông Ngôi Sao Bình Dương")
    return make_class("8A1", school=school)


@pytest.fixture
def pupils(class_8a1):
    return [make_pupil(name, class_group=class_8a1) for name in NAMES]


def words(page) -> str:
    return " ".join(page.extract_text().split())


def test_every_family_gets_its_own_letter_with_its_own_code(class_8a1, pupils):
    issued = issue_links(pupils=pupils, by=make_coordinator(school=class_8a1.school), key="thu")
    reader = PdfReader(BytesIO(render_slips(slips_of(issued, class_8a1))))
    assert len(reader.pages) == 2  # three to a page
    text = " ".join(words(page) for page in reader.pages)
    for name in NAMES:
        assert name in text
    assert text.count(class_8a1.school.name) == len(NAMES)
    for each in issued:
        assert grouped(each.token) in text
        assert guardian_for_token(grouped(each.token)) == each.link
    assert len({each.token for each in issued}) == len(NAMES)


def test_the_form_asks_each_question_by_itself_and_each_sheet_says_whose_it_is(class_8a1, pupils):
    reader = PdfReader(BytesIO(render_forms(forms_of(pupils[:1], class_8a1, current_texts()))))
    pages = [words(page) for page in reader.pages]
    assert all(LONGEST in page for page in pages)
    text = " ".join(pages)
    assert "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM" in text
    for question in current_texts().values():
        assert question.title in text
        for lead, sentence in question.points:
            assert f"{lead}:" in text
            assert sentence.rsplit(" ", 3)[1] in text
    with translation.override("vi"):
        assert text.count("Không đồng ý") >= 7  # the guardian four times, the pupil three


def test_a_name_that_cannot_be_printed_is_refused_and_not_blackened(class_8a1):
    pupil = make_pupil("Somchai สมชาย", class_group=class_8a1)
    with pytest.raises(Refused):
        render_forms(forms_of([pupil], class_8a1, current_texts()))


def test_forms_are_printed_for_the_class_and_kept_by_no_cache(client, class_8a1, pupils):
    client.force_login(make_teacher(school=class_8a1.school))
    answer = client.get(reverse("consent_forms", args=[class_8a1.pk]))
    assert answer["Content-Type"] == "application/pdf"
    assert answer["Cache-Control"] == "private, no-store"
    reader = PdfReader(BytesIO(answer.content))
    assert len(reader.pages) >= len(NAMES)
    assert f"{timezone.localdate():%Y}" in words(reader.pages[0])
