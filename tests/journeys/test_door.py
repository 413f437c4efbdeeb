"""Journey: two telephones check in today's groups in a hall without network; later everything is at the centre, once."""

from __future__ import annotations

import json
import re

import pytest
from playwright.sync_api import expect

from tests.journeys.door import (
    DOOR,
    check_in,
    groups,
    kept_list,
    look_offline,
    marks_kept,
    open_group,
    open_the_door,
    two_groups_come,
    wait_until_kept,
)
from tests.journeys.portal import PASSWORD

ONE, OTHER = "BD-CUA22", "BD-CUA33"


@pytest.fixture(scope="module", autouse=True)
def two_groups(portal) -> None:
    two_groups_come(portal, ONE, OTHER)


@pytest.mark.journey
def test_two_phones_check_in_without_network(person):
    first, second = person("tram", phone=True), person("tram", phone=True)
    for phone in (first, second):
        open_the_door(phone)
        phone.look()
    references = [re.search(r"BD-\w+", text)[0] for text in groups(first).all_inner_texts()]
    one, other = ONE, OTHER

    # The line is gone. The page opens all the same, with its list.
    for phone in (first, second):
        phone.page.context.set_offline(True)
        phone.page.reload()
        expect(groups(phone)).to_have_count(len(references))
        expect(phone.page.locator("#door-status")).to_contain_text("Không có mạng")

    # Both note the same group; the second a little later, with one more adult and without a pupil whom the first saw.
    all_here = check_in(first, one, adults="2")
    open_group(first, one)
    look_offline(first)
    first.page.locator("#door-back").click()
    assert check_in(second, one, absent=1, adults="3") == all_here - 1
    fewer = check_in(second, other, absent=2, adults="1")
    expect(groups(second).filter(has_text=one)).to_contain_text("chưa gửi")
    look_offline(second)
    assert (marks_kept(first), marks_kept(second)) == (1, 2)
    # A telephone that is switched off and on again has forgotten nothing.
    second.page.reload()
    expect(second.page.locator("#door-status")).to_contain_text("Chờ gửi: 2")

    # The line is back, for the later one first.
    for phone in (second, first):
        phone.page.context.set_offline(False)
        expect(phone.page.locator("#door-status")).to_contain_text("Đã gửi hết", timeout=40_000)
        assert marks_kept(phone) == 0
    for phone in (first, second):  # until somebody decides: the names are united, the figures the last mark's
        phone.page.reload()
        expect(groups(phone).filter(has_text=one)).to_contain_text(f"đã đến: {all_here} học sinh, 3 người lớn")
        expect(groups(phone).filter(has_text=other)).to_contain_text(f"đã đến: {fewer} học sinh, 1 người lớn")
    first.look()

    # Who signs out leaves no list behind.
    first.goto("/desk/")
    assert first.page.evaluate("localStorage.getItem('door:list') !== null")
    first.page.locator(".site-header details.menu summary.btn").click()
    first.page.get_by_role("button", name="Đăng xuất").click()
    first.page.wait_for_function("localStorage.getItem('door:list') === null")


@pytest.mark.journey
def test_a_refusal_is_shown_on_the_telephone_and_corrected_there(person):
    tram = person("tram", phone=True)
    open_the_door(tram)
    reference = re.search(r"BD-\w+", groups(tram).last.inner_text())[0]
    tram.page.context.set_offline(True)
    check_in(tram, reference, pupils="900", adults="2")
    tram.page.context.set_offline(False)
    expect(tram.page.locator("#door-status")).to_contain_text("Cổng không nhận: 1", timeout=40_000)
    open_group(tram, reference)
    expect(tram.page.locator("#door-answer")).to_contain_text("chỗ")
    look_offline(tram)
    tram.page.locator("#door-back").click()
    expect(tram.page.locator("#door-refused-list")).to_contain_text(reference)
    right = len(kept_list(tram)["sessions"][-1]["groups"][-1]["pupils"])
    check_in(tram, reference, pupils=str(right))
    expect(groups(tram).filter(has_text=reference)).to_contain_text(f"đã đến: {right} học sinh", timeout=40_000)
    assert kept_list(tram)["sessions"]


@pytest.mark.journey
def test_three_taps_from_the_scan_and_the_same_without_network(person):
    tram = person("tram", phone=True)
    open_the_door(tram)
    kept = kept_list(tram)
    group = kept["sessions"][-1]["groups"][-1]
    scanned = f"/pass/{group['pass']}/"
    tram.goto(scanned)
    expect(tram.page).to_have_url(re.compile(rf"/desk/centre/bookings/{group['reference']}/$"))
    expect(tram.page.locator("input[name=pupils]")).not_to_have_value("")
    tram.look()
    tram.page.context.set_offline(True)
    tram.page.goto(scanned)
    expect(tram.page.locator("#door-facts")).to_contain_text(group["reference"])
    tram.page.context.set_offline(False)
    nobody = person(phone=True)
    nobody.goto(scanned)
    expect(nobody.page.get_by_role("heading", level=1)).to_have_text("Đây là thẻ của một đoàn tham quan")
    assert group["reference"] not in nobody.page.content()
    nobody.look()


