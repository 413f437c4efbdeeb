"""The editors' side of an account, and pages that mention a person."""

from __future__ import annotations

from collections.abc import Iterator

from django.utils.translation import gettext as _
from wagtail.admin.models import EditingSession, FormState
from wagtail.models import APIToken, Page, PageSubscription
from wagtail.search.query import Phrase
from wagtail.users.models import UserProfile

from programs.core.personal import Erasure, Fact, Section, Subject, forgets, rows_of, tells

# Tables of Wagtail that keep pointing at the emptied account: what was edited stays traceable to one former editor.
ACTS = (
    "wagtailcore.ModelLogEntry", "wagtailcore.PageLogEntry", "wagtailcore.Page", "wagtailcore.Revision",
    "wagtailcore.Comment", "wagtailcore.CommentReply", "wagtailcore.WorkflowState", "wagtailcore.TaskState",
    "wagtailcore.UploadedFile", "wagtaildocs.Document", "wagtailimages.Image",
    "wagtail_localize.StringTranslation", "wagtail_localize.SegmentOverride",
)  # fmt: skip


@tells("wagtailusers.UserProfile", *ACTS)
def editing(subject: Subject) -> Iterator[Section]:
    pages = Page.objects.filter(owner=subject.user_id).order_by("pk") if subject.user_id else Page.objects.none()
    yield Section(
        code="pages",
        label=_("Web pages you created"),
        purpose=_("Knowing who is responsible for a page."),
        source=_("You."),
        kept=_("As long as the page exists; your name is deleted with your account."),
        rows=rows_of(pages, _of_page),
    )


def _of_page(page: Page) -> list[Fact]:
    return [
        Fact("title", _("Title"), page.title),
        Fact("published", _("First published"), page.first_published_at),
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
