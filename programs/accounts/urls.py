"""URLs before allauth's own: additions, and replacements for some of them."""

from django.urls import path, re_path
from django.views.generic import RedirectView

from programs.accounts import views

urlpatterns = [
    re_path(
        r"^password/reset/key/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>.+)/$",
        views.PasswordFromLetter.as_view(),
        name="account_reset_password_from_key",
    ),
    re_path(r"^confirm-email/(?P<key>[-:\w]+)/$", views.ConfirmAddress.as_view(), name="account_confirm_email"),
    path("email/", views.Addresses.as_view(), name="account_email"),
    path("password/set/", views.FirstPassword.as_view(), name="account_set_password"),
    path("security/", views.account_security, name="account_security"),
    path("sessions/<int:pk>/end/", views.session_end, name="session_end"),
    path("3rdparty/", views.Unlink.as_view(), name="socialaccount_connections"),
    path("2fa/", RedirectView.as_view(pattern_name="account_security"), name="mfa_index"),
    path("2fa/webauthn/", RedirectView.as_view(pattern_name="account_security"), name="mfa_list_webauthn"),
    path("2fa/webauthn/keys/<int:pk>/remove/", views.RemoveKey.as_view(), name="mfa_remove_webauthn"),
    path("second-factor/", views.second_factor, name="second_factor"),
    path("second-factor/codes-kept/", views.recovery_codes_kept, name="recovery_codes_kept"),
    path("2fa/authenticate/", views.Authenticate.as_view(), name="mfa_authenticate"),
    path("2fa/totp/activate/", views.ConnectApp.as_view(), name="mfa_activate_totp"),
    path("2fa/recovery-codes/", views.RecoveryCodes.as_view(), name="mfa_view_recovery_codes"),
    path("2fa/webauthn/add/", views.AddKey.as_view(), name="mfa_add_webauthn"),
]
