"""Catalogues: found in the sources, complete, and of one mind."""

import gettext as python_gettext
import re
from pathlib import Path

import polib
import pytest
from django.conf import settings

from stem_portal import catalogues

PYTHON = """
from django.utils.translation import gettext as _, pgettext, ngettext, npgettext_lazy
_("Plain " "joined")
pgettext("seat", "Free")
ngettext("%(n)s pupil", "%(n)s pupils", 3)
npgettext_lazy("seat", "one", "many", "n")
_(variable)
"""
TEMPLATE = """{% load i18n %}{# {% translate "commented" %} #}
{% translate "Hello" %}{% translate "Free" context "seat" %}
{% blocktranslate trimmed with name=x count n=y %}
  one %(odd)s {{ name }}
{% plural %}
  {{ n }} of {{ name }}
{% endblocktranslate %}
{% include "a.html" with text=_("Argument") %}
<p title="{% translate 'It is 100% right' %}">"""


@pytest.fixture
def house(tmp_path: Path) -> Path:
    (tmp_path / "programs").mkdir()
    (tmp_path / "templates").mkdir()
    return tmp_path


def catalogue(house: Path, wing: str, language: str = "vi", **texts: str) -> None:
    po = polib.POFile()
    po.metadata = catalogues.header(language)
    for msgid, text in texts.items():
        po.append(polib.POEntry(msgid=msgid, msgstr=text))
    path = house / "locale" / wing / language / "LC_MESSAGES" / "django.po"
    path.parent.mkdir(parents=True)
    po.save(str(path))


def test_messages_of_python_and_of_templates_are_found(house):
    (house / "programs" / "a.py").write_text(PYTHON, encoding="utf-8")
    (house / "templates" / "a.html").write_text(TEMPLATE, encoding="utf-8")
    found, errors = catalogues.read_sources(house)
    assert errors == []
    assert {key: message.plural for key, message in found.items()} == {
        (None, "Plain joined"): None,
        ("seat", "Free"): None,
        (None, "%(n)s pupil"): "%(n)s pupils",
        ("seat", "one"): "many",
        (None, "Hello"): None,
        (None, "one %%(odd)s %(name)s"): "%(n)s of %(name)s",
        (None, "Argument"): None,
        (None, "It is 100%% right"): None,
    }


def test_a_message_put_together_by_the_program_is_an_error(house):
    (house / "programs" / "a.py").write_text('_(f"Hello {name}")\n_("a" + b)\n', encoding="utf-8")
    _found, errors = catalogues.read_sources(house)
    assert len(errors) == 2 and "a.py:1" in errors[0]


def test_a_translating_function_under_another_name_is_an_error(house):
    (house / "programs" / "a.py").write_text(
        'from django.utils.translation import gettext as words_of\nwords_of("Hello")\n', encoding="utf-8"
    )
    _found, errors = catalogues.read_sources(house)
    assert len(errors) == 1 and "words_of" in errors[0]


def problems(house: Path) -> str:
    catalogues.sync_english(house)
    return "\n".join(catalogues.check(house).errors)


def test_missing_empty_or_lost_entries_are_reported(house):
    (house / "programs" / "a.py").write_text('_("Save"); _("Hi {name}"); _("%(n)s left"); _("Open")', encoding="utf-8")
    catalogue(house, "core", **{"Hi {name}": "Chào {ten}", "%(n)s left": "còn lại", "Open": ""})
    told = problems(house)
    assert "no Vietnamese: 'Save' (programs/a.py:1)" in told
    assert "a placeholder that the message has not: 'Hi {name}'" in told
    assert "a placeholder is lost: '%(n)s left'" in told
    assert "empty: 'Open'" in told


def test_two_wings_must_translate_alike(house):
    (house / "programs" / "a.py").write_text('_("Close")', encoding="utf-8")
    catalogue(house, "visits", Close="Đóng")
    catalogue(house, "projects", Close="Kết thúc")
    assert "translated otherwise" in problems(house)


def test_a_complete_house_has_no_errors_and_unused_entries_are_noticed(house):
    (house / "programs" / "a.py").write_text('_("Close")', encoding="utf-8")
    catalogue(house, "visits", Close="Đóng", Gone="Đã bỏ")
    catalogues.sync_english(house)
    result = catalogues.check(house)
    assert result.errors == [] and result.notices == ["unused: 'Gone'"]
    assert catalogues.sync_english(house) == 0, "a second sync changes nothing"


def test_a_language_without_its_catalogue_is_reported(house):
    (house / "programs" / "a.py").write_text('_("Close")', encoding="utf-8")
    catalogue(house, "visits", Close="Đóng")
    assert any("no English" in error for error in catalogues.check(house).errors)


def test_compiled_catalogues_speak(house):
    catalogue(house, "visits", Close="Đóng")
    catalogues.sync_english(house)
    assert catalogues.compile_all(house) == 2
    with (house / "locale/visits/vi/LC_MESSAGES/django.mo").open("rb") as file:
        assert python_gettext.GNUTranslations(file).gettext("Close") == "Đóng"


def test_the_missing_are_listed_to_be_filled_in(house):
    (house / "programs" / "a.py").write_text('ngettext("%(n)s pupil", "%(n)s pupils", 2); _("Close")', encoding="utf-8")
    catalogue(house, "visits", Close="Đóng")
    stubs = polib.pofile(catalogues.missing(house, "programs/a"))
    assert [(entry.msgid, entry.msgid_plural) for entry in stubs] == [("%(n)s pupil", "%(n)s pupils")]
    assert not list(polib.pofile(catalogues.missing(house, "templates")))


ALSO_TO_PUPILS = {"Chính bạn.", "Ảnh tham quan có thể nhận ra bạn"}


@pytest.mark.parametrize("wing", ["bookings", "ballots", "visit_days", "calendars", "timetables"])
def test_the_wings_of_visits_address_teachers_with_one_word(wing):
    """“thầy/cô”, in every letter and on every page; officials are asked without a pronoun."""
    entries = polib.pofile(str(settings.BASE_DIR / "locale" / wing / "vi" / "LC_MESSAGES" / "django.po"))
    texts = {text for entry in entries for text in (entry.msgstr, *entry.msgstr_plural.values())}
    assert [text for text in texts - ALSO_TO_PUPILS if re.search(r"\b[Bb]ạn\b|[Tt]hầy cô\b", text)] == []
