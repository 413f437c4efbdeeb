"""Template tags that every template has (a builtin library)."""

from __future__ import annotations

from datetime import date, datetime, time
from decimal import Decimal

from django import template
from django.shortcuts import resolve_url
from django.template.base import render_value_in_context
from django.utils.formats import number_format
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language, pgettext
from django.utils.translation import gettext as _

from programs.core import dates
from programs.core.templatetags.icons import ICONS
from programs.core.templatetags.statuses import PLAIN_LOOK, STATUS_LOOKS

register = template.Library()

ALERT_ICONS = {"info": "info", "ok": "check", "wait": "warning", "no": "warning"}
ALERT_OF_MESSAGE = {"debug": "info", "info": "info", "success": "ok", "warning": "wait", "error": "no"}

# The order matters: most browsers also claim to be Chrome or Safari, and Android claims Linux.
BROWSERS = [
    ("coc_coc", "Cốc Cốc"),
    ("Edg", "Edge"),
    ("OPR", "Opera"),
    ("SamsungBrowser", "Samsung Internet"),
    ("Firefox", "Firefox"),
    ("FxiOS", "Firefox"),
    ("Chrome", "Chrome"),
    ("CriOS", "Chrome"),
    ("Safari", "Safari"),
]
SYSTEMS = [
    ("Android", "Android"),
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Windows", "Windows"),
    ("Mac OS", "macOS"),
    ("CrOS", "ChromeOS"),
    ("Linux", "Linux"),
]


def in_vietnamese() -> bool:
    return (get_language() or "vi").startswith("vi")


# --- Icons and badges ---------------------------------------------------------------------------
@register.simple_tag
def icon(name: str, extra_class: str = "") -> SafeString:
    """An inline picture beside words: hidden from screen readers, which read the words."""
    return format_html(
        '<svg class="icon{}" viewBox="0 0 24 24" width="24" height="24" fill="none" stroke="currentColor" stroke-width="2" '
        'stroke-linecap="round" stroke-linejoin="round" aria-hidden="true" focusable="false">{}</svg>',
        f" {extra_class}" if extra_class else "",
        mark_safe(ICONS[name]),
    )


@register.simple_tag
def badge(kind: str, label: str, picture: str = "") -> SafeString:
    """A small word with a colour; ``kind`` is ok, wait, no, info or off."""
    if not picture:
        return format_html('<span class="tag plain {}">{}</span>', kind, label)
    return format_html('<span class="tag {}">{}{}</span>', kind, icon(picture), label)


@register.simple_tag
def status(state: str, label: str) -> SafeString:
    """The badge of ``state`` with its words."""
    kind, picture = STATUS_LOOKS.get(str(state), PLAIN_LOOK)
    return badge(kind, label, picture)


@register.simple_tag
def status_badge(obj) -> SafeString:
    """The badge of anything that has a ``state``."""
    return status(obj.state, obj.get_state_display())


@register.filter
def alert_kind(message_level: str) -> str:
    """The alert that shows a message of Django's message framework."""
    return ALERT_OF_MESSAGE.get(message_level, "info")


@register.filter
def alert_icon(kind: str) -> str:
    return ALERT_ICONS[kind]


@register.simple_tag
def gauge(share: float, kind: str = "") -> SafeString:
    """A bar of ``share`` percent. The number is given in words next to it, so the picture is decoration.

    Drawn as SVG: the content security policy forbids a style attribute.
    """
    width = min(100, max(0, round(float(share or 0), 1)))
    return format_html(
        '<svg class="gauge{}" aria-hidden="true" focusable="false"><rect width="{}%" height="100%"/></svg>',
        f" {kind}" if kind else "",
        str(width),
    )


# --- Names and codes ----------------------------------------------------------------------------
@register.filter
def as_is(value: object) -> SafeString | str:
    """A person's name, a code or a reference: a browser that translates the page leaves it as it is."""
    return format_html('<span translate="no">{}</span>', value) if value else ""


# --- Numbers ------------------------------------------------------------------------------------
@register.filter
def grouped(value: float | Decimal | None) -> str:
    """12.345 in Vietnamese, 12,345 in English."""
    return "" if value is None else number_format(value, force_grouping=True)


@register.simple_tag
def vnd(amount: float | Decimal | None) -> str:
    """20.000 đ, or 20,000 VND; nothing to pay is said in words."""
    if amount is None:
        return ""
    if amount == 0:
        return _("Free of charge")
    figure = number_format(amount, decimal_pos=0, force_grouping=True)
    return f"{figure}\u00a0đ" if in_vietnamese() else f"{figure}\u00a0VND"


@register.simple_tag
def grade_range(first: int, last: int) -> str:
    """Lớp 6–9, or lớp 6 where both are the same."""
    if first == last:
        return _("Grade %(grade)s") % {"grade": first}
    return _("Grades %(first)s–%(last)s") % {"first": first, "last": last}


