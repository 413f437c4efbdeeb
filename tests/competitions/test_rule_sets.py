"""Rules are data: three ship whole, a published version is frozen in the database, a change is a new version.

Bà Hoa of the department writes; ông Lâm of another school may only read what is published.
"""

from __future__ import annotations

import pytest
from django.core.exceptions import PermissionDenied
from django.db import DatabaseError, transaction
from django.urls import reverse

from programs.competitions.actions import rule_sets, seeds
from programs.competitions.choices import RuleSetState
from programs.competitions.models import Criterion, ProjectField, Round, RuleSet, Slot
from programs.competitions.queries import contents_of
from programs.competitions.rules import gaps_in
from programs.core.audit import history_of
from programs.core.refusals import Refused
from tests.competitions.make import ba_hoa, draft_of, rules
from tests.people import make_outsider, make_year

pytestmark = pytest.mark.django_db


def refused_with(call) -> str:
    with pytest.raises(Refused) as refused:
        call()
    return refused.value.refusal.code


@pytest.fixture
def hoa():
    return ba_hoa()


# --- What ships ---------------------------------------------------------------------------------
def test_the_fair_ships_whole():
    khkt = rules("khkt")
    assert (khkt.grade_from, khkt.grade_to, khkt.team_min, khkt.team_max, khkt.same_school) == (8, 12, 1, 2, True)
    assert (khkt.months_most, khkt.starts_years_before, khkt.ends_days_before, khkt.per_mentor) == (12, 1, 30, 2)
    assert khkt.fields.count() == 22
    contents = contents_of(khkt)
    slots = {slot.code: slot for slot in contents.slots}
    assert {"plan", "form-1a", "form-1b", "report", "risk"} <= set(slots)
    assert slots["report"].most_pages == 15
    assert (slots["risk"].need, bool(slots["risk"].question)) == ("condition", True)
    assert gaps_in(contents) == []


def test_the_city_round_of_the_fair_has_no_poster_and_the_selection_has():
    khkt = rules("khkt")
    for kind in ("science", "engineering"):
        sheets = [list(each.criteria.filter(kind=kind).values_list("code", flat=True)) for each in khkt.rounds.all()]
        assert [("poster" in sheet, len(sheet)) for sheet in sheets] == [(False, 0), (False, 5), (True, 6)]


def test_primary_pupils_are_never_scored():
    primary = rules("lam-quen-nckh")
    assert (primary.grade_from, primary.grade_to, primary.levels) == (3, 5, ["primary"])
    assert Criterion.objects.filter(round__rule_set=primary).count() == 0
    assert gaps_in(contents_of(primary)) == []


def test_university_students_enter_the_open_challenge():
    challenge = rules("thu-thach-mo")
    assert (challenge.pupils, challenge.students, challenge.same_school) == (True, True, False)
    assert challenge.rounds.get(number=1).blind
    assert gaps_in(contents_of(challenge)) == []


def test_loading_twice_changes_nothing():
    make_year()
    first = seeds.load_rule_sets()
    assert [row.pk for row in seeds.load_rule_sets()] == [row.pk for row in first]
    assert {row.state for row in first} == {RuleSetState.PUBLISHED}


# --- Frozen -------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    "change",
    [
        lambda khkt: RuleSet.objects.filter(pk=khkt.pk).update(team_max=3),
        lambda khkt: RuleSet.objects.filter(pk=khkt.pk).update(state="draft", published_at=None),
        lambda khkt: khkt.delete(),
        lambda khkt: khkt.slots.update(most_pages=99),
        lambda khkt: khkt.slots.first().delete(),
        lambda khkt: Slot.objects.create(rule_set=khkt, code="poster", name="Áp phích", kinds=["pdf"]),
        lambda khkt: khkt.rounds.update(blind=True),
        lambda khkt: khkt.rounds.first().delete(),
        lambda khkt: Round.objects.create(rule_set=khkt, number=9, name="Vòng chín"),
        lambda khkt: Criterion.objects.filter(round__rule_set=khkt).update(points=1),
        lambda khkt: Criterion.objects.filter(round__rule_set=khkt).first().delete(),
        lambda khkt: Criterion.objects.create(
            round=khkt.rounds.last(), kind="science", code="luck", name="May mắn", points=5
        ),
        lambda khkt: khkt.fields.clear(),
        lambda khkt: khkt.fields.add(ProjectField.objects.create(code="magic", name="Phép thuật", name_en="Magic")),
        lambda khkt: khkt.fields.update(name="Khác"),
    ],
)
def test_nothing_of_a_published_version_changes(change):
    khkt = rules("khkt")
    with pytest.raises(DatabaseError, match="frozen"), transaction.atomic():
        change(khkt)


