"""Every number that a person types is read by one field: whole, or refused. This finds the fields that are not it."""

from __future__ import annotations

from collections.abc import Iterator
from importlib import import_module

import pytest
from django import forms
from django.apps import apps
from django.contrib import admin
from django.db import models
from django.test import RequestFactory
from wagtail.admin.panels import get_edit_handler
from wagtail.blocks import Block, FieldBlock, ListBlock
from wagtail.contrib.settings.registry import registry as site_settings
from wagtail.fields import StreamField
from wagtail.models import get_page_models
from wagtail.snippets.models import get_snippet_models

from programs.core.forms import WholeNumberField
from tests import people
from tests.test_architecture import ROOT, sources

OURS = ("programs.", "cms", "stem_portal")
NUMBERS = (forms.IntegerField, forms.DurationField)  # decimals and floats are integers' children in Django


def others(named: dict[str, forms.Field]) -> list[str]:
    """The names of fields for numbers that are not the house's own; a choice among numbers is none."""
    return [name for name, field in named.items() if isinstance(field, NUMBERS) and not is_ours(field)]


def is_ours(field: forms.Field) -> bool:
    return isinstance(field, WholeNumberField)


def forms_of_the_house() -> Iterator[type[forms.BaseForm]]:
    for folder in ("programs", "cms", "stem_portal"):
        for path in sources(folder):
            if path.parts[-2] == "data" or "data" in path.relative_to(ROOT).parts:
                continue
            import_module(".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__"))
    waiting, seen = [forms.BaseForm], set()
    while waiting:
        form = waiting.pop()
        if form not in seen:
            seen.add(form)
            waiting += form.__subclasses__()
    yield from (form for form in seen if form.__module__.startswith(OURS) and hasattr(form, "base_fields"))


def test_no_form_reads_a_number_in_another_way():
    found = {f"{form.__module__}.{form.__name__}": others(form.base_fields) for form in forms_of_the_house()}
    assert len(found) > 100
    assert {name: fields for name, fields in found.items() if fields} == {}


def test_no_code_makes_another_field_of_numbers():
    """What a form makes while it runs is in no class: no file names Django's fields, ours but one."""
    words = ("forms.IntegerField(", "forms.DecimalField(", "forms.FloatField(", "NumberInput", ".IntegerBlock(",
             ".DecimalBlock(", ".FloatBlock(")  # fmt: skip
    files = [path for folder in ("programs", "cms", "stem_portal") for path in sources(folder)]
    found = {
        f"{path.relative_to(ROOT)}: {word}"
        for path in files
        for word in words
        if word
        in path.read_text(encoding="utf-8")
        .replace("class WholeNumberField(forms.IntegerField)", "")
        .replace("class WholeNumberBlock(blocks.IntegerBlock)", "")
    }
    assert found == set()


def edited_in_wagtail() -> list[type[models.Model]]:
    return [*get_page_models(), *get_snippet_models(), *site_settings]


def test_no_page_of_the_editor_reads_a_number_in_another_way():
    found = {
        model.__name__: others(get_edit_handler(model).get_form_class().base_fields)
        for model in edited_in_wagtail()
        if model.__module__.startswith(OURS)
    }
    assert len(found) > 5
    assert {name: fields for name, fields in found.items() if fields} == {}


def blocks_under(block: Block) -> Iterator[Block]:
    yield block
    below = list(getattr(block, "child_blocks", {}).values())
    for child in [*below, *([block.child_block] if isinstance(block, ListBlock) else [])]:
        yield from blocks_under(child)


def test_no_block_reads_a_number_in_another_way():
    found, seen = {}, 0
    for model in apps.get_models():
        for field in model._meta.get_fields():
            if not isinstance(field, StreamField):
                continue
            for block in blocks_under(field.stream_block):
                seen += 1
                if isinstance(block, FieldBlock) and others({block.name: block.field}):
                    found[f"{model.__name__}.{field.name}"] = block.name
    assert seen > 50
    assert found == {}


@pytest.mark.django_db
def test_no_table_of_the_back_office_reads_a_number_in_another_way():
    request = RequestFactory().get("/backoffice/")
    request.user = people.make_administrator()
    found, ours = {}, 0
    for model, table in admin.site._registry.items():
        may_write = table.has_add_permission(request) or table.has_change_permission(request)
        if not model.__module__.startswith(OURS) or not may_write:
            continue
        shown = [
            table.get_form(request),
            *(line.get_formset(request).form for line in table.get_inline_instances(request)),
        ]
        for form in shown:
            ours += sum(map(is_ours, form.base_fields.values()))
            if names := others(form.base_fields):
                found[model.__name__] = names
    assert ours > 5
    assert found == {}


def test_the_guard_itself_sees_another_field():
    assert others({"price": forms.IntegerField(), "size": forms.DecimalField(), "pupils": WholeNumberField()}) == [
        "price",
        "size",
    ]
