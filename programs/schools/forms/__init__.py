"""The shape of what is typed, one file per activity."""

from programs.schools.forms.registration import (
    ClaimCorrectionForm,
    ClaimForm,
    ConfirmForm,
    EndMembershipForm,
    InviteForm,
    NewMemberForm,
    RefuseForm,
    ReturnForm,
    SchoolSearchForm,
)

__all__ = [
    "ClaimCorrectionForm",
    "ClaimForm",
    "ConfirmForm",
    "EndMembershipForm",
    "InviteForm",
    "NewMemberForm",
    "RefuseForm",
    "ReturnForm",
    "SchoolSearchForm",
]
