"""Pictures of the main pages, on a phone and on a large screen, and of a certificate: docs/pictures/."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, Page, sync_playwright

from tests.chromium import require
from tests.journeys.portal import PASSWORD, ROOT, Portal, running_portal
from tests.journeys.walker import Walker

PICTURES = ROOT / "docs" / "pictures"
SIZES = {"1280": {"width": 1280, "height": 900}, "390": {"width": 390, "height": 844}}
TALLEST = 2200


@dataclass(frozen=True)
class Shot:
    """``path`` is an address, or the text of links to follow one after the other from an address."""

    name: str
    title: str
    person: str | None
    path: str
    follow: tuple[str, ...] = ()


SHOTS = [
    Shot("home", "Trang chủ / Home", None, "/"),
    Shot("lessons", "Bài học STEM / STEM lessons", None, "/bai-hoc-stem/"),
    Shot("lesson", "Một bài học / A curriculum", None, "/bai-hoc-stem/cau-giay-chiu-duoc-bao-nhieu-can/"),
    Shot(
        "trip",
        "Chuyến tham quan và lịch / A field trip with its calendar",
        None,
        "/tham-quan/",
        ("article h3 a, article h2 a",),
    ),
    Shot("schools", "Danh sách trường / Schools", None, "/schools/"),
    Shot("competition", "Cuộc thi / A competition", None, "/competitions/y-tuong-sang-tao-hoc-sinh-binh-duong/"),
    Shot("desk", "Bàn làm việc của giáo viên / A teacher's desk", "hanh", "/desk/"),
    Shot("bookings", "Đặt chỗ / Bookings", "hanh", "/desk/bookings/"),
    Shot("booking", "Một lượt đặt chỗ / A booking", "hanh", "/desk/bookings/", ("main table a",)),
    Shot("centre", "Ngày của trung tâm / The centre's day", "tram", "/desk/centre/"),
    Shot("school", "Nhà trường / The coordinator's school", "bao", "/desk/", ("a[href^='/desk/schools/']",)),
    Shot("register", "Trường trên địa bàn / The officer's schools", "nam", "/desk/schools/"),
    Shot("claim", "Một hồ sơ đăng ký / A registration to check", "nam", "/desk/claims/", ("main table a",)),
    Shot(
        "roster",
        "Xem lại danh sách trước khi nhập / A list before the import",
        "bao",
        "/desk/",
        ("a[href^='/desk/schools/']", "a[href$='/rosters/']", "main table a"),
    ),
    Shot("consents", "Phiếu đồng ý của trường / Consents of the school", "bao", "/desk/", ("a[href$='/consents/']",)),
    Shot("me", "Trang của một học sinh / A pupil's own page", "minh.8a1", "/desk/me/"),
    Shot("security", "Tài khoản và bảo mật / Account and second step", "mai", "/accounts/security/"),
    Shot("participation", "Tham gia STEM / Participation", "nam", "/desk/reports/participation/"),
]


def _open(browser: Browser, portal: Portal, person: str | None, size: str) -> Page:
    context = browser.new_context(base_url=portal.url, viewport=SIZES[size], locale="vi-VN")
    walker = Walker(context.new_page(), portal)
    if person:
        walker.sign_in(person, PASSWORD)
    return walker.page


def _take(page: Page, shot: Shot, size: str) -> None:
    page.goto(shot.path)
    for selector in shot.follow:
        page.locator(selector).first.click()
        page.wait_for_load_state()
    height = min(TALLEST, page.evaluate("document.documentElement.scrollHeight"))
    page.set_viewport_size({"width": SIZES[size]["width"], "height": height})
    page.wait_for_load_state("networkidle")  # pictures further down load late
    page.screenshot(path=PICTURES / f"{shot.name}-{size}.png")


def _shrink(path: Path) -> None:
    """The pages have few colours: a palette keeps them and a third of the bytes."""
    with Image.open(path) as picture:
        small = picture.convert("RGB").quantize(192, dither=Image.Dither.NONE)
    small.save(path, optimize=True)


def _take_certificate(browser: Browser, portal: Portal) -> None:
    """The first certificate that cô Hạnh's school holds, as pdftoppm draws it."""
    page = _open(browser, portal, "hanh", "1280")
    page.goto("/desk/certificates/")
    link = page.locator("a[href$='.pdf']").first.get_attribute("href")
    body = page.request.get(link).body()
    with tempfile.NamedTemporaryFile(suffix=".pdf") as file:
        file.write(body)
        file.flush()
        command = ["pdftoppm", "-r", "110", "-png", "-singlefile", file.name, str(PICTURES / "certificate")]
        subprocess.run(command, check=True)


def _page_of_pictures() -> str:
    lines = ["# The portal in pictures", "", "Made by `make screenshots` from the demonstration province.", ""]
    for shot in SHOTS:
        lines += [f"## {shot.title}", ""]
        lines += [f"![{shot.title}, {size} px](pictures/{shot.name}-{size}.png)\n" for size in SIZES]
    lines += [
        "## Giấy chứng nhận / A certificate",
        "",
        "![Giấy chứng nhận / A certificate](pictures/certificate.png)",
        "",
    ]
    return "\n".join(lines)


def main() -> None:
    PICTURES.mkdir(parents=True, exist_ok=True)
    folder = Path(tempfile.mkdtemp(prefix="stem-pictures-"))
    try:
        with running_portal(folder) as portal, sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=require(), args=["--no-sandbox", "--disable-gpu"])
            for size in SIZES:
                for shot in SHOTS:
                    page = _open(browser, portal, shot.person, size)
                    _take(page, shot, size)
                    page.context.close()
            _take_certificate(browser, portal)
            browser.close()
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    for path in PICTURES.glob("*.png"):
        _shrink(path)
    (ROOT / "docs" / "pictures.md").write_text(_page_of_pictures(), encoding="utf-8")


if __name__ == "__main__":
    main()
