"""The tables of the schools wing, one file per subject."""

from programs.schools.models.areas import Area
from programs.schools.models.claims import SchoolClaim
from programs.schools.models.consents import Consent, ConsentText, GuardianLink
from programs.schools.models.pupils import ClassGroup, Enrolment, Pupil
from programs.schools.models.rights import DataRequest
from programs.schools.models.rosters import RosterImport, RosterRow
from programs.schools.models.schools import (
    School,
    SchoolAlias,
    SchoolLevel,
    SchoolListImport,
    SchoolName,
    SchoolsApart,
)
from programs.schools.models.staff import Invitation, Membership, OfficerPost

__all__ = [
    "Area",
    "ClassGroup",
    "Consent",
    "ConsentText",
    "DataRequest",
    "Enrolment",
    "GuardianLink",
    "Invitation",
    "Membership",
    "OfficerPost",
    "Pupil",
    "RosterImport",
    "RosterRow",
    "School",
    "SchoolAlias",
    "SchoolClaim",
    "SchoolLevel",
    "SchoolListImport",
    "SchoolName",
    "SchoolsApart",
]
