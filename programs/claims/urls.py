"""Addresses of the claims wing."""

from django.urls import path

from programs.claims.views import deciding, registering

urlpatterns = [
    path("schools/<str:code>/claim/", registering.RegisterSchool.as_view(), name="school_claim"),
    path("claims/<str:token>/waiting/", registering.ClaimWaiting.as_view(), name="claim_waiting"),
    path("claims/<str:token>/confirm/", registering.ConfirmClaim.as_view(), name="claim_confirm"),
    path("claims/<str:token>/", registering.ClaimStatus.as_view(), name="claim_status"),
    path("desk/claims/", deciding.claim_queue, name="claim_queue"),
    path("desk/claims/<int:pk>/", deciding.claim_detail, name="claim_detail"),
    path("desk/claims/<int:pk>/verify/", deciding.VerifyClaim.as_view(), name="claim_verify"),
    path("desk/claims/<int:pk>/return/", deciding.ReturnClaim.as_view(), name="claim_return"),
    path("desk/claims/<int:pk>/refuse/", deciding.RefuseClaim.as_view(), name="claim_refuse"),
    path("desk/claims/<int:pk>/reopen/", deciding.ReopenClaim.as_view(), name="claim_reopen"),
]
