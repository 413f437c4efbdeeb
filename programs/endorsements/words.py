"""What people confirm and state, in the text version that they read."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from programs.endorsements.choices import Kind
from programs.projects.models import Project
from programs.projects.queries.team import members_of
from programs.pupils.models import Pupil

TEXTS = Path(__file__).resolve().parent / "data" / "statements.toml"


@dataclass(frozen=True)
class Text:
    part: str
    version: int
    vi: str
    en: str

    @property
    def points(self) -> list[str]:
        """Sentence by sentence, in the language of the reader."""
        text = self.en if (get_language() or "vi").startswith("en") else self.vi
        return text.strip().splitlines()


@cache
def _texts() -> dict[tuple[str, int], Text]:
    rows = tomllib.loads(TEXTS.read_text(encoding="utf-8"))["texts"]
    return {(row["part"], row["version"]): Text(**row) for row in rows}


def newest_text(part: str) -> Text:
    return max((text for text in _texts().values() if text.part == part), key=lambda text: text.version)


def text_of(part: str, version: int) -> Text:
    return _texts()[part, version]


CONFIRMS = {
    Kind.MENTOR: gettext_lazy("You approve the project as its mentor, and state this:"),
    Kind.SAFETY: gettext_lazy(
        "You have read the documents about risks, and about people or animals that take part; with what they say the "
        "work was safe and permitted."
    ),
}


def confirmed_by(kind: str, project: Project) -> str:
    """What the person confirms by pressing the button."""
    if kind != Kind.SCHOOL:
        return str(CONFIRMS[Kind(kind)])
    began = project.started_on
    words = _(
        "The school confirms: the members are its pupils, their results in learning and conduct are good or better, "
        "and the school agrees that they take part."
    )
    members = members_of(project)
    own = [person.full_name for person in members if isinstance(person, Pupil) and person.school == project.school]
    if len(own) < len(members):
        words = _(
            "The school confirms: {names} of this team are its pupils, their results in learning and conduct are good "
            "or better, and the school agrees that they take part. It confirms nothing about the other members."
        ).format(names=", ".join(own))
    if began:
        words += " " + _("The work began on {day}.").format(day=f"{began:%d/%m/%Y}")
    return words


def waits_for(kind: str, people: list[str], office: str) -> str:
    """Whom an approval waits for, with the reason where another stands in."""
    label = str(Kind(kind).label)
    if not people and kind == Kind.MENTOR:
        return _(
            "{role}: has left the school. The school returns the project, so that the team chooses another; after "
            "the deadline the organiser opens it for that."
        ).format(role=label)
    if not people:
        return _("{role}: there is nobody who may approve at the moment; this waits for the organiser").format(
            role=label
        )
    if office:
        return _("{role}: {office}, since nobody else at the school can approve on the portal ({names})").format(
            role=label, office=office, names=", ".join(people)
        )
    return _("{role}: {names}").format(role=label, names=", ".join(people))
