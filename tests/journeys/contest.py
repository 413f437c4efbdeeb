"""A competition with a film, pupils of class 8A1 and their files: what the journeys of projects share."""

from __future__ import annotations

import hashlib
import json
import struct
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from random import Random

from PIL import Image, ImageDraw
from playwright.sync_api import Locator, expect

from tests.journeys.portal import Portal
from tests.journeys.walker import Walker
from tests.uploads.files import video

MEGABYTE = 1024 * 1024
TEACHER = "Nguyễn Thị Hạnh"
# Rules of its own: two in a team, a photograph and a film. After closing a film and a summary may still be mended.
_HELD = """
import json
from datetime import timedelta
from django.utils import timezone
from programs.accounts.models import User
from programs.competitions.models import Competition, RuleSet, Slot
from programs.consents.models import Consent
now = timezone.now()
rules = RuleSet.objects.create(
    code="{code}", name="Thể lệ {name}", grade_from=6, grade_to=12, team_max=2, grace_minutes=30, endorse_days=3,
    open_after_close=["summary", "photographs"],
)
Slot.objects.create(
    rule_set=rules, code="photographs", position=1, name="Hình ảnh dự án", name_en="Pictures of the project",
    kinds=["image"], most_files=3, most_mb=8, hint="Không có mặt người.", hint_en="Without faces.",
)
if {film}:
    Slot.objects.create(
        rule_set=rules, code="film", position=2, name="Đoạn phim giới thiệu", name_en="Short film", kinds=["video"],
        most_mb=500, hint="MP4 hoặc MOV, không quá 5 phút.", hint_en="MP4 or MOV, at most 5 minutes.",
    )
rules.state, rules.published_at = "published", now
rules.save()
Competition.objects.create(
    code="{code}", slug="{code}", name="{name}", name_en="{name}", summary="Kể một vấn đề ở quanh em.",
    school_year=Competition.objects.filter(state="open").first().school_year, rule_set=rules,
    opens_at=now - timedelta(days=9), closes_at=now + timedelta(days=9), state="open",
)
signing_in = User.objects.filter(
    pupil__school__name="Trường THCS Phú Lợi", pupil__enrolments__class_group__name="8A1", last_login__isnull=False,
    is_active=True, pupil__left_on=None, sign_in_cards__used_at__isnull=False,
).exclude(username="minh.8a1").distinct().order_by("pk")
print(json.dumps([[user.username, user.full_name] for user in signing_in[:3]]))
"""
_CLOSES = """
from datetime import timedelta
from django.utils import timezone
from programs.competitions.models import Competition
at = timezone.now() + timedelta(seconds={seconds})
Competition.objects.filter(code="{code}").update(closes_at=at)
print(timezone.localtime(at).strftime("%H:%M:%S, %d/%m/%Y"))
"""


@dataclass(frozen=True)
class Pupil:
    login: str
    name: str


@dataclass(frozen=True)
class Contest:
    code: str
    pupils: list[Pupil]

    @property
    def page(self) -> str:
        return f"/competitions/{self.code}/"


def hold_contest(portal: Portal, code: str, name: str, *, film: bool = True) -> Contest:
    """An open competition, and three classmates who sign in with their cards."""
    found = shell(portal, _HELD, code=code, name=name, film=film)
    return Contest(code, [Pupil(*row) for row in json.loads(found.strip().splitlines()[-1])])


def close_in(portal: Portal, contest: Contest, seconds: float) -> str:
    """The deadline moves to ``seconds`` from now; how the portal writes that moment."""
    return shell(portal, _CLOSES, code=contest.code, seconds=seconds).strip().splitlines()[-1]


def shell(portal: Portal, command: str, **values: object) -> str:
    for name, value in values.items():
        command = command.replace(f"{{{name}}}", str(value))
    return portal.manage("shell", "--no-imports", "--command", command)


# --- The project ----------------------------------------------------------------------------------
def begin(pupil: Walker, contest: Contest, title: str, summary: str) -> str:
    """From the page of the competition to the text of the project; return the project's address."""
    page = pupil.page
    pupil.goto(contest.page)
    page.get_by_role("link", name="Đăng ký dự án dự thi").first.click()
    page.wait_for_url("**/enter/")
    page.locator("input[name=title]").fill(title)
    page.locator("input[name=kind]").last.check()
    page.locator("select[name=supervisor]").select_option(label=TEACHER)
    page.locator("textarea[name=summary]").fill(summary)
    page.get_by_role("button", name="Lưu và sang phần tệp").click()
    page.wait_for_url("**/edit/")
    pupil.look(other_language=False)
    return page.url.removesuffix("edit/")