@pytest.mark.journey
def test_nothing_is_said_to_be_sent_before_the_portal_has_answered(person):
    tram, held = person("tram", phone=True), []
    tram.page.route("**/door/list/", lambda route: held.append(route))
    tram.goto(DOOR)
    status = tram.page.locator("#door-status")
    expect(status).to_have_text("Đang kết nối với cổng …")
    held.pop().continue_()
    expect(status).to_contain_text("Đã gửi hết. Danh sách lúc")
    # Something between here and the portal answers with a page of its own: no line, and the list stays.
    tram.page.unroute("**/door/list/")
    tram.page.route("**/door/list/", lambda route: route.fulfill(status=502, body="<h1>Bad gateway</h1>"))
    tram.page.reload()
    expect(status).to_contain_text("Không có mạng. Danh sách lúc")
    expect(tram.page.locator("#door-sign-in")).to_be_hidden()
    assert groups(tram).count()


@pytest.mark.journey
def test_in_english_the_page_stays_english_without_network(person):
    tram = person("tram", phone=True)
    tram.goto(f"/en{DOOR}")
    expect(tram.page.locator("#door-status")).to_contain_text("Everything has been sent. List of")
    wait_until_kept(tram)
    tram.page.context.set_offline(True)
    tram.page.reload()
    expect(tram.page.locator("html")).to_have_attribute("lang", "en")
    expect(tram.page.locator("#door-status")).to_contain_text("No network. List of")
    expect(groups(tram).filter(has_text=ONE)).to_contain_text("Trường THCS Phú Lợi")
    open_group(tram, ONE)
    expect(tram.page.locator("#door-facts")).to_contain_text("booked: 10 pupils, 2 adults")
    look_offline(tram)
    kept = kept_list(tram)
    group = kept["sessions"][-1]["groups"][-1]
    tram.page.goto(f"/pass/{group['pass']}/")
    expect(tram.page).to_have_url(re.compile(rf"/en{DOOR}#pass="))
    expect(tram.page.locator("#door-facts")).to_contain_text(group["reference"])


@pytest.mark.journey
def test_the_list_goes_with_its_person_and_with_its_day(person):
    """The session ends without the sign-out form; whoever comes next reads nothing, with or without network."""
    tram = person("tram", phone=True)
    open_the_door(tram)
    assert kept_list(tram)["sessions"]
    tram.page.context.clear_cookies(name="sessionid")
    tram.goto("/")
    assert kept_list(tram) is None
    tram.sign_in("tram", PASSWORD)
    open_the_door(tram)
    tram.page.context.clear_cookies(name="sessionid")
    tram.sign_in("lam", PASSWORD)
    tram.page.context.set_offline(True)
    tram.page.goto(DOOR)
    expect(tram.page.locator("#door-empty")).to_be_visible()
    expect(groups(tram)).to_have_count(0)
    assert kept_list(tram) is None
    tram.page.context.set_offline(False)
    # Another day has come, and the telephone was opened on some page of the portal only.
    tram.page.context.clear_cookies(name="sessionid")
    tram.sign_in("tram", PASSWORD)
    open_the_door(tram)
    list_of_yesterday = kept_list(tram) | {"day": "2026-01-01"}
    tram.page.evaluate("(text) => localStorage.setItem('door:list', text)", json.dumps(list_of_yesterday))
    tram.goto("/desk/")
    assert kept_list(tram) is None


@pytest.mark.journey
@pytest.mark.parametrize("days", [-1, 1, 40])
def test_a_wrong_date_on_the_telephone_changes_nothing(person, portal, days):
    tram = person("tram", phone=True)
    tram.page.add_init_script(f"const real = Date.now; Date.now = () => real() + {days} * 86400000;")
    open_the_door(tram)
    expect(groups(tram).filter(has_text=ONE)).to_be_visible()
    tram.page.context.set_offline(True)
    tram.page.reload()
    expect(groups(tram).filter(has_text=ONE)).to_be_visible()
    expect(tram.page.locator("#door-empty")).to_be_hidden()
    # What is noted meanwhile is taken, as made now, and the telephone says so.
    pupils = check_in(tram, ONE, adults="2")
    expect(tram.page.locator("#door-status")).to_contain_text("Chờ gửi: 1")
    tram.page.context.set_offline(False)
    expect(tram.page.locator("#door-status")).to_contain_text("Đã gửi hết", timeout=40_000)
    expect(groups(tram).filter(has_text=ONE)).to_contain_text(f"đã đến: {pupils} học sinh, 2 người lớn")
    made = "print(abs((timezone.now() - CheckInMark.objects.latest('pk').made_at).total_seconds()) < 300)"
    imports = "from django.utils import timezone; from programs.visit_days.models import CheckInMark"
    assert portal.manage("shell", "--no-imports", "--command", f"{imports}; {made}").strip() == "True"


