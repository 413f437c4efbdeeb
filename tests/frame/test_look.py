"""The look keeps its promises: colours that can be read, a badge for every state, words in both languages."""

from __future__ import annotations

import importlib
import inspect
import re
from datetime import UTC, date, datetime
from importlib.util import find_spec
from pathlib import Path
from types import SimpleNamespace

import pytest
import time_machine
from django import forms
from django.apps import apps
from django.db.models import Choices
from django.template import engines
from django.test import RequestFactory, override_settings
from django.utils.translation import override

from programs.core.templatetags import portal
from programs.core.templatetags.icons import ICONS
from programs.core.templatetags.statuses import STATUS_LOOKS
from stem_portal.styleguide import styleguide

ROOT = Path(__file__).resolve().parents[2]
CSS = (ROOT / "stem_portal/static/css/portal.css").read_text(encoding="utf-8")
TOKENS = dict(re.findall(r"--([\w-]+):\s*(#[0-9a-f]{6})\s*;", CSS.split("@media print")[0]))
WINGS = [app.name for app in apps.get_app_configs() if app.name.startswith("programs.")]

# (text, ground): WCAG 2.2 AA asks 4.5:1 of text.
TEXT_PAIRS = [
    *[(ink, ground) for ink in ("ink", "ink-2", "ink-3", "blue", "blue-d") for ground in ("canvas", "paper", "mist")],
    ("blue-d", "blue-t"), ("ink", "blue-t"), ("green", "green-t"), ("green", "paper"), ("gold-i", "gold-t"),
    ("ink", "gold-t"), ("red", "red-t"), ("red-d", "red-t"), ("red", "paper"), ("red", "canvas"), ("ink-2", "off-t"),
    ("ink-3", "off-t"), ("paper", "blue"), ("paper", "blue-d"), ("paper", "red"), ("paper", "red-d"),
    ("on-gold", "gold"), ("on-gold", "gold-d"), ("on-navy", "navy"), ("on-navy", "navy-2"), ("paper", "navy"),
]  # fmt: skip
# 3:1 for the edges of controls and for the ring that shows the focus.
EDGE_PAIRS = [
    ("line-2", "paper"),
    ("line-2", "canvas"),
    ("blue", "canvas"),
    ("navy", "canvas"),
    ("gold", "navy"),
    ("red", "paper"),
]


def luminance(colour: str) -> float:
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    light, dark = sorted((luminance(TOKENS[one]), luminance(TOKENS[other])), reverse=True)
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize(("text", "ground"), TEXT_PAIRS)
def test_text_can_be_read_on_its_ground(text, ground):
    assert contrast(text, ground) >= 4.5


@pytest.mark.parametrize(("edge", "ground"), EDGE_PAIRS)
def test_edges_can_be_seen(edge, ground):
    assert contrast(edge, ground) >= 3


def test_the_measure_of_contrast_knows_black_on_white():
    TOKENS.update({"black": "#000000", "white": "#ffffff"})
    assert round(contrast("black", "white"), 2) == 21
    assert round(contrast("white", "white"), 2) == 1


def test_every_token_that_is_used_is_defined():
    defined = set(re.findall(r"(--[\w-]+):", CSS))
    assert set(re.findall(r"var\((--[\w-]+)\)", CSS)) <= defined


def state_classes() -> list[type[Choices]]:
    modules = [importlib.import_module(f"{wing}.choices") for wing in WINGS if find_spec(f"{wing}.choices")]
    return [
        kind
        for module in modules
        for name, kind in inspect.getmembers(module, inspect.isclass)
        if issubclass(kind, Choices) and name.endswith("State") and kind.__module__ == module.__name__
    ]


def test_every_state_has_its_badge():
    states = {(kind.__name__, value) for kind in state_classes() for value in kind.values}
    assert len(states) > 60
    assert {(kind, value) for kind, value in states if value not in STATUS_LOOKS} == set()


def test_every_badge_has_a_colour_of_the_stylesheet_and_a_drawn_icon():
    for kind, picture in STATUS_LOOKS.values():
        assert kind == "info" or f".tag.{kind}" in CSS
        assert picture in ICONS


def test_a_badge_says_the_state_in_words_and_hides_its_picture_from_screen_readers():
    booking = SimpleNamespace(state="papers_due", get_state_display=lambda: "Cần <hồ sơ>")
    html = portal.status_badge(booking)
    assert "Cần &lt;hồ sơ&gt;" in html
    assert 'class="tag wait"' in html
    assert 'aria-hidden="true"' in html


@pytest.mark.parametrize(
    ("language", "long", "short", "money", "free", "grades", "hours"),
    [
        (
            "vi",
            "Thứ Năm, ngày 05 tháng 02 năm 2026",
            "Th 5, 05/02 · 8:00",
            "1.250.000\u00a0đ",
            "Miễn phí",
            "Lớp 6–9",
            "2 giờ 30 phút",
        ),
        (
            "en",
            "Thursday, 5 February 2026",
            "Thu, 05/02 · 8:00",
            "1,250,000\u00a0VND",
            "Free of charge",
            "Grades 6–9",
            "2 h 30 min",
        ),
    ],
)
@time_machine.travel(datetime(2026, 11, 23, tzinfo=UTC), tick=False)
def test_dates_and_numbers_speak_the_readers_language(language, long, short, money, free, grades, hours):
    moment = datetime(2026, 2, 5, 1, 0, tzinfo=UTC)  # 8:00 in Ho Chi Minh City
    with override(language):
        assert portal.long_date(moment) == long
        assert portal.short_moment(moment) == short
        assert portal.vnd(1_250_000) == money
        assert portal.vnd(0) == free
        assert portal.grade_range(6, 9) == grades
        assert portal.duration(150) == hours


