"""Journey 6: em Minh enters a competition from his phone; his teacher endorses the project."""

from __future__ import annotations

from io import BytesIO

import pytest
from PIL import Image, ImageDraw
from playwright.sync_api import expect
from reportlab.pdfgen.canvas import Canvas

from tests.journeys.walker import Walker

COMPETITION = "/competitions/y-tuong-sang-tao-hoc-sinh-binh-duong/"
TITLE = "Thùng rác biết phân loại bằng cảm biến"
SUMMARY = (
    "Ở căn tin trường em, chai nhựa và cơm thừa bị bỏ chung. Em dùng một cảm biến điện dung và một động cơ nhỏ "
    "để nắp thùng tự quay về đúng ngăn; thử 60 lần thì đúng 51 lần."
)


@pytest.mark.journey
def test_a_pupil_enters_a_project_and_the_teacher_endorses_it(person, portal):
    minh = person("minh.8a1", phone=True)
    address = _begin(minh)
    _saves_itself(minh, address)
    _add(minh, address, "photographs", {"name": "san-pham.jpg", "mimeType": "image/jpeg", "buffer": _picture()})
    _add(minh, address, "report", {"name": "thuyet-minh.pdf", "mimeType": "application/pdf", "buffer": _report()})
    _state(minh, address)
    _submit(minh, address)
    _see_on_the_desk(minh, "Chờ xác nhận")

    portal.wait_for_mail("hanh@example.vn", about=TITLE)
    _endorse(person("hanh"), "mentor")
    _endorse(person("yen"), "school")

    _see_on_the_desk(minh, "Đã xác nhận, đang dự thi")
    _is_closed_to_strangers(person("lam"), address)


def _begin(pupil: Walker) -> str:
    """From the desk to the open competition and the project's text; return its URL."""
    page = pupil.page
    pupil.goto("/desk/")
    pupil.look()
    page.locator(f"main a[href='{COMPETITION}']").first.click()
    page.wait_for_url(f"**{COMPETITION}")
    pupil.look()
    page.get_by_role("link", name="Đăng ký dự án dự thi").first.click()
    page.wait_for_url("**/enter/")
    pupil.look()
    page.locator("input[name=title]").fill(TITLE)
    page.locator("input[name=kind]").last.check()
    page.locator("select[name=field]").select_option(index=1)
    page.locator("select[name=supervisor]").select_option(label="Nguyễn Thị Hạnh")
    page.locator("textarea[name=summary]").fill(SUMMARY)
    page.get_by_role("button", name="Lưu và sang phần tệp").click()
    page.wait_for_url("**/edit/")
    pupil.look()
    return page.url.removesuffix("edit/")


def _saves_itself(pupil: Walker, address: str) -> None:
    """What is typed is saved without a button, and is there on another visit."""
    page = pupil.page
    page.locator("textarea[name=summary]").fill(SUMMARY + " Chúng em sẽ thử thêm.")
    expect(page.locator("[data-draft-words]")).to_contain_text("Đã lưu lúc", timeout=15_000)
    page.goto(f"{address}edit/")
    expect(page.locator("textarea[name=summary]")).to_have_value(SUMMARY + " Chúng em sẽ thử thêm.")


def _add(pupil: Walker, address: str, slot: str, file: dict) -> None:
    """A file is chosen and sent on the page of its document; it is checked in the background."""
    page = pupil.page
    page.goto(f"{address}documents/{slot}/")
    pupil.look()
    page.locator("[data-upload] input[type=file]").set_input_files(file)
    page.locator("[data-upload] form button[type=submit]").click()
    expect(page.locator("[data-upload-words]")).to_contain_text("Đã gửi xong", timeout=30_000)
    for _ in range(60):
        page.goto(f"{address}documents/{slot}/")
        if page.get_by_role("link", name=file["name"].rpartition(".")[0]).count():
            break
        page.wait_for_timeout(1000)
    pupil.look(other_language=False)


def _state(pupil: Walker, address: str) -> None:
    page = pupil.page
    page.goto(f"{address}statement/")
    pupil.look()
    page.locator("input[name=agreed]").check()
    page.get_by_role("button", name="Cam kết").click()
    page.wait_for_url("**/edit/")


def _submit(pupil: Walker, address: str) -> None:
    page = pupil.page
    page.get_by_role("link", name="Nộp dự án").click()
    page.wait_for_url("**/submit/")
    pupil.look()
    page.get_by_role("button", name="Nộp").click()
    page.wait_for_url(address)
    expect(page.locator("main .tag").first).to_have_text("Chờ xác nhận")
    expect(page.get_by_role("heading", level=1)).to_have_text(TITLE)
    pupil.look()


def _see_on_the_desk(pupil: Walker, state: str) -> None:
    pupil.goto("/desk/")
    own = pupil.page.get_by_role("region", name="Dự án của tôi").get_by_role("listitem").filter(has_text=TITLE)
    expect(own).to_contain_text(state)
    pupil.look(other_language=False)


def _endorse(person: Walker, kind: str) -> None:
    page = person.page
    person.goto("/desk/")
    page.locator(".todo li").filter(has_text=TITLE).get_by_role("link").click()
    expect(page.get_by_role("main")).to_contain_text("Ở căn tin trường em")
    person.look()
    page.locator(f"a[href$='/endorsements/{page.url.rstrip('/').rsplit('/', 1)[1]}/{kind}/']").click()
    person.look()
    if kind == "mentor":
        page.locator("input[name=agreed]").check()
    page.get_by_role("button", name="Xác nhận").click()
    expect(page.locator(".alert.ok")).to_be_visible()
    person.look(other_language=False)


def _is_closed_to_strangers(teacher: Walker, address: str) -> None:
    """To a teacher of another school the project does not exist, in either language."""
    for url in (address, address.replace("/desk/", "/en/desk/")):
        assert teacher.page.goto(url).status == 404
        teacher.look(other_language=False)


def _picture() -> bytes:
    image = Image.new("RGB", (640, 480), "#bfe3cd")
    ImageDraw.Draw(image).rectangle((180, 120, 460, 420), fill="#0d2340")
    buffer = BytesIO()
    image.save(buffer, "JPEG")
    return buffer.getvalue()


def _report() -> bytes:
    buffer = BytesIO()
    canvas = Canvas(buffer)
    canvas.drawString(72, 760, "Thung rac biet phan loai: 60 lan thu, 51 lan dung.")
    canvas.save()
    return buffer.getvalue()
