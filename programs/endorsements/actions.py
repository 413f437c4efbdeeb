"""A role approves or returns a submission; members and mentors state that the work is honest; the committee is named."""

from __future__ import annotations

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from programs.accounts.models import User
from programs.accounts.queries import person_with_email
from programs.competitions.models import Competition
from programs.core.audit import record
from programs.core.policy import must
from programs.core.refusals import Refused, refuse_if
from programs.endorsements import rules
from programs.endorsements.choices import Decision, Kind, Part
from programs.endorsements.models import Approval, SafetyMember, Statement
from programs.endorsements.policy import may_approve, may_name, may_state
from programs.endorsements.queries import approvals_of, has_stated, kinds_of, safety_committee
from programs.endorsements.words import newest_text
from programs.notices.actions import write_message
from programs.projects.actions.entries import locked_project
from programs.projects.actions.moving import move
from programs.projects.choices import ProjectState
from programs.projects.emails import tell
from programs.projects.models import Project
from programs.projects.queries.deadlines import approve_by
from programs.projects.queries.submissions import receipt_of
from programs.projects.queries.team import entrant_of, people_of


@transaction.atomic
def approve_project(*, project_id: int, kind: str, submission: int, by: User, text_version: int = 0) -> Project:
    """Approve a submission, by its number, in the role ``kind``; with the last approval the project is entered.

    The mentor states at the same time that the work is honest; ``text_version`` is the text that was read.
    Raises PermissionDenied, and ``Refused``: those of ``approval_refusal``, ``other_text``.
    """
    project = locked_project(project_id=project_id)
    _decide(project, kind, Decision.GIVEN, submission=submission, by=by)
    if kind == Kind.MENTOR:
        refuse_if(rules.text_refusal(read=text_version, newest=newest_text(Part.MENTOR).version))
        _state(project, Part.MENTOR, text_version, by=by)
    record(by=by, action="endorsement.approve", obj=project, after={"kind": kind})
    given = [row.kind for row in approvals_of(receipt_of(project)).values() if row.decision == Decision.GIVEN]
    if rules.is_complete(kinds_of(project), given):
        move(project=project, to=ProjectState.ENDORSED, endorsed_at=timezone.now())
        tell(project, "project_endorsed", people_of(project))
    return project


@transaction.atomic
def return_project(*, project_id: int, kind: str, submission: int, reason: str, by: User) -> Project:
    """Return a submission, by its number; its team reads the reason, who gave it and in which role.

    Raises PermissionDenied, and ``Refused``: those of ``approval_refusal``.
    """
    project = locked_project(project_id=project_id)
    _decide(project, kind, Decision.RETURNED, submission=submission, by=by)
    move(project=project, to=ProjectState.RETURNED, return_reason=reason)
    record(by=by, action="endorsement.return", obj=project, after={"kind": kind, "state": project.state}, reason=reason)
    others = [person for person in people_of(project) if person != by]
    tell(project, "project_returned", others, name=by.full_name, role=Kind(kind).label)
    return project


def _decide(project: Project, kind: str, decision: Decision, *, submission: int, by: User) -> None:
    """The caller holds the project's lock; the constraints stand behind it."""
    must(may_approve(by, project, kind))
    newest = receipt_of(project)
    decided = approvals_of(newest)
    own, read = any(row.by_id == by.pk for row in decided.values()), newest is not None and newest.number == submission
    last, now = approve_by(project), timezone.now()
    refuse_if(rules.approval_refusal(project, kind, read=read, decided=decided, own=own, last=last, now=now))
    try:
        with transaction.atomic():
            Approval.objects.create(
                submission=project.submissions.get(number=submission), kind=kind, decision=decision, by=by
            )
    except IntegrityError as error:
        words = _("This has been decided already, perhaps by a colleague a moment ago.")
        raise Refused.because("decided", words) from error


@transaction.atomic
def state_honesty(*, project_id: int, text_version: int, by: User) -> Statement:
    """A member states that the work is the team's own, in the text that was read.

    Raises PermissionDenied, and ``Refused``: ``stated``, ``frozen``, ``other_text``.
    """
    project = locked_project(project_id=project_id)
    must(may_state(by, project))
    newest, stated = newest_text(Part.MEMBER).version, has_stated(by, project)
    refuse_if(rules.statement_refusal(project, stated=stated, read=text_version, newest=newest))
    statement = _state(project, Part.MEMBER, text_version, by=by)
    record(by=by, action="endorsement.state", obj=project, after={"version": text_version})
    return statement


def _state(project: Project, part: Part, version: int, *, by: User) -> Statement:
    """One of each person, in the text that was read last; the caller holds the project's lock."""
    facts = {"part": part, "text_version": version}
    return Statement.objects.update_or_create(project=project, person=by, defaults=facts)[0]


# --- The safety committee -----------------------------------------------------------------------
@transaction.atomic
def name_safety_member(*, competition_id: int, person: str, by: User) -> SafetyMember:
    """``person`` is the e-mail address of an account. Raises PermissionDenied, ``Refused``: ``nobody``, ``named``."""
    competition = Competition.objects.select_for_update().get(pk=competition_id)
    must(may_name(by, competition))
    user = person_with_email(person)
    if user is None or not user.is_active or entrant_of(user) is not None:
        words = _("Nobody has an account with this address. Ask the person which address they sign in with.")
        raise Refused.because("nobody", words, "person")
    refuse_if(rules.naming_refusal(is_member=safety_committee(competition).filter(user=user).exists()))
    member = SafetyMember.objects.create(competition=competition, user=user, named_by=by)
    record(by=by, action="safety.name", obj=competition, after={"member": member.pk})
    write_message(
        kind="safety_named",
        to=user,
        dedupe_key=f"safety_named:{member.pk}",
        context={"competition": competition},
        link="/desk/endorsements/",
    )
    return member


@transaction.atomic
def end_safety_member(*, member_id: int, reason: str, by: User) -> SafetyMember:
    """The person reads no more of what waits; what was approved stays. Raises PermissionDenied."""
    member = SafetyMember.objects.select_for_update().get(pk=member_id)
    must(may_name(by, member))
    if member.ended_at is None:
        member.ended_at = timezone.now()
        member.save(update_fields=["ended_at"])
        record(by=by, action="safety.end", obj=member.competition, after={"member": member.pk}, reason=reason)
    return member
