"""Journey 2: a school comes in from the official list, its authority answers, and its coordinator invites a teacher."""

from __future__ import annotations

import re
import time
from pathlib import Path

import pytest
from playwright.sync_api import expect

from programs.accounts.totp import code_at
from tests.journeys.portal import link_in, text_of
from tests.journeys.walker import Walker

pytestmark = pytest.mark.journey

PRIMARY = "Trường Tiểu học Phú Lợi"
OFFICIAL = "74102104"  # the code of Trường THCS Phú Lợi
TUYET, TUYET_MAIL = "Phan Thị Ánh Tuyết", "anhtuyet@tieuhocphuloi.example.vn"
THAO, THAO_MAIL = "Lâm Thu Thảo", "thuthao@tieuhocphuloi.example.vn"
PASSWORD = "năm con én mùa xuân"
REASON = "Số điện thoại không gọi được, đề nghị ghi số của văn phòng nhà trường."


def heading(walker: Walker, name: str | re.Pattern):
    return walker.page.get_by_role("heading", level=1, name=name)


def press(walker: Walker, name: str) -> None:
    walker.page.locator("main").get_by_role("button", name=name).click()


def follow(walker: Walker, name: str | re.Pattern) -> None:
    walker.page.locator("main").get_by_role("link", name=name).first.click()


def type_in(walker: Walker, **fields: str) -> None:
    for label, words in fields.items():
        walker.page.get_by_label(label.replace("_", " "), exact=True).fill(words)


def sign_in(walker: Walker, login: str) -> None:
    walker.sign_in(login, PASSWORD)
    expect(heading(walker, re.compile("Xin chào"))).to_be_visible()


def register(walker: Walker, school: str, *, email: str, phone: str) -> None:
    """The form of the official list, filled in by somebody without an account."""
    expect(heading(walker, f"Đăng ký {school}")).to_be_visible()
    type_in(walker, Họ_và_tên_của_bạn=TUYET, Chức_vụ_của_bạn="Phó Hiệu trưởng", Điện_thoại=phone)
    type_in(walker, Thư_điện_tử_công_vụ_của_bạn=email)
    press(walker, "Gửi hồ sơ đăng ký")
    expect(heading(walker, "Bây giờ hãy mở thư vừa gửi cho bạn")).to_be_visible()


def confirm(walker: Walker, portal, school: str, *, email: str) -> str:
    """The link of the letter, which sends the registration; then the link to the claimant's own page."""
    walker.goto(link_in(portal.wait_for_mail(email, about="Xác nhận địa chỉ để đăng ký"), "/claims/"))
    expect(heading(walker, f"Hồ sơ đăng ký {school}")).to_be_visible()
    walker.look()
    press(walker, "Đúng, gửi hồ sơ")
    expect(walker.page.get_by_text("Cơ quan quản lý đã nhận hồ sơ.")).to_be_visible()
    return link_in(portal.wait_for_mail(email, about="Đã nhận hồ sơ"), "/claims/")


def find_on_the_list(walker: Walker) -> None:
    """A name without accents is enough."""
    walker.goto("/schools/")
    walker.look()
    walker.page.get_by_label("Tên hoặc mã trường").fill("tieu hoc phu loi")
    walker.page.get_by_label("Phường, xã").select_option(label="Phường Phú Lợi")
    press(walker, "Tìm")
    expect(walker.page.get_by_role("rowheader", name=PRIMARY)).to_be_visible()
    walker.look()
    follow(walker, re.compile(f"Đăng ký trường này.*{PRIMARY}"))


def open_registration(officer: Walker, school: str) -> None:
    officer.page.get_by_role("link", name="Kiểm tra", exact=True).click()
    expect(heading(officer, "Hồ sơ đăng ký trường")).to_be_visible()
    officer.look()
    follow(officer, school)
    expect(heading(officer, school)).to_be_visible()
    officer.look()


