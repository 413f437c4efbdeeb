"""Every rule of the wing, with what an action reads for it."""

from __future__ import annotations

from functools import partial

from django.utils import timezone

from programs.pupils.models import Pupil
from programs.rosters import rules
from programs.rosters.choices import RowOutcome
from programs.rosters.queries import roll_around
from programs.schools.choices import ImportState
from tests.people import make_class, make_pupil
from tests.rosters.rosters import AN, BINH


def calls() -> list[partial]:
    group = make_class("8A1")
    known = make_pupil(AN[1], class_group=group, external_id=AN[0])
    year_id, source = group.school_year_id, Pupil.objects.get(pk=known.pk).source
    lines = [{"external_id": row[0], "full_name": row[1], "class_name": row[4]} for row in (AN, BINH)]
    roll = roll_around(lines, school_id=known.school_id, source=source, year_id=year_id)
    [[pupil]] = roll.here.values()
    judging = {"source": source, "year": group.school_year, "roll": roll, "today": timezone.localdate()}
    verdicts = [rules.judge(facts, [], **judging) for facts in lines]
    stored = {"outcome": RowOutcome.ADD, "changes": {}, "question": ""}
    applied = {"day": timezone.now(), "person": "Phúc", "is_applied": True}
    return [
        *(partial(rules.judge, facts, [], **judging) for facts in lines),
        partial(rules.open_doubts, [{"field": "", "code": rules.HIDDEN}], [], outcome=RowOutcome.ADD),
        partial(rules.only_loses_accents, "Nguyễn Văn An", "Nguyen Van An"),
        partial(rules.settles, rules.HIDDEN, "take"),
        partial(rules.class_order, "8A10"),
        *(partial(rules.has_gone_stale, fresh=verdict, **stored) for verdict in verdicts),
        *(partial(rules.act_of, verdict, question="", decision="") for verdict in verdicts),
        partial(rules.changes_between, lines[0], pupil, source, year_id),
        partial(rules.latest_left, [pupil]),
        partial(rules.children_elsewhere, lines[0], roll),
        partial(rules.is_strange, lines[0], roll),
        partial(rules.strange_refusal, found=99, earlier=0),
        partial(rules.file_still_asks, rules.TWICE, verdicts[1]),
        partial(rules.name_key, pupil.full_name),
        partial(rules.spoils, {"fatal": True}),
        partial(rules.decision_allowed, rules.TWICE, "new"),
        partial(rules.no_rows),
        partial(rules.import_refusal, state=ImportState.READY, wanted=rules.OPEN_STATES),
        partial(rules.same_file_refusal, is_changed=False, once_more=False, **applied),
        partial(rules.same_file_refusal, is_changed=True, once_more=False, **applied),
        partial(rules.apply_refusal, all_or_nothing=True, unusable=1, undecided=0, useful=1),
    ]
