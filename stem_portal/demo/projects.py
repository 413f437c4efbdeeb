"""Competitions of every kind, and projects in every state that lived their life through the real actions."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from random import Random

from django.utils import timezone

from programs.accounts.models import User
from programs.competitions.actions.rule_sets import begin_version
from programs.competitions.choices import CompetitionState as C
from programs.competitions.choices import ProjectKind
from programs.competitions.models import Competition, RuleSet
from programs.core.dates import local_day
from programs.core.models import SchoolYear
from programs.endorsements.choices import Kind
from programs.entries.actions import compare_file, look_at_similar
from programs.entries.choices import Finding, Likeness, Verdict
from programs.entries.models import Similarity
from programs.entries.queries import to_compare
from programs.projects.actions.entries import create_project, locked_project
from programs.projects.actions.moving import move
from programs.projects.actions.team import invite_classmate, issue_code
from programs.projects.choices import ProjectState as P
from programs.projects.models import ProjectMember
from programs.projects.queries.team import classmates_of
from programs.pupils.models import ClassGroup, Pupil
from stem_portal.demo import fair
from stem_portal.demo.clock import Days, standing_at
from stem_portal.demo.entries import Entry
from stem_portal.demo.teams import Teams, mentor_of

CONTENT = Path(__file__).parent / "content" / "competitions.toml"
OPEN, JUDGED, PUBLISHED = "Y-TUONG-SANG-TAO", "TRUONG-HOC-AN-TOAN", "THANH-PHO-XANH"
BLURRED = "Hình của chậu thứ ba bị mờ. Em chụp lại giúp thầy cô."


def _entries() -> list[dict]:
    return tomllib.loads(CONTENT.read_text(encoding="utf-8"))["competitions"]


def build_competitions(*, school_year: SchoolYear, now: datetime) -> dict[str, Competition]:
    """One of every kind, by code; those that are over take entries until ``end_competitions``."""
    data = _entries()
    last_year = SchoolYear.objects.exclude(pk=school_year.pk).first()
    return {
        entry["code"]: _competition(entry, last_year if entry["state"] == C.PUBLISHED else school_year, now)
        for entry in data
    }


def end_competitions() -> None:
    """Judged or published, as it was written down; there are no acts for that yet."""
    for entry in _entries():
        Competition.objects.filter(code=entry["code"]).update(state=entry["state"])


def begin_rules_of_next_year(*, by: User) -> None:
    """A version of the fair's rules that the department is writing."""
    begin_version(rule_set_id=RuleSet.objects.get(code="khkt").pk, by=by)


def _competition(entry: dict, school_year: SchoolYear, now: datetime) -> Competition:
    # A day begins for entries at eight and ends at five in the afternoon, as an office has it.
    morning, evening = (
        timezone.localtime(now).replace(hour=hour, minute=0, second=0, microsecond=0) for hour in (8, 17)
    )
    closes_at = evening + timedelta(days=entry["closes"])
    return Competition.objects.create(
        code=entry["code"],
        slug=entry["slug"],
        name=entry["vi"]["name"],
        name_en=entry["en"]["name"],
        summary=entry["vi"]["summary"],
        summary_en=entry["en"]["summary"],
        **_texts(entry),
        partner=entry.get("partner", ""),
        illustration=entry["illustration"],
        school_year=school_year,
        rule_set=RuleSet.objects.get(code=entry["rules"], version=1),
        opens_at=morning + timedelta(days=entry["opens"]),
        closes_at=closes_at,
        held_on=local_day(evening + timedelta(days=entry["held"])) if "held" in entry else None,
        state=C.DRAFT if entry["state"] == C.DRAFT else C.OPEN,
    )


def _texts(entry: dict) -> dict[str, str]:
    """Theme, requirements and prizes in both languages; lists are one item a line."""
    texts = {}
    for language, ending in (("vi", ""), ("en", "_en")):
        texts[f"theme{ending}"] = entry[language]["theme"]
        texts[f"requirements{ending}"] = "\n".join(entry[language]["requirements"])
        texts[f"prizes{ending}"] = "\n".join(entry[language]["prizes"])
    return texts


