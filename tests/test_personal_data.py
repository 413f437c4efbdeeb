"""Every table says which of its columns are personal; none can be added in silence (CASES M06)."""

from __future__ import annotations

import pytest
from django.apps import apps

OUR_APPS = {"programs", "accounts", "cms", "frame"}
OURS = [model for model in apps.get_models() if model._meta.app_label in OUR_APPS]
# Words that always mean a person; a table that has such a column cannot be NO_PII.
PERSONAL_WORDS = {"full_name", "given_name", "birth_date", "email", "phone", "gender", "printed_name", "contact_phone"}
# Telephone and e-mail of institutions, not of people.
INSTITUTIONS = {"School", "Centre"}


def declared(model) -> bool:
    return ("PII" in vars(model)) != ("NO_PII" in vars(model))


@pytest.mark.parametrize("model", OURS, ids=lambda model: model._meta.label)
def test_model_declares_its_personal_data(model):
    if model._meta.auto_created or model._meta.proxy:
        pytest.skip("a table of links, or no table of its own")
    assert declared(model), f"{model._meta.label}: say PII = {{...}} or NO_PII = True on the class itself, and only one"


@pytest.mark.parametrize(
    "model", [model for model in OURS if hasattr(model, "PII")], ids=lambda model: model._meta.label
)
def test_declared_columns_exist(model):
    names = {field.name for field in model._meta.get_fields()}
    assert set(model.PII) <= names


@pytest.mark.parametrize(
    "model", [model for model in OURS if "NO_PII" in vars(model)], ids=lambda model: model._meta.label
)
def test_no_pii_means_no_person_in_it(model):
    if model.__name__ in INSTITUTIONS:
        return
    assert not PERSONAL_WORDS & {field.name for field in model._meta.get_fields()}


def test_an_undeclared_table_is_found():
    class Silent:
        pass

    assert not declared(Silent)
