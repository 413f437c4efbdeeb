"""Large text on a phone: with letters half as large again nothing scrolls sideways, neither the header nor the page."""

from __future__ import annotations

import pytest

PAGES = {
    "trung": (
        "/desk/",
        "/desk/centre/",
        "/en/desk/centre/",
        "/desk/centre/close/",
        "/desk/centre/month/",
        "/desk/calendars/",
        "/desk/centre/door/",
        "/desk/ballots/",
        "/en/desk/ballots/",
    ),
    "hanh": ("/desk/", "/en/desk/", "/desk/bookings/", "/desk/entries/"),
    None: ("/", "/en/", "/accounts/login/"),
}
TOO_WIDE = """() => {
  document.documentElement.style.fontSize = "150%";
  const strip = (element) => element.closest(".side, .visually-hidden, .menu-list, .table-scroll, .hero");
  const header = [...document.querySelectorAll(".site-header *")].filter((element) => !strip(element));
  const out = header.filter((element) => element.getBoundingClientRect().right > window.innerWidth + 1);
  return { page: document.documentElement.scrollWidth, header: out.map((element) => element.className) };
}"""


@pytest.mark.journey
@pytest.mark.parametrize("who", PAGES, ids=str)
def test_nothing_scrolls_sideways_with_large_text(person, who):
    walker = person(who, phone=True) if who else person(phone=True)
    walker.page.set_viewport_size({"width": 390, "height": 844})
    for path in PAGES[who]:
        walker.goto(path)
        wide = walker.page.evaluate(TOO_WIDE)
        assert wide["page"] <= 390 and not wide["header"], (path, wide)
