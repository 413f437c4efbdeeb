"""A person in front of a browser. Wherever they stop to look, the page is held against what every page must be."""

from __future__ import annotations

import os
import re

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import ConsoleMessage, Page

from tests.journeys.portal import Portal

AXE = Axe()
# What a page looks like does not hang on the database: on the second one the people walk without stopping.
WALK_ONLY = os.environ.get("WALK_ONLY") == "1"
TAGS = {"runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}}


class Walker:
    def __init__(self, page: Page, portal: Portal) -> None:
        self.page, self.portal = page, portal
        self.complaints: list[str] = []
        page.on("console", self._listen)
        page.on("pageerror", lambda error: self.complaints.append(str(error)))

    def _listen(self, message: ConsoleMessage) -> None:
        if message.type == "error" and "the server responded with a status of 4" not in message.text:
            self.complaints.append(message.text)

    def sign_in(self, key: str, password: str) -> None:
        self.page.goto("/accounts/login/")
        self.page.locator("input[name=login]").fill(key)
        self.page.locator("input[name=password]").fill(password)
        self.page.locator("main form[method=post] button[type=submit]").first.click()
        self.page.wait_for_url(re.compile(r"/desk/|/accounts/2fa/authenticate/"))
        if "authenticate" in self.page.url:
            self.second_step()
        self.page.wait_for_url("**/desk/")

    def second_step(self) -> None:
        """The demonstration shows what the phone would; when the codes of this minute are used, one waits."""
        code = self.page.locator("[data-demo-code]")
        while code.count() == 0:
            self.page.wait_for_timeout(2_000)
            self.page.reload()
        self.page.locator("input[name=code]").fill(code.inner_text())
        self.page.locator("main form[method=post] button[type=submit]").first.click()

    def goto(self, path: str) -> None:
        response = self.page.goto(path)
        assert response is not None
        assert response.status < 400, f"{path} answered {response.status}"

    def look(self, *, other_language: bool = True) -> None:
        """axe, 320 px, no error in the console; then the same page in the other language."""
        self.page.wait_for_load_state("load")
        if WALK_ONLY:
            self._heard_no_complaint()
            return
        self._hold_against_the_rules()
        switch = self.page.locator("header a[hreflang]").first
        if not other_language or switch.count() == 0:
            return
        target = switch.get_attribute("href")
        tab = self.page.context.new_page()
        try:
            response = tab.goto(target)
            assert response is not None
            assert response.status == 200, f"{target} answered {response.status}"
            Walker(tab, self.portal)._hold_against_the_rules()
        finally:
            tab.close()

    def _hold_against_the_rules(self) -> None:
        page = self.page
        result = AXE.run(page, options=TAGS)
        found = [
            f"{entry['id']}: {[node['target'] for node in entry['nodes']]}" for entry in result.response["violations"]
        ]
        assert found == [], f"{page.url}\n" + "\n".join(found)
        self._fits_a_small_phone()
        self._heard_no_complaint()

    def _heard_no_complaint(self) -> None:
        assert self.complaints == [], f"{self.page.url}: {self.complaints}"

    def _fits_a_small_phone(self) -> None:
        page, size = self.page, self.page.viewport_size
        page.set_viewport_size({"width": 320, "height": 640})
        wide = page.evaluate("document.documentElement.scrollWidth")
        page.set_viewport_size(size)
        assert wide <= 320, f"{page.url} is {wide} px wide on a phone of 320 px"
