"""Addresses of the certificates wing."""

from django.urls import path

from programs.certificates import views

urlpatterns = [
    path("desk/certificates/", views.certificate_list, name="certificate_list"),
    path("desk/certificates/<str:serial>.pdf", views.certificate_pdf, name="certificate_pdf"),
    path("desk/certificates/<str:serial>/revoke/", views.RevokeCertificate.as_view(), name="certificate_revoke"),
    path("desk/bookings/<str:reference>/certificates/", views.IssueCertificates.as_view(), name="certificate_issue"),
    path("desk/bookings/<str:reference>/came/", views.ListWhoCame.as_view(), name="booking_came"),
    path(
        "desk/bookings/<str:reference>/certificates/absent/", views.RevokeAbsent.as_view(), name="certificates_absent"
    ),
    path("desk/bookings/<str:reference>/certificates.pdf", views.certificates_pdf, name="certificates_pdf"),
    path("verify/", views.certificate_verify_form, name="certificate_verify_form"),
    path("verify/<str:code>/", views.certificate_verify, name="certificate_verify"),
]
