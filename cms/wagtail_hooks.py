"""What editors meet in Wagtail: a short menu, a word of help, and our verbs in the log."""

from __future__ import annotations

from django.db import models
from django.forms import SlugField
from django.template.loader import render_to_string
from wagtail import hooks
from wagtail.admin.forms.models import register_form_field_override
from wagtail.admin.ui.components import Component
from wagtail.admin.widgets.slug import SlugInput
from wagtail.log_actions import LogActionRegistry

from cms.audit_actions import ACTIONS
from cms.models import CurriculumIndexPage, FieldTripIndexPage, NewsIndexPage
from programs.accounts.models import User
from programs.core.forms import WholeNumberField
from programs.core.policy import must
from programs.core.text import slugify_vi


class AddressField(SlugField):
    """The last part of a page's address: ``Đèn lồng`` is read as ``den-long``, in whichever letters; left empty, it is the title's."""

    def __init__(self, **options) -> None:
        super().__init__(**options | {"required": False})

    def to_python(self, value: object) -> str:
        return slugify_vi(super().to_python(value))


register_form_field_override(models.SlugField, override={"form_class": AddressField, "widget": SlugInput})
# The numbers of a page's own columns, like those of its record and of its blocks.
register_form_field_override(models.IntegerField, override={"form_class": WholeNumberField})

# Menu items our editors do not need; superusers keep everything.
HIDDEN_MENU_ITEMS = {"help", "forms", "redirects"}


@hooks.register("register_log_actions")
def register_verbs(actions: LogActionRegistry) -> None:
    for verb, label in ACTIONS.items():
        actions.register_action(verb, label, label)


@hooks.register("construct_main_menu")
def keep_the_menu_short(request, menu_items: list) -> None:
    if not request.user.is_superuser:
        menu_items[:] = [item for item in menu_items if item.name not in HIDDEN_MENU_ITEMS]


class EditorHelp(Component):
    """The first panel of the editors' home: where to begin, and how a page reaches the public."""

    name = "editor-help"
    order = 50

    def render_html(self, parent_context) -> str:
        user = parent_context["request"].user
        places = [
            section
            for model in (CurriculumIndexPage, FieldTripIndexPage, NewsIndexPage)
            for section in model.objects.filter(locale__language_code="vi")
        ]
        moderates = bool(places) and places[0].permissions_for_user(user).can_publish_subpage()
        return render_to_string("cms/admin/editor_help.html", {"places": places, "moderates": moderates})


@hooks.register("construct_homepage_panels")
def add_help(request, panels: list) -> None:
    panels.append(EditorHelp())


@hooks.register("register_rich_text_features")
def no_embeds(features) -> None:
    """Rich text takes what `cms.blocks.RICH_TEXT_FEATURES` names; embeds from elsewhere would break the content policy."""
    features.default_features = ["h3", "h4", "bold", "italic", "ol", "ul", "link", "document-link"]


@hooks.register("before_bulk_action")
def accounts_are_closed_not_deleted(request, action_type: str, objects: list, action_instance) -> None:
    must(not (action_type in {"delete", "set_active_state"} and action_instance.models == [User]))
