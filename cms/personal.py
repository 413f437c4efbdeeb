"""The editors' side of an account, and pages that mention a person."""

from __future__ import annotations

from collections.abc import Iterator
from functools import reduce
from operator import attrgetter, or_

from django.apps import apps
from django.contrib.auth import get_user_model
from django.contrib.contenttypes.models import ContentType
from django.db.models import Model, Q, QuerySet
from django.utils.translation import gettext as _
from wagtail.admin.models import EditingSession, FormState
from wagtail.models import APIToken, ModelLogEntry, Page, PageSubscription, Revision
from wagtail.search.query import Phrase
from wagtail.users.models import UserProfile

from cms.act_values import change_in_words
from programs.core.personal import Erasure, Fact, Section, Subject, forgets, rows_of, tells

# Tables of Wagtail that keep pointing at the emptied account: what was edited stays traceable to one former editor.
ACTS = (
    "wagtailcore.ModelLogEntry", "wagtailcore.PageLogEntry", "wagtailcore.Page", "wagtailcore.Revision",
    "wagtailcore.Comment", "wagtailcore.CommentReply", "wagtailcore.WorkflowState", "wagtailcore.TaskState",
    "wagtailcore.UploadedFile", "wagtaildocs.Document", "wagtailimages.Image",
    "wagtail_localize.StringTranslation", "wagtail_localize.SegmentOverride",
)  # fmt: skip


# What is told of each row beside its kind and its day: the columns with the person's own words, or what was done.
SAID: dict[str, tuple[str, ...]] = {
    "wagtailcore.Page": ("title", "draft_title"),
    "wagtailcore.Comment": ("text", "page.title"),
    "wagtailcore.CommentReply": ("text",),
    "wagtailcore.PageLogEntry": ("message", "label"),
    "wagtailcore.Revision": ("object_str",),
    "wagtailcore.WorkflowState": ("status",),
    "wagtailcore.TaskState": ("status", "comment"),
    "wagtailcore.UploadedFile": ("file",),
    "wagtaildocs.Document": ("title",),
    "wagtailimages.Image": ("title", "description"),
    "wagtail_localize.StringTranslation": ("data",),
    "wagtail_localize.SegmentOverride": ("data_json",),
    "wagtailusers.UserProfile": ("preferred_language", "current_time_zone", "avatar"),
}
DAYS = ("first_published_at", "created_at", "timestamp", "started_at")


@tells("wagtailusers.UserProfile", *ACTS)
def editing(subject: Subject) -> Iterator[Section]:
    yield Section(
        code="pages",
        label=_("What you did in the website's editor"),
        purpose=_("Knowing who is responsible for a page."),
        source=_("You."),
        kept=_("As long as the page exists; your name is deleted with your account."),
        rows=[row for label, said in SAID.items() for row in _told(label, said, subject)],
    )
    yield Section(
        code="acts",
        label=_("The audit log: what you did, and what was done with your data"),
        purpose=_("So that it can be seen later who did what."),
        source=_("The portal."),
        kept=_("It is never changed; your name is not in it, and your account loses its name when it is deleted."),
        rows=rows_of(_acts(subject), _of_act),
    )


def _of_person(model: type[Model], subject: Subject) -> QuerySet:
    """The rows that point at the person's account, by whatever column."""
    columns = [column for column in model._meta.concrete_fields if column.related_model is get_user_model()]
    about = [Q(**{column.name: subject.user_id}) for column in columns]
    rows = model._default_manager.filter(reduce(or_, about)) if subject.user_id else model._default_manager.none()
    return rows.order_by("pk")


def _told(label: str, said: tuple[str, ...], subject: Subject) -> Iterator[list[Fact]]:
    model = apps.get_model(label)
    joined = [name.split(".")[0] for name in said if "." in name]
    rows = _of_person(model, subject)
    for row in rows.select_related(*joined) if joined else rows:
        kind = str(model._meta.verbose_name)
        day = next((getattr(row, name) for name in DAYS if hasattr(row, name)), None)
        facts = [Fact("kind", _("Kind"), kind), Fact("day", _("Day"), day)]
        facts += [Fact(name, _("Text"), str(attrgetter(name)(row) or "")) for name in said]
        if isinstance(row, Revision):
            found = [text for text in _texts(row.content) if subject.mentions.find(text)]
            facts.append(Fact("about", _("What it says about you"), " … ".join(found)))
        yield facts


def _texts(content: object) -> Iterator[str]:
    """Every text in the stored content of a page."""
    if isinstance(content, str):
        yield content
    elif isinstance(content, dict | list):
        for inner in content.values() if isinstance(content, dict) else content:
            yield from _texts(inner)


def _acts(subject: Subject) -> QuerySet[ModelLogEntry]:
    """What the person did, and what was done to the account and the register's record."""
    about = Q(user=subject.user_id) if subject.user_id else Q(pk__in=[])
    for model, keys in ((get_user_model(), [subject.user_id]), (apps.get_model("pupils.Pupil"), subject.pupil_ids)):
        kind = ContentType.objects.get_for_model(model)
        about |= Q(content_type=kind, object_id__in=[str(key) for key in keys if key])
    return ModelLogEntry.objects.filter(about).select_related("content_type").order_by("pk")


def _of_act(act: ModelLogEntry) -> list[Fact]:
    """The object by its kind and number only: it may be somebody else."""
    kind = act.content_type.name if act.content_type else ""
    return [
        Fact("at", _("When"), act.timestamp),
        Fact("act", _("What was done"), str(act.message)),
        Fact("object", _("Concerns"), f"{kind} #{act.object_id}"),
        Fact("data", _("Numbers and states"), change_in_words(act.data)),
    ]


@forgets(
    "wagtailusers.UserProfile", "wagtailadmin.EditingSession", "wagtailadmin.FormState", "wagtailcore.APIToken",
    "wagtailcore.PageSubscription", *ACTS,
)  # fmt: skip
def forget_editor(subject: Subject) -> Iterator[Erasure]:
    if subject.user_id:
        yield Erasure(
            label=_("Settings and drafts in the website's editor"),
            count=sum(model.objects.filter(user=subject.user_id).count() for model in _OWN),
            outcome=Erasure.REMOVED,
            why=_("They were only needed for this person's editing."),
            carry_out=lambda: _delete(subject.user_id),
        )
    mentioning = {page.pk for name in subject.names for page in Page.objects.search(Phrase(name))}
    yield Erasure(
        label=_("Web pages that may mention the name"),
        count=len(mentioning),
        outcome=Erasure.KEPT,
        why=_("Editors check them and remove the name: a page may be about someone else with the same name."),
    )


_OWN = (UserProfile, EditingSession, FormState, APIToken, PageSubscription)


def _delete(user_id: int) -> None:
    for profile in UserProfile.objects.filter(user=user_id).exclude(avatar=""):
        profile.avatar.delete(save=False)
    for model in _OWN:
        model.objects.filter(user=user_id).delete()