@pytest.mark.journey
def test_signing_out_on_another_page_empties_the_open_one_at_once(person):
    tram = person("tram", phone=True)
    open_the_door(tram)
    open_group(tram, ONE)
    names = tram.page.locator("#door-choices").inner_text()
    other = tram.page.context.new_page()
    other.goto(f"{tram.portal.url}/desk/")
    other.locator(".site-header details.menu summary.btn").click()
    other.get_by_role("button", name="Đăng xuất").click()
    expect(groups(tram)).to_have_count(0)
    expect(tram.page.locator("#door-group")).to_be_hidden()
    assert kept_list(tram) is None
    text = tram.page.locator("#door").evaluate("(door) => door.textContent")
    assert not any(name and name in text for name in names.split("\n")), "no name is left in the page either"
    # The browser's own copy of the page, for "back", holds none from the beginning.
    other.close()
    tram.sign_in("tram", PASSWORD)
    open_the_door(tram)
    open_group(tram, ONE)
    kept = tram.page.evaluate(
        "() => { window.dispatchEvent(new PageTransitionEvent('pagehide', { persisted: true }));"
        " return document.getElementById('door').textContent; }"
    )
    assert ONE not in kept
    tram.page.evaluate("() => window.dispatchEvent(new PageTransitionEvent('pageshow', { persisted: true }))")
    expect(tram.page.locator("#door-facts")).to_contain_text(ONE)


# What a browser of spring 2020 does not have.
OLD_BROWSER = """
  delete Element.prototype.replaceChildren; delete Document.prototype.replaceChildren;
  delete window.structuredClone; delete Array.prototype.at; delete String.prototype.at; delete String.prototype.replaceAll;
  delete Object.hasOwn; delete Promise.any; delete Array.prototype.findLast; delete crypto.randomUUID;
  delete Crypto.prototype.randomUUID; delete AbortSignal.timeout;
"""


@pytest.mark.journey
def test_an_old_browser_is_served_and_one_that_cannot_read_the_program_is_told(person):
    tram = person("tram", phone=True)
    tram.page.add_init_script(OLD_BROWSER)
    open_the_door(tram)
    pupils = check_in(tram, ONE, adults="2")
    expect(groups(tram).filter(has_text=ONE)).to_contain_text(f"đã đến: {pupils} học sinh")
    expect(tram.page.locator("#door-old")).to_be_hidden()
    for script in ("kept", "door"):
        older = person("tram", phone=True)
        older.page.route(f"**/{script}*.js", lambda route: route.fulfill(body="(", content_type="text/javascript"))
        older.page.goto(f"{older.portal.url}{DOOR}")
        told = older.page.locator("#door-old")
        expect(told).to_be_visible()
        told.get_by_role("link").click()
        expect(older.page).to_have_url(re.compile("/desk/centre/$"))


@pytest.mark.journey
def test_what_a_colleague_noted_is_seen_and_sent_as_hers(person, portal):
    phone, held = person("tram", phone=True), []
    open_the_door(phone)
    phone.page.context.set_offline(True)
    check_in(phone, OTHER, adults="2")
    phone.page.context.clear_cookies(name="sessionid")  # her session ends; the telephone goes to anh Trung
    phone.page.context.set_offline(False)
    phone.page.route("**/door/marks/", lambda route: held.append(route))
    phone.sign_in("trung", PASSWORD)
    assert (kept_list(phone), marks_kept(phone)) == (None, 1)
    phone.goto(DOOR)
    status = phone.page.locator("#door-status")
    expect(status).to_contain_text("Chờ gửi: 1 (Trâm)")
    expect(status).not_to_contain_text("Đã gửi hết")
    while not held:
        phone.page.wait_for_timeout(100)
    held.pop().continue_()
    expect(status).to_contain_text("Đã gửi hết")
    assert marks_kept(phone) == 0
    who = "print(CheckInMark.objects.filter(booking__reference='BD-CUA33').latest('pk').by.get_short_name())"
    command = f"from programs.visit_days.models import CheckInMark; {who}"
    assert portal.manage("shell", "--no-imports", "--command", command).strip() == "Trâm"


