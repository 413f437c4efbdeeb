"""Setting up the second factor, and the account page."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress

from allauth.account.adapter import get_adapter as get_account_adapter
from allauth.account.decorators import reauthentication_required
from allauth.account.models import EmailAddress
from allauth.account.views import ConfirmEmailView, EmailView, PasswordResetFromKeyView, PasswordSetView
from allauth.mfa.adapter import get_adapter as get_mfa_adapter
from allauth.mfa.base.views import AuthenticateView as AllauthAuthenticateView
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.views import ViewRecoveryCodesView
from allauth.mfa.totp.views import ActivateTOTPView
from allauth.mfa.utils import decrypt
from allauth.mfa.webauthn.views import AddWebAuthnView, RemoveWebAuthnView
from allauth.socialaccount.models import SocialAccount
from allauth.socialaccount.views import ConnectionsView
from allauth.usersessions.models import UserSession
from cryptography.fernet import InvalidToken
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db import transaction
from django.forms import Form
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse_lazy
from django.utils.decorators import method_decorator
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_POST, require_safe
from django.views.generic.edit import FormView

from programs.accounts.actions import addresses_changed, end_sessions, keep_recovery_codes, prove_address
from programs.accounts.choices import KEPT
from programs.accounts.models import User
from programs.accounts.queries import has_factor, second_factor_missing, second_factor_needed
from programs.accounts.totp import app_data, next_code
from programs.core.gates import signed_in

AFTERWARDS = "second_factor_next"  # in the session: where the person wanted to go


@require_safe
@signed_in
def second_factor(request: HttpRequest) -> HttpResponse:
    """Explain why a second step is needed and offer the two kinds; redirect as soon as there is one."""
    _remember_where_to(request)
    if not second_factor_missing(request.user):
        return redirect(request.session.pop(AFTERWARDS, "desk"))
    if has_factor(request.user):
        return redirect("mfa_view_recovery_codes")
    return render(request, "account/second_factor.html", {"steps": enrolment_steps(1)})


def _remember_where_to(request: HttpRequest) -> None:
    wanted = request.GET.get("next", "")
    if wanted and url_has_allowed_host_and_scheme(wanted, {request.get_host()}, require_https=request.is_secure()):
        request.session[AFTERWARDS] = wanted


def enrolment_steps(now: int) -> list[dict]:
    labels = [pgettext("step", "Choose"), pgettext("step", "Connect"), _("Keep your recovery codes")]
    return [
        {"label": label, "state": "done" if number < now else "now" if number == now else ""}
        for number, label in enumerate(labels, start=1)
    ]


@require_POST
@signed_in
def recovery_codes_kept(request: HttpRequest) -> HttpResponse:
    """The owner confirms that the codes are saved: the last step of the enrolment."""
    keep_recovery_codes(user=request.user)
    return redirect(request.session.pop(AFTERWARDS, "desk"))


class _Enrolment:
    """What enrolling an app and a key have in common."""

    def get_context_data(self, **kwargs) -> dict:
        context = super().get_context_data(**kwargs)
        return context | {"steps": enrolment_steps(2) if second_factor_missing(self.request.user) else []}

    def form_valid(self, form) -> HttpResponse:
        first = not has_factor(self.request.user)
        response = super().form_valid(form)
        if first:  # the other sessions were started with a password alone
            end_sessions(user=self.request.user, keep=self.request.session.session_key)
        return response


@method_decorator(reauthentication_required(app="allauth.mfa"), name="dispatch")
class ConnectApp(_Enrolment, ActivateTOTPView):
    """Connect an app; connecting again moves it to another phone and disables the old one."""

    def dispatch(self, request: HttpRequest, *args, **kwargs) -> HttpResponseBase:
        # allauth would require removing the old app first, but people who need a factor may not be without one.
        return FormView.dispatch(self, request, *args, **kwargs)

    @transaction.atomic
    def form_valid(self, form) -> HttpResponse:
        apps = Authenticator.objects.filter(user=self.request.user, type=Authenticator.Type.TOTP)
        apps.delete()
        response = super().form_valid(form)
        apps.update(data=app_data(form.secret, code=form.cleaned_data["code"]))
        return response


class AddKey(_Enrolment, AddWebAuthnView):
    pass


class RecoveryCodes(ViewRecoveryCodesView):
    def get_context_data(self, **kwargs) -> dict:
        row = Authenticator.objects.filter(user=self.request.user, type=Authenticator.Type.RECOVERY_CODES).first()
        steps = enrolment_steps(3) if second_factor_missing(self.request.user) else []
        return super().get_context_data(**kwargs) | {"steps": steps, "kept": bool(row and row.data.get(KEPT))}


class Authenticate(AllauthAuthenticateView):
    """The second step at sign-in."""

    def get_context_data(self, **kwargs) -> dict:
        user = self.stage.login.user
        kinds = set(Authenticator.objects.filter(user=user).values_list("type", flat=True))
        return super().get_context_data(**kwargs) | {
            "has_app": Authenticator.Type.TOTP in kinds,
            "has_key": Authenticator.Type.WEBAUTHN in kinds,
            "demo": demo_code(user),
        }


@require_safe
@signed_in
def account_security(request: HttpRequest) -> HttpResponse:
    """The account page: password, second step, agency sign-on, devices."""
    factors = list(Authenticator.objects.filter(user=request.user).order_by("created_at"))
    codes = next((row for row in factors if row.type == Authenticator.Type.RECOVERY_CODES), None)
    return render(
        request,
        "account/security.html",
        {
            "app": next((row for row in factors if row.type == Authenticator.Type.TOTP), None),
            "keys": [row.wrap() for row in factors if row.type == Authenticator.Type.WEBAUTHN],
            "codes_left": len(codes.wrap().get_unused_codes()) if codes else None,
            "needed": second_factor_needed(request.user),
            "agency": settings.OIDC,
            "link": SocialAccount.objects.filter(user=request.user).first(),
            "session_count": len(UserSession.objects.purge_and_list(request.user)),
        },
    )


@require_POST
@signed_in
def session_end(request: HttpRequest, pk: int) -> HttpResponse:
    """Sign out another device of the same account."""
    session = get_object_or_404(
        UserSession.objects.exclude(session_key=request.session.session_key), pk=pk, user=request.user
    )
    session.end()
    messages.success(request, _("The device has been signed out."))
    return redirect("usersessions_list")


class Addresses(EmailView):
    """Only a verified address can become the main one: it is how people are found and given roles."""

    def post(self, request: HttpRequest, *args, **kwargs) -> HttpResponse:
        typed = request.POST.get("email", "").lower()
        is_proven = EmailAddress.objects.filter(user=request.user, email=typed, verified=True).exists()
        if "action_primary" in request.POST and typed and not is_proven:
            messages.error(request, _("First open the link in the email we sent to this address."))
            return redirect("account_email")
        with addresses_noted(request):
            return nothing_to_ask_for(request) or super().post(request, *args, **kwargs)


def nothing_to_ask_for(request: HttpRequest) -> HttpResponse | None:
    """An account without password and second step cannot be asked again: only a new sign-in says whose hands it is in.

    For all others allauth asks, before anything that opens the account to somebody: a session left open is not enough.
    """
    adapter = get_account_adapter()
    if adapter.get_reauthentication_methods(request.user):
        return None
    if not adapter.is_reauthentication_required(app="allauth.account"):
        return None
    messages.error(request, _("You signed in too long ago for this. Sign out, sign in again, then do it at once."))
    return redirect("account_security")


@method_decorator(login_required, name="dispatch")
class FirstPassword(PasswordSetView):
    """For an account that was opened without one."""

    def post(self, request: HttpRequest, *args, **kwargs) -> HttpResponse:
        return nothing_to_ask_for(request) or super().post(request, *args, **kwargs)


@contextmanager
def addresses_noted(request: HttpRequest) -> Iterator[None]:
    """What the owner does to the addresses in here is one transaction with what follows from it."""
    with transaction.atomic():
        before = _addresses(request.user)
        main = request.user.email
        yield
        if _addresses(request.user) != before:
            addresses_changed(user=request.user, main_before=main, keep=request.session.session_key)


def _addresses(user: User) -> list[tuple]:
    return list(EmailAddress.objects.filter(user=user).order_by("pk").values_list("email", "verified", "primary"))


@method_decorator(login_required, name="dispatch")
class ConfirmAddress(ConfirmEmailView):
    """Confirm an address only in the account that asked, so that a colleague opening the email does not lend theirs."""

    def post(self, *args, **kwargs) -> HttpResponse:
        self.get_object()
        return self.confirm(self.request, *args, **kwargs)

    @method_decorator(reauthentication_required(app="allauth.account"))
    def confirm(self, request: HttpRequest, *args, **kwargs) -> HttpResponse:
        with addresses_noted(request):
            return nothing_to_ask_for(request) or super().post(*args, **kwargs)

    def get_object(self, queryset=None):
        found = super().get_object(queryset)
        if found.email_address.user_id != self.request.user.pk:
            raise Http404
        return found


class Unlink(ConnectionsView):
    """Unlink the agency account; its page is ``account_security``."""

    success_url = reverse_lazy("account_security")

    def get(self, request: HttpRequest, *args, **kwargs) -> HttpResponse:
        return redirect("account_security")

    def form_invalid(self, form) -> HttpResponse:
        for words in form.non_field_errors():
            messages.error(self.request, words)
        return redirect("account_security")


class RemoveKey(RemoveWebAuthnView):
    """allauth asks before an app is removed, but not before the last key is."""

    def get_context_data(self, **kwargs) -> dict:
        may_go = get_mfa_adapter().can_delete_authenticator(self.object)
        return super().get_context_data(**kwargs) | {"may_go": may_go}

    def form_valid(self, form) -> HttpResponse:
        if not get_mfa_adapter().can_delete_authenticator(self.object):
            return self.render_to_response(self.get_context_data(form=form), status=409)
        return super().form_valid(form)


def demo_code(user) -> dict | None:
    """For demonstration accounts, whose secret is public: what their phone would show."""
    app = Authenticator.objects.filter(user=user, type=Authenticator.Type.TOTP).first()
    if settings.IN_PRODUCTION or app is None:
        return None
    with suppress(InvalidToken):  # encrypted with another key, so not the demonstration's either
        return {"code": next_code(app)} if decrypt(app.data["secret"]) == settings.DEMO_TOTP_SECRET else None
    return None


class PasswordFromLetter(PasswordResetFromKeyView):
    """Setting the first password through an emailed link verifies the address, which a second factor requires."""

    def form_valid(self, form: Form) -> HttpResponse:
        is_first = not self.reset_user.has_usable_password()
        answer = super().form_valid(form)
        if is_first:
            prove_address(user=self.reset_user)
        return answer