def test_a_primary_school_registers_corrects_and_is_verified_by_its_ward(person, portal):
    tuyet = person()
    find_on_the_list(tuyet)
    press(tuyet, "Gửi hồ sơ đăng ký")
    expect(tuyet.page.locator(".error-summary")).to_be_visible()
    tuyet.look()
    register(tuyet, PRIMARY, email=TUYET_MAIL, phone="0912 345 670")
    tuyet.look()
    link = confirm(tuyet, portal, PRIMARY, email=TUYET_MAIL)
    tuyet.look()

    mai = person("mai")
    mai.look()
    open_registration(mai, PRIMARY)
    return_with_a_reason(mai)

    portal.wait_for_mail(TUYET_MAIL, about=REASON)
    correct(tuyet, link)

    mai.goto("/desk/claims/")
    follow(mai, PRIMARY)
    verify(mai)
    tuyet.goto(link)
    expect(tuyet.page.get_by_text("Trường của bạn đã được đăng ký")).to_be_visible()
    tuyet.look()

    choose_a_password(tuyet, link_in(portal.wait_for_mail(TUYET_MAIL, about="đã được xác minh"), "/accounts/"))
    set_up_the_second_step(tuyet)
    invite(tuyet)
    accept(person(), portal)
    tuyet.page.reload()
    expect(tuyet.page.get_by_role("rowheader", name=THAO)).to_be_visible()
    tuyet.look()
    add_a_class(tuyet)


