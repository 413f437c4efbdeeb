"""Lays out the website: languages, the two trees of pages with their fixed sections, editors, moderators and their workflow."""

from __future__ import annotations

from django.conf import settings
from django.contrib.auth.models import Group, Permission
from django.db import transaction
from wagtail.models import (
    Collection,
    GroupApprovalTask,
    GroupCollectionPermission,
    GroupPagePermission,
    Locale,
    Page,
    Site,
    Task,
    Workflow,
    WorkflowPage,
    WorkflowTask,
)

from cms.choices import SECTION_SLUGS
from cms.models import CurriculumIndexPage, FieldTripIndexPage, HomePage, NewsIndexPage, PolicyIndexPage

EDITORS, MODERATORS = "Editors", "Moderators"
EDITORIAL_BOARD = "Ban biên tập"
SECTIONS = {
    "curricula": (CurriculumIndexPage, "Bài học STEM", "STEM lessons"),
    "field_trips": (FieldTripIndexPage, "Tham quan trải nghiệm", "Field trips"),
    "policies": (PolicyIndexPage, "Văn bản chỉ đạo", "Policies"),
    "news": (NewsIndexPage, "Tin tức", "News"),
}
SUMMARIES = {
    "curricula": (
        "Bài học dùng được ngay: mục tiêu, vật liệu kèm chi phí, các bước theo phút và phiếu học tập để in.",
        "Lessons ready to use: aims, materials with their cost, steps by the minute and a worksheet to print.",
    ),
    "field_trips": (
        "Buổi trải nghiệm tại các trung tâm đổi mới sáng tạo, với lịch và số chỗ còn lại.",
        "Sessions at innovation centres, with their calendar and the places left.",
    ),
    "policies": (
        "Những văn bản làm căn cứ cho giáo dục STEM, và điều nhà trường làm theo đó.",
        "The documents on which STEM education rests, and what schools do by them.",
    ),
    "news": ("Việc mới trên cổng và ở các trường.", "What is new on the portal and in schools."),
}


def set_up_site() -> HomePage:
    """Create whatever the website lacks, leave the rest unchanged; return the Vietnamese home page."""
    with transaction.atomic():
        vietnamese, english = _locales()
        home = _home(vietnamese)
        add_twin(of=home, page=HomePage(title="Home", slug="home", locale=english, **_home_words("en")))
        _sections(home, vietnamese, english)
        _people()
        _workflow()
    return home


def add_twin(*, of: Page, page: Page) -> Page:
    """Publish ``page`` as the translation of ``of``, under the translation of its parent; an existing one is kept."""
    existing = of.get_translation_or_none(page.locale)
    if existing:
        return existing.specific
    page.translation_key = of.translation_key
    parent = of.get_parent()
    above = parent.get_translation(page.locale) if parent.depth > 1 else parent
    return add_page(parent=above, page=page)


def add_page(*, parent: Page, page: Page) -> Page:
    """Put ``page`` under ``parent`` and publish it."""
    parent.add_child(instance=page)
    page.save_revision().publish()
    return type(page).objects.get(pk=page.pk)


def _locales() -> tuple[Locale, Locale]:
    return tuple(Locale.objects.get_or_create(language_code=code)[0] for code in ("vi", "en"))


def _home_words(language: str) -> dict:
    if language == "en":
        return {
            "slogan": "STEM in every classroom",
            "summary": "Lessons ready to use, sessions at innovation centres, and room for pupils' ideas.",
        }
    return {
        "slogan": "Đưa STEM vào từng lớp học",
        "summary": "Bài học dùng được ngay, buổi trải nghiệm tại trung tâm đổi mới sáng tạo, và sân chơi cho ý tưởng của học sinh.",
    }


