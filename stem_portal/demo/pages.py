"""The demonstration's website: records and pages, in Vietnamese and English, from the texts in ``content/``."""

from __future__ import annotations

import tomllib
from datetime import date, timedelta
from pathlib import Path

from django.db import transaction
from wagtail.models import Locale, Page, ReferenceIndex
from wagtail.signal_handlers import disable_reference_index_auto_update

from cms.actions import add_page, add_twin, set_up_site
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
from programs.centres.models import Centre, FieldTrip, Room
from programs.curricula.models import Curriculum
from programs.schools.models import Area
from programs.topics.models import Subject, Topic

CONTENT = Path(__file__).parent / "content"
LABELS = Path(__file__).resolve().parents[2] / "programs/curricula/data/labels.toml"
RECORD_NAMES = ["grade_from", "grade_to", "minutes"]
RUBRIC_COLUMNS = ["good", "fair", "passed", "not_yet"]


def load_content(today: date) -> None:
    """Load whatever is missing; editors' changes are left unchanged."""
    # References are gathered once at the end: on every save they would double the time.
    with transaction.atomic(), disable_reference_index_auto_update():
        home = set_up_site()
        load_labels()
        _load_centres()
        for texts in _curriculum_texts():
            _load_curriculum(texts)
        for texts in _texts("field_trips"):
            _load_field_trip(texts)
        _load_policies()
        _load_news(today)
        _load_standard_pages()
        _load_settings(home)
        for page in Page.objects.specific():
            ReferenceIndex.create_or_update_for_object(page)


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


def _points(items: list[str]) -> list[tuple]:
    return [("point", item) for item in items]


def _paragraphs(items: list[str]) -> str:
    return "".join(f"<p>{item}</p>" for item in items)


def _load_centres() -> None:
    both = ("name", "opening_hours", "accessibility")
    for texts in _texts("centres"):
        words = {name: texts[f"{name}_vi"] for name in (*both, "address")}
        words |= {f"{name}_en": texts[f"{name}_en"] for name in both}
        words |= {name: texts[name] for name in ("phone", "email")}
        ward = Area.objects.get(name=texts["ward"], in_jurisdiction=True, tree="administrative")
        centre, _ = Centre.objects.get_or_create(code=texts["code"], defaults={"ward": ward, **words})
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
    vietnamese, english = (
        CurriculumPage(
            locale=locale, slug=slug, illustration=texts["illustration"], facts_draft=facts, **_curriculum_words(words)
        )
        for locale, slug, words in _in_both(texts)
    )
    page = add_page(parent=CurriculumIndexPage.objects.get(locale=vietnamese.locale), page=vietnamese)
    english.curriculum = page.curriculum
    add_twin(of=page, page=english)
    for words, words_en in zip(texts["vi"]["lessons"], texts["en"]["lessons"], strict=True):
        _load_lesson(page, words, words_en, english.locale)


def _load_lesson(parent: CurriculumPage, words: dict, words_en: dict, english: Locale) -> None:
    lesson = LessonPage(slug=words["slug"], locale=parent.locale, **_lesson_words(words))
    page = add_page(parent=CurriculumPage.objects.get(pk=parent.pk), page=lesson)
    add_twin(of=page, page=LessonPage(slug=words_en["slug"], locale=english, **_lesson_words(words_en)))


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
    pages = [
        FieldTripPage(
            locale=locale, slug=slug, illustration=texts["illustration"], facts_draft=facts, **_field_trip_words(words)
        )
        for locale, slug, words in _in_both(texts)
    ]
    for page in pages:
        page.curricula = Curriculum.objects.filter(code__in=texts["curricula"])
        page.subjects = Subject.objects.filter(code__in=texts["subjects"])
        page.topics = Topic.objects.filter(code__in=texts["topics"])
    page = add_page(parent=FieldTripIndexPage.objects.get(locale=pages[0].locale), page=pages[0])
    FieldTrip.objects.filter(pk=page.field_trip_id).update(title_en=texts["en"]["title"])
    pages[1].field_trip = page.field_trip
    add_twin(of=page, page=pages[1])


def _body(words: dict) -> list[tuple]:
    blocks = [("text", _paragraphs(words["body"]))] if "body" in words else []
    for section in words.get("sections", []):
        blocks += [("heading", section["heading"]), ("text", _paragraphs(section["paragraphs"]))]
    return blocks


def _words(words: dict) -> dict:
    return {"title": words["title"], "summary": words["summary"], "body": _body(words)}


def _load_policies() -> None:
    for texts in _texts("policies"):
        facts = {"number": texts["number"], "issued_on": texts["issued_on"], "state": texts["status"]}
        _add_both(
            PolicyIndexPage,
            texts,
            [
                PolicyPage(
                    locale=locale,
                    slug=slug,
                    illustration=texts["illustration"],
                    issuer=texts[f"issuer_{locale.language_code}"],
                    **facts,
                    **_words(words),
                )
                for locale, slug, words in _in_both(texts)
            ],
        )


def _load_news(today: date) -> None:
    for texts in sorted(_texts("news"), key=lambda one: -one["days_ago"]):
        facts = {"illustration": texts["illustration"], "date": today - timedelta(days=texts["days_ago"])}
        pages = [
            NewsPage(locale=locale, slug=slug, **facts, **_words(words)) for locale, slug, words in _in_both(texts)
        ]
        _add_both(NewsIndexPage, texts, pages)


def _load_standard_pages() -> None:
    for texts in _texts("pages"):
        pages = [StandardPage(locale=locale, slug=slug, **_words(words)) for locale, slug, words in _in_both(texts)]
        _add_both(HomePage, texts, pages)


def _in_both(texts: dict) -> list[tuple[Locale, str, dict]]:
    """For each language its locale, the page's address part, and its words."""
    return [
        (Locale.objects.get(language_code="vi"), texts["slug"], texts["vi"]),
        (Locale.objects.get(language_code="en"), texts["slug_en"], texts["en"]),
    ]


def _add_both(parent_model: type[Page], texts: dict, pages: list[Page]) -> None:
    """Add a page and its English translation, unless a page already exists at that address."""
    parent = parent_model.objects.get(locale__language_code="vi")
    if not Page.objects.child_of(parent).filter(slug=texts["slug"]).exists():
        add_twin(of=add_page(parent=parent, page=pages[0]), page=pages[1])


def _load_settings(home: HomePage) -> None:
    SiteSettings.objects.get_or_create(
        site=home.get_site(),
        defaults={
            "office": "Phòng Giáo dục Trung học, Sở Giáo dục và Đào tạo",
            "office_en": "Secondary education office, Department of Education and Training",
            "mailbox": "hotro@example.vn",
        },
    )
