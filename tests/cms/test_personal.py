"""The archive of a person holds what every table of the website's editor says of them, not its titles only."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from django.apps import apps
from django.contrib.contenttypes.models import ContentType
from django.db import models
from wagtail.models import Comment, CommentReply, Page

from cms.act_values import change_in_words
from programs.accounts.models import User
from programs.core import audit
from programs.core.personal import sections_of
from programs.data_rights.queries import subject_of
from programs.pupils.models import Pupil
from tests import people
from tests.test_personal_data import OUR_APPS, SAYS_NOTHING

pytestmark = pytest.mark.django_db
NAME = "Đỗ Thị Nga"
# Their rows are told by the wing of accounts, and by ``tests/test_personal_data.py`` column by column.
BY_ACCOUNTS = {
    "account.EmailAddress", "mfa.Authenticator", "usersessions.UserSession", "socialaccount.SocialAccount",
}  # fmt: skip


def columns_to_people() -> list[tuple[type, str]]:
    """Every foreign key to a person in the tables of libraries: a new one is here by itself."""
    return [
        (model, column.name)
        for model in apps.get_models()
        if not model._meta.app_config.name.startswith(OUR_APPS)
        if model._meta.label not in SAYS_NOTHING | BY_ACCOUNTS
        for column in model._meta.concrete_fields
        if column.is_relation and column.related_model in (User, Pupil)
    ]


def make(model: type, **given) -> models.Model:
    """A row of ``model`` with the mark in each of its texts; what it must point at is made, too."""
    if model is Page:
        root = Page.objects.get(depth=1)
        return root.add_child(title="mark title", slug=f"mark-{Page.objects.count()}", **given)
    for column in model._meta.concrete_fields:
        related = column.related_model
        if column.primary_key or column.name in given or (column.null and related is not ContentType):
            continue
        if related is ContentType:
            given[column.name] = ContentType.objects.get_for_model(Page)
        elif related is User:
            given[column.name] = people.make_user("Lê Văn Tám")
        elif related:
            given[column.name] = related._default_manager.first() or make(related)
        elif column.has_default() or isinstance(column, models.JSONField):
            given.setdefault(column.name, column.get_default() if column.has_default() else {"title": f"{NAME} viết"})
        elif isinstance(column, models.CharField | models.TextField | models.FileField):
            given[column.name] = "1" if column.name == "object_id" else f"mark {column.name}"[: column.max_length]
        elif isinstance(column, models.DateTimeField):
            given[column.name] = "2026-11-30T08:00:00Z"
        else:
            given[column.name] = 1
    row = model(**given)
    return model._default_manager.bulk_create([row])[0]  # without signals: the row alone is tried


def told(nga: User) -> str:
    rows = [row for section in sections_of(subject_of(user=nga)) for row in section.rows]
    return "\n".join(f"{fact.key}={fact.shown}" for row in rows for fact in row)


@pytest.mark.parametrize(("model", "column"), columns_to_people(), ids=lambda value: getattr(value, "__name__", value))
def test_a_marked_row_of_every_table_is_in_the_archive(model, column):
    nga, outsider = people.make_user(NAME), people.make_user("Phạm Văn Lâm")
    before, of_outsider = told(nga), told(outsider)
    row = make(model, **{column: nga})
    after = told(nga)
    assert len(after) > len(before), f"{model._meta.label}.{column} points at a person, and the archive does not say so"
    texts = [field for field in model._meta.concrete_fields if field.name in {"text", "title", "comment", "data"}]
    for field in texts:
        value = getattr(row, field.name)
        assert not isinstance(value, str) or value in after, f"{model._meta.label}.{field.name} is not told"
    assert told(outsider) == of_outsider


def test_there_are_tables_to_try():
    """The control: what the test above walks is not empty."""
    labels = {model._meta.label for model, _column in columns_to_people()}
    assert {"wagtailcore.ModelLogEntry", "wagtailcore.Revision", "wagtailcore.Comment"} <= labels


def test_a_comment_an_answer_and_what_a_draft_says_of_its_writer():
    nga = people.make_user(NAME)
    page = make(Page, owner=nga)
    comment = Comment.objects.create(page=page, user=nga, text="Ảnh này chụp lớp tôi", contentpath="title")
    CommentReply.objects.create(comment=comment, user=nga, text="Đã thay ảnh")
    page.seo_title = "Cô do thi nga kể chuyện"
    page.save_revision(user=nga)
    words = told(nga)
    assert "Ảnh này chụp lớp tôi" in words and "Đã thay ảnh" in words and "Cô do thi nga kể chuyện" in words


def test_what_was_done_with_the_account_and_by_it():
    nga, lam = people.make_user(NAME), people.make_user("Phạm Văn Lâm")
    audit.record(by=lam, action="person.close", obj=nga)
    audit.record(by=nga, action="school.rename", obj=people.make_school())
    audit.record(by=lam, action="person.close", obj=lam)
    acts = next(section for section in sections_of(subject_of(user=nga)) if section.code == "acts")
    assert len(acts.rows) == 2


def test_what_was_done_is_told_in_words_not_as_it_is_stored():
    nga = people.make_user(NAME)
    moment = datetime(2026, 12, 31, 23, 59, tzinfo=UTC)
    audit.record(by=None, action="person.close", obj=nga, before={"due": None}, after={"due": moment, "last": [1, 2]})
    acts = next(section for section in sections_of(subject_of(user=nga)) if section.code == "acts")
    assert [fact.value for fact in acts.rows[0] if fact.key == "data"] == ["due: – → due: 6:59 01/01/2027; last: 1, 2"]


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (None, ""),
        ({"before": {}, "after": {}}, ""),
        ({"before": {}, "after": {"due_on": "2026-12-15", "ok": True}}, "due_on: 15/12/2026; ok: Có"),
        ({"before": {"state": "held"}, "after": {"state": "asked"}}, "state: held → state: asked"),
        ({"after": {"code": "2026-99-99", "when": "10:30"}}, "code: 2026-99-99; when: 10:30"),
    ],
)
def test_values_of_an_act_are_read_like_words(data, words):
    assert change_in_words(data) == words
