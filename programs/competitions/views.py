"""The rules of competitions, for everybody who may read them; versions and competitions, for the department."""

from __future__ import annotations

from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse, reverse_lazy
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from programs.competitions import policy, queries, words
from programs.competitions.actions import competitions, rule_sets
from programs.competitions.forms import (
    CloseForm,
    CompetitionForm,
    DatesForm,
    NewCompetitionForm,
    RuleSetForm,
    part_form,
)
from programs.competitions.models import Competition, RuleSet
from programs.competitions.rules import closing_refusal, gaps_in, opening_refusal, wording_refusal
from programs.core.acting import Act
from programs.core.audit import history_of
from programs.core.gates import not_found_unless, signed_in
from programs.core.policy import must


# --- Reading the rules --------------------------------------------------------------------------
@require_safe
def rule_set_detail(request: HttpRequest, code: str, version: int) -> HttpResponse:
    rule_set = get_object_or_404(queries.rule_sets_visible_to(request.user), code=code, version=version)
    contents = queries.contents_of(rule_set)
    runs = policy.may_run_competitions(request.user)
    context = {
        "rule_set": rule_set,
        "lines": words.lines_of(contents),
        "slots": contents.slots,
        "fields": list(rule_set.fields.all()),
        "rounds": words.rounds_of(contents),
        "runs": runs,
        "gaps": gaps_in(contents) if runs and rule_set.is_draft else [],
        "history": history_of(rule_set) if runs else [],
    }
    return render(request, "competitions/rule_set_detail.html", context)


@signed_in
@require_safe
def rule_set_list(request: HttpRequest) -> HttpResponse:
    must(policy.may_run_competitions(request.user))
    context = {"kinds": queries.rule_sets_by_code(request.user)}
    return render(request, "competitions/rule_set_list.html", context)


# --- Writing the rules --------------------------------------------------------------------------
class RuleSetAct(Act):
    """404 for those who may not see it, 403 for those who may only read."""

    context_object_name = "rule_set"
    may = staticmethod(policy.may_run_competitions)

    def get_target(self, code: str, version: int, **_more) -> RuleSet:
        return get_object_or_404(queries.rule_sets_visible_to(self.user), code=code, version=version)

    @property
    def back_url(self) -> str:
        return self.way_back(self.target)

    def way_back(self, rule_set: RuleSet) -> str:
        return reverse("rule_set_detail", args=[rule_set.code, rule_set.version])


class RuleSetCopy(RuleSetAct):
    submit = _("Begin a new version")
    done = _("This is the draft of the new version. Change it, then publish it.")

    @property
    def title(self) -> str:
        return _("New version of: {name}").format(name=self.target.local_name)

    @property
    def text(self) -> str:
        return _(
            "Version {version} is copied as a draft. Nothing changes for competitions until the draft is published and "
            "a competition is prepared with it."
        ).format(version=self.target.version)

    def act(self, form) -> RuleSet:
        return rule_sets.begin_version(rule_set_id=self.target.pk, by=self.user)


class RuleSetEdit(RuleSetAct):
    form_class = RuleSetForm
    template_name = "competitions/form.html"
    title = _("Who enters, when and how many")
    submit = _("Save")
    done = _("Saved.")

    def get_form_kwargs(self) -> dict:
        initial = queries.facts_of(self.target)
        return super().get_form_kwargs() | {"initial": initial, "rule_set": self.target}

    def act(self, form: RuleSetForm) -> RuleSet:
        return rule_sets.change_draft(rule_set_id=self.target.pk, by=self.user, **form.values)


class RuleSetPublish(RuleSetAct):
    submit = _("Publish for good")
    text = _("This is final: once published, nothing in this version can change. A change is a new version.")
    done = _("Published. Competitions can be prepared with these rules.")

    @property
    def title(self) -> str:
        return _("Publish version {version} of: {name}").format(
            version=self.target.version, name=self.target.local_name
        )

    def act(self, form) -> RuleSet:
        return rule_sets.publish_rule_set(rule_set_id=self.target.pk, by=self.user)


class RuleSetDrop(RuleSetAct):
    submit = _("Delete the draft")
    danger = True
    text = _("This is final: the draft and all that was changed in it are deleted.")
    done = _("The draft is deleted.")

    @property
    def title(self) -> str:
        return _("Delete version {version} of: {name}").format(version=self.target.version, name=self.target.local_name)

    def act(self, form) -> None:
        rule_sets.drop_draft(rule_set_id=self.target.pk, by=self.user)

    def way_back(self, result: RuleSet | None) -> str:
        return super().way_back(result) if result else reverse("rule_set_list")


class PartAct(RuleSetAct):
    """A document, a round or a criterion of a draft."""

    template_name = "competitions/form.html"
    submit = _("Save")
    done = _("Saved.")
    titles = {"documents": _("Document"), "rounds": _("Round"), "criteria": _("Criterion")}
    changing = False

    def get_target(self, code: str, version: int, part: str, **_more) -> RuleSet:
        not_found_unless(part in queries.PARTS)
        return get_object_or_404(queries.rule_sets_visible_to(self.user), code=code, version=version)

    @property
    def title(self) -> Any:
        return self.titles[self.kwargs["part"]]

    def get_form_class(self) -> type[forms.Form]:
        return part_form(self.kwargs["part"], changing=self.changing)

    def get_form(self, form_class=None):
        form = super().get_form(form_class)
        if "round" in form.fields:
            form.fields["round"].queryset = self.target.rounds.all()
        return form


