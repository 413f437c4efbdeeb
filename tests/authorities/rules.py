"""Every rule of the wing, with what an action reads for it."""

from __future__ import annotations

from functools import partial

from programs.approvals.models import BookingApproval
from programs.authorities import rules
from programs.authorities.choices import ApprovalKind, Office
from programs.centres.models import FieldTrip
from programs.core.choices import Level
from programs.schools.choices import Authority
from programs.schools.models import School
from tests.people import make_school


def calls() -> list[partial]:
    school = School.objects.select_related("ward").get(pk=make_school().pk)
    approval = BookingApproval(kind=ApprovalKind.PRINCIPAL)
    return [
        partial(rules.chain_of, Office.WARD, Authority.WARD),
        partial(rules.answering, Office.WARD, Office.DEPARTMENT, Authority.WARD),
        partial(rules.is_in_school, Office.PRINCIPAL),
        partial(rules.days_to_answer, Office.WARD, {"ward": 3}),
        partial(rules.office_name, Office.WARD, school),
        partial(rules.approval_label, ApprovalKind.WARD, school),
        partial(rules.stands_in_for, approval, school),
        partial(rules.chain_after, approval, school),
        partial(rules.offices_of, approval, school, alone=True),
        partial(rules.risks_of, FieldTrip(), same_ward=True, same_city=True, level=Level.LOWER_SECONDARY),
        partial(rules.approvals_needed, ["paid"], {"paid": ["ward"]}),
        partial(rules.to_ask_now, [ApprovalKind.PRINCIPAL], {}),
        partial(rules.is_approved, [ApprovalKind.PRINCIPAL], {}),
        partial(rules.names_of_late, [rules.ApprovalLine(ApprovalKind.WARD, school, approval)], school),
    ]