@pytest.mark.journey
def test_absent_is_asked_first_and_a_mark_of_a_group_that_is_gone_can_be_settled(person, portal):
    tram = person("tram", phone=True)
    two_groups_come(portal, "BD-CUA44", "BD-CUA55")
    open_the_door(tram)
    page, status = tram.page, tram.page.locator("#door-status")
    page.context.set_offline(True)
    pupils = check_in(tram, "BD-CUA44")
    open_group(tram, "BD-CUA44")
    if page.locator("#door-absent").is_visible():  # the session has begun
        page.locator("#door-absent").click()
        expect(page.locator("#door-sure-text")).to_contain_text(f"{pupils} học sinh")
        look_offline(tram)
        page.locator("#door-sure-no").click()
        expect(page.locator("#door-sure")).to_be_hidden()
        assert marks_kept(tram) == 1
    page.locator("#door-back").click()
    cancel = "Booking.objects.filter(reference='BD-CUA44').update(state='cancelled_by_school')"
    portal.manage("shell", "--no-imports", "--command", f"from programs.bookings.models import Booking; {cancel}")
    page.context.set_offline(False)
    row = page.locator("#door-refused-list li")
    expect(row).to_contain_text("BD-CUA44", timeout=40_000)
    expect(row).to_contain_text("không còn giữ chỗ (Nhà trường hủy)")
    expect(groups(tram).filter(has_text="BD-CUA44")).to_have_count(0)
    expect(status).not_to_contain_text("Đã gửi hết")
    look_offline(tram)
    row.get_by_role("button", name="Gửi lại").click()
    expect(row).to_contain_text("không còn giữ chỗ")
    row.get_by_role("button", name="Bỏ ghi nhận này").click()
    expect(page.locator("#door-refused")).to_be_hidden()
    expect(status).to_contain_text("Đã gửi hết")
    assert marks_kept(tram) == 0


# The program of the worker, run in the page as the browser runs it: with its own address, the real caches, and a line
# on which one file fails.
NEW_WORKER = """async ([bad]) => {
  const heard = {}, waits = [], asked = [];
  const fetch = (url, options) => {
    asked.push(url);
    return bad && url.includes(bad) ? Promise.reject(new TypeError("line")) : window.fetch(url, options);
  };
  const self = {
    registration: { scope: location.origin + location.pathname }, location,
    addEventListener: (name, answer) => { heard[name] = answer; },
    skipWaiting: async () => {}, clients: { claim: async () => {} },
  };
  const event = { waitUntil: (work) => waits.push(work) };
  const install = () => { heard.install(event); return waits.pop(); };
  const activate = () => { heard.activate(event); return waits.pop(); };
  const run = async () => { %s };
  await run();
  const installed = await install().then(() => true, () => false);
  if (installed) await activate();
  const kept = (await caches.keys()).filter((name) => name.includes(location.pathname));
  const files = await (await caches.open(kept[0])).keys();
  return { installed, kept, files: files.length, asked };
}"""


@pytest.mark.journey
def test_a_new_worker_takes_all_files_or_leaves_the_old_one_its_own(person):
    tram = person("tram", phone=True)
    open_the_door(tram)
    text = tram.page.evaluate("(url) => fetch(url).then((answer) => answer.text())", f"{DOOR}worker.js")
    newer = re.sub(r"(const CACHE = `door:\$\{DOOR\}:)\w+`", r"\1newer`", text)
    assert newer != text
    before = tram.page.evaluate("caches.keys()")
    broken = tram.page.evaluate(NEW_WORKER % newer, ["app.webmanifest"])
    assert (broken["installed"], broken["kept"]) == (False, before)
    whole = tram.page.evaluate(NEW_WORKER % newer, [""])
    assert whole["installed"] and whole["kept"] == [f"door:{DOOR}:newer"]
    assert whole["files"] == broken["files"]
    # Only what can change under its address is asked for again.
    assert len(whole["asked"]) == 2


@pytest.mark.journey
def test_a_browser_that_keeps_nothing_is_served_and_told(person):
    tram = person("tram", phone=True)
    tram.page.add_init_script(
        "Object.defineProperty(window, 'localStorage', { get() { throw new DOMException('no', 'SecurityError'); } });"
        "delete Navigator.prototype.serviceWorker;"
    )
    tram.goto(DOOR)
    expect(groups(tram).filter(has_text=ONE)).to_be_visible()
    expect(tram.page.locator("#door-full")).to_be_visible()
    expect(tram.page.locator("#door-no-worker")).to_be_visible()
    expect(tram.page.locator("#door-old")).to_be_hidden()
    pupils = check_in(tram, ONE)
    expect(groups(tram).filter(has_text=ONE)).to_contain_text(f"đã đến: {pupils} học sinh")
    expect(tram.page.locator("#door-status")).to_contain_text("Đã gửi hết")
    tram.look()
