"""Every table says which of its columns are personal; none can be added in silence (CASES M06)."""

from __future__ import annotations

import pytest
from django.apps import apps

OUR_APPS = ("programs.", "cms", "stem_portal")
OURS = [model for model in apps.get_models() if model._meta.app_config.name.startswith(OUR_APPS)]
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


# --- What is stored can be told, and forgotten --------------------------------------------------
PEOPLE = {"accounts.User", "pupils.Pupil"}


def tables_about_people() -> list[type]:
    """Our tables with personal data, and other people's tables that point at an account."""
    found = []
    for model in apps.get_models(include_auto_created=True):
        points = any(
            field.is_relation and field.concrete and field.related_model and field.related_model._meta.label in PEOPLE
            for field in model._meta.get_fields()
        )
        ours = model._meta.app_config.name.startswith(OUR_APPS)
        if hasattr(model, "PII") or (points and not ours):
            found.append(model)
    return found


# Nothing to read in them: links between rows, or the tools of an editor's open window.
SAYS_NOTHING = {
    "admin.LogEntry", "wagtailadmin.EditingSession", "wagtailadmin.FormState", "wagtailcore.APIToken",
    "wagtailcore.PageSubscription",
}  # fmt: skip


def nobody_speaks_of(registered, without=frozenset()) -> list[str]:
    labels = [model._meta.label for model in tables_about_people()]
    return [label for label in labels if label not in registered and label not in without]


def test_every_table_about_people_is_told_of():
    """What is stored about me: a new table is in nobody's mouth until its wing's personal.py says ``@tells``."""
    from programs.core.personal import TOLD

    assert nobody_speaks_of(TOLD, SAYS_NOTHING) == []


def test_every_table_about_people_can_be_forgotten():
    from programs.core.personal import FORGOTTEN

    assert nobody_speaks_of(FORGOTTEN) == []


def test_no_wing_speaks_of_a_table_that_is_not_there():
    from programs.core.personal import FORGOTTEN, TOLD

    known = {model._meta.label for model in apps.get_models(include_auto_created=True)}
    assert set(TOLD) | set(FORGOTTEN) <= known


def test_a_table_that_was_forgotten_by_all_wings_is_found():
    """The guard's own control: without one entry it must fail."""
    from programs.core.personal import FORGOTTEN

    less = {label: who for label, who in FORGOTTEN.items() if label != "consents.GuardianLink"}
    assert nobody_speaks_of(less) == ["consents.GuardianLink"]
