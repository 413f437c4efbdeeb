"""The department prepares a competition, opens it, moves its deadline and closes it; those who entered are told.

Bà Hoa runs it; em Minh has a project in it, which cô Hạnh supervises; ông Lâm works elsewhere.
"""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.urls import reverse
from django.utils import timezone

from programs.competitions.actions import competitions, rule_sets
from programs.competitions.choices import CompetitionState
from programs.competitions.models import Competition
from programs.core.audit import history_of
from programs.core.refusals import Refused
from programs.core.versions import version_of
from programs.notices.models import Message
from programs.projects.models import Project
from tests.competitions.make import ba_hoa, draft_of, prepare, rules
from tests.competitions.test_rule_sets import typed
from tests.people import make_outsider, make_teacher, make_year
from tests.projects.make import make_minh, make_project

pytestmark = pytest.mark.django_db


@pytest.fixture
def hoa():
    return ba_hoa()


def refused_with(call) -> str:
    with pytest.raises(Refused) as refused:
        call()
    return refused.value.refusal.code


def opened(hoa, **more) -> Competition:
    competition = prepare(rules("ideas"), by=hoa, **more)
    return competitions.open_competition(competition_id=competition.pk, by=hoa)


def entered(competition: Competition) -> Project:
    minh = make_minh()
    return make_project(
        minh=minh, competition=competition, supervisor=make_teacher("Trần Thị Hạnh", school=minh.school)
    )


def move(competition: Competition, hoa, *, opens_at=None, closes_at=None, reason="Trường nghỉ vì bão.", version=None):
    read = Competition.objects.get(pk=competition.pk).dates
    return competitions.change_dates(
        competition_id=competition.pk,
        opens_at=opens_at or read["opens_at"],
        closes_at=closes_at or read["closes_at"],
        held_on=read["held_on"],
        reason=reason,
        version=version or version_of(read),
        by=hoa,
    )


# --- Preparing and opening ----------------------------------------------------------------------
def test_ba_hoa_prepares_a_competition_that_nobody_sees_before_it_opens(client, hoa):
    rule_set = rules("khkt")
    client.force_login(hoa)
    form = client.get(reverse("competition_new")).context["form"]
    soon = timezone.localtime() + timedelta(days=30)
    sent = typed(form) | {
        "code": "KHKT-2026", "name": "Hội thi khoa học kĩ thuật", "summary": "Cấp thành phố.",
        "rule_set": rule_set.pk, "school_year": make_year().pk,
        "opens_at": "01/09/2026 08:00", "closes_at": f"{soon:%d/%m/%Y} 17:00",
    }  # fmt: skip
    client.post(reverse("competition_new"), sent)
    client.post(reverse("competition_new"), sent)  # pressed twice
    competition = Competition.objects.get()
    assert (competition.slug, competition.state) == ("hoi-thi-khoa-hoc-ki-thuat-khkt-2026", CompetitionState.DRAFT)
    public = reverse("competition_detail", args=[competition.slug])
    client.logout()
    assert client.get(public).status_code == 404
    client.force_login(hoa)
    client.post(reverse("competition_open", args=[competition.slug]))
    client.logout()
    assert client.get(public).status_code == 200
    assert [row.action for row in history_of(competition)] == ["competition.open", "competition.create"]


def test_only_published_rules_open_a_competition(hoa):
    competition = prepare(draft_of("khkt", by=hoa), by=hoa)
    assert refused_with(lambda: competitions.open_competition(competition_id=competition.pk, by=hoa)) == "rules_draft"
    rule_sets.publish_rule_set(rule_set_id=competition.rule_set_id, by=hoa)
    assert competitions.open_competition(competition_id=competition.pk, by=hoa).state == CompetitionState.OPEN


def test_a_code_is_used_once_and_a_deadline_comes_after_the_opening(hoa):
    prepare(rules("khkt"), by=hoa)
    assert refused_with(lambda: prepare(rules("khkt"), by=hoa)) == "code_taken"
    assert refused_with(lambda: prepare(rules("khkt"), by=hoa, code="KHKT-2027", days=-2)) == "ends_before"


