"""Letters: one template says the subject and the text of a letter; the HTML part is made from that text.

How the text is written, and what the layout makes of it:

* a blank line ends a paragraph; blank lines that the template's tags leave behind are taken out;
* lines that begin with ``- `` are a list, lines that begin with ``>`` what a person wrote (the filter ``quoted``);
* two or more lines ``Label: value`` are facts, one line that is a code of capitals and digits is shown large;
* ``Label: address`` is a link, ``Label:`` with the address on the next line is the button.

Only addresses of this portal become links: what a person typed never does.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from django.conf import settings
from django.template import Context, Template
from django.template.loader import get_template
from django.utils import translation
from django.utils.html import escape, format_html, format_html_join, linebreaks
from django.utils.safestring import SafeString, mark_safe

from programs.core.text import clean_text

_FACT = re.compile(r"([^:.?!]{1,40}): (.+)")
_CODE = re.compile(r"[A-Z0-9-]{6,12}")
_FOOTER = "\n\n--\n"


class Letter(NamedTuple):
    subject: str
    text: str
    html: str


def letter_template(kind: str) -> Template:
    """The template of the letter ``kind``: blocks ``subject`` and ``text``, and ``action``, the words of its button."""
    return get_template(f"emails/{kind}.txt").template


def render_letter(*, kind: str, context: dict, language: str) -> Letter:
    """The letter ``kind`` in ``language``; raises TemplateDoesNotExist for a kind without a template."""
    with translation.override(language):
        template = letter_template(kind)
        subject = clean_text(_part(template, context, "subject"))
        text = _tidy(_part(template, context, "text"))
        body, _, footer = text.rpartition(_FOOTER)
        words = {"subject": subject, "language": language, "body": text_as_html(body), "footer": text_as_html(footer)}
        html = get_template("emails/layout.html").render(words)
    return Letter(subject, text, html)


def _part(template: Template, context: dict, part: str) -> str:
    return template.render(Context(context | {"part": part}, autoescape=False))


def _tidy(text: str) -> str:
    """``text`` without the white space that the tags of a template leave: one blank line, none between list lines."""
    text = re.sub(r"\n{3,}", "\n\n", "\n".join(line.strip() for line in text.split("\n")))
    return re.sub(r"^(- .*)\n\n(?=- )", r"\1\n", text, flags=re.MULTILINE).strip() + "\n"


def text_as_html(text: str) -> SafeString:
    """The HTML of a letter's ``text``, escaped once."""
    paragraphs = [paragraph.split("\n") for paragraph in text.strip().split("\n\n")]
    return mark_safe("\n".join(_paragraph(lines) for lines in paragraphs))


def _paragraph(lines: list[str]) -> SafeString:
    if all(line.startswith("- ") for line in lines):
        return format_html("<ul>{}</ul>", format_html_join("", "<li>{}</li>", ((line[2:],) for line in lines)))
    if all(line.startswith(">") for line in lines):
        words = "\n".join(line.removeprefix(">").strip() for line in lines)
        return format_html("<blockquote>{}</blockquote>", mark_safe(linebreaks(words, autoescape=True)))
    facts = [_FACT.fullmatch(line) for line in lines]
    if len(facts) > 1 and all(facts):
        rows = format_html_join("\n", "<dt>{}</dt><dd>{}</dd>", (fact.groups() for fact in facts))
        return format_html("<dl>{}</dl>", rows)
    if len(lines) == 1 and _CODE.fullmatch(lines[0]):
        return format_html('<p class="code">{}</p>', lines[0])
    return _labelled_link(lines) or format_html("<p>{}</p>", mark_safe("<br>\n".join(_linked(line) for line in lines)))


def _labelled_link(lines: list[str]) -> SafeString | None:
    label, _, address = "\n".join(lines).replace(":\n", ": ").rpartition(": ")
    if not label or "\n" in label or not _own_address().fullmatch(address):
        return None
    shown = '<p class="button"><a href="{}">{}</a></p>' if len(lines) == 2 else '<p><a href="{}">{}</a></p>'
    return format_html(shown, address, label)


def _linked(line: str) -> SafeString:
    """``line`` with the portal's own addresses as links."""
    pieces = re.split(f"({_own_address().pattern})", line)
    links = [
        format_html('<a href="{}">{}</a>', piece, piece) if i % 2 else escape(piece) for i, piece in enumerate(pieces)
    ]
    return mark_safe("".join(links))


def _own_address() -> re.Pattern[str]:
    return re.compile(rf"(?<!\S){re.escape(settings.SITE_URL)}(?:/\S*)?(?!\S)")
