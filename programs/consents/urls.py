"""Addresses of the consents wing."""

from django.urls import path

from programs.consents.views import guardians, own, school

urlpatterns = [
    path("g/", guardians.guardian_code, name="guardian_code"),
    path("g/<str:token>/", guardians.guardian_door, name="guardian_door"),
    path("g/<str:token>/purpose/<str:purpose>/", guardians.guardian_purpose, name="guardian_purpose"),
    path("desk/schools/<str:code>/consents/", school.consent_overview, name="consent_overview"),
    path("desk/classes/<int:pk>/consents/", school.consent_class, name="consent_class"),
    path("desk/classes/<int:pk>/consents/letters/", school.consent_sheet, name="consent_sheet"),
    path("desk/classes/<int:pk>/consents/forms/", school.consent_forms, name="consent_forms"),
    path("desk/classes/<int:pk>/consents/paper/", school.consent_paper, name="consent_paper"),
    path("desk/pupils/<int:pk>/consents/", school.consent_pupil, name="consent_pupil"),
    path("desk/pupils/<int:pk>/consents/link/", school.consent_link, name="consent_link"),
    path("desk/consents/<int:pk>/withdraw/", school.consent_withdraw, name="consent_withdraw"),
    path("desk/consents/<int:pk>/scan/", school.consent_scan, name="consent_scan"),
    path("desk/me/consents/", own.my_consents, name="my_consents"),
    path("desk/me/consents/<str:purpose>/", own.my_consent, name="my_consent"),
]