def set_up_the_second_step(tuyet: Walker) -> None:
    """A coordinator's desk opens behind a second factor only: the first sign-in leads to it."""
    tuyet.page.locator("input[name=login]").fill(TUYET_MAIL)
    tuyet.page.locator("input[name=password]").fill(PASSWORD)
    tuyet.page.locator("main form[method=post] button[type=submit]").first.click()
    expect(tuyet.page.get_by_role("link", name="Kết nối ứng dụng")).to_be_visible()
    tuyet.look()
    follow(tuyet, "Kết nối ứng dụng")
    tuyet.look(other_language=False)  # the page in the other language would show another key
    secret = re.sub(r"\s", "", tuyet.page.locator(".typed-secret").text_content())
    tuyet.page.locator("input[name=code]").fill(code_at(secret, int(time.time()) // 30))
    press(tuyet, "Kết nối")
    expect(heading(tuyet, "Cất mã dự phòng")).to_be_visible()
    tuyet.look()
    press(tuyet, "Tôi đã cất mã, đi tiếp")
    tuyet.goto("/desk/")
    expect(heading(tuyet, re.compile("Xin chào"))).to_be_visible()
    tuyet.look()


def add_a_class(tuyet: Walker) -> None:
    """The coordinator's page is a working desk: with a second person and a class the school is active."""
    follow(tuyet, "Thêm lớp")
    tuyet.look()
    type_in(tuyet, Tên_lớp="4A9")
    tuyet.page.get_by_label("Lớp", exact=True).select_option(label="Lớp 4")
    press(tuyet, "Thêm lớp")
    expect(tuyet.page.get_by_role("rowheader", name="4A9")).to_be_visible()
    expect(tuyet.page.locator(".tag.ok").first).to_contain_text("Đang hoạt động")
    tuyet.look()


def return_with_a_reason(mai: Walker) -> None:
    follow(mai, "Trả lại kèm lý do")
    mai.look()
    type_in(mai, Nội_dung_cần_chỉnh_sửa=REASON)
    press(mai, "Trả lại với lý do này")
    expect(mai.page.locator("main")).to_contain_text(REASON)
    mai.look()


def correct(tuyet: Walker, link: str) -> None:
    tuyet.goto(link)
    expect(tuyet.page.get_by_text(REASON)).to_be_visible()
    expect(tuyet.page.get_by_label("Họ và tên của bạn", exact=True)).to_have_value(TUYET)
    tuyet.look()
    type_in(tuyet, Điện_thoại="0274 3822 551")
    press(tuyet, "Gửi lại")
    expect(tuyet.page.get_by_text("0274 3822 551")).to_be_visible()


def verify(mai: Walker) -> None:
    follow(mai, "Xác minh")
    mai.look()
    press(mai, "Xác minh hồ sơ")
    expect(mai.page.locator(".tag.ok").first).to_be_visible()
    mai.look()


def choose_a_password(tuyet: Walker, link: str) -> None:
    tuyet.goto(link)
    tuyet.look()
    for field in tuyet.page.locator("main input[type=password]").all():
        field.fill(PASSWORD)
    tuyet.page.locator("main form[method=post] button[type=submit]").first.click()
    expect(heading(tuyet, "Đã đặt mật khẩu")).to_be_visible()
    tuyet.look()
    follow(tuyet, "Đăng nhập")
    expect(heading(tuyet, "Đăng nhập")).to_be_visible()


def invite(tuyet: Walker) -> None:
    """The desk of a new coordinator says what comes first."""
    follow(tuyet, "Mời")
    tuyet.look()
    type_in(tuyet, Họ_và_tên=THAO, Thư_điện_tử=THAO_MAIL)
    tuyet.page.get_by_label("Giáo viên").check()
    press(tuyet, "Gửi lời mời")
    expect(tuyet.page.get_by_role("rowheader", name=THAO_MAIL)).to_be_visible()
    tuyet.look()


def accept(thao: Walker, portal) -> None:
    letter = portal.wait_for_mail(THAO_MAIL, about=PRIMARY)
    assert TUYET in text_of(letter)
    invitation = link_in(letter, "/invitations/")
    thao.goto(invitation)
    expect(heading(thao, re.compile(PRIMARY))).to_be_visible()
    thao.look()
    type_in(thao, Đặt_mật_khẩu=PASSWORD, Nhập_lại_mật_khẩu=PASSWORD)
    press(thao, "Tạo tài khoản và tham gia")
    expect(heading(thao, "Đăng nhập")).to_be_visible()
    sign_in(thao, THAO_MAIL)
    thao.look()
    used_up = thao.page.goto(invitation)
    assert used_up.status == 410, "the link works once"


def test_an_upper_secondary_school_goes_to_the_department_and_not_to_the_ward(person, portal):
    head = person()
    head.goto("/schools/?level=upper_secondary")
    row = head.page.get_by_role("row").filter(has_text="Đăng ký trường này").first
    school = row.get_by_role("rowheader").inner_text().split("\n")[0].strip()
    row.get_by_role("link", name=re.compile("Đăng ký trường này")).click()
    head.look()
    register(head, school, email="hieupho@thpt.example.vn", phone="0912 345 671")
    confirm(head, portal, school, email="hieupho@thpt.example.vn")

    nam = person("nam")
    nam.look()
    open_registration(nam, school)
    registration = nam.page.url
    expect(nam.page.get_by_role("link", name="Xác minh", exact=True)).to_be_visible()

    mai = person("mai")
    mai.goto("/desk/claims/")
    expect(mai.page.get_by_role("link", name=school)).to_have_count(0)
    answer = mai.page.goto(registration)
    assert answer.status == 404, "a ward does not see what the department answers for"

    follow(nam, "Xác minh")
    press(nam, "Xác minh hồ sơ")
    expect(nam.page.locator(".tag.ok").first).to_be_visible()


def test_what_an_officer_does_with_the_official_list(person, tmp_path):
    """Every page about a school's life holds the rules; a list is matched and previewed, and nothing changes yet."""
    nam = person("nam")
    nam.goto("/desk/schools/")
    nam.look()
    follow(nam, "Trường có thể bị trùng")
    nam.look()
    follow(nam, "Giữ trường này: xem trước việc sáp nhập")
    expect(heading(nam, re.compile("sáp nhập vào"))).to_be_visible()
    nam.look(other_language=False)
    for page in ("", "rename/", "code/", "suspend/", "close/", "merge/", "coordinator/replace/"):
        nam.goto(f"/desk/schools/{OFFICIAL}/{page}")
        nam.look(other_language=page in ("", "close/"))
    upload_a_list(nam, tmp_path)
    chosen = nam.page.locator("tbody select").last.locator("option:checked")
    expect(chosen).to_have_text("Địa chỉ")  # of a school, not of a network
    nam.look()
    press(nam, "Xem trước")
    expect(heading(nam, re.compile("2 trường sẽ được thêm hoặc thay đổi"))).to_be_visible(timeout=30_000)
    nam.look(other_language=False)
    follow(nam, "Có vấn đề")
    expect(nam.page.get_by_text("Thiếu mã.")).to_be_visible()
    nam.look(other_language=False)
    follow(nam, "Áp dụng danh mục này")
    nam.look(other_language=False)


def upload_a_list(nam: Walker, folder: Path) -> None:
    """A title above, a school that changed, a new one, and one without its code."""
    rows = [
        "DANH MỤC TRƯỜNG;;;;", "Mã trường;Tên trường;Phường/Xã;Cấp học;Địa chỉ",
        f"{OFFICIAL};Trường THCS Phú Lợi A;Phường Phú Lợi;THCS;1 đường số 1",
        "74999001;Trường Tiểu học Hoàn Toàn Mới;Phường Phú Lợi;Tiểu học;2 đường số 2",
        ";Trường Tiểu học Không Mã;Phường Phú Lợi;Tiểu học;",
    ]  # fmt: skip
    file = folder / "danh-muc.csv"
    file.write_text("\n".join(rows), encoding="utf-8-sig")
    nam.goto("/desk/school-lists/")
    nam.look(other_language=False)
    nam.page.locator("main input[type=file]").set_input_files(file)
    press(nam, "Tải lên và ghép cột")
    expect(heading(nam, "Cột nào là gì?")).to_be_visible()
