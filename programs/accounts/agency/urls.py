"""Discovered by allauth next to the provider. The callback has no language prefix: the provider knows one URL only."""

from allauth.socialaccount.helpers import render_authentication_error
from allauth.socialaccount.models import SocialApp
from allauth.socialaccount.providers.oauth2.client import OAuth2Error
from allauth.socialaccount.providers.oauth2.views import OAuth2CallbackView, OAuth2LoginView
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import path
from django.views.decorators.http import require_POST, require_safe
from requests import RequestException

from programs.accounts.agency.provider import AgencyAdapter


@require_POST
def login(request: HttpRequest) -> HttpResponse:
    return _answer(OAuth2LoginView, request)


@require_safe
def callback(request: HttpRequest) -> HttpResponse:
    return _answer(OAuth2CallbackView, request)


def _answer(view: type, request: HttpRequest) -> HttpResponse:
    adapter = AgencyAdapter(request, "agency")
    try:
        return view.adapter_view(adapter)(request)
    except SocialApp.DoesNotExist:
        raise Http404 from None
    except (RequestException, OAuth2Error, ValueError, KeyError) as error:  # unreachable, or sending invalid responses
        return render_authentication_error(request, adapter.get_provider(), exception=error)


urlpatterns = [
    path("agency/sign-in/", login, name="agency_login"),
    path("agency/callback/", callback, name="agency_callback"),
]
