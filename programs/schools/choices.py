"""States of schools, roles of people."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class AreaKind(TextChoices):
    CITY = "city", _("City")
    WARD = "ward", pgettext_lazy("kind of area", "Ward")
    COMMUNE = "commune", _("Commune")
    SPECIAL_ZONE = "special_zone", _("Special zone")
    CLUSTER = "cluster", _("Professional cluster")


class Tree(TextChoices):
    ADMINISTRATIVE = "administrative", _("Administrative")
    PROFESSIONAL = "professional", _("Professional")


class Ownership(TextChoices):
    PUBLIC = "public", pgettext_lazy("school ownership", "Public")
    PRIVATE = "private", pgettext_lazy("school ownership", "Private")
    FOREIGN = "foreign", _("Foreign-invested")


class Authority(TextChoices):
    """Who is responsible for a school: the ward for primary and lower secondary, the department above that."""

    WARD = "ward", _("Ward or commune")
    DEPARTMENT = "department", _("Department of Education and Training")


class SchoolState(TextChoices):
    INVITED = "invited", _("On the list, not claimed yet")
    CLAIMED = "claimed", _("Waiting for verification")
    VERIFIED = "verified", _("Verified")
    ACTIVE = "active", pgettext_lazy("school", "Active")
    SUSPENDED = "suspended", pgettext_lazy("school", "Suspended")
    CLOSED = "closed", pgettext_lazy("school", "Closed")
    MERGED = "merged", pgettext_lazy("school", "Merged")


SCHOOL_MOVES = {
    SchoolState.INVITED: {SchoolState.CLAIMED, SchoolState.CLOSED, SchoolState.MERGED},
    SchoolState.CLAIMED: {SchoolState.VERIFIED, SchoolState.INVITED},
    SchoolState.VERIFIED: {SchoolState.ACTIVE, SchoolState.SUSPENDED, SchoolState.CLOSED, SchoolState.MERGED},
    SchoolState.ACTIVE: {SchoolState.SUSPENDED, SchoolState.CLOSED, SchoolState.MERGED},
    SchoolState.SUSPENDED: {SchoolState.ACTIVE, SchoolState.CLOSED, SchoolState.MERGED},
    SchoolState.CLOSED: set(),
    SchoolState.MERGED: set(),
}
WORKING_STATES = (SchoolState.VERIFIED, SchoolState.ACTIVE)


class SchoolRole(TextChoices):
    COORDINATOR = "coordinator", _("School coordinator")
    DEPUTY = "deputy", _("Deputy coordinator")
    PRINCIPAL = "principal", _("Principal")
    TEACHER = "teacher", _("Teacher")


class OfficeRole(TextChoices):
    DEPARTMENT = "department", _("Department officer")
    WARD = "ward", _("Ward officer")
    STEERING = "steering", _("Steering committee viewer")


class ImportState(TextChoices):
    UPLOADED = "uploaded", pgettext_lazy("import", "Columns to be matched")
    PREVIEWING = "previewing", pgettext_lazy("import", "Preparing the preview")
    READY = "ready", pgettext_lazy("import", "Ready for import")
    APPLYING = "applying", pgettext_lazy("import", "Being imported")
    APPLIED = "applied", pgettext_lazy("import", "Imported")
    CANCELLED = "cancelled", pgettext_lazy("import", "Cancelled")
    FAILED = "failed", pgettext_lazy("import", "Failed")


AUDIT_ACTIONS = {
    "school.import": _("School added from the official list"),
    "school.move": _("Status of the school changed"),
    "school.rename": _("School renamed"),
    "school.recode": _("Code of the school changed"),
    "school.suspend": _("School suspended"),
    "school.resume": _("School active again"),
    "school.close": _("School closed"),
    "school_list.upload": _("Official list uploaded"),
    "school_list.apply": _("Official list applied"),
    "school_list.drop": _("Official list discarded"),
    "school_list.download": _("List of schools downloaded"),
    "staff.invite": _("Staff member invited"),
    "staff.withdraw_invitation": _("Invitation withdrawn"),
    "staff.join": _("Staff member joined"),
    "staff.end": _("Role of a staff member ended"),
    "staff.role": _("Role of a staff member changed"),
    "staff.hand_over": _("Coordinator changed"),
    "staff.reopen": _("Registration reopened: no coordinator"),
}
