"""Every table says which of its columns are personal; none can be added in silence (CASES M06)."""

from __future__ import annotations

import pytest
from django.apps import apps
from django.contrib.admin.utils import flatten
from django.core.files.storage import storages
from django.db import models, transaction
from django.test import RequestFactory
from django.utils import timezone
from django.utils.module_loading import import_string

from programs.bookings.models import Booking
from programs.core.audit import record
from programs.core.emptying import columns, delete_rows, empty
from programs.core.fates import SHOWN, Erasing, Telling, fates_of, hidden_columns, nothing_for, without_fate
from programs.core.models import ActReason
from programs.core.personal import carry_out, in_words, plan_erasure, sections_of
from programs.core.personal_tables import told_columns
from programs.core.phones import show_phone
from programs.core.retention import RULES
from programs.data_rights.models import DataRequest
from programs.schools.models import Invitation
from tests import people
from tests.fill import EITHER, NAME, TABLES, fill

OUR_APPS = ("programs.", "cms", "stem_portal")
OURS = [model for model in apps.get_models() if model._meta.app_config.name.startswith(OUR_APPS)]
# Words that always mean a person; a table that has such a column cannot be NO_PII.
PERSONAL_WORDS = {"full_name", "given_name", "birth_date", "email", "phone", "gender", "printed_name", "contact_phone"}
# Telephone and email of institutions, not of people.
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


@pytest.mark.parametrize("model", TABLES, ids=lambda model: model._meta.label)
def test_every_personal_column_has_a_fate(model):
    assert list(without_fate(model)) == []


@pytest.mark.parametrize("model", TABLES, ids=lambda model: model._meta.label)
def test_a_fate_names_rules_that_exist_and_owners_that_can_be_found(model):
    for name, fate in fates_of(model).items():
        assert {fate.until, fate.row_until} - {""} <= set(RULES), f"{model._meta.label}.{name} waits for no known rule"
        column = model._meta.get_field(name)
        reached = isinstance(column, models.EmailField) or column.is_relation
        assert reached or not fate.own, f"{model._meta.label}.{name} says whose row it is, but points at nobody"


def test_a_column_that_was_forgotten_everywhere_is_found(monkeypatch):
    """The guard's own control: without its fate, or with half of one, a column is named in a sentence."""
    less = {name: fate for name, fate in Booking.PII.items() if name != "contact_phone"}
    monkeypatch.setattr(Booking, "PII", less)
    sentence = (
        "bookings.Booking.contact_phone can hold something about a person and has no fate in bookings.Booking.PII."
    )
    assert list(without_fate(Booking)) == [sentence]
    monkeypatch.setattr(Booking, "PII", less | {"contact_phone": SHOWN})
    assert ["contact_phone" in found for found in without_fate(Booking)] == [True]


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
    "schools.School", "centres.Blackout",  # nobody's own rows: a name in their reason is taken out
}  # fmt: skip


def nobody_speaks_of(registered, without=frozenset()) -> list[str]:
    labels = [model._meta.label for model in tables_about_people()]
    return [label for label in labels if label not in registered and label not in without]


def test_every_table_about_people_is_exported():
    """What is stored about me: a new table is not exported until its wing's personal.py uses ``@tells``."""
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


# --- Each fate comes true: every personal column of every table is filled -------------------------
@pytest.fixture
def filled(db, settings, tmp_path):
    settings.STORAGES = settings.STORAGES | {
        "private": {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"location": tmp_path}}
    }
    return fill()


def all_columns(filled):
    """Every personal column: table, name, fate, and the value that stands in the person's own row."""
    for model in TABLES:
        row = model._default_manager.get(pk=filled.own[model].pk)
        for name, fate in fates_of(model).items():
            if not model._meta.get_field(name).many_to_many:
                yield model, name, fate, getattr(row, name)


def told_words(filled) -> str:
    rows = [row for section in sections_of(filled.subject) for row in section.rows]
    return "\n".join(f"{fact.key}={fact.shown}" for row in rows for fact in row)


def as_told(model, name, value) -> str:
    if isinstance(value, dict | list):
        return NAME
    if labels := dict(model._meta.get_field(name).flatchoices):
        return str(labels[value])
    return show_phone(value) if name.endswith("phone") else in_words(value)


def test_every_column_is_filled(filled):
    """What is empty proves nothing: the control of the tests below. Who did something to a row is nobody's own."""
    empty_ones = [
        f"{model._meta.label}.{name}"
        for model, name, fate, value in all_columns(filled)
        if value in (None, "", {}, []) and fate.erasing is not Erasing.STAYS and name not in EITHER.get(model, ())
    ]
    assert empty_ones == []


def test_every_value_or_its_presence_is_told(filled):
    told = told_words(filled)
    for model, name, fate, value in all_columns(filled):
        label = f"{model._meta.label}.{name}"
        if name not in told_columns(model):
            continue
        if fate.telling is Telling.VALUE:
            assert as_told(model, name, value) in told, f"{label} is stored and not told"
            continue
        assert str(value) not in told, f"{label} is told, though only its presence may be"
        rows = model._default_manager.filter(pk=filled.own[model].pk)
        rows.update(**{name: ""})
        assert told_words(filled) != told, f"that {label} is stored is not told"
        rows.update(**{name: value})