def _home(locale: Locale) -> HomePage:
    home = HomePage.objects.filter(locale=locale).first()
    if home is None:
        root = Page.get_first_root_node()
        home = add_page(
            parent=root,
            page=HomePage(title="Trang chủ", slug="trang-chu", locale=locale, **_home_words("vi")),
        )
    _serve_from(home)
    return HomePage.objects.get(pk=home.pk)


def _serve_from(home: HomePage) -> None:
    address = settings.SITE_URL.split("://", 1)[-1]
    host, _, port = address.partition(":")
    default_port = 443 if settings.SITE_URL.startswith("https") else 80
    site = Site.objects.filter(is_default_site=True).first() or Site(is_default_site=True, hostname=host)
    welcome = site.root_page if site.root_page_id else None
    site.hostname, site.port = host, int(port or default_port)
    site.root_page, site.site_name = home, settings.JURISDICTION["portal_name"]
    site.save()
    # Wagtail's default welcome page, which ours replaces.
    if welcome and welcome.specific_class is Page and welcome.depth == 2:
        Page.objects.get(pk=welcome.pk).delete()


def _sections(home: HomePage, vietnamese: Locale, english: Locale) -> None:
    for key, (model, title, title_en) in SECTIONS.items():
        slugs, (summary, summary_en) = SECTION_SLUGS[key], SUMMARIES[key]
        page = model.objects.child_of(home).first() or add_page(
            parent=HomePage.objects.get(pk=home.pk),
            page=model(title=title, slug=slugs["vi"], summary=summary, locale=vietnamese),
        )
        add_twin(of=page, page=model(title=title_en, slug=slugs["en"], summary=summary_en, locale=english))


def _people() -> None:
    """Editors write everywhere and publish nothing; moderators publish, and keep contact and notice."""
    root, files = Page.get_first_root_node(), Collection.get_first_root_node()
    rights = {EDITORS: ["add_page", "change_page"], MODERATORS: ["add_page", "change_page", "publish_page"]}
    for name, codenames in rights.items():
        group, _ = Group.objects.get_or_create(name=name)
        group.permissions.add(
            _permission("wagtailadmin", "access_admin"), _permission("wagtail_localize", "submit_translation")
        )
        GroupPagePermission.objects.filter(group=group).exclude(permission__codename__in=codenames).delete()
        for codename in codenames:
            GroupPagePermission.objects.get_or_create(
                group=group, page=root, permission=_permission("wagtailcore", codename)
            )
        for app, model in (("wagtailimages", "image"), ("wagtaildocs", "document")):
            for verb in ("add", "change", "choose"):
                GroupCollectionPermission.objects.get_or_create(
                    group=group, collection=files, permission=_permission(app, f"{verb}_{model}")
                )
    Group.objects.get(name=MODERATORS).permissions.add(_permission("cms", "change_sitesettings"))


def _permission(app: str, codename: str) -> Permission:
    return Permission.objects.get(content_type__app_label=app, codename=codename)


def _workflow() -> None:
    """One approval by a moderator, for the whole tree. Editors read its name on the button that submits."""
    moderators = Group.objects.get(name=MODERATORS)
    task = GroupApprovalTask.objects.filter(groups=moderators, active=True).first()
    if task is None:
        task = GroupApprovalTask.objects.create(name=EDITORIAL_BOARD)
        task.groups.add(moderators)
    link = WorkflowTask.objects.filter(task=task, workflow__active=True).select_related("workflow").first()
    workflow = link.workflow if link else Workflow.objects.create(name=EDITORIAL_BOARD)
    WorkflowTask.objects.get_or_create(workflow=workflow, task=task, defaults={"sort_order": 0})
    # Wagtail brings this pair along under English names.
    Task.objects.filter(pk=task.pk, name="Moderators approval").update(name=EDITORIAL_BOARD)
    Workflow.objects.filter(pk=workflow.pk, name="Moderators approval").update(name=EDITORIAL_BOARD)
    WorkflowPage.objects.get_or_create(page=Page.get_first_root_node(), defaults={"workflow": workflow})
