"""Templates can be read: how wide their lines are, and the tags that stand for markup which many pages repeat."""

from __future__ import annotations

import pytest
from django.template import Context, Template
from django.urls import NoReverseMatch, reverse
from django.utils import translation

from tests.check_templates import wide_lines


def rendered(source: str, **context) -> str:
    with translation.override("en"):
        return Template("{% load i18n %}" + source).render(Context(context))


def test_a_wide_line_is_found_and_characters_are_counted(tmp_path):
    folder = tmp_path / "templates" / "visits"
    folder.mkdir(parents=True)
    (folder / "fits.html").write_text("đ" * 120 + "\n", encoding="utf-8")
    (folder / "wide.html").write_text("short\n" + "đ" * 121 + "\n", encoding="utf-8")
    assert wide_lines(tmp_path) == {"templates/visits/wide.html": [2]}


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