class PartAdd(PartAct):
    done = _("Added.")

    def act(self, form) -> RuleSet:
        return rule_sets.add_part(
            rule_set_id=self.target.pk, part=self.kwargs["part"], values=form.values, by=self.user, key=form.key
        )


class PartChange(PartAct):
    changing = True
    part: Any

    def get_target(self, code: str, version: int, part: str, pk: int) -> RuleSet:
        rule_set = super().get_target(code, version, part)
        self.part = not_found_unless(queries.part_seen_by(self.user, rule_set, part, pk))
        return rule_set

    def get_form_kwargs(self) -> dict:
        return super().get_form_kwargs() | {"initial": self.part.filled_in}

    def get_context_data(self, **kwargs) -> dict:
        return super().get_context_data(part=self.part, **kwargs)

    def act(self, form) -> RuleSet:
        typed = dict(form.cleaned_data)
        return rule_sets.change_part(part=self.part, version=typed.pop("version"), values=typed, by=self.user)


class PartRemove(PartChange):
    template_name = "components/confirm.html"
    submit = _("Remove")
    danger = True
    done = _("Removed.")
    get_form_kwargs = Act.get_form_kwargs

    @property
    def title(self) -> str:
        return _("Remove “{name}”?").format(name=self.part.local_name)

    def get_form_class(self) -> type[forms.Form]:
        return forms.Form

    def act(self, form) -> RuleSet:
        return rule_sets.remove_part(part=self.part, by=self.user)


# --- Competitions -------------------------------------------------------------------------------
@signed_in
@require_safe
def competition_board(request: HttpRequest) -> HttpResponse:
    must(policy.may_run_competitions(request.user))
    context = {"competitions": list(queries.competitions_visible_to(request.user))}
    return render(request, "competitions/competition_board.html", context)


@signed_in
@require_safe
def competition_manage(request: HttpRequest, slug: str) -> HttpResponse:
    competition = get_object_or_404(queries.competitions_visible_to(request.user), slug=slug)
    must(policy.may_run_competitions(request.user))
    context = {
        "competition": competition,
        "rule_set": competition.rule_set,
        "opening": opening_refusal(competition, now=timezone.now()),
        "may_close": not closing_refusal(competition),
        "may_change": not wording_refusal(competition),
        "history": history_of(competition),
    }
    return render(request, "competitions/competition_manage.html", context)


class CompetitionNew(Act):
    form_class = NewCompetitionForm
    template_name = "competitions/form.html"
    title = _("New competition")
    text = _("Nobody else sees it until you open it.")
    submit = _("Prepare the competition")
    back_url = reverse_lazy("competition_board")
    done = _("Prepared. Read it through, then open it.")
    may = staticmethod(policy.may_run_competitions)

    def act(self, form: NewCompetitionForm) -> Competition:
        return competitions.create_competition(by=self.user, key=form.key, **form.values)

    def way_back(self, competition: Competition) -> str:
        return reverse("competition_manage", args=[competition.slug])


class CompetitionAct(Act):
    context_object_name = "competition"
    may = staticmethod(policy.may_run_competitions)
    question = ""

    def get_target(self, slug: str) -> Competition:
        return get_object_or_404(queries.competitions_visible_to(self.user), slug=slug)

    @property
    def title(self) -> str:
        return self.question.format(name=self.target.local_name)

    @property
    def back_url(self) -> str:
        return reverse("competition_manage", args=[self.target.slug])


class CompetitionEdit(CompetitionAct):
    form_class = CompetitionForm
    template_name = "competitions/form.html"
    question = _("What is said about “{name}”")
    submit = _("Save")
    done = _("Saved.")

    def get_form_kwargs(self) -> dict:
        return super().get_form_kwargs() | {"initial": self.target.filled_in}

    def act(self, form: CompetitionForm) -> Competition:
        version = form.cleaned_data["version"]
        return competitions.change_words(competition_id=self.target.pk, words=form.words, version=version, by=self.user)


class CompetitionDates(CompetitionAct):
    form_class = DatesForm
    template_name = "competitions/form.html"
    question = _("Dates of “{name}”")
    text = _(
        "While entries are being taken the deadline can only be moved to a later time. Everybody who has entered is told."
    )
    submit = _("Save the dates")
    done = _("Saved. Everybody who has entered has been told.")

    def get_form_kwargs(self) -> dict:
        initial = self.target.dates
        return super().get_form_kwargs() | {"initial": initial, "competition": self.target}

    def act(self, form: DatesForm) -> Competition:
        return competitions.change_dates(competition_id=self.target.pk, by=self.user, **form.cleaned_data)


class CompetitionOpen(CompetitionAct):
    question = _("Open “{name}” for entries")
    text = _("Everybody sees it from now on, and teams may enter from the time that is set.")
    submit = _("Open the competition")
    done = _("The competition is open for entries.")

    def act(self, form) -> Competition:
        return competitions.open_competition(competition_id=self.target.pk, by=self.user)


class CompetitionClose(CompetitionAct):
    form_class = CloseForm
    question = _("Close “{name}” for entries")
    text = _("Nothing can be submitted any more, even before the deadline. You can open it again.")
    submit = _("Close the competition")
    danger = True
    done = _("The competition is closed. Everybody who has entered has been told.")

    def act(self, form: CloseForm) -> Competition:
        return competitions.close_competition(competition_id=self.target.pk, by=self.user, **form.cleaned_data)