def test_a_document_of_a_draft_cannot_be_slipped_into_a_published_version(hoa):
    draft = draft_of("khkt", by=hoa)
    with pytest.raises(DatabaseError, match="frozen"), transaction.atomic():
        draft.slots.update(rule_set=rules("ideas"))


# --- A new version ------------------------------------------------------------------------------
def test_a_change_is_a_new_version_with_everything_in_it(hoa):
    draft = draft_of("khkt", by=hoa)
    old = rules("khkt")
    assert (draft.version, draft.state, draft.published_at) == (2, RuleSetState.DRAFT, None)
    assert [slot.code for slot in draft.slots.all()] == [slot.code for slot in old.slots.all()]
    assert Criterion.objects.filter(round__rule_set=draft).count() == 22
    assert draft.fields.count() == 22
    assert history_of(draft).get().action == "rule_set.copy"


def test_one_draft_at_a_time(hoa):
    draft_of("khkt", by=hoa)
    assert refused_with(lambda: draft_of("khkt", by=hoa)) == "draft_exists"


def test_only_the_department_begins_changes_and_publishes(hoa):
    draft, lam = draft_of("khkt", by=hoa), make_outsider()
    for act in (rule_sets.begin_version, rule_sets.publish_rule_set, rule_sets.drop_draft):
        with pytest.raises(PermissionDenied):
            act(rule_set_id=draft.pk, by=lam)


def test_an_incomplete_draft_is_refused_in_words(hoa):
    draft = draft_of("khkt", by=hoa)
    draft.slots.all().delete()
    Criterion.objects.filter(round__rule_set=draft, kind="science").delete()
    RuleSet.objects.filter(pk=draft.pk).update(source="")
    with pytest.raises(Refused) as refused:
        rule_sets.publish_rule_set(rule_set_id=draft.pk, by=hoa)
    words = str(refused.value.refusal.message)
    assert refused.value.refusal.code == "incomplete"
    assert "nguồn" in words.lower()
    assert "Vòng 2" in words


def test_a_published_draft_is_frozen_and_its_competitions_choose_it(hoa):
    draft = draft_of("khkt", by=hoa)
    rule_sets.publish_rule_set(rule_set_id=draft.pk, by=hoa)
    assert refused_with(lambda: rule_sets.publish_rule_set(rule_set_id=draft.pk, by=hoa)) == "published"
    assert refused_with(lambda: rule_sets.drop_draft(rule_set_id=draft.pk, by=hoa)) == "published"
    with pytest.raises(DatabaseError, match="frozen"), transaction.atomic():
        RuleSet.objects.filter(pk=draft.pk).update(team_max=3)


# --- The department's pages ---------------------------------------------------------------------
def address(name: str, rule_set: RuleSet, *more) -> str:
    return reverse(name, args=[rule_set.code, rule_set.version, *more])


def typed(form) -> dict:
    """A form as a browser sends it back, unchanged."""
    data = {}
    for bound in form:
        value = bound.value()
        if value is not None and value is not False:
            data[bound.html_name] = bound.field.prepare_value(value)
    return data


def test_ba_hoa_writes_a_version_on_the_pages(client, hoa):
    client.force_login(hoa)
    page = client.post(address("rule_set_copy", rules("khkt")), follow=True)
    draft = RuleSet.objects.get(code="khkt", version=2)
    assert page.status_code == 200

    form = client.get(address("rule_set_edit", draft)).context["form"]
    sent = typed(form) | {"team_max": "3", "article_team": "Điều 6"}
    saved = client.post(address("rule_set_edit", draft), sent)
    assert saved.status_code == 302
    draft.refresh_from_db()
    assert (draft.team_max, draft.source_of("team")) == (3, "Thông tư 06/2024/TT-BGDĐT, Điều 6")
    assert draft.fields.count() == 22

    stale = client.post(address("rule_set_edit", draft), sent | {"team_max": "4"})
    assert stale.context["form"].differences
    draft.refresh_from_db()
    assert draft.team_max == 3


