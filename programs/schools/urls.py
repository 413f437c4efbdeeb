"""Addresses of the schools wing."""

from django.urls import path

from programs.schools.views import claims, classes, consents, guardians, public, staff

urlpatterns = [
    path("schools/", public.school_list, name="school_list"),
    path("schools/<str:code>/claim/", public.school_claim, name="school_claim"),
    path("claims/<str:token>/", public.claim_status, name="claim_status"),
    path("desk/claims/", claims.claim_queue, name="claim_queue"),
    path("desk/claims/<int:pk>/", claims.claim_detail, name="claim_detail"),
    path("desk/claims/<int:pk>/verify/", claims.claim_verify, name="claim_verify"),
    path("desk/claims/<int:pk>/return/", claims.claim_return, name="claim_return"),
    path("desk/claims/<int:pk>/refuse/", claims.claim_refuse, name="claim_refuse"),
    path("desk/schools/<str:code>/", staff.school_detail, name="school_detail"),
    path("desk/schools/<str:code>/invite/", staff.staff_invite, name="staff_invite"),
    path("desk/invitations/<int:pk>/withdraw/", staff.invitation_withdraw, name="invitation_withdraw"),
    path("desk/memberships/<int:pk>/end/", staff.membership_end, name="membership_end"),
    path("invitations/<str:token>/", public.invitation_accept, name="invitation_accept"),
    path("desk/classes/<int:pk>/", classes.class_detail, name="class_detail"),
    path("g/", guardians.guardian_code, name="guardian_code"),
    path("g/<str:token>/", guardians.guardian_door, name="guardian_door"),
    path("g/<str:token>/purpose/<str:purpose>/", guardians.guardian_purpose, name="guardian_purpose"),
    path("desk/schools/<str:code>/consents/", consents.consent_overview, name="consent_overview"),
    path("desk/classes/<int:pk>/consents/", consents.consent_class, name="consent_class"),
    path("desk/classes/<int:pk>/consents/letters/", consents.consent_sheet, name="consent_sheet"),
    path("desk/classes/<int:pk>/consents/forms/", consents.consent_forms, name="consent_forms"),
    path("desk/classes/<int:pk>/consents/paper/", consents.consent_paper, name="consent_paper"),
    path("desk/pupils/<int:pk>/consents/", consents.consent_pupil, name="consent_pupil"),
    path("desk/pupils/<int:pk>/consents/link/", consents.consent_link, name="consent_link"),
    path("desk/consents/<int:pk>/withdraw/", consents.consent_withdraw, name="consent_withdraw"),
    path("desk/consents/<int:pk>/scan/", consents.consent_scan, name="consent_scan"),
    path("desk/me/consents/", consents.my_consents, name="my_consents"),
    path("desk/me/consents/<str:purpose>/", consents.my_consent, name="my_consent"),
]
