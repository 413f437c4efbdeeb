"""Templates can be read: how wide their lines are, which names stay as they are, and the tags that stand for markup which many pages repeat."""

from __future__ import annotations

import pytest
from django.template import Context, Template
from django.urls import NoReverseMatch, reverse
from django.utils import translation

from tests.check_templates import torn_cells, translatable_names, wide_lines


def rendered(source: str, **context) -> str:
    with translation.override("en"):
        return Template("{% load i18n %}" + source).render(Context(context))


def test_a_wide_line_is_found_and_characters_are_counted():
    assert wide_lines("đ" * 120 + "\n") == []
    assert wide_lines("short\n" + "đ" * 121 + "\n") == [2]


@pytest.mark.parametrize(
    ("source", "lines"),
    [
        ("<p>\n{{ pupil.full_name }}</p>", [2]),
        ("<p>{{ pupil.full_name|as_is }}</p>", []),
        ('<a title="{{ pupil.full_name }}" href="/">x</a>', []),
        ("{% block title %}{{ booking.reference }}{% endblock %}", []),
        ("{% blocktranslate with name=pupil.full_name %}Hello {{ name }}{% endblocktranslate %}", [1]),
        ('{% fact _("Username") user.username %}{% crumb booking.reference "x" booking.reference %}', [1, 1]),
        ('{% fact _("Username") user.username|as_is %}{% crumb _("Bookings") "x" booking.reference %}', []),
    ],
)
def test_a_name_that_a_browser_may_translate_is_found(source, lines):
    assert translatable_names(source) == lines


@pytest.mark.parametrize(
    ("cell", "lines"),
    [
        ("1 May<br>2 May", [1]),
        ('<a href="/">Change</a> · <a href="/">Remove</a>', [1]),
        ("<div>1 May<br>2 May</div>", []),
        ("{{ day }}", []),
    ],
)
def test_a_cell_that_a_phone_pulls_apart_is_found(cell, lines):
    assert torn_cells(f'<td data-l="Day">{cell}</td>') == lines


def test_a_name_is_marked_and_stays_text():
    assert rendered("{{ name|as_is }}", name="O'Brien <b>") == '<span translate="no">O&#x27;Brien &lt;b&gt;</span>'
    assert rendered("{{ name|as_is }}", name="") == ""
    greeting = "{% blocktranslate with name=name|as_is %}Hello {{ name }}{% endblocktranslate %}"
    assert rendered(greeting, name="Hạnh & co") == 'Hello <span translate="no">Hạnh &amp; co</span>'


def test_a_fact_is_a_row_and_without_a_value_there_is_none():
    assert rendered('{% fact "Who" name %}', name="O'Brien & <b>") == (
        "<dt>Who</dt><dd>O&#x27;Brien &amp; &lt;b&gt;</dd>"
    )
    assert rendered('{% fact "Note" note|linebreaksbr %}', note="a\n<b>") == "<dt>Note</dt><dd>a<br>&lt;b&gt;</dd>"
    assert rendered('{% fact "How many" number %}', number=0) == "<dt>How many</dt><dd>0</dd>"
    assert rendered('{% fact "A" none %}{% fact "B" "" %}', none=None) == ""


def test_what_only_a_screen_reader_says_names_the_thing_and_leaves_out_what_is_missing():
    assert rendered('Change{% visually_hidden name none "5A" %}', name="O'Brien", none=None) == (
        'Change<span class="visually-hidden">: O&#x27;Brien, 5A</span>'
    )


def test_crumbs_lead_here():
    html = rendered(
        '{% crumbs %}{% crumb _("Reports") "report_list" query=query %}{% crumb name path %}{% crumb name %}{% endcrumbs %}',
        name="<Q1>",
        path="/x/?a=1&b",
        query="term=1&ward=2",
    )
    with translation.override("en"):
        address = reverse("report_list")
    assert html == (
        '<nav class="breadcrumbs" aria-label="Where you are"><ol>'
        f'<li><a href="{address}?term=1&amp;ward=2">Reports</a></li>'
        '<li><a href="/x/?a=1&amp;b">&lt;Q1&gt;</a></li>'
        '<li><span aria-current="page">&lt;Q1&gt;</span></li></ol></nav>'
    )


def test_a_back_link_names_an_address_with_its_arguments():
    html = rendered('{% back_link name "report_detail" 7 %}', name="<Q1>")
    with translation.override("en"):
        assert f'<p><a href="{reverse("report_detail", args=[7])}">' in html
    assert html.endswith("&lt;Q1&gt;</a></p>")
    with pytest.raises(NoReverseMatch):
        rendered('{% back_link "x" "no_such_address" %}')
