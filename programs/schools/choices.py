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
    """Who answers for a school: the ward for primary and lower secondary, the department above."""

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


class ClaimState(TextChoices):
    SUBMITTED = "submitted", _("Waiting for verification")
    RETURNED = "returned", pgettext_lazy("school registration", "Returned for correction")
    VERIFIED = "verified", _("Verified")
    REFUSED = "refused", pgettext_lazy("school registration", "Refused")
    EXPIRED = "expired", pgettext_lazy("school registration", "Ended without an answer")


OPEN_CLAIMS = (ClaimState.SUBMITTED, ClaimState.RETURNED)


class SchoolRole(TextChoices):
    COORDINATOR = "coordinator", _("School coordinator")
    DEPUTY = "deputy", _("Deputy coordinator")
    PRINCIPAL = "principal", _("Principal")
    TEACHER = "teacher", _("Teacher")


class OfficeRole(TextChoices):
    DEPARTMENT = "department", _("Department officer")
    WARD = "ward", _("Ward officer")
    STEERING = "steering", _("Steering committee viewer")


class Gender(TextChoices):
    FEMALE = "f", _("Female")
    MALE = "m", _("Male")
    UNKNOWN = "", _("Not stated")


class ConsentPurpose(TextChoices):
    TAKE_PART = "take_part", _("Take part in the activity")
    PHOTO = "photo", _("Photograph in reports")
    SHOWCASE = "showcase", _("Public showcase: first name and school")
    PARTNER = "partner", _("Share with a partner")


class ConsentState(TextChoices):
    ASKED = "asked", pgettext_lazy("consent", "Asked")
    GIVEN = "given", pgettext_lazy("consent", "Given")
    REFUSED = "refused", pgettext_lazy("consent", "Refused")
    WITHDRAWN = "withdrawn", pgettext_lazy("consent", "Withdrawn")
    EXPIRED = "expired", pgettext_lazy("consent", "Expired")


class ConsentGiver(TextChoices):
    PUPIL = "pupil", _("Pupil")
    GUARDIAN = "guardian", _("Guardian")


class ConsentChannel(TextChoices):
    LINK = "link", pgettext_lazy("way of consent", "Personal link")
    PAPER = "paper", pgettext_lazy("way of consent", "Paper form")
    ACCOUNT = "account", pgettext_lazy("way of consent", "Pupil's own account")


class ImportState(TextChoices):
    UPLOADED = "uploaded", pgettext_lazy("import", "Columns to be matched")
    PREVIEWING = "previewing", pgettext_lazy("import", "Preview is being made")
    READY = "ready", pgettext_lazy("import", "Ready to be imported")
    APPLYING = "applying", pgettext_lazy("import", "Being imported")
    APPLIED = "applied", pgettext_lazy("import", "Imported")
    CANCELLED = "cancelled", pgettext_lazy("import", "Dropped")
    FAILED = "failed", pgettext_lazy("import", "Failed")


class RowOutcome(TextChoices):
    ADD = "add", pgettext_lazy("roster row", "Will be added")
    CHANGE = "change", pgettext_lazy("roster row", "Will be changed")
    SAME = "same", pgettext_lazy("roster row", "Unchanged")
    DECIDE = "decide", pgettext_lazy("roster row", "Needs your decision")
    REFUSED = "refused", pgettext_lazy("roster row", "Left out")


class RowDecision(TextChoices):
    """What a person decided about a row that looks like somebody who is already here."""

    NEW = "new", _("Another person: add")
    SAME_PERSON = "same", _("The same person: change")
    SKIP = "skip", _("Leave out")


class RequestKind(TextChoices):
    ACCESS = "access", _("See or receive the data")
    CORRECT = "correct", _("Correct the data")
    ERASE = "erase", _("Erase the data")
    RESTRICT = "restrict", _("Restrict the use of the data")
    OBJECT = "object", _("Object to the use of the data")


class RequestState(TextChoices):
    RECEIVED = "received", pgettext_lazy("data request", "Received")
    IDENTIFIED = "identified", pgettext_lazy("data request", "Identity checked")
    ANSWERED = "answered", pgettext_lazy("data request", "Answered, being carried out")
    DONE = "done", pgettext_lazy("data request", "Done")
    REFUSED = "refused", pgettext_lazy("data request", "Refused")


OPEN_REQUESTS = (RequestState.RECEIVED, RequestState.IDENTIFIED, RequestState.ANSWERED)


class Requester(TextChoices):
    PUPIL = "pupil", _("Pupil")
    GUARDIAN = "guardian", _("Guardian")
    PERSON = "person", _("The person")
    SCHOOL = "school", _("The school, from a paper request")


class RefusalGround(TextChoices):
    """Why a request about data may be refused; anything else is no ground (Law 91/2025/QH15, Decree 356/2025)."""

    IDENTITY = "identity", _("It cannot be shown who asks")
    NOT_ENTITLED = "not_entitled", _("Who asks is neither the person nor their legal representative")
    NOT_HELD = "not_held", _("The portal holds no such data")
    LAW_REQUIRES = "law_requires", _("A law requires the data to be kept as they are")
    LEGAL_CLAIM = "legal_claim", _("An inspection, a complaint or a lawsuit is under way")
    OTHERS = "others", _("It would reveal or harm other people's data")
    REPEATED = "repeated", _("The same was asked and answered a short time ago")


class AccountState(TextChoices):
    """How far a pupil has come to signing in."""

    NONE = "none", pgettext_lazy("account", "No card yet")
    WAITING = "waiting", pgettext_lazy("account", "Card not used yet")
    LAPSED = "lapsed", pgettext_lazy("account", "Card no longer valid")
    ACTIVE = "active", pgettext_lazy("account", "Signs in")
    CLOSED = "closed", pgettext_lazy("account", "Account closed")