# --- Dates --------------------------------------------------------------------------------------
@register.filter
def long_date(value: date | datetime | None) -> str:
    """Thứ Hai, ngày 23 tháng 11 năm 2026; in English Monday, 23 November 2026."""
    return dates.long_date(value) if value else ""


@register.filter
def short_date(value: date | datetime | None) -> str:
    """Th 5, 26/11; in English Thu, 26/11."""
    return f"{dates.weekday_name(value, short=True)}, {dates.local_day(value):%d/%m}" if value else ""


@register.filter
def clock(value: datetime | time | None) -> str:
    """8:00, as a timetable writes it."""
    return "" if value is None else dates.clock(value)


@register.filter
def short_moment(value: datetime | None) -> str:
    """Th 5, 26/11 · 8:00"""
    return dates.short_moment(value) if value else ""


@register.filter
def full_moment(value: datetime | None) -> str:
    """8:00, 26/11/2026: for records, where the year matters."""
    return f"{clock(value)}, {dates.local_day(value):%d/%m/%Y}" if value else ""


@register.filter
def time_span(session) -> str:
    """8:00–11:00 of anything with ``starts_at`` and ``ends_at``."""
    return f"{clock(session.starts_at)}–{clock(session.ends_at)}"


@register.filter
def duration(minutes: int | None) -> str:
    """45 phút, 3 giờ, 1 giờ 30 phút."""
    if not minutes:
        return ""
    hours, rest = divmod(int(minutes), 60)
    if not hours or (minutes < 120 and rest):
        return pgettext("duration", "%(count)s min") % {"count": minutes}
    words = pgettext("duration", "%(count)s h") % {"count": hours}
    return f"{words} {pgettext('duration', '%(count)s min') % {'count': rest}}" if rest else words


# --- Pieces of pages ----------------------------------------------------------------------------
@register.simple_tag(takes_context=True)
def fact(context: template.Context, label: str, value) -> SafeString:
    """A row of ``<dl class="facts">``; without a value there is no row."""
    if value is None or value == "":
        return mark_safe("")
    return format_html("<dt>{}</dt><dd>{}</dd>", label, mark_safe(render_value_in_context(value, context)))


@register.simple_tag
def visually_hidden(*what) -> SafeString:
    """Which one is meant, for those who hear the links of a page in a row: ``Change: Nguyễn Văn Lâm, 5A``."""
    return format_html('<span class="visually-hidden">: {}</span>', ", ".join(str(each) for each in what if each))


@register.simple_block_tag
def crumbs(content: str) -> SafeString:
    """The way from the desk or the home page to this page: one ``crumb`` for each step."""
    return format_html('<nav class="breadcrumbs" aria-label="{}"><ol>{}</ol></nav>', _("Where you are"), content)


@register.simple_tag
def crumb(label: str, to: str = "", *args, query: str = "") -> SafeString:
    """A step of ``crumbs``: ``to`` is the name of an address with its ``args``, or a path; without it, this page."""
    if not to:
        return format_html('<li><span aria-current="page">{}</span></li>', label)
    return format_html('<li><a href="{}">{}</a></li>', _address(to, args, query), label)


@register.simple_tag
def back_link(label: str, to: str, *args) -> SafeString:
    """The link above a page to where one came from; ``to`` as in ``crumb``."""
    return format_html('<p><a href="{}">{} {}</a></p>', _address(to, args), icon("arrow-left"), label)


def _address(to: str, args: tuple = (), query: str = "") -> str:
    path = resolve_url(to, *args)
    return f"{path}?{query}" if query else path


# --- Letters ---------------------------------------------------------------------------------------
@register.filter
def quoted(text: str) -> str:
    """What a person wrote, marked in a letter as a quotation: ``> `` before each line."""
    return "\n".join(f"> {line}" for line in str(text).splitlines())


# --- Forms and pages ----------------------------------------------------------------------------
@register.filter
def is_checkbox(field) -> bool:
    """A single checkbox, whose label goes beside it and not above."""
    return getattr(field.field.widget, "input_type", "") == "checkbox" and not field.use_fieldset


@register.filter
def page_numbers(page) -> list:
    """The page numbers to offer, with an ellipsis where some are left out."""
    return list(page.paginator.get_elided_page_range(page.number, on_each_side=1, on_ends=1))


@register.filter
def without_stop(label: str) -> str:
    """Strip the final full stop of a label that is followed by a colon."""
    return str(label).rstrip(" .:?")


@register.filter
def device_name(user_agent: str) -> str:
    """Chrome, Android: enough for a person to know their own telephone; the rest of the header is noise."""
    browser = next((name for mark, name in BROWSERS if mark in user_agent), "")
    system = next((name for mark, name in SYSTEMS if mark in user_agent), "")
    return ", ".join(filter(None, [browser, system])) or _("Unknown device")
