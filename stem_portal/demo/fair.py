"""The science and engineering fair: one contest in which a project stands in every state before judging.

Entries were taken until a first deadline. What was not approved lapsed, the department looked at the rest, then it
gave the schools more time: so drafts and lapsed projects, late files and findings stand side by side truthfully.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from random import Random

from programs.accounts.models import User
from programs.competitions.actions.competitions import change_dates
from programs.competitions.models import Competition
from programs.core.versions import version_of
from programs.endorsements.actions import name_safety_member
from programs.endorsements.choices import Kind
from programs.entries.choices import Finding
from programs.projects.actions.lapsing import lapse_project, warn_of_lapse
from programs.projects.actions.reopening import reopen_project
from programs.projects.queries.deadlines import endorse_by, warns_from
from programs.pupils.models import ClassGroup
from programs.uploads.choices import MEGABYTE
from stem_portal.demo.clock import Days, standing_at
from stem_portal.demo.entries import Entry
from stem_portal.demo.teams import Teams, mentor_of

CODE = "KHKT"
CHECKS, EXTENDED, CLOSES = -14, -10, 16  # days from today; the first deadline is the one of content/competitions.toml
MORE_TIME = "Nhiều trường đề nghị thêm thời gian sau đợt kiểm tra giữa kì. Ban tổ chức nhận hồ sơ bổ sung."
RETURNED = "Em bổ sung số liệu của lần thử thứ hai và ghi rõ nguồn của hai tấm ảnh."
WRONGLY_OUT = "Ngày bắt đầu ghi trong kế hoạch cho thấy dự án kéo dài hơn 12 tháng."
RIGHTLY_IN = "Nhà trường đã gửi nhật kí có xác nhận: dự án làm trong ba tháng, đúng quy định. Xin lỗi nhóm vì nhầm lẫn."
RIGHTLY_OUT = "Nhóm cấy vi khuẩn tại lớp học, hồ sơ không có phiếu đánh giá rủi ro."
REOPENED = "Tệp báo cáo thiếu trang 9. Nhóm gửi lại bản đủ trang; các phần khác giữ nguyên."


@dataclass
class Fair:
    competition: Competition
    teams: Teams
    people: dict[str, User]
    days: Days
    random: Random

    def build(self) -> None:
        with standing_at(self.competition.opens_at):
            name_safety_member(competition_id=self.competition.pk, person="duyen@example.vn", by=self.people["nam"])
        self._until_the_first_deadline()
        self._give_more_time()
        self._until_today()

    def _entry(self, idea: str, group: ClassGroup, size: int = 2, *, lead: str = "", mentor: int = 0) -> Entry:
        team = self.teams.of(group, size, for_=self.competition, lead=lead)
        return Entry(idea, self.competition, team, mentor_of(group, mentor), self.days, self.random)

    # --- The first deadline -----------------------------------------------------------------------
    def _until_the_first_deadline(self) -> None:
        away, away9, teams = self.teams.away, self.teams.away9, self.teams
        nam = self.people["nam"]
        # First those that leave: a mentor may have two projects in.
        canal = self._entry("canal", away9[0])
        canal.handed_in(-40)
        for day, pupil in zip((-38, -37), canal.team, strict=True):
            canal.withdrawn_by(pupil, day)
        self._lapses(self._entry("board", away9[-1], 1))
        self._in_the_minutes_of_grace(self._entry("roof", away9[0]))
        bicycle = self._entry("bicycle", away[1 % len(away)]).endorsed(-37)
        bicycle.found(Finding.INELIGIBLE, self.days.in_office(CHECKS, "10:20"), by=nam, reason=WRONGLY_OUT)
        bicycle.found(Finding.ELIGIBLE, self.days.in_office(CHECKS + 2, "14:05"), by=nam, reason=RIGHTLY_IN)
        bacteria = self._entry("bacteria", away[0]).endorsed(-36)
        bacteria.found(Finding.INELIGIBLE, self.days.in_office(CHECKS, "10:45"), by=nam, reason=RIGHTLY_OUT)
        rice = self._entry("rice", away9[-1]).endorsed(-38)
        rice.found(Finding.ELIGIBLE, self.days.in_office(CHECKS, "11:05"), by=nam)
        bank = self._entry("bank", teams.upper, lead="tam.11a1").endorsed(-35)
        bank.found(Finding.ELIGIBLE, self.days.in_office(CHECKS, "11:20"), by=nam)
        self._is_reopened(bank)
        pot = self._entry("pot", teams.other8, lead="phat.8a1").endorsed(-34)
        pot.withdrawn_by(pot.team[1], -1)

    def _in_the_minutes_of_grace(self, roof: Entry) -> None:
        """Submitted two minutes before the deadline, while the report was still on its way."""
        closes = self.competition.closes_at
        roof.begins(-41)
        roof.fills(-33, without=["report"])
        roof.states(-32)
        began = closes - timedelta(minutes=20)
        report = roof.sends("report", "bao-cao.pdf", moment=began, size=3 * MEGABYTE, arrived=MEGABYTE)
        roof.submits(closes - timedelta(minutes=2))
        roof.arrives(report, moment=closes + timedelta(minutes=11))
        roof.approved(Kind.MENTOR, -29)
        roof.approved(Kind.SCHOOL, -29)

    def _lapses(self, board: Entry) -> None:
        """The mentor approved it, the school did not in time."""
        board.handed_in(-32)
        board.approved(Kind.MENTOR, -31)
        due = endorse_by(self.competition)
        with standing_at(warns_from(due) + timedelta(minutes=1)):
            warn_of_lapse(project_id=board.project.pk)
        with standing_at(due + timedelta(minutes=1)):
            lapse_project(project_id=board.project.pk)

    def _is_reopened(self, bank: Entry) -> None:
        with standing_at(self.days.in_office(-3, "15:30")):
            reopen_project(
                project_id=bank.project.pk, reason=REOPENED, scope=["report"], ends_at=self.days.at(9, "17:00"),
                by=self.people["nam"],
            )  # fmt: skip

    # --- More time --------------------------------------------------------------------------------
    def _give_more_time(self) -> None:
        fresh = Competition.objects.get(pk=self.competition.pk)
        with standing_at(self.days.in_office(EXTENDED, "09:30")):
            change_dates(
                competition_id=fresh.pk,
                opens_at=fresh.opens_at,
                closes_at=self.days.at(CLOSES, "17:00"),
                held_on=fresh.held_on,
                reason=MORE_TIME,
                version=version_of(fresh.dates),
                by=self.people["nam"],
            )
        self.competition.refresh_from_db()

    def _until_today(self) -> None:
        teams = self.teams
        lamp = self._entry("lamp", teams.other8, 1).begins(-6)
        [invited] = teams.of(teams.other8, 1, for_=self.competition)
        lamp.invites(invited, -1)
        self._arrives_still(self._entry("buoy", teams.home9, lead="khang.9a1"))
        alarm = self._entry("alarm", teams.home9, mentor=1).handed_in(-4)
        alarm.approved(Kind.MENTOR, -2)
        yoghurt = self._entry("yoghurt", teams.upper).handed_in(-5, risky=True)
        yoghurt.approved(Kind.MENTOR, -4)
        yoghurt.approved(Kind.SCHOOL, -3)
        banana = self._entry("banana", teams.home9, lead="nhi.9a1").handed_in(-3)
        banana.returned(Kind.MENTOR, -2, RETURNED)

    def _arrives_still(self, buoy: Entry) -> None:
        """Submitted yesterday evening; of the film the line has let through two thirds."""
        buoy.begins(-7)
        buoy.fills(-3)
        buoy.states(-2)
        began = self.days.at(-1, "19:10")
        buoy.sends("video", "phim-gioi-thieu.mp4", moment=began, size=9 * MEGABYTE, arrived=6 * MEGABYTE)
        buoy.submits(self.days.at(-1, "19:42"))
