"""A small website: both languages, and pages made as an editor would make them."""

from __future__ import annotations

from datetime import date

from wagtail.models import Locale, Page

from cms.actions import add_page, add_twin
from cms.models import (
    CurriculumIndexPage,
    CurriculumPage,
    FieldTripIndexPage,
    FieldTripPage,
    LessonPage,
    NewsIndexPage,
    NewsPage,
    PolicyIndexPage,
    PolicyPage,
)
from programs.centres.models import Centre
from programs.core.text import slugify_vi
from programs.topics.models import Subject, Topic
from tests.people import make_ward


def locale(code: str = "vi") -> Locale:
    return Locale.objects.get(language_code=code)


def section(model: type[Page], code: str = "vi") -> Page:
    return model.objects.get(locale=locale(code))


def make_subject(name: str = "Toán", name_en: str = "Mathematics") -> Subject:
    return Subject.objects.get_or_create(code=slugify_vi(name), defaults={"name": name, "name_en": name_en})[0]


def make_topic(name: str = "Xây dựng", name_en: str = "Construction") -> Topic:
    return Topic.objects.get_or_create(code=slugify_vi(name), defaults={"name": name, "name_en": name_en})[0]


def curriculum_facts(code: str, grades: tuple[int, int] = (4, 4), subjects: list[Subject] | None = None) -> dict:
    return {
        "code": code,
        "form": "stem_lesson",
        "grade_from": grades[0],
        "grade_to": grades[1],
        "minutes": 70,
        "group_size": 4,
        "cost_vnd": 18000,
        "subjects": [subject.pk for subject in subjects or [make_subject()]],
        "topics": [make_topic().pk],
    }


def make_curriculum_page(
    title: str = "Cầu giấy chịu được bao nhiêu cân?",
    *,
    grades: tuple[int, int] = (4, 4),
    subjects: list[Subject] | None = None,
    english: str = "",
) -> CurriculumPage:
    """A published curriculum with one lesson; with ``english``, its translation too."""
    facts = curriculum_facts(slugify_vi(title).upper()[:40], grades, subjects)
    words = {
        "summary": "Thiết kế một cây cầu giấy và thử tải.",
        "materials": [("material", {"name": "Giấy A4", "quantity": "6 tờ", "cost_vnd": 18000})],
    }
    page = add_page(
        parent=section(CurriculumIndexPage),
        page=CurriculumPage(title=title, slug=slugify_vi(title), locale=locale(), facts_draft=facts, **words),
    )
    steps = [("step", {"title": "Xác định vấn đề", "minutes": 8, "teacher": "Kể chuyện.", "pupils": "Ghi tiêu chí."})]
    lesson = LessonPage(
        title="Thiết kế và thử tải", slug="thiet-ke", minutes=70, locale=locale(), steps=steps,
        worksheet=[("point", "Vẽ cây cầu của nhóm.")],
    )  # fmt: skip
    add_page(parent=CurriculumPage.objects.get(pk=page.pk), page=lesson)
    if english:
        twin = CurriculumPage(title=english, slug=slugify_vi(english), locale=locale("en"), curriculum=page.curriculum)
        add_twin(of=page, page=twin)
    return CurriculumPage.objects.get(pk=page.pk)


def make_centre(code: str = "TDM") -> Centre:
    defaults = {"name": "Trung tâm Sáng tạo", "ward": make_ward(), "address": "26 Yersin", "phone": "+842743000126"}
    return Centre.objects.get_or_create(code=code, defaults=defaults | {"email": "tdm@example.vn"})[0]


def make_field_trip_page(
    title: str = "Một ngày ở xưởng chế tạo số", *, grades: tuple[int, int] = (6, 9)
) -> FieldTripPage:
    facts = {
        "code": slugify_vi(title).upper()[:40],
        "centre": make_centre().pk,
        "grade_from": grades[0],
        "grade_to": grades[1],
        "minutes": 180,
        "max_pupils": 40,
        "pupils_per_adult": 10,
        "price_vnd": 0,
    }
    page = FieldTripPage(
        title=title, slug=slugify_vi(title), summary="Cắt laser, in 3D.", locale=locale(), facts_draft=facts
    )
    page.subjects = [make_subject("Công nghệ", "Technology")]
    return add_page(parent=section(FieldTripIndexPage), page=page)


def make_news(title: str = "Mở đặt chỗ") -> NewsPage:
    page = NewsPage(title=title, slug=slugify_vi(title), date=date(2026, 11, 20), locale=locale(), summary="Tin mới.")
    return add_page(parent=section(NewsIndexPage), page=page)


def make_policy(number: str = "57-NQ/TW") -> PolicyPage:
    page = PolicyPage(
        title="Nghị quyết về đột phá phát triển khoa học, công nghệ, đổi mới sáng tạo",
        slug=slugify_vi(number), number=number, issuer="Bộ Chính trị", issued_on=date(2024, 12, 22), locale=locale(),
    )  # fmt: skip
    return add_page(parent=section(PolicyIndexPage), page=page)