def what_is_left(model, pk, name, fate, value) -> str:
    """What an erasure left in a column against its fate; empty if it did what the fate says."""
    row = model._default_manager.filter(pk=pk).first()
    if fate.file and fate.erasing is not Erasing.STAYS and storages["private"].exists(value):
        return "its file is still there"
    if row is None:
        return "" if columns(model, Erasing.GOES) else "its row is gone, though no fate says so"
    if fate.erasing is Erasing.GOES:
        return "its row is still there"
    now = getattr(row, name)
    if fate.erasing is Erasing.EMPTIED and now != nothing_for(model, name):
        return f"it still holds {now!r}"
    if fate.erasing is Erasing.REWRITTEN and now == value:
        return "it was not rewritten"
    return "it still mentions the name" if fate.masked and NAME in str(now) else ""


def erase(subject) -> None:
    with transaction.atomic():
        for _round in range(2):
            carry_out(plan_erasure(subject))


def test_every_column_meets_its_fate_when_its_person_is_erased(filled, django_capture_on_commit_callbacks):
    before = list(all_columns(filled))
    with django_capture_on_commit_callbacks(execute=True):
        erase(filled.subject)
    after = [
        (f"{m._meta.label}.{name}", what_is_left(m, filled.own[m].pk, name, fate, v)) for m, name, fate, v in before
    ]
    assert [f"{label} after an erasure: {left}" for label, left in after if left] == []


def test_a_name_is_masked_where_others_rows_mention_it(filled):
    erase(filled.subject)
    for model, row in filled.others.items():
        row = model._default_manager.get(pk=row.pk)
        for name, fate in fates_of(model).items():
            assert not fate.masked or NAME not in getattr(row, name), f"{model._meta.label}.{name} still has the name"


def test_an_erasure_touches_nothing_else_of_others(filled):
    rows = {model: model._default_manager.filter(pk=row.pk).values() for model, row in filled.others.items()}
    before = {model: list(found) for model, found in rows.items()}
    erase(filled.subject)
    for model, found in rows.items():
        masked = {name for name, fate in fates_of(model).items() if fate.masked}
        after = list(found.all())
        kept = [
            [{k: v for k, v in row.items() if k not in masked} for row in group] for group in (before[model], after)
        ]
        assert kept[0] == kept[1], f"{model._meta.label}: somebody else's row was changed"


@pytest.mark.parametrize(
    ("model", "forget", "stays"),
    [(DataRequest, empty, False), (Invitation, delete_rows, False), (Booking, empty, True)],
)
def test_the_reason_of_an_act_goes_with_the_last_text_of_its_row(filled, model, forget, stays):
    """A booking keeps why it ended, masked where it names somebody: the reasons of acts on it are kept like that."""
    record(by=None, action="school.rename", obj=filled.own[model], reason="vì sao")
    forget(model.objects.filter(pk=filled.own[model].pk))
    assert ActReason.objects.filter(text="vì sao").exists() is stays


def by_rule(filled) -> list[tuple[str, list]]:
    """The columns that each rule ends: first the rules that leave the row, last the one that forgets a whole person."""
    rules: dict[str, list] = {}
    for entry in all_columns(filled):
        for rule in {entry[2].until, entry[2].row_until} - {""}:
            rules.setdefault(rule, []).append(entry)

    def order(item) -> tuple[int, bool]:
        rule, entries = item
        return len({model for model, *_rest in entries}), any(fate.row_until == rule for _m, _n, fate, _v in entries)

    return sorted(rules.items(), key=order)


def test_every_column_is_gone_after_the_time_that_its_fate_gives(filled, django_capture_on_commit_callbacks):
    """The rule does its work on the person's own row; which rows are due is tested rule by rule."""
    for rule, entries in by_rule(filled):
        about = RULES[rule].due(timezone.now()).model
        with django_capture_on_commit_callbacks(execute=True), transaction.atomic():
            RULES[rule].purge(about._default_manager.filter(pk=filled.own[about].pk))
        for model, name, fate, value in entries:
            row = model._default_manager.filter(pk=filled.own[model].pk).first()
            gone = row is None if fate.row_until == rule else getattr(row, name) != value
            assert gone, f"{model._meta.label}.{name} outlives the rule {rule}"
            assert not (fate.file and storages["private"].exists(value)), f"the file of {name} outlives {rule}"


# --- The back office ----------------------------------------------------------------------------
def shown_in_the_back_office() -> list[tuple[type, set[str]]]:
    site = import_string("django.contrib.admin.site")
    request = RequestFactory().get("/")
    request.user = people.make_administrator()
    found = []
    for admin in site._registry.values():
        for part in (admin, *(inline(admin.model, site) for inline in admin.inlines)):
            listed = [*getattr(part, "list_display", []), *getattr(part, "list_filter", [])]
            found.append(
                (part.model, {*flatten(part.get_fields(request)), *(each for each in listed if isinstance(each, str))})
            )
    return found


def test_the_back_office_shows_no_column_whose_fate_hides_it(db):
    shown = shown_in_the_back_office()
    assert len([model for model, _fields in shown if model in TABLES]) >= 9
    for model, fields in shown:
        assert not fields & set(hidden_columns(model)), f"the back office shows hidden columns of {model._meta.label}"


def test_a_new_column_is_hidden_until_its_fate_shows_it(monkeypatch):
    monkeypatch.setattr(Booking, "PII", Booking.PII | {"alternative": Booking.PII["needs"]})
    assert "alternative" in hidden_columns(Booking)
