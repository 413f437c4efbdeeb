"""System checks that defend the conventions of the house."""

from collections.abc import Sequence
from typing import Any

from django.apps import AppConfig, apps
from django.core.checks import CheckMessage, Error, register

from programs.core.fates import without_fate

OURS = ("programs.", "cms", "stem_portal")


@register
def every_table_declares_its_personal_data(
    app_configs: Sequence[AppConfig] | None, **options: Any
) -> list[CheckMessage]:
    """``PII = {...}`` or ``NO_PII = True`` must be on the class itself, and only one of them."""
    return [
        Error(
            f"{model._meta.label} does not say which of its columns are personal.",
            hint="Declare PII = {...} or NO_PII = True on the class.",
            obj=model,
            id="programs.E001",
        )
        for model in apps.get_models()
        if model._meta.app_config.name.startswith(OURS) and not model._meta.proxy
        if ("PII" in vars(model)) == ("NO_PII" in vars(model))
    ]


@register
def every_personal_column_has_a_fate(app_configs: Sequence[AppConfig] | None, **options: Any) -> list[CheckMessage]:
    """In a table with personal data every column that can hold something about a person says what becomes of it."""
    return [
        Error(
            sentence,
            hint="Give the column a fate, or PLAIN if it names nobody: programs/core/fates.py has the words.",
            obj=model,
            id="programs.E002",
        )
        for model in apps.get_models()
        if model._meta.app_config.name.startswith(OURS) and isinstance(vars(model).get("PII"), dict)
        for sentence in without_fate(model)
    ]
