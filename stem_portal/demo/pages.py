"""The demonstration's website: records and pages, in Vietnamese and English, from the texts in ``content/``."""

from __future__ import annotations

import tomllib
from datetime import date, timedelta
from pathlib import Path

from django.db import transaction
from wagtail.models import Locale, Page

from cms.actions import add_page, set_up_site, twin
from cms.models import (
    CurriculumIndexPage,
    CurriculumPage,
    FieldTripIndexPage,
    FieldTripPage,
    HomePage,
    LessonPage,
    NewsIndexPage,
    NewsPage,
    PolicyIndexPage,
    PolicyPage,
    SiteSettings,
    StandardPage,
)
from programs.core.text import slugify_vi
from programs.models import Area, Centre, Curriculum, FieldTrip, Room, Subject, Topic

CONTENT = Path(__file__).parent / "content"
LABELS = Path(__file__).resolve().parents[2] / "programs/curricula/data/labels.toml"
RECORD_NAMES = ["grade_from", "grade_to", "minutes"]
RUBRIC_COLUMNS = ["good", "fair", "passed", "not_yet"]


def load_content(today: date) -> None:
    """Whatever is not there yet; what editors changed stays as it is."""
    with transaction.atomic():
        home = set_up_site()
        load_labels()
        _load_centres()
        for texts in _curriculum_texts():
            _load_curriculum(texts)
        for texts in _texts("field_trips"):
            _load_field_trip(texts)
        _load_policies()
        _load_news(today)
        _load_standard_pages(HomePage.objects.get(pk=home.pk))
        _load_settings(home)


def load_labels() -> None:
    """Subjects and topics, by which curricula are found."""
    labels = tomllib.loads(LABELS.read_text(encoding="utf-8"))
    for model, rows in ((Subject, labels["subjects"]), (Topic, labels["topics"])):
        for position, (code, name, name_en) in enumerate(rows):
            model.objects.get_or_create(code=code, defaults={"name": name, "name_en": name_en, "position": position})


def _texts(name: str) -> list[dict]:
    return tomllib.loads((CONTENT / f"{name}.toml").read_text(encoding="utf-8"))[name]


def _curriculum_texts() -> list[dict]:
    files = sorted((CONTENT / "curricula").glob("*.toml"))
    texts = [tomllib.loads(path.read_text(encoding="utf-8")) for path in files]
    return sorted(texts, key=lambda one: (one["grade_from"], one["code"]))


def _english() -> Locale:
    return Locale.objects.get(language_code="en")


def _points(items: list[str]) -> list[tuple]:
    return [("point", item) for item in items]


def _paragraphs(items: list[str]) -> str:
    return "".join(f"<p>{item}</p>" for item in items)


def _load_centres() -> None:
    for texts in _texts("centres"):
        vi, en = texts["vi"], texts["en"]
        centre, _ = Centre.objects.get_or_create(
            code=texts["code"],
            defaults={
                "name": vi["name"],
                "name_en": en["name"],
                "ward": Area.objects.get(name=texts["ward"], in_jurisdiction=True, tree="administrative"),
                "address": vi["address"],
                "opening_hours": vi["opening_hours"],
                "opening_hours_en": en["opening_hours"],
                "accessibility": vi["accessibility"],
                "accessibility_en": en["accessibility"],
                **{name: texts[name] for name in ("phone", "email", "latitude", "longitude")},
            },
        )
        for room in texts["rooms"]:
            Room.objects.get_or_create(centre=centre, name=room["name"], defaults={"capacity": room["capacity"]})


def _ids(model, codes: list[str]) -> list[int]:
    return sorted(model.objects.filter(code__in=codes).values_list("pk", flat=True))


def _curriculum_words(words: dict) -> dict:
    rubric = [
        ("criterion", {"criterion": row["criterion"], **dict(zip(RUBRIC_COLUMNS, row["levels"], strict=True))})
        for row in words["rubric"]
    ]
    materials = [
        ("material", {name: row[name] for name in ("name", "quantity", "cost_vnd")}) for row in words["materials"]
    ]
    return {
        "title": words["title"],
        "summary": words["summary"],
        "intro": words["intro"],
        "aims": _points(words["aims"]),
        "outcomes": _points(words["outcomes"]),
        "materials": materials,
        "safety": _points(words["safety"]),
        "rubric": rubric,
    }


def _load_curriculum(texts: dict) -> None:
    if Curriculum.objects.filter(code=texts["code"]).exists():
        return
    facts = {name: texts[name] for name in [*RECORD_NAMES, "code", "form", "group_size", "cost_vnd"]}
    facts |= {"subjects": _ids(Subject, texts["subjects"]), "topics": _ids(Topic, texts["topics"])}
    page = CurriculumPage(
        slug=texts["slug"], illustration=texts["illustration"], facts_draft=facts, **_curriculum_words(texts["vi"])
    )
    page = add_page(parent=CurriculumIndexPage.objects.get(locale__language_code="vi"), page=page)
    english = twin(page=page, locale=_english(), slug=texts["slug_en"], words=_curriculum_words(texts["en"]))
    for number, lesson in enumerate(texts["vi"]["lessons"]):
        _load_lesson(page, lesson, texts["en"]["lessons"][number], english)


