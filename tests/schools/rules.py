"""Every rule of the wing, with what an action reads for it."""

from __future__ import annotations

from functools import partial

from django.utils import timezone

from programs.core.choices import Level
from programs.schools import rules
from programs.schools.actions.staff import invite_staff
from programs.schools.choices import ImportState, SchoolRole, SchoolState
from programs.schools.models import Invitation, Membership, School
from programs.schools.queries.roles import roles_of
from tests.people import make_coordinator, make_school, make_teacher


def calls() -> list[partial]:
    return [
        *_staff(),
        *_life(),
        partial(rules.list_refusal, ImportState.READY),
        partial(rules.authority_of, [Level.LOWER_SECONDARY]),
    ]


def _staff() -> list[partial]:
    coordinator, teacher = make_coordinator(), make_teacher()
    closed = make_teacher("Phan Văn Nghỉ", is_active=False)
    made = invite_staff(
        school=make_school(), full_name="Lê Lan", email="lan@example.vn", role="teacher", by=coordinator, key="k"
    )
    invitation = Invitation.objects.select_related("school").get(pk=made.pk)
    member = Membership.objects.select_related("user", "school").get(user=teacher)
    new_role = partial(rules.role_refusal, roles_of(coordinator), member, has_role=False, deputy_taken=False)
    return [
        partial(rules.invitation_refusal, role=SchoolRole.TEACHER, is_member=False, is_invited=True),
        partial(rules.acceptance_refusal, invitation, now=timezone.now()),
        *(
            partial(rules.acceptor_refusal, acceptor=acceptor, owner=owner)
            for acceptor, owner in ((None, teacher), (teacher, None), (teacher, coordinator), (None, closed))
        ),
        *(partial(new_role, role=role) for role in (SchoolRole.DEPUTY, SchoolRole.PRINCIPAL)),
        partial(rules.ending_refusal, member, is_replaced=True),
        partial(rules.successor_refusal, is_staff=True, is_same=False),
        partial(rules.deputy_refusal, is_taken=True),
    ]


def _life() -> list[partial]:
    pks = [make_school().pk, make_school("Trường THCS Phú Lợi").pk]
    source, target = School.objects.filter(pk__in=pks)
    return [
        partial(rules.move_refusal, source.state, to=SchoolState.CLOSED),
        partial(rules.rename_refusal, before=source.name, after=target.name),
        partial(rules.code_refusal, before=source.code, after=target.code, is_taken=True),
        partial(rules.merge_refusal, source=source, target=target),
    ]