@dataclass
class Contests:
    """The contests beside the fair: one is open, one is judged, and last year's is published."""

    competitions: dict[str, Competition]
    teams: Teams
    people: dict[str, User]
    days: Days
    random: Random

    def build(self) -> None:
        teams, away = self.teams, self.teams.away
        self._entry(OPEN, "dust", teams.home8, 1).begins(-4)
        self._entry(OPEN, "rain", teams.home8).handed_in(-2)
        self._entry(OPEN, "keep_apart", teams.home9).endorsed(-9)
        self._entry(OPEN, "garden", away[1 % len(away)]).endorsed(-11)
        self._entry(OPEN, "led", teams.other8, 1).handed_in(-6).returned(Kind.SCHOOL, -4, BLURRED)
        sleep = self._entry(OPEN, "sleep", teams.home8, 1).handed_in(-12)
        sleep.withdrawn_by(sleep.team[0], -10)
        for number, (idea, group) in enumerate(zip(("bicycles", "stick", "queue"), self._turn(), strict=False)):
            entry = self._found_eligible(self._entry(JUDGED, idea, group), -40 - number)
            self._goes_on(entry, P.IN_JUDGING, -20)
        self._last_year()

    def _turn(self) -> list[ClassGroup]:
        return [self.teams.home9, self.teams.away[0], self.teams.upper]

    def _last_year(self) -> None:
        away9, home9, upper = self.teams.away9, self.teams.home9, self.teams.upper
        oven = self._entry(PUBLISHED, "oven", home9, 1).handed_in(-256)
        oven.withdrawn_by(oven.team[0], -254)
        won = {"flood": (upper, "Giải Nhất"), "bricks": (away9[0], "Giải Nhì"), "bin": (home9, "Giải Ba")}
        lost = {"cans": away9[-1], "butterflies": home9}
        for number, idea in enumerate([*won, *lost]):
            group, award = won.get(idea, (lost.get(idea), ""))
            entry = self._found_eligible(self._entry(PUBLISHED, idea, group), -250 + number)
            self._goes_on(entry, P.IN_JUDGING, -200)
            self._goes_on(entry, P.AWARDED if award else P.NOT_AWARDED, -180, award=award)

    def _entry(self, code: str, idea: str, group: ClassGroup, size: int = 2) -> Entry:
        competition = self.competitions[code]
        team = self.teams.of(group, size, for_=competition)
        return Entry(idea, competition, team, mentor_of(group), self.days, self.random)

    def _found_eligible(self, entry: Entry, day: int) -> Entry:
        entry.endorsed(day)
        closed = (entry.competition.closes_at - self.days.now).days
        entry.found(Finding.ELIGIBLE, self.days.in_office(closed + 4, "10:00"), by=self.people["nam"])
        return entry

    def _goes_on(self, entry: Entry, to: str, day: int, **columns: str) -> None:
        """Judging has no acts yet: the state alone is written."""
        with standing_at(self.days.in_office(day, "09:00")):
            move(project=locked_project(project_id=entry.project.pk), to=to, **columns)


def build_projects(
    *, random: Random, competitions: dict[str, Competition], people: dict[str, User], now: datetime, keep_free: Pupil
) -> None:
    """Every member can sign in; ``keep_free`` enters nothing yet."""
    teams = Teams(competitions[OPEN].school_year, keep_free)
    fair.Fair(competitions[fair.CODE], teams, people, Days(now), random).build()
    Contests(competitions, teams, people, Days(now), random).build()
    end_competitions()
    _were_here_last()


def _were_here_last() -> None:
    """Members signed in last when they did something in their project."""
    for member in ProjectMember.objects.select_related("project", "pupil"):
        User.objects.filter(pk=member.pupil.user_id).update(last_login=member.project.updated_at)


def compare_entries(*, by: User) -> None:
    """What is alike is found; of one pair an officer has heard from the school why it is so."""
    for pk in to_compare().values_list("pk", flat=True):
        compare_file(file_id=pk)
    same = Similarity.objects.filter(ground=Likeness.FILE).first()
    if same:
        note = "Nhà trường cho biết hai nhóm cùng câu lạc bộ, năm nay nộp nhầm báo cáo của năm trước và đã xin nộp lại."
        look_at_similar(similarity_id=same.pk, verdict=Verdict.SET_ASIDE, note=note, by=by)


def build_invitations(*, minh: Pupil, teacher: User, competition: Competition) -> None:
    """A classmate has begun a project: the invitation waits on Minh's desk, and one with a code for anybody else."""
    taken = ProjectMember.objects.filter(competition=competition).values("pupil")
    classmates = classmates_of(minh, competition).exclude(pk__in=taken)
    classmate = classmates.filter(user__last_login__isnull=False).select_related("user").first()
    project = create_project(
        competition_id=competition.pk,
        title="Hộp nhắc uống nước cho cả lớp",
        kind=ProjectKind.ENGINEERING,
        field=competition.rule_set.fields.get(code="robotics"),
        summary="Lớp em có 42 bạn mà buổi trưa chỉ 15 bạn uống đủ nước. Chúng em thử một chiếc hộp đếm lượt rót.",
        supervisor=teacher,
        by=classmate.user,
        key="demo-team",
    )
    invite_classmate(project_id=project.pk, pupil=minh, by=classmate.user, key="demo-team")
    issue_code(project_id=project.pk, by=classmate.user, key="demo-team")
