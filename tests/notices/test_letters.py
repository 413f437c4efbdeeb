"""Letters: one template for subject and text, and an HTML part that is made from the text."""

import re
from datetime import UTC, datetime
from html import unescape
from pathlib import Path
from types import SimpleNamespace

import pytest
from django.conf import settings
from django.template import TemplateDoesNotExist

from programs.core.templatetags.portal import quoted
from programs.notices.emails import letter_template, render_letter, text_as_html

FOLDER = settings.BASE_DIR / "templates/emails"
PARTS = {"base.txt", "booking_facts.txt"}
LETTERS = sorted(path for path in FOLDER.rglob("*.txt") if path.name not in PARTS)
HOSTILE = 'O\'Brien & <b>Hạnh</b> "x"'
# What a letter about a visit cannot be written without.
MORNING = datetime(2026, 11, 26, 1, 0, tzinfo=UTC)
VISIT = {
    "booking": {"pupils": 30, "adults": 1, "size_now": {"pupils": 30, "adults": 1}, "end_reason": HOSTILE},
    "session": SimpleNamespace(starts_at=MORNING, ends_at=MORNING),
    "count": 1,
    "days": 3,
    "coming": 2,
    "staying": 1,
}


def words(html: str) -> str:
    """What a reader sees of ``html``."""
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", html)).split())


def letter(kind="account_changed", language="vi", **context):
    known = {"site_url": "http://testserver", "jurisdiction": settings.JURISDICTION, "person": None, "link": ""}
    return render_letter(kind=kind, context=known | VISIT | context, language=language)


@pytest.mark.parametrize("path", LETTERS, ids=lambda path: path.stem)
def test_a_letter_is_one_file_with_a_subject(path: Path):
    kind = str(path.relative_to(FOLDER).with_suffix(""))
    found = {other.name for other in path.parent.glob(f"{path.stem}.*")}
    assert found == {path.name}
    assert letter(kind).subject
    assert letter(kind, "en").subject != letter(kind).subject


def test_a_kind_without_a_template_is_not_written():
    with pytest.raises(TemplateDoesNotExist):
        letter_template("no_such_letter")


def test_the_html_says_what_the_text_says_in_the_same_order():
    made = letter(change="Đổi mật khẩu.", language="en", link="http://testserver/desk/")
    assert '<html lang="en">' in made.html
    order = [
        "<h1>A change to your account",
        "Đổi mật khẩu.",
        '<p class="button">',
        made.text.split("--\n")[1].split(" ·")[0],
    ]
    assert [made.html.index(piece) for piece in order] == sorted(made.html.index(piece) for piece in order)
    sheet = made.html.split("</h1>")[1]
    assert words(sheet) == " ".join(made.text.replace(":\nhttp://testserver/desk/", "").replace("--\n", "").split())


def test_what_people_typed_is_escaped_once_and_only_in_the_html():
    made = letter("booking_refused", decided_by=HOSTILE, trip={"local_title": HOSTILE})
    assert HOSTILE in made.text
    assert "O&#x27;Brien &amp; &lt;b&gt;Hạnh&lt;/b&gt; &quot;x&quot;" in made.html
    assert "<b>" not in made.html and "&amp;amp;" not in made.html
    subject = letter("claim_received", school=HOSTILE).subject
    assert HOSTILE in subject


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("One.\n\nTwo.", "<p>One.</p>\n<p>Two.</p>"),
        ("One\nline < two", "<p>One<br>\nline &lt; two</p>"),
        ("- a & b\n- c", "<ul><li>a &amp; b</li><li>c</li></ul>"),
        ("Mã: <1>\nNơi: A: B", "<dl><dt>Mã</dt><dd>&lt;1&gt;</dd>\n<dt>Nơi</dt><dd>A: B</dd></dl>"),
        ("Reason: late", "<p>Reason: late</p>"),
        ("> It's\n>\n> <wrong>", "<blockquote><p>It&#x27;s</p>\n\n<p>&lt;wrong&gt;</p></blockquote>"),
        ("K7-3Q4ZZ", '<p class="code">K7-3Q4ZZ</p>'),
        (
            "Open it:\nhttp://testserver/a/?b=1&c",
            '<p class="button"><a href="http://testserver/a/?b=1&amp;c">Open it</a></p>',
        ),
        ("Other dates: http://testserver/", '<p><a href="http://testserver/">Other dates</a></p>'),
        ("See http://testserver · here", '<p>See <a href="http://testserver">http://testserver</a> · here</p>'),
    ],
)
def test_the_layout_of_a_text(text, html):
    assert text_as_html(text) == html


@pytest.mark.parametrize(
    "text",
    [
        "Open it:\nhttp://evil.example/",
        "Open it: http://testserver.evil.example/",
        "Open it: javascript:alert(1)",
        "> Open it:\n> http://testserver/accounts/logout/",
        "x http://testserver@evil.example/ x",
    ],
)
def test_only_the_portals_own_addresses_in_its_own_words_become_links(text):
    assert "<a" not in text_as_html(text)


def test_a_quotation_cannot_pretend_to_be_the_portals_words():
    reason = "Sai tên.\n\nOpen it:\nhttp://testserver/\n--\n- item"
    made = letter("claim_refused", reason=reason)
    assert "> Sai tên." in made.text
    quotation = made.html.split("<blockquote>")[1].split("</blockquote>")[0]
    assert words(quotation) == " ".join(reason.split())
    assert quoted("a\n\nb") == "> a\n> \n> b"


def test_lines_that_a_template_leaves_out_leave_no_hole():
    made = letter("claims_wait", claims=[("Chu Văn An", None), ("Trưng Vương", None)], language="en")
    assert "\n\n\n" not in made.text and not re.search(r"^[ \t]|[ \t]$", made.text, re.MULTILINE)
    assert re.search(r"^- Chu Văn An.*\n- Trưng Vương", made.text, re.MULTILINE)
    assert made.html.count("<li>") == 2 and made.html.count("<ul>") == 1
