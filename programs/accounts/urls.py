"""Before allauth's own addresses: what is added to them, and what stands in the place of one of them."""

from django.urls import path

from programs.accounts import views

urlpatterns = [
    path("second-factor/", views.second_factor, name="second_factor"),
    path("second-factor/codes-kept/", views.recovery_codes_kept, name="recovery_codes_kept"),
    path("2fa/authenticate/", views.Authenticate.as_view(), name="mfa_authenticate"),
    path("2fa/totp/activate/", views.ConnectApp.as_view(), name="mfa_activate_totp"),
    path("2fa/recovery-codes/", views.RecoveryCodes.as_view(), name="mfa_view_recovery_codes"),
    path("2fa/webauthn/add/", views.AddKey.as_view(), name="mfa_add_webauthn"),
]