@time_machine.travel(datetime(2026, 11, 23, tzinfo=UTC), tick=False)
def test_a_moment_before_midnight_abroad_is_already_the_next_day_here():
    moment = datetime(2026, 11, 25, 18, 30, tzinfo=UTC)
    with override("vi"):
        assert portal.short_moment(moment) == "Th 5, 26/11 · 1:30"
        assert portal.short_date(moment) == "Th 5, 26/11"
        assert portal.full_moment(moment) == "1:30, 26/11/2026"
        assert portal.short_date(date(2026, 11, 29)) == "CN, 29/11"


def test_nothing_is_shown_for_a_date_that_is_not_known():
    assert [
        show(None)
        for show in (portal.long_date, portal.short_date, portal.short_moment, portal.full_moment, portal.clock)
    ] == [""] * 5


@pytest.mark.parametrize(("share", "width"), [(62.44, "62.4%"), (-3, "0%"), (250, "100%"), (None, "0%")])
def test_a_bar_stays_in_its_frame_and_needs_no_style(share, width):
    with override("vi"):  # where a decimal point would be a comma, which SVG does not know
        html = portal.gauge(share)
    assert f'width="{width}"' in html
    assert "style" not in html


@pytest.mark.parametrize(
    ("header", "name"),
    [
        (
            "Mozilla/5.0 (Linux; Android 10; SM-A105G) AppleWebKit/537.36 Chrome/120.0 Mobile Safari/537.36",
            "Chrome, Android",
        ),
        (
            "Mozilla/5.0 (iPhone; CPU iPhone OS 15_0 like Mac OS X) AppleWebKit/605.1 Version/15.0 Safari/604.1",
            "Safari, iPhone",
        ),
        (
            "Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 coc_coc_browser/120.0 Chrome/120.0 Safari/537.36",
            "Cốc Cốc, Windows",
        ),
        ("", "Unknown device"),
    ],
)
def test_a_device_is_named_so_that_its_owner_knows_it(header, name):
    with override("en"):
        assert portal.device_name(header) == name


# --- Forms ----------------------------------------------------------------------------------------
class Roster(forms.Form):
    pupils = forms.IntegerField(label="Pupils", help_text="At most 40", max_value=40)
    note = forms.CharField(label="Note", required=False)
    agreed = forms.BooleanField(label="All agreed.")
    key = forms.CharField(widget=forms.HiddenInput)


def rendered_form(form: forms.Form) -> str:
    template = engines["django"].from_string('{% include "components/form.html" with form=form submit="Send" %}')
    request = RequestFactory().get("/en/x/")
    with override("en"):
        return template.render({"form": form}, request)


def test_a_refused_form_keeps_what_was_typed_and_leads_to_each_mistake():
    html = rendered_form(Roster({"pupils": "400", "key": "k1"}))
    assert 'href="#id_pupils"' in html
    assert 'value="400"' in html
    assert 'aria-describedby="id_pupils_helptext id_pupils_error"' in html
    assert 'aria-invalid="true"' in html
    assert 'value="k1"' in html
    assert "All agreed: " in html


def test_a_fresh_form_marks_what_is_optional_and_shows_no_mistake():
    html = rendered_form(Roster())
    assert html.count("optional") == html.count('class="optional"') * 2 == 2
    assert "error-summary" not in html


# --- Pages ----------------------------------------------------------------------------------------
@override_settings(DEBUG=False)
def test_the_style_guide_is_not_for_the_public(client, db):
    assert client.get("/styleguide/").status_code == 404


@pytest.mark.parametrize("language", ["vi", "en"])
def test_the_style_guide_shows_every_component(rf, settings, db, language):
    settings.DEBUG = True
    with override(language):
        page = styleguide(rf.get("/styleguide/")).content.decode()
    for kind in (
        "todo",
        "stats",
        "alert ok",
        "steps",
        "stack",
        "pagination",
        "cal",
        "bars",
        "cards",
        "error-summary",
        "timeline",
        "empty",
    ):
        assert kind in page, kind
    assert " style=" not in page
    assert " onclick=" not in page
    assert "<style" not in page


@pytest.mark.parametrize(
    ("path", "words"), [("/khong-co-trang-nay/", "Không tìm thấy trang"), ("/en/no-such-page/", "Page not found")]
)
def test_a_missing_page_answers_in_the_language_of_its_address(client, db, path, words):
    answer = client.get(path)
    assert answer.status_code == 404
    assert words in answer.content.decode()


def test_the_page_of_a_broken_portal_needs_nothing_and_speaks_both_languages():
    page = engines["django"].get_template("500.html").render()
    assert "Cổng đang gặp sự cố" in page
    assert "Something went wrong" in page


@pytest.mark.parametrize(
    ("path", "words"), [("/accounts/login/", "Quên mật khẩu?"), ("/en/accounts/login/", "Forgotten your password?")]
)
def test_the_sign_in_page_offers_a_new_password_and_runs_no_inline_script(client, db, path, words):
    page = client.get(path).content.decode()
    assert words in page
    inline = re.findall(r"<script(?![^>]*\bsrc=)([^>]*)>", page)
    assert all('type="application/json"' in attributes for attributes in inline)
