"""Addresses of the consents wing."""

from django.urls import path

from programs.consents.views import guardians, own, school

urlpatterns = [
    path("g/", guardians.guardian_code, name="guardian_code"),
    path("g/<str:token>/", guardians.AnswerForChild.as_view(), name="guardian_door"),
    path("g/<str:token>/purpose/<str:purpose>/", guardians.AnswerForChild.as_view(), name="guardian_purpose"),
    path("desk/schools/<str:code>/consents/", school.consent_overview, name="consent_overview"),
    path("desk/schools/<str:code>/consents/scans/", school.consent_scans, name="consent_scans"),
    path("desk/classes/<int:pk>/consents/", school.consent_class, name="consent_class"),
    path("desk/classes/<int:pk>/consents/letters/", school.LettersOfClass.as_view(), name="consent_sheet"),
    path("desk/classes/<int:pk>/consents/forms/", school.consent_forms, name="consent_forms"),
    path("desk/classes/<int:pk>/consents/paper/", school.RecordPapers.as_view(), name="consent_paper"),
    path("desk/pupils/<int:pk>/consents/", school.consent_pupil, name="consent_pupil"),
    path("desk/pupils/<int:pk>/consents/link/", school.LinkOfPupil.as_view(), name="consent_link"),
    path("desk/consents/<int:pk>/withdraw/", school.WithdrawAtSchool.as_view(), name="consent_withdraw"),
    path("desk/consents/<int:pk>/settle/", school.Settle.as_view(), name="consent_settle"),
    path("desk/consents/scans/<int:pk>/", school.consent_scan, name="consent_scan"),
    path("desk/me/consents/", own.AnswerOwn.as_view(), name="my_consents"),
    path("desk/me/consents/<str:purpose>/", own.AnswerOwn.as_view(), name="my_consent"),
]
