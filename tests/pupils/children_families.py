"""What families say in the random stories: by link, by account, on paper, by telephone, in any order of days."""

from __future__ import annotations

from datetime import timedelta

from django.utils import timezone
from hypothesis import strategies as st
from hypothesis.stateful import rule

from programs.consents.actions.consents import withdraw_as_guardian, withdraw_as_pupil, withdraw_at_school
from programs.consents.actions.settling import settle
from programs.consents.models import Consent, GuardianLink
from programs.consents.rules import EARLIER, LATER
from programs.core.refusals import Refused
from programs.pupils.models import Pupil
from programs.visit_days.models import VisitPhotograph
from tests.pupils import children_acts as acts
from tests.pupils.children_model import GUARDIAN, NOTHING, PUPIL, Record, givers, standing
from tests.pupils.children_world import ANY, World

PURPOSES = ["photo", "photo", "photo", "photo", "showcase"]
YES, NO = "given", "refused"
SAYS = st.sampled_from([YES, YES, NO])
PARENT, PURPOSE = st.sampled_from(["mother", "father"]), st.sampled_from(PURPOSES)


class Families(World):
    """A mother, a father and a child of each record; a picture that somebody is in."""

    @rule(number=ANY, parent=PARENT, purpose=PURPOSE, said=SAYS)
    def answer_by_link(self, number: int, parent: str, purpose: str, said: str) -> None:
        if not (found := self.in_use(number)):
            return
        pk, _record, pupil = found
        try:
            link = acts.link_for(pupil, parent, self.key())
        except Refused as refused:
            acts.must_be(refused, "adult", "left")
            return
        acts.say_by_link(link, parent, purpose, said)
        self.say(pk, purpose, GUARDIAN, parent, said == NO)

    @rule(number=ANY, purpose=PURPOSE)
    def withdraw_by_link(self, number: int, purpose: str) -> None:
        """Through a link that was handed out before, wherever its record has come to."""
        links = list(GuardianLink.objects.filter(voided_at=None).exclude(relation="").order_by("pk"))
        if not links:
            return
        link = links[number % len(links)]
        parent = next(who for who, (_name, relation) in acts.PARENTS.items() if relation == link.relation)
        self.key()
        try:
            withdraw_as_guardian(link_id=link.pk, purpose=purpose)
        except Refused as refused:
            acts.must_be(refused, "adult", "left")
            return
        if standing(self.model.records[link.pupil_id].said(purpose, GUARDIAN)) != NOTHING:
            self.say(link.pupil_id, purpose, GUARDIAN, parent, True)

    @rule(number=ANY, purpose=PURPOSE, giver=st.sampled_from([GUARDIAN, PUPIL]))
    def withdraw_at_school(self, number: int, purpose: str, giver: str) -> None:
        """Somebody of the family telephones; the school does not write down who."""
        if not (found := self.in_use(number)):
            return
        pk, record, pupil = found
        self.key()
        by = acts.keeper_of(pupil.school)
        withdraw_at_school(pupil_id=pk, purpose=purpose, giver=giver, reason="Gia đình gọi", by=by)
        if standing(record.said(purpose, giver)) != NOTHING:
            self.say(pk, purpose, giver, "" if giver == GUARDIAN else PUPIL, True)

    @rule(
        number=ANY, parent=PARENT, purpose=PURPOSE, said=SAYS, days=st.integers(0, 4),
        signed_by=st.sampled_from([[GUARDIAN], [PUPIL], [GUARDIAN, PUPIL]]), is_later=st.sampled_from([LATER, EARLIER]),
    )  # fmt: skip
    def hand_in_paper(
        self, number: int, parent: str, purpose: str, said: str, days: int, signed_by: list[str], is_later: str
    ) -> None:
        if not (found := self.in_use(number)):
            return
        pk, record, pupil = found
        on, key = timezone.localdate() - timedelta(days=days), self.key()
        asked = {PUPIL} if self.is_adult(pupil) else {GUARDIAN, *givers(pupil.birth_date, timezone.localdate())}
        moments = {
            giver: acts.moment_of_paper(on, self.clashes(record, purpose, giver, parent, said, on), is_later=is_later)
            for giver in signed_by
        }
        try:
            acts.hand_in_paper(pupil, parent, purpose, said, signed_by=signed_by, on=on, is_later=is_later, key=key)
        except Refused as refused:
            acts.must_be(refused, "not_of_school")
            assert pupil.left_on
            return
        for giver in {*signed_by} & asked:
            who = PUPIL if giver == PUPIL else parent
            self.say(pk, purpose, giver, who, said == NO, at=moments[giver])

    @staticmethod
    def is_adult(pupil: Pupil) -> bool:
        return GUARDIAN not in givers(pupil.birth_date, timezone.localdate())

    @staticmethod
    def clashes(record: Record, purpose: str, giver: str, parent: str, said: str, on) -> list:
        """When the same person said the opposite on that day."""
        who = {PUPIL} if giver == PUPIL else {parent, ""}
        lines = [line for line in record.said(purpose, giver) if line.who in who and line.no != (said == NO)]
        return [line.at for line in lines if timezone.localdate(line.at) == on]

    @rule(number=ANY, purpose=PURPOSE, said=st.sampled_from([YES, YES, NO, "withdraw"]))
    def the_pupil_answers(self, number: int, purpose: str, said: str) -> None:
        if not (found := self.in_use(number)) or not found[2].user:
            return
        pk, record, pupil = found
        self.key()
        if PUPIL not in givers(pupil.birth_date, timezone.localdate()):
            return
        if said != "withdraw":
            acts.say_by_account(pupil, purpose, said)
        else:
            withdraw_as_pupil(pupil_id=pk, purpose=purpose, by=pupil.user)
        if said != "withdraw" or standing(record.said(purpose, PUPIL)) != NOTHING:
            self.say(pk, purpose, PUPIL, PUPIL, said != YES)

    @rule(number=ANY, answer=st.sampled_from([YES, NO]))
    def settle(self, number: int, answer: str) -> None:
        """The parents bring a paper that both signed."""
        disputed = Consent.objects.filter(state="disputed").select_related("pupil__school")
        disputed = [row for row in disputed if self.model.records[row.pupil_id].in_use]
        if not disputed:
            return
        row = disputed[number % len(disputed)]
        self.key()
        settle(
            consent_id=row.pk, answer=answer, signed_on=timezone.localdate(), scan=acts.SCAN, reason="Hai bên thống nhất",
            by=acts.keeper_of(row.pupil.school),
        )  # fmt: skip
        for who in {line.who for line in self.model.records[row.pupil_id].said(row.purpose, row.giver)} - {""}:
            self.say(row.pupil_id, row.purpose, row.giver, who, answer == NO)

    @rule(number=ANY)
    def photograph(self, number: int) -> None:
        if found := self.in_use(number):
            key = self.key()
            row = VisitPhotograph.objects.create(booking=self.visit, storage_key=key, preview_key=key, file_hash=key)
            row.pupils.add(found[2])