def test_nobody_else_runs_competitions(client, hoa):
    competition, lam = opened(hoa), make_outsider()
    with pytest.raises(PermissionDenied):
        competitions.close_competition(competition_id=competition.pk, reason="Không", by=lam)
    client.force_login(lam)
    for name in ("competition_manage", "competition_edit", "competition_dates", "competition_close"):
        assert client.get(reverse(name, args=[competition.slug])).status_code == 403
    assert client.get(reverse("competition_board")).status_code == 403


# --- Dates --------------------------------------------------------------------------------------
def test_a_later_deadline_is_told_to_the_team_and_its_teacher(hoa):
    competition = opened(hoa)
    project = entered(competition)
    move(competition, hoa, closes_at=competition.closes_at + timedelta(days=7))
    letters = Message.objects.filter(kind="competition_dates")
    assert {letter.recipient for letter in letters} == {project.created_by, project.supervisor}
    assert "Trường nghỉ vì bão." in letters[0].body_text
    assert history_of(competition).first().reason.text == "Trường nghỉ vì bão."


def test_an_open_deadline_never_moves_to_an_earlier_time(hoa):
    competition = opened(hoa)
    earlier, other = competition.closes_at - timedelta(hours=1), competition.opens_at + timedelta(hours=1)
    assert refused_with(lambda: move(competition, hoa, closes_at=earlier)) == "only_later"
    assert refused_with(lambda: move(competition, hoa, opens_at=other)) == "opened"
    assert Message.objects.filter(kind="competition_dates").count() == 0


def test_before_it_opens_every_date_may_move_and_nobody_is_told(hoa):
    competition = prepare(rules("ideas"), by=hoa)
    move(competition, hoa, closes_at=competition.closes_at - timedelta(days=3), reason="")
    assert Message.objects.count() == 0


def test_the_same_dates_change_nothing_and_stale_ones_are_refused(hoa):
    competition = opened(hoa)
    read = version_of(competition.dates)
    acts = history_of(competition).count()
    move(competition, hoa)
    assert history_of(competition).count() == acts
    move(competition, hoa, closes_at=competition.closes_at + timedelta(days=1))
    later = competition.closes_at + timedelta(days=2)
    assert refused_with(lambda: move(competition, hoa, closes_at=later, version=read)) == "changed_meanwhile"


# --- Closing ------------------------------------------------------------------------------------
def test_closing_needs_a_reason_and_can_be_taken_back(client, hoa):
    competition = opened(hoa)
    project = entered(competition)
    client.force_login(hoa)
    page = reverse("competition_close", args=[competition.slug])
    assert "reason" in client.post(page, {}).context["form"].errors
    client.post(page, {"reason": "Dừng để bảo trì."})
    competition.refresh_from_db()
    assert competition.state == CompetitionState.CLOSED
    assert refused_with(lambda: make_project(competition=competition)) == "not_open"
    assert refused_with(lambda: competitions.close_competition(competition_id=competition.pk, reason="x", by=hoa)) == (
        "wrong_state"
    )
    client.post(reverse("competition_open", args=[competition.slug]))
    competition.refresh_from_db()
    assert competition.state == CompetitionState.OPEN
    kinds = Message.objects.filter(recipient=project.created_by).values_list("kind", flat=True)
    assert {"competition_closed", "competition_opened"} <= set(kinds)


def test_words_may_change_until_judging(client, hoa):
    competition = opened(hoa)
    client.force_login(hoa)
    page = reverse("competition_edit", args=[competition.slug])
    sent = typed(client.get(page).context["form"]) | {"partner": "Công ty Nước Bình Dương"}
    client.post(page, sent)
    assert (
        "Công ty Nước Bình Dương" in client.get(reverse("competition_detail", args=[competition.slug])).content.decode()
    )
    assert client.post(page, sent | {"partner": "Công ty khác"}).context["form"].differences
    Competition.objects.filter(pk=competition.pk).update(state=CompetitionState.JUDGING)
    sent = typed(client.get(page).context["form"]) | {"partner": "Công ty khác"}
    assert client.post(page, sent).status_code == 200
    competition.refresh_from_db()
    assert competition.partner == "Công ty Nước Bình Dương"