def _load_lesson(parent: CurriculumPage, words: dict, words_en: dict, english: CurriculumPage) -> None:
    page = add_page(
        parent=CurriculumPage.objects.get(pk=parent.pk), page=LessonPage(slug=words["slug"], **_lesson_words(words))
    )
    twin(page=page, locale=english.locale, slug=words_en["slug"], words=_lesson_words(words_en))


def _lesson_words(words: dict) -> dict:
    return {
        "title": words["title"],
        "summary": words.get("summary", ""),
        "minutes": words["minutes"],
        "objectives": _points(words["objectives"]),
        "steps": [
            ("step", {name: row[name] for name in ("title", "minutes", "teacher", "pupils")}) for row in words["steps"]
        ],
        "worksheet_title": words["worksheet_title"],
        "worksheet": _points(words["worksheet"]),
    }


def _field_trip_words(words: dict) -> dict:
    stages = [("stage", {name: row[name] for name in ("title", "minutes", "text")}) for row in words["schedule"]]
    plain = {name: words[name] for name in ("title", "summary", "intro", "before", "after")}
    return plain | {"schedule": stages} | {name: _points(words[name]) for name in ("bring", "safety", "papers")}


def _load_field_trip(texts: dict) -> None:
    if FieldTrip.objects.filter(code=texts["code"]).exists():
        return
    facts = {name: texts[name] for name in [*RECORD_NAMES, "code", "max_pupils", "pupils_per_adult", "price_vnd"]}
    facts |= {"centre": Centre.objects.get(code=texts["centre"]).pk}
    page = FieldTripPage(
        slug=texts["slug"], illustration=texts["illustration"], facts_draft=facts, **_field_trip_words(texts["vi"])
    )
    page.curricula = Curriculum.objects.filter(code__in=texts["curricula"])
    page.subjects = Subject.objects.filter(code__in=texts["subjects"])
    page.topics = Topic.objects.filter(code__in=texts["topics"])
    page = add_page(parent=FieldTripIndexPage.objects.get(locale__language_code="vi"), page=page)
    FieldTrip.objects.filter(pk=page.field_trip_id).update(title_en=texts["en"]["title"])
    twin(page=page, locale=_english(), slug=texts["slug_en"], words=_field_trip_words(texts["en"]))


def _body(words: dict) -> list[tuple]:
    blocks = [("text", _paragraphs(words["body"]))] if "body" in words else []
    for section in words.get("sections", []):
        blocks += [("heading", section["heading"]), ("text", _paragraphs(section["paragraphs"]))]
    return blocks


def _words(words: dict) -> dict:
    return {"title": words["title"], "summary": words["summary"], "body": _body(words)}


def _load_policies() -> None:
    index = PolicyIndexPage.objects.get(locale__language_code="vi")
    for texts in _texts("policies"):
        facts = {"number": texts["number"], "issued_on": texts["issued_on"], "state": texts["status"]}
        page = PolicyPage(
            slug=texts["slug"],
            illustration=texts["illustration"],
            issuer=texts["issuer_vi"],
            **facts,
            **_words(texts["vi"]),
        )
        _add_both(index, page, texts, {"issuer": texts["issuer_en"]})


def _load_news(today: date) -> None:
    index = NewsIndexPage.objects.get(locale__language_code="vi")
    for texts in sorted(_texts("news"), key=lambda one: -one["days_ago"]):
        page = NewsPage(
            slug=texts["slug"],
            illustration=texts["illustration"],
            date=today - timedelta(days=texts["days_ago"]),
            **_words(texts["vi"]),
        )
        _add_both(index, page, texts, {})


def _load_standard_pages(home: HomePage) -> None:
    for texts in _texts("pages"):
        page = StandardPage(slug=texts["slug"], illustration=texts.get("illustration", ""), **_words(texts["vi"]))
        _add_both(home, page, texts, {})


def _add_both(parent: Page, page: Page, texts: dict, extra_en: dict) -> None:
    """``page`` and its English twin, unless a page already stands at that address."""
    if Page.objects.child_of(parent).filter(slug=page.slug).exists():
        return
    page.slug = page.slug or slugify_vi(page.title)
    added = add_page(parent=type(parent).objects.get(pk=parent.pk), page=page)
    twin(page=added, locale=_english(), slug=texts["slug_en"], words=_words(texts["en"]) | extra_en)


def _load_settings(home: HomePage) -> None:
    SiteSettings.objects.get_or_create(
        site=home.get_site(),
        defaults={
            "office": "Phòng Giáo dục Trung học, Sở Giáo dục và Đào tạo",
            "office_en": "Secondary education office, Department of Education and Training",
            "mailbox": "hotro@example.vn",
        },
    )