def send_photograph(pupil: Walker, address: str, name: str = "san-pham.jpg") -> None:
    """Chosen and sent on the page of its document; the page shows it when it is checked."""
    page = pupil.page
    pupil.goto(f"{address}documents/photographs/")
    file = {"name": name, "mimeType": "image/jpeg", "buffer": picture()}
    page.locator("[data-upload] input[type=file]").set_input_files(file)
    send_button(pupil).click()
    expect(page.get_by_role("main").get_by_role("link", name=name, exact=True)).to_be_visible()
    pupil.look(other_language=False)


def state_honesty(pupil: Walker, address: str) -> None:
    page = pupil.page
    pupil.goto(f"{address}statement/")
    pupil.look(other_language=False)
    page.locator("input[name=agreed]").check()
    page.get_by_role("button", name="Cam kết").click()
    page.wait_for_url("**/edit/")


def press_submit(pupil: Walker, address: str) -> None:
    page = pupil.page
    pupil.goto(f"{address}edit/")
    page.get_by_role("link", name="Nộp dự án").click()
    page.wait_for_url("**/submit/")
    pupil.look()
    page.get_by_role("button", name="Nộp").click()
    page.wait_for_url(address)
    pupil.look(other_language=False)


def decide(person: Walker, title: str, kind: str, *, reason: str = "") -> None:
    """From the queue to the own page of this role, and there approve, or return with a reason."""
    page = person.page
    person.goto("/desk/endorsements/")
    person.look()
    page.get_by_role("row").filter(has_text=title).get_by_role("link", name="Đọc và trả lời").click()
    page.wait_for_url(f"**/{kind}/")
    person.look()
    if reason:
        page.get_by_role("link", name="Trả lại cho học sinh").click()
        person.look()
        page.locator("textarea[name=reason]").fill(reason)
        page.get_by_role("button", name="Trả lại cho học sinh").click()
    else:
        if kind == "mentor":
            page.locator("input[name=agreed]").check()
        page.get_by_role("button", name="Xác nhận").click()
    page.wait_for_url("**/endorsements/")
    expect(page.locator(".alert.ok")).to_be_visible()
    person.look(other_language=False)


def see_state(pupil: Walker, address: str, state: str) -> None:
    pupil.goto(address)
    expect(pupil.page.locator("main .tag").first).to_have_text(state)
    pupil.look()


# --- Files ----------------------------------------------------------------------------------------
@dataclass(frozen=True)
class Film:
    path: Path
    sha256: str


def make_film(path: Path, megabytes: int) -> Film:
    """A film of ten seconds as a telephone makes it, with as many bytes of pictures as a long one has."""
    whole, random = hashlib.sha256(), Random(path.name)
    parts = [video(brand=b"isom"), struct.pack(">I", megabytes * MEGABYTE + 8) + b"mdat"]
    with path.open("wb") as file:
        for part in (*parts, *(random.randbytes(MEGABYTE) for _ in range(megabytes))):
            whole.update(part)
            file.write(part)
    return Film(path, whole.hexdigest())


def picture() -> bytes:
    image = Image.new("RGB", (640, 480), "#bfe3cd")
    ImageDraw.Draw(image).rectangle((180, 120, 460, 420), fill="#0d2340")
    buffer = BytesIO()
    image.save(buffer, "JPEG")
    return buffer.getvalue()


# --- The line -------------------------------------------------------------------------------------
class Line:
    """The line of one page: what the person sends travels at ``megabytes`` a second, and it can be cut."""

    def __init__(self, pupil: Walker, *, megabytes: float) -> None:
        self.pupil, self.speed = pupil, int(megabytes * MEGABYTE)
        self.network = pupil.page.context.new_cdp_session(pupil.page)
        self.network.send("Network.enable")
        self._emulate(offline=False)

    def _emulate(self, *, offline: bool) -> None:
        speed = {"latency": 20, "downloadThroughput": -1, "uploadThroughput": self.speed}
        self.network.send("Network.emulateNetworkConditions", {"offline": offline, **speed})

    def cut(self) -> None:
        """The script says so, and goes on by itself when the line is there again."""
        self._emulate(offline=True)
        expect(self.pupil.page.locator("[data-upload-words]")).to_contain_text("Mất kết nối")
        self._emulate(offline=False)
        self.pupil.complaints = [text for text in self.pupil.complaints if "net::ERR_" not in text]


def choose_film(pupil: Walker, film: Film) -> None:
    pupil.page.locator("[data-upload] input[type=file]").set_input_files(film.path)
    send_button(pupil).click()


def send_button(pupil: Walker) -> Locator:
    return pupil.page.locator("[data-upload] form button[type=submit]")


def wait_until_sent(pupil: Walker, percent: float) -> None:
    """Until the bar of the file under way shows at least ``percent``."""
    shows = "least => document.querySelector('[data-upload-bar]').value >= least"
    pupil.page.wait_for_function(shows, arg=percent, timeout=60_000)
