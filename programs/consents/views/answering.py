"""What the pages of a guardian and of a pupil have in common: questions are answered, and once more, and withdrawn."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.utils.functional import cached_property

from programs.consents.forms import WithdrawForm
from programs.consents.queries.answers import Question, fingerprint, questions_for, shown_to, to_ask
from programs.core.acting import Act
from programs.core.gates import not_found_unless
from programs.pupils.models import Pupil


class AboutQuestions(Act):
    giver: str

    @property
    def pupil(self) -> Pupil:
        raise NotImplementedError

    @cached_property
    def questions(self) -> list[Question]:
        return questions_for(self.pupil, self.giver)

    @cached_property
    def question(self) -> Question | None:
        """The one that the address names, where it names one."""
        if "purpose" not in self.kwargs:
            return None
        named = (each for each in self.questions if each.purpose == self.kwargs["purpose"])
        return not_found_unless(next(named, None))


class Answer(AboutQuestions):
    """The open questions, and the state of the others; or one question once more, which is withdrawn if it was given."""

    withdraw: type[Act]

    def instead(self) -> HttpResponse | None:
        closed = super().instead()
        if closed is None and self.question and self.question.is_given and self.asks_to_withdraw:
            return self.withdraw.as_view()(self.request, **self.kwargs)
        return closed

    @property
    def asks_to_withdraw(self) -> bool:
        """Not the answer that gave it, sent a second time."""
        return self.request.method != "POST" or WithdrawForm.base_fields.keys() <= self.request.POST.keys()

    def get_form_kwargs(self) -> dict[str, Any]:
        asked = [self.question] if self.question else to_ask(self.questions, self.request.POST)
        return super().get_form_kwargs() | {"questions": asked}

    def get_initial(self) -> dict[str, Any]:
        return {"seen": fingerprint(shown_to(self.pupil, self.giver))}

    def get_context_data(self, **kwargs) -> dict[str, Any]:
        others = [] if self.question else [each for each in self.questions if not each.is_open]
        return super().get_context_data(others=others, again=bool(self.question), **kwargs)