def test_ba_hoa_adds_changes_and_removes_a_document(client, hoa):
    draft = draft_of("khkt", by=hoa)
    client.force_login(hoa)
    new = typed(client.get(address("rule_part_add", draft, "documents")).context["form"])
    new |= {"code": "poster", "name": "Áp phích", "kinds": ["pdf"], "most_mb": "20", "need": "optional"}
    assert client.post(address("rule_part_add", draft, "documents"), new).status_code == 302
    assert client.post(address("rule_part_add", draft, "documents"), new).status_code == 302  # the same press again
    slot = draft.slots.get(code="poster")

    taken = client.post(address("rule_part_add", draft, "documents"), new | {"idempotency_key": "another"})
    assert "code" in taken.context["form"].errors

    change = typed(client.get(address("rule_part_change", draft, "documents", slot.pk)).context["form"])
    change |= {"need": "condition", "question": ""}
    refused = client.post(address("rule_part_change", draft, "documents", slot.pk), change)
    assert "question" in refused.context["form"].errors
    change |= {"question": "Có trưng bày không?"}
    assert client.post(address("rule_part_change", draft, "documents", slot.pk), change).status_code == 302
    slot.refresh_from_db()
    assert (slot.need, slot.question) == ("condition", "Có trưng bày không?")

    assert client.post(address("rule_part_remove", draft, "documents", slot.pk)).status_code == 302
    assert not draft.slots.filter(code="poster").exists()


def test_a_round_and_its_criteria_are_written_on_the_pages(client, hoa):
    draft = draft_of("khkt", by=hoa)
    client.force_login(hoa)
    page = address("rule_part_add", draft, "rounds")
    new = typed(client.get(page).context["form"])
    new |= {"number": "4", "name": "Vòng bốn", "kind": "interview", "tie_order": "creativity, interview"}
    assert client.post(page, new).status_code == 302
    fourth = draft.rounds.get(number=4)
    assert fourth.tie_order == ["creativity", "interview"]
    assert "creativity" in " ".join(gaps_in(contents_of(draft)))

    page = address("rule_part_add", draft, "criteria")
    new = typed(client.get(page).context["form"])
    new |= {"round": fourth.pk, "kind": "science", "code": "creativity", "name": "Sáng tạo", "points": "20"}
    assert client.post(page, new).status_code == 302
    stranger = rules("ideas").rounds.get()
    other = client.post(page, new | {"round": stranger.pk, "idempotency_key": "other"})
    assert "round" in other.context["form"].errors


def test_publishing_says_that_it_is_final(client, hoa):
    draft = draft_of("khkt", by=hoa)
    client.force_login(hoa)
    assert "cuối cùng" in client.get(address("rule_set_publish", draft)).content.decode()
    client.post(address("rule_set_publish", draft))
    draft.refresh_from_db()
    assert draft.state == RuleSetState.PUBLISHED
    page = client.get(address("rule_set_edit", draft))
    answer = client.post(address("rule_set_edit", draft), typed(page.context["form"]) | {"team_max": "5"})
    assert answer.status_code == 200
    draft.refresh_from_db()
    assert draft.team_max == 2


def test_everybody_reads_published_rules_and_nobody_else_a_draft(client, hoa):
    draft = draft_of("khkt", by=hoa)
    old = rules("khkt")
    read = client.get(address("rule_set_detail", old)).content.decode()
    for words in ("Thông tư 06/2024/TT-BGDĐT", "Kế hoạch nghiên cứu", "15 trang", "Khoa học động vật"):
        assert words in read
    assert client.get(address("rule_set_detail", draft)).status_code == 404
    client.force_login(make_outsider())
    assert client.get(address("rule_set_detail", draft)).status_code == 404
    assert client.get(address("rule_set_edit", draft)).status_code == 404
    assert client.get(reverse("rule_set_list")).status_code == 403


@pytest.mark.parametrize("versions", [1, 3])
def test_the_list_of_rules_costs_the_same_for_every_version(client, hoa, versions, django_assert_num_queries):
    rules("khkt")
    for _version in range(versions - 1):
        draft = draft_of("khkt", by=hoa)
        rule_sets.publish_rule_set(rule_set_id=draft.pk, by=hoa)
    client.force_login(hoa)
    client.get(reverse("rule_set_list"))
    with django_assert_num_queries(QUERIES_OF_THE_LIST):
        client.get(reverse("rule_set_list"))


QUERIES_OF_THE_LIST = 9
